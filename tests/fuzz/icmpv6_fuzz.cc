// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmpv6.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_icmpv6(Bytes input) {
  const Ipv6Address from{0xfe80ull << 48, 1}, to{0xff02ull << 48, 1};
  const auto header = Icmpv6Header::parse(input, from, to, {.fill = true, .verify = false});
  FUZZ_CHECK(header.has_value() == (input.size() >= kIcmpv6HeaderBytes));
  if (!header) return;
  Buffer out = copy(input);
  header->emit(out, from, to);
  FUZZ_CHECK(same_but_checksum(out, input, 2));
  FUZZ_CHECK(Icmpv6Header::parse(out, from, to) == header);
  FUZZ_CHECK(!to_text(*header).empty());
}

}  // namespace flapjack::fuzz
