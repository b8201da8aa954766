// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_tcp_socket.h"

#include <algorithm>
#include <cstring>

#include "lwip/pbuf.h"
#include "lwip/tcp.h"
#include "offload/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::size_t kWriteAtOnce = 32768;  // tcp_write takes 16 bits
constexpr std::size_t kCreditAtOnce = 65535;
constexpr u8_t kPollTicks = 1;  // of lwIP's slow timer: 500 ms

ip_addr_t to_lwip(const IpAddress& address) {
  return {lwip_htonl(address.v4().value)};
}

Endpoint remote_of(const tcp_pcb& pcb) {
  return {Ipv4Address{lwip_ntohl(pcb.remote_ip.addr)}, pcb.remote_port};
}

// Room from which on a writer is woken: two segments, as a sender in the middle of a stream wants
// to fill whole ones, but never more than half of the buffer.
std::size_t low_water(const tcp_pcb& pcb) {
  return std::min<std::size_t>(2u * tcp_mss(&pcb), TCP_SND_BUF / 2);
}

}  // namespace

Result<std::unique_ptr<OffloadSocket>> LwipTcpSocket::open(LwipStack& stack, SocketUser& user) {
  if (!stack.is_powered()) return Errc::Enetdown;
  std::unique_ptr<LwipTcpSocket> socket(new LwipTcpSocket(stack, &user));
  const bool alive = stack.run([&] {
    if (tcp_pcb* pcb = tcp_new(); pcb != nullptr) socket->adopt(pcb);
  });
  if (!alive) return Errc::Enetdown;
  if (socket->pcb_ == nullptr) return Errc::Enobufs;
  return std::unique_ptr<OffloadSocket>(std::move(socket));
}

void LwipTcpSocket::adopt(tcp_pcb* pcb) {
  pcb_ = pcb;
  tcp_arg(pcb, this);
  tcp_recv(pcb, [](void* self, tcp_pcb*, pbuf* chain, err_t) -> err_t {
    auto& socket = *static_cast<LwipTcpSocket*>(self);
    chain != nullptr ? socket.on_received(chain) : socket.on_end_of_stream();
    return ERR_OK;
  });
  tcp_sent(pcb, [](void* self, tcp_pcb*, u16_t) -> err_t {
    static_cast<LwipTcpSocket*>(self)->wake_writer();
    return ERR_OK;
  });
  // Nothing else comes after a write that failed with nothing in flight.
  tcp_poll(
      pcb,
      [](void* self, tcp_pcb*) -> err_t {
        if (self != nullptr) static_cast<LwipTcpSocket*>(self)->wake_writer();
        return ERR_OK;
      },
      kPollTicks);
  tcp_err(pcb, [](void* self, err_t error) {
    auto& socket = *static_cast<LwipTcpSocket*>(self);
    socket.pcb_ = nullptr;          // freed already
    if (error == ERR_CLSD) return;  // both sides had closed
    const bool connecting = socket.state_ == State::Connecting;
    if (error == ERR_RST) return socket.fail(connecting ? Errc::Econnrefused : Errc::Econnreset);
    socket.fail(error == ERR_ABRT ? Errc::Etimedout : lwip_errc(error));
  });
}

LwipTcpSocket::~LwipTcpSocket() {
  leave();
  waiting_.clear();
  if (pcb_ != nullptr || unread_ > 0) run([&] { close_pcb(); });
}

void LwipTcpSocket::close_pcb() {
  const bool reset = unread_ > 0 || !accepted_;
  free_unread();
  if (pcb_ == nullptr) return;
  tcp_pcb* const pcb = pcb_;
  if (state_ == State::Listening) {
    tcp_accept(pcb, nullptr);
    tcp_arg(pcb, nullptr);
    tcp_close(pcb);
    return;
  }
  let_go();
  if (reset || tcp_close(pcb) != ERR_OK) tcp_abort(pcb);
}

// From here on the PCB lives and dies on lwIP's side.
void LwipTcpSocket::let_go() {
  tcp_arg(pcb_, nullptr);
  tcp_recv(pcb_, nullptr);
  tcp_sent(pcb_, nullptr);
  tcp_err(pcb_, nullptr);
  tcp_poll(pcb_, nullptr, 0);
  pcb_ = nullptr;
}

void LwipTcpSocket::fail(Errc error) {
  state_ = State::Failed;
  error_ = error;
  error_pending_ = true;
  notify({.readable = true, .writable = true, .error = true});
}

void LwipTcpSocket::power_lost() {
  pcb_ = nullptr;
  queue_.forget();
  unread_ = offset_ = 0;
  if (state_ != State::Failed) fail(Errc::Econnreset);
}

