// SPDX-License-Identifier: Apache-2.0
#include "offload/context_socket.h"

#include <utility>

#include "offload/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr Duration kPoolRetry = milliseconds(10);  // when the node has no rx packet left

}  // namespace

// A fiber blocked in a call on the context.
class ContextSocket::Waiter {
 public:
  Waiter(FiberHost& fibers, std::string what, Waiter*& place)
      : semaphore_(fibers, std::move(what), 0, 1), place_(&place) {
    place = this;
  }
  ~Waiter() {
    if (!orphaned_) *place_ = nullptr;
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Status take(Timeout timeout) {
    const Status taken = semaphore_.take(timeout);
    if (orphaned_) return Errc::Ebadf;
    return taken.code() == Errc::Eagain ? Status(Errc::Etimedout) : taken;
  }
  void wake() { semaphore_.give(); }
  void orphan() {
    orphaned_ = true;
    wake();
  }

 private:
  Semaphore semaphore_;
  Waiter** place_;
  bool orphaned_ = false;
};

ContextSocket::ContextSocket(Stack& stack, SocketOffload& sockets, const SocketSpec& spec)
    : stack_(stack),
      sockets_(sockets),
      spec_(spec),
      complete_(stack.scheduler(), Lane::App, delegate<&ContextSocket::run_completions>(this)),
      pump_(stack.scheduler(), Lane::App, delegate<&ContextSocket::pump>(this)) {}

ContextSocket::~ContextSocket() {
  for (Waiter* waiter : {connect_wait_, accept_wait_, send_wait_, recv_wait_}) {
    if (waiter != nullptr) waiter->orphan();
  }
}

bool ContextSocket::in_fiber() const {
  return stack_.fibers().current() != nullptr;
}

SimTime ContextSocket::deadline(Timeout timeout) const {
  return timeout.is_forever() ? kNever : stack_.scheduler().now() + timeout.span();
}

Status ContextSocket::wait(Waiter*& place, SimTime deadline, std::string what) {
  if (!in_fiber()) return Errc::Edeadlk;
  const Duration left = deadline - stack_.scheduler().now();
  if (deadline != kNever && left.ns <= 0) return Errc::Etimedout;
  Waiter waiter(stack_.fibers(), std::move(what), place);
  return waiter.take(deadline == kNever ? Timeout::forever() : Timeout::after(left));
}

Status ContextSocket::open(NetContext& context) {
  context_ = &context;
  auto opened = sockets_.open(spec_, *this);
  if (!opened.ok()) return opened.status();
  socket_ = std::move(opened.value());
  return Status();
}

// A socket whose connect() failed is of no more use: another one takes its place, with its address.
void ContextSocket::reopen() {
  socket_.reset();
  if (!open(*context_).ok() || !bound_) return;
  bound_ = socket_->bind(context_->local()).ok();
}

Status ContextSocket::bind(const Endpoint& local) {
  if (socket_ == nullptr) return Errc::Enetdown;
  const Status bound = socket_->bind(local);
  if (!bound.ok()) return bound;
  bound_ = true;
  context_->set_local(local);
  return Status();
}

Status ContextSocket::listen(int backlog) {
  if (socket_ == nullptr) return Errc::Enetdown;
  const Status listening = socket_->listen(backlog);
  if (listening.ok()) context_->set_state(ContextState::Listening);
  return listening;
}

Status ContextSocket::connect(const Endpoint& peer, ConnectCallback done, Timeout timeout) {
  if (connecting_) return Errc::Ealready;
  if (is_stream() && !timeout.is_no_wait() && !in_fiber()) return Errc::Edeadlk;
  if (socket_ == nullptr) reopen();
  if (socket_ == nullptr) return Errc::Enetdown;
  const Status started = socket_->connect(peer);
  if (!started.ok() && started.code() != Errc::Einprogress) return started;
  context_->set_remote(peer);
  if (!started.ok()) {
    connecting_ = true;
    context_->set_state(ContextState::Connecting);
    if (!timeout.is_no_wait()) return await_connect(std::move(done), timeout);
    connected_ = std::move(done);
    return Status();
  }
  context_->set_state(ContextState::Connected);
  if (timeout.is_no_wait()) {
    if (done) complete_later({std::move(done), nullptr, 0});
  } else if (done) {
    done(*context_, Status());
  }
  return Status();
}

Status ContextSocket::await_connect(ConnectCallback done, Timeout timeout) {
  NetContext& context = *context_;
  const Status waited =
      wait(connect_wait_, deadline(timeout), "connect to " + to_text(context.remote()));
  if (waited.code() == Errc::Etimedout && connecting_) {
    connecting_ = false;
    context.set_state(ContextState::Unconnected);
    reopen();
  }
  if (!waited.ok()) return waited;
  if (received_) pump_.start(Duration{});  // data may have come in the same turn
  const Status result = connect_result_;
  if (done) done(context, result);
  return result;
}

void ContextSocket::finish_connect() {
  connect_result_ = socket_->take_error();
  connecting_ = false;
  const bool ok = connect_result_.ok();
  context_->set_state(ok ? ContextState::Connected : ContextState::Unconnected);
  if (!ok) reopen();
  if (connect_wait_ != nullptr) return connect_wait_->wake();
  const ConnectCallback done = std::exchange(connected_, nullptr);
  if (done) done(*context_, connect_result_);
}

void ContextSocket::on_ready(Readiness ready) {
  const std::weak_ptr<Alive> alive = alive_;
  if (connecting_) {
    if (ready.writable || ready.error) finish_connect();
    if (alive.expired() || connect_wait_ != nullptr) return;
  }
  if (ready.writable || ready.error) continue_send();
  if (alive.expired()) return;
  if (ready.readable || ready.error) {
    recv_wait_ != nullptr ? recv_wait_->wake() : deliver();
  }
  if (alive.expired()) return;
  if (ready.acceptable || ready.error) {
    accept_wait_ != nullptr ? accept_wait_->wake() : deliver_accepted();
  }
}

// After a registration there may be something already; after a starved pool there may be packets.
void ContextSocket::pump() {
  on_ready({.readable = true, .acceptable = true});
}

void ContextSocket::complete_later(Completion completion) {
  completions_.push_back(std::move(completion));
  if (!complete_.running()) complete_.start(Duration{});
}

void ContextSocket::run_completions() {
  const std::weak_ptr<Alive> alive = alive_;
  running_.swap(completions_);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const Completion completion = std::move(running_[i]);
    if (completion.connected) completion.connected(*context_, Status());
    if (alive.expired()) return;
    if (completion.sent) completion.sent(*context_, completion.bytes);
    if (alive.expired()) return;
  }
  running_.clear();
}

