// SPDX-License-Identifier: Apache-2.0
// The event core: orders events by (time, lane, seq) and is the only thing that moves time.
//
// Data structure: a hierarchical timing wheel used as a monotone radix queue. 11 levels of 64
// slots, one occupancy word a level; the level of an event is the highest 6-bit digit in which its
// time differs from the wheel's base. Insert, cancel and re-arm are O(1); a pop moves a slot's list
// at most once a level, and a lone event is popped without any move. Against a binary or 4-ary heap
// it is two to four times as fast from a thousand pending events on, and equal below a hundred
// (figures: `tools/bench`). An event is spread over two arrays, so that moving it through the
// wheel touches 16 bytes of it: nothing is allocated once they have grown to the largest number of
// events pending at one time. Of a crowd of them, the next few are asked for the memory they will
// need (Delegate::Kind::near), so that a node that rested does not wait for it line by line.
//
// Invariants
//  1. base_ <= now_ < time of every event in the wheel; base_ only moves in run_*, and never past
//     the time at which that call leaves now_.
//  2. A slot's list is in seq order, and at one time all pending events share one slot.
//  3. Events of the present instant wait in one list a lane; a lower lane runs first, also when it
//     is scheduled by an event of a higher one at the same instant. A posted one waits outside as
//     long as it is the only one.
#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

#include "stack/base/delegate.h"
#include "stack/base/ids.h"
#include "stack/sim/time.h"

namespace flapjack {

/// Who goes first at one instant. Deliberate order: what the scenario does to the world, then what
/// the media deliver, then the management threads, the work queues, the apps, and last whoever
/// wants to see everything settled.
enum class Lane : std::uint8_t {
  World,    ///< scripted steps and faults
  Frame,    ///< arrivals from links, driver interrupts
  Monitor,  ///< connection manager pass after each net_mgmt event (coalescing policy a)
  Mgmt,     ///< net_mgmt delivery
  Drained,  ///< connection manager pass after the net_mgmt queue is empty (policy b)
  Work,     ///< traffic-class work queues, system work queue, timers of the stack
  App,      ///< fibers and apps
  Settle,   ///< after everything else of the instant
};
inline constexpr std::size_t kLanes = 8;

/// Names a pending event; stays safe to use after the event has run or was cancelled.
struct EventHandle {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  // 0: no event
};

class Scheduler {
 public:
  Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  SimTime now() const { return now_; }

  /// Runs `call` at `when`, which must not lie before now(). The event remembers cause() of the
  /// moment it was scheduled.
  EventHandle at(SimTime when, Lane lane, Delegate call) {
    assert(when >= now_ && call);
    return schedule(when, lane, call.kind, call.self, call.arg);
  }
  /// Runs `call` after `delay` >= 0; a delay past the end of time counts as kNever.
  EventHandle after(Duration delay, Lane lane, Delegate call) {
    return at(now_ + delay, lane, call);
  }
  /// Runs `call` at the present instant, as after() without delay does, but nobody can cancel it:
  /// its `self` stays as long as events are run. Quicker, as it mostly is what comes next.
  void post(Lane lane, Delegate call) {
    if (lanes_ != 0 || posted_.kind != nullptr) [[unlikely]] {
      schedule(now_, lane, call.kind, call.self, call.arg);
      return;
    }
    posted_.kind = call.kind;  // one by one: as a whole it would be put together in memory first
    posted_.self = call.self;
    posted_.cause = cause_;
    posted_.arg = call.arg;
    posted_.lane = lane;
    ++pending_;
  }
  /// False when the event has run or was cancelled before.
  bool cancel(EventHandle handle);
  bool pending(EventHandle handle) const {  // a free node's generation was given to no handle yet
    return handle.generation != 0 && handle.index < events_.size() &&
           events_[handle.index].generation == handle.generation;
  }
  /// When a pending event is to run.
  SimTime time_of(EventHandle handle) const {
    assert(pending(handle));
    return {nodes_[handle.index].at};
  }
  /// Moves a pending event to another time, as cancel() and at() would, with a new seq and the
  /// present cause; keeps the handle. False when it is not pending.
  bool rearm(EventHandle handle, SimTime when);
  /// rearm() while the event is pending; else at(), and `handle` names the new one. `call` and
  /// `lane` are those of every event that the handle ever names.
  void reschedule(EventHandle& handle, SimTime when, Lane lane, Delegate call) {
    if (pending(handle)) {
      rearm(handle, when);
    } else {
      handle = at(when, lane, call);
    }
  }

