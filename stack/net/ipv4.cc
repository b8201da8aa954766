// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4.h"

#include "stack/net/stack.h"

namespace flapjack {

Status Ipv4::output(PacketPtr segment) {
  PacketMeta& meta = segment->meta;
  const NetIf& iface = *stack_.iface(meta.iface);
  Ipv4Header header;
  header.total_length = static_cast<std::uint16_t>(segment->size() + kIpv4HeaderBytes);
  header.id = ++next_id_;
  header.ttl = meta.ttl;
  header.protocol = meta.protocol;
  header.source = meta.source.address.v4();
  header.destination = meta.destination.address.v4();
  header.emit(segment->push(kIpv4HeaderBytes));
  meta.next_hop = stack_.route.next_hop(iface, header.destination);
  return stack_.core.send_data(std::move(segment));
}

void Ipv4::input(NetIf& iface, PacketPtr packet) {
  Ipv4Header header;
  const DropReason reason = refuse(iface, *packet, header);
  if (reason != DropReason::None) {
    ++iface.stats().rx_dropped;
    return stack_.tracer().drop(reason, iface.subject(), *packet);
  }
  packet->trim(header.total_length);  // link padding
  packet->pull(header.header_bytes);
  PacketMeta& meta = packet->meta;
  meta.l3_bytes = header.header_bytes;
  meta.ttl = header.ttl;
  meta.protocol = header.protocol;
  meta.source = {header.source, 0};
  meta.destination = {header.destination, 0};
  stack_.ip.input(iface, std::move(packet));
}

DropReason Ipv4::refuse(const NetIf& iface, const Packet& packet, Ipv4Header& header) const {
  constexpr ChecksumPolicy kLater{.fill = false, .verify = false};
  if (Ipv4Header::parse(packet.bytes(), kLater, header) != Ipv4Header::Error::None) {
    return DropReason::BadHeader;
  }
  if (header.ttl == 0) return DropReason::TtlExpired;
  const Ipv4Config& own = iface.ipv4();
  if (header.source.is_multicast() || own.is_broadcast(header.source)) {
    return DropReason::BadHeader;
  }
  if (header.source.is_any() && !own.is_broadcast(header.destination)) {
    return DropReason::BadHeader;
  }
  const bool verify = iface.driver() == nullptr || iface.driver()->caps().checksum.verify;
  if (verify && checksum(packet.bytes().first(header.header_bytes)) != 0) {
    return DropReason::BadChecksum;
  }
  if (!is_for_us(iface, header, packet.meta.loopback)) return DropReason::NotForUs;
  if (header.is_fragment()) return DropReason::FragmentUnsupported;
  return DropReason::None;
}

// Zephyr accepts an address of any of the node's ifaces (the weak host model of RFC 1122).
bool Ipv4::is_for_us(const NetIf& iface, const Ipv4Header& header, bool loopback) const {
  const Ipv4Address to = header.destination;
  // never from a medium (RFC 1122 section 3.2.1.3)
  if (to.is_loopback()) return loopback || iface.ipv4().find(to) != nullptr;
  if (stack_.route.iface_of(to) != nullptr || to.is_multicast()) return true;
  const bool udp_or_icmp = header.protocol != static_cast<std::uint8_t>(IpProtocol::Tcp);
  return udp_or_icmp && iface.ipv4().is_broadcast(to);
}

}  // namespace flapjack
