// SPDX-License-Identifier: Apache-2.0
// IPv4 header (RFC 791 section 3.1), 20 bytes and up to 40 of options:
//   0 version/IHL 1 TOS 2 total length 4 id 6 flags/offset 8 TTL 9 protocol 10 checksum
//   12 source 16 destination 20 options (ipv4_option.h)
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/ip_protocol.h"

namespace flapjack {

inline constexpr std::size_t kIpv4HeaderBytes = 20;
inline constexpr std::size_t kIpv4OptionBytesMax = 40;
/// Every host takes a datagram of this size, whole or in fragments (RFC 1122 section 3.3.2).
inline constexpr std::uint16_t kIpv4MinReassembly = 576;

struct Ipv4Header {
  std::uint8_t tos = 0;
  std::uint16_t total_length = 0;  ///< header and payload, bytes
  std::uint16_t id = 0;
  bool dont_fragment = false, more_fragments = false;
  std::uint16_t fragment_offset = 0;  ///< in units of 8 bytes
  std::uint8_t ttl = 64;
  std::uint8_t protocol = 0;
  Ipv4Address source, destination;
  std::uint8_t header_bytes = kIpv4HeaderBytes;  ///< with options; not read by emit()

  enum class Error : std::uint8_t { None, Short, Version, HeaderLength, TotalLength, Checksum };
  /// Parses and checks the header of a datagram; on an error the header is meaningless.
  static Error parse(std::span<const std::uint8_t> bytes, ChecksumPolicy policy, Ipv4Header& out);
  /// Writes kIpv4HeaderBytes bytes, without options.
  void emit(std::uint8_t* out, ChecksumPolicy policy = {}) const;
  /// The same with at most kIpv4OptionBytesMax bytes of options behind, filled up with zeros to a
  /// multiple of 4; returns the bytes written. `options` may already be in their place.
  std::size_t emit(std::uint8_t* out, std::span<const std::uint8_t> options,
                   ChecksumPolicy policy = {}) const;

  bool is_fragment() const { return more_fragments || fragment_offset != 0; }
  std::size_t payload_bytes() const { return std::size_t{total_length} - header_bytes; }
};

std::string to_text(const Ipv4Header& h);

}  // namespace flapjack
