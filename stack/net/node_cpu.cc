// SPDX-License-Identifier: Apache-2.0
#include "stack/net/node_cpu.h"

#include <algorithm>
#include <cassert>

#include "stack/net/traffic_class.h"
#include "stack/sim/timer.h"

namespace flapjack {

bool CpuConfig::Cost::any() const {
  return byte.ns > 0 ||
         std::any_of(packet.begin(), packet.end(), [](Duration d) { return d.ns > 0; });
}

Duration CpuConfig::Cost::of(std::size_t cls, std::size_t bytes) const {
  const Duration fixed =
      packet.empty() ? Duration{} : packet[std::min(cls, packet.size() - 1)];
  return fixed + byte * static_cast<std::int64_t>(bytes);
}

class NodeCpu::Running {
 public:
  Running(Scheduler& scheduler, bool preemptive)
      : scheduler_(scheduler),
        preemptive_(preemptive),
        timer_(scheduler, Lane::Work, delegate<&Running::served>(this)) {}

  std::size_t add_thread(TrafficClass& queue, std::size_t cls);
  void wake(std::size_t thread);
  void update(std::size_t thread);
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
  static bool can_run(const Thread& thread);
  void note_ready(Thread& thread);
  std::size_t best() const;
  void dispatch();
  void run(std::size_t thread);
  void stop_running();
  void served();

  Scheduler& scheduler_;
  const bool preemptive_;
  std::vector<Thread> threads_;
  std::size_t running_ = kNone;
  SimTime began_;  // the present stretch
  std::uint64_t order_ = 0;
  bool finishing_ = false;
  Duration busy_;
  Timer timer_;
};

NodeCpu::NodeCpu(Scheduler& scheduler, const CpuConfig& config)
    : state_(config.tx.any() || config.rx.any()
                 ? std::make_unique<Running>(scheduler, config.preemptive)
                 : nullptr) {}

NodeCpu::~NodeCpu() = default;

std::size_t NodeCpu::add_thread(TrafficClass& queue, std::size_t cls) {
  return state_->add_thread(queue, cls);
}

void NodeCpu::wake(std::size_t thread) { state_->wake(thread); }

void NodeCpu::update(std::size_t thread) { state_->update(thread); }

Duration NodeCpu::busy() const { return enabled() ? state_->busy() : Duration{}; }

std::size_t NodeCpu::Running::add_thread(TrafficClass& queue, std::size_t cls) {
  threads_.push_back({&queue, cls, false, {}, 0});
  return threads_.size() - 1;
}

bool NodeCpu::Running::can_run(const Thread& thread) {
  return (thread.in_service || thread.queue->has_work(thread.cls)) &&
         thread.queue->may_run(thread.cls);
}

void NodeCpu::Running::note_ready(Thread& thread) {
  if (thread.since == 0) thread.since = ++order_;
}

void NodeCpu::Running::wake(std::size_t thread) {
  note_ready(threads_[thread]);
  dispatch();
}

// A thread that stalls in the middle of a packet gives the cpu up.
void NodeCpu::Running::update(std::size_t number) {
  Thread& thread = threads_[number];
  if (can_run(thread)) {
    note_ready(thread);
  } else {
    thread.since = 0;
    if (number == running_ && !finishing_) stop_running();
  }
  dispatch();
}

// The thread to run next: the highest class, among equals the one that has been ready longest.
std::size_t NodeCpu::Running::best() const {
  std::size_t found = kNone;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const Thread& thread = threads_[i];
    if (thread.since == 0) continue;
    if (found == kNone || thread.cls > threads_[found].cls ||
        (thread.cls == threads_[found].cls && thread.since < threads_[found].since)) {
      found = i;
    }
  }
  return found;
}

void NodeCpu::Running::dispatch() {
  if (finishing_) return;  // served() looks again
  const std::size_t next = best();
  if (next == kNone) return;
  if (running_ == kNone) return run(next);
  if (!preemptive_ || threads_[next].cls <= threads_[running_].cls) return;
  stop_running();
  run(next);
}

void NodeCpu::Running::run(std::size_t number) {
  Thread& thread = threads_[number];
  running_ = number;
  began_ = scheduler_.now();
  if (!thread.in_service) {
    thread.left = thread.queue->begin(thread.cls);
    thread.in_service = true;
  }
  timer_.start(thread.left);
}

void NodeCpu::Running::stop_running() {
  const Duration done = scheduler_.now() - began_;
  threads_[running_].left = threads_[running_].left - done;
  busy_ = busy_ + done;
  timer_.cancel();
  running_ = kNone;
}

void NodeCpu::Running::served() {
  const std::size_t number = running_;
  busy_ = busy_ + threads_[number].left;
  threads_[number].in_service = false;
  finishing_ = true;
  threads_[number].queue->finish(threads_[number].cls);
  finishing_ = false;
  running_ = kNone;
  Thread& thread = threads_[number];
  if (!can_run(thread)) {
    thread.since = 0;
    return dispatch();
  }
  const std::size_t next = best();
  const bool yields = preemptive_ && threads_[next].cls > thread.cls;
  run(yields ? next : number);
}

}  // namespace flapjack
