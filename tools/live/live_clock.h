// SPDX-License-Identifier: Apache-2.0
// LiveClock: simulated time as the machine's clock shows it, from the moment of its start. The only
// place where a run looks at that clock to decide anything.
#pragma once
#include <chrono>

#include "stack/sim/time.h"

namespace flapjack {

class LiveClock {
 public:
  void start() { begun_ = std::chrono::steady_clock::now(); }
  /// Since start().
  SimTime now() const {
    const auto since = std::chrono::steady_clock::now() - begun_;
    return SimTime{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  }

 private:
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace flapjack
