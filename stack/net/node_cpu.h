// SPDX-License-Identifier: Apache-2.0
// NodeCpu: one processor that the threads of a node's traffic classes share, so that work takes
// time, queues grow and a busy class starves another. Off unless CpuConfig says what a packet
// costs; then TrafficClass asks it for turns instead of taking them.
//
// The higher class has the higher priority, whichever its direction; among equals that wait, who
// became ready first. Cooperative (Zephyr's default): a thread runs until its queue is empty or it
// must wait, whoever else is ready. Preemptive: a thread of a higher class takes over at once, and
// the packet in work goes on later where it was; one of the same class waits as before. So a thread
// that gets work as quickly as it does it locks the others out: reception, too, whose only class is
// the lowest by default.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "stack/sim/scheduler.h"

namespace flapjack {

class TrafficClass;

struct CpuConfig {
  /// The service time of a packet in one direction.
  struct Cost {
    std::vector<Duration> packet;  ///< by class; the last one counts for all above; empty: none
    Duration byte;                 ///< for each byte as it lies in the queue
    bool any() const;
    Duration of(std::size_t cls, std::size_t bytes) const;
    bool operator==(const Cost&) const = default;
  };
  Cost tx = {}, rx = {};
  bool preemptive = false;  ///< NET_TC_THREAD_PREEMPTIVE

  bool operator==(const CpuConfig&) const = default;
};

class NodeCpu {
 public:
  NodeCpu(Scheduler& scheduler, const CpuConfig& config);
  ~NodeCpu();
  NodeCpu(const NodeCpu&) = delete;
  NodeCpu& operator=(const NodeCpu&) = delete;

  /// The calls below are for an enabled one, busy() excepted.
  bool enabled() const { return state_ != nullptr; }
  /// A thread for class `cls` of `queue`; the number is its name below.
  std::size_t add_thread(TrafficClass& queue, std::size_t cls);
  /// The thread got work.
  void wake(std::size_t thread);
  /// Whether the thread may run has changed.
  void update(std::size_t thread);
  /// How long it has been at work since the World began, up to its last change of thread.
  Duration busy() const;

 private:
  class Running;
  std::unique_ptr<Running> state_;  // null: off, as on most nodes
};

}  // namespace flapjack