Readiness LwipTcpSocket::level() const {
  return {.readable = unread_ > 0 || end_of_stream_ || no_read_ || error_ != Errc::Ok,
          .writable = state_ == State::Connected || error_ != Errc::Ok,
          .acceptable = !waiting_.empty(),
          .error = error_pending_};
}

Status LwipTcpSocket::take_error() {
  if (!error_pending_) return Status();
  error_pending_ = false;
  return error_;
}

Status LwipTcpSocket::bind(const Endpoint& local) {
  if (bound_ || state_ != State::Fresh) return Errc::Einval;
  const Status allowed = check_local(local);
  if (!allowed.ok()) return allowed;
  const ip_addr_t address = to_lwip(local.address);
  err_t error = ERR_IF;
  run([&] { error = tcp_bind(pcb_, &address, local.port); });
  bound_ = error == ERR_OK;
  return error == ERR_BUF ? Errc::Eaddrinuse : lwip_errc(error);
}

Status LwipTcpSocket::listen(int backlog) {
  if (state_ == State::Failed) return error_;
  if (state_ != State::Fresh) return Errc::Einval;
  const auto places = static_cast<u8_t>(std::clamp(backlog, 1, 255));
  err_t error = ERR_IF;
  run([&] {
    // Without an address lwIP would listen on port 0.
    if (!bound_) error = tcp_bind(pcb_, IP4_ADDR_ANY, 0);
    if (!bound_ && error != ERR_OK) return;
    tcp_pcb* listener = tcp_listen_with_backlog_and_err(pcb_, places, &error);
    if (listener == nullptr) return;  // the PCB is as it was
    pcb_ = listener;
    tcp_arg(pcb_, this);
    tcp_accept(pcb_, [](void* self, tcp_pcb* pcb, err_t failed) -> err_t {
      if (failed != ERR_OK || pcb == nullptr) return ERR_VAL;  // no memory for it: lwIP's loss
      return static_cast<LwipTcpSocket*>(self)->on_accept(pcb);
    });
    state_ = State::Listening;
  });
  return lwip_errc(error);
}

signed char LwipTcpSocket::on_accept(tcp_pcb* pcb) {
  if (!stack_->has_socket_left()) {
    NetIf& iface = stack_->iface();
    iface.stack().tracer().event(iface.subject(), event_name::kAcceptRefused,
                                 {Attr::of("errno", Errc::Enobufs)});
    return ERR_MEM;  // lwIP resets the connection
  }
  auto& socket =
      *waiting_.emplace_back(std::unique_ptr<LwipTcpSocket>(new LwipTcpSocket(*stack_, nullptr)));
  socket.adopt(pcb);
  socket.state_ = State::Connected;
  socket.accepted_ = false;
  socket.peer_ = remote_of(*pcb);
  tcp_backlog_delayed(pcb);
  notify({.acceptable = true});
  return ERR_OK;
}

Result<std::unique_ptr<OffloadSocket>> LwipTcpSocket::accept(SocketUser& user, Endpoint& peer) {
  if (state_ == State::Failed) return error_;
  if (state_ != State::Listening) return Errc::Einval;
  if (waiting_.empty()) return Errc::Eagain;
  std::unique_ptr<LwipTcpSocket> socket = std::move(waiting_.front());
  waiting_.pop_front();
  if (socket->pcb_ != nullptr) run([&] { tcp_backlog_accepted(socket->pcb_); });
  socket->accepted_ = true;
  socket->set_user(user);
  peer = socket->peer_;
  return std::unique_ptr<OffloadSocket>(std::move(socket));
}

Status LwipTcpSocket::connect(const Endpoint& peer) {
  if (state_ == State::Connecting) return Errc::Ealready;
  if (state_ == State::Connected) return Errc::Eisconn;
  if (state_ == State::Listening) return Errc::Eopnotsupp;
  if (state_ == State::Failed) return error_;
  if (!peer.address.is_v4()) return Errc::Eafnosupport;
  if (peer.address.is_any() || peer.port == 0) return Errc::Einval;
  if (peer.address.is_multicast() || peer.address.is_limited_broadcast()) {
    return Errc::Eaddrnotavail;
  }
  const Status route = check_route(peer);
  if (!route.ok()) return route;
  const ip_addr_t address = to_lwip(peer.address);
  err_t error = ERR_IF;
  run([&] {
    error = tcp_connect(pcb_, &address, peer.port, [](void* self, tcp_pcb*, err_t) -> err_t {
      auto& socket = *static_cast<LwipTcpSocket*>(self);
      socket.state_ = State::Connected;
      socket.notify({.writable = true});
      return ERR_OK;
    });
  });
  if (error == ERR_BUF) return Errc::Eaddrnotavail;  // no local port is left
  if (error != ERR_OK) return lwip_errc(error);
  peer_ = peer;
  state_ = State::Connecting;
  return Errc::Einprogress;
}

