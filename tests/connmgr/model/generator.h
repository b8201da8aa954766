// SPDX-License-Identifier: Apache-2.0
// Random sequences, the same for the same number; and the shortest one that still diverges.
#pragma once
#include <functional>

#include "tests/connmgr/model/sequence.h"

namespace flapjack::model {

Sequence generate(std::uint64_t number);

/// Leaves out steps, ifaces' peculiarities and settings as long as `diverges` holds.
Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& diverges);

}  // namespace flapjack::model
