// SPDX-License-Identifier: Apache-2.0
#include "offload/context_over_socket.h"

#include "offload/context_socket.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

ContextSocket& state_of(NetContext& context) {
  assert(context.offload_state() != nullptr);
  return static_cast<ContextSocket&>(*context.offload_state());
}

}  // namespace

Status ContextOverSocket::get(NetContext& context, Family family, SocketType type,
                              Protocol protocol) {
  const SocketSpec spec{family, type, protocol};
  if (!sockets_.supports({family, SocketType::Datagram, Protocol::Default}) &&
      !sockets_.supports({family, SocketType::Stream, Protocol::Default})) {
    return Errc::Epfnosupport;
  }
  if (!sockets_.supports(spec)) return Errc::Eprotonosupport;
  auto state = std::make_unique<ContextSocket>(context.stack(), sockets_, spec);
  const Status opened = state->open(context);
  if (!opened.ok()) return opened;
  context.set_offload_state(std::move(state));
  return Status();
}

Status ContextOverSocket::bind(NetContext& context, const Endpoint& local) {
  return state_of(context).bind(local);
}

Status ContextOverSocket::listen(NetContext& context, int backlog) {
  return state_of(context).listen(backlog);
}

Status ContextOverSocket::connect(NetContext& context, const Endpoint& peer, ConnectCallback done,
                                  Timeout timeout) {
  return state_of(context).connect(peer, std::move(done), timeout);
}

Status ContextOverSocket::accept(NetContext& context, AcceptCallback accepted, Timeout timeout) {
  return state_of(context).accept(std::move(accepted), timeout);
}

Result<std::size_t> ContextOverSocket::send(NetContext& context, PacketPtr payload,
                                            const Endpoint* to, SendCallback done,
                                            Timeout timeout) {
  return state_of(context).send(std::move(payload), to, std::move(done), timeout);
}

Status ContextOverSocket::recv(NetContext& context, RecvCallback received, Timeout timeout) {
  return state_of(context).recv(std::move(received), timeout);
}

Status ContextOverSocket::put(NetContext& context) {
  context.set_offload_state(nullptr);
  return Status();
}

}  // namespace flapjack
