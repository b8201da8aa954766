// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmp.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {

std::optional<IcmpHeader> IcmpHeader::parse(std::span<const std::uint8_t> message,
                                            ChecksumPolicy policy) {
  if (message.size() < kIcmpHeaderBytes) return {};
  if (policy.verify && checksum(message) != 0) return {};
  return IcmpHeader{message[0], message[1], wire::load16(&message[4]), wire::load16(&message[6])};
}

void IcmpHeader::emit(std::span<std::uint8_t> message, ChecksumPolicy policy) const {
  assert(message.size() >= kIcmpHeaderBytes);
  message[0] = type;
  message[1] = code;
  wire::store16(&message[2], 0);
  wire::store16(&message[4], id);
  wire::store16(&message[6], sequence);
  if (policy.fill) wire::store16(&message[2], checksum(message));
}

std::string to_text(const IcmpHeader& h) {
  const std::string code = " code " + std::to_string(h.code);
  switch (h.type) {
    case kIcmpEchoRequest:
    case kIcmpEchoReply:
      return (h.type == kIcmpEchoRequest ? "echo request id " : "echo reply id ") +
             std::to_string(h.id) + " seq " + std::to_string(h.sequence);
    case kIcmpUnreachable:
      if (h.code != kIcmpCodeFragmentationNeeded) return "unreachable" + code;
      return "unreachable" + code + " mtu " + std::to_string(h.next_hop_mtu());
    case kIcmpRedirect:
      return "redirect" + code + " to " + to_text(h.gateway());
    case kIcmpTimeExceeded:
      return "time exceeded" + code;
    case kIcmpParameterProblem:
      return "parameter problem" + code + " pointer " + std::to_string(h.pointer());
    default:
      return "type " + std::to_string(h.type) + code;
  }
}

}  // namespace flapjack
