// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story_judge.h"

#include "connmgr/conform/line_judge.h"

namespace flapjack::conformance {

std::optional<StoryVerdict> judge_story(const Plan& plan, const StoryTerms& terms, const Trace& t) {
  return LineJudge(plan, terms).follow(t, plan.until);
}

}  // namespace flapjack::conformance
