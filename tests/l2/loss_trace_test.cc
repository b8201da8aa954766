// SPDX-License-Identifier: Apache-2.0
#include "l2/loss_trace.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

std::string play(const LossTrace& trace, int frames, SimTime at = {}) {
  LossTraceCursor cursor;
  std::string text;
  for (int i = 0; i < frames; ++i) text += cursor.next(trace, at) ? 'x' : '.';
  return text;
}

TEST(LossTrace, ByFrameGoesRound) {
  EXPECT_EQ(play({{{false, 2}, {true, 1}, {false, 1}, {true, 3}}, {}}, 16), "..x.xxx..x.xxx..");
  EXPECT_EQ(play({{{true, 1}}, {}}, 3), "xxx");
}

TEST(LossTrace, ACursorStartsAnew) {
  const LossTrace trace{{{true, 1}, {false, 9}}, {}};
  LossTraceCursor cursor;
  EXPECT_TRUE(cursor.next(trace, {}));
  EXPECT_FALSE(cursor.next(trace, {}));
  cursor.rewind();
  EXPECT_TRUE(cursor.next(trace, {}));
}

TEST(LossTrace, ByTimeFromInclusiveToExclusive) {
  const LossTrace trace{{}, {{{10}, {20}}, {{20}, {25}}, {{40}, {41}}}};
  const struct {
    std::int64_t at;
    bool lost;
  } rows[] = {{0, false},  {9, false}, {10, true},  {19, true},  {20, true},
              {24, true},  {25, false}, {39, false}, {40, true}, {41, false}, {1000, false}};
  for (const auto& row : rows) {
    EXPECT_EQ(trace.lost_at({row.at}), row.lost) << row.at;
    EXPECT_EQ(play(trace, 2, {row.at}), row.lost ? "xx" : "..") << row.at;
  }
}

}  // namespace
}  // namespace flapjack
