// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/tcp_echo.h"

#include <algorithm>

#include "scenarios/world.h"

namespace flapjack {

constexpr int kBacklog = 4;

TcpEcho::~TcpEcho() { close_all(); }

void TcpEcho::close_all() {
  while (!peers_.empty()) close(*peers_.back());
  if (listener_ != nullptr) static_cast<void>(listener_->put().ok());
  listener_ = nullptr;
}

bool TcpEcho::set_down(bool down) {
  down ? close_all() : start();
  return true;
}

void TcpEcho::start() {
  const auto got = env_.node.stack.contexts.get(Family::Inet, SocketType::Stream, Protocol::Tcp);
  if (!got.ok()) return refuse("get", got.code());
  listener_ = got.value();
  listener_->set_subject(subject());
  const Status bound = listener_->bind({{}, port_});
  if (!bound.ok()) return refuse("bind", bound.code());
  const Status listening = listener_->listen(kBacklog);
  if (!listening.ok()) return refuse("listen", listening.code());
  const Status accepting = listener_->accept(
      [this](NetContext& accepted, const Endpoint& peer) {
        env_.node.stack.tracer().event(subject(), "accepted",
                                       {Attr::of("peer", to_text(peer))});
        serve(accepted);
      },
      Timeout::no_wait());
  if (!accepting.ok()) refuse("accept", accepting.code());
}

void TcpEcho::serve(NetContext& peer) {
  peers_.push_back(&peer);
  const Status listening = peer.recv(
      [this](NetContext& context, PacketPtr packet, Status) {
        if (packet == nullptr) return close(context);  // closed or broken
        on_data(context, std::move(packet));
      },
      Timeout::no_wait());
  if (!listening.ok()) {
    refuse("recv", listening.code());
    close(peer);
  }
}

void TcpEcho::on_data(NetContext& peer, PacketPtr packet) {
  const auto sent = peer.send(packet->bytes(), {}, Timeout::no_wait());
  if (sent.ok() && sent.value() == packet->size()) return;
  refuse("send", sent.ok() ? Errc::Enobufs : sent.code());
  close(peer);
}

void TcpEcho::close(NetContext& peer) {
  std::erase(peers_, &peer);
  static_cast<void>(peer.put().ok());
}

void TcpEcho::refuse(std::string_view call, Errc error) {
  env_.node.stack.tracer().event(subject(), "service_failed",
                                 {Attr::of("call", call), Attr::of("errno", error)});
}

}  // namespace flapjack
