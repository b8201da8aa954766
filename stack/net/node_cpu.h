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
#include <vector>

#include "stack/sim/timer.h"

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
  NodeCpu(const NodeCpu&) = delete;
  NodeCpu& operator=(const NodeCpu&) = delete;

  bool enabled() const { return enabled_; }
  /// A thread for class `cls` of `queue`; the number is its name below.
  std::size_t add_thread(TrafficClass& queue, std::size_t cls);
  /// The thread got work.
  void wake(std::size_t thread);
  /// Whether the thread may run has changed.
  void update(std::size_t thread);
  /// How long it has been at work since the World began, up to its last change of thread.
  Duration busy() const { return busy_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Thread {
    TrafficClass* queue;
    std::size_t cls;
    bool in_service = false;  // a packet is begun
    Duration left;            // of its service
    std::uint64_t since = 0;  // order in which threads became ready; 0: not ready
  };
  bool can_run(const Thread& thread) const;
  void note_ready(Thread& thread);
  std::size_t best() const;
  void dispatch();
  void run(std::size_t thread);
  void stop_running();
  void served();

  Scheduler& scheduler_;
  const bool enabled_, preemptive_;
  std::vector<Thread> threads_;
  std::size_t running_ = kNone;
  SimTime began_;  // the present stretch
  std::uint64_t order_ = 0;
  bool finishing_ = false;
  Duration busy_;
  Timer timer_;
};

}  // namespace flapjack
