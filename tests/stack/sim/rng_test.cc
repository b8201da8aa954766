// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace flapjack {
namespace {

using testing::ElementsAre;
using Kind = DurationDistribution::Kind;

std::vector<std::uint64_t> first(RandomStream stream, int n) {
  std::vector<std::uint64_t> values;
  for (int i = 0; i < n; ++i) values.push_back(stream.next());
  return values;
}

TEST(RandomStreamTest, IsSplitMix64) {
  // the published first outputs for seed 1234567
  EXPECT_THAT(first(RandomStream(1234567), 5),
              ElementsAre(6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                          4593380528125082431u, 16408922859458223821u));
}

TEST(RngTest, AStreamDependsOnSeedAndNameOnly) {
  const Rng rng(42);
  RandomStream other = rng.stream("other");
  const auto before = first(rng.stream("air.loss"), 4);
  for (int i = 0; i < 1000; ++i) other.next();
  EXPECT_EQ(first(rng.stream("air.loss"), 4), before);
  EXPECT_EQ(first(Rng(42).stream("air.loss"), 4), before);
  EXPECT_NE(first(Rng(43).stream("air.loss"), 4), before);
  EXPECT_NE(first(rng.stream("air.delay"), 4), before);
  EXPECT_EQ(rng.seed(), 42u);
}

TEST(RngTest, ManyStreamsShareNoNumber) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (int name = 0; name < 50; ++name) {
      for (const std::uint64_t v : first(Rng(seed).stream("n" + std::to_string(name)), 20)) {
        EXPECT_TRUE(seen.insert(v).second);
      }
    }
  }
}

TEST(RngTest, StreamsOfOneSeedAreUncorrelated) {
  RandomStream a = Rng(7).stream("a"), b = Rng(7).stream("b");
  int equal_bits = 0;
  constexpr int kDraws = 10'000;
  for (int i = 0; i < kDraws; ++i) equal_bits += __builtin_popcountll(~(a.next() ^ b.next()));
  EXPECT_NEAR(equal_bits, kDraws * 32, 5 * std::sqrt(kDraws * 16.0));
}

