// SPDX-License-Identifier: Apache-2.0
// The control message that asks for register/unregister notification: bytes, ranges, refusals.
#include "stack/wire/cn_notify.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Error = CnNotifyRequest::Error;

const CnNotifyRequest kRequest{24, {{16, 4}}, {{0, 2}, {9, 1}}};

TEST(CnNotify, BytesAndBack) {
  Bytes out(kRequest.bytes());
  kRequest.emit(out);
  EXPECT_EQ(out, (Bytes{1, 0, 0, 0, 2, 0, 0, 0, 24, 0, 0, 0, 24, 0, 0, 0, 16, 0, 0, 0,
                        4, 0, 0, 0, 0, 0, 0, 0, 2,  0, 0, 0, 9,  0, 0, 0, 1,  0, 0, 0}));
  CnNotifyRequest read;
  EXPECT_EQ(CnNotifyRequest::parse(out, read), Error::None);
  EXPECT_EQ(read, kRequest);
}

TEST(CnNotify, SizesMustAgree) {
  Bytes good(kRequest.bytes());
  kRequest.emit(good);
  CnNotifyRequest read;
  for (std::size_t i = 0; i < good.size(); ++i) {
    const Error error = CnNotifyRequest::parse(std::span(good).first(i), read);
    EXPECT_EQ(error, i < CnNotifyRequest::kFixedBytes ? Error::Short : Error::Length) << i;
  }
  for (const std::size_t at : {0, 4, 12}) {  // counts and length
    Bytes wrong = good;
    ++wrong[at];
    EXPECT_EQ(CnNotifyRequest::parse(wrong, read), Error::Length) << at;
  }
}

TEST(CnNotify, IdxAndValMustBothBeInARange) {
  struct Row {
    CnId id;
    bool in;
  };
  const Row rows[] = {{{16, 0}, true},  {{19, 1}, true},   {{19, 9}, true},  {{15, 0}, false},
                      {{20, 0}, false}, {{16, 2}, false}, {{16, 8}, false}, {{16, 10}, false},
                      {{0, 0}, false},  {{~0u, ~0u}, false}};
  for (const Row& row : rows) {
    EXPECT_EQ(kRequest.matches(row.id), row.in) << row.id.idx << "." << row.id.val;
  }
  const CnNotifyRequest top{1, {{~0u, 5}}, {{0, 1}}};
  EXPECT_TRUE(top.matches({~0u, 0}));
  EXPECT_FALSE(top.matches({0, 0}));  // a range does not go round
}

}  // namespace
}  // namespace flapjack
