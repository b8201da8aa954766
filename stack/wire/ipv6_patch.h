// SPDX-License-Identifier: Apache-2.0
// Changes of IPv6 headers that are already on a packet, as a router and the fragmentation make them
// (RFC 8200 sections 3 and 4.5). The datagram passed Ipv6Header::parse(), and but for
// find_ipv6_fragment() also Ipv6Extensions::walk().
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "stack/wire/ipv6.h"

namespace flapjack {

/// Where a fragment header stands or may be put. Offsets from the first byte of the IPv6 header.
struct Ipv6FragmentPlace {
  std::size_t at = kIpv6HeaderBytes;          ///< the bytes in front of it are in every fragment
  std::size_t named_at = kIpv6NextHeaderAt;   ///< the byte that names what is at `at`
};

/// One hop less to live; the hop limit is above 0.
void decrement_ipv6_hop_limit(std::span<std::uint8_t> datagram);
/// The payload length of a datagram of this size; at most 65,535 bytes of payload.
void set_ipv6_payload_length(std::span<std::uint8_t> datagram);
/// Behind the headers that routers read: hop-by-hop options and routing.
Ipv6FragmentPlace place_for_ipv6_fragment(std::span<const std::uint8_t> datagram);
/// Where the header of a true fragment is, be it behind atomic ones (RFC 6946); nothing when there
/// is none.
std::optional<Ipv6FragmentPlace> find_ipv6_fragment(std::span<const std::uint8_t> datagram);
/// Makes a whole datagram of a first fragment with the rest behind it: what was in front of the
/// fragment header moves over it. The datagram starts kIpv6FragmentBytes later then.
void take_out_ipv6_fragment(std::span<std::uint8_t> datagram, const Ipv6FragmentPlace& place);

}  // namespace flapjack
