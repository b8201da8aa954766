// SPDX-License-Identifier: Apache-2.0
// Changes of an IPv4 header that is already on a packet, as a router and a reassembly make them.
// The header passed Ipv4Header::parse(); its checksum is kept right.
#pragma once
#include <cstdint>
#include <span>

#include "stack/wire/ipv4.h"

namespace flapjack {

/// One hop less to live; the TTL is above 0. The checksum is updated, not computed anew, so that a
/// damaged header stays damaged (RFC 1624).
void decrement_ipv4_ttl(std::span<std::uint8_t> header);
/// Makes a whole datagram of a first fragment with the rest behind it: total length, no fragment.
void patch_ipv4_whole(std::span<std::uint8_t> datagram);
/// After options were changed in place.
void refresh_ipv4_checksum(std::span<std::uint8_t> header);

}  // namespace flapjack
