// SPDX-License-Identifier: Apache-2.0
// Big-endian loads and stores at any alignment; the only way the codecs touch bytes.
#pragma once
#include <cstdint>

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

}  // namespace flapjack::wire
