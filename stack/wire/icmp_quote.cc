// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmp_quote.h"

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kQuotedPayload = 8;  // RFC 792: "64 bits of data"

bool has_ports(std::uint8_t protocol) {
  return protocol == static_cast<std::uint8_t>(IpProtocol::Udp) ||
         protocol == static_cast<std::uint8_t>(IpProtocol::Tcp);
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
  if (has_ports(quote.protocol)) {
    quote.source.port = wire::load16(&data[header_bytes]);
    quote.destination.port = wire::load16(&data[header_bytes + 2]);
  }
  return quote;
}

std::string to_text(const IcmpQuote& q) {
  return to_text(q.source) + " > " + to_text(q.destination) + " proto " +
         std::to_string(q.protocol) + " length " + std::to_string(q.total_length);
}

}  // namespace flapjack
