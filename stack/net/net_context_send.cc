// SPDX-License-Identifier: Apache-2.0
// The native ways down of a context: datagrams, raw IP packets, frames.
#include "stack/net/net_context.h"
#include "stack/net/stack.h"
#include "stack/wire/ipv4_patch.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

// Zephyr's cap of an allocation: the MTU, but never below what every host takes (RFC 791 section
// 3.1, RFC 8200 section 5).
std::size_t largest_packet(const NetIf& iface, Family family) {
  if (family == Family::Inet6) {
    const bool splits6 = iface.stack().config().ipv6_fragment.enabled;
    return splits6 ? kIpv6HeaderBytes + 0xffff : iface.ipv6()->mtu();
  }
  const bool splits = iface.stack().config().ipv4_fragment.enabled;
  return splits ? std::size_t{0xffff} : std::max<std::size_t>(iface.mtu(), 576);
}

std::size_t room_for_payload(const NetIf& iface, Family family) {
  const std::size_t header = family == Family::Inet6 ? kIpv6HeaderBytes : kIpv4HeaderBytes;
  return largest_packet(iface, family) - header - kUdpHeaderBytes;
}

// What the headers of a raw packet say; false when they are no headers of `family`.
bool describe(PacketMeta& meta, std::span<const std::uint8_t> bytes, Family family) {
  if (family == Family::Inet6) {
    Ipv6Header header;
    if (Ipv6Header::parse(bytes, header) != Ipv6Header::Error::None) return false;
    meta.ttl = header.hop_limit;
    meta.protocol = header.next_header;
    meta.source.address = header.source;
    meta.destination.address = header.destination;
    return true;
  }
  Ipv4Header header;
  constexpr ChecksumPolicy kComesLater{.fill = false, .verify = false};
  if (Ipv4Header::parse(bytes, kComesLater, header) != Ipv4Header::Error::None) return false;
  meta.ttl = header.ttl;
  meta.protocol = header.protocol;
  meta.dont_fragment = header.dont_fragment;
  meta.source.address = header.source;
  meta.destination.address = header.destination;
  return true;
}

}  // namespace

ContextOptions NetContext::options() const {
  return rare_ != nullptr ? rare_->options : stack_.context_options();
}

bool NetContext::is_mapped(const Endpoint& peer) const {
  return family_ == Family::Inet6 && !options().ipv6_only && peer.address.is_v6() &&
         peer.address.v6().is_v4_mapped();
}

Endpoint NetContext::actual(const Endpoint& peer) const {
  if (!is_mapped(peer)) return peer;
  return {Ipv4Address{static_cast<std::uint32_t>(peer.address.v6().low)}, peer.port};
}

NetIf* NetContext::iface_towards(const IpAddress& peer) const {
  if (bound_to_iface_) return iface_;
  const IfIndex groups = peer.is_multicast() ? options().multicast_iface : IfIndex{};
  if (groups.valid()) return stack_.iface(groups);
  return local_.address.is_any() ? stack_.route().iface_for(peer, iface_) : iface_;
}

Foresight NetContext::foresee_send() const {
  prefetch(this, sizeof *this);
  return foresight<&NetContext::foresee_iface>(this);
}

Foresight NetContext::foresee_iface() const {
  return iface_ != nullptr ? iface_->foresee_send() : Foresight();
}

Result<std::size_t> NetContext::send_native(std::span<const std::uint8_t> bytes,
                                            const Endpoint& peer, SendCallback&& done,
                                            Timeout timeout) {
  // Mostly not, and to copy what the caller has just written would take a while.
  if (is_mapped(peer)) return send_native(bytes, actual(peer), std::move(done), timeout);
  const Family family = peer.address.family();
  NetIf* iface = iface_towards(peer.address);
  if (iface == nullptr) return Errc::Eaddrnotavail;
  if (const Errc error = take_error(); error != Errc::Ok) return error;
  if (stack_.config().send_checks_iface && !iface->is_up()) return Errc::Enetdown;
  if (family == Family::Inet6 && iface->ipv6() == nullptr) return Errc::Eaddrnotavail;
  if (bytes.size() > room_for_payload(*iface, family)) return Errc::Enomem;
  Errc error = Errc::Ok;
  PacketPtr packet = fill(*iface, bytes, timeout, error);
  if (packet == nullptr) return error;
  const Status addressed = address_packet(*packet, *iface, peer);
  if (!addressed.ok()) return addressed.code();
  iface_ = iface;
  return hand_down(std::move(packet), std::move(done),
                   [this](PacketPtr p) { return stack_.udp().output(std::move(p)); });
}