Status ContextSocket::accept(AcceptCallback accepted, Timeout timeout) {
  if (socket_ == nullptr) return Errc::Enetdown;
  if (context_->state() != ContextState::Listening) return Errc::Einval;
  if (timeout.is_no_wait()) {
    accepted_ = std::move(accepted);
    accepted_replaced_ = true;
    pump_.start(Duration{});
    return Status();
  }
  if (accept_wait_ != nullptr) return Errc::Ealready;
  const SimTime until = deadline(timeout);
  for (;;) {
    const Status done = accept_one(accepted);
    if (done.code() != Errc::Eagain) return done;
    const Status waited = wait(accept_wait_, until, "accept on " + to_text(context_->local()));
    if (!waited.ok()) return waited;
  }
}

// The callback may put() the listener: nothing of this is touched after it.
Status ContextSocket::accept_one(const AcceptCallback& accepted) {
  for (;;) {
    auto state = std::make_unique<ContextSocket>(stack_, sockets_, spec_);
    Endpoint peer;
    auto socket = socket_->accept(*state, peer);
    if (!socket.ok()) return socket.status();
    ContextSocket& child = *state;
    child.socket_ = std::move(socket.value());
    const auto context = stack_.contexts.get_accepted(*context_, std::move(state));
    if (!context.ok()) {
      const NetIf* iface = context_->iface();
      stack_.tracer().event(iface != nullptr ? iface->subject() : stack_.subject(),
                            event_name::kAcceptRefused, {Attr::of("errno", context.code())});
      continue;
    }
    child.context_ = context.value();
    child.context_->set_remote(peer);
    child.context_->set_state(ContextState::Connected);
    if (!accepted) return context.value()->put();
    accepted(*context.value(), peer);
    return Status();
  }
}

void ContextSocket::deliver_accepted() {
  const std::weak_ptr<Alive> alive = alive_;
  while (accepted_ && socket_ != nullptr) {
    AcceptCallback accepted = std::exchange(accepted_, nullptr);
    accepted_replaced_ = false;
    const Status done = accept_one(accepted);
    if (alive.expired()) return;
    if (!accepted_replaced_) accepted_ = std::move(accepted);
    if (!done.ok()) return;
  }
}

