// SPDX-License-Identifier: Apache-2.0
// What a scenario says about the frames of one direction of a link, and changes of it. Plain
// values; probabilities are parts per 10^9. What they mean: l2/fault_set.h, l2/link_config.h.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "l2/fault_set.h"
#include "l2/transmit_queue.h"
#include "scenarios/source.h"
#include "scenarios/units.h"

namespace flapjack {

/// How jitter spreads around the delay: evenly within delay +- jitter; normally with jitter as the
/// standard deviation; or always later, exponentially with jitter as the mean.
enum class JitterShape { Uniform, Normal, Exp };

/// How frames are lost: at most one of these.
struct LossSpec {
  std::int64_t random_ppb = 0;
  std::int64_t every = 0;  ///< 0: not so
  std::optional<GilbertElliott> gilbert_elliott;
  std::shared_ptr<const LossTrace> trace;
};

/// How much a draw depends on the one before it.
struct CorrelationSpec {
  std::int64_t loss_ppb = 0;
  std::int64_t delay_ppb = 0;
};

struct ReorderSpec {
  std::int64_t share_ppb = 1'000'000'000;
  std::int64_t gap = 1;
  Duration by;  ///< 0: by the whole delay
};

/// One direction of a link.
struct LinkParams {
  std::int64_t rate_bps = 0;  ///< 0: no limit
  Duration delay;
  Duration jitter;
  JitterShape shape = JitterShape::Uniform;
  std::optional<DistributionSpec> spread;  ///< on top of the delay, instead of jitter and shape
  LossSpec loss;
  CorrelationSpec correlation;
  std::int64_t duplicate_ppb = 0;
  std::int64_t corrupt_ppb = 0;
  std::optional<ReorderSpec> reorder;
  std::int64_t mtu = 0;  ///< 0: no limit
  std::optional<std::int64_t> queue;  ///< packets; empty: the link's default
  QueueDiscipline discipline = QueueDiscipline::Fifo;
  /// What jitter and shape draw for a packet: the delay itself, or with Exp what is on top of it.
  DistributionSpec jitter_distribution() const;
};

/// A change of some of them.
struct LinkPatch {
  std::optional<std::int64_t> rate_bps;
  std::optional<Duration> delay;
  std::optional<Duration> jitter;
  std::optional<JitterShape> shape;
  std::optional<DistributionSpec> spread;
  std::optional<LossSpec> loss;
  std::optional<CorrelationSpec> correlation;
  std::optional<std::int64_t> duplicate_ppb;
  std::optional<std::int64_t> corrupt_ppb;
  std::optional<ReorderSpec> reorder;
  std::optional<std::int64_t> mtu;
  std::optional<std::int64_t> queue;
  std::optional<QueueDiscipline> discipline;
  /// Of what is useless without something else.
  SourcePlace shape_place, correlation_place, reorder_place, queue_place, discipline_place;
  void apply_to(LinkParams& params) const;
  bool empty() const;
};

/// What goes wrong in the device of an iface, by direction; rate and queue do not count.
struct DeviceFaults {
  LinkParams tx, rx;
};

}  // namespace flapjack
