// SPDX-License-Identifier: Apache-2.0
// Extension headers of IPv6 (RFC 8200 section 4): one walk from the IPv6 header to what is above,
// and the two headers we send ourselves.
//   each   0 next header 1 length in 8 bytes, the first not counted  2 content
//   44     0 next header 1 reserved  2 offset (13) reserved (2) more (1)  4 identification
// The walk stops in front of the data of a true fragment: what its first fragment goes on with is
// walked when the datagram is whole. A fragment that is the whole datagram (offset 0 and no more;
// RFC 6946) is walked through. Offsets count from the first byte of the IPv6 header.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stack/wire/ip_protocol.h"

namespace flapjack {

inline constexpr std::size_t kIpv6FragmentBytes = 8;
inline constexpr std::size_t kIpv6RouterAlertBytes = 8;
/// Option numbers (RFC 8200 section 4.2, RFC 2711, RFC 2675).
inline constexpr std::uint8_t kIpv6OptionPad1 = 0;
inline constexpr std::uint8_t kIpv6OptionPadN = 1;
inline constexpr std::uint8_t kIpv6OptionRouterAlert = 5;
inline constexpr std::uint8_t kIpv6OptionJumbo = 0xc2;
/// Value of a router alert in front of MLD (RFC 2711 section 2.1).
inline constexpr std::uint16_t kRouterAlertMld = 0;

/// The fragment header (RFC 8200 section 4.5).
struct Ipv6Fragment {
  std::uint8_t next_header = static_cast<std::uint8_t>(IpProtocol::NoNext);
  std::uint16_t offset = 0;  ///< in units of 8 bytes, 13 bits
  bool more = false;
  std::uint32_t id = 0;

  /// Nothing when shorter than kIpv6FragmentBytes.
  static std::optional<Ipv6Fragment> parse(std::span<const std::uint8_t> bytes);
  /// Writes kIpv6FragmentBytes bytes.
  void emit(std::uint8_t* out) const;
  /// Offset 0 and no more: the datagram is whole (RFC 6946).
  bool is_atomic() const { return offset == 0 && !more; }
  bool operator==(const Ipv6Fragment&) const = default;
};

/// Writes a hop-by-hop header of kIpv6RouterAlertBytes bytes with nothing but a router alert.
void emit_ipv6_router_alert(std::uint8_t* out, std::uint8_t next_header, std::uint16_t value);

/// Why a walk ended early.
enum class Ipv6ExtError : std::uint8_t {
  None,
  Truncated,         ///< a header runs over the end of the datagram
  HopByHopNotFirst,  ///< RFC 8200 section 4.1
  BadOption,         ///< an option runs over the end of its header, or has a wrong length
  UnknownOption,     ///< one whose two highest bits forbid to skip it (RFC 8200 section 4.2)
  RoutingNotDone,    ///< a routing header with segments left: none is supported (section 4.4)
  FragmentLength,    ///< not the last fragment, and no multiple of 8 bytes (section 4.5)
  FragmentTooLong,   ///< its end is beyond 65,535 bytes of payload (section 4.5)
  IncompleteChain,   ///< a first fragment without the whole chain of headers (RFC 7112)
};

/// What the walk found.
struct Ipv6Extensions {
  std::uint8_t protocol = static_cast<std::uint8_t>(IpProtocol::NoNext);  ///< what is above
  std::uint32_t offset = 0;             ///< where it starts; the data of a true fragment
  std::uint32_t next_header_at = 0;     ///< the byte that names `protocol`
  bool is_fragment = false;             ///< a true one
  Ipv6Fragment fragment;                ///< when is_fragment
  std::uint32_t fragment_at = 0;        ///< where its header starts, or an atomic one's; 0: none
  std::uint32_t fragment_named_at = 0;  ///< the byte to patch when that header is taken out
  std::optional<std::uint16_t> router_alert;

  Ipv6ExtError error = Ipv6ExtError::None;
  /// When there is an error: whether the source is told, with a parameter problem (RFC 4443
  /// section 3.4) of this code, pointing to this offset, ...
  bool tell = false;
  std::uint8_t code = 0;
  std::uint32_t pointer = 0;
  /// ... and whether even when the datagram went to a group.
  bool tell_of_multicast = false;

  bool ok() const { return error == Ipv6ExtError::None; }
  /// `datagram` starts at an IPv6 header that was parsed and ends with its payload.
  static Ipv6Extensions walk(std::span<const std::uint8_t> datagram);
};

/// "hop_by_hop_not_first", ...
std::string_view ipv6_ext_error_name(Ipv6ExtError error);
std::string to_text(const Ipv6Fragment& f);
std::string to_text(const Ipv6Extensions& e);

}  // namespace flapjack
