// SPDX-License-Identifier: Apache-2.0
// Ethernet II frame header (IEEE 802.3 clause 3; type numbers: RFC 9542). No FCS: the link model
// delivers whole frames or none.
//   0 destination (6)   6 source (6)   12 type (2)   14 payload
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"
#include "stack/wire/bytes.h"

namespace flapjack {

inline constexpr std::size_t kEthernetHeaderBytes = 14;
inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
inline constexpr std::uint16_t kEtherTypeVlan = 0x8100;  // IEEE 802.1Q-2018 table 9-1
inline constexpr std::size_t kVlanTagBytes = 4;
/// IEEE 802.1Q-2018 table 9-2: 0 is a tag of priority only, 4095 is reserved.
inline constexpr std::uint16_t kVlanIdMin = 1, kVlanIdMax = 4094;

struct EthernetHeader {
  MacAddress destination, source;
  std::uint16_t type = 0;

  /// Nothing when the frame is shorter than a header.
  static std::optional<EthernetHeader> parse(std::span<const std::uint8_t> frame);
  /// Writes kEthernetHeaderBytes bytes.
  void emit(std::uint8_t* out) const;
};

std::string to_text(const EthernetHeader& h);

/// The header of a frame of at least kEthernetHeaderBytes, read where it lies: for the way of every
/// frame, where the copies that parse() makes would take longer than the reading.
class EthernetView {
 public:
  explicit EthernetView(const std::uint8_t* frame) : frame_(frame) {}
  MacAddress destination() const { return address(0); }
  MacAddress source() const { return address(6); }
  std::uint16_t type() const { return wire::load16(frame_ + 12); }

 private:
  MacAddress address(std::size_t at) const {
    MacAddress read;
    std::copy_n(frame_ + at, 6, read.bytes.begin());
    return read;
  }
  const std::uint8_t* frame_;
};

/// Where the type of a frame stands, behind all its tags; it may not be there any more when the
/// frame ends early.
inline std::size_t ether_type_at(std::span<const std::uint8_t> frame) {
  std::size_t at = kEthernetHeaderBytes - 2;
  while (at + 2 <= frame.size() && wire::load16(frame.data() + at) == kEtherTypeVlan) {
    at += kVlanTagBytes;
  }
  return at;
}

/// The tag between source and type of a tagged frame (IEEE 802.1Q-2018 section 9.6):
///   12 0x8100 (2)   14 priority (3 bits), drop eligible (1), VLAN (12)   16 type (2)
struct VlanTag {
  std::uint8_t priority = 0;   ///< 0..7
  bool drop_eligible = false;
  std::uint16_t id = 0;        ///< 0: a priority and no VLAN

  /// Nothing when the frame has no tag or ends within it.
  static std::optional<VlanTag> parse(std::span<const std::uint8_t> frame);
  /// Puts the tag into a frame that begins kVlanTagBytes behind `frame`: its addresses move there.
  void insert(std::uint8_t* frame) const;
  /// Takes it out again: the addresses move up, and the frame begins kVlanTagBytes later.
  static void remove(std::uint8_t* frame);
};

std::string to_text(const VlanTag& tag);

}  // namespace flapjack
