// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ethernet.h"

#include <algorithm>

#include "stack/wire/bytes.h"

namespace flapjack {

std::optional<EthernetHeader> EthernetHeader::parse(std::span<const std::uint8_t> frame) {
  if (frame.size() < kEthernetHeaderBytes) return {};
  EthernetHeader h;
  std::copy_n(frame.begin(), 6, h.destination.bytes.begin());
  std::copy_n(frame.begin() + 6, 6, h.source.bytes.begin());
  h.type = wire::load16(frame.data() + 12);
  return h;
}

void EthernetHeader::emit(std::uint8_t* out) const {
  std::copy_n(destination.bytes.begin(), 6, out);
  std::copy_n(source.bytes.begin(), 6, out + 6);
  wire::store16(out + 12, type);
}

std::string to_text(const EthernetHeader& h) {
  return to_text(h.source) + " > " + to_text(h.destination) + " type " + std::to_string(h.type);
}

}  // namespace flapjack
