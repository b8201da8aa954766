// SPDX-License-Identifier: Apache-2.0
// Scenes: short stories (story.h), each about one thing that may happen in one state: in the second
// after an association, within a grace, while the iface is admin-down, between two sub-attempts,
// after the end. Drawn stories come to these too seldom. Judged like any story.
#pragma once
#include <vector>

#include "connmgr/conform/conform_trace.h"

namespace flapjack::conformance {

/// For every setting of persistence and timeout that each makes sense with. `idle`: with idle
/// disconnects.
std::vector<Plan> scenes(Duration grace, bool idle);

}  // namespace flapjack::conformance
