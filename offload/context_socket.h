// SPDX-License-Identifier: Apache-2.0
// ContextSocket: one context on one OffloadSocket: the callback and timeout rules of
// stack/contract/context_offload.h on top of calls that never block.
//
// A blocking call waits as a fiber in a Waiter; on_ready() wakes it and it tries again itself, so
// its callback runs in the fiber before the call returns. Calls without waiting leave their
// callback here; on_ready() and two timers (lane App) run it. Any callback may put() the context,
// which destroys this: the code that is running sees it by a weak pointer to `alive_`.
#pragma once
#include <memory>
#include <vector>

#include "stack/contract/socket_offload.h"
#include "stack/net/net_context.h"
#include "stack/sim/timer.h"

namespace flapjack {

class ContextSocket final : public OffloadState, private SocketUser {
 public:
  ContextSocket(Stack& stack, SocketOffload& sockets, const SocketSpec& spec);
  ~ContextSocket() override;

  /// Opens the socket for `context`, which will own this. What SocketOffload::open() says.
  Status open(NetContext& context);
  Status bind(const Endpoint& local);
  Status listen(int backlog);
  Status connect(const Endpoint& peer, ConnectCallback done, Timeout timeout);
  Status accept(AcceptCallback accepted, Timeout timeout);
  Result<std::size_t> send(PacketPtr payload, const Endpoint* to, SendCallback done,
                           Timeout timeout);
  Status recv(RecvCallback received, Timeout timeout);

 private:
  class Waiter;
  struct Alive {};
  /// What one look at the socket brought; not ready: nothing, and why (Eagain, Enobufs).
  struct Received {
    bool ready = false;
    PacketPtr packet;
    Status status;
  };
  struct Completion {
    ConnectCallback connected;
    SendCallback sent;
    std::size_t bytes = 0;
  };

  bool is_stream() const { return spec_.type == SocketType::Stream; }
  bool in_fiber() const;
  SimTime deadline(Timeout timeout) const;
  /// Ok: woken; Etimedout; Ebadf: this is destroyed; Edeadlk.
  Status wait(Waiter*& place, SimTime deadline, std::string what);
  void reopen();

  void on_ready(Readiness ready) override;
  void finish_connect();
  Status await_connect(ConnectCallback done, Timeout timeout);
  Result<std::size_t> send_now(PacketPtr payload, const Endpoint* to, SendCallback done);
  Result<std::size_t> send_waiting(PacketPtr payload, const Endpoint* to, SendCallback done,
                                   SimTime deadline);
  void continue_send();
  Received take();
  void deliver();
  /// Ok: `accepted` was called; Eagain: nobody there.
  Status accept_one(const AcceptCallback& accepted);
  void deliver_accepted();
  void complete_later(Completion completion);
  void run_completions();
  void pump();

  Stack& stack_;
  SocketOffload& sockets_;
  const SocketSpec spec_;
  const std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
  NetContext* context_ = nullptr;
  std::unique_ptr<OffloadSocket> socket_;

  bool bound_ = false, connecting_ = false;
  Status connect_result_;
  ConnectCallback connected_;
  AcceptCallback accepted_;
  RecvCallback received_;
  bool received_replaced_ = false, accepted_replaced_ = false;
  PacketPtr unsent_;  // the rest of a stream's packet
  std::size_t unsent_total_ = 0;
  SendCallback sent_;
  Waiter *connect_wait_ = nullptr, *accept_wait_ = nullptr, *send_wait_ = nullptr,
         *recv_wait_ = nullptr;
  std::vector<Completion> completions_, running_;
  Timer complete_, pump_;
};

}  // namespace flapjack
