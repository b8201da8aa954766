// SPDX-License-Identifier: Apache-2.0
// Fibers: simulated threads for code that blocks on simulated time (K_FOREVER calls, app scripts).
// One OS thread runs everything; a blocked fiber costs its stack and nothing else. Switching is
// Boost.Context's, annotated for AddressSanitizer.
//
// Blocking is only possible inside a fiber. Code called straight from the scheduler that asks to
// wait gets Errc::Edeadlk at once (Zephyr: waiting in an ISR), never a hang.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/status.h"
#include "stack/sim/scheduler.h"

namespace flapjack {

class Fiber;

/// A blocked call, for the report "who waits, since when, for what".
struct BlockedCall {
  std::string fiber;
  std::string waits_for;
  SimTime since;
};

/// The fibers of one World. Destroying it unwinds every fiber that has not ended.
class FiberHost {
 public:
  explicit FiberHost(Scheduler& scheduler);
  ~FiberHost();
  FiberHost(const FiberHost&) = delete;
  FiberHost& operator=(const FiberHost&) = delete;

  /// Starts `body` in lane App at the present instant. `name` is for reports. An exception that
  /// leaves the body ends the fiber and comes out of the scheduler's run.
  void spawn(std::string name, std::function<void()> body);
  /// The same, but `body` runs at once until it blocks for the first time. Not in a fiber.
  void start(std::string name, std::function<void()> body);
  /// The fiber that runs now; null in code run by the scheduler itself.
  Fiber* current() const { return current_; }
  /// Blocks the present fiber for `delay`. Edeadlk outside fibers.
  Status sleep(Duration delay);
  /// Unwinds every fiber, the youngest first: blocked calls throw through the fiber's body, whose
  /// destructors run (one that blocks gets Ecanceled at once). What a body throws itself meanwhile
  /// is dropped with it. A World calls this before it destroys what the fibers use.
  void cancel_all();
  /// Every call that is blocked now, in the order the fibers were spawned.
  std::vector<BlockedCall> blocked() const;

  Scheduler& scheduler() { return scheduler_; }

 private:
  friend class Fiber;
  friend class Semaphore;
  Fiber& add(std::string name, std::function<void()> body);
  void run(Fiber& fiber);
  void resume(Fiber& fiber);
  /// Returns true when someone resumes the present fiber, false when it is unwound already.
  bool suspend(std::string_view waits_for);

  Scheduler& scheduler_;
  Fiber* current_ = nullptr;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  bool cancelling_ = false;
};

/// Counting semaphore on simulated time (k_sem). Waiters are served first come, first served.
class Semaphore {
 public:
  /// `what` names it in reports of blocked calls.
  Semaphore(FiberHost& host, std::string what, unsigned initial = 0, unsigned limit = ~0u);
  ~Semaphore();
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Wakes the first waiter in lane App of this instant, or counts up to the limit.
  void give();
  /// Ok; Eagain when the timeout ran out (also no_wait with nothing there, as k_sem_take does);
  /// Edeadlk when it would have to wait outside a fiber; Ecanceled after reset().
  Status take(Timeout timeout);
  /// Wakes every waiter with Ecanceled and sets the count to 0 (k_sem_reset).
  void reset();
  unsigned count() const { return count_; }

 private:
  struct Waiter;
  void link(Waiter& waiter);
  void unlink(Waiter& waiter);

  FiberHost& host_;
  std::string what_;
  unsigned count_, limit_;
  Waiter *first_ = nullptr, *last_ = nullptr;  // on the stacks of the blocked fibers
};

}  // namespace flapjack
