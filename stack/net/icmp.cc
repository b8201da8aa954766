// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmp.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::size_t kQuotedPayload = 8;  // RFC 792; RFC 1122 section 3.2.2 allows more

// The headers were pulled, but are still there.
std::span<const std::uint8_t> bytes_from_ip_header(const Packet& packet) {
  assert(packet.meta.l3_start <= packet.headroom());
  const std::size_t pulled = packet.headroom() - packet.meta.l3_start;
  return {packet.data() - pulled, packet.size() + pulled};
}

}  // namespace

Icmp::Icmp(Stack& stack)
    : stack_(stack), errors_(stack, *this), error_limit_(stack.config().icmp.error_limit) {
  echo_.type = kIcmpEchoRequest;
  echo_.handle = [this](NetIf&, const IcmpHeader&, Packet&) {
    echo_asked_ = true;  // the answer may have to wait, and the request with it
    return Status();
  };
  add(echo_);
}

void Icmp::input(NetIf& iface, PacketPtr packet) {
  const auto header = IcmpHeader::parse(packet->bytes());
  if (!header) {
    ++iface.losses().rx_dropped;
    const bool short_one = packet->size() < kIcmpHeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  if (is_unwanted_broadcast(iface, *header, *packet)) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(DropReason::NoListener, iface.subject(), *packet);
  }
  echo_asked_ = false;
  const Errc taken = handlers_.hand_over(iface, *header, *packet).code();
  if (echo_asked_) return answer_echo(iface, *header, std::move(packet));
  if (taken != Errc::Enoent) return;
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

// RFC 1122 section 3.2.2.6; Zephyr takes nothing but an echo request, and that only if told to.
bool Icmp::is_unwanted_broadcast(const NetIf& iface, const IcmpHeader& header,
                                 const Packet& packet) const {
  if (!iface.ipv4().is_broadcast(packet.meta.destination.address.v4())) return false;
  return !stack_.config().icmp.accept_broadcast || header.type != kIcmpEchoRequest;
}

// False when there is no packet or it is too small.
bool Icmp::fill(NetIf& iface, Packet* packet, Ipv4Address destination, const IcmpHeader& header,
                std::span<const std::uint8_t> data) {
  if (packet == nullptr || data.size() + kIcmpHeaderBytes > packet->tailroom()) return false;
  packet->append(data);
  packet->push(kIcmpHeaderBytes);
  header.emit(packet->bytes());
  packet->meta.iface = iface.index();
  packet->meta.source.address = stack_.route().source(&iface, destination);
  packet->meta.destination.address = destination;
  return true;
}

// RFC 5227 section 2.1: nothing is sent from it yet.
bool Icmp::is_tentative(Ipv4Address address) const {
  const NetIf* const owner = stack_.route().iface_of(address);
  const Ipv4IfAddress* const own = owner != nullptr ? owner->ipv4().find(address) : nullptr;
  return own != nullptr && own->state == AddressState::Tentative;
}

void Icmp::answer_echo(NetIf& iface, const IcmpHeader& header, PacketPtr request) {
  // an answer from another address would be one to nothing that was asked (RFC 1122 3.2.2.6)
  if (!request->meta.loopback && is_tentative(request->meta.destination.address.v4())) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(DropReason::NotForUs, iface.subject(), *request);
  }
  const CauseScope scope(stack_.scheduler(), request->meta.cause);
  const std::size_t bytes = kIpv4HeaderBytes + request->size();
  request->meta.parked = true;
  stack_.waits().allocate_within(
      stack_.tx_pool, bytes, stack_.config().alloc.icmp,
      [this, &iface, header, request = std::move(request)](PacketPtr answer) mutable {
        reply(iface, header, std::move(request), std::move(answer));
      });
}

void Icmp::reply(NetIf& iface, const IcmpHeader& header, PacketPtr request, PacketPtr answer) {
  const PacketMeta& meta = request->meta;
  const Ipv4Address asked = meta.destination.address.v4();
  IcmpHeader reply = header;
  reply.type = kIcmpEchoReply;
  reply.code = 0;
  if (!fill(iface, answer.get(), meta.source.address.v4(), reply,
            request->bytes().subspan(kIcmpHeaderBytes))) {
    return stack_.tracer().drop(DropReason::NoBuffers, stack_.subject(), *request);
  }
  if (!asked.is_multicast() && !iface.ipv4().is_broadcast(asked)) {
    answer->meta.source.address = asked;
  }
  answer->meta.cause = stack_.scheduler().cause();
  static_cast<void>(stack_.ip().output(std::move(answer), IpProtocol::Icmp).ok());  // recorded
}

