// SPDX-License-Identifier: Apache-2.0
// Big-endian loads and stores at any alignment; the only way the codecs touch bytes.
#pragma once
#include <cstdint>

#include "stack/wire/address.h"

namespace flapjack::wire {

constexpr std::uint16_t load16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
constexpr std::uint32_t load32(const std::uint8_t* p) {
  return std::uint32_t{load16(p)} << 16 | load16(p + 2);
}
constexpr void store16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
constexpr void store32(std::uint8_t* p, std::uint32_t v) {
  store16(p, static_cast<std::uint16_t>(v >> 16));
  store16(p + 2, static_cast<std::uint16_t>(v));
}
constexpr std::uint64_t load64(const std::uint8_t* p) {
  return std::uint64_t{load32(p)} << 32 | load32(p + 4);
}
constexpr void store64(std::uint8_t* p, std::uint64_t v) {
  store32(p, static_cast<std::uint32_t>(v >> 32));
  store32(p + 4, static_cast<std::uint32_t>(v));
}

/// Addresses in network order: 4 and 16 bytes.
constexpr Ipv4Address load_ipv4(const std::uint8_t* p) {
  return {load32(p)};
}
constexpr Ipv6Address load_ipv6(const std::uint8_t* p) {
  return {load64(p), load64(p + 8)};
}
constexpr void store_address(std::uint8_t* p, Ipv4Address a) {
  store32(p, a.value);
}
constexpr void store_address(std::uint8_t* p, const Ipv6Address& a) {
  store64(p, a.high);
  store64(p + 8, a.low);
}

}  // namespace flapjack::wire
