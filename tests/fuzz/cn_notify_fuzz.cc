// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_notify.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_cn_notify(Bytes input) {
  CnNotifyRequest request;
  if (CnNotifyRequest::parse(input, request) != CnNotifyRequest::Error::None) return;
  FUZZ_CHECK(request.bytes() == input.size());
  Buffer out(request.bytes());
  request.emit(out);
  FUZZ_CHECK(same(out, input));
  for (const CnRange& range : request.idx) {
    FUZZ_CHECK(range.has(range.first) == (range.count > 0));
    if (range.first > 0) FUZZ_CHECK(!range.has(range.first - 1));
  }
  static_cast<void>(request.matches({1, 1}));
}

}  // namespace flapjack::fuzz
