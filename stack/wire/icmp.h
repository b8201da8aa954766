// SPDX-License-Identifier: Apache-2.0
// ICMPv4 (RFC 792): 0 type 1 code 2 checksum 4 rest of header 8 data. For echo the rest is
// identifier and sequence number; for errors it is zero and the data is the offending IP header
// and 8 bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/checksum.h"

namespace flapjack {

inline constexpr std::size_t kIcmpHeaderBytes = 8;
inline constexpr std::uint8_t kIcmpEchoReply = 0;
inline constexpr std::uint8_t kIcmpUnreachable = 3;
inline constexpr std::uint8_t kIcmpEchoRequest = 8;
inline constexpr std::uint8_t kIcmpCodePortUnreachable = 3;

struct IcmpHeader {
  std::uint8_t type = 0, code = 0;
  std::uint16_t id = 0, sequence = 0;  ///< of an echo; zero in errors

  /// Nothing when shorter than a header or when the checksum is wrong.
  static std::optional<IcmpHeader> parse(std::span<const std::uint8_t> message,
                                         ChecksumPolicy policy = {});
  /// Writes the header in front of message.size() - 8 bytes of data that are already there.
  void emit(std::span<std::uint8_t> message, ChecksumPolicy policy = {}) const;
};

std::string to_text(const IcmpHeader& h);

}  // namespace flapjack
