// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_context.h"

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

// Zephyr's cap of an allocation: the MTU, but never below what every host takes (RFC 791 section
// 3.1, RFC 8200 section 5).
std::size_t room_for_payload(const NetIf& iface, Family family) {
  if (family == Family::Inet6) {
    if (iface.stack().config().ipv6_fragment.enabled) return 0xffff - kUdpHeaderBytes;
    return iface.ipv6()->mtu() - kIpv6HeaderBytes - kUdpHeaderBytes;
  }
  const bool splits = iface.stack().config().ipv4_fragment.enabled;
  const std::size_t largest =
      splits ? std::size_t{0xffff} : std::max<std::size_t>(iface.mtu(), 576);
  return largest - kIpv4HeaderBytes - kUdpHeaderBytes;
}

}  // namespace

NetContext::NetContext(Stack& stack, std::uint16_t slot) : stack_(stack), slot_(slot) {}

void NetContext::unregister_conn() {
  if (conn_ == nullptr) return;
  const Status removed = stack_.conns.remove(conn_);
  assert(removed.ok());
  static_cast<void>(removed);
  conn_ = nullptr;
}

void NetContext::reset() {
  unregister_conn();
  waiting_ = nullptr;
  ++life_;
  in_use_ = bound_to_iface_ = remote_set_ = false;
  iface_ = nullptr;
  engine_ = nullptr;
  offload_state_.reset();
  local_ = remote_ = {};
  received_ = nullptr;
  unsent_.clear();
  pending_error_ = Errc::Ok;
  priority_ = 1;
  state_ = ContextState::Unconnected;
  subject_ = stack_.subject();
}

Status NetContext::put() {
  if (!in_use_) return Errc::Ebadf;
  const Status status = engine_ != nullptr ? engine_->put(*this) : Status();
  if (waiting_ != nullptr) waiting_->reset();
  reset();
  return status;
}

void NetContext::bind_to_iface(NetIf& iface) {
  iface_ = &iface;
  bound_to_iface_ = true;
}

Status NetContext::bind(const Endpoint& local) {
  if (!in_use_) return Errc::Ebadf;
  if (conn_ != nullptr) return Errc::Eisconn;
  if (local.address.family() != family_) return Errc::Einval;
  NetIf* iface = nullptr;
  if (local.address.is_any()) {
    iface = bound_to_iface_ ? iface_ : stack_.route.iface_for(remote_.address);
    if (iface == nullptr) return Errc::Eaddrnotavail;
  } else {
    iface = stack_.route.iface_of(local.address);
    if (iface == nullptr) return Errc::Enoent;
    if (bound_to_iface_ && iface != iface_) return Errc::Eaddrnotavail;
  }
  if (engine_ != nullptr) {
    iface_ = iface;
    return engine_->bind(*this, local);
  }
  const Endpoint wanted{local.address, local.port != 0 ? local.port : local_.port};
  if (stack_.contexts.port_in_use(*this, wanted)) return Errc::Eaddrinuse;
  iface_ = iface;
  local_ = wanted;
  return Status();
}

Status NetContext::bind_default() {
  if (iface_ != nullptr) return Status();
  iface_ = stack_.route.iface_for(remote_.address);
  return iface_ != nullptr ? Status() : Status(Errc::Eaddrnotavail);
}

Status NetContext::listen(int backlog) {
  if (!in_use_) return Errc::Ebadf;
  if (engine_ != nullptr) return engine_->listen(*this, backlog);
  return Errc::Eopnotsupp;  // the native path has datagrams only
}

Status NetContext::accept(AcceptCallback accepted, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (engine_ != nullptr) return engine_->accept(*this, std::move(accepted), timeout);
  return Errc::Einval;
}

Status NetContext::connect(const Endpoint& peer, ConnectCallback done, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (state_ == ContextState::Connecting) return Errc::Ealready;
  if (state_ == ContextState::Listening) return Errc::Eopnotsupp;
  if (peer.address.family() != family_) return Errc::Einval;
  if (peer.address.is_any() || peer.port == 0) return Errc::Einval;
  const bool group = peer.address.is_multicast() || peer.address.is_limited_broadcast();
  if (type_ == SocketType::Stream && group) return Errc::Eaddrnotavail;
  remote_ = peer;
  remote_set_ = true;
  const Status bound = bind_default();
  if (!bound.ok()) return bound;
  if (engine_ != nullptr) return engine_->connect(*this, peer, std::move(done), timeout);
  state_ = ContextState::Connected;
  if (conn_ != nullptr) {
    const Status registered = register_conn();
    if (!registered.ok()) return registered;
  }
  if (done) done(*this, Status());
  return Status();
}

