// SPDX-License-Identifier: Apache-2.0
#include "scenarios/units.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

struct Accepted {
  const char* text;
  std::int64_t value;
};

TEST(Units, TakesDurationsExactly) {
  constexpr Accepted kCases[] = {{"0s", 0},
                                 {"500ns", 500},
                                 {"10us", 10'000},
                                 {"250ms", 250'000'000},
                                 {"1.5s", 1'500'000'000},
                                 {"2min", 120'000'000'000},
                                 {"1h", 3'600'000'000'000},
                                 {"0.000000001s", 1},
                                 {"0.100000000000000000000s", 100'000'000},
                                 {"007ms", 7'000'000},
                                 {"0.5min", 30'000'000'000}};
  for (const Accepted& c : kCases) {
    const auto d = parse_duration(c.text);
    ASSERT_TRUE(d.ok()) << c.text;
    EXPECT_EQ(d.value().ns, c.value) << c.text;
  }
}

TEST(Units, TakesRatesSizesAndProbabilities) {
  constexpr Accepted kRates[] = {{"300kbit/s", 300'000}, {"10Mbit/s", 10'000'000},
                                 {"1.5Gbit/s", 1'500'000'000}, {"10MB/s", 80'000'000},
                                 {"1bit/s", 1}, {"0.5B/s", 4}};
  for (const Accepted& c : kRates) EXPECT_EQ(parse_rate(c.text).value(), c.value) << c.text;
  constexpr Accepted kSizes[] = {{"64B", 64}, {"1500B", 1500}, {"256KiB", 262'144},
                                 {"1MB", 1'000'000}, {"0.5kB", 500}, {"0B", 0}};
  for (const Accepted& c : kSizes) EXPECT_EQ(parse_size(c.text).value(), c.value) << c.text;
  constexpr Accepted kShares[] = {{"0%", 0}, {"0.5%", 5'000'000}, {"100%", kPpbOne},
                                  {"0.0000001%", 1}};
  for (const Accepted& c : kShares) EXPECT_EQ(parse_probability(c.text).value(), c.value);
}

struct Refused {
  const char* text;
  const char* code;
  const char* message;
  const char* help;
};

template <class V, std::size_t N>
void expect_refused(Parsed<V> (*parse)(std::string_view), const Refused (&cases)[N]) {
  for (const Refused& c : cases) {
    const auto v = parse(c.text);
    ASSERT_FALSE(v.ok()) << c.text;
    EXPECT_EQ(v.error().code, c.code) << c.text;
    EXPECT_EQ(v.error().message, c.message) << c.text;
    EXPECT_EQ(v.error().help, c.help) << c.text;
  }
}

TEST(Units, RefusesDurationsWithAReason) {
  constexpr Refused kCases[] = {
      {"2", "F0201", "a duration needs a unit", "write \"2ms\" or \"2s\""},
      {"0", "F0201", "a duration needs a unit", "write \"0s\""},
      {"1m", "F0202", "\"1m\" is ambiguous: minutes, or a thousandth?",
       "write \"1min\" or \"1ms\""},
      {"1 s", "F0201", "no space between number and unit", "write \"1s\""},
      {"10µs", "F0201", "unknown unit \"µs\" of a duration", "write \"10us\""},
      {"1sec", "F0201", "unknown unit \"sec\" of a duration", "units are ns us ms s min h"},
      {"soon", "F0209", "\"soon\" is not a duration", "write a duration like \"250ms\""},
      {"", "F0209", "\"\" is not a duration", "write a duration like \"250ms\""},
      {".5s", "F0209", "\".5s\" is not a duration", "write a duration like \"250ms\""},
      {"0.5ns", "F0207", "\"0.5ns\" is finer than 1 ns", ""},
      {"-1s", "F0207", "a duration cannot be negative", ""},
      {"99999999999h", "F0207", "\"99999999999h\" is too large", ""},
      {"99999999999999999999999s", "F0207", "\"99999999999999999999999s\" is too large", ""},
      {"1000000h", "F0207", "\"1000000h\" is longer than 30 years", ""}};
  expect_refused(&parse_duration, kCases);
}

TEST(Units, RefusesRatesSizesAndProbabilitiesWithAReason) {
  constexpr Refused kRates[] = {
      {"10mbps", "F0203", "\"10mbps\" is ambiguous: tc reads it as megabytes, ns-3 as megabits",
       "write \"10Mbit/s\" or \"10MB/s\""},
      {"10Mbps", "F0203", "\"10Mbps\" is ambiguous: tc reads it as megabytes, ns-3 as megabits",
       "write \"10Mbit/s\" or \"10MB/s\""},
      {"9.6kbps", "F0203", "\"9.6kbps\" is ambiguous: tc reads it as kilobytes, ns-3 as kilobits",
       "write \"9.6kbit/s\" or \"9.6kB/s\""},
      {"10", "F0203", "a rate needs a unit", "write \"10kbit/s\" or \"10Mbit/s\""},
      {"10Mbit", "F0203", "a rate is per second", "write \"10Mbit/s\""},
      {"0bit/s", "F0207", "a rate must be above 0",
       "leave \"rate\" out for no limit; \"carrier_down\" stops a link"},
      {"0.5bit/s", "F0207", "\"0.5bit/s\" is finer than 1 bit/s", ""}};
  expect_refused(&parse_rate, kRates);
  constexpr Refused kSizes[] = {{"1500", "F0204", "a size needs a unit", "write \"1500B\""},
                                {"1KB", "F0204", "unknown unit \"KB\" of a size",
                                 "units are B kB MB GB KiB MiB GiB"}};
  expect_refused(&parse_size, kSizes);
  constexpr Refused kShares[] = {
      {"0.5", "F0205", "\"0.5\" is ambiguous: half, or half a percent?",
       "write \"50%\" or \"0.5%\""},
      {"0.25", "F0205", "\"0.25\" is ambiguous: a share of one, or a percentage?",
       "write \"25%\" or \"0.25%\""},
      {"30", "F0205", "\"30\" is ambiguous: a share of one, or a percentage?", "write \"30%\""},
      {"101%", "F0207", "\"101%\" is more than 100%", ""},
      {"-1%", "F0207", "a probability cannot be negative", ""}};
  expect_refused(&parse_probability, kShares);
}

TEST(Units, TakesBackOffRanges) {
  EXPECT_EQ(parse_duration_range("5s..2min").value(),
            (DurationRange{seconds(5), seconds(120)}));
  EXPECT_EQ(parse_duration_range("3s").value(), (DurationRange{seconds(3), seconds(3)}));
  for (const char* bad : {"2min..5s", "0s..5s", "5s..", "..5s", "5..10s", "5s...6s"}) {
    EXPECT_FALSE(parse_duration_range(bad).ok()) << bad;
  }
}

TEST(Units, NormalisesWithoutKnowingTheKind) {
  EXPECT_EQ(normalised_quantity("100ms"), 100'000'000);
  EXPECT_EQ(normalised_quantity("100000000"), 100'000'000);
  EXPECT_EQ(normalised_quantity("64B"), 64);
  EXPECT_EQ(normalised_quantity("-22"), -22);
  for (const char* text : {"wifi0", "192.0.2.1", "1m", "", "1.5", "0x10"}) {
    EXPECT_EQ(normalised_quantity(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flapjack
