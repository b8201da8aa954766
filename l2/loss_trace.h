// SPDX-License-Identifier: Apache-2.0
// LossTrace: losses that were recorded somewhere and are played again. Either a verdict for each
// frame, from the first to the last and then from the first again; or spans of simulated time in
// which every frame is lost. Immutable, shared by all that play it; LossTraceCursor is one's place.
#pragma once
#include <cstdint>
#include <vector>

#include "stack/sim/time.h"

namespace flapjack {

struct LossTrace {
  /// So many frames in a row that are all lost or all kept; `frames` above 0.
  struct Run {
    bool lost = false;
    std::uint64_t frames = 0;
  };
  /// From `from` up to, but not at, `to`.
  struct Span {
    SimTime from, to;
  };
  std::vector<Run> runs;    ///< verdicts by frame; empty: by time
  std::vector<Span> spans;  ///< in the order of time, apart from each other

  bool by_frame() const { return !runs.empty(); }
  /// Whether a frame at `at` is lost; only for a trace by time.
  bool lost_at(SimTime at) const;
};

class LossTraceCursor {
 public:
  /// Back to the trace's first frame.
  void rewind() { run_ = 0, passed_ = 0; }
  /// Whether the next frame, which enters at `now`, is lost.
  bool next(const LossTrace& trace, SimTime now);

 private:
  std::size_t run_ = 0;
  std::uint64_t passed_ = 0;  // frames of that run so far
};

}  // namespace flapjack
