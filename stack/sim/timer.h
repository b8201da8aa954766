// SPDX-License-Identifier: Apache-2.0
// Timer: one shot, re-armable, cancels itself when destroyed. The owner keeps it as a member.
#pragma once
#include "stack/sim/scheduler.h"

namespace flapjack {

class Timer {
 public:
  /// `call` runs in `lane` at each expiry; it must stay valid as long as the timer lives. Its
  /// argument is below 2^32.
  Timer(Scheduler& scheduler, Lane lane, Delegate call)
      : scheduler_(scheduler),
        kind_(call.kind),
        self_(call.self),
        arg_(static_cast<std::uint32_t>(call.arg)),
        lane_(lane) {
    assert(arg_ == call.arg);
  }
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// (Re)starts the countdown; an earlier one is forgotten.
  void start(Duration delay) { start_at(scheduler_.now() + delay); }
  void start_at(SimTime when) {
    if (running()) {
      scheduler_.rearm(handle_, when);
    } else {
      handle_ = scheduler_.at(when, lane_, {kind_, self_, arg_});
    }
  }
  /// False when it was not running.
  bool cancel() { return scheduler_.cancel(handle_); }
  bool running() const { return scheduler_.pending(handle_); }
  /// When it expires; only while running().
  SimTime deadline() const { return scheduler_.time_of(handle_); }

 private:
  // A node has dozens: the parts of a Delegate, packed.
  Scheduler& scheduler_;
  const Delegate::Kind* kind_;
  void* self_;
  EventHandle handle_;
  std::uint32_t arg_;
  Lane lane_;
};

}  // namespace flapjack
