// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ethernet.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_ethernet(Bytes input) {
  const auto header = EthernetHeader::parse(input);
  FUZZ_CHECK(header.has_value() == (input.size() >= kEthernetHeaderBytes));
  if (!header) return;
  Buffer out(kEthernetHeaderBytes);
  header->emit(out.data());
  FUZZ_CHECK(same(out, input.first(kEthernetHeaderBytes)));
  FUZZ_CHECK(!to_text(*header).empty());
}

}  // namespace flapjack::fuzz