Status Icmp::send_echo_request(NetIf* iface, Ipv4Address destination, std::uint16_t id,
                               std::uint16_t sequence, std::span<const std::uint8_t> data) {
  if (destination.is_any()) return Errc::Einval;
  if (iface == nullptr) iface = stack_.route().iface_for(destination);
  if (iface == nullptr || iface->is_offloaded()) return Errc::Enoent;
  if (iface->ipv4().addresses().empty()) return Errc::Enetunreach;
  const std::size_t most = stack_.config().ipv4_fragment.enabled ? 0xffff : iface->mtu();
  const std::size_t room = most - kIpv4HeaderBytes - kIcmpHeaderBytes;
  if (data.size() > room) return Errc::Enomem;
  const IcmpHeader header{kIcmpEchoRequest, 0, id, sequence};
  const std::size_t bytes = kIpv4HeaderBytes + kIcmpHeaderBytes + data.size();
  PacketPtr request =
      stack_.waits().allocate(stack_.tx_pool, bytes, stack_.config().alloc.icmp);
  if (!fill(*iface, request.get(), destination, header, data)) return Errc::Enomem;
  return stack_.ip().output(std::move(request), IpProtocol::Icmp).ok() ? Status()
                                                                     : Status(Errc::Eio);
}

// ---- errors

void Icmp::send_unreachable(NetIf& iface, const Packet& offending, std::uint8_t code) {
  if (!stack_.config().icmp.send_unreachable) return;
  send_error(iface, offending, {kIcmpUnreachable, code, 0, 0});
}

void Icmp::note_unsent(const NetIf& iface, const IcmpHeader& error, std::string_view event) {
  stack_.tracer().event(iface.subject(), event,
                        {Attr::of("type", std::int64_t{error.type}),
                         Attr::of("code", std::int64_t{error.code})});
}

void Icmp::send_error(NetIf& iface, const Packet& offending, const IcmpHeader& error) {
  if (!may_report(iface, offending)) return;
  if (!error_limit_.take(stack_.scheduler().now())) {
    ++errors_limited_;
    return note_unsent(iface, error, "icmp_error_limited");
  }
  const PacketMeta& meta = offending.meta;
  Error told{&way_back(iface, offending), error, {}, meta.source.address.v4(), meta.id};
  told.source = source_of(told, meta.destination.address.v4());
  if (told.source.is_any()) return note_unsent(iface, error, "icmp_error_lost");
  const auto whole = bytes_from_ip_header(offending);
  const std::size_t quoted = std::min<std::size_t>(whole.size(), meta.l3_bytes + kQuotedPayload);
  const std::size_t bytes = kIpv4HeaderBytes + kIcmpHeaderBytes + quoted;
  const CauseScope scope(stack_.scheduler(), meta.cause);
  // only who has to wait keeps a copy
  if (PacketPtr packet = stack_.tx_pool.allocate(bytes)) {
    return send_error(told, std::move(packet), whole.first(quoted));
  }
  std::vector<std::uint8_t> kept(quoted);
  std::copy_n(whole.begin(), quoted, kept.begin());
  stack_.waits().wait_within(stack_.tx_pool, bytes, stack_.config().alloc.icmp,
                           [this, told, kept = std::move(kept)](PacketPtr packet) {
                             send_error(told, std::move(packet), kept);
                           });
}

// As whom it was asked, if that is an address it may use; else any that it may.
Ipv4Address Icmp::source_of(const Error& error, Ipv4Address asked) const {
  const NetIf* const owner = stack_.route().iface_of(asked);
  const Ipv4IfAddress* const own = owner != nullptr ? owner->ipv4().find(asked) : nullptr;
  if (own != nullptr && own->state != AddressState::Tentative) return asked;
  const Ipv4Address near = stack_.route().source(error.iface, error.destination);
  return near.is_any() ? stack_.route().source(nullptr, error.destination) : near;
}

void Icmp::send_error(const Error& error, PacketPtr packet,
                      std::span<const std::uint8_t> quote) {
  if (!fill(*error.iface, packet.get(), error.destination, error.header, quote)) {
    return note_unsent(*error.iface, error.header, "icmp_error_lost");
  }
  packet->meta.source.address = error.source;
  packet->meta.cause = stack_.scheduler().cause();
  packet->meta.parent = error.parent;
  static_cast<void>(stack_.ip().output(std::move(packet), IpProtocol::Icmp).ok());  // recorded
}

bool Icmp::may_report(const NetIf& iface, const Packet& offending) {
  const PacketMeta& meta = offending.meta;
  const Ipv4Address from = meta.source.address.v4(), to = meta.destination.address.v4();
  const bool many = to.is_multicast() || iface.ipv4().is_broadcast(to) || meta.link_group;
  const bool unclear = from.value >> 24 == 0 || from.value >> 28 >= 14 ||  // 0/8, 224/4, 240/4
                       iface.ipv4().is_broadcast(from) || (from.is_loopback() && !meta.loopback);
  if (many || unclear || meta.fragment_offset != 0) return false;
  if (meta.protocol != static_cast<std::uint8_t>(IpProtocol::Icmp)) return true;
  const auto whole = bytes_from_ip_header(offending);
  if (whole.size() < std::size_t{meta.l3_bytes} + kIcmpHeaderBytes) return false;
  const auto icmp = IcmpHeader::parse(whole.subspan(meta.l3_bytes), {false, false});
  return icmp && !icmp->is_error();
}

// A host answers where it was asked; a router looks for the way.
NetIf& Icmp::way_back(NetIf& iface, const Packet& offending) const {
  if (!stack_.config().router || offending.meta.loopback) return iface;
  const NextHop hop = stack_.route().forward_to(offending.meta.source.address);
  return hop.iface != nullptr ? *hop.iface : iface;
}

}  // namespace flapjack