Status ContextSocket::recv(RecvCallback received, Timeout timeout) {
  if (timeout.is_no_wait()) {
    received_ = std::move(received);
    received_replaced_ = true;
    if (received_) pump_.start(Duration{});
    return Status();
  }
  if (recv_wait_ != nullptr) return Errc::Ealready;
  received_ = nullptr;
  received_replaced_ = true;
  const SimTime until = deadline(timeout);
  for (;;) {
    Received got = take();
    if (got.ready) {
      if (received) received(*context_, std::move(got.packet), got.status);
      return got.status;
    }
    const Status waited = wait(recv_wait_, until, "recv on " + to_text(context_->local()));
    if (!waited.ok()) return waited;
  }
}

ContextSocket::Received ContextSocket::take() {
  if (socket_ == nullptr) return {true, nullptr, Errc::Enetdown};
  PacketPtr packet = stack_.rx_pool.allocate();
  if (packet == nullptr) {  // the data waits in the socket
    if (!pump_.running()) pump_.start(kPoolRetry);
    return {};
  }
  Endpoint from;
  const std::size_t room = packet->tailroom();
  const auto bytes = socket_->recv({packet->append(room), room}, &from);
  if (!bytes.ok()) {
    if (bytes.code() == Errc::Eagain) return {};
    return {true, nullptr, bytes.status()};
  }
  if (bytes.value() == 0 && is_stream()) return {true, nullptr, Status()};
  packet->trim(bytes.value());
  packet->meta.source = from;
  packet->meta.destination = context_->local();
  packet->meta.payload_bytes = static_cast<std::uint32_t>(bytes.value());
  if (context_->iface() != nullptr) packet->meta.iface = context_->iface()->index();
  return {true, std::move(packet), Status()};
}

void ContextSocket::deliver() {
  const std::weak_ptr<Alive> alive = alive_;
  while (received_) {
    Received got = take();
    if (!got.ready) return;
    const bool last = got.packet == nullptr;
    RecvCallback received = std::exchange(received_, nullptr);
    received_replaced_ = false;
    received(*context_, std::move(got.packet), got.status);
    if (alive.expired() || last) return;
    if (!received_replaced_) received_ = std::move(received);
  }
}

Result<std::size_t> ContextSocket::send(PacketPtr payload, const Endpoint* to, SendCallback done,
                                        Timeout timeout) {
  if (socket_ == nullptr) return Errc::Enetdown;
  if (timeout.is_no_wait()) return send_now(std::move(payload), to, std::move(done));
  return send_waiting(std::move(payload), to, std::move(done), deadline(timeout));
}

Result<std::size_t> ContextSocket::send_now(PacketPtr payload, const Endpoint* to,
                                            SendCallback done) {
  if (unsent_ != nullptr || send_wait_ != nullptr) return Errc::Eagain;
  const std::size_t total = payload->size();
  const auto taken = socket_->send(payload->bytes(), to);
  if (!taken.ok()) return taken;
  if (taken.value() < total) {
    payload->pull(taken.value());
    unsent_ = std::move(payload);
    unsent_total_ = total;
    sent_ = std::move(done);
  } else if (done) {
    complete_later({nullptr, std::move(done), total});
  }
  return total;
}

Result<std::size_t> ContextSocket::send_waiting(PacketPtr payload, const Endpoint* to,
                                                SendCallback done, SimTime deadline) {
  if (send_wait_ != nullptr) return Errc::Ealready;
  NetContext& context = *context_;
  std::size_t done_bytes = 0;
  for (;;) {
    const auto taken = unsent_ != nullptr ? Result<std::size_t>(Errc::Eagain)
                                          : socket_->send(payload->bytes(), to);
    if (!taken.ok() && taken.code() != Errc::Eagain) return taken;
    done_bytes += taken.value_or(0);
    payload->pull(taken.value_or(0));
    if (taken.ok() && payload->size() == 0) break;
    const Status waited = wait(send_wait_, deadline, "send to " + to_text(context.remote()));
    if (waited.ok()) continue;
    if (waited.code() == Errc::Ebadf || done_bytes == 0) return waited.code();
    return done_bytes;
  }
  if (done) done(context, done_bytes);
  return done_bytes;
}

// The rest of the packet, then whoever waits for its turn.
void ContextSocket::continue_send() {
  if (unsent_ == nullptr) {
    if (send_wait_ != nullptr) send_wait_->wake();
    return;
  }
  Result<std::size_t> taken = socket_->send(unsent_->bytes(), nullptr);
  if (!taken.ok() && taken.code() == Errc::Eagain) return;
  if (taken.ok()) {
    unsent_->pull(taken.value());
    if (unsent_->size() > 0) return;
    taken = unsent_total_;
  }
  unsent_.reset();
  if (send_wait_ != nullptr) send_wait_->wake();
  const SendCallback sent = std::exchange(sent_, nullptr);
  if (sent) sent(*context_, taken);
}

}  // namespace flapjack
