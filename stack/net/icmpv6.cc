// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmpv6.h"

#include <algorithm>
#include <cstring>

#include "stack/net/stack.h"
#include "stack/wire/icmp_quote.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack {
namespace {

// Neighbour discovery stays on the link, whatever prefixes and routes say (RFC 4861 section 2.1).
bool is_discovery(std::span<const std::uint8_t> message) {
  if (message.empty()) return false;
  const auto type = static_cast<Icmpv6Type>(message[0]);
  return type >= Icmpv6Type::RouterSolicitation && type <= Icmpv6Type::Redirect;
}

// RFC 6980 section 5: whoever watches a link could not see what such a message of discovery says.
bool came_in_fragments(const Packet& packet) {
  const PacketMeta& meta = packet.meta;
  if (meta.reassembled || meta.l3_bytes <= kIpv6HeaderBytes) return meta.reassembled;
  return Ipv6Extensions::walk({packet.data() - meta.l3_bytes, meta.l3_bytes + packet.size()})
             .fragment_at != 0;
}

}  // namespace

Icmpv6::Icmpv6(Stack& stack)
    : stack_(stack),
      scheduler_(stack.scheduler()),
      waits_(stack.waits()),
      pool_(stack.tx_pool),
      errors_(stack, *this),
      error_limit_(stack.config().icmp.error_limit) {
  echo_.type = static_cast<std::uint8_t>(Icmpv6Type::EchoRequest);
  echo_.handle = [this](NetIf&, const IcmpHeader&, Packet&) {
    echo_asked_ = true;  // the answer may have to wait, and the request with it
    return Status();
  };
  add(echo_);
}

