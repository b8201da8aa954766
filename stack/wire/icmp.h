// SPDX-License-Identifier: Apache-2.0
// ICMPv4 (RFC 792): 0 type 1 code 2 checksum 4 rest of header 8 data. For echo the rest is
// identifier and sequence number. In an error the data is the offending IP header and at least 8
// bytes behind it, and the rest is zero but for: the gateway of a redirect; the pointer of a
// parameter problem (byte 4); the MTU of "fragmentation needed" (bytes 6 and 7, RFC 1191).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"
#include "stack/wire/checksum.h"

namespace flapjack {

inline constexpr std::size_t kIcmpHeaderBytes = 8;
inline constexpr std::uint8_t kIcmpEchoReply = 0;
inline constexpr std::uint8_t kIcmpUnreachable = 3;
inline constexpr std::uint8_t kIcmpRedirect = 5;
inline constexpr std::uint8_t kIcmpEchoRequest = 8;
inline constexpr std::uint8_t kIcmpTimeExceeded = 11;
inline constexpr std::uint8_t kIcmpParameterProblem = 12;

/// Codes of kIcmpUnreachable (RFC 792; the last RFC 1122 section 3.2.2.1).
inline constexpr std::uint8_t kIcmpCodeNetUnreachable = 0;
inline constexpr std::uint8_t kIcmpCodeHostUnreachable = 1;
inline constexpr std::uint8_t kIcmpCodeProtocolUnreachable = 2;
inline constexpr std::uint8_t kIcmpCodePortUnreachable = 3;
inline constexpr std::uint8_t kIcmpCodeFragmentationNeeded = 4;
inline constexpr std::uint8_t kIcmpCodeSourceRouteFailed = 5;
/// Codes of kIcmpRedirect.
inline constexpr std::uint8_t kIcmpCodeRedirectNet = 0;
inline constexpr std::uint8_t kIcmpCodeRedirectHost = 1;
/// Codes of kIcmpTimeExceeded.
inline constexpr std::uint8_t kIcmpCodeTtlExceeded = 0;
inline constexpr std::uint8_t kIcmpCodeReassemblyTime = 1;
/// Codes of kIcmpParameterProblem: the pointer says where; an option is missing (RFC 1122).
inline constexpr std::uint8_t kIcmpCodePointer = 0;
inline constexpr std::uint8_t kIcmpCodeMissingOption = 1;
inline constexpr std::uint8_t kIcmpCodeBadLength = 2;

struct IcmpHeader {
  std::uint8_t type = 0, code = 0;
  /// The rest of the header: of an echo; otherwise see the accessors.
  std::uint16_t id = 0, sequence = 0;

  /// Nothing when shorter than a header or when the checksum is wrong.
  static std::optional<IcmpHeader> parse(std::span<const std::uint8_t> message,
                                         ChecksumPolicy policy = {});
  /// Writes the header in front of message.size() - 8 bytes of data that are already there.
  void emit(std::span<std::uint8_t> message, ChecksumPolicy policy = {}) const;

  /// RFC 1191 section 4.
  static constexpr IcmpHeader fragmentation_needed(std::uint16_t mtu) {
    return {kIcmpUnreachable, kIcmpCodeFragmentationNeeded, 0, mtu};
  }
  /// `pointer`: offset of the wrong byte, from the first of the IP header.
  static constexpr IcmpHeader parameter_problem(std::uint8_t pointer) {
    return {kIcmpParameterProblem, kIcmpCodePointer, static_cast<std::uint16_t>(pointer << 8), 0};
  }
  static constexpr IcmpHeader redirect(std::uint8_t code, Ipv4Address gateway) {
    return {kIcmpRedirect, code, static_cast<std::uint16_t>(gateway.value >> 16),
            static_cast<std::uint16_t>(gateway.value)};
  }

  /// Unreachable, source quench, redirect, time exceeded, parameter problem: about them no error
  /// is sent (RFC 1122 section 3.2.2).
  constexpr bool is_error() const {
    return (type >= 3 && type <= 5) || type == kIcmpTimeExceeded || type == kIcmpParameterProblem;
  }
  /// Of "fragmentation needed", bytes; 0: from a router older than RFC 1191.
  constexpr std::uint16_t next_hop_mtu() const { return sequence; }
  /// Of a parameter problem.
  constexpr std::uint8_t pointer() const { return static_cast<std::uint8_t>(id >> 8); }
  /// Of a redirect.
  constexpr Ipv4Address gateway() const { return {std::uint32_t{id} << 16 | sequence}; }
  bool operator==(const IcmpHeader&) const = default;
};

/// "echo request id 1 seq 2", "unreachable code 4 mtu 1400", "type 13 code 0", ...
std::string to_text(const IcmpHeader& h);

}  // namespace flapjack
