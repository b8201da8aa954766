// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: the run in progress ends at once, and what there is of its results is written.
#pragma once

namespace flapjack {

void catch_interrupts();
/// True once SIGINT or SIGTERM came.
bool interrupted();

}  // namespace flapjack
