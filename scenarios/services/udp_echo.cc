// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/udp_echo.h"

#include "scenarios/world.h"

namespace flapjack {

UdpEcho::~UdpEcho() {
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
}

void UdpEcho::start() {
  const auto got =
      env_.node.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp);
  if (!got.ok()) return refuse("get", got.code());
  context_ = got.value();
  context_->set_subject(env_.subject);
  const Status bound = context_->bind({{}, port_});
  if (!bound.ok()) return refuse("bind", bound.code());
  const Status listening = context_->recv(
      [this](NetContext& context, PacketPtr packet, Status) {
        if (packet == nullptr) return;
        const Endpoint peer = packet->meta.source;
        const auto sent = context.sendto(packet->bytes(), peer, {}, Timeout::no_wait());
        if (!sent.ok()) refuse("send", sent.code());
      },
      Timeout::no_wait());
  if (!listening.ok()) refuse("recv", listening.code());
}

void UdpEcho::refuse(std::string_view call, Errc error) {
  env_.node.stack.tracer().event(env_.subject, "service_failed",
                                 {Attr::of("call", call), Attr::of("errno", error)});
}

}  // namespace flapjack
