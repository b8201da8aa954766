// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmp.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_icmp(Bytes input) {
  const auto header = IcmpHeader::parse(input, {.fill = true, .verify = false});
  FUZZ_CHECK(header.has_value() == (input.size() >= kIcmpHeaderBytes));
  if (!header) return;
  Buffer out = copy(input);
  header->emit(out);
  FUZZ_CHECK(same_but_checksum(out, input, 2));
  FUZZ_CHECK(IcmpHeader::parse(out) == header);
  FUZZ_CHECK(!to_text(*header).empty());
  if (IcmpHeader::parse(input)) FUZZ_CHECK(checksum(input) == 0);
}

}  // namespace flapjack::fuzz
