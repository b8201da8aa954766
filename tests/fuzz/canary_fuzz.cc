// SPDX-License-Identifier: Apache-2.0
// Fails on purpose: its test expects that. It shows that the drivers find a fault one change away
// from a seed, and that they say so.
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_canary(Bytes input) {
  FUZZ_CHECK(input.size() != 3 || input[0] != 'f' || input[1] != 'j' || input[2] == '?');
}

}  // namespace flapjack::fuzz
