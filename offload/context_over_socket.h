// SPDX-License-Identifier: Apache-2.0
// ContextOverSocket: lets any SocketOffload serve as ContextOffload. What it keeps for a context is
// a ContextSocket.
#pragma once
#include "stack/contract/context_offload.h"
#include "stack/contract/socket_offload.h"

namespace flapjack {

class ContextOverSocket final : public ContextOffload {
 public:
  /// `sockets` outlives it and is used by nobody else in a way that disturbs these contexts.
  explicit ContextOverSocket(SocketOffload& sockets) : sockets_(sockets) {}

  Status get(NetContext& context, Family family, SocketType type, Protocol protocol) override;
  Status bind(NetContext& context, const Endpoint& local) override;
  Status listen(NetContext& context, int backlog) override;
  /// no_wait: Ok, and the outcome comes by the callback. An attempt that fails or expires leaves
  /// the context as before connect(), so that it can be tried again.
  Status connect(NetContext& context, const Endpoint& peer, ConnectCallback done,
                 Timeout timeout) override;
  /// Ealready: another fiber waits in accept() of this context. Einval: not listening.
  Status accept(NetContext& context, AcceptCallback accepted, Timeout timeout) override;
  /// no_wait: a stream takes a packet whole, what the socket has no room for later; then, until
  /// its callback, Eagain. With a timeout a stream that ran out of time after some bytes returns
  /// their number, without a callback; Etimedout if there were none.
  Result<std::size_t> send(NetContext& context, PacketPtr payload, const Endpoint* to,
                           SendCallback done, Timeout timeout) override;
  /// With a timeout the callback is registered for this call only; what comes later waits in the
  /// socket. The end of a stream and errors end a registration. Ealready: another fiber waits.
  Status recv(NetContext& context, RecvCallback received, Timeout timeout) override;
  /// Pending callbacks are forgotten; fibers blocked on the context get Ebadf. Of a packet that a
  /// stream has taken in part the rest is lost.
  Status put(NetContext& context) override;

 private:
  SocketOffload& sockets_;
};

}  // namespace flapjack
