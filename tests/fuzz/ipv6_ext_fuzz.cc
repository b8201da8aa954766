// SPDX-License-Identifier: Apache-2.0
// Input: the next header that the IPv6 header names, then what follows it.
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

void check_fragment(const Ipv6Extensions& found, Bytes datagram) {
  FUZZ_CHECK(datagram[found.fragment_named_at] == static_cast<std::uint8_t>(IpProtocol::Fragment));
  FUZZ_CHECK(found.offset == found.fragment_at + kIpv6FragmentBytes);
  FUZZ_CHECK(found.protocol == found.fragment.next_header && !found.fragment.is_atomic());
  Buffer out(kIpv6FragmentBytes);
  found.fragment.emit(out.data());
  FUZZ_CHECK(Ipv6Fragment::parse(out) == found.fragment);
}

}  // namespace

void fuzz_ipv6_ext(Bytes input) {
  if (input.empty() || input.size() > 0x10000) return;
  Ipv6Header header;
  header.next_header = input[0];
  header.payload_length = static_cast<std::uint16_t>(input.size() - 1);
  Buffer datagram(header.total_length());
  header.emit(datagram.data());
  std::copy(input.begin() + 1, input.end(), datagram.begin() + kIpv6HeaderBytes);

  const Ipv6Extensions found = Ipv6Extensions::walk(datagram);
  FUZZ_CHECK(found.offset >= kIpv6HeaderBytes && found.offset <= datagram.size());
  FUZZ_CHECK(found.next_header_at < found.offset);
  FUZZ_CHECK(datagram[found.next_header_at] == found.protocol);
  FUZZ_CHECK(!found.ok() || !found.tell);
  FUZZ_CHECK(!found.tell || found.pointer < datagram.size());
  FUZZ_CHECK(found.tell || !found.tell_of_multicast);
  if (found.is_fragment) check_fragment(found, datagram);
  FUZZ_CHECK(!to_text(found).empty());
}

}  // namespace flapjack::fuzz
