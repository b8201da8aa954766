// SPDX-License-Identifier: Apache-2.0
#include "connmgr/held_lock.h"

#include <utility>

namespace flapjack {

Status HeldLock::pass() {
  if (!held_) return Status();
  if (host_.current() == nullptr) return Errc::Edeadlk;
  ++waiting_;
  const RecordId cause = host_.scheduler().cause();
  const Status freed = freed_.take(Timeout::forever());
  host_.scheduler().set_cause(cause);
  return freed;
}

bool HeldLock::free() {
  held_ = false;
  const unsigned waiting = std::exchange(waiting_, 0);
  for (unsigned i = 0; i < waiting; ++i) freed_.give();
  return waiting > 0;
}

}  // namespace flapjack
