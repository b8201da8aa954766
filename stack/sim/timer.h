// SPDX-License-Identifier: Apache-2.0
// Timer: one shot, re-armable, cancels itself when destroyed. The owner keeps it as a member.
// TimerOf: the same in two words, for owners of which there are thousands.
#pragma once
#include "stack/sim/scheduler.h"

namespace flapjack {

class Timer {
 public:
  /// `call` runs in `lane` at each expiry; it must stay valid as long as the timer lives.
  Timer(Scheduler& scheduler, Lane lane, Delegate call)
      : scheduler_(scheduler),
        kind_(call.kind),
        self_(call.self),
        arg_(call.arg),
        lane_(lane) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// (Re)starts the countdown; an earlier one is forgotten.
  void start(Duration delay) { start_at(scheduler_.now() + delay); }
  void start_at(SimTime when) {
    scheduler_.reschedule(handle_, when, lane_, {kind_, self_, arg_});
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

/// Calls `owner.Method()` in `kLane`; the owner, a T, tells its scheduler().
template <class T, void (T::*Method)(), Lane kLane>
class TimerOf {
 public:
  explicit TimerOf(T& owner) : owner_(owner) {}
  ~TimerOf() { cancel(); }
  TimerOf(const TimerOf&) = delete;
  TimerOf& operator=(const TimerOf&) = delete;

  void start(Duration delay) { start_at(owner_.scheduler().now() + delay); }
  void start_at(SimTime when) {
    owner_.scheduler().reschedule(handle_, when, kLane, delegate<Method>(&owner_));
  }
  bool cancel() { return owner_.scheduler().cancel(handle_); }
  bool running() const { return owner_.scheduler().pending(handle_); }

 private:
  T& owner_;
  EventHandle handle_;
};

}  // namespace flapjack
