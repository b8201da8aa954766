// SPDX-License-Identifier: Apache-2.0
// VlanL2: one VLAN of an Ethernet iface as an iface of its own (IEEE 802.1Q-2018; Zephyr:
// net_eth_vlan_enable() attaches, net_eth_vlan_disable() detaches). Addresses and ARP cache are the
// VLAN's own, the link address is that of the iface below, whose frames carry the tag. The packet's
// priority travels in the tag.
#pragma once
#include "l2/ethernet_l2.h"
#include "stack/contract/virtual_iface.h"

namespace flapjack {

class VlanL2 : public EthernetL2, private VirtualIface {
 public:
  /// `id`: kVlanIdMin to kVlanIdMax.
  explicit VlanL2(std::uint16_t id, const ArpConfig& arp = {});

  L2Traits traits() const override;
  /// The frame with its tag, which is taken off.
  Verdict recv(NetIf& iface, PacketPtr& packet) override;
  VirtualIface* as_virtual() override { return this; }

  std::uint16_t id() const { return id_; }

 private:
  bool takes_many() const override { return false; }
  /// Einval: `lower` is not Ethernet, is a VLAN itself, is a port of a bridge, or has a smaller MTU
  /// than the VLAN's iface. Ealready: it has an iface for this VLAN.
  Status attach_lower(NetIf& iface, NetIf& lower) override;
  void detach_lower(NetIf&, NetIf&) override {}
  void on_lower(NetIf&, NetIf&, bool) override {}
  bool claims(NetIf& iface, const Packet& frame) const override;
  Status output(NetIf& iface, PacketPtr frame) override;

  std::uint16_t id_;
};

}  // namespace flapjack
