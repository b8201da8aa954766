// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {

Ipv6Header::Error Ipv6Header::parse(std::span<const std::uint8_t> bytes, Ipv6Header& out) {
  if (bytes.size() < kIpv6HeaderBytes) return Error::Short;
  const std::uint8_t* p = bytes.data();
  const std::uint32_t word = wire::load32(p);
  if (word >> 28 != 6) return Error::Version;
  out.traffic_class = static_cast<std::uint8_t>(word >> 20);
  out.flow_label = word & 0xfffff;
  out.payload_length = wire::load16(p + kIpv6PayloadLengthAt);
  out.next_header = p[kIpv6NextHeaderAt];
  out.hop_limit = p[7];
  out.source = wire::load_ipv6(p + 8);
  out.destination = wire::load_ipv6(p + 24);
  if (out.total_length() > bytes.size()) return Error::PayloadLength;
  const bool hop_by_hop = out.next_header == static_cast<std::uint8_t>(IpProtocol::HopByHop);
  return out.payload_length == 0 && hop_by_hop ? Error::Jumbogram : Error::None;
}

void Ipv6Header::emit(std::uint8_t* out) const {
  assert(flow_label <= 0xfffff);
  wire::store32(out, 6u << 28 | std::uint32_t{traffic_class} << 20 | flow_label);
  wire::store16(out + kIpv6PayloadLengthAt, payload_length);
  out[kIpv6NextHeaderAt] = next_header;
  out[7] = hop_limit;
  wire::store_address(out + 8, source);
  wire::store_address(out + 24, destination);
}

std::string to_text(const Ipv6Header& h) {
  return to_text(h.source) + " > " + to_text(h.destination) + " next " +
         std::to_string(h.next_header) + " hops " + std::to_string(h.hop_limit) + " length " +
         std::to_string(h.payload_length);
}

}  // namespace flapjack
