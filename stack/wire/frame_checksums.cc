// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/frame_checksums.h"

#include "stack/wire/bytes.h"
#include "stack/wire/checksum.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/icmpv6.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"
#include "stack/wire/udp.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr ChecksumPolicy kLookOnly{.fill = false, .verify = false};
constexpr std::size_t kUdpChecksumAt = 6;  // RFC 768

/// What is above the IP header of a frame; nothing for other frames, fragments, malformed ones.
struct Segment {
  bool header_holds = true;  ///< of IPv4: the header's own sum
  IpAddress source, destination;
  IpProtocol protocol = IpProtocol::NoNext;
  std::size_t at = 0, bytes = 0;  ///< in the frame
};

Segment ipv4_segment(Bytes frame, std::size_t at) {
  const Bytes datagram = frame.subspan(at);
  Ipv4Header header;
  if (Ipv4Header::parse(datagram, kLookOnly, header) != Ipv4Header::Error::None) return {};
  Segment found;
  found.header_holds = checksum(datagram.first(header.header_bytes)) == 0;
  if (header.is_fragment()) return found;
  found.source = header.source;
  found.destination = header.destination;
  found.protocol = static_cast<IpProtocol>(header.protocol);
  found.at = at + header.header_bytes;
  found.bytes = header.payload_bytes();
  return found;
}

Segment ipv6_segment(Bytes frame, std::size_t at) {
  Ipv6Header header;
  if (Ipv6Header::parse(frame.subspan(at), header) != Ipv6Header::Error::None) return {};
  const Bytes datagram = frame.subspan(at, header.total_length());
  const Ipv6Extensions above = Ipv6Extensions::walk(datagram);
  if (!above.ok() || above.is_fragment) return {};
  Segment found;
  found.source = header.source;
  found.destination = header.destination;
  found.protocol = static_cast<IpProtocol>(above.protocol);
  found.at = at + above.offset;
  found.bytes = datagram.size() - above.offset;
  return found;
}

Segment segment_of(Bytes frame) {
  const std::size_t at = ether_type_at(frame);
  if (at + 2 > frame.size()) return {};
  const std::uint16_t type = wire::load16(&frame[at]);
  if (type == kEtherTypeIpv4) return ipv4_segment(frame, at + 2);
  return type == kEtherTypeIpv6 ? ipv6_segment(frame, at + 2) : Segment{};
}

}  // namespace

void fill_frame_checksums(std::span<std::uint8_t> frame) {
  const Segment found = segment_of(frame);
  if (found.protocol != IpProtocol::Udp) return;
  const auto segment = frame.subspan(found.at, found.bytes);
  UdpHeader header;
  const auto parsed =
      UdpHeader::parse(segment, found.source, found.destination, kLookOnly, header);
  if (parsed != UdpHeader::Error::None || wire::load16(&segment[kUdpChecksumAt]) != 0) return;
  header.emit(segment.first(header.length), found.source, found.destination);
}

bool frame_checksums_hold(Bytes frame) {
  const Segment found = segment_of(frame);
  if (!found.header_holds) return false;
  const Bytes segment = frame.subspan(found.at, found.bytes);
  if (found.protocol == IpProtocol::Udp) {
    UdpHeader header;
    return UdpHeader::parse(segment, found.source, found.destination, {}, header) !=
           UdpHeader::Error::Checksum;
  }
  if (found.protocol != IpProtocol::Icmpv6 || !found.source.is_v6()) return true;
  if (segment.size() < kIcmpv6HeaderBytes) return true;  // for the stack to refuse
  return Icmpv6Header::parse(segment, found.source.v6(), found.destination.v6()).has_value();
}

}  // namespace flapjack
