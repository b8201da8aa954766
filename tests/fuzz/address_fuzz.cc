// SPDX-License-Identifier: Apache-2.0
// Text forms of addresses: what is read is written and read again as the same.
#include "stack/wire/address.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

template <class T>
void round_trip(std::string_view text) {
  const auto value = T::parse(text);
  if (!value) return;
  const std::string written = to_text(*value);
  FUZZ_CHECK(T::parse(written) == value);
  FUZZ_CHECK(to_text(*T::parse(written)) == written);
}

}  // namespace

void fuzz_address(Bytes input) {
  const std::string text(input.begin(), input.end());
  round_trip<MacAddress>(text);
  round_trip<Ipv4Address>(text);
  round_trip<Ipv4Prefix>(text);
  round_trip<Ipv6Address>(text);
  round_trip<Ipv6Prefix>(text);
  round_trip<IpAddress>(text);
}

}  // namespace flapjack::fuzz
