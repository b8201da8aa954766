// SPDX-License-Identifier: Apache-2.0
// Timer: one shot, re-armable, cancels itself when destroyed. The owner keeps it as a member.
#pragma once
#include "stack/sim/scheduler.h"

namespace flapjack {

class Timer {
 public:
  /// `call` runs in `lane` at each expiry; it must stay valid as long as the timer lives.
  Timer(Scheduler& scheduler, Lane lane, Delegate call)
      : scheduler_(scheduler), call_(call), lane_(lane) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// (Re)starts the countdown; an earlier one is forgotten.
  void start(Duration delay) { start_at(scheduler_.now() + delay); }
  void start_at(SimTime when) {
    if (!scheduler_.rearm(handle_, when)) handle_ = scheduler_.at(when, lane_, call_);
  }
  /// False when it was not running.
  bool cancel() { return scheduler_.cancel(handle_); }
  bool running() const { return scheduler_.pending(handle_); }
  /// When it expires; only while running().
  SimTime deadline() const { return scheduler_.time_of(handle_); }

 private:
  Scheduler& scheduler_;
  Delegate call_;
  EventHandle handle_;
  Lane lane_;
};

}  // namespace flapjack
