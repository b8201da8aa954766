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
  // Summed before it is written: to read at once what was written in parts makes the machine wait.
  std::uint64_t header = std::uint64_t{source_port} << 48 | std::uint64_t{destination_port} << 32 |
                         std::uint64_t{length} << 16;
  if (policy.fill) {
    ChecksumSum sum;
    add_pseudo_header(sum, source, destination, IpProtocol::Udp, length);
    sum.add64(header);
    sum.add(segment.subspan(kUdpHeaderBytes));
    const std::uint16_t value = sum.finish();
    header |= value == 0 ? 0xffff : value;  // RFC 768: zero means none
  }
  wire::store64(segment.data(), header);
}

std::string to_text(const UdpHeader& h) {
  return "port " + std::to_string(h.source_port) + " > " + std::to_string(h.destination_port) +
         " length " + std::to_string(h.length);
}

}  // namespace flapjack
