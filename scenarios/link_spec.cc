// SPDX-License-Identifier: Apache-2.0
#include "scenarios/link_spec.h"

namespace flapjack {

DistributionSpec LinkParams::jitter_distribution() const {
  DistributionSpec d = DistributionSpec::fixed(delay);
  switch (shape) {
    case JitterShape::Uniform:
      d.kind = DistributionKind::Uniform;
      d.a = delay - jitter;
      d.b = delay + jitter;
      break;
    case JitterShape::Normal:
      d.kind = DistributionKind::Normal;
      d.b = jitter;
      break;
    case JitterShape::Exp:
      d.kind = DistributionKind::Exp;
      d.a = jitter;
      break;
  }
  return d;
}

void LinkPatch::apply_to(LinkParams& params) const {
  if (rate_bps) params.rate_bps = *rate_bps;
  if (delay) params.delay = *delay;
  if (jitter || shape) params.spread.reset();
  if (jitter) params.jitter = *jitter;
  if (shape) params.shape = *shape;
  if (spread) params.spread = spread;
  if (loss) params.loss = *loss;
  if (correlation) params.correlation = *correlation;
  if (duplicate_ppb) params.duplicate_ppb = *duplicate_ppb;
  if (corrupt_ppb) params.corrupt_ppb = *corrupt_ppb;
  if (reorder) params.reorder = reorder;
  if (mtu) params.mtu = *mtu;
  if (queue) params.queue = queue;
  if (discipline) params.discipline = *discipline;
}

bool LinkPatch::empty() const {
  return !rate_bps && !delay && !jitter && !shape && !spread && !loss && !correlation &&
         !duplicate_ppb && !corrupt_ppb && !reorder && !mtu && !queue && !discipline;
}

}  // namespace flapjack
