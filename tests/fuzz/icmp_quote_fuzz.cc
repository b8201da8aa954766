// SPDX-License-Identifier: Apache-2.0
// Input: what an ICMP error quotes, of either family.
#include "stack/wire/icmp_quote.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

void check(const std::optional<IcmpQuote>& quote, Bytes input, Family family) {
  if (!quote) return;
  FUZZ_CHECK(quote->source.address.family() == family);
  FUZZ_CHECK(quote->destination.address.family() == family);
  FUZZ_CHECK(quote->upper_at >= 20 && quote->upper_at <= input.size());
  const bool ports =
      (quote->protocol == 6 || quote->protocol == 17) && !quote->later_fragment;
  FUZZ_CHECK(!ports || quote->upper_at + 4 <= input.size());
  FUZZ_CHECK(ports || (quote->source.port == 0 && quote->destination.port == 0));
  FUZZ_CHECK(!to_text(*quote).empty());
}

}  // namespace

void fuzz_icmp_quote(Bytes input) {
  const auto four = IcmpQuote::parse(input), six = IcmpQuote::parse_ipv6(input);
  FUZZ_CHECK(!four || !six);
  check(four, input, Family::Inet);
  check(six, input, Family::Inet6);
}

}  // namespace flapjack::fuzz
