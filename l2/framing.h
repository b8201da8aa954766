// SPDX-License-Identifier: Apache-2.0
// Framing: how frames carry packets on a medium, for media that look inside: an MTU counts packets,
// and a queue by DSCP knows those of IP.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace flapjack {

enum class Framing : std::uint8_t {
  Bare,      ///< nothing in front of the packet
  Ethernet,  ///< Ethernet II, with VLAN tags or without
  Ppp,       ///< the protocol field of PPP (RFC 1661 section 2)
  Hdlc,      ///< that on a byte line (RFC 1662)
};

/// The bytes of the packet in a frame: without the link header, tags, escapes, flags and FCS. 0 for
/// a frame that ends before its packet.
std::size_t packet_bytes(std::span<const std::uint8_t> frame, Framing framing);

/// The traffic class, DSCP and ECN, of the IP packet in a frame (RFC 2474 section 3); nothing for a
/// frame that has none or is too short.
std::optional<std::uint8_t> traffic_class_in(std::span<const std::uint8_t> frame, Framing framing);

}  // namespace flapjack
