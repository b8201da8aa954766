// SPDX-License-Identifier: Apache-2.0
// FaultSet: everything that can go wrong with the frames of one direction, as plain values. A link
// has one for each end, a faulty driver one for each direction; FaultModel carries it out.
// Probabilities are parts per 10^9. The default is that nothing goes wrong.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "l2/loss_trace.h"
#include "stack/sim/time.h"

namespace flapjack {

inline constexpr std::uint64_t kCertain = 1'000'000'000;

/// Losses in bursts: a channel that is good or bad (Gilbert 1960, Elliott 1963). For each frame the
/// state may change first, then the frame is lost with the probability of the state. In the long
/// run enter / (enter + leave) of all frames meet the bad state, for 1 / leave frames at a time.
struct GilbertElliott {
  std::uint64_t enter_ppb = 0;        ///< from good to bad
  std::uint64_t leave_ppb = 0;        ///< from bad to good
  std::uint64_t bad_ppb = kCertain;   ///< a frame is lost in the bad state
  std::uint64_t good_ppb = 0;         ///< in the good one

  bool operator==(const GilbertElliott&) const = default;
};

/// A probability that moves evenly from one value to another and then stays.
struct LossRamp {
  SimTime begin;
  Duration over;               ///< >= 0; 0: at once
  std::uint64_t from_ppb = 0, to_ppb = 0;

  bool active() const { return from_ppb != 0 || to_ppb != 0; }
  std::uint64_t ppb_at(SimTime now) const;

  bool operator==(const LossRamp&) const = default;
};

struct FaultSet {
  bool black_hole = false;  ///< nothing passes, and nobody is told (drop BlackHole)

  // Losses (drop Loss); each one that is set decides on its own.
  std::uint64_t loss_ppb = 0;   ///< at random (by=random)
  /// How much a random loss depends on the one before: with this probability a frame meets the same
  /// draw again. The rate stays what loss_ppb says, and two frames in a row correlate by just this.
  /// (Linux netem mixes both draws into a third, which makes losses rarer than asked for.)
  std::uint64_t loss_correlation_ppb = 0;
  std::uint64_t every_nth = 0;  ///< frames n, 2n, ... (by=every); 0: none
  std::optional<GilbertElliott> gilbert_elliott;     ///< by=gilbert_elliott, with state=good|bad
  std::shared_ptr<const LossTrace> loss_trace;       ///< by=trace; null: none
  LossRamp fade;                                     ///< by=fade

  std::uint64_t corrupt_ppb = 0;    ///< one bit, anywhere in the frame, is flipped
  std::uint64_t duplicate_ppb = 0;  ///< a second copy follows

  /// A frame overtakes: it arrives `reorder_by` earlier, 0: by all its delay and jitter. Only a
  /// frame that has `reorder_gap` - 1 frames in order before it may.
  std::uint64_t reorder_ppb = 0;
  std::uint64_t reorder_gap = 1;
  Duration reorder_by;

  /// As loss_correlation_ppb, of the random part of a frame's delay.
  std::uint64_t delay_correlation_ppb = 0;

  /// False when frames can be left alone.
  bool any() const;

  bool operator==(const FaultSet&) const = default;
};

}  // namespace flapjack
