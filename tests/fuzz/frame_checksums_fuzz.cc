// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/frame_checksums.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

// Who has filled the sums in finds them right, unless others are wrong: those stay.
void fuzz_frame_checksums(Bytes input) {
  const bool held = frame_checksums_hold(input);
  Buffer frame = copy(input);
  fill_frame_checksums(frame);
  FUZZ_CHECK(frame.size() == input.size());
  if (held) FUZZ_CHECK(frame_checksums_hold(frame));
  const Buffer once = frame;
  fill_frame_checksums(frame);
  FUZZ_CHECK(frame == once);
}

}  // namespace flapjack::fuzz
