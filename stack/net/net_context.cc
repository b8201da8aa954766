// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_context.h"

#include "stack/net/call_guard.h"
#include "stack/net/stack.h"

namespace flapjack {

NetContext::NetContext(Stack& stack, std::uint16_t slot) : stack_(stack), slot_(slot) {}

Arena* NetContext::arena() const { return stack_.arena(); }

NetContext::Rare& NetContext::rare() {
  if (rare_ == nullptr) {
    rare_ = std::make_unique<Rare>();
    set_defaults();
  }
  return *rare_;
}

void NetContext::set_defaults() {
  rare_->options = stack_.context_options();
  rare_->remote = {IpAddress::any(family_), 0};
}

Endpoint NetContext::remote() const {
  return rare_ != nullptr ? rare_->remote : Endpoint{IpAddress::any(family_), 0};
}

void NetContext::unregister_conn() {
  if (!is_listed()) return;
  const Status removed = stack_.conns.remove(this);
  assert(removed.ok());
  static_cast<void>(removed);
}

void NetContext::reset() {
  unregister_conn();
  if (rare_ != nullptr) {
    rare_->waiting = nullptr;
    rare_->offload_state = nullptr;
    rare_->link_local = {};
    rare_->engine = nullptr;
    rare_->pending_error = Errc::Ok;
  }
  ++life_;
  in_use_ = bound_to_iface_ = remote_set_ = false;
  iface_ = nullptr;
  local_ = {};
  receiver_ = nullptr;
  if (rare_ != nullptr) rare_->unsent.clear();
  state_ = ContextState::Unconnected;
  subject_ = stack_.subject();
}

Status NetContext::put() {
  if (!in_use_) return Errc::Ebadf;
  const Status status = engine() != nullptr ? engine()->put(*this) : Status();
  if (Semaphore* const waited = waiting()) waited->reset();
  leave_groups();
  reset();
  return status;
}

void NetContext::bind_to_iface(NetIf& iface) {
  iface_ = &iface;
  bound_to_iface_ = true;
}

Status NetContext::bind(const Endpoint& local) {
  if (!in_use_) return Errc::Ebadf;
  if (is_listed()) return Errc::Eisconn;
  if (is_packet() || local.address.family() != family_) return Errc::Einval;
  const Result<NetIf*> iface = iface_to_bind(local.address);
  if (!iface.ok()) return iface.status();
  if (engine() != nullptr) {
    iface_ = iface.value();
    return engine()->bind(*this, local);
  }
  Endpoint wanted{local.address, local.port != 0 ? local.port : local_.port};
  if (type_ == SocketType::Raw) {
    wanted.port = 0;
  } else if (stack_.contexts.port_in_use(*this, wanted, iface.value())) {
    return Errc::Eaddrinuse;
  } else if (!options().allows_port(wanted.port)) {
    const auto chosen = stack_.contexts.free_port(*this, local.address);  // Zephyr: recheck_port()
    if (!chosen.ok()) return chosen.status();
    wanted.port = chosen.value();
  }
  iface_ = iface.value();
  local_ = wanted;
  return Status();
}

Result<NetIf*> NetContext::iface_to_bind(const IpAddress& address) const {
  NetIf* iface = nullptr;
  if (address.is_any()) {
    iface = bound_to_iface_ ? iface_ : stack_.route().iface_for(actual(remote()).address);
    if (iface == nullptr) return Errc::Eaddrnotavail;
    return iface;
  }
  iface = address.is_multicast() ? group_iface(address) : stack_.route().iface_of(address);
  if (iface == nullptr) return Errc::Enoent;
  if (bound_to_iface_ && iface != iface_) return Errc::Eaddrnotavail;
  return iface;
}

Status NetContext::bind_link(const LinkEndpoint& local) {
  if (!in_use_) return Errc::Ebadf;
  if (!is_packet()) return Errc::Einval;
  NetIf* iface = stack_.iface(local.iface);
  rare().link_local = local;
  if (iface == nullptr) return Status();
  rare().link_local.address = iface->link_address();
  iface_ = iface;
  return Status();
}

Status NetContext::bind_default() {
  if (iface_ != nullptr) return Status();
  iface_ = stack_.route().iface_for(actual(remote()).address);
  return iface_ != nullptr ? Status() : Status(Errc::Eaddrnotavail);
}

Status NetContext::listen(int backlog) {
  if (!in_use_) return Errc::Ebadf;
  if (engine() != nullptr) return engine()->listen(*this, backlog);
  return Errc::Eopnotsupp;  // the native path has datagrams only
}

Status NetContext::accept(AcceptCallback accepted, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (engine() != nullptr) {
    CallGuard guard(stack_, subject_, "accept", timeout);
    return guard.returned(engine()->accept(*this, guard.wrap(std::move(accepted)), timeout));
  }
  return Errc::Einval;
}

Status NetContext::connect(const Endpoint& peer, ConnectCallback done, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (state_ == ContextState::Connecting) return Errc::Ealready;
  if (is_packet() || state_ == ContextState::Listening) return Errc::Eopnotsupp;
  if (type_ == SocketType::Raw && engine() == nullptr) return Errc::Enotsup;
  if (peer.address.family() != family_) return Errc::Einval;
  if (peer.address.is_any() || peer.port == 0) return Errc::Einval;
  const bool group = peer.address.is_multicast() || peer.address.is_limited_broadcast();
  if (type_ == SocketType::Stream && group) return Errc::Eaddrnotavail;
  rare().remote = peer;
  remote_set_ = true;
  const Status bound = bind_default();
  if (!bound.ok()) return bound;
  if (engine() != nullptr) {
    CallGuard guard(stack_, subject_, "connect", timeout);
    return guard.returned(engine()->connect(*this, peer, guard.wrap(std::move(done)), timeout));
  }
  state_ = ContextState::Connected;
  if (is_listed()) {
    const Status registered = register_conn();
    if (!registered.ok()) return registered;
  }
  if (done) done(*this, Status());
  return Status();
}

Result<std::size_t> NetContext::send(std::span<const std::uint8_t> bytes, SendCallback done,
                                     Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (is_packet()) return Errc::Eopnotsupp;
  if (type_ == SocketType::Raw && engine() == nullptr) {
    return send_raw(bytes, nullptr, std::move(done), timeout);
  }
  if (!remote_set_ || remote().port == 0) return Errc::Edestaddrreq;
  if (engine() != nullptr) return send_engine(bytes, nullptr, std::move(done), timeout);
  return send_native(bytes, remote(), std::move(done), timeout);
}

Result<std::size_t> NetContext::sendto(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                                       SendCallback done, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (type_ == SocketType::Stream) return send(bytes, std::move(done), timeout);
  if (is_packet() || peer.address.family() != family_) return Errc::Einval;
  const bool raw = type_ == SocketType::Raw && engine() == nullptr;
  if (peer.address.is_any() || (peer.port == 0 && !raw)) return Errc::Edestaddrreq;
  if (raw) return send_raw(bytes, &peer.address, std::move(done), timeout);
  if (engine() != nullptr) return send_engine(bytes, &peer, std::move(done), timeout);
  return send_native(bytes, peer, std::move(done), timeout);
}

void NetContext::record_send(Packet& packet) {
  stack_.tracer().hop(Hop::AppSend, subject_, packet);
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
  packet->meta.destination = peer != nullptr ? *peer : remote();
  const CauseScope scope(stack_.scheduler());
  stack_.tracer().hop(Hop::AppSend, subject_, *packet);
  stack_.tracer().hop(Hop::OffloadCall,
                      iface_ != nullptr ? iface_->subject() : stack_.subject(), *packet);
  CallGuard guard(stack_, subject_, "send", timeout);
  auto sent = engine()->send(*this, std::move(packet), peer, guard.wrap(std::move(done)), timeout);
  static_cast<void>(guard.returned(sent.status()).ok());
  return sent;
}

ConnTuple NetContext::conn_tuple() const {
  ConnTuple tuple;
  tuple.protocol = protocol_;
  tuple.local = local_;
  tuple.remote = remote_set_ ? remote() : Endpoint{IpAddress::any(family_), 0};
  tuple.iface = bound_to_iface_ ? iface_ : nullptr;
  tuple.family = family_;
  tuple.type = type_;
  tuple.takes_ipv4 = family_ == Family::Inet6 && !options().ipv6_only;
  tuple.shares = options().reuse_port;
  if (rare_ != nullptr) tuple.packet_iface = rare_->link_local.iface;
  return tuple;
}

Status NetContext::register_conn() {
  unregister_conn();
  return stack_.conns.add(*this, conn_tuple());
}

Status NetContext::recv(RecvCallback received, Timeout timeout) {
  const Timeout most = options().recv_timeout;
  if (!timeout.is_forever() || most.is_forever()) {
    return recv_within(std::move(received), timeout);
  }
  const Status waited = recv_within(std::move(received), most);
  return waited.code() == Errc::Etimedout ? Status(Errc::Eagain) : waited;  // SO_RCVTIMEO
}

Status NetContext::recv_within(RecvCallback received, Timeout timeout) {
  if (!in_use_) return Errc::Ebadf;
  if (engine() != nullptr) {
    RecvCallback traced = [this, user = std::move(received)](NetContext& self, PacketPtr packet,
                                                             Status status) {
      if (packet != nullptr) {
        const SubjectId where = iface_ != nullptr ? iface_->subject() : stack_.subject();
        stack_.tracer().hop(Hop::OffloadDone, where, *packet);
        stack_.tracer().hop(Hop::AppRecv, subject_, *packet);
      }
      if (user) user(self, std::move(packet), status);
    };
    CallGuard guard(stack_, subject_, "recv", timeout);
    return guard.returned(engine()->recv(*this, guard.wrap(std::move(traced)), timeout));
  }
  if (type_ == SocketType::Stream) return Errc::Eprototype;
  if (const Errc error = take_error(); error != Errc::Ok) return error;
  if (!timeout.is_no_wait() && stack_.fibers().current() == nullptr) return Errc::Edeadlk;
  if (!timeout.is_no_wait() && waiting() != nullptr) return Errc::Ealready;
  receiver_ = std::move(received);
  const bool bound_anew = is_packet();  // a packet context may have been
  const Status registered = !is_listed() || bound_anew ? register_conn() : Status();
  if (!registered.ok() || timeout.is_no_wait()) return registered;
  const Status waited = wait_for_arrival(timeout);
  if (waited.ok()) return Status();
  if (waited.code() == Errc::Ecanceled) return Errc::Ebadf;  // put() while waiting
  receiver_ = nullptr;  // expired: the callback must not be called any more
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
  const Waiting waiting(rare().waiting, arrived);
  return arrived.take(timeout);
}

// Zephyr: net_context_packet_received. The context follows the iface the packet came in by.
bool NetContext::on_packet(PacketPtr& packet) {
  if (!is_receiving()) return false;
  PacketMeta& meta = packet->meta;
  if (!bound_to_iface_) iface_ = stack_.iface(meta.iface);
  if (family_ == Family::Inet6 && meta.source.address.is_v4()) {  // RFC 4291 section 2.5.5.2
    meta.source.address = Ipv6Address::v4_mapped(meta.source.address.v4());
    meta.destination.address = Ipv6Address::v4_mapped(meta.destination.address.v4());
  }
  stack_.tracer().hop(Hop::AppRecv, subject_, *packet);
  deliver(std::move(packet), Status());
  return true;
}

void NetContext::deliver(PacketPtr packet, Status status) {
  const RecvCallback receiver = receiver_;  // it may call recv() or put()
  if (Semaphore* const waited = waiting()) waited->give();
  if (receiver) receiver(*this, std::move(packet), status);
}

}  // namespace flapjack
