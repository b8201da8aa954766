// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/arp.h"

#include <algorithm>

#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {
constexpr std::uint16_t kHardwareEthernet = 1;
}

std::optional<ArpHeader> ArpHeader::parse(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kArpBytes) return {};
  const std::uint8_t* p = bytes.data();
  const std::uint16_t operation = wire::load16(p + 6);
  const bool ours = wire::load16(p) == kHardwareEthernet && wire::load16(p + 2) == kEtherTypeIpv4 &&
                    p[4] == 6 && p[5] == 4 && (operation == 1 || operation == 2);
  if (!ours) return {};
  ArpHeader h;
  h.operation = static_cast<ArpOperation>(operation);
  std::copy_n(p + 8, 6, h.sender_mac.bytes.begin());
  h.sender_ip.value = wire::load32(p + 14);
  std::copy_n(p + 18, 6, h.target_mac.bytes.begin());
  h.target_ip.value = wire::load32(p + 24);
  return h;
}

void ArpHeader::emit(std::uint8_t* out) const {
  wire::store16(out, kHardwareEthernet);
  wire::store16(out + 2, kEtherTypeIpv4);
  out[4] = 6;
  out[5] = 4;
  wire::store16(out + 6, static_cast<std::uint16_t>(operation));
  std::copy_n(sender_mac.bytes.begin(), 6, out + 8);
  wire::store32(out + 14, sender_ip.value);
  std::copy_n(target_mac.bytes.begin(), 6, out + 18);
  wire::store32(out + 24, target_ip.value);
}

std::string to_text(const ArpHeader& h) {
  if (h.operation == ArpOperation::Request) {
    return "who has " + to_text(h.target_ip) + "? tell " + to_text(h.sender_ip);
  }
  return to_text(h.sender_ip) + " is at " + to_text(h.sender_mac);
}

}  // namespace flapjack
