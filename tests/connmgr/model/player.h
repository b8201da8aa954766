// SPDX-License-Identifier: Apache-2.0
// Plays a sequence on a real node and notes what its connection manager does.
#pragma once
#include "tests/connmgr/model/sequence.h"

namespace flapjack::model {

Log played(const Sequence& sequence);

}  // namespace flapjack::model
