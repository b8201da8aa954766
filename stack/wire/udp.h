// SPDX-License-Identifier: Apache-2.0
// UDP (RFC 768): 0 source port 2 destination port 4 length 6 checksum 8 payload.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "stack/wire/address.h"
#include "stack/wire/checksum.h"

namespace flapjack {

inline constexpr std::size_t kUdpHeaderBytes = 8;

struct UdpHeader {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint16_t length = 0;  ///< header and payload, bytes

  enum class Error : std::uint8_t { None, Short, Length, Checksum };
  /// Over IPv4 a zero checksum means "none was computed" and is accepted (RFC 768); over IPv6 it is
  /// wrong (RFC 8200 section 8.1).
  static Error parse(std::span<const std::uint8_t> segment, const IpAddress& source,
                     const IpAddress& destination, ChecksumPolicy policy, UdpHeader& out);
  /// Writes the header in front of segment.size() - 8 bytes of payload that are already there.
  void emit(std::span<std::uint8_t> segment, const IpAddress& source,
            const IpAddress& destination, ChecksumPolicy policy = {}) const;
};

std::string to_text(const UdpHeader& h);

}  // namespace flapjack
