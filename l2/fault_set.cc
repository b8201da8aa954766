// SPDX-License-Identifier: Apache-2.0
#include "l2/fault_set.h"

namespace flapjack {

std::uint64_t LossRamp::ppb_at(SimTime now) const {
  const Duration passed = now - begin;
  if (passed >= over) return to_ppb;
  if (passed.ns <= 0) return from_ppb;
  __extension__ using Wide = __int128;
  const Wide change = static_cast<Wide>(to_ppb) - static_cast<Wide>(from_ppb);
  return static_cast<std::uint64_t>(static_cast<Wide>(from_ppb) + change * passed.ns / over.ns);
}

bool FaultSet::any() const {
  return black_hole || loss_ppb != 0 || every_nth != 0 || gilbert_elliott.has_value() ||
         loss_trace != nullptr || fade.active() || corrupt_ppb != 0 || duplicate_ppb != 0 ||
         reorder_ppb != 0 || delay_correlation_ppb != 0;
}

}  // namespace flapjack
