// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_event.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

// False when the writer has no such fact.
bool write(CnEventWriter& out, const CnFact& fact) {
  switch (fact.type) {
    case CnFactType::Number:
    case CnFactType::Errno:
    case CnFactType::Duration:
      return fact.value.size() == 8 && out.number(fact.key, fact.number(), fact.type);
    case CnFactType::Text:
      return out.text(fact.key, fact.text());
    case CnFactType::Address:
      break;
  }
  return false;
}

}  // namespace

void fuzz_cn_event(Bytes input) {
  CnEventReader reader(input);
  CnFact fact;
  if (!reader.ok()) {
    FUZZ_CHECK(!reader.next(fact));
    return;
  }
  CnEventWriter out(reader.at_ns(), reader.iface());
  bool all = true;
  while (reader.next(fact)) all = write(out, fact) && all;
  CnEventReader again(out.bytes());
  FUZZ_CHECK(again.ok() && again.at_ns() == reader.at_ns() && again.iface() == reader.iface());
  if (all) FUZZ_CHECK(same(out.bytes(), input));
}

}  // namespace flapjack::fuzz
