// SPDX-License-Identifier: Apache-2.0
// Little-endian loads and stores at any alignment, for the few formats that are not in network
// order; see bytes.h for the others.
#pragma once
#include <cstdint>

namespace flapjack::wire {

constexpr std::uint16_t load_le16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[1] << 8 | p[0]);
}
constexpr std::uint32_t load_le32(const std::uint8_t* p) {
  return std::uint32_t{load_le16(p + 2)} << 16 | load_le16(p);
}
constexpr std::uint64_t load_le64(const std::uint8_t* p) {
  return std::uint64_t{load_le32(p + 4)} << 32 | load_le32(p);
}
constexpr void store_le16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v);
  p[1] = static_cast<std::uint8_t>(v >> 8);
}
constexpr void store_le32(std::uint8_t* p, std::uint32_t v) {
  store_le16(p, static_cast<std::uint16_t>(v));
  store_le16(p + 2, static_cast<std::uint16_t>(v >> 16));
}
constexpr void store_le64(std::uint8_t* p, std::uint64_t v) {
  store_le32(p, static_cast<std::uint32_t>(v));
  store_le32(p + 4, static_cast<std::uint32_t>(v >> 32));
}

}  // namespace flapjack::wire