void Icmpv6::input(NetIf& iface, PacketPtr packet) {
  const PacketMeta& meta = packet->meta;
  ChecksumPolicy policy = iface.checksum_policy();
  policy.verify = policy.verify || meta.reassembled;
  const auto header = Icmpv6Header::parse(packet->bytes(), meta.source.address.v6(),
                                          meta.destination.address.v6(), policy);
  if (!header) {
    ++iface.losses().rx_dropped;
    const bool short_one = packet->size() < kIcmpv6HeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  if (is_discovery(packet->bytes()) && came_in_fragments(*packet)) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(DropReason::BadHeader, iface.subject(), *packet);
  }
  IcmpHeader seen;
  seen.type = static_cast<std::uint8_t>(header->type);
  seen.code = header->code;
  seen.id = header->id();
  seen.sequence = header->sequence();
  echo_asked_ = false;
  const Errc taken = handlers_.hand_over(iface, seen, *packet).code();
  if (echo_asked_) return answer_echo(iface, std::move(packet));
  if (taken != Errc::Enoent) return;
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

// ---- messages of our own

std::size_t Icmpv6::packet_bytes(std::size_t message_bytes, const Icmpv6Route& route) {
  return message_bytes + kIpv6HeaderBytes + (route.router_alert ? kIpv6RouterAlertBytes : 0);
}

void Icmpv6::not_sent(const NetIf& iface, Errc error) {
  stack_.tracer().event(iface.subject(), "icmpv6_not_sent", {Attr::of("errno", error)});
}

bool Icmpv6::make_room(NetIf& iface, PacketPtr& packet, std::size_t bytes) {
  if (packet == nullptr || bytes > packet->tailroom()) {
    not_sent(iface, packet == nullptr ? Errc::Enobufs : Errc::Emsgsize);
    packet.reset();
    return false;
  }
  std::memset(packet->append(bytes), 0, bytes);
  return true;
}

void Icmpv6::post(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route,
                  Timeout within) {
  const std::size_t bytes = message.size();
  post(iface, bytes, route, within, [message = std::move(message)](std::span<std::uint8_t> out) {
    std::copy(message.begin(), message.end(), out.begin());
  });
}

Status Icmpv6::send(NetIf& iface, PacketPtr message, const Icmpv6Route& route) {
  PacketMeta& meta = message->meta;
  meta.iface = iface.index();
  meta.source = {route.source, 0};
  meta.destination = {route.destination, 0};
  meta.ttl = route.hop_limit;
  meta.router_alert = route.router_alert;
  if (is_discovery(message->bytes())) meta.next_hop = route.destination;
  meta.cause = scheduler_.cause();
  return stack_.ip().output(std::move(message), IpProtocol::Icmpv6);
}

// ---- echo

void Icmpv6::answer_echo(NetIf& iface, PacketPtr request) {
  const PacketMeta& meta = request->meta;
  const Ipv6Address asked = meta.destination.address.v6(), asker = meta.source.address.v6();
  Icmpv6Route route{asked, asker, iface.ipv6_hop_limit(), false, meta.cause};
  if (asked.is_multicast()) route.source = stack_.route().source(&iface, asker).v6();
  if (route.source.is_any()) {
    return stack_.tracer().drop(DropReason::NoRoute, stack_.subject(), *request);
  }
  const CauseScope scope(scheduler_, meta.cause);
  const std::size_t bytes = packet_bytes(request->size(), route);
  request->meta.parked = true;
  waits_.allocate_within(
      pool_, bytes, stack_.config().alloc.icmp,
      [this, &iface, route, request = std::move(request)](PacketPtr answer) mutable {
        reply(iface, std::move(request), std::move(answer), route);
      });
}

void Icmpv6::reply(NetIf& iface, PacketPtr request, PacketPtr answer, const Icmpv6Route& route) {
  if (answer == nullptr || !make_room(iface, answer, request->size())) {
    return stack_.tracer().drop(DropReason::NoBuffers, stack_.subject(), *request);
  }
  std::copy_n(request->data(), request->size(), answer->data());
  const auto asked = Icmpv6Header::parse(request->bytes(), route.destination, route.source,
                                         {.verify = false});
  Icmpv6Header header = *asked;
  header.type = Icmpv6Type::EchoReply;
  header.code = 0;
  header.emit(answer->bytes(), route.source, route.destination);
  static_cast<void>(send(iface, std::move(answer), route).ok());  // recorded where refused
}

Status Icmpv6::send_echo_request(NetIf* iface, const Ipv6Address& destination, std::uint16_t id,
                                 std::uint16_t sequence, std::span<const std::uint8_t> data) {
  if (destination.is_any()) return Errc::Einval;
  if (iface == nullptr) iface = stack_.route().iface_for(destination);
  if (iface == nullptr || iface->is_offloaded()) return Errc::Enoent;
  if (iface->ipv6() == nullptr) return Errc::Enetunreach;
  const Ipv6Address source = stack_.route().source(iface, destination).v6();
  if (source.is_any()) return Errc::Enetunreach;
  const std::size_t most = stack_.config().ipv6_fragment.enabled
                               ? 0xffff
                               : std::size_t{iface->ipv6()->mtu()} - kIpv6HeaderBytes;
  const std::size_t bytes = kIcmpv6HeaderBytes + data.size();
  if (bytes > most) return Errc::Enomem;
  const std::uint8_t limit = destination.is_multicast() ? stack_.config().ipv6.multicast_hop_limit
                                                        : iface->ipv6_hop_limit();
  const Icmpv6Route route{source, destination, limit, false, RecordId{}};
  PacketPtr request =
      waits_.allocate(pool_, packet_bytes(bytes, route), stack_.config().alloc.icmp);
  if (!make_room(*iface, request, bytes)) return Errc::Enomem;
  std::copy(data.begin(), data.end(), request->data() + kIcmpv6HeaderBytes);
  Icmpv6Header::echo_request(id, sequence).emit(request->bytes(), source, destination);
  return send(*iface, std::move(request), route).ok() ? Status() : Status(Errc::Eio);
}

// ---- errors

// RFC 4443 section 2.4 (e).
bool Icmpv6::may_tell(const Packet& offending, const Icmpv6Header& error) const {
  const PacketMeta& meta = offending.meta;
  const Ipv6Address from = meta.source.address.v6();
  if (from.is_any() || from.is_multicast()) return false;
  const bool group = meta.destination.address.is_multicast() || meta.link_group;
  const bool allowed =
      error.type == Icmpv6Type::PacketTooBig ||
      (error.type == Icmpv6Type::ParameterProblem && error.code == kIcmpv6UnknownOption);
  if (group && !allowed) return false;
  const std::span<const std::uint8_t> whole{offending.data() - meta.l3_bytes,
                                            offending.size() + meta.l3_bytes};
  const auto quote = IcmpQuote::parse_ipv6(whole);
  const bool icmpv6 = quote && !quote->later_fragment &&
                      quote->protocol == static_cast<std::uint8_t>(IpProtocol::Icmpv6);
  if (!icmpv6) return true;
  if (whole.size() <= quote->upper_at) return false;  // it may be an error
  const std::uint8_t type = whole[quote->upper_at];
  return type >= 128 && type != static_cast<std::uint8_t>(Icmpv6Type::Redirect);
}

bool Icmpv6::may_send_error(NetIf& iface, const Icmpv6Header& message) {
  if (error_limit_.take(scheduler_.now())) return true;
  ++errors_limited_;
  stack_.tracer().event(iface.subject(), "icmp_error_limited",
                        {Attr::of("type", static_cast<std::int64_t>(message.type)),
                         Attr::of("code", std::int64_t{message.code})});
  return false;
}

// A host answers where it was asked; a router looks for the way.
NetIf& Icmpv6::way_back(NetIf& iface, const Packet& offending) const {
  const IpAddress& to = offending.meta.source.address;
  const bool here = !stack_.config().router || offending.meta.loopback || to.is_link_local();
  const NextHop hop = here ? NextHop{} : stack_.route().forward_to(to);
  return hop.iface != nullptr && hop.iface->ipv6() != nullptr ? *hop.iface : iface;
}

void Icmpv6::send_error(NetIf& iface, const Packet& offending, const Icmpv6Header& error) {
  if (!may_tell(offending, error) || !may_send_error(iface, error)) return;
  const PacketMeta& meta = offending.meta;
  NetIf& out = way_back(iface, offending);
  const Ipv6Address to = meta.source.address.v6();
  Ipv6Address source = meta.destination.address.v6();
  // RFC 4443 section 2.2 (a): as whom it was asked, on whichever iface that is, unless that address
  // is being checked (RFC 4862 section 5.4)
  const NetIf* const owner = stack_.route().iface_of(source);
  const Ipv6IfAddress* const own = owner != nullptr ? owner->ipv6()->find(source) : nullptr;
  const bool usable = own != nullptr && own->state != AddressState::Tentative;
  if (!usable) source = stack_.route().source(&out, to).v6();
  if (source.is_any()) source = stack_.route().source(nullptr, to).v6();
  if (source.is_any()) return not_sent(out, Errc::Eaddrnotavail);
  const std::uint8_t* start = offending.data() - meta.l3_bytes;
  constexpr std::size_t kRoom = kIpv6MinMtu - kIpv6HeaderBytes - kIcmpv6HeaderBytes;
  const std::size_t quoted = std::min(kRoom, offending.size() + meta.l3_bytes);
  const std::size_t bytes = kIcmpv6HeaderBytes + quoted;
  const Icmpv6Route route{source, to, out.ipv6_hop_limit(), false, meta.cause};
  const CauseScope scope(scheduler_, meta.cause);
  // only who has to wait keeps a copy
  if (PacketPtr packet = pool_.allocate(packet_bytes(bytes, route))) {
    if (!make_room(out, packet, bytes)) return;
    std::copy_n(start, quoted, packet->data() + kIcmpv6HeaderBytes);
    error.emit(packet->bytes(), source, to);
    static_cast<void>(send(out, std::move(packet), route).ok());
    return;  // an error about an error is never sent (RFC 4443 section 2.4)
  }
  std::vector<std::uint8_t> message(bytes);
  std::copy_n(start, quoted, message.data() + kIcmpv6HeaderBytes);
  error.emit(message, source, to);
  wait_and_send(out, std::move(message), route);
}

void Icmpv6::wait_and_send(NetIf& iface, std::vector<std::uint8_t> message,
                           const Icmpv6Route& route) {
  const std::size_t bytes = message.size();
  waits_.wait_within(pool_, packet_bytes(bytes, route), stack_.config().alloc.icmp,
                     [this, &iface, route, message = std::move(message)](PacketPtr packet) {
                       if (!make_room(iface, packet, message.size())) return;
                       std::copy(message.begin(), message.end(), packet->data());
                       static_cast<void>(send(iface, std::move(packet), route).ok());
                     });
}

}  // namespace flapjack
