// SPDX-License-Identifier: Apache-2.0
// IfStacking: which ifaces one iface stands on (its lowers) and which stand on it (its uppers), and
// how their states follow each other (Zephyr: net_virtual_interface_attach() and what net_if does
// with a parent's virtual ifaces). Owned by the NetIf. The order of attachment is kept: it is the
// order in which uppers are asked whether a frame is theirs.
//
// Invariant: "stands on" has no circles, so that a frame passes each iface at most once each way.
#pragma once
#include <span>
#include <vector>

#include "stack/base/lazy.h"
#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class NetIf;

class IfStacking {
 public:
  explicit IfStacking(NetIf& iface) : ways_(iface) {}
  IfStacking(const IfStacking&) = delete;
  IfStacking& operator=(const IfStacking&) = delete;

  /// Stands on `lower` from now on, and has its carrier. Einval: the iface is not virtual, is
  /// `lower`, or `lower` stands on it. Ealready: it stands on `lower`, or on another and takes one
  /// only. Else what the L2 says. Admin-up when it starts by itself and the node has booted.
  Status attach(NetIf& lower);
  /// Admin-down if that was the last lower, and off it. Enoent: it does not stand on `lower`.
  Status detach(NetIf& lower);

  std::span<NetIf* const> lowers() const { return of(&Ways::lowers); }
  std::span<NetIf* const> uppers() const { return of(&Ways::uppers); }
  /// The only lower of an iface that takes one; null before attach().
  NetIf* lower() const { return lowers().empty() ? nullptr : lowers().front(); }
  /// Directly or by way of others.
  bool stands_on(const NetIf& other) const;
  /// The upper that claims a frame this iface received; null when none does.
  NetIf* claimant(const Packet& frame) const {
    return ways_.made() == nullptr ? nullptr : first_claimant(frame);
  }

  // Called by NetIf.
  /// Takes up every lower that is admin-down: it would make no sense otherwise.
  void take_lowers_up();
  /// The iface is oper-up, or no longer: its uppers' carriers follow.
  void tell_uppers(bool up);

 private:
  void follow_lowers();
  NetIf* first_claimant(const Packet& frame) const;

  struct Ways {
    explicit Ways(NetIf& its_iface) : iface(its_iface) {}
    NetIf& iface;
    std::vector<NetIf*> uppers, lowers;
  };
  std::span<NetIf* const> of(std::vector<NetIf*> Ways::*which) const {
    const Ways* const ways = ways_.made();
    return ways != nullptr ? std::span<NetIf* const>(ways->*which) : std::span<NetIf* const>();
  }

  Lazy<Ways, NetIf> ways_;  // most ifaces have none
};

}  // namespace flapjack
