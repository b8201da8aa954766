// SPDX-License-Identifier: Apache-2.0
// BridgeL2: a learning bridge as an iface that stands on its ports (IEEE 802.1D-2004 without
// spanning tree). Frames for known addresses go to their port, all others to every port; those for
// the bridge's own address and for groups also come up, so that the bridge can have addresses.
//
// A frame has no TTL: where cables make a loop it would run for ever, and copies of it too. Two
// guards end that, each with a reason of its own: a frame that has passed `hop_limit` bridges is
// dropped (BridgeLoop), and a bridge floods only so many frames in a second (FloodLimit).
#pragma once
#include "l2/bridge_table.h"
#include "l2/ethernet_l2.h"
#include "stack/contract/virtual_iface.h"

namespace flapjack {

struct BridgeConfig {
  Duration ageing = seconds(300);  ///< IEEE 802.1D-2004 table 7-5
  std::size_t addresses = 1024;    ///< that the bridge can remember
  std::uint32_t flood_limit = 10'000;  ///< frames flooded in one second of simulated time
  std::uint8_t hop_limit = 32;         ///< bridges a frame may pass
  ArpConfig arp = {};
};

class BridgeL2 : public EthernetL2, private VirtualIface {
 public:
  explicit BridgeL2(const BridgeConfig& config = {}) : EthernetL2(config.arp), config_(config) {}

  L2Traits traits() const override;
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  /// A frame that a port received. Ok: passed on, to nobody up here. Drop, besides EthernetL2's:
  /// Filtered (its receiver is on the side it came from, or there is no other port, or its address
  /// is one that bridges do not pass on), BridgeLoop, FloodLimit.
  Verdict recv(NetIf& iface, PacketPtr& packet) override;
  VirtualIface* as_virtual() override { return this; }

  static BridgeTable& table(NetIf& iface);

 private:
  bool takes_many() const override { return true; }
  /// Einval: `lower` is not Ethernet, is a bridge, or has a smaller MTU. Ebusy: something stands on
  /// it already.
  Status attach_lower(NetIf& iface, NetIf& lower) override;
  void detach_lower(NetIf& iface, NetIf& lower) override;
  void on_lower(NetIf& iface, NetIf& lower, bool up) override;
  bool claims(NetIf&, const Packet&) const override { return true; }
  Status output(NetIf& iface, PacketPtr frame) override;

  DropReason pass_on(NetIf& iface, const EthernetHeader& header, PacketPtr& packet);
  DropReason flood(NetIf& iface, IfIndex from, PacketPtr& packet, bool keep);

  BridgeConfig config_;
};

}  // namespace flapjack
