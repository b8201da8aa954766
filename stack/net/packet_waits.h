// SPDX-License-Identifier: Apache-2.0
// PacketWaits: blocking allocation (Zephyr: net_pkt_alloc_with_buffer with a timeout). A fiber
// simply blocks; code run by the scheduler goes on in a later turn, with a packet or without one.
// Owned by Stack. Records alloc_wait and alloc_failed; how long each user waits is AllocTimeouts.
#pragma once
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/traffic_class.h"
#include "stack/packet/packet_pool.h"
#include "stack/sim/timer.h"

namespace flapjack {

class Stack;

/// How long each user of a tx packet waits for one.
struct AllocTimeouts {
  Timeout udp = Timeout::after(seconds(1));         ///< net_context send: Enobufs
  /// Echo request: Enomem. Answers, errors and reports of groups: lost.
  Timeout icmp = Timeout::after(seconds(1));
  Timeout nd = Timeout::after(milliseconds(100));   ///< neighbor discovery: message not sent
  Timeout arp = Timeout::after(milliseconds(100));  ///< what waits for it is dropped
  Timeout fragment = Timeout::after(milliseconds(100));  ///< Enomem; IPv6 does not split then
  Timeout clone = Timeout::after(milliseconds(100));     ///< of a received packet: copy dropped
  Timeout loopback = Timeout::after(milliseconds(100));  ///< rx packet of a datagram to oneself
  Timeout dhcp = Timeout::forever();                ///< the message waits as long as it takes

  bool operator==(const AllocTimeouts&) const = default;
};

class PacketWaits;

/// One call of PacketWaits::wait_within() that waits.
struct PacketWait {
  PacketWait(Stack& stack, PacketPool& pool, std::size_t bytes);
  virtual ~PacketWait() = default;
  virtual void go_on(PacketPtr packet) = 0;

  Stack& stack;
  PacketPool& pool;
  RecordId cause;  ///< of what is done with the packet
  WorkContext held_up;  ///< the thread that waits with it, if one does
  Timer turn;      ///< its deadline, then its turn
  PacketRequest request;
};

class PacketWaits {
 public:
  /// Those of a node.
  using Waits = std::vector<std::unique_ptr<PacketWait>>;
  explicit PacketWaits(Stack& stack) : stack_(stack) {}

  /// Goes on with a packet of `pool` that has room for `bytes` (see PacketPool::allocate()). Calls
  /// `go_on(PacketPtr)` at once when one is free, else in a turn of its own: once one is, or with
  /// null as the time is over, or too many wait already. What the pool could never hold is waited
  /// for like the rest, as nobody looks ahead (Zephyr takes buffer after buffer), except for ever.
  /// A thread of the work queues that has to wait stands still meanwhile; an interrupt cannot wait.
  /// `go_on` may be move-only; it is destroyed uncalled when the Stack goes. Inside a fiber, too,
  /// it does not block.
  template <class Fn>
  void allocate_within(PacketPool& pool, std::size_t bytes, Timeout timeout, Fn go_on) {
    PacketPtr packet = pool.allocate(bytes);
    if (packet != nullptr) return go_on(std::move(packet));
    wait_within(pool, bytes, timeout, std::move(go_on));
  }
  /// The same for who has just found the pool empty.
  template <class Fn>
  void wait_within(PacketPool& pool, std::size_t bytes, Timeout timeout, Fn go_on) {
    if (!may_wait(pool, bytes, timeout)) return go_on(nullptr);
    struct Held : PacketWait {
      Held(Stack& s, PacketPool& p, std::size_t n, Fn f)
          : PacketWait(s, p, n), fn(std::move(f)) {}
      void go_on(PacketPtr got) override { fn(std::move(got)); }
      Fn fn;
    };
    line_up(std::make_unique<Held>(stack_, pool, bytes, std::move(go_on)), timeout);
  }

  /// Whether wait_within() would wait and not go on with null at once.
  bool may_wait(PacketPool& pool, std::size_t bytes, Timeout timeout);

  /// A packet, or null. Blocks at most `timeout` inside a fiber; elsewhere it does not wait. What
  /// the caller looked at before may have changed when it returns.
  PacketPtr allocate(PacketPool& pool, std::size_t bytes, Timeout timeout);

  /// How many calls of wait_within() wait.
  std::size_t waiting() const;

 private:
  friend struct PacketWait;
  void line_up(std::unique_ptr<PacketWait> wait, Timeout timeout);
  void finish(PacketWait& wait);
  RecordId record_wait(const PacketPool& pool);
  void record_failure(const PacketPool& pool, Errc code);
  std::string_view name_of(const PacketPool& pool) const;

  Stack& stack_;
};

}  // namespace flapjack
