// SPDX-License-Identifier: Apache-2.0
#include "l2/framing.h"

#include <array>

#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/hdlc.h"
#include "stack/wire/ppp.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::size_t behind(std::size_t header, std::size_t bytes) {
  return bytes > header ? bytes - header : 0;
}

std::optional<std::uint8_t> class_of_ip(Bytes packet) {
  if (packet.size() < 2) return std::nullopt;
  const int version = packet[0] >> 4;
  if (version == 4) return packet[1];  // RFC 791: TOS is the second byte
  if (version != 6) return std::nullopt;
  return static_cast<std::uint8_t>(packet[0] << 4 | packet[1] >> 4);  // RFC 8200: from bit 4 on
}

std::optional<std::uint8_t> class_in_ethernet(Bytes frame) {
  const std::size_t at = ether_type_at(frame);
  if (at + 2 > frame.size()) return std::nullopt;
  const std::uint16_t type = wire::load16(frame.data() + at);
  if (type != kEtherTypeIpv4 && type != kEtherTypeIpv6) return std::nullopt;
  return class_of_ip(frame.subspan(at + 2));
}

std::optional<std::uint8_t> class_in_ppp(Bytes frame) {
  if (frame.size() < kPppProtocolBytes) return std::nullopt;
  const PppProtocol protocol{wire::load16(frame.data())};
  if (protocol != PppProtocol::Ip && protocol != PppProtocol::Ipv6) return std::nullopt;
  return class_of_ip(frame.subspan(kPppProtocolBytes));
}

}  // namespace

std::size_t packet_bytes(Bytes frame, Framing framing) {
  switch (framing) {
    case Framing::Bare: return frame.size();
    case Framing::Ethernet: return behind(ether_type_at(frame) + 2, frame.size());
    case Framing::Ppp: return behind(kPppProtocolBytes, frame.size());
    case Framing::Hdlc:
      return behind(kHdlcFieldBytes + kPppProtocolBytes, hdlc_content_bytes(frame));
  }
  return 0;
}

std::optional<std::uint8_t> traffic_class_in(Bytes frame, Framing framing) {
  switch (framing) {
    case Framing::Bare: return class_of_ip(frame);
    case Framing::Ethernet: return class_in_ethernet(frame);
    case Framing::Ppp: return class_in_ppp(frame);
    case Framing::Hdlc: {
      std::array<std::uint8_t, kHdlcFieldBytes + kPppProtocolBytes + 2> start;
      const std::size_t known = hdlc_peek(frame, start);
      if (known < kHdlcFieldBytes) return std::nullopt;
      return class_in_ppp(Bytes(start).first(known).subspan(kHdlcFieldBytes));
    }
  }
  return std::nullopt;
}

}  // namespace flapjack