TEST(RandomStreamTest, BelowAndBetweenStayInsideAndReachTheirEnds) {
  RandomStream draw = Rng(1).stream("x");
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts.at(draw.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(draw.between(-2, 2));
  EXPECT_THAT(seen, ElementsAre(-2, -1, 0, 1, 2));
  EXPECT_EQ(draw.below(1), 0u);
  EXPECT_EQ(draw.between(5, 5), 5);
  using Limits = std::numeric_limits<std::int64_t>;
  int negative = 0;
  for (int i = 0; i < 1000; ++i) negative += draw.between(Limits::min(), Limits::max()) < 0;
  EXPECT_NEAR(negative, 500, 100);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(draw.below(~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(RandomStreamTest, ChanceHitsAsOftenAsItSays) {
  RandomStream draw = Rng(1).stream("x");
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_FALSE(draw.chance(0));
    EXPECT_TRUE(draw.chance(1'000'000'000));
    hits += draw.chance(50'000'000);
  }
  EXPECT_NEAR(hits, 5'000, 350);
}

// What a distribution must give: mean and deviation in us, and the very first draws in ns for seed
// 1, which every compiler must repeat.
struct Shape {
  const char* name;
  DurationDistribution distribution;
  double mean_us, deviation_us;
  std::vector<std::int64_t> golden;
};
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.name;
}

class DistributionTest : public testing::TestWithParam<Shape> {};

TEST_P(DistributionTest, MeanAndDeviation) {
  RandomStream draw = Rng(20).stream("distribution");
  constexpr int kDraws = 200'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const auto us = static_cast<double>(GetParam().distribution.sample(draw).ns) / 1000;
    ASSERT_GE(us, 0);
    sum += us;
    squares += us * us;
  }
  const double mean = sum / kDraws;
  const double deviation = std::sqrt(std::max(0.0, squares / kDraws - mean * mean));
  EXPECT_NEAR(mean, GetParam().mean_us, 5 * GetParam().deviation_us / std::sqrt(kDraws) + 1e-3);
  EXPECT_NEAR(deviation, GetParam().deviation_us, GetParam().deviation_us * 0.05 + 1e-3);
}

TEST_P(DistributionTest, FirstDrawsAreGolden) {
  RandomStream draw = Rng(1).stream("golden");
  for (const std::int64_t want : GetParam().golden) {
    EXPECT_EQ(GetParam().distribution.sample(draw).ns, want);
  }
}

constexpr std::int64_t kBillion = 1'000'000'000;

DurationDistribution make(Kind kind, Duration a, Duration b = {}, std::int64_t shape_ppb = 0) {
  DurationDistribution d;
  d.kind = kind;
  d.a = a;
  d.b = b;
  d.shape_ppb = shape_ppb;
  return d;
}

DurationDistribution choice(std::vector<Duration> choices) {
  DurationDistribution d = make(Kind::Choice, {});
  d.choices = std::move(choices);
  return d;
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  const auto add = [&](const char* name, const DurationDistribution& d, double mean_us,
                       double deviation_us, std::vector<std::int64_t> golden) {
    all.push_back({name, d, mean_us, deviation_us, std::move(golden)});
  };
  add("fixed", make(Kind::Fixed, microseconds(7)), 7, 0, {7000, 7000});
  add("uniform", make(Kind::Uniform, microseconds(100), microseconds(300)), 200,
      200 / std::sqrt(12.0), {296522, 110082, 269121, 201769});
  add("normal", make(Kind::Normal, milliseconds(10), milliseconds(1)), 10'000, 1'000,
      {11214487, 9568518, 10095387, 11407602});
  add("exp", make(Kind::Exp, milliseconds(2)), 2'000, 2'000, {35094, 5974978, 335407, 1351217});
  // mean m e^(s^2/2), variance m^2 e^(s^2) (e^(s^2) - 1) with s = 0.5
  add("lognormal", make(Kind::Lognormal, milliseconds(1), {}, kBillion / 2), 1000 * std::exp(0.125),
      1000 * std::exp(0.125) * std::sqrt(std::expm1(0.25)), {1835365, 805944, 1048849, 2021422});
  // mean a m / (a - 1), variance m^2 a / ((a - 1)^2 (a - 2)) with a = 5
  add("pareto", make(Kind::Pareto, milliseconds(4), {}, 5 * kBillion), 5'000,
      4'000 * std::sqrt(5.0 / 48), {4014062, 7270260, 4136438, 4578704});
  add("choice", choice({microseconds(1), microseconds(3)}), 2, 1, {3000, 1000, 3000, 3000});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kinds, DistributionTest, testing::ValuesIn(shapes()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(DistributionEdges, DrawsBelowZeroCountAsZero) {
  const DurationDistribution wide = make(Kind::Normal, microseconds(1), seconds(1));
  RandomStream draw = Rng(1).stream("x");
  int zeros = 0;
  for (int i = 0; i < 1000; ++i) zeros += wide.sample(draw).ns == 0;
  EXPECT_NEAR(zeros, 500, 100);
}

TEST(DistributionEdges, ExtremeShapesStayInRange) {
  const Duration most{std::numeric_limits<std::int64_t>::max()};
  for (const DurationDistribution& d :
       {make(Kind::Pareto, seconds(1), {}, 1), make(Kind::Pareto, most, {}, kBillion),
        make(Kind::Lognormal, most, {}, 1'000 * kBillion), make(Kind::Normal, most, most),
        make(Kind::Exp, most)}) {
    RandomStream draw = Rng(1).stream("x");
    for (int i = 0; i < 2000; ++i) {
      const Duration got = d.sample(draw);
      ASSERT_GE(got.ns, 0);
      ASSERT_LE(got.ns, most.ns / 4);
      if (d.kind == Kind::Pareto) {
        ASSERT_GE(got.ns, std::min(d.a.ns, most.ns / 4));
      }
    }
  }
}

TEST(DistributionEdges, ZeroIsKnown) {
  EXPECT_TRUE(DurationDistribution{}.is_zero());
  EXPECT_FALSE(DurationDistribution::fixed(Duration{1}).is_zero());
}

}  // namespace
}  // namespace flapjack
