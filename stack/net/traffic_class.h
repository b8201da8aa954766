// SPDX-License-Identifier: Apache-2.0
// TrafficClass: the work queues of one direction (Zephyr: net_tc). A packet's priority picks its
// class; each class is a thread that takes one packet a turn, the highest class with work first.
// Every turn is a scheduler event of its own (lane Work), or takes time when the node's cpu is
// modelled (NodeCpu). Records the hops tx_queue and rx_queue.
//
// A class stands still while it is stalled by a script, or blocked because what it works on waits
// for a packet. Without classes, and for priorities that skip the queue, the work is done in the
// caller's turn; for rx that is an interrupt, where nothing may wait.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "stack/base/prefetch.h"
#include "stack/net/priority_map.h"
#include "stack/packet/packet_list.h"
#include "stack/sim/scheduler.h"

namespace flapjack {

class NodeCpu;
class Stack;

/// What a class has done, for counters.
struct ClassStats {
  std::uint64_t packets = 0;  ///< processed
  std::uint64_t dropped = 0;  ///< found it full
  std::size_t peak = 0;       ///< the most that waited at one time
  Duration waited, waited_max;
};

class TrafficClass {
 public:
  enum class Direction : std::uint8_t { Tx, Rx };
  struct Config {
    std::size_t classes = 1;  ///< 0..8; 0: submit() processes the packet in the caller's turn
    /// With more than one class each may hold its equal share; with one the pool is the limit.
    std::size_t slots = 0;
    PriorityMap map = PriorityMap::Strict;
    /// CA and above are processed in the caller's turn, as one class more that has a share and a
    /// place in the map (Zephyr: NET_TC_TX_EFFECTIVE_COUNT); at most 8 with it.
    bool skip_high = false;
  };
  TrafficClass(Stack& stack, Direction direction, const Config& config);
  TrafficClass(const TrafficClass&) = delete;
  TrafficClass& operator=(const TrafficClass&) = delete;

  /// Takes the packet, whose meta.iface is set; a full class drops it and tells nobody.
  void submit(PacketPtr packet);
  /// Packets that wait, in all classes.
  std::size_t queued() const {
    return count_ > 1 ? rest_->queued : first_.waiting.size();
  }
  /// How many of them, and of those being processed, leave or came in by `iface`.
  std::size_t queued_of(IfIndex iface) const;
  std::size_t classes() const { return count_; }
  /// Where a packet of this priority waits; 0 when there is no class.
  std::size_t class_of(std::uint8_t priority) const;
  ClassStats stats(std::size_t cls) const;
  /// Over all classes; `peak` is of the sum.
  ClassStats total() const;

  /// A scripted stop of all classes; a packet that is being processed is finished afterwards.
  void stall(bool on);
  /// What waits for `iface` is processed before this returns, as far as its threads may run at this
  /// instant: they are cooperative and come before the thread that calls. Nothing is while work
  /// takes time (NodeCpu), nor when one of these threads calls.
  void finish_of(IfIndex iface);
  /// One more, or one less, who holds up a class.
  void block(std::size_t cls);
  void unblock(std::size_t cls);

  // For NodeCpu, the other half of it.
  bool has_work(std::size_t cls) const { return !at(cls).waiting.empty(); }
  bool may_run(std::size_t cls) const { return may_run(at(cls)); }
  /// Takes the class's first packet; returns how long it takes. finish() is next.
  Duration begin(std::size_t cls);
  void finish(std::size_t cls);

 private:
  // What every packet needs of a class; each part stands in the padding of the one before.
  struct Class {
    [[no_unique_address]] PacketList waiting;
    std::uint32_t peak = 0;
    std::uint64_t packets = 0;
    std::uint16_t blocks = 0;
  };
  // What few do.
  struct More {
    std::uint32_t thread = 0;  // of NodeCpu
    PacketPtr current;         // being processed by the modelled cpu
    std::uint64_t dropped = 0;
    Duration waited, waited_max;
  };
  // What a queue of one class has no use for before one of its packets waited.
  struct Rest {
    std::uint32_t limit = 0;  // of each class, when there are several or some skip them
    std::uint32_t queued = 0, peak = 0;  // of all, when there are several
    std::array<More, 8> more;
    std::array<Class, 7> others;
  };
  bool may_run(const Class& cls) const { return !stalled_ && cls.blocks == 0; }
  Rest& rest();
  Class& at(std::size_t cls) {
    assert(cls < count_);
    return cls == 0 ? first_ : rest_->others[cls - 1];
  }
  const Class& at(std::size_t cls) const { return const_cast<TrafficClass*>(this)->at(cls); }
  bool skips(const Packet& packet) const;
  void refuse(PacketPtr packet, std::size_t cls);
  PacketPtr take(std::size_t cls);
  PacketPtr note_taken(PacketPtr packet, std::size_t cls);
  void note_wait(Duration waited, std::size_t cls);
  void wake(std::size_t cls);
  void schedule_turn();
  /// The highest class that has work and may run; classes() when none.
  std::size_t highest() const;
  void work();
  void process(PacketPtr packet, std::size_t cls);
  void process_in_callers_turn(PacketPtr packet);
  void process_now(PacketPtr packet);

  Stack& stack_;
  std::unique_ptr<Rest> rest_;  // from the start when there are several, some skip them, or cpu
  [[no_unique_address]] Class first_;  // here, as most nodes have no more
  const Direction direction_;
  const std::uint8_t count_;
  const PriorityMap map_;
  const bool skip_high_;
  bool stalled_ = false;
  bool awake_ = false;  // its turn is posted
};
static_assert(4 * sizeof(TrafficClass) == 3 * kCacheLine);

/// Which thread of a node works at the moment, so that what has to wait knows whom it holds up.
struct WorkContext {
  TrafficClass* queue = nullptr;  ///< null: none of the queues' threads
  std::uint8_t cls = 0;
  bool interrupt = false;  ///< nothing may wait
};

/// Sets a node's WorkContext for a block.
class WorkScope {
 public:
  WorkScope(WorkContext& place, const WorkContext& now) : place_(place), before_(place) {
    place = now;
  }
  ~WorkScope() { place_ = before_; }
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;

 private:
  WorkContext& place_;
  WorkContext before_;
};

}  // namespace flapjack
