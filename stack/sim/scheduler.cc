// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/scheduler.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "stack/base/grow.h"

namespace flapjack {
namespace {

// A slot of this level spans 4 us: what is spread from there runs before the cache forgets it.
constexpr int kSoon = 2;
// So many events are looked at together, where so many are near: enough to wait for memory at the
// same time, few enough to stay in the cache until they run. Never more than the other.
constexpr std::size_t kForeseen = 24, kForeseenMost = 128;
// Near means so many slots: what is scheduled into them meanwhile, as a frame's arrival, is missed.
constexpr int kForeseenSlots = 4;
// So many events, and at most twice as many, count as recent: what they use fits a cache of 1 MiB.
constexpr std::uint64_t kRecent = 500;
// What fewer pending events need stays in the cache anyway.
constexpr std::size_t kCrowd = 512;

int level_of(std::uint64_t difference) {
  return difference == 0 ? 0 : (63 - std::countl_zero(difference)) / 6;
}

int slot_of(std::uint64_t at, int level) {
  return static_cast<int>(at >> (6 * level) & 63);
}

}  // namespace

Scheduler::Scheduler() {
  nodes_.reserve(64);
  events_.reserve(64);
}

EventHandle Scheduler::schedule(SimTime when, Lane lane, const Delegate::Kind* kind, void* self,
                                std::uint32_t arg) {
  assert(arg <= kMostArg);
  const std::uint32_t index = allocate();
  Event& event = events_[index];
  event.kind = kind;
  event.self = self;
  event.cause = cause_;
  event.place = arg << kLaneBits | static_cast<std::uint32_t>(lane);
  const std::uint32_t generation = event.generation;
  nodes_[index].at = when < now_ ? now_.ns : when.ns;
  insert(index);
  ++pending_;
  return {index, generation};
}

bool Scheduler::cancel(EventHandle handle) {
  if (!pending(handle)) return false;
  unlink(handle.index);
  release(handle.index);
  return true;
}

bool Scheduler::rearm(EventHandle handle, SimTime when) {
  assert(when >= now_);
  if (!pending(handle)) return false;
  unlink(handle.index);
  nodes_[handle.index].at = when < now_ ? now_.ns : when.ns;
  events_[handle.index].cause = cause_;
  insert(handle.index);
  return true;
}

void Scheduler::run_until(SimTime limit) {
  stopped_ = false;
  while (!stopped_ && step(limit)) {
  }
  if (!stopped_ && limit > now_ && limit != kNever) now_ = limit;
}

void Scheduler::run() {
  run_until(kNever);
}

bool Scheduler::run_one(SimTime limit) {
  if (step(limit)) return true;
  if (limit > now_ && limit != kNever) now_ = limit;
  return false;
}

// Runs the next event if it is due at or before `limit`. When there is none, base_ may have come up
// to `limit`: the caller must then move now_ there, or have given no limit.
bool Scheduler::step(SimTime limit) {
  if (lanes_ == 0 && posted_.kind == nullptr) return step_wheel(limit.ns);
  if (now_ > limit) return false;
  if (lanes_ == 0) {
    run_posted();
  } else {
    run_first();
  }
  return true;
}

bool Scheduler::step_wheel(std::int64_t limit) {
  while (levels_ != 0) {
    const int level = std::countr_zero(levels_);
    const int slot = std::countr_zero(occupied_[level]);
    List& list = wheel_[level][slot];
    std::uint32_t index = list.head;
    const std::int64_t at = nodes_[index].at;
    const bool alone = index == list.tail;
    const bool unseen = static_cast<std::uint64_t>(at) >= foreseen_;
    if (unseen && pending_ >= kCrowd && (level == kSoon || level == kSoon + 1)) {
      foresee(level, slot);
    }
    if (alone) {  // alone in the earliest slot: it is next, whatever the level
      if (at > limit) return false;
      clear_slot(level, slot);
      base_ = static_cast<std::uint64_t>(at);
      now_ = SimTime{at};
      run_node(index);
      return true;
    }
    // Spread the slot over the levels below; at level 0 it is one instant, spread over its lanes.
    const std::int64_t start = at >> (6 * level) << (6 * level);
    if (start > limit) return false;
    clear_slot(level, slot);
    base_ = static_cast<std::uint64_t>(start);
    if (level == 0) now_ = SimTime{start};
    while (index != kNil) {
      const std::uint32_t next = nodes_[index].next;
      if (level <= kSoon) {
        __builtin_prefetch(&events_[index]);
      }
      insert(index);
      index = next;
    }
    if (level > 0) continue;
    run_first();
    return true;
  }
  return false;
}

// Brings what the events of the slots from `slot` on need into the cache. A step for all of them
// comes before the next step for one, so that they wait for memory together. A slot with too many
// is left to the level below.
void Scheduler::foresee(int level, int slot) {
  struct Look {
    Foresight way;
    std::uint32_t arg;
  };
  std::array<const Event*, kForeseenMost> events;
  std::size_t count = 0;
  const int end = std::min(slot + kForeseenSlots, kSlots);
  int place = slot;
  for (; place < end && count < kForeseen; ++place) {
    const std::size_t before = count;
    std::uint32_t index = wheel_[level][place].head;
    for (; index != kNil && count < kForeseenMost; index = nodes_[index].next) {
      __builtin_prefetch(&events_[index]);
      events[count++] = &events_[index];
    }
    if (index == kNil || level == kSoon) continue;
    count = before;
    break;
  }
  const auto at = static_cast<std::uint64_t>(nodes_[wheel_[level][slot].head].at);
  foreseen_ = ((at >> (6 * level)) + static_cast<std::uint64_t>(place - slot)) << (6 * level);
  if (executed_ - recent_mark_ >= kRecent) {
    recent_since_ = next_recent_since_;
    next_recent_since_ = now_;
    recent_mark_ = executed_;
  }
  std::array<Look, kForeseenMost> looks;
  std::size_t going = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Event& event = *events[i];
    if (event.kind->near == nullptr) continue;
    looks[going++] = {{event.kind->near, event.self}, arg_in(event.place)};
  }
  while (going > 0) {
    const std::size_t asked = std::exchange(going, 0);
    for (std::size_t i = 0; i < asked; ++i) {
      Look look = looks[i];
      look.way = look.way.next(look.way.at, look.arg);
      if (look.way.next != nullptr) looks[going++] = look;
    }
  }
}

