// SPDX-License-Identifier: Apache-2.0
// HeldLock: a lock that a thread keeps over simulated time, as an init that waits for its
// supplicant does, and the fibers that wait for it (Zephyr: k_mutex_lock() with K_FOREVER). All
// other locks of this folder are taken and given back within one turn: see LockOrder. Owned by
// ConnMgr.
#pragma once
#include <string>

#include "stack/sim/fiber.h"

namespace flapjack {

class HeldLock {
 public:
  /// `what` names it in reports of blocked calls.
  HeldLock(FiberHost& host, std::string what) : host_(host), freed_(host, std::move(what)) {}

  void hold() { held_ = true; }
  bool held() const { return held_; }
  /// Ok at once when nobody holds it. Else the present fiber waits for it, and goes on with the
  /// cause that it had; Edeadlk outside fibers, Ecanceled when the fiber is unwound.
  Status pass();
  /// Wakes all who wait, in lane App and in the order in which they came. True: somebody did.
  bool free();

 private:
  FiberHost& host_;
  Semaphore freed_;
  unsigned waiting_ = 0;
  bool held_ = false;
};

}  // namespace flapjack
