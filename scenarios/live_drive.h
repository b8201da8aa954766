// SPDX-License-Identifier: Apache-2.0
// LiveDrive: the contract of what runs a World against a clock outside and lets others talk to it.
// Called by run_scenario() only; the World knows nothing of it.
#pragma once
#include <string>

#include "stack/sim/time.h"

namespace flapjack {

class World;

class LiveDrive {
 public:
  virtual ~LiveDrive() = default;
  /// The World has been built and is about to boot. What is wrong; empty when nothing is.
  virtual std::string begin(World& world) = 0;
  /// Waits, passes on what has come from outside and what is to go there, and says how far to run
  /// next: from `now` up to `until`.
  virtual SimTime wait(SimTime now, SimTime until) = 0;
  /// The run is over; nothing of the World may be used afterwards.
  virtual void end() = 0;
};

}  // namespace flapjack
