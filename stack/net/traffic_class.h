// SPDX-License-Identifier: Apache-2.0
// TrafficClass: the work queues of one direction (Zephyr: net_tc). A packet's priority picks its
// class; each class is a thread that takes one packet a turn, the highest class with work first.
// Every turn is a scheduler event of its own (lane Work). Records the hops tx_queue and rx_queue.
#pragma once
#include <cstdint>
#include <vector>

#include "stack/packet/packet_list.h"
#include "stack/sim/timer.h"

namespace flapjack {

class Stack;

/// Strict priority mapping of net_tc_mapping.h: the class of `priority` (above 7: best effort, 0)
/// when there are `classes` of them, 1..8.
std::size_t traffic_class_of(std::uint8_t priority, std::size_t classes);

class TrafficClass {
 public:
  enum class Direction : std::uint8_t { Tx, Rx };
  /// `classes` 0: submit() processes the packet in the caller's turn. With more than one class
  /// each may hold `slots` / `classes` packets; with one the packet pool is the only limit.
  TrafficClass(Stack& stack, Direction direction, std::size_t classes, std::size_t slots);
  ~TrafficClass();

  /// Takes the packet, whose meta.iface is set; a full class drops it and tells nobody.
  void submit(PacketPtr packet);
  std::size_t queued() const { return queued_; }

 private:
  void work();
  void process(PacketPtr packet);

  Stack& stack_;
  Direction direction_;
  std::vector<PacketList> classes_;
  std::size_t limit_;
  std::size_t queued_ = 0;
  Timer turn_;
};

}  // namespace flapjack
