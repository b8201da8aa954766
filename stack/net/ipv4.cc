// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv4_option.h"

namespace flapjack {

Status Ipv4::output(PacketPtr segment) {
  PacketMeta& meta = segment->meta;
  const NetIf& iface = *stack_.iface(meta.iface);
  const std::size_t options = meta.router_alert ? kIpv4RouterAlertBytes : 0;
  Ipv4Header header;
  header.tos = meta.traffic_class;
  header.total_length =
      static_cast<std::uint16_t>(segment->size() + kIpv4HeaderBytes + options);
  header.id = ++stack_.last_ipv4_id;
  header.ttl = meta.ttl;
  header.protocol = meta.protocol;
  header.source = meta.source.address.v4();
  header.destination = meta.destination.address.v4();
  // RFC 1191 section 3: what fits asks routers not to split it, so that they tell what fits
  const bool fits = header.total_length <= stack_.pmtu.mtu(meta.destination.address, iface.mtu());
  header.dont_fragment =
      meta.dont_fragment || (fits && stack_.pmtu.enabled(Family::Inet));
  std::uint8_t* place = segment->push(kIpv4HeaderBytes + options);
  if (options != 0) emit_ipv4_router_alert(place + kIpv4HeaderBytes);
  header.emit(place, std::span<const std::uint8_t>(place + kIpv4HeaderBytes, options));
  meta.next_hop = stack_.route().next_hop(iface, header.destination);
  return stack_.core().send_data(std::move(segment));
}

void Ipv4::input(NetIf& iface, PacketPtr packet) {
  Ipv4Header header;
  DropReason reason = refuse(iface, *packet, header);
  if (reason != DropReason::None) return drop(iface, std::move(packet), reason);
  packet->trim(header.total_length);  // link padding
  describe(packet->meta, *packet, header);
  reason = refuse_options(iface, *packet, header);
  if (reason != DropReason::None) return drop(iface, std::move(packet), reason);
  if (!is_for_us(iface, header, packet->meta.loopback)) {
    if (stack_.config().router) return stack_.forward().ipv4(iface, std::move(packet), header);
    return drop(iface, std::move(packet), DropReason::NotForUs);
  }
  if (header.is_fragment()) return stack_.ipv4_fragment()->input(iface, std::move(packet), header);
  packet->pull(header.header_bytes);
  stack_.ip().input(iface, std::move(packet));
}

void Ipv4::describe(PacketMeta& meta, const Packet& packet, const Ipv4Header& header) const {
  meta.l3_start = static_cast<std::uint16_t>(packet.headroom());
  meta.l3_bytes = header.header_bytes;
  meta.fragment_offset = header.fragment_offset;
  meta.ttl = header.ttl;
  meta.protocol = header.protocol;
  meta.source = {header.source, 0};
  meta.destination = {header.destination, 0};
}

void Ipv4::drop(NetIf& iface, PacketPtr packet, DropReason reason) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(reason, iface.subject(), *packet);
}

DropReason Ipv4::refuse(const NetIf& iface, const Packet& packet, Ipv4Header& header) const {
  constexpr ChecksumPolicy kLater{.fill = false, .verify = false};
  if (Ipv4Header::parse(packet.bytes(), kLater, header) != Ipv4Header::Error::None) {
    return DropReason::BadHeader;
  }
  if (header.ttl == 0) return DropReason::TtlExpired;
  const Ipv4Config& own = iface.ipv4();
  if (is_martian(own, packet, header)) return DropReason::Martian;
  const bool verify = iface.checksum_policy().verify;
  if (verify && checksum(packet.bytes().first(header.header_bytes)) != 0) {
    return DropReason::BadChecksum;
  }
  return DropReason::None;
}

// RFC 1122 section 3.2.1.3: neither a group nor a broadcast sends anything, who has no address yet
// speaks to everybody, and 127/8 stays in its node. An iface that has such an address is a loopback
// itself.
bool Ipv4::is_martian(const Ipv4Config& own, const Packet& packet, const Ipv4Header& header) {
  const Ipv4Address from = header.source, to = header.destination;
  if (from.is_multicast() || own.is_broadcast(from) || to.is_any()) return true;
  if (from.is_any() && !own.is_broadcast(to)) return true;
  if (packet.meta.loopback || (!from.is_loopback() && !to.is_loopback())) return false;
  const auto on_loopback = [](const Ipv4IfAddress& a) { return a.prefix.address.is_loopback(); };
  return std::none_of(own.addresses().begin(), own.addresses().end(), on_loopback);
}

// RFC 1122 section 3.2.1.8: a source route that is not at its end would make this node a hop of it.
DropReason Ipv4::refuse_options(NetIf& iface, const Packet& packet, const Ipv4Header& header) {
  if (header.header_bytes == kIpv4HeaderBytes) return DropReason::None;
  Ipv4Options options(packet.bytes().first(header.header_bytes));
  if (!options.ok()) {
    stack_.icmp()->send_error(iface, packet, IcmpHeader::parameter_problem(options.bad_at()));
    return DropReason::BadHeader;
  }
  for (const Ipv4OptionType type : {Ipv4OptionType::LooseRoute, Ipv4OptionType::StrictRoute}) {
    const auto found = options.find(type);
    const auto route = found ? Ipv4RouteOption::parse(*found) : std::nullopt;
    if (!route || route->is_full()) continue;
    stack_.icmp()->send_unreachable(iface, packet, kIcmpCodeSourceRouteFailed);
    return DropReason::SourceRoute;
  }
  return DropReason::None;
}

// Zephyr accepts an address of any of the node's ifaces (the weak host model of RFC 1122).
bool Ipv4::is_for_us(const NetIf& iface, const Ipv4Header& header, bool loopback) const {
  const Ipv4Address to = header.destination;
  // never from a medium (RFC 1122 section 3.2.1.3)
  if (to.is_loopback()) return loopback || iface.ipv4().find(to) != nullptr;
  if (iface.ipv4().find(to) != nullptr) return true;  // mostly, and quicker than to ask for all
  if (stack_.route().iface_of(to) != nullptr || to.is_multicast()) return true;
  const bool udp_or_icmp = header.protocol != static_cast<std::uint8_t>(IpProtocol::Tcp);
  return udp_or_icmp && iface.ipv4().is_broadcast(to);
}

}  // namespace flapjack
