// SPDX-License-Identifier: Apache-2.0
// Messages of neighbor discovery (RFC 4861 section 4), each from its ICMPv6 header on:
//   RS  8 options                              NS, NA  8 target 24 options
//   RA  4 hop limit 5 flags 6 lifetime 8 reachable 12 retransmit 16 options
//   redirect  8 target 24 destination 40 options
// parse() checks what RFC 4861 sections 6.1, 7.1 and 8.1 say of bytes: length, code, options, kinds
// of address. Checksum (Icmpv6Header::parse), hop limit 255 and addresses of the IPv6 header are
// the caller's. emit() writes in front of options that are already there.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/checksum.h"
#include "stack/wire/icmpv6.h"
#include "stack/wire/nd_option.h"

namespace flapjack {

/// All messages are sent with it, and dropped when they come without.
inline constexpr std::uint8_t kNdHopLimit = 255;

struct RouterSolicitation {
  static constexpr std::size_t kBytes = 8;  ///< without options
  NdOptions options;
  static std::optional<RouterSolicitation> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;
};

struct RouterAdvertisement {
  static constexpr std::size_t kBytes = 16;
  std::uint8_t hop_limit = 0;  ///< 0: not said, as with the numbers below but the lifetime
  bool managed = false, other = false;
  std::int8_t preference = 0;    ///< -1 low, 0 medium, 1 high (RFC 4191 section 2.1)
  std::uint16_t lifetime_s = 0;  ///< 0: no default router
  std::uint32_t reachable_ms = 0;
  std::uint32_t retransmit_ms = 0;
  NdOptions options;
  static std::optional<RouterAdvertisement> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;
};

struct NeighborSolicitation {
  static constexpr std::size_t kBytes = 24;
  Ipv6Address target;
  NdOptions options;
  static std::optional<NeighborSolicitation> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;
};

struct NeighborAdvertisement {
  static constexpr std::size_t kBytes = 24;
  Ipv6Address target;
  bool router = false, solicited = false, override_known = false;
  NdOptions options;
  static std::optional<NeighborAdvertisement> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;
};

struct Redirect {
  static constexpr std::size_t kBytes = 40;
  Ipv6Address target;  ///< the better next hop: link-local, or the destination itself
  Ipv6Address destination;
  NdOptions options;
  static std::optional<Redirect> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& from, const Ipv6Address& to,
            ChecksumPolicy policy = {}) const;
};

/// "who has fe80::1? slla 02:...", "fe80::1 is here router solicited override ...", ...
std::string to_text(const RouterSolicitation& m);
std::string to_text(const RouterAdvertisement& m);
std::string to_text(const NeighborSolicitation& m);
std::string to_text(const NeighborAdvertisement& m);
std::string to_text(const Redirect& m);

}  // namespace flapjack
