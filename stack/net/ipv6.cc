// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv6.h"

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {

Status Ipv6::output(PacketPtr segment) {
  PacketMeta& meta = segment->meta;
  Ipv6Header header;
  header.traffic_class = meta.traffic_class;
  header.next_header = meta.protocol;
  if (meta.router_alert) {
    emit_ipv6_router_alert(segment->push(kIpv6RouterAlertBytes), meta.protocol, kRouterAlertMld);
    header.next_header = static_cast<std::uint8_t>(IpProtocol::HopByHop);
  }
  header.payload_length = static_cast<std::uint16_t>(segment->size());
  header.hop_limit = meta.ttl;
  header.source = meta.source.address.v6();
  header.destination = meta.destination.address.v6();
  header.emit(segment->push(kIpv6HeaderBytes));
  if (meta.next_hop.is_any()) {
    meta.next_hop = stack_.route().next_hop(*stack_.iface(meta.iface), header.destination);
  }
  return stack_.core().send_data(std::move(segment));
}

void Ipv6::input(NetIf& iface, PacketPtr packet) {
  Ipv6Header header;
  if (iface.ipv6() == nullptr) return drop(iface, std::move(packet), DropReason::UnknownProtocol);
  if (Ipv6Header::parse(packet->bytes(), header) != Ipv6Header::Error::None) {
    return drop(iface, std::move(packet), DropReason::BadHeader);
  }
  packet->trim(header.total_length());  // link padding
  PacketMeta& meta = packet->meta;
  meta.ttl = header.hop_limit;
  meta.source = {header.source, 0};
  meta.destination = {header.destination, 0};
  meta.protocol = header.next_header;
  meta.l3_bytes = 0;
  if (is_martian(iface, *packet, header)) {
    return drop(iface, std::move(packet), DropReason::Martian);
  }
  if (!is_for_us(iface, header.destination, meta.loopback)) {
    if (stack_.config().router) return stack_.forward().ipv6(iface, std::move(packet), header);
    return drop(iface, std::move(packet), DropReason::NotForUs);
  }
  const Ipv6Extensions extensions = Ipv6Extensions::walk(packet->bytes());
  meta.protocol = extensions.protocol;
  if (!extensions.ok()) {
    if (extensions.tell && (!header.destination.is_multicast() || extensions.tell_of_multicast)) {
      const auto problem = Icmpv6Header::parameter_problem(extensions.code, extensions.pointer);
      stack_.v6()->icmp.send_error(iface, *packet, problem);
    }
    return drop(iface, std::move(packet), DropReason::BadHeader);
  }
  if (extensions.is_fragment) {
    return stack_.v6()->fragmentation.input(iface, std::move(packet), extensions);
  }
  packet->pull(extensions.offset);
  meta.l3_bytes = static_cast<std::uint16_t>(extensions.offset);
  stack_.ip().input(iface, std::move(packet));
}

// RFC 4291 sections 2.5.2, 2.5.3 and 2.7: addresses that may not be where they are. The loopback's
// are known on an iface that has it.
bool Ipv6::is_martian(const NetIf& iface, const Packet& packet, const Ipv6Header& header) {
  const Ipv6Address& to = header.destination;
  if (header.source.is_multicast() || to.is_any()) return true;
  if (packet.meta.loopback) return false;
  const bool of_node = header.source.is_loopback() || to.is_loopback();
  if (of_node && !iface.has_address(Ipv6Address::loopback())) return true;
  return to.is_multicast() && to.multicast_scope() <= 1;
}

bool Ipv6::is_for_us(const NetIf& iface, const Ipv6Address& destination, bool loopback) const {
  if (destination.is_multicast()) {
    const bool router_group = stack_.config().router && destination == Ipv6Address::all_routers();
    return router_group || destination == Ipv6Address::all_nodes() ||
           iface.ipv6()->is_member(destination);
  }
  if (destination.is_loopback()) return loopback || iface.has_address(destination);
  // a link-local address is one of the iface that heard it; others may be any iface's
  if (destination.is_link_local() && !loopback) return is_usable(iface, destination);
  const NetIf* owner = stack_.route().iface_of(destination);
  return owner != nullptr && is_usable(*owner, destination);
}

bool Ipv6::is_usable(const NetIf& iface, const Ipv6Address& address) {
  const Ipv6IfAddress* own = iface.ipv6()->find(address);
  return own != nullptr && own->state != AddressState::Tentative;
}

void Ipv6::refuse_protocol(NetIf& iface, const Packet& packet) {
  const std::span<const std::uint8_t> whole{packet.data() - packet.meta.l3_bytes,
                                            packet.meta.l3_bytes + packet.size()};
  const Ipv6Extensions extensions = Ipv6Extensions::walk(whole);
  if (extensions.protocol == static_cast<std::uint8_t>(IpProtocol::NoNext)) return;
  stack_.v6()->icmp.send_error(
      iface, packet,
      Icmpv6Header::parameter_problem(kIcmpv6UnknownNextHeader, extensions.next_header_at));
}

void Ipv6::drop(NetIf& iface, PacketPtr packet, DropReason reason) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(reason, iface.subject(), *packet);
}

}  // namespace flapjack
