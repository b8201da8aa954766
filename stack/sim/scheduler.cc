// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/scheduler.h"

#include <bit>
#include <cassert>

namespace flapjack {
namespace {

int level_of(std::uint64_t difference) {
  return difference == 0 ? 0 : (63 - std::countl_zero(difference)) / 6;
}

}  // namespace

Scheduler::Scheduler() { nodes_.reserve(64); }

EventHandle Scheduler::at(SimTime when, Lane lane, Delegate call) {
  assert(when >= now_ && call);
  const std::uint32_t index = allocate();
  Node& node = nodes_[index];
  node.at = when < now_ ? now_.ns : when.ns;
  node.call = call;
  node.cause = cause_;
  node.lane = lane;
  insert(index);
  ++pending_;
  return {index, node.generation};
}

bool Scheduler::pending(EventHandle handle) const {
  return handle.generation != 0 && handle.index < nodes_.size() &&
         nodes_[handle.index].generation == handle.generation &&
         nodes_[handle.index].place != Place::Free;
}

bool Scheduler::cancel(EventHandle handle) {
  if (!pending(handle)) return false;
  unlink(handle.index);
  release(handle.index);
  --pending_;
  return true;
}

bool Scheduler::rearm(EventHandle handle, SimTime when) {
  assert(when >= now_);
  if (!pending(handle)) return false;
  unlink(handle.index);
  Node& node = nodes_[handle.index];
  node.at = when < now_ ? now_.ns : when.ns;
  node.cause = cause_;
  insert(handle.index);
  return true;
}

bool Scheduler::run_one(SimTime limit) {
  if (lanes_ == 0 && !fill_instant(limit.ns)) return false;
  if (now_ > limit) return false;
  const auto lane = static_cast<std::size_t>(std::countr_zero(lanes_));
  run_node(instant_[lane].head);
  return true;
}

void Scheduler::run_until(SimTime limit) {
  stopped_ = false;
  while (!stopped_ && run_one(limit)) {
  }
  if (!stopped_ && limit > now_ && limit != kNever) now_ = limit;
}

void Scheduler::run() { run_until(kNever); }

void Scheduler::run_node(std::uint32_t index) {
  unlink(index);
  const Delegate call = nodes_[index].call;
  cause_ = nodes_[index].cause;
  release(index);
  --pending_;
  ++executed_;
  call();
  cause_ = {};
}

// Moves the earliest instant of the wheel, if it lies at or before `limit`, to the lane lists.
bool Scheduler::fill_instant(std::int64_t limit) {
  while (levels_ != 0) {
    const int level = std::countr_zero(levels_);
    const auto slot = static_cast<std::size_t>(std::countr_zero(occupied_[level]));
    List& list = wheel_[level][slot];
    const Node& first = nodes_[list.head];
    const bool one_instant = level == 0 || first.next == kNil;
    const int shift = 6 * level;
    const std::uint64_t start =
        one_instant ? static_cast<std::uint64_t>(first.at)
                    : static_cast<std::uint64_t>(first.at) >> shift << shift;
    if (start > static_cast<std::uint64_t>(limit)) return false;
    base_ = start;
    std::uint32_t index = list.head;
    list = {};
    occupied_[level] &= ~(std::uint64_t{1} << slot);
    if (occupied_[level] == 0) levels_ &= ~(1u << level);
    if (one_instant) now_ = SimTime{first.at};
    while (index != kNil) {
      const std::uint32_t next = nodes_[index].next;
      insert(index);
      index = next;
    }
    if (one_instant) return true;
  }
  return false;
}

void Scheduler::insert(std::uint32_t index) {
  Node& node = nodes_[index];
  if (node.at == now_.ns) {
    const auto lane = static_cast<std::size_t>(node.lane);
    node.place = Place::Instant;
    lanes_ |= 1u << lane;
    return append(instant_[lane], index);
  }
  int level = 0, slot = 0;
  List& list = slot_of(node, level, slot);
  node.place = Place::Wheel;
  occupied_[level] |= std::uint64_t{1} << slot;
  levels_ |= 1u << level;
  append(list, index);
}

void Scheduler::unlink(std::uint32_t index) {
  Node& node = nodes_[index];
  if (node.place == Place::Instant) {
    const auto lane = static_cast<std::size_t>(node.lane);
    remove(instant_[lane], index);
    if (instant_[lane].head == kNil) lanes_ &= ~(1u << lane);
    return;
  }
  assert(node.place == Place::Wheel);
  int level = 0, slot = 0;
  List& list = slot_of(node, level, slot);
  remove(list, index);
  if (list.head != kNil) return;
  occupied_[level] &= ~(std::uint64_t{1} << slot);
  if (occupied_[level] == 0) levels_ &= ~(1u << level);
}

Scheduler::List& Scheduler::slot_of(const Node& node, int& level, int& slot) {
  const auto at = static_cast<std::uint64_t>(node.at);
  level = level_of(at ^ base_);
  slot = static_cast<int>(at >> (6 * level) & (kSlots - 1));
  return wheel_[level][slot];
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
  if (free_ != kNil) {
    const std::uint32_t index = free_;
    free_ = nodes_[index].next;
    return index;
  }
  nodes_.push_back(Node{0, {}, {}, kNil, kNil, 1, Lane::World, Place::Free});
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void Scheduler::release(std::uint32_t index) {
  Node& node = nodes_[index];
  node.place = Place::Free;
  if (++node.generation == 0) node.generation = 1;
  node.next = free_;
  free_ = index;
}

}  // namespace flapjack
