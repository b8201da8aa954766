// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scenarios/units.h"

namespace flapjack {
namespace {

TEST(Distribution, ReadsEveryKindAndWritesItBack) {
  for (const char* text :
       {"normal(1200ms, 300ms)", "uniform(1s, 3s)", "exp(2s)", "lognormal(4s, 0.6)",
        "pareto(1s, 1.5)", "fixed(2s)", "choice(1s, 2s, 9s)"}) {
    const auto d = parse_distribution(text);
    ASSERT_TRUE(d.ok()) << text;
    EXPECT_EQ(to_text(parse_distribution(to_text(d.value())).value()), to_text(d.value()));
  }
  const DistributionSpec n = parse_distribution("normal(1.2s, 300ms)").value();
  EXPECT_EQ(n.a, milliseconds(1200));
  EXPECT_EQ(n.b, milliseconds(300));
  EXPECT_EQ(parse_distribution("lognormal(4s, 0.6)").value().shape_ppb, 600'000'000);
  EXPECT_EQ(parse_distribution("uniform(1s,3s)").value().b, seconds(3));
  EXPECT_EQ(parse_distribution("choice(1s, 2s, 9s)").value().choices.size(), 3u);
  const DistributionSpec fixed = parse_distribution("250ms").value();
  EXPECT_EQ(fixed.kind, DistributionKind::Fixed);
  EXPECT_EQ(fixed.a, milliseconds(250));
}

struct Refused {
  const char* text;
  const char* message;
  const char* help;
};

TEST(Distribution, RefusesWithAReason) {
  constexpr Refused kCases[] = {
      {"nromal(1s, 2s)", "unknown distribution \"nromal\"", "did you mean \"normal\"?"},
      {"normal", "\"normal\" needs its parameters", "write \"normal(1.2s, 300ms)\""},
      {"normal(1s)", "normal() takes 2 parameters", "write \"normal(1.2s, 300ms)\""},
      {"exp(1s, 2s)", "exp() takes 1 parameter", "write \"exp(2s)\""},
      {"uniform(3s, 1s)", "uniform() goes from the smaller to the larger value",
       "write \"uniform(1s, 3s)\""},
      {"lognormal(4s, 0.6s)", "\"0.6s\" is not a number above 0 without a unit",
       "write \"lognormal(4s, 0.6)\""},
      {"pareto(1s, 0)", "\"0\" is not a number above 0 without a unit",
       "write \"pareto(1s, 1.5)\""},
      {"normal(1s, 2s", "the closing \")\" is missing", "write \"normal(1.2s, 300ms)\""},
      {"2", "a duration needs a unit", "write \"2ms\" or \"2s\""},
      {"choice()", "\"\" is not a duration", "write a duration like \"250ms\""},
      {"", "unknown distribution \"\"",
       "known: fixed, uniform, normal, exp, lognormal, pareto, choice"}};
  for (const Refused& c : kCases) {
    const auto d = parse_distribution(c.text);
    ASSERT_FALSE(d.ok()) << c.text;
    EXPECT_EQ(d.error().message, c.message);
    EXPECT_EQ(d.error().help, c.help) << c.text;
  }
}

TEST(TimeMargin, ReadsBothSigns) {
  EXPECT_EQ(parse_time_margin("1s +- 100ms").value(),
            (TimeMargin{seconds(1), milliseconds(100)}));
  EXPECT_EQ(parse_time_margin("1s ± 100ms").value(), (TimeMargin{seconds(1), milliseconds(100)}));
  EXPECT_EQ(parse_time_margin("1s").value(), (TimeMargin{seconds(1), {}}));
  EXPECT_FALSE(parse_time_margin("1s +- 5").ok());
  EXPECT_FALSE(parse_time_margin("+- 5s").ok());
}

struct BoundCase {
  const char* text;
  const char* written;
  std::int64_t inside;
  std::int64_t outside;
};

TEST(Bound, HoldsOnlyInside) {
  constexpr BoundCase kCases[] = {
      {">= 95%", ">= 95%", 950'000'000, 949'999'999},
      {"== 0", "== 0", 0, 1},
      {"3", "== 3", 3, 4},
      {"<= 15s", "<= 15s", 15'000'000'000, 15'000'000'001},
      {"< 5", "< 5", 4, 5},
      {"> 5", "> 5", 6, 5},
      {"!= 5", "!= 5", 4, 5},
      {"270ms +- 70ms", "270ms +- 70ms", 340'000'000, 340'000'001},
      {"270ms ± 70ms", "270ms +- 70ms", 200'000'000, 199'999'999},
      {">=1.5%", ">= 1.5%", 15'000'000, 14'999'999},
      {"<= 64B", "<= 64B", 64, 65}};
  for (const BoundCase& c : kCases) {
    const auto b = parse_bound(c.text);
    ASSERT_TRUE(b.ok()) << c.text;
    EXPECT_EQ(to_text(b.value()), c.written);
    EXPECT_TRUE(b.value().holds(c.inside)) << c.text;
    EXPECT_FALSE(b.value().holds(c.outside)) << c.text;
  }
}

TEST(Bound, RefusesWhatIsNoBound) {
  for (const char* bad : {"", "many", ">=", ">= x", "= 5", ">= 5 +- 1", "5s +- 3", "1.5", "-3",
                          "5 +-", ">> 5", "10Mbps"}) {
    EXPECT_FALSE(parse_bound(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace flapjack
