// SPDX-License-Identifier: Apache-2.0
// Fixed point against the machine's long double. The reference is only for the test: no result of
// the project depends on floating point.
#include "stack/sim/fixed_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

long double real(std::int64_t q32) {
  return std::ldexp(static_cast<long double>(q32), -32);
}

// Within one millionth, or within what the last bits can say.
void expect_close(std::int64_t got, long double want, std::int64_t input) {
  const long double allowed = std::max(std::fabs(want) * 1e-6L, 4e-9L);
  EXPECT_LE(std::fabs(real(got) - want), allowed) << "of " << input;
}

TEST(FixedMath, LogarithmAgreesWithTheReference) {
  RandomStream draw = Rng(1).stream("ln");
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t x = (draw.next() >> draw.below(64)) | 1;
    const long double want = std::log(std::ldexp(static_cast<long double>(x), -32));
    expect_close(fixed::ln(x), want, static_cast<std::int64_t>(x));
  }
  EXPECT_EQ(fixed::ln(std::uint64_t{fixed::kOne}), 0);
  expect_close(fixed::ln(1), -32 * std::log(2.0L), 1);
  expect_close(fixed::ln(~std::uint64_t{0}), 32 * std::log(2.0L), -1);
}

TEST(FixedMath, ExponentialAgreesWithTheReference) {
  RandomStream draw = Rng(1).stream("exp");
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t x = draw.between(-25 * fixed::kOne, 31 * fixed::kLn2 - 1);
    expect_close(fixed::exp(x), std::exp(real(x)), x);
  }
  EXPECT_EQ(fixed::exp(0), fixed::kOne);
}

TEST(FixedMath, ExponentialSaturatesWhereTheResultDoesNotFit) {
  EXPECT_EQ(fixed::exp(31 * fixed::kLn2 + fixed::kOne), kMost);
  EXPECT_EQ(fixed::exp(kMost), kMost);
  EXPECT_EQ(fixed::exp(kLeast), 0);
  expect_close(fixed::exp(30 * fixed::kLn2 + 1000), std::exp(real(30 * fixed::kLn2 + 1000)), 0);
}

TEST(FixedMath, SquareRootIsTheLargestThatFits) {
  RandomStream draw = Rng(1).stream("sqrt");
  for (int i = 0; i < 20'000; ++i) {
    const auto x = static_cast<std::int64_t>(draw.next() >> (1 + draw.below(63)));
    expect_close(fixed::sqrt(x), std::sqrt(real(x)), x);
  }
  EXPECT_EQ(fixed::sqrt(0), 0);
  EXPECT_EQ(fixed::sqrt(4 * fixed::kOne), 2 * fixed::kOne);
  expect_close(fixed::sqrt(kMost), std::sqrt(real(kMost)), kMost);
}

TEST(FixedMath, ProductAndQuotientSaturate) {
  EXPECT_EQ(fixed::mul(3 * fixed::kOne, fixed::kOne / 2), 3 * fixed::kOne / 2);
  EXPECT_EQ(fixed::mul(-1, 1), -1) << "towards minus infinity";
  EXPECT_EQ(fixed::mul(kMost, kMost), kMost);
  EXPECT_EQ(fixed::mul(kMost, kLeast), kLeast);
  EXPECT_EQ(fixed::div(3 * fixed::kOne, 2 * fixed::kOne), 3 * fixed::kOne / 2);
  EXPECT_EQ(fixed::div(kMost, 1), kMost);
  EXPECT_EQ(fixed::div(kMost, -1), kLeast);
  EXPECT_EQ(fixed::div(-fixed::kOne, 3 * fixed::kOne), -fixed::kOne / 3);
}

}  // namespace
}  // namespace flapjack
