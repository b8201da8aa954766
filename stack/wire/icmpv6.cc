// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmpv6.h"

#include <cassert>

#include "stack/wire/bytes.h"
#include "stack/wire/ip_protocol.h"

namespace flapjack {
namespace {

std::uint16_t sum_of(std::span<const std::uint8_t> message, const Ipv6Address& source,
                     const Ipv6Address& destination) {
  ChecksumSum sum;
  add_pseudo_header(sum, source, destination, IpProtocol::Icmpv6,
                    static_cast<std::uint32_t>(message.size()));
  sum.add(message);
  return sum.finish();
}

}  // namespace

std::optional<Icmpv6Header> Icmpv6Header::parse(std::span<const std::uint8_t> message,
                                                const Ipv6Address& source,
                                                const Ipv6Address& destination,
                                                ChecksumPolicy policy) {
  if (message.size() < kIcmpv6HeaderBytes) return {};
  if (policy.verify && sum_of(message, source, destination) != 0) return {};
  return Icmpv6Header{static_cast<Icmpv6Type>(message[0]), message[1], wire::load32(&message[4])};
}

void Icmpv6Header::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                        const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(message.size() >= kIcmpv6HeaderBytes);
  message[0] = static_cast<std::uint8_t>(type);
  message[1] = code;
  wire::store32(&message[4], rest);
  fill_icmpv6_checksum(message, source, destination, policy);
}

void fill_icmpv6_checksum(std::span<std::uint8_t> message, const Ipv6Address& source,
                          const Ipv6Address& destination, ChecksumPolicy policy) {
  assert(message.size() >= kIcmpv6HeaderBytes);
  wire::store16(&message[2], 0);
  if (policy.fill) wire::store16(&message[2], sum_of(message, source, destination));
}

std::string to_text(Icmpv6Type type) {
  switch (type) {
    case Icmpv6Type::Unreachable:
      return "unreachable";
    case Icmpv6Type::PacketTooBig:
      return "packet too big";
    case Icmpv6Type::TimeExceeded:
      return "time exceeded";
    case Icmpv6Type::ParameterProblem:
      return "parameter problem";
    case Icmpv6Type::EchoRequest:
      return "echo request";
    case Icmpv6Type::EchoReply:
      return "echo reply";
    case Icmpv6Type::MldQuery:
      return "mld query";
    case Icmpv6Type::MldReport:
      return "mld report";
    case Icmpv6Type::MldDone:
      return "mld done";
    case Icmpv6Type::RouterSolicitation:
      return "router solicitation";
    case Icmpv6Type::RouterAdvertisement:
      return "router advertisement";
    case Icmpv6Type::NeighborSolicitation:
      return "neighbor solicitation";
    case Icmpv6Type::NeighborAdvertisement:
      return "neighbor advertisement";
    case Icmpv6Type::Redirect:
      return "redirect";
    case Icmpv6Type::MldReport2:
      return "mld report v2";
  }
  return "type " + std::to_string(static_cast<unsigned>(type));
}

std::string to_text(const Icmpv6Header& h) {
  std::string text = to_text(h.type);
  switch (h.type) {
    case Icmpv6Type::EchoRequest:
    case Icmpv6Type::EchoReply:
      return text + " id " + std::to_string(h.id()) + " seq " + std::to_string(h.sequence());
    case Icmpv6Type::PacketTooBig:
      return text + " mtu " + std::to_string(h.mtu());
    default:
      break;
  }
  if (h.is_error()) text += " code " + std::to_string(h.code);
  if (h.type == Icmpv6Type::ParameterProblem) text += " pointer " + std::to_string(h.pointer());
  return text;
}

}  // namespace flapjack
