// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmp_quote.h"

#include "stack/wire/bytes.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack {
namespace {

constexpr std::size_t kQuotedPayload = 8;  // RFC 792: "64 bits of data"

bool has_ports(std::uint8_t protocol) {
  return protocol == static_cast<std::uint8_t>(IpProtocol::Udp) ||
         protocol == static_cast<std::uint8_t>(IpProtocol::Tcp);
}

bool is(std::uint8_t next_header, IpProtocol protocol) {
  return next_header == static_cast<std::uint8_t>(protocol);
}

bool is_extension(std::uint8_t next) {
  return is(next, IpProtocol::HopByHop) || is(next, IpProtocol::Routing) ||
         is(next, IpProtocol::Fragment) || is(next, IpProtocol::DestinationOptions);
}

}  // namespace

std::optional<IcmpQuote> IcmpQuote::parse(std::span<const std::uint8_t> data) {
  if (data.size() < kIpv4HeaderBytes || data[0] >> 4 != 4) return {};
  const std::size_t header_bytes = (data[0] & 15u) * 4u;
  if (header_bytes < kIpv4HeaderBytes || data.size() < header_bytes + kQuotedPayload) return {};
  constexpr std::uint16_t kOffsetMask = 0x1fff;
  if ((wire::load16(&data[6]) & kOffsetMask) != 0) return {};
  IcmpQuote quote;
  quote.total_length = wire::load16(&data[2]);
  quote.protocol = data[9];
  quote.source.address = Ipv4Address{wire::load32(&data[12])};
  quote.destination.address = Ipv4Address{wire::load32(&data[16])};
  quote.upper_at = static_cast<std::uint32_t>(header_bytes);
  if (has_ports(quote.protocol)) {
    quote.source.port = wire::load16(&data[header_bytes]);
    quote.destination.port = wire::load16(&data[header_bytes + 2]);
  }
  return quote;
}

std::optional<IcmpQuote> IcmpQuote::parse_ipv6(std::span<const std::uint8_t> data) {
  if (data.size() < kIpv6HeaderBytes || data[0] >> 4 != 6) return {};
  std::uint8_t next = data[kIpv6NextHeaderAt];
  std::size_t at = kIpv6HeaderBytes;
  IcmpQuote quote;
  while (is_extension(next) && !quote.later_fragment) {
    if (data.size() < at + kIpv6FragmentBytes) return {};
    std::size_t bytes = (std::size_t{data[at + 1]} + 1) * 8;
    if (is(next, IpProtocol::Fragment)) {
      quote.later_fragment = Ipv6Fragment::parse(data.subspan(at))->offset != 0;
      bytes = kIpv6FragmentBytes;
    }
    next = data[at];
    at += bytes;
  }
  constexpr std::size_t kPortsBytes = 4;
  const bool ports = has_ports(next) && !quote.later_fragment;
  if (data.size() < at + (ports ? kPortsBytes : 0)) return {};
  quote.protocol = next;
  quote.upper_at = static_cast<std::uint32_t>(at);
  quote.total_length = std::uint32_t{kIpv6HeaderBytes} + wire::load16(&data[kIpv6PayloadLengthAt]);
  quote.source.address = wire::load_ipv6(&data[8]);
  quote.destination.address = wire::load_ipv6(&data[24]);
  if (ports) {
    quote.source.port = wire::load16(&data[at]);
    quote.destination.port = wire::load16(&data[at + 2]);
  }
  return quote;
}

std::string to_text(const IcmpQuote& q) {
  return to_text(q.source) + " > " + to_text(q.destination) + " proto " +
         std::to_string(q.protocol) + " length " + std::to_string(q.total_length);
}

}  // namespace flapjack