// Something else happens at this instant, and may have to go first.
void Scheduler::line_up_posted() {
  const Posted posted = std::exchange(posted_, {});
  --pending_;
  const RecordId present = std::exchange(cause_, posted.cause);
  schedule(now_, posted.lane, posted.kind, posted.self, posted.arg);
  cause_ = present;
}

void Scheduler::run_posted() {
  const Delegate::Kind* const kind = std::exchange(posted_.kind, nullptr);
  cause_ = posted_.cause;
  --pending_;
  ++executed_;
  kind->call(posted_.self, posted_.arg);
  cause_ = {};
}

void Scheduler::run_first() {
  const auto lane = static_cast<std::size_t>(std::countr_zero(lanes_));
  List& list = instant_[lane];
  const std::uint32_t index = list.head;
  list.head = nodes_[index].next;
  if (list.head != kNil) {
    nodes_[list.head].prev = kNil;
  } else {
    list.tail = kNil;
    lanes_ &= ~(1u << lane);
  }
  run_node(index);
}

// Runs an event that is in no list any more.
void Scheduler::run_node(std::uint32_t index) {
  // member by member: a copy would read as one what may just have been written as two
  const Event& of = events_[index];
  const Delegate::Kind* const kind = of.kind;
  void* const self = of.self;
  const std::uint32_t arg = arg_in(of.place);
  cause_ = of.cause;
  release(index);
  ++executed_;
  kind->call(self, arg);
  cause_ = {};
}

void Scheduler::insert(std::uint32_t index) {
  const std::int64_t when = nodes_[index].at;
  if (when == now_.ns) {
    if (posted_.kind != nullptr) [[unlikely]] line_up_posted();
    const std::uint32_t lane = lane_in(events_[index].place);
    lanes_ |= 1u << lane;
    return append(instant_[lane], index);
  }
  const auto at = static_cast<std::uint64_t>(when);
  const int level = level_of(at ^ base_);
  const int slot = slot_of(at, level);
  occupied_[level] |= std::uint64_t{1} << slot;
  levels_ |= 1u << level;
  append(wheel_[level][slot], index);
}

void Scheduler::unlink(std::uint32_t index) {
  const Node& node = nodes_[index];
  if (node.at == now_.ns) {
    const std::uint32_t lane = lane_in(events_[index].place);
    remove(instant_[lane], index);
    if (instant_[lane].head == kNil) lanes_ &= ~(1u << lane);
    return;
  }
  const auto at = static_cast<std::uint64_t>(node.at);
  const int level = level_of(at ^ base_);
  const int slot = slot_of(at, level);
  remove(wheel_[level][slot], index);
  if (wheel_[level][slot].head == kNil) clear_slot(level, slot);
}

void Scheduler::clear_slot(int level, int slot) {
  wheel_[level][slot] = {};
  occupied_[level] &= ~(std::uint64_t{1} << slot);
  if (occupied_[level] == 0) levels_ &= ~(1u << level);
}

void Scheduler::append(List& list, std::uint32_t index) {
  Node& node = nodes_[index];
  node.next = kNil;
  node.prev = list.tail;
  if (list.tail != kNil) {
    nodes_[list.tail].next = index;
  } else {
    list.head = index;
  }
  list.tail = index;
}

void Scheduler::remove(List& list, std::uint32_t index) {
  const Node& node = nodes_[index];
  if (node.prev != kNil) {
    nodes_[node.prev].next = node.next;
  } else {
    list.head = node.next;
  }
  if (node.next != kNil) {
    nodes_[node.next].prev = node.prev;
  } else {
    list.tail = node.prev;
  }
}

std::uint32_t Scheduler::allocate() {
  if (free_ == kNil) grow();
  const std::uint32_t index = free_;
  free_ = nodes_[index].next;
  return index;
}

// A large world has as many events at its start as never again.
void Scheduler::grow() {
  grow_by_quarter(nodes_);
  grow_by_quarter(events_);
  free_ = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(Node{0, kNil, kNil});
  events_.emplace_back();
}

void Scheduler::release(std::uint32_t index) {
  Event& event = events_[index];
  if (++event.generation == 0) event.generation = 1;
  nodes_[index].next = free_;
  free_ = index;
  --pending_;
}

}  // namespace flapjack
