// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_context.h"

#include "stack/net/stack.h"

namespace flapjack {

NetContext::NetContext(Stack& stack, std::uint16_t slot) : stack_(stack), slot_(slot) {}

void NetContext::reset() {
  if (conn_ != nullptr) {
    const Status removed = stack_.conns.remove(conn_);
    assert(removed.ok());
    static_cast<void>(removed);
  }
  conn_ = nullptr;
  in_use_ = bound_to_iface_ = remote_set_ = false;
  iface_ = nullptr;
  engine_ = nullptr;
  offload_state_.reset();
  local_ = remote_ = {};
  received_ = nullptr;
  sent_ = nullptr;
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
  if (local.port != 0 && local.port != local_.port &&
      stack_.contexts.port_in_use(*this, local)) {
    return Errc::Eaddrinuse;
  }
  iface_ = iface;
  local_.address = local.address;
  if (local.port != 0) local_.port = local.port;
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
  if (stack_.config().send_checks_iface && !iface->is_up()) return Errc::Enetdown;
  const std::size_t room = std::max<std::size_t>(iface->mtu(), 576) - kIpv4HeaderBytes -
                           kUdpHeaderBytes;  // PB-3: the cap of an IPv4 allocation
  if (bytes.size() > room) return Errc::Enomem;
  Errc error = Errc::Ok;
  PacketPtr packet = allocate(timeout, bytes.size(), error);
  if (packet == nullptr) return error;
  packet->append(bytes);
  PacketMeta& meta = packet->meta;
  meta.iface = iface->index();
  meta.priority = priority_;
  meta.context = static_cast<std::uint16_t>(slot_ + 1);
  meta.payload_bytes = static_cast<std::uint32_t>(bytes.size());
  meta.source = local_;
  if (local_.address.is_any()) meta.source.address = stack_.route.source(iface, peer.address);
  meta.destination = peer;
  meta.ttl = iface->ipv4().ttl();
  iface_ = iface;
  sent_ = std::move(done);
  const CauseScope scope(stack_.scheduler());
  stack_.tracer().hop(Hop::AppSend, subject_, *packet);
  const Status sent = stack_.udp.output(std::move(packet));
  if (!sent.ok()) return sent.code();
  return bytes.size();
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
  PacketPtr packet = stack_.tx_pool.allocate();
  FiberHost& fibers = stack_.fibers();
  const SimTime give_up = stack_.scheduler().now() + stack_.config().udp_alloc_timeout;
  while (packet == nullptr && !timeout.is_no_wait() && fibers.current() != nullptr &&
         stack_.scheduler().now() < give_up) {
    const Status waited = stack_.contexts.wait_for_packet(give_up - stack_.scheduler().now());
    if (!waited.ok()) break;
    packet = stack_.tx_pool.allocate();
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
  if (conn_ != nullptr) {
    const Status removed = stack_.conns.remove(conn_);
    assert(removed.ok());
    static_cast<void>(removed);
    conn_ = nullptr;
  }
  const ConnTuple tuple{protocol_, local_, remote_set_ ? remote_ : Endpoint{},
                      bound_to_iface_ ? iface_ : nullptr};
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
  if (!timeout.is_no_wait() && stack_.fibers().current() == nullptr) return Errc::Edeadlk;
  received_ = std::move(received);
  const Status registered = conn_ == nullptr ? register_conn() : Status();
  if (!registered.ok() || timeout.is_no_wait()) return registered;
  Semaphore arrived(stack_.fibers(), "recv on " + to_text(local_));
  waiting_ = &arrived;
  const Status waited = arrived.take(timeout);
  waiting_ = nullptr;
  if (waited.ok()) return Status();
  if (waited.code() == Errc::Ecanceled) return Errc::Ebadf;  // put() while waiting
  received_ = nullptr;  // expired: the callback must not be called any more
  const Status removed = stack_.conns.remove(conn_);
  assert(removed.ok());
  static_cast<void>(removed);
  conn_ = nullptr;
  return Errc::Etimedout;
}

// Zephyr: net_context_packet_received. The context follows the iface the packet came in by.
bool NetContext::on_conn(PacketPtr& packet) {
  if (!received_) return false;
  if (!bound_to_iface_) iface_ = stack_.iface(packet->meta.iface);
  stack_.tracer().hop(Hop::AppRecv, subject_, *packet);
  deliver(std::move(packet), Status());
  return true;
}

void NetContext::deliver(PacketPtr packet, Status status) {
  const RecvCallback callback = received_;  // it may call recv() or put()
  if (waiting_ != nullptr) waiting_->give();
  callback(*this, std::move(packet), status);
}

}  // namespace flapjack
