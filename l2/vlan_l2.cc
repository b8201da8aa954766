// SPDX-License-Identifier: Apache-2.0
#include "l2/vlan_l2.h"

#include "l2/l2_drop.h"

namespace flapjack {

VlanL2::VlanL2(std::uint16_t id, const ArpConfig& arp) : EthernetL2(arp), id_(id) {
  assert(id >= kVlanIdMin && id <= kVlanIdMax);
}

L2Traits VlanL2::traits() const {
  L2Traits traits = EthernetL2::traits();
  traits.name = "vlan";
  traits.header_bytes = kEthernetHeaderBytes + kVlanTagBytes;
  return traits;
}

Status VlanL2::attach_lower(NetIf& iface, NetIf& lower) {
  const auto* ethernet = dynamic_cast<EthernetL2*>(lower.l2());
  if (ethernet == nullptr || dynamic_cast<const VlanL2*>(ethernet) != nullptr) {
    return Errc::Einval;
  }
  if (iface.mtu() > lower.mtu()) return Errc::Einval;
  for (const NetIf* other : lower.stacking().uppers()) {
    if (other->virtual_iface()->takes_many()) return Errc::Einval;
    const auto* vlan = dynamic_cast<const VlanL2*>(other->l2());
    if (vlan != nullptr && vlan->id_ == id_) return Errc::Ealready;
  }
  return iface.link_address().is_zero() ? iface.set_link_address(lower.link_address()) : Status();
}

bool VlanL2::claims(NetIf&, const Packet& frame) const {
  const auto tag = VlanTag::parse(frame.bytes());
  return tag && tag->id == id_;
}

// An app may have written the frame itself.
Status VlanL2::output(NetIf& iface, PacketPtr frame) {
  if (frame->size() < kEthernetHeaderBytes) {
    return refuse_output(iface, std::move(frame), DropReason::BadLinkHeader, Errc::Einval);
  }
  if (frame->headroom() < kVlanTagBytes) {
    return refuse_output(iface, std::move(frame), DropReason::L2Refused, Errc::Enomem);
  }
  frame->push(kVlanTagBytes);
  const auto priority = static_cast<std::uint8_t>(frame->meta.priority & 7);
  VlanTag{priority, false, id_}.insert(frame->data());
  return iface.stacking().lower()->output_frame(std::move(frame));
}

Verdict VlanL2::recv(NetIf& iface, PacketPtr& packet) {
  const auto tag = VlanTag::parse(packet->bytes());
  if (!tag || tag->id != id_) return drop_rx(iface, packet, DropReason::UnknownVlan);
  take_tag_off(*packet, *tag);
  return EthernetL2::recv(iface, packet);
}

}  // namespace flapjack