Result<std::size_t> LwipTcpSocket::send(std::span<const std::uint8_t> bytes, const Endpoint*) {
  if (state_ == State::Failed) return error_;
  if (no_write_) return Errc::Epipe;
  if (state_ == State::Connecting) {
    want_writable_ = true;
    return Errc::Eagain;
  }
  if (state_ != State::Connected) return Errc::Enotconn;
  if (pcb_ == nullptr) return Errc::Epipe;
  if (bytes.empty()) return std::size_t{0};
  std::size_t taken = 0;
  if (!run([&] { taken = write(bytes); })) return error_;
  want_writable_ = taken < bytes.size();
  if (taken == 0) return Errc::Eagain;
  return taken;
}

std::size_t LwipTcpSocket::write(std::span<const std::uint8_t> bytes) {
  std::size_t taken = 0, at_once = kWriteAtOnce;
  while (taken < bytes.size()) {
    const std::size_t n = std::min({bytes.size() - taken, std::size_t{tcp_sndbuf(pcb_)}, at_once});
    if (n == 0) break;
    const err_t error =
        tcp_write(pcb_, bytes.data() + taken, static_cast<u16_t>(n), TCP_WRITE_FLAG_COPY);
    if (error == ERR_OK) {
      taken += n;
    } else if (error == ERR_MEM && n > static_cast<std::size_t>(tcp_mss(pcb_))) {
      at_once = n / 2;  // a write is taken whole or not at all
    } else {
      break;
    }
  }
  tcp_output(pcb_);  // its failure is a failure to send now: lwIP's timers try again
  return taken;
}

void LwipTcpSocket::wake_writer() {
  if (!want_writable_ || state_ != State::Connected) return;
  if (tcp_sndbuf(pcb_) < low_water(*pcb_)) return;
  want_writable_ = false;
  notify({.writable = true});
}

Result<std::size_t> LwipTcpSocket::recv(std::span<std::uint8_t> out, Endpoint* from) {
  if (state_ == State::Fresh || state_ == State::Listening) return Errc::Enotconn;
  if (no_read_) return std::size_t{0};
  if (unread_ == 0) {
    if (error_ != Errc::Ok) return error_;
    if (end_of_stream_) return std::size_t{0};
    return Errc::Eagain;
  }
  std::size_t bytes = 0;
  if (!run([&] { bytes = read(out); })) return error_;
  if (from != nullptr) *from = peer_;
  return bytes;
}

std::size_t LwipTcpSocket::read(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size() && unread_ > 0) {
    pbuf*& first = queue_.front().chain;
    const std::size_t n = std::min<std::size_t>(out.size() - done, first->len - offset_);
    std::memcpy(out.data() + done, static_cast<const std::uint8_t*>(first->payload) + offset_, n);
    done += n;
    offset_ += n;
    unread_ -= n;
    if (offset_ < first->len) break;
    offset_ = 0;
    pbuf* const read = first;
    first = read->next;
    if (first != nullptr) pbuf_ref(first);  // else it would go with the pbuf before it
    pbuf_free(read);
    if (first == nullptr) queue_.pop();
  }
  credit(done);
  return done;
}

void LwipTcpSocket::credit(std::size_t bytes) {
  while (bytes > 0 && pcb_ != nullptr) {
    const std::size_t n = std::min(bytes, kCreditAtOnce);
    tcp_recved(pcb_, static_cast<u16_t>(n));
    bytes -= n;
  }
}

void LwipTcpSocket::free_unread() {
  for (; !queue_.empty(); queue_.pop()) pbuf_free(queue_.front().chain);
  unread_ = offset_ = 0;
}

void LwipTcpSocket::on_received(pbuf* chain) {
  if (no_read_) {
    credit(chain->tot_len);
    pbuf_free(chain);
    return;
  }
  unread_ += chain->tot_len;
  queue_.push({chain, {}});
  notify({.readable = true});
}

void LwipTcpSocket::on_end_of_stream() {
  end_of_stream_ = true;
  if (no_write_) let_go();
  notify({.readable = true});
}

Status LwipTcpSocket::shutdown(Shutdown how) {
  if (state_ != State::Connected) return Errc::Enotconn;
  if (how != Shutdown::Write && !no_read_) {
    no_read_ = true;
    run([&] {
      const std::size_t unread = unread_;
      free_unread();
      credit(unread);
    });
    notify({.readable = true});
  }
  if (how == Shutdown::Read || no_write_) return Status();
  no_write_ = true;
  if (pcb_ == nullptr) return Status();
  err_t error = ERR_IF;
  run([&] {
    error = tcp_shutdown(pcb_, 0, 1);
    if (error == ERR_OK && end_of_stream_ && pcb_ != nullptr) let_go();
  });
  return lwip_errc(error);
}

}  // namespace flapjack