Result<std::size_t> NetContext::send(std::span<const std::uint8_t> bytes, SendCallback done,
                                     Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (!remote_set_ || remote_.port == 0) return Errc::Edestaddrreq;
  if (engine_ != nullptr) return send_engine(bytes, nullptr, std::move(done), timeout);
  return send_native(bytes, remote_, std::move(done), timeout);
}

Result<std::size_t> NetContext::sendto(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                                       SendCallback done, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (type_ == SocketType::Stream) return send(bytes, std::move(done), timeout);
  if (peer.address.family() != family_) return Errc::Einval;
  if (peer.address.is_any() || peer.port == 0) return Errc::Edestaddrreq;
  if (engine_ != nullptr) return send_engine(bytes, &peer, std::move(done), timeout);
  return send_native(bytes, peer, std::move(done), timeout);
}

Result<std::size_t> NetContext::send_native(std::span<const std::uint8_t> bytes,
                                            const Endpoint& peer, SendCallback done,
                                            Timeout timeout) {
  NetIf* iface = bound_to_iface_ || !local_.address.is_any()
                     ? iface_
                     : stack_.route.iface_for(peer.address);
  if (iface == nullptr) return Errc::Eaddrnotavail;
  if (const Errc error = take_error(); error != Errc::Ok) return error;
  if (stack_.config().send_checks_iface && !iface->is_up()) return Errc::Enetdown;
  if (family_ == Family::Inet6 && iface->ipv6() == nullptr) return Errc::Eaddrnotavail;
  if (bytes.size() > room_for_payload(*iface, family_)) return Errc::Enomem;
  Errc error = Errc::Ok;
  PacketPtr packet = allocate(timeout, bytes.size(), error);
  if (packet == nullptr) return error;
  packet->append(bytes);
  PacketMeta& meta = packet->meta;
  meta.iface = iface->index();
  meta.priority = priority_;
  meta.context = static_cast<std::uint16_t>(slot_ + 1);
  meta.payload_bytes = static_cast<std::uint32_t>(bytes.size());
  const Status addressed = address_packet(*packet, *iface, peer);
  if (!addressed.ok()) return addressed.code();
  iface_ = iface;
  const PacketId id = meta.id;
  if (done) unsent_.push_back({id, std::move(done)});
  const CauseScope scope(stack_.scheduler());
  stack_.tracer().hop(Hop::AppSend, subject_, *packet);
  const Status sent = stack_.udp.output(std::move(packet));
  if (sent.ok()) return bytes.size();
  stack_.contexts.forget(static_cast<std::uint16_t>(slot_ + 1), id);
  return sent.code();
}

// Source, destination and TTL. IPv6 knows no datagram without a source (RFC 4291 section 2.5.2).
Status NetContext::address_packet(Packet& packet, NetIf& iface, const Endpoint& peer) const {
  PacketMeta& meta = packet.meta;
  meta.source = local_;
  if (local_.address.is_any()) meta.source.address = stack_.route.source(&iface, peer.address);
  meta.destination = peer;
  const bool group = peer.address.is_multicast();
  if (family_ == Family::Inet6) {
    if (meta.source.address.is_any()) return Errc::Eaddrnotavail;
    meta.ttl = group ? stack_.config().ipv6.multicast_hop_limit : iface.ipv6()->hop_limit();
    return Status();
  }
  meta.ttl = group ? iface.ipv4().multicast_ttl() : iface.ipv4().ttl();
  return Status();
}

Result<std::size_t> NetContext::send_engine(std::span<const std::uint8_t> bytes,
                                            const Endpoint* peer, SendCallback done,
                                            Timeout timeout) {
  if (iface_ != nullptr && !iface_->is_up()) return Errc::Enetdown;
  Errc error = Errc::Ok;
  PacketPtr packet = allocate(timeout, bytes.size(), error);
  if (packet == nullptr) return error;
  packet->append(bytes);
  packet->meta.payload_bytes = static_cast<std::uint32_t>(bytes.size());
  packet->meta.source = local_;
  packet->meta.destination = peer != nullptr ? *peer : remote_;
  const CauseScope scope(stack_.scheduler());
  stack_.tracer().hop(Hop::AppSend, subject_, *packet);
  stack_.tracer().hop(Hop::OffloadCall,
                      iface_ != nullptr ? iface_->subject() : stack_.subject(), *packet);
  return engine_->send(*this, std::move(packet), peer, std::move(done), timeout);
}

