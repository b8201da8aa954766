// SPDX-License-Identifier: Apache-2.0
// PppL2: IP over PPP (RFC 1661, 1332, 5072; Zephyr: L2 PPP). The state of each iface is its
// PppSession; the object itself has only its configuration. Frames begin with the protocol field:
// address, control, escapes and FCS are the driver's (HdlcDriver).
#pragma once
#include "l2/ppp_session.h"

namespace flapjack {

class PppL2 : public L2 {
 public:
  explicit PppL2(const PppConfig& config = {}) : config_(config) {}

  L2Traits traits() const override;
  /// The iface becomes dormant.
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  Status enable(NetIf& iface, bool up) override;
  /// Enetdown before the family's protocol is open (drop IfaceDown); Enomem without headroom
  /// (L2Refused).
  Status send(NetIf& iface, PacketPtr packet) override;
  /// Ok for control packets; Continue for IP while its protocol is open. Drop: BadLinkHeader (no
  /// protocol field), BadHeader (malformed control packet), NotNegotiated, UnknownProtocol (and the
  /// peer is told).
  Verdict recv(NetIf& iface, PacketPtr& packet) override;
  void on_carrier(NetIf& iface, bool up) override;

  static PppSession& session(NetIf& iface);

 private:
  PppConfig config_;
};

}  // namespace flapjack
