// SPDX-License-Identifier: Apache-2.0
// Input: a datagram. What parses is changed as a router and a reassembly change it, and parses
// again with nothing else changed.
#include "stack/wire/ipv4_patch.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ipv4_patch(Bytes input) {
  constexpr ChecksumPolicy kAny{.fill = false, .verify = false};
  Ipv4Header before, after;
  if (input.size() > 0xffff) return;
  if (Ipv4Header::parse(input, kAny, before) != Ipv4Header::Error::None) return;
  const bool good = checksum(input.first(before.header_bytes)) == 0;

  if (before.ttl > 0) {
    Buffer hop = copy(input);
    decrement_ipv4_ttl(std::span(hop).first(before.header_bytes));
    FUZZ_CHECK(Ipv4Header::parse(hop, kAny, after) == Ipv4Header::Error::None);
    FUZZ_CHECK(after.ttl == before.ttl - 1 && after.total_length == before.total_length);
    const bool still = checksum(std::span(hop).first(before.header_bytes)) == 0;
    FUZZ_CHECK(good == still);
  }

  Buffer whole = copy(input);
  patch_ipv4_whole(whole);
  FUZZ_CHECK(Ipv4Header::parse(whole, {}, after) == Ipv4Header::Error::None);
  FUZZ_CHECK(after.total_length == input.size() && !after.is_fragment());
  FUZZ_CHECK(after.source == before.source && after.destination == before.destination);
}

}  // namespace flapjack::fuzz
