// SPDX-License-Identifier: Apache-2.0
// How often this program asked for memory: every operator new is counted. For tests that claim
// that a loop allocates nothing once it is warm.
#pragma once
#include <cstdint>

namespace flapjack::test {

/// Calls of operator new, in all its forms, since the program began.
std::uint64_t allocation_count();

}  // namespace flapjack::test
