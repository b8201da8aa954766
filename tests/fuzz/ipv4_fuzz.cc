// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv4.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ipv4(Bytes input) {
  constexpr ChecksumPolicy kUnchecked{.fill = true, .verify = false};
  Ipv4Header header;
  if (Ipv4Header::parse(input, kUnchecked, header) != Ipv4Header::Error::None) return;
  FUZZ_CHECK(header.header_bytes <= header.total_length && header.total_length <= input.size());
  FUZZ_CHECK(!to_text(header).empty());

  const Bytes options = input.subspan(kIpv4HeaderBytes, header.header_bytes - kIpv4HeaderBytes);
  Buffer out(header.total_length);
  FUZZ_CHECK(header.emit(out.data(), options) == header.header_bytes);
  const Bytes written = Bytes(out).first(header.header_bytes);
  Buffer expected = copy(input.first(header.header_bytes));
  expected[6] &= 0x7f;  // the reserved flag is sent as zero (RFC 791 section 3.1)
  FUZZ_CHECK(same_but_checksum(written, expected, 10));
  Ipv4Header again;
  FUZZ_CHECK(Ipv4Header::parse(out, {}, again) == Ipv4Header::Error::None);
  FUZZ_CHECK(again.header_bytes == header.header_bytes);
  FUZZ_CHECK(to_text(again) == to_text(header));
}

}  // namespace flapjack::fuzz
