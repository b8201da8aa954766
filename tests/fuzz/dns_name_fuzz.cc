// SPDX-License-Identifier: Apache-2.0
// Input: an offset, then a message; and the whole as the text of a name.
#include "stack/wire/dns_name.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_dns_name(Bytes input) {
  const auto parsed =
      DnsName::parse(std::string_view(reinterpret_cast<const char*>(input.data()), input.size()));
  if (parsed) FUZZ_CHECK(parsed->bytes().size() <= kDnsNameBytesMax);
  if (input.empty()) return;
  const Bytes message = input.subspan(1);
  std::size_t offset = input[0];
  const auto name = DnsName::read(message, offset);
  if (!name) return;
  FUZZ_CHECK(offset > input[0] && offset <= message.size());
  FUZZ_CHECK(!to_text(*name).empty());
  std::size_t from = 0;  // written without compression it reads the same
  const Buffer plain = copy(name->bytes());
  const auto again = DnsName::read(plain, from);
  FUZZ_CHECK(again == name && from == plain.size());
}

}  // namespace flapjack::fuzz
