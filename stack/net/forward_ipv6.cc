// SPDX-License-Identifier: Apache-2.0
// What a router does with IPv6 packets for others (RFC 8200 section 3, RFC 4443 section 3, RFC 4861
// section 8.2); the rest of Forward is in forward.cc.
#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv6_patch.h"

namespace flapjack {

void Forward::ipv6(NetIf& in, PacketPtr packet, const Ipv6Header& header) {
  const IpAddress to = header.destination;
  // an own address that may not be used yet is nobody else's either
  if (is_for_link_only(in, *packet) || stack_.route().iface_of(to) != nullptr) {
    tell_of_scope(in, *packet);
    return drop(in, std::move(packet), DropReason::NotForUs);
  }
  const NextHop hop = stack_.route().forward_to(to);
  if (went_to_all(in, hop)) return drop(in, std::move(packet), DropReason::NotForUs);
  if (header.hop_limit <= 1) {
    stack_.v6()->icmp.send_error(in, *packet, Icmpv6Header::time_exceeded(kIcmpv6HopLimitExceeded));
    return drop(in, std::move(packet), DropReason::TtlExpired);
  }
  if (hop.iface == nullptr || hop.iface->ipv6() == nullptr) {
    stack_.v6()->icmp.send_error(in, *packet, Icmpv6Header::unreachable(kIcmpv6NoRoute));
    return drop(in, std::move(packet), DropReason::NoRoute);
  }
  // RFC 4443 section 3.1: of a point-to-point link's own prefix, and nobody there has it
  if (hop.iface == &in && in.is_point_to_point() && hop.address == to) {
    stack_.v6()->icmp.send_error(in, *packet, Icmpv6Header::unreachable(kIcmpv6AddressUnreachable));
    return drop(in, std::move(packet), DropReason::NoRoute);
  }
  const std::uint16_t mtu = hop.iface->ipv6()->mtu();
  if (packet->size() > mtu) {
    stack_.v6()->icmp.send_error(in, *packet, Icmpv6Header::packet_too_big(mtu));
    return drop(in, std::move(packet), DropReason::TooBig);
  }
  if (hop.iface == &in) redirect_ipv6(in, *packet, hop);
  decrement_ipv6_hop_limit(packet->bytes());
  packet->meta.ttl = static_cast<std::uint8_t>(header.hop_limit - 1);
  send(std::move(packet), *hop.iface, hop.address);
}

// RFC 4443 section 3.1: a link-local source may not leave its link.
void Forward::tell_of_scope(NetIf& in, const Packet& packet) {
  const IpAddress to = packet.meta.destination.address;
  const bool leaves = packet.meta.source.address.is_link_local() && !to.is_link_local() &&
                      !to.is_multicast() && stack_.route().iface_of(to) == nullptr;
  if (!leaves || packet.meta.loopback) return;
  stack_.v6()->icmp.send_error(in, packet, Icmpv6Header::unreachable(kIcmpv6BeyondScope));
}

// It leaves by where it came in, and its sender is a neighbour. A router that is known by another
// address than its link-local one cannot be named (RFC 4861 section 8.2).
void Forward::redirect_ipv6(NetIf& in, const Packet& packet, const NextHop& better) {
  const Ipv6Address from = packet.meta.source.address.v6();
  const Ipv6Address to = packet.meta.destination.address.v6(), target = better.address.v6();
  const Ipv6IfAddress* own = in.ipv6()->link_local();
  const bool nameable = target == to || target.is_link_local();
  if (own == nullptr || !nameable || in.ipv6()->prefix_of(from) == nullptr) return;
  if (!stack_.v6()->icmp.may_send_error(in, Icmpv6Header{Icmpv6Type::Redirect, 0, 0})) return;
  const Neighbor* known = stack_.v6()->nd.find(in, target);
  const bool named = known != nullptr && known->state != NeighborState::Incomplete;
  constexpr std::size_t kFixed = kIpv6HeaderBytes + Redirect::kBytes + NdLinkAddress::kBytes + 8;
  constexpr std::size_t kQuoted = (kIpv6MinMtu - kFixed) / 8 * 8;
  const NdRedirectedHeader quote{packet.bytes().first(std::min(kQuoted, packet.size()))};
  const std::size_t link_bytes = named ? NdLinkAddress::kBytes : 0;
  std::vector<std::uint8_t> message(Redirect::kBytes + link_bytes + quote.bytes());
  std::uint8_t* options = message.data() + Redirect::kBytes;
  if (named) NdLinkAddress{NdOptionType::TargetLinkAddress, known->mac}.emit(options);
  quote.emit(options + link_bytes);
  const Icmpv6Route route{own->address(), from, kNdHopLimit, false, packet.meta.cause};
  Redirect{target, to, {}}.emit(message, route.source, route.destination);
  stack_.v6()->icmp.post(in, std::move(message), route, stack_.config().alloc.nd);
}

}  // namespace flapjack
