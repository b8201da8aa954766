// SPDX-License-Identifier: Apache-2.0
// What ICMP says about datagrams of a context, and how the context is told (RFC 1122 section
// 4.1.3.3: UDP passes all ICMP errors on to the application).
#include <algorithm>
#include <utility>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

bool speaks(Protocol protocol, std::uint8_t number) {
  const IpProtocol own = protocol == Protocol::Tcp    ? IpProtocol::Tcp
                         : protocol == Protocol::Icmp ? IpProtocol::Icmp
                                                      : IpProtocol::Udp;
  return number == static_cast<std::uint8_t>(own);
}

}  // namespace

void NetContext::on_path_error(Errc code) {
  assert(code != Errc::Ok);
  stack_.tracer().event(subject_, "path_error", {Attr::of("errno", code)});
  if (!is_receiving()) {
    rare().pending_error = code;
    return;
  }
  deliver(nullptr, code);
}

Errc NetContext::take_error() {
  return rare_ != nullptr ? std::exchange(rare_->pending_error, Errc::Ok) : Errc::Ok;
}

bool NetContexts::on_path_error(std::uint8_t protocol, const Endpoint& local,
                                const Endpoint& remote, Errc code) {
  for (const auto& each : slots_) {
    NetContext& context = *each;
    const bool native = context.in_use_ && context.engine() == nullptr;
    if (!native || !context.remote_set_ || context.type_ != SocketType::Datagram) continue;
    const Endpoint& own = context.local_;
    const bool sent_it = speaks(context.protocol_, protocol) &&
                         context.actual(context.remote()) == remote && own.port == local.port &&
                         (own.address.is_any() || own.address == local.address);
    if (!sent_it) continue;
    context.on_path_error(code);
    return true;
  }
  return false;
}

void NetContexts::follow(std::uint16_t context, PacketId packet, PacketId other) {
  if (context == 0) return;
  for (NetContext::Unsent& unsent : slots_.at(context - 1u)->rare().unsent) {
    if (unsent.packet == packet) unsent.packet = other;
  }
}

}  // namespace flapjack
