// SPDX-License-Identifier: Apache-2.0
// ARP for IPv4 over Ethernet (RFC 826), 28 bytes:
//   0 htype  2 ptype  4 hlen 5 plen  6 operation  8 sender MAC 14 sender IP 18 target MAC 24 IP
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"

namespace flapjack {

inline constexpr std::size_t kArpBytes = 28;

enum class ArpOperation : std::uint16_t { Request = 1, Reply = 2 };

struct ArpHeader {
  ArpOperation operation = ArpOperation::Request;
  MacAddress sender_mac;
  Ipv4Address sender_ip;
  MacAddress target_mac;
  Ipv4Address target_ip;

  /// Nothing when too short, not Ethernet/IPv4, or neither request nor reply. Bytes after the 28
  /// (Ethernet padding) are ignored.
  static std::optional<ArpHeader> parse(std::span<const std::uint8_t> bytes);
  /// Writes kArpBytes bytes.
  void emit(std::uint8_t* out) const;
};

/// "who has 192.0.2.1? tell 192.0.2.2" or "192.0.2.1 is at 02:...".
std::string to_text(const ArpHeader& h);

}  // namespace flapjack
