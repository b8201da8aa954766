// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv4_patch.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {

void decrement_ipv4_ttl(std::span<std::uint8_t> header) {
  assert(header.size() >= kIpv4HeaderBytes && header[8] > 0);
  --header[8];
  // RFC 1624 section 3, equation 3, for the word of TTL and protocol: m' = m - 0x0100
  constexpr std::uint32_t kLess = 0x0100;
  std::uint32_t sum = static_cast<std::uint16_t>(~wire::load16(&header[10])) + (0xffffu - kLess);
  sum = (sum & 0xffff) + (sum >> 16);
  wire::store16(&header[10], static_cast<std::uint16_t>(~sum));
}

void patch_ipv4_whole(std::span<std::uint8_t> datagram) {
  assert(datagram.size() >= kIpv4HeaderBytes && datagram.size() <= 0xffff);
  wire::store16(&datagram[2], static_cast<std::uint16_t>(datagram.size()));
  wire::store16(&datagram[6], 0);
  refresh_ipv4_checksum(datagram.first((datagram[0] & 15u) * 4u));
}

void refresh_ipv4_checksum(std::span<std::uint8_t> header) {
  wire::store16(&header[10], 0);
  wire::store16(&header[10], checksum(header));
}

}  // namespace flapjack
