// SPDX-License-Identifier: Apache-2.0
// ICMPv6 (RFC 4443): 0 type 1 code 2 checksum 4 rest of header 8 body. The rest is identifier and
// sequence number (echo), the MTU (packet too big), the offset of the wrong byte (parameter
// problem), or belongs to the message (nd.h, mld.h). Errors quote the packet in their body. The
// checksum covers a pseudo header (section 2.3).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"
#include "stack/wire/checksum.h"

namespace flapjack {

inline constexpr std::size_t kIcmpv6HeaderBytes = 8;

/// RFC 4443; RFC 2710 and 3810 (Mld*); RFC 4861 section 4 (Nd*). Below 128: errors.
enum class Icmpv6Type : std::uint8_t {
  Unreachable = 1,
  PacketTooBig = 2,
  TimeExceeded = 3,
  ParameterProblem = 4,
  EchoRequest = 128,
  EchoReply = 129,
  MldQuery = 130,
  MldReport = 131,
  MldDone = 132,
  RouterSolicitation = 133,
  RouterAdvertisement = 134,
  NeighborSolicitation = 135,
  NeighborAdvertisement = 136,
  Redirect = 137,
  MldReport2 = 143,
};

/// Codes of Icmpv6Type::Unreachable (RFC 4443 section 3.1).
inline constexpr std::uint8_t kIcmpv6NoRoute = 0;
inline constexpr std::uint8_t kIcmpv6Prohibited = 1;
inline constexpr std::uint8_t kIcmpv6BeyondScope = 2;
inline constexpr std::uint8_t kIcmpv6AddressUnreachable = 3;
inline constexpr std::uint8_t kIcmpv6PortUnreachable = 4;
/// Codes of TimeExceeded (section 3.3).
inline constexpr std::uint8_t kIcmpv6HopLimitExceeded = 0;
inline constexpr std::uint8_t kIcmpv6ReassemblyTime = 1;
/// Codes of ParameterProblem (section 3.4; the last: RFC 7112 section 5).
inline constexpr std::uint8_t kIcmpv6ErroneousField = 0;
inline constexpr std::uint8_t kIcmpv6UnknownNextHeader = 1;
inline constexpr std::uint8_t kIcmpv6UnknownOption = 2;
inline constexpr std::uint8_t kIcmpv6IncompleteChain = 3;

struct Icmpv6Header {
  Icmpv6Type type = Icmpv6Type::EchoRequest;  ///< any byte, named above or not
  std::uint8_t code = 0;
  std::uint32_t rest = 0;

  /// Nothing when shorter than a header or when the checksum is wrong.
  static std::optional<Icmpv6Header> parse(std::span<const std::uint8_t> message,
                                           const Ipv6Address& source,
                                           const Ipv6Address& destination,
                                           ChecksumPolicy policy = {});
  /// Writes the header in front of message.size() - 8 bytes of body that are already there.
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;

  static constexpr Icmpv6Header echo_request(std::uint16_t id, std::uint16_t sequence) {
    return {Icmpv6Type::EchoRequest, 0, std::uint32_t{id} << 16 | sequence};
  }
  static constexpr Icmpv6Header unreachable(std::uint8_t code) {
    return {Icmpv6Type::Unreachable, code, 0};
  }
  static constexpr Icmpv6Header packet_too_big(std::uint32_t mtu) {
    return {Icmpv6Type::PacketTooBig, 0, mtu};
  }
  static constexpr Icmpv6Header time_exceeded(std::uint8_t code) {
    return {Icmpv6Type::TimeExceeded, code, 0};
  }
  /// `pointer`: offset of the wrong byte, from the first of the IPv6 header.
  static constexpr Icmpv6Header parameter_problem(std::uint8_t code, std::uint32_t pointer) {
    return {Icmpv6Type::ParameterProblem, code, pointer};
  }

  constexpr bool is_error() const { return static_cast<std::uint8_t>(type) < 128; }
  /// Of an echo.
  constexpr std::uint16_t id() const { return static_cast<std::uint16_t>(rest >> 16); }
  constexpr std::uint16_t sequence() const { return static_cast<std::uint16_t>(rest); }
  /// Of a packet too big, bytes.
  constexpr std::uint32_t mtu() const { return rest; }
  /// Of a parameter problem.
  constexpr std::uint32_t pointer() const { return rest; }
  bool operator==(const Icmpv6Header&) const = default;
};

/// Fills in the checksum of a message whose other bytes are complete.
void fill_icmpv6_checksum(std::span<std::uint8_t> message, const Ipv6Address& source,
                          const Ipv6Address& destination, ChecksumPolicy policy);

/// "neighbor solicitation", or "type 200".
std::string to_text(Icmpv6Type type);
/// "echo request id 1 seq 2", "packet too big mtu 1280", ...
std::string to_text(const Icmpv6Header& h);

}  // namespace flapjack