PacketPtr NetContext::fill(NetIf& iface, std::span<const std::uint8_t> bytes, Timeout timeout,
                           Errc& error) {
  PacketPtr packet = allocate(timeout, bytes.size(), error);
  if (packet == nullptr) return packet;
  packet->append(bytes);
  PacketMeta& meta = packet->meta;
  const ContextOptions set = options();
  meta.iface = iface.index();
  meta.priority = set.priority;
  meta.traffic_class = set.traffic_class;
  meta.payload_bytes = static_cast<std::uint32_t>(bytes.size());
  return packet;
}

template <class Down>
Result<std::size_t> NetContext::hand_down(PacketPtr packet, SendCallback&& done,
                                          const Down& down) {
  const PacketId id = packet->meta.id;
  const std::size_t bytes = packet->meta.payload_bytes;
  const auto told = static_cast<std::uint16_t>(done ? slot_ + 1 : 0);
  packet->meta.context = told;
  if (done) rare().unsent.push_back({id, std::move(done)});
  const CauseScope scope(stack_.scheduler());
  record_send(*packet);
  const Status sent = down(std::move(packet));
  if (sent.ok()) return bytes;
  stack_.contexts.forget(told, id);
  return sent.code();
}

// Source, destination and TTL. Without an address of its own a node sends from "any", as Zephyr
// does; an address of one family is no source for the other.
Status NetContext::address_packet(Packet& packet, NetIf& iface, const Endpoint& peer) const {
  PacketMeta& meta = packet.meta;
  meta.source.port = local_.port;
  if (!local_.address.is_any() && !local_.address.is_multicast()) {
    meta.source.address = local_.address;
  } else if (peer.address.is_v4()) {
    meta.source.address = stack_.route().source(&iface, peer.address.v4());
  } else {
    meta.source.address = stack_.route().source(&iface, peer.address);
  }
  meta.destination = peer;
  if (meta.source.address.family() != peer.address.family()) return Errc::Eaddrnotavail;
  set_hop_limit(meta, iface);
  return Status();
}

void NetContext::set_hop_limit(PacketMeta& meta, NetIf& iface) const {
  const bool group = meta.destination.address.is_multicast();
  const ContextOptions set = options();
  if (meta.destination.address.is_v6()) {
    meta.ttl = group ? set.multicast_hop_limit.value_or(
                           stack_.config().ipv6.multicast_hop_limit)
                     : set.hop_limit.value_or(iface.ipv6()->hop_limit());
    meta.loops = group && set.ipv6_group_loop;
    return;
  }
  meta.ttl = group ? set.multicast_ttl.value_or(iface.ipv4().multicast_ttl())
                   : set.ttl.value_or(iface.ipv4().ttl());
  meta.loops = group && set.ipv4_group_loop;
}

std::size_t NetContext::packet_bytes(std::size_t payload) const {
  return payload + (family_ == Family::Inet6 ? kIpv6HeaderBytes : kIpv4HeaderBytes) +
         kUdpHeaderBytes;
}

Status NetContext::sendto_waiting(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                                  std::function<void(Errc)> refused) {
  const std::size_t room = packet_bytes(bytes.size());
  const PacketPool& pool = stack_.tx_pool;
  if (engine() != nullptr || pool.has_room(room)) return answer(bytes, peer, refused);
  stack_.waits().wait_within(
      stack_.tx_pool, room, stack_.config().alloc.udp,
      [this, life = life_, peer, refused = std::move(refused),
       kept = std::vector<std::uint8_t>(bytes.begin(), bytes.end())](PacketPtr packet) {
        if (packet != nullptr) stack_.tx_pool.note_failure();  // else the send below finds it empty
        if (life != life_) return refused(Errc::Ebadf);  // put() meanwhile
        rare().granted = std::move(packet);
        const Status sent = answer(kept, peer, refused);
        rare().granted.reset();
        if (!sent.ok()) refused(sent.code());
      });
  return Status();
}