  /// Runs the next event if it is due at or before `limit`; otherwise sets now() to `limit`, as
  /// run_until() does, and returns false.
  bool run_one(SimTime limit = kNever);
  /// Runs every event up to and including `limit`, then sets now() to `limit`.
  void run_until(SimTime limit);
  /// Runs until no event is left or stop() is called.
  void run();
  /// Ends run_until() and run() after the present event.
  void stop() { stopped_ = true; }

  std::uint64_t executed() const { return executed_; }
  std::size_t pending_count() const { return pending_; }
  /// Whether few events have run since `when`, so that what it used is likely still in the cache.
  bool is_recent(SimTime when) const { return when >= recent_since_; }

  /// The trace record because of which the present code runs; kept across scheduling.
  RecordId cause() const { return cause_; }
  void set_cause(RecordId cause) { cause_ = cause; }

 private:
  static constexpr int kLevels = 11;
  static constexpr int kSlots = 64;
  static constexpr std::uint32_t kNil = ~0u;
  // The two parts of an event: what moving it through the wheel needs, and the rest.
  struct Node {
    std::int64_t at;  // now_: it waits in instant_; else in wheel_
    std::uint32_t next, prev;
  };
  struct alignas(32) Event {  // half a cache line
    const Delegate::Kind* kind = nullptr;
    void* self = nullptr;
    RecordId cause;
    std::uint32_t place = 0;       // the argument and, in the lowest bits, the lane
    std::uint32_t generation = 1;  // another one after each use: old handles name nothing
  };
  // What post() was given, while nothing else waits at the present instant.
  struct Posted {
    const Delegate::Kind* kind = nullptr;  // null: there is none
    void* self = nullptr;
    RecordId cause;
    std::uint32_t arg = 0;
    Lane lane = Lane::World;
  };
  static constexpr int kLaneBits = 3;
  static std::uint32_t lane_in(std::uint32_t place) { return place & (kLanes - 1); }
  static std::uint32_t arg_in(std::uint32_t place) { return place >> kLaneBits; }
  struct List {
    std::uint32_t head = kNil, tail = kNil;
  };

  EventHandle schedule(SimTime when, Lane lane, const Delegate::Kind* kind, void* self,
                       std::uint32_t arg);  // in registers, all of it
  std::uint32_t allocate();
  [[gnu::cold, gnu::noinline]] void grow();
  void insert(std::uint32_t index);
  void unlink(std::uint32_t index);
  void append(List& list, std::uint32_t index);
  void remove(List& list, std::uint32_t index);
  void clear_slot(int level, int slot);
  void release(std::uint32_t index);
  bool step(SimTime limit);
  bool step_wheel(std::int64_t limit);
  void foresee(int level, int slot);
  void line_up_posted();
  void run_posted();
  void run_first();
  void run_node(std::uint32_t index);

  std::vector<Node> nodes_;
  std::vector<Event> events_;
  std::uint32_t free_ = kNil;
  std::size_t pending_ = 0;
  std::array<std::array<List, kSlots>, kLevels> wheel_;
  std::array<std::uint64_t, kLevels> occupied_{};
  std::uint32_t levels_ = 0;
  std::array<List, kLanes> instant_;
  std::uint32_t lanes_ = 0;
  Posted posted_;  // then instant_ is empty
  std::uint64_t base_ = 0;
  std::uint64_t foreseen_ = 0;  // events before it were asked for their memory
  SimTime recent_since_, next_recent_since_;
  std::uint64_t recent_mark_ = 0;  // executed_ at next_recent_since_
  SimTime now_;
  RecordId cause_;
  std::uint64_t executed_ = 0;
  bool stopped_ = false;
};

}  // namespace flapjack
