// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace flapjack {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Row {
  std::int64_t ns;
  const char* text;
};

TEST(TimeText, PointsHaveAtLeastThreeDecimals) {
  for (const Row& row : {Row{0, "0.000s"}, Row{1, "0.000000001s"}, Row{1'000'000, "0.001s"},
                         Row{18'214'000'000, "18.214s"}, Row{10'000'000'001, "10.000000001s"},
                         Row{60'000'000'000, "60.000s"}, Row{1'234'560'000, "1.23456s"},
                         Row{kMost, "9223372036.854775807s"}}) {
    EXPECT_EQ(to_text(SimTime{row.ns}), row.text);
  }
}

TEST(TimeText, SpansUseTheLargestUnit) {
  for (const Row& row :
       {Row{0, "0s"}, Row{1, "1ns"}, Row{999, "999ns"}, Row{1'500, "1.5us"},
        Row{250'000'000, "250ms"}, Row{8'000'000'000, "8s"}, Row{1'000'001, "1.000001ms"},
        Row{90'000'000'000, "90s"}, Row{-1'500, "-1.5us"}, Row{kMost, "9223372036.854775807s"},
        Row{-kMost - 1, "-9223372036.854775808s"}}) {
    EXPECT_EQ(to_text(Duration{row.ns}), row.text);
  }
}

TEST(TimeArithmetic, Works) {
  EXPECT_EQ(SimTime{5} + milliseconds(1), SimTime{1'000'005});
  EXPECT_EQ(SimTime{5} - SimTime{7}, Duration{-2});
  EXPECT_EQ(SimTime{5} + Duration{-5}, SimTime{0});
  EXPECT_EQ(seconds(1), milliseconds(1000));
  EXPECT_EQ(microseconds(3) * 2 / 3, nanoseconds(2000));
  EXPECT_LT(SimTime{1}, kNever);
}

TEST(TimeArithmetic, SaturatesAtTheEndOfTime) {
  EXPECT_EQ(SimTime{1} + Duration{kMost}, kNever);
  EXPECT_EQ(kNever + Duration{1}, kNever);
  EXPECT_EQ(kNever + Duration{0}, kNever);
  EXPECT_EQ(SimTime{kMost - 1} + Duration{1}, kNever);
  EXPECT_EQ(SimTime{0} + Duration{kMost}, kNever);
}

TEST(TimeoutTest, IsNoWaitForeverOrASpan) {
  EXPECT_TRUE(Timeout::no_wait().is_no_wait());
  EXPECT_TRUE(Timeout::forever().is_forever());
  EXPECT_FALSE(Timeout::forever().is_no_wait());
  EXPECT_TRUE(Timeout::after(Duration{0}).is_no_wait());
  EXPECT_TRUE(Timeout::after(Duration{-1}).is_no_wait()) << "not forever";
  EXPECT_EQ(Timeout::after(seconds(3)).span(), seconds(3));
  EXPECT_FALSE(Timeout::after(seconds(3)).is_forever());
}

}  // namespace
}  // namespace flapjack
