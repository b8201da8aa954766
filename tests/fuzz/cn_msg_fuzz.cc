// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_msg.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_cn_msg(Bytes input) {
  CnMsgReader reader(input);
  Buffer again;
  while (reader.next()) {
    FUZZ_CHECK(reader.header().len == reader.data().size());
    Buffer one(kCnHeaderBytes);
    reader.header().emit(one);
    one.insert(one.end(), reader.data().begin(), reader.data().end());
    CnMsgHeader read;
    FUZZ_CHECK(CnMsgHeader::parse(one, read) == CnMsgHeader::Error::None);
    FUZZ_CHECK(read == reader.header() && !to_text(read).empty());
    again.insert(again.end(), one.begin(), one.end());
  }
  FUZZ_CHECK(again.size() <= input.size() && same(again, input.first(again.size())));
  const bool whole = reader.error() == CnMsgHeader::Error::None;
  FUZZ_CHECK(whole == (again.size() == input.size()));
}

}  // namespace flapjack::fuzz
