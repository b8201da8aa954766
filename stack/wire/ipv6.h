// SPDX-License-Identifier: Apache-2.0
// IPv6 header (RFC 8200 section 3), 40 bytes:
//   0 version/traffic class/flow label  4 payload length  6 next header 7 hop limit  8 source
//   24 destination
// What follows it, extension headers first, is read by ipv6_ext.h.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "stack/wire/ip_protocol.h"

namespace flapjack {

inline constexpr std::size_t kIpv6HeaderBytes = 40;
/// Offsets that parameter problems point to.
inline constexpr std::size_t kIpv6PayloadLengthAt = 4;
inline constexpr std::size_t kIpv6NextHeaderAt = 6;
/// Every link carries at least this (RFC 8200 section 5).
inline constexpr std::uint16_t kIpv6MinMtu = 1280;

struct Ipv6Header {
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;      ///< 20 bits
  std::uint16_t payload_length = 0;  ///< bytes behind this header, extension headers included
  std::uint8_t next_header = static_cast<std::uint8_t>(IpProtocol::NoNext);
  std::uint8_t hop_limit = 64;
  Ipv6Address source, destination;

  /// Jumbogram: a payload length of zero in front of a hop-by-hop header (RFC 2675), refused.
  enum class Error : std::uint8_t { None, Short, Version, PayloadLength, Jumbogram };
  /// Bytes behind the payload (link padding) are allowed; on an error the header is meaningless.
  static Error parse(std::span<const std::uint8_t> bytes, Ipv6Header& out);
  /// Writes kIpv6HeaderBytes bytes.
  void emit(std::uint8_t* out) const;

  std::size_t total_length() const { return kIpv6HeaderBytes + payload_length; }
  bool operator==(const Ipv6Header&) const = default;
};

std::string to_text(const Ipv6Header& h);

}  // namespace flapjack
