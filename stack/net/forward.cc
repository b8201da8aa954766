// SPDX-License-Identifier: Apache-2.0
#include "stack/net/forward.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv4_option.h"
#include "stack/wire/ipv4_patch.h"

namespace flapjack {
namespace {

constexpr IcmpHeader unreachable(std::uint8_t code) { return {kIcmpUnreachable, code, 0, 0}; }

constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;  // RFC 791: a time is ms since midnight

std::uint32_t time_of_day_ms(SimTime now) {
  return static_cast<std::uint32_t>((now - SimTime{}).ns / milliseconds(1).ns % kDayMs);
}

// 0/8 and 240/4 (RFC 1812 section 5.3.7): nobody's unicast addresses.
bool is_martian(Ipv4Address a) { return a.value >> 24 == 0 || a.value >> 28 == 15; }

}  // namespace

void Forward::ipv4(NetIf& in, PacketPtr packet, const Ipv4Header& header) {
  const IpAddress to = header.destination;
  if (is_for_link_only(in, *packet)) return drop(in, std::move(packet), DropReason::NotForUs);
  const NextHop hop = stack_.route().forward_to(to);
  if (went_to_all(in, hop)) return drop(in, std::move(packet), DropReason::NotForUs);
  if (header.ttl <= 1) {
    stack_.icmp()->send_error(in, *packet, {kIcmpTimeExceeded, kIcmpCodeTtlExceeded, 0, 0});
    return drop(in, std::move(packet), DropReason::TtlExpired);
  }
  if (hop.iface == nullptr) {
    stack_.icmp()->send_error(in, *packet, unreachable(kIcmpCodeNetUnreachable));
    return drop(in, std::move(packet), DropReason::NoRoute);
  }
  const std::uint16_t mtu = hop.iface->mtu();
  if (packet->size() > mtu && header.dont_fragment) {
    stack_.icmp()->send_error(in, *packet, IcmpHeader::fragmentation_needed(mtu));
    return drop(in, std::move(packet), DropReason::TooBig);
  }
  const IpAddress own = stack_.route().source(hop.iface, to);
  if (!pass_options(in, *packet, header, own.v4())) {
    return drop(in, std::move(packet), DropReason::BadHeader);
  }
  redirect(in, *packet, *hop.iface, hop.address);
  decrement_ipv4_ttl(packet->bytes().first(header.header_bytes));
  packet->meta.ttl = static_cast<std::uint8_t>(header.ttl - 1);
  send(std::move(packet), *hop.iface, hop.address);
}

bool Forward::is_for_link_only(const NetIf& in, const Packet& packet) const {
  const IpAddress from = packet.meta.source.address, to = packet.meta.destination.address;
  if (packet.meta.link_group || packet.meta.loopback || to.is_multicast()) return true;
  if (from.is_link_local() || to.is_link_local() || from.is_loopback() || to.is_loopback()) {
    return true;
  }
  if (to.is_v6()) return from.is_any() || to.is_any();
  if (is_martian(from.v4()) || is_martian(to.v4()) || in.ipv4().is_broadcast(to.v4())) return true;
  for (const auto& iface : stack_.ifaces()) {
    if (iface->ipv4().is_broadcast(to.v4())) return true;
  }
  return false;
}

// Where no frame names who it is for, everybody hears it, as a broadcast (RFC 1812 section 5.3.4):
// who is on that medium has it already, and so has every other router there.
bool Forward::went_to_all(const NetIf& in, const NextHop& hop) {
  return hop.iface == &in && !in.is_point_to_point() && in.l2() != nullptr &&
         !in.has_link_addresses();
}

// Records this router where the sender asked for it. False, and the sender was told: no more of it.
bool Forward::pass_options(NetIf& in, Packet& packet, const Ipv4Header& header, Ipv4Address own) {
  if (header.header_bytes == kIpv4HeaderBytes) return true;
  const auto bytes = packet.bytes().first(header.header_bytes);
  Ipv4Options options(bytes);
  for (Ipv4Option option; options.next(option);) {
    const auto place = bytes.subspan(option.at, option.bytes.size());
    if (option.type == Ipv4OptionType::RecordRoute) {
      record_route(place, own);
    } else if (option.type == Ipv4OptionType::Timestamp &&
               !record_timestamp(place, own, time_of_day_ms(stack_.scheduler().now()))) {
      constexpr std::uint8_t kOverflowAt = 3;  // RFC 791: where the count stands in the option
      const auto at = static_cast<std::uint8_t>(option.at + kOverflowAt);
      stack_.icmp()->send_error(in, packet, IcmpHeader::parameter_problem(at));
      return false;
    }
  }
  refresh_ipv4_checksum(bytes);
  return true;
}

// RFC 1812 section 5.2.7.2: it leaves by where it came in, and its sender could have asked there,
// as both are in one network.
void Forward::redirect(NetIf& in, const Packet& packet, const NetIf& out,
                       const IpAddress& next_hop) {
  const Ipv4Address from = packet.meta.source.address.v4(), better = next_hop.v4();
  const auto has_both = [&](const Ipv4IfAddress& own) {
    return own.prefix.contains(from) && own.prefix.contains(better);
  };
  const auto own = in.ipv4().addresses();
  if (&in != &out || std::none_of(own.begin(), own.end(), has_both)) return;
  stack_.icmp()->send_error(in, packet, IcmpHeader::redirect(kIcmpCodeRedirectHost, better));
}

void Forward::send(PacketPtr packet, NetIf& out, const IpAddress& next_hop) {
  if (!stack_.tx_pool.adopt(*packet)) {
    static_cast<void>(out.drop_tx(std::move(packet), DropReason::NoBuffers, Errc::Enobufs));
    return;
  }
  PacketMeta& meta = packet->meta;
  meta.iface = out.index();
  meta.next_hop = next_hop;
  meta.context = 0;
  meta.payload_bytes = 0;
  meta.l2_ready = false;
  meta.forwarded = true;
  ++stack_.parts().forwarded;
  static_cast<void>(stack_.core().send_data(std::move(packet)).ok());  // recorded where refused
}

void Forward::unresolved(const Packet& packet) {
  NetIf& out = *stack_.iface(packet.meta.iface);
  if (packet.meta.destination.address.is_v4()) {
    return stack_.icmp()->send_error(out, packet, unreachable(kIcmpCodeHostUnreachable));
  }
  stack_.v6()->icmp.send_error(out, packet, Icmpv6Header::unreachable(kIcmpv6AddressUnreachable));
}

void Forward::drop(NetIf& in, PacketPtr packet, DropReason reason) {
  ++in.losses().rx_dropped;
  stack_.tracer().drop(reason, in.subject(), *packet);
}

}  // namespace flapjack
