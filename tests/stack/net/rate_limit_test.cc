// SPDX-License-Identifier: Apache-2.0
// The token bucket: a burst, then one token each interval, never more.
#include "stack/net/rate_limit.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

SimTime at_ms(std::int64_t ms) { return SimTime{} + milliseconds(ms); }

TEST(RateLimit, ABurstThenOneATokenTime) {
  RateLimit limit({.per_second = 10, .burst = 3});
  struct {
    std::int64_t ms;
    bool allowed;
  } const rows[] = {{0, true},    {0, true},    {0, true},     {0, false},   {99, false},
                    {100, true},  {199, false}, {200, true},   {1000, true}, {1000, true},
                    {1000, true}, {1000, false}};
  for (const auto& row : rows) EXPECT_EQ(limit.take(at_ms(row.ms)), row.allowed) << row.ms;
}

TEST(RateLimit, OneAtATime) {
  RateLimit limit({.per_second = 1, .burst = 1});
  EXPECT_TRUE(limit.take(at_ms(0)));
  EXPECT_FALSE(limit.take(at_ms(999)));
  EXPECT_TRUE(limit.take(at_ms(1000)));
}

TEST(RateLimit, WithoutALimitEverythingGoes) {
  RateLimit limit({});
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.take(at_ms(0)));
}

// Whatever is asked for: in any second no more than burst + rate.
TEST(RateLimit, NeverMoreThanItsRate) {
  RateLimit limit({.per_second = 7, .burst = 5});
  int taken = 0;
  for (std::int64_t ms = 0; ms < 10'000; ++ms) taken += limit.take(at_ms(ms));
  EXPECT_GE(taken, 70);
  EXPECT_LE(taken, 75);
}

}  // namespace
}  // namespace flapjack
