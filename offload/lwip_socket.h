// SPDX-License-Identifier: Apache-2.0
// LwipSocket: what lwIP's UDP and TCP sockets have in common: readiness as coalesced scheduler
// events (lane App), the life without a stack, lwIP's errors as codes.
#pragma once
#include <vector>

#include "offload/lwip_stack.h"
#include "stack/contract/socket_offload.h"

struct pbuf;

namespace flapjack {

/// What an error of a call to lwIP means to the caller.
Errc lwip_errc(signed char error);

/// First in, first out of pbuf chains, each with its sender. Allocates only to grow.
class LwipQueue {
 public:
  struct Item {
    pbuf* chain = nullptr;
    Endpoint from;
  };
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  Item& front() { return ring_[head_]; }
  void push(Item item);
  void pop() {
    head_ = (head_ + 1) % ring_.size();
    --count_;
  }
  /// Forgets the chains without freeing them: their memory is gone.
  void forget() { head_ = count_ = 0; }

 private:
  std::vector<Item> ring_;
  std::size_t head_ = 0, count_ = 0;
};

class LwipSocket : public OffloadSocket {
 public:
  /// The instance is gone with all that this socket had in it.
  virtual void power_lost() = 0;
  /// So is the LwipStack, for good.
  void stack_gone() {
    power_lost();
    stack_ = nullptr;
  }

 protected:
  /// `user` may be null as long as nobody has accepted the socket.
  LwipSocket(LwipStack& stack, SocketUser* user);
  ~LwipSocket() override;

  /// Takes the socket out of the stack's list; first thing when it closes.
  void leave();
  /// Makes on_ready() come, once for all that happened until then.
  void notify(Readiness ready);
  void set_user(SocketUser& user);
  /// Runs `body` inside lwIP; false when there is none (any more).
  template <class Body>
  bool run(Body&& body) {
    return stack_ != nullptr && stack_->run(body);
  }
  /// Enetdown, Enetunreach, or Ok when `peer` could be sent to.
  Status check_route(const Endpoint& peer) const;
  Status check_local(const Endpoint& local) const;
  /// What is true now; an on_ready() tells no more than that.
  virtual Readiness level() const = 0;

  LwipStack* stack_;

 private:
  void deliver();

  SocketUser* user_;
  Readiness pending_;
  Timer ready_;
};

}  // namespace flapjack
