// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/udp.h"

#include <cassert>

#include "stack/wire/bytes.h"
#include "stack/wire/ip_protocol.h"

namespace flapjack {

UdpHeader::Error UdpHeader::parse(std::span<const std::uint8_t> segment, const IpAddress& source,
                                  const IpAddress& destination, ChecksumPolicy policy,
                                  UdpHeader& out) {
  if (segment.size() < kUdpHeaderBytes) return Error::Short;
  out.source_port = wire::load16(segment.data());
  out.destination_port = wire::load16(segment.data() + 2);
  out.length = wire::load16(segment.data() + 4);
  if (out.length < kUdpHeaderBytes || out.length > segment.size()) return Error::Length;
  const bool unsummed = source.is_v4() && wire::load16(segment.data() + 6) == 0;
  if (policy.verify && !unsummed) {
    ChecksumSum sum;
    add_pseudo_header(sum, source, destination, IpProtocol::Udp, out.length);
    sum.add(segment.first(out.length));
    if (!sum.verifies()) return Error::Checksum;
  }
  return Error::None;
}

void UdpHeader::emit(std::span<std::uint8_t> segment, const IpAddress& source,
                     const IpAddress& destination, ChecksumPolicy policy) const {
  assert(segment.size() == length && length >= kUdpHeaderBytes);
  wire::store16(segment.data(), source_port);
  wire::store16(segment.data() + 2, destination_port);
  wire::store16(segment.data() + 4, length);
  wire::store16(segment.data() + 6, 0);
  if (!policy.fill) return;
  ChecksumSum sum;
  add_pseudo_header(sum, source, destination, IpProtocol::Udp, length);
  sum.add(segment);
  const std::uint16_t value = sum.finish();
  wire::store16(segment.data() + 6, value == 0 ? 0xffff : value);  // RFC 768: zero means none
}

std::string to_text(const UdpHeader& h) {
  return "port " + std::to_string(h.source_port) + " > " + std::to_string(h.destination_port) +
         " length " + std::to_string(h.length);
}

}  // namespace flapjack
