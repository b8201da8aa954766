// SPDX-License-Identifier: Apache-2.0
// Input: the next header that the IPv6 header names, then what follows it. The fragment header that
// the walk found is the one that is found for taking it out, and is gone then.
#include "stack/wire/ipv6_ext.h"
#include "stack/wire/ipv6_patch.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ipv6_patch(Bytes input) {
  if (input.empty() || input.size() > 0x10000) return;
  Ipv6Header header;
  header.next_header = input[0];
  header.payload_length = static_cast<std::uint16_t>(input.size() - 1);
  Buffer datagram(header.total_length());
  header.emit(datagram.data());
  std::copy(input.begin() + 1, input.end(), datagram.begin() + kIpv6HeaderBytes);

  const Ipv6Extensions found = Ipv6Extensions::walk(datagram);
  const auto place = find_ipv6_fragment(datagram);
  if (!found.ok()) return;
  FUZZ_CHECK(place.has_value() == found.is_fragment);
  const Ipv6FragmentPlace own = place_for_ipv6_fragment(datagram);
  FUZZ_CHECK(own.at <= found.offset && own.named_at < own.at);
  if (!place) return;
  FUZZ_CHECK(place->at == found.fragment_at && place->named_at == found.fragment_named_at);

  Buffer whole = datagram;
  take_out_ipv6_fragment(whole, *place);
  const Bytes rest = Bytes(whole).subspan(kIpv6FragmentBytes);
  Ipv6Header after;
  const Ipv6Header::Error error = Ipv6Header::parse(rest, after);
  FUZZ_CHECK(error == Ipv6Header::Error::None || error == Ipv6Header::Error::Jumbogram);
  FUZZ_CHECK(after.total_length() == rest.size());
  FUZZ_CHECK(rest[place->named_at] == found.fragment.next_header);
  FUZZ_CHECK(same(rest.subspan(place->at), Bytes(datagram).subspan(found.offset)));
}

}  // namespace flapjack::fuzz
