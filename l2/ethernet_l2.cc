// SPDX-License-Identifier: Apache-2.0
#include "l2/ethernet_l2.h"

#include "l2/l2_drop.h"
#include "stack/wire/bytes.h"

namespace flapjack {

MacAddress ethernet_multicast(Ipv4Address group) {
  const std::uint32_t low = group.value & 0x7fffff;
  return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(low >> 16),
           static_cast<std::uint8_t>(low >> 8), static_cast<std::uint8_t>(low)}};
}

MacAddress ethernet_multicast(const Ipv6Address& group) {
  MacAddress mac{{0x33, 0x33, 0, 0, 0, 0}};
  wire::store32(mac.bytes.data() + 2, static_cast<std::uint32_t>(group.low));
  return mac;
}

void push_ethernet_header(Packet& packet, const EthernetHeader& header) {
  header.emit(packet.push(kEthernetHeaderBytes));
  packet.meta.ether_type = header.type;
}

void take_tag_off(Packet& packet, const VlanTag& tag) {
  VlanTag::remove(packet.data());
  packet.pull(kVlanTagBytes);
  packet.meta.priority = tag.priority;
}

L2Traits EthernetL2::traits() const {
  L2Traits traits;
  traits.name = "ethernet";
  traits.broadcast = true;
  traits.header_bytes = kEthernetHeaderBytes;
  traits.promiscuous = true;
  traits.link_datagrams = true;
  return traits;
}

std::unique_ptr<L2Context> EthernetL2::attach(NetIf& iface) {
  return make_in<ArpCache>(iface.stack().arena(), iface);
}

ArpCache& EthernetL2::arp(NetIf& iface) {
  assert(iface.l2_context() != nullptr);
  return *static_cast<ArpCache*>(iface.l2_context());
}

Status EthernetL2::enable(NetIf& iface, bool up) {
  if (!up) arp(iface).clear(DropReason::IfaceDown);
  return Status();
}

Status EthernetL2::send(NetIf& iface, PacketPtr packet) {
  if (packet->meta.link_datagram) return send_datagram(iface, std::move(packet));
  if (packet->meta.next_hop.is_v6()) return send_ipv6(iface, std::move(packet));
  const Ipv4Address next_hop = packet->meta.next_hop.v4();
  if (next_hop.is_any()) {
    return iface.drop_tx(std::move(packet), DropReason::NoRoute, Errc::Enetunreach);
  }
  if (packet->headroom() < kEthernetHeaderBytes) {
    return iface.drop_tx(std::move(packet), DropReason::L2Refused, Errc::Enomem);
  }
  MacAddress to;
  if (iface.ipv4().is_broadcast(next_hop)) {
    to = MacAddress::broadcast();
  } else if (next_hop.is_multicast()) {
    to = ethernet_multicast(next_hop);
  } else {
    ArpCache& neighbours = arp(iface);
    const MacAddress* known = neighbours.find(next_hop);
    if (known == nullptr) return neighbours.park(std::move(packet), next_hop);
    to = *known;
  }
  push_ethernet_header(*packet, {to, iface.link_address(), kEtherTypeIpv4});
  return iface.output_frame(std::move(packet));
}

Status EthernetL2::send_datagram(NetIf& iface, PacketPtr packet) {
  if (packet->headroom() < kEthernetHeaderBytes) {
    return iface.drop_tx(std::move(packet), DropReason::L2Refused, Errc::Enomem);
  }
  const PacketMeta& meta = packet->meta;
  push_ethernet_header(*packet, {meta.link_destination, iface.link_address(), meta.ether_type});
  return iface.output_frame(std::move(packet));
}

// The stack found out who the next hop is (neighbour discovery); only groups are mapped here.
Status EthernetL2::send_ipv6(NetIf& iface, PacketPtr packet) {
  const Ipv6Address next_hop = packet->meta.next_hop.v6();
  const MacAddress to =
      next_hop.is_multicast() ? ethernet_multicast(next_hop) : packet->meta.link_destination;
  if (to.is_zero()) {
    return iface.drop_tx(std::move(packet), DropReason::NoRoute, Errc::Enetunreach);
  }
  if (packet->headroom() < kEthernetHeaderBytes) {
    return iface.drop_tx(std::move(packet), DropReason::L2Refused, Errc::Enomem);
  }
  push_ethernet_header(*packet, {to, iface.link_address(), kEtherTypeIpv6});
  return iface.output_frame(std::move(packet));
}

Verdict EthernetL2::recv(NetIf& iface, PacketPtr& packet) {
  if (NetIf* upper = iface.claimant(*packet)) {
    packet->meta.iface = upper->index();
    return Verdict::Continue;
  }
  if (packet->size() < kEthernetHeaderBytes) {
    return drop_rx(iface, packet, DropReason::BadLinkHeader);
  }
  if (EthernetView(packet->data()).type() == kEtherTypeVlan) {
    if (const auto tag = VlanTag::parse(packet->bytes())) {
      if (tag->id != 0) return drop_rx(iface, packet, DropReason::UnknownVlan);
      take_tag_off(*packet, *tag);
    }
  }
  const EthernetView header(packet->data());
  const bool group = header.destination().is_group();
  if (!group && header.destination() != iface.link_address()) {
    return drop_rx(iface, packet, DropReason::NotForUs);
  }
  const std::uint16_t type = header.type();
  const bool known = type == kEtherTypeIpv4 || type == kEtherTypeArp || type == kEtherTypeIpv6;
  if (!known && !iface.stack().conns.hears_frames(SocketType::Datagram)) {
    return drop_rx(iface, packet, DropReason::UnknownProtocol);
  }
  packet->pull(kEthernetHeaderBytes);
  packet->meta.ether_type = type;
  packet->meta.link_source = header.source();
  packet->meta.l2_ready = true;
  packet->meta.link_group = group;
  return type == kEtherTypeArp ? arp(iface).input(packet) : Verdict::Continue;
}

}  // namespace flapjack
