// SPDX-License-Identifier: Apache-2.0
#include "l2/loss_trace.h"

#include <algorithm>
#include <cassert>

namespace flapjack {

bool LossTrace::lost_at(SimTime at) const {
  const auto after = std::upper_bound(spans.begin(), spans.end(), at,
                                      [](SimTime t, const Span& s) { return t < s.from; });
  return after != spans.begin() && at < std::prev(after)->to;
}

bool LossTraceCursor::next(const LossTrace& trace, SimTime now) {
  if (!trace.by_frame()) return trace.lost_at(now);
  assert(run_ < trace.runs.size());
  const LossTrace::Run& run = trace.runs[run_];
  if (++passed_ >= run.frames) {
    passed_ = 0;
    run_ = (run_ + 1) % trace.runs.size();
  }
  return run.lost;
}

}  // namespace flapjack
