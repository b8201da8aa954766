// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_udp_socket.h"

#include <algorithm>
#include <cstring>

#include "lwip/pbuf.h"
#include "lwip/udp.h"

namespace flapjack {
namespace {

constexpr std::size_t kMaxDatagram = 65507;  // 65535 less the IPv4 and UDP headers

ip_addr_t to_lwip(const IpAddress& address) {
  return {lwip_htonl(address.v4().value)};
}

}  // namespace

Result<std::unique_ptr<OffloadSocket>> LwipUdpSocket::open(LwipStack& stack, SocketUser& user) {
  if (!stack.is_powered()) return Errc::Enetdown;
  std::unique_ptr<LwipUdpSocket> socket(new LwipUdpSocket(stack, user));
  const bool alive = stack.run([&] {
    socket->pcb_ = udp_new();
    if (socket->pcb_ != nullptr) udp_recv(socket->pcb_, on_datagram, socket.get());
  });
  if (!alive) return Errc::Enetdown;
  if (socket->pcb_ == nullptr) return Errc::Enobufs;
  return std::unique_ptr<OffloadSocket>(std::move(socket));
}

LwipUdpSocket::~LwipUdpSocket() {
  leave();
  if (pcb_ == nullptr) return;
  run([&] {
    udp_remove(pcb_);
    for (; !queue_.empty(); queue_.pop()) pbuf_free(queue_.front().chain);
  });
}

Status LwipUdpSocket::bind(const Endpoint& local) {
  if (dead_) return Errc::Enetdown;
  if (bound_) return Errc::Einval;
  const Status allowed = check_local(local);
  if (!allowed.ok()) return allowed;
  const ip_addr_t address = to_lwip(local.address);
  err_t error = ERR_IF;
  run([&] { error = udp_bind(pcb_, &address, local.port); });
  bound_ = error == ERR_OK;
  return lwip_errc(error);
}

Status LwipUdpSocket::listen(int) {
  return Errc::Eopnotsupp;
}

Result<std::unique_ptr<OffloadSocket>> LwipUdpSocket::accept(SocketUser&, Endpoint&) {
  return Errc::Eopnotsupp;
}

Status LwipUdpSocket::connect(const Endpoint& peer) {
  if (dead_) return Errc::Enetdown;
  if (!peer.address.is_v4()) return Errc::Eafnosupport;
  if (peer.address.is_any() || peer.port == 0) return Errc::Einval;
  const ip_addr_t address = to_lwip(peer.address);
  err_t error = ERR_IF;
  run([&] { error = udp_connect(pcb_, &address, peer.port); });
  if (error != ERR_OK) return lwip_errc(error);
  peer_ = peer;
  connected_ = bound_ = true;
  return Status();
}

Result<std::size_t> LwipUdpSocket::send(std::span<const std::uint8_t> bytes, const Endpoint* to) {
  if (dead_) return Errc::Enetdown;
  if (no_write_) return Errc::Epipe;
  if (to == nullptr && !connected_) return Errc::Edestaddrreq;
  const Endpoint& peer = to != nullptr ? *to : peer_;
  if (!peer.address.is_v4()) return Errc::Eafnosupport;
  if (peer.address.is_any() || peer.port == 0) return Errc::Edestaddrreq;
  if (bytes.size() > kMaxDatagram) return Errc::Emsgsize;
  const Status route = check_route(peer);
  if (!route.ok()) return route.code();
  const ip_addr_t address = to_lwip(peer.address);
  err_t error = ERR_IF;
  run([&] {
    pbuf* p = pbuf_alloc(PBUF_TRANSPORT, static_cast<u16_t>(bytes.size()), PBUF_RAM);
    if (p == nullptr) {
      error = ERR_MEM;
      return;
    }
    if (!bytes.empty()) std::memcpy(p->payload, bytes.data(), bytes.size());
    error = udp_sendto(pcb_, p, &address, peer.port);
    pbuf_free(p);
  });
  if (error != ERR_OK) return lwip_errc(error);
  bound_ = true;
  return bytes.size();
}

Result<std::size_t> LwipUdpSocket::recv(std::span<std::uint8_t> out, Endpoint* from) {
  if (dead_) return Errc::Econnreset;
  if (no_read_) return std::size_t{0};
  if (queue_.empty()) return Errc::Eagain;
  LwipQueue::Item item = queue_.front();
  queue_.pop();
  const auto bytes = static_cast<u16_t>(std::min<std::size_t>(out.size(), item.chain->tot_len));
  run([&] {
    pbuf_copy_partial(item.chain, out.data(), bytes, 0);
    pbuf_free(item.chain);
  });
  if (from != nullptr) *from = item.from;
  return std::size_t{bytes};
}

Status LwipUdpSocket::shutdown(Shutdown how) {
  if (dead_ || !connected_) return Errc::Enotconn;
  if (how != Shutdown::Write) no_read_ = true;
  if (how != Shutdown::Read) no_write_ = true;
  if (no_read_) {
    run([&] {
      for (; !queue_.empty(); queue_.pop()) pbuf_free(queue_.front().chain);
    });
    notify({.readable = true});
  }
  return Status();
}

Status LwipUdpSocket::take_error() {
  if (!error_pending_) return Status();
  error_pending_ = false;
  return Errc::Econnreset;
}

void LwipUdpSocket::power_lost() {
  if (dead_) return;
  pcb_ = nullptr;
  queue_.forget();
  dead_ = error_pending_ = true;
  notify({.readable = true, .writable = true, .error = true});
}

Readiness LwipUdpSocket::level() const {
  return {
      .readable = dead_ || no_read_ || !queue_.empty(), .writable = true, .error = error_pending_};
}

void LwipUdpSocket::on_datagram(void* self, udp_pcb*, pbuf* payload, const ip4_addr* from,
                                std::uint16_t port) {
  auto& socket = *static_cast<LwipUdpSocket*>(self);
  const bool full = socket.queue_.size() >= socket.stack_->config().datagram_limit;
  if (socket.no_read_ || full) {
    socket.stack_->record_drop(full ? DropReason::QueueFull : DropReason::Shutdown, *payload);
    pbuf_free(payload);
    return;
  }
  socket.queue_.push({payload, {Ipv4Address{lwip_ntohl(from->addr)}, port}});
  socket.notify({.readable = true});
}

}  // namespace flapjack
