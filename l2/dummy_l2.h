// SPDX-License-Identifier: Apache-2.0
// DummyL2: no link header and no link addresses (Zephyr: L2 DUMMY). For loopback and for ifaces on
// which bare IP packets travel.
#pragma once
#include "stack/contract/l2.h"

namespace flapjack {

class DummyL2 : public L2 {
 public:
  L2Traits traits() const override;
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  Status enable(NetIf& iface, bool up) override;
  Status send(NetIf& iface, PacketPtr packet) override;
  /// Continue for IPv4 and IPv6; anything else is dropped (UnknownProtocol), nothing at all
  /// BadLinkHeader.
  Verdict recv(NetIf& iface, PacketPtr& packet) override;
};

}  // namespace flapjack