// A tx packet, waiting for one as long as both the caller and Zephyr's allocation limit allow.
PacketPtr NetContext::allocate(Timeout timeout, std::size_t bytes, Errc& error) {
  const std::size_t headers =
      (family_ == Family::Inet6 ? kIpv6HeaderBytes : kIpv4HeaderBytes) + kUdpHeaderBytes;
  const std::uint32_t life = life_;
  PacketPtr packet = stack_.waits.allocate(stack_.tx_pool, bytes + headers,
                                           shorter(timeout, stack_.config().alloc.udp));
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

Status NetContext::register_conn() {
  unregister_conn();
  const ConnTuple tuple{protocol_, local_,
                        remote_set_ ? remote_ : Endpoint{IpAddress::any(family_), 0},
                        bound_to_iface_ ? iface_ : nullptr, family_};
  const auto added = stack_.conns.add(
      tuple, [](void* self, PacketPtr& p) { return static_cast<NetContext*>(self)->on_conn(p); },
      this);
  if (!added.ok()) return added.status();
  conn_ = added.value();
  return Status();
}

Status NetContext::recv(RecvCallback received, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (engine_ != nullptr) {
    auto traced = [this, user = std::move(received)](NetContext& self, PacketPtr packet,
                                                     Status status) {
      if (packet != nullptr) {
        const SubjectId where = iface_ != nullptr ? iface_->subject() : stack_.subject();
        stack_.tracer().hop(Hop::OffloadDone, where, *packet);
        stack_.tracer().hop(Hop::AppRecv, subject_, *packet);
      }
      if (user) user(self, std::move(packet), status);
    };
    return engine_->recv(*this, std::move(traced), timeout);
  }
  if (protocol_ != Protocol::Udp) return Errc::Eprototype;
  if (const Errc error = take_error(); error != Errc::Ok) return error;
  if (!timeout.is_no_wait() && stack_.fibers().current() == nullptr) return Errc::Edeadlk;
  if (!timeout.is_no_wait() && waiting_ != nullptr) return Errc::Ealready;
  received_ = std::make_shared<const RecvCallback>(std::move(received));
  const Status registered = conn_ == nullptr ? register_conn() : Status();
  if (!registered.ok() || timeout.is_no_wait()) return registered;
  const Status waited = wait_for_arrival(timeout);
  if (waited.ok()) return Status();
  if (waited.code() == Errc::Ecanceled) return Errc::Ebadf;  // put() while waiting
  received_ = nullptr;  // expired: the callback must not be called any more
  unregister_conn();
  return Errc::Etimedout;
}

Status NetContext::wait_for_arrival(Timeout timeout) {
  // When the wait ends, also by the end of the fiber, the slot may have another owner.
  struct Waiting {
    Waiting(Semaphore*& place, Semaphore& arrived) : place(place), arrived(arrived) {
      place = &arrived;
    }
    ~Waiting() {
      if (place == &arrived) place = nullptr;
    }
    Semaphore*& place;
    Semaphore& arrived;
  };
  Semaphore arrived(stack_.fibers(), "recv on " + to_text(local_));
  const Waiting waiting(waiting_, arrived);
  return arrived.take(timeout);
}

// Zephyr: net_context_packet_received. The context follows the iface the packet came in by.
bool NetContext::on_conn(PacketPtr& packet) {
  if (received_ == nullptr || (!*received_ && waiting_ == nullptr)) return false;
  if (!bound_to_iface_) iface_ = stack_.iface(packet->meta.iface);
  stack_.tracer().hop(Hop::AppRecv, subject_, *packet);
  deliver(std::move(packet), Status());
  return true;
}

void NetContext::deliver(PacketPtr packet, Status status) {
  const std::shared_ptr<const RecvCallback> callback = received_;  // it may call recv() or put()
  if (waiting_ != nullptr) waiting_->give();
  if (*callback) (*callback)(*this, std::move(packet), status);
}

}  // namespace flapjack
