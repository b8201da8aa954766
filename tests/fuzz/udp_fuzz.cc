// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/udp.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

void over(Bytes input, const IpAddress& from, const IpAddress& to) {
  constexpr ChecksumPolicy kUnchecked{.fill = true, .verify = false};
  UdpHeader header;
  if (UdpHeader::parse(input, from, to, kUnchecked, header) != UdpHeader::Error::None) return;
  Buffer out = copy(input.first(header.length));
  header.emit(out, from, to);
  FUZZ_CHECK(same_but_checksum(out, input.first(header.length), 6));
  UdpHeader again;
  FUZZ_CHECK(UdpHeader::parse(out, from, to, {}, again) == UdpHeader::Error::None);
  FUZZ_CHECK(to_text(again) == to_text(header));
}

}  // namespace

void fuzz_udp(Bytes input) {
  over(input, Ipv4Address{0xc0000201}, Ipv4Address{0xc0000202});
  over(input, Ipv6Address{0xfe80ull << 48, 1}, Ipv6Address{0xfe80ull << 48, 2});
}

}  // namespace flapjack::fuzz
