// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ethernet.h"

#include <algorithm>
#include <cstring>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kAddressBytes = 12;  // both of them

}  // namespace

std::optional<EthernetHeader> EthernetHeader::parse(std::span<const std::uint8_t> frame) {
  if (frame.size() < kEthernetHeaderBytes) return {};
  const EthernetView view(frame.data());
  return EthernetHeader{view.destination(), view.source(), view.type()};
}

void EthernetHeader::emit(std::uint8_t* out) const {
  std::copy_n(destination.bytes.begin(), 6, out);
  std::copy_n(source.bytes.begin(), 6, out + 6);
  wire::store16(out + 12, type);
}

std::string to_text(const EthernetHeader& h) {
  return to_text(h.source) + " > " + to_text(h.destination) + " type " + std::to_string(h.type);
}

std::optional<VlanTag> VlanTag::parse(std::span<const std::uint8_t> frame) {
  if (frame.size() < kEthernetHeaderBytes + kVlanTagBytes) return {};
  if (wire::load16(frame.data() + kAddressBytes) != kEtherTypeVlan) return {};
  const std::uint16_t control = wire::load16(frame.data() + kAddressBytes + 2);
  return VlanTag{static_cast<std::uint8_t>(control >> 13), (control & 0x1000) != 0,
                 static_cast<std::uint16_t>(control & 0x0fff)};
}

void VlanTag::insert(std::uint8_t* frame) const {
  std::memmove(frame, frame + kVlanTagBytes, kAddressBytes);
  wire::store16(frame + kAddressBytes, kEtherTypeVlan);
  const unsigned control = unsigned{priority} << 13 | unsigned{drop_eligible} << 12 | id;
  wire::store16(frame + kAddressBytes + 2, static_cast<std::uint16_t>(control));
}

void VlanTag::remove(std::uint8_t* frame) {
  std::memmove(frame + kVlanTagBytes, frame, kAddressBytes);
}

std::string to_text(const VlanTag& tag) {
  return "vlan " + std::to_string(tag.id) + " priority " + std::to_string(tag.priority) +
         (tag.drop_eligible ? " drop eligible" : "");
}

}  // namespace flapjack
