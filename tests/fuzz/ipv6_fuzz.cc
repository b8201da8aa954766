// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ipv6(Bytes input) {
  Ipv6Header header;
  if (Ipv6Header::parse(input, header) != Ipv6Header::Error::None) return;
  FUZZ_CHECK(header.total_length() <= input.size());
  Buffer out(kIpv6HeaderBytes);
  header.emit(out.data());
  FUZZ_CHECK(same(out, input.first(kIpv6HeaderBytes)));  // no bit is lost
  FUZZ_CHECK(!to_text(header).empty());
}

}  // namespace flapjack::fuzz
