// SPDX-License-Identifier: Apache-2.0
// Promiscuous: what ifaces in promiscuous mode hear, for whoever wants to see it (Zephyr:
// promiscuous.c). Every frame that such an iface receives is copied before its L2 looks at it, and
// the copy waits here. One queue for the node; the rx pool is its only limit, so a queue nobody
// empties starves the node, as it does in Zephyr. Owned by Stack.
#pragma once
#include <vector>

#include "stack/base/status.h"
#include "stack/packet/packet_list.h"
#include "stack/sim/time.h"

namespace flapjack {

class NetIf;
class Semaphore;
class Stack;

class Promiscuous {
 public:
  explicit Promiscuous(Stack& stack) : stack_(stack) {}

  /// net_promisc_mode_on: what NetIf::set_promiscuous() says.
  Status on(NetIf& iface);
  /// Ealready when it is off. With the last iface that has it on, all that waits is thrown away.
  Status off(NetIf& iface);
  /// The oldest frame, its link header in front; null when there is none.
  PacketPtr take();
  /// The same, but waits for one inside a fiber; null when the time is over, outside of a fiber,
  /// and for a second one who waits (net_promisc_mode_wait_data).
  PacketPtr wait(Timeout timeout);
  std::size_t waiting() const { return frames_.size(); }

  /// For NetCore: a frame that `iface` received.
  void input(NetIf& iface, const Packet& frame);

 private:
  bool is_asked(const NetIf& iface) const;

  Stack& stack_;
  PacketList frames_;
  std::vector<const NetIf*> asked_;  // by on(): others may have it on, too
  Semaphore* reader_ = nullptr;
};

}  // namespace flapjack
