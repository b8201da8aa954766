// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmpv6.h"

#include <algorithm>
#include <cstring>

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {

Icmpv6::Icmpv6(Stack& stack) : stack_(stack) {
  echo_.type = static_cast<std::uint8_t>(Icmpv6Type::EchoRequest);
  echo_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return answer_echo(iface, packet);
  };
  add(echo_);
}

void Icmpv6::input(NetIf& iface, PacketPtr packet) {
  const PacketMeta& meta = packet->meta;
  const auto header = Icmpv6Header::parse(packet->bytes(), meta.source.address.v6(),
                                          meta.destination.address.v6(), iface.checksum_policy());
  if (!header) {
    ++iface.stats().rx_dropped;
    const bool short_one = packet->size() < kIcmpv6HeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  IcmpHeader seen;
  seen.type = static_cast<std::uint8_t>(header->type);
  seen.code = header->code;
  seen.id = header->id();
  seen.sequence = header->sequence();
  if (handlers_.hand_over(iface, seen, *packet).code() != Errc::Enoent) return;
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

PacketPtr Icmpv6::message(NetIf& iface, std::size_t bytes) {
  PacketPtr packet = stack_.tx_pool.allocate();
  if (packet != nullptr && bytes <= packet->tailroom()) {
    std::memset(packet->append(bytes), 0, bytes);
    packet->meta.iface = iface.index();
    return packet;
  }
  const Errc error = packet == nullptr ? Errc::Enobufs : Errc::Emsgsize;
  stack_.tracer().event(iface.subject(), "icmpv6_not_sent", {Attr::of("errno", error)});
  return nullptr;
}

Status Icmpv6::send(NetIf& iface, PacketPtr message, const Icmpv6Route& route) {
  PacketMeta& meta = message->meta;
  meta.iface = iface.index();
  meta.source = {route.source, 0};
  meta.destination = {route.destination, 0};
  meta.ttl = route.hop_limit;
  meta.router_alert = route.router_alert;
  meta.cause = route.cause.valid() ? route.cause : stack_.scheduler().cause();
  return stack_.ip.output(std::move(message), IpProtocol::Icmpv6);
}

Status Icmpv6::answer_echo(NetIf& iface, Packet& packet) {
  const PacketMeta& meta = packet.meta;
  const Ipv6Address asked = meta.destination.address.v6(), asker = meta.source.address.v6();
  PacketPtr answer = message(iface, packet.size());
  if (answer == nullptr) {
    stack_.tracer().drop(DropReason::NoBuffers, stack_.subject(), packet);
    return Errc::Enomem;
  }
  std::copy_n(packet.data(), packet.size(), answer->data());
  Icmpv6Route route{asked, asker, iface.ipv6_hop_limit(), false, meta.cause};
  if (asked.is_multicast()) route.source = stack_.route.source(&iface, asker).v6();
  if (route.source.is_any()) {
    stack_.tracer().drop(DropReason::NoRoute, stack_.subject(), packet);
    return Errc::Eaddrnotavail;
  }
  const auto request = Icmpv6Header::parse(packet.bytes(), asker, asked, {.verify = false});
  Icmpv6Header reply = *request;
  reply.type = Icmpv6Type::EchoReply;
  reply.code = 0;
  reply.emit(answer->bytes(), route.source, route.destination);
  return send(iface, std::move(answer), route);
}

Status Icmpv6::send_echo_request(NetIf* iface, const Ipv6Address& destination, std::uint16_t id,
                                 std::uint16_t sequence, std::span<const std::uint8_t> data) {
  if (destination.is_any()) return Errc::Einval;
  if (iface == nullptr) iface = stack_.route.iface_for(destination);
  if (iface == nullptr || iface->is_offloaded()) return Errc::Enoent;
  if (iface->ipv6() == nullptr) return Errc::Enetunreach;
  const Ipv6Address source = stack_.route.source(iface, destination).v6();
  if (source.is_any()) return Errc::Enetunreach;
  PacketPtr request = message(*iface, kIcmpv6HeaderBytes + data.size());
  if (request == nullptr) return Errc::Enomem;
  std::copy(data.begin(), data.end(), request->data() + kIcmpv6HeaderBytes);
  Icmpv6Header::echo_request(id, sequence).emit(request->bytes(), source, destination);
  const std::uint8_t limit = destination.is_multicast() ? stack_.config().ipv6.multicast_hop_limit
                                                        : iface->ipv6_hop_limit();
  const Status sent =
      send(*iface, std::move(request), {source, destination, limit, false, RecordId{}});
  return sent.ok() ? sent : Status(Errc::Eio);
}

// RFC 4443 section 2.4 (e).
bool Icmpv6::may_tell(const Packet& offending, const Icmpv6Header& error) const {
  const PacketMeta& meta = offending.meta;
  const Ipv6Address from = meta.source.address.v6();
  if (from.is_any() || from.is_multicast()) return false;
  const bool group = meta.destination.address.is_multicast();
  const bool allowed =
      error.type == Icmpv6Type::PacketTooBig ||
      (error.type == Icmpv6Type::ParameterProblem && error.code == kIcmpv6UnknownOption);
  if (group && !allowed) return false;
  if (meta.protocol != static_cast<std::uint8_t>(IpProtocol::Icmpv6)) return true;
  const bool error_or_redirect =
      offending.size() > 0 &&
      (offending.data()[0] < 128 ||
       offending.data()[0] == static_cast<std::uint8_t>(Icmpv6Type::Redirect));
  return !error_or_redirect;
}

void Icmpv6::send_error(NetIf& iface, const Packet& offending, const Icmpv6Header& error) {
  if (!may_tell(offending, error)) return;
  const PacketMeta& meta = offending.meta;
  const Ipv6Address to = meta.source.address.v6();
  const Ipv6Address asked = meta.destination.address.v6();
  Ipv6Address source = asked;
  if (!iface.has_address(asked)) source = stack_.route.source(&iface, to).v6();
  if (source.is_any()) return;
  const std::uint8_t* start = offending.data() - meta.l3_bytes;
  constexpr std::size_t kRoom = kIpv6MinMtu - kIpv6HeaderBytes - kIcmpv6HeaderBytes;
  const std::size_t quoted = std::min(kRoom, offending.size() + meta.l3_bytes);
  PacketPtr packet = message(iface, kIcmpv6HeaderBytes + quoted);
  if (packet == nullptr) return;
  std::copy_n(start, quoted, packet->data() + kIcmpv6HeaderBytes);
  error.emit(packet->bytes(), source, to);
  const Status sent =
      send(iface, std::move(packet), {source, to, iface.ipv6_hop_limit(), false, meta.cause});
  static_cast<void>(sent);  // an error about an error is never sent (RFC 4443 section 2.4)
}

}  // namespace flapjack
