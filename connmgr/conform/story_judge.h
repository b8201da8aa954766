// SPDX-License-Identifier: Apache-2.0
// StoryJudge: follows the trace of any story line by line and names the first item of the checklist
// that a line breaks, or that a missing line breaks. It knows the guidelines as one small automaton
// and nothing of how an implementation works.
//
//            CONNECT                ASSOC_OK of what runs
//    Idle ------------> Attempt ----------------------------> Up
//     ^   DISCONNECT, TIMEOUT, FATAL  |  ^   LOSS, idle; persistent |
//     +-------------------------------+  +--------------------------+
//     +-----------------  DISCONNECT, FATAL, LOSS not persistent  --+
//
// Where the guidelines leave a choice (a success that nobody started, a timeout that changes while
// its attempt runs, two things within the tolerance of one another) it stops judging: what it says
// of a story up to there holds.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "connmgr/conform/conform_trace.h"

namespace flapjack::conformance {

/// What the judge must know of the run.
struct StoryTerms {
  Duration grace{};
  bool config_check = false;  ///< the connection manager may refuse a connect without configuration
};

struct StoryVerdict {
  int item;
  std::string_view wrong;
  Duration at{};  ///< of the line, or by when the missing one was due
};

/// The first breach, or none.
std::optional<StoryVerdict> judge_story(const Plan& plan, const StoryTerms& terms, const Trace& t);

}  // namespace flapjack::conformance
