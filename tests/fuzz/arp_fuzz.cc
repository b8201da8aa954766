// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/arp.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_arp(Bytes input) {
  const auto arp = ArpHeader::parse(input);
  if (!arp) return;
  Buffer out(kArpBytes);
  arp->emit(out.data());
  FUZZ_CHECK(same(out, input.first(kArpBytes)));
  FUZZ_CHECK(!to_text(*arp).empty());
}

}  // namespace flapjack::fuzz
