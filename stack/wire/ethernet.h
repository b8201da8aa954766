// SPDX-License-Identifier: Apache-2.0
// Ethernet II frame header (IEEE 802.3 clause 3; type numbers: RFC 9542). No FCS: the link model
// delivers whole frames or none.
//   0 destination (6)   6 source (6)   12 type (2)   14 payload
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"

namespace flapjack {

inline constexpr std::size_t kEthernetHeaderBytes = 14;
inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

struct EthernetHeader {
  MacAddress destination, source;
  std::uint16_t type = 0;

  /// Nothing when the frame is shorter than a header.
  static std::optional<EthernetHeader> parse(std::span<const std::uint8_t> frame);
  /// Writes kEthernetHeaderBytes bytes.
  void emit(std::uint8_t* out) const;
};

std::string to_text(const EthernetHeader& h);

}  // namespace flapjack
