// SPDX-License-Identifier: Apache-2.0
// The rules of the connection manager, written a second time and as simply as can be: no traces, no
// queues of others, no code of connmgr/. Everything is looked at anew each time.
#pragma once
#include "tests/connmgr/model/sequence.h"

namespace flapjack::model {

/// What the rules say must come of it.
Log expected(const Sequence& sequence);

}  // namespace flapjack::model
