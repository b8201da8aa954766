// SPDX-License-Identifier: Apache-2.0
// What a device with checksum offload does to Ethernet frames, VLAN tags looked past: it fills in
// what a ChecksumPolicy without `fill` left out, and looks at what one without `verify` does not.
// That are the sums of IPv4 headers, UDP and ICMPv6. A fragment has no sum above its header that
// could be told, and what is malformed is for the stack to refuse.
#pragma once
#include <cstdint>
#include <span>

namespace flapjack {

/// Writes the checksum of a whole UDP datagram whose field is zero; other frames stay as they are.
void fill_frame_checksums(std::span<std::uint8_t> frame);

/// False when a sum in the frame is wrong.
bool frame_checksums_hold(std::span<const std::uint8_t> frame);

}  // namespace flapjack