// Once it has its packet; who fills it finds no other for its parts perhaps.
Status NetContext::answer(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                          const std::function<void(Errc)>& refused) {
  Splitter* splitter = nullptr;
  if (stack_.config().ipv6_fragment.enabled && actual(peer).address.is_v6()) {
    splitter = &stack_.v6()->fragmentation;
  } else if (stack_.config().ipv4_fragment.enabled && actual(peer).address.is_v4()) {
    splitter = &*stack_.ipv4_fragment();
  }
  const Splitter::Caller caller(splitter, refused);
  return sendto(bytes, peer, {}, Timeout::no_wait()).status();
}

// A tx packet, waiting for one as long as both the caller and Zephyr's allocation limit allow.
PacketPtr NetContext::allocate(Timeout timeout, std::size_t bytes, Errc& error) {
  const std::uint32_t life = life_;
  const Timeout asked = timeout.is_forever() ? options().send_timeout : timeout;
  PacketPtr packet = rare_ != nullptr && rare_->granted != nullptr
                         ? std::move(rare_->granted)
                         : stack_.waits().allocate(stack_.tx_pool, packet_bytes(bytes),
                                                 shorter(asked, stack_.config().alloc.udp));
  if (life != life_) {  // put() while waiting
    error = Errc::Ebadf;
    return nullptr;
  }
  if (packet == nullptr) {
    error = Errc::Enobufs;
    stack_.tracer().event(subject_, "send_refused", {Attr::of("errno", error)});
  } else if (bytes > packet->tailroom()) {
    error = Errc::Enomem;
    packet.reset();
  }
  return packet;
}

// ---- raw IP: the app writes the header; only the checksum of an IPv4 header is filled in.

Result<std::size_t> NetContext::send_raw(std::span<const std::uint8_t> bytes,
                                         const IpAddress* peer, SendCallback&& done,
                                         Timeout timeout) {
  PacketMeta told;
  if (!describe(told, bytes, family_)) return Errc::Einval;
  const IpAddress to = peer != nullptr ? *peer : told.destination.address;
  NetIf* iface = iface_towards(to);
  if (iface == nullptr) return Errc::Eaddrnotavail;
  if (stack_.config().send_checks_iface && !iface->is_up()) return Errc::Enetdown;
  if (family_ == Family::Inet6 && iface->ipv6() == nullptr) return Errc::Eaddrnotavail;
  if (bytes.size() > largest_packet(*iface, family_)) return Errc::Enomem;
  Errc error = Errc::Ok;
  PacketPtr packet = fill(*iface, bytes, timeout, error);
  if (packet == nullptr) return error;
  PacketMeta& meta = packet->meta;
  describe(meta, bytes, family_);
  if (family_ == Family::Inet6) {
    meta.next_hop = stack_.route().next_hop(*iface, to.v6());
  } else {
    const std::size_t header_bytes = std::size_t{packet->data()[0] & 0xfu} * 4;
    refresh_ipv4_checksum(packet->bytes().first(header_bytes));
    meta.next_hop = stack_.route().next_hop(*iface, to.v4());
  }
  iface_ = iface;
  return hand_down(std::move(packet), std::move(done),
                   [this](PacketPtr p) { return stack_.core().send_data(std::move(p)); });
}

// ---- frames: straight into the tx queue, past all of IP.

Result<std::size_t> NetContext::sendto_link(std::span<const std::uint8_t> bytes,
                                            const LinkEndpoint& peer, SendCallback done,
                                            Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (!is_packet()) return Errc::Einval;
  NetIf* iface = iface_ != nullptr ? iface_ : stack_.iface(peer.iface);
  if (iface == nullptr) return Errc::Edestaddrreq;
  if (stack_.config().send_checks_iface && !iface->is_up()) return Errc::Enetdown;
  if (!iface->has_send()) return Errc::Eio;
  const L2Traits traits = iface->l2()->traits();
  const bool whole = type_ == SocketType::Raw;
  if (!whole && !traits.link_datagrams) return Errc::Eopnotsupp;
  if (bytes.empty()) return Errc::Enodata;
  if (bytes.size() > iface->mtu() + (whole ? traits.header_bytes : 0)) return Errc::Enomem;
  Errc error = Errc::Ok;
  PacketPtr packet = fill(*iface, bytes, timeout, error);
  if (packet == nullptr) return error;
  iface_ = iface;
  packet->meta.l2_ready = whole;
  packet->meta.link_datagram = !whole;
  packet->meta.link_destination = peer.address;
  packet->meta.ether_type = peer.ether_type;
  return hand_down(std::move(packet), std::move(done),
                   [iface](PacketPtr p) { return iface->queue_frame(std::move(p)); });
}

}  // namespace flapjack
