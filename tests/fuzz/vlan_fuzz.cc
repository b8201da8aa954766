// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ethernet.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_vlan(Bytes input) {
  const auto tag = VlanTag::parse(input);
  if (!tag) return;
  FUZZ_CHECK(input.size() >= kEthernetHeaderBytes + kVlanTagBytes);
  FUZZ_CHECK(tag->priority <= 7 && tag->id <= 4095 && !to_text(*tag).empty());
  Buffer frame = copy(input);
  VlanTag::remove(frame.data());
  tag->insert(frame.data());
  FUZZ_CHECK(same(frame, input));
}

}  // namespace flapjack::fuzz
