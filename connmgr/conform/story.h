// SPDX-License-Identifier: Apache-2.0
// Stories: plans of about ten steps, drawn from the whole language of inputs, for every setting of
// persistence and timeout and for technologies that answer, fail or say nothing. Where the items
// try what they are about, a story goes where no item thought of going. Drawn from a seed: the
// stories are the same in every run.
//
// Steps are either a few seconds apart, or so far that all that is due after one has come before
// the next: only what the guidelines leave no choice about is judged (story_judge.h).
#pragma once
#include <vector>

#include "connmgr/conform/conform_trace.h"

namespace flapjack::conformance {

/// So many stories in a row have each a setting of their own; then the settings come again.
inline constexpr std::size_t kStorySettings = 96;
/// At least two of each setting. `idle`: with idle disconnects.
std::vector<Plan> stories(Duration grace, bool idle);

}  // namespace flapjack::conformance
