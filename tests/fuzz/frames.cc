// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/frames.h"

#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack::fuzz {
namespace {

constexpr ChecksumPolicy kUnchecked{.fill = true, .verify = false};
constexpr std::uint8_t kUntouched = 2;

// Where the checksum is in what is above IP, and whether a pseudo header belongs to it.
struct Place {
  std::size_t at = 0;
  bool pseudo = false;
};

std::optional<Place> place_of(std::uint8_t protocol) {
  switch (static_cast<IpProtocol>(protocol)) {
    case IpProtocol::Icmp:
    case IpProtocol::Igmp:
      return Place{2, false};
    case IpProtocol::Udp:
      return Place{6, true};
    case IpProtocol::Tcp:
      return Place{16, true};
    case IpProtocol::Icmpv6:
      return Place{2, true};
    default:
      return {};
  }
}

void fix_upper(std::span<std::uint8_t> segment, std::uint8_t protocol, const IpAddress& source,
               const IpAddress& destination) {
  const auto place = place_of(protocol);
  if (!place || segment.size() < place->at + 2) return;
  wire::store16(&segment[place->at], 0);
  ChecksumSum sum;
  if (place->pseudo) {
    add_pseudo_header(sum, source, destination, static_cast<IpProtocol>(protocol),
                      static_cast<std::uint32_t>(segment.size()));
  }
  sum.add(segment);
  const bool udp = protocol == static_cast<std::uint8_t>(IpProtocol::Udp);
  const std::uint16_t value = sum.finish();
  wire::store16(&segment[place->at], udp && value == 0 ? 0xffff : value);
}

void fix_ipv4(std::span<std::uint8_t> datagram) {
  Ipv4Header header;
  if (Ipv4Header::parse(datagram, kUnchecked, header) != Ipv4Header::Error::None) return;
  if (!header.is_fragment()) {
    fix_upper(datagram.first(header.total_length).subspan(header.header_bytes), header.protocol,
              header.source, header.destination);
  }
  wire::store16(&datagram[10], 0);
  wire::store16(&datagram[10], checksum(datagram.first(header.header_bytes)));
}

void fix_ipv6(std::span<std::uint8_t> datagram) {
  Ipv6Header header;
  if (Ipv6Header::parse(datagram, header) != Ipv6Header::Error::None) return;
  const auto whole = datagram.first(header.total_length());
  const Ipv6Extensions found = Ipv6Extensions::walk(whole);
  if (!found.ok() || found.is_fragment) return;
  fix_upper(whole.subspan(found.offset), found.protocol, header.source, header.destination);
}

}  // namespace

ScriptedInput cut_frames(Bytes input) {
  ScriptedInput script;
  if (input.empty()) return script;
  script.options = input[0];
  input = input.subspan(1);
  while (input.size() > 3 && script.frames.size() < kFramesMax) {
    const std::uint8_t flags = input[0];
    const std::size_t length = std::min<std::size_t>(wire::load16(&input[1]), kFrameBytesMax);
    const Bytes bytes = input.subspan(3).first(std::min(length, input.size() - 3));
    ScriptedFrame frame;
    frame.iface = flags & 1;
    frame.untouched = (flags & kUntouched) != 0;
    const unsigned step = flags >> 4;
    frame.wait = step == 0 ? Duration{} : milliseconds(std::int64_t{1} << 2 * (step - 1));
    frame.bytes = copy(bytes);
    script.frames.push_back(std::move(frame));
    input = input.subspan(3 + bytes.size());
  }
  return script;
}

void fix_checksums(std::span<std::uint8_t> frame) {
  const auto ethernet = EthernetHeader::parse(frame);
  if (!ethernet) return;
  if (ethernet->type == kEtherTypeIpv4) fix_ipv4(frame.subspan(kEthernetHeaderBytes));
  if (ethernet->type == kEtherTypeIpv6) fix_ipv6(frame.subspan(kEthernetHeaderBytes));
}

}  // namespace flapjack::fuzz
