// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ppp.h"

#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ppp(Bytes input) {
  const auto header = PppControlHeader::parse(input);
  if (!header) return;
  FUZZ_CHECK(header->length >= kPppControlHeaderBytes && header->length <= input.size());
  Buffer out(kPppControlHeaderBytes);
  header->emit(out.data());
  FUZZ_CHECK(same(out, input.first(kPppControlHeaderBytes)));
  FUZZ_CHECK(!to_text(*header).empty());
  const Bytes data = input.subspan(kPppControlHeaderBytes, header->length - kPppControlHeaderBytes);
  PppOptions options(data);
  PppOptionWriter writer;
  bool fits = true;
  while (const auto option = options.next()) {
    FUZZ_CHECK(option->as16().has_value() == (option->data.size() == 2));
    FUZZ_CHECK(option->as32().has_value() == (option->data.size() == 4));
    FUZZ_CHECK(option->as64().has_value() == (option->data.size() == 8));
    fits = fits && writer.add(*option);
  }
  FUZZ_CHECK(writer.bytes().size() <= data.size());
  if (fits) FUZZ_CHECK(same(writer.bytes(), data.first(writer.bytes().size())));
  if (fits && options.ok()) FUZZ_CHECK(writer.bytes().size() == data.size());
}

}  // namespace flapjack::fuzz
