// SPDX-License-Identifier: Apache-2.0
// eventually, never, whenever, and the edges of windows: small stories with verdicts and texts.
#include "scenarios/expectation.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* name;
  std::string steps;
  const char* expect;
  bool pass;
  const char* actual;
  const char* nearest;
};

// One flap: IF_DOWN at 2s, IF_UP at 3s. IF_UP of both is at 0s, too.
const std::string kFlap = flap("a", "2s", "1s");

std::vector<Row> presence_rows() {
  return {
      {"seen", kFlap, R"({"eventually": "d.a IF_DOWN"})", true, "d.a IF_DOWN at 2.000s",
       "d.a IF_DOWN at 2.000s"},
      {"first_instant", kFlap, R"({"eventually": "d.a IF_DOWN", "from": "2s"})", true,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"last_instant", kFlap, R"({"eventually": "d.a IF_DOWN", "by": "2s"})", true,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"one_instant", kFlap, R"({"eventually": "d.a IF_DOWN", "from": "2s", "to": "2s"})", true,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"too_early", kFlap, R"({"eventually": "d.a IF_DOWN", "from": "2.000000001s"})", false,
       "none", "d.a IF_DOWN at 2.000s (1ns early)"},
      {"too_late", kFlap, R"({"eventually": "d.a IF_DOWN", "by": "1.5s"})", false, "none",
       "d.a IF_DOWN at 2.000s (500ms late)"},
      {"nearer_is_early", flap("a", "2s", "1s") + flap("a", "8s", "1s"),
       R"({"eventually": "d.a IF_DOWN", "from": "3s", "by": "6s"})", false, "none",
       "d.a IF_DOWN at 2.000s (1s early)"},
      {"nearer_is_late", flap("a", "2s", "1s") + flap("a", "8s", "1s"),
       R"({"eventually": "d.a IF_DOWN", "from": "5s", "by": "6s"})", false, "none",
       "d.a IF_DOWN at 8.000s (2s late)"},
      {"nothing_near", "", R"({"eventually": "d.a IF_DOWN"})", false, "none", ""},
      {"never_at_all", "", R"({"never": "d.a IF_DOWN"})", true, "none", ""},
      {"never_at_first_instant", kFlap, R"({"never": "d.a IF_DOWN", "from": "2s"})", false,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"never_at_last_instant", kFlap, R"({"never": "d.a IF_DOWN", "to": "2s"})", false,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"never_outside", kFlap, R"({"never": "d.a IF_DOWN", "from": "2.000000001s"})", true, "none",
       ""},
      {"other_iface", kFlap, R"({"never": "d.b IF_DOWN"})", true, "none", ""},
      {"wildcard", kFlap, R"({"eventually": "d.* IF_DOWN"})", true, "d.a IF_DOWN at 2.000s",
       "d.a IF_DOWN at 2.000s"},
  };
}

std::vector<Row> edge_rows() {
  const std::string two = flap("a", "2s", "1s") + flap("a", "5s", "1s");
  return {
      {"from_pattern", kFlap, R"({"eventually": "d.a IF_UP", "from": "d.a IF_DOWN"})", true,
       "d.a IF_UP at 3.000s", "d.a IF_UP at 3.000s"},
      {"from_pattern_includes_it", kFlap,
       R"({"eventually": "d.a IF_DOWN", "from": "d.a IF_DOWN"})", true, "d.a IF_DOWN at 2.000s",
       "d.a IF_DOWN at 2.000s"},
      {"from_pattern_plus_hits", kFlap,
       R"({"eventually": "d.a IF_UP", "from": "d.a IF_DOWN + 1s"})", true, "d.a IF_UP at 3.000s",
       "d.a IF_UP at 3.000s"},
      {"from_pattern_plus_misses", kFlap,
       R"({"eventually": "d.a IF_UP", "from": "d.a IF_DOWN + 1000000001ns"})", false, "none",
       "d.a IF_UP at 3.000s (1ns early)"},
      {"by_pattern_plus_hits", kFlap, R"({"never": "d.a IF_UP", "from": "1s",
                                          "by": "d.a IF_DOWN + 1s"})", false,
       "d.a IF_UP at 3.000s", "d.a IF_UP at 3.000s"},
      {"by_pattern_plus_misses", kFlap, R"({"never": "d.a IF_UP", "from": "1s",
                                            "by": "d.a IF_DOWN + 999ms"})", true, "none", ""},
      {"never_opened", kFlap, R"({"eventually": "d.a IF_DOWN", "from": "d.b IF_DOWN"})", false,
       "none", "d.a IF_DOWN at 2.000s, but the window never opened"},
      {"never_in_what_never_opened", kFlap, R"({"never": "d.a IF_DOWN", "from": "d.b IF_DOWN"})",
       true, "none", ""},
      {"never_closed", kFlap, R"({"eventually": "d.a IF_DOWN", "by": "d.b IF_DOWN"})", true,
       "d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      // IF_UP at 0s is long gone when the window opens; the one at 3s closes it
      {"closed_after_it_opened", two,
       R"({"never": "d.a IF_DOWN", "from": "2.5s", "to": "d.a IF_UP"})", true, "none", ""},
      {"pattern_to_pattern", two,
       R"({"eventually": "d.a IF_UP", "from": "d.a IF_DOWN", "to": "d.a IF_UP"})", true,
       "d.a IF_UP at 3.000s", "d.a IF_UP at 3.000s"},
      {"from_one_to_the_next", two,
       R"({"eventually": "d.a IF_UP", "from": "d.a IF_DOWN", "to": "d.a IF_DOWN"})", true,
       "d.a IF_UP at 3.000s", "d.a IF_UP at 3.000s"},
      {"time_to_pattern", two, R"({"eventually": "d.a IF_DOWN", "from": "2.5s",
                                   "to": "d.a IF_UP"})", false, "none",
       "d.a IF_DOWN at 2.000s (500ms early)"},
  };
}

std::vector<Row> whenever_rows() {
  const std::string late = "{ \"on\": \"d.a IF_DOWN\", \"after\": \"0ns\", \"carrier_down\": "
                           "\"d.b\", \"for\": \"1s\" },";
  return {
      {"within", kFlap, R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "1s"})",
       true, "once", ""},
      {"just_not", kFlap,
       R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "999999999ns"})", false,
       "not after d.a IF_DOWN at 2.000s", "d.a IF_UP at 3.000s (1s after)"},
      {"no_cause", "", R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "1s"})",
       true, "0 times", ""},
      {"same_instant_after", kFlap + late,
       R"({"whenever": "d.a IF_DOWN", "then": "d.b IF_DOWN", "within": "0s"})", true, "once",
       ""},
      {"same_instant_before", kFlap + late,
       R"({"whenever": "d.b IF_DOWN", "then": "d.a IF_DOWN", "within": "0s"})", false,
       "not after d.b IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"never_itself", kFlap,
       R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_DOWN", "within": "9s"})", false,
       "not after d.a IF_DOWN at 2.000s", "d.a IF_DOWN at 2.000s"},
      {"open_at_the_end", flap("a", "9.5s", "2s"),
       R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "2s", "from": "1s"})", false,
       "not after d.a IF_DOWN at 9.500s", "d.a IF_UP at 0.000s"},
      {"effect_behind_the_window", flap("a", "2s", "2s"),
       R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "2s", "to": "3s"})", true,
       "once", ""},
      {"cause_outside_the_window", flap("a", "2s", "2s"),
       R"({"whenever": "d.a IF_DOWN", "then": "d.b IF_DOWN", "within": "1s", "from": "3s"})", true,
       "0 times", ""},
      {"one_effect_for_two", flap("a", "2s", "1s") + flap("b", "2.5s", "2s"),
       R"({"whenever": "d.* IF_DOWN", "then": "d.a IF_UP", "within": "1s"})", true, "2 times", ""},
      {"the_second_of_two", flap("a", "2s", "1s") + flap("a", "5s", "3s"),
       R"({"whenever": "d.a IF_DOWN", "then": "d.a IF_UP", "within": "2s"})", false,
       "not after d.a IF_DOWN at 5.000s", "d.a IF_UP at 8.000s (3s after)"},
  };
}

class ExpectationTable : public testing::TestWithParam<Row> {};

TEST_P(ExpectationTable, SaysWhatHappened) {
  const Row& row = GetParam();
  const Ran ran(flap_scenario(row.steps, row.expect));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result().pass, row.pass) << ran.result().actual;
  EXPECT_EQ(ran.passed(), row.pass);
  EXPECT_EQ(ran.result().actual, row.actual);
  EXPECT_EQ(ran.result().nearest, row.nearest);
}

std::string row_name(const testing::TestParamInfo<Row>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Presence, ExpectationTable, testing::ValuesIn(presence_rows()), row_name);
INSTANTIATE_TEST_SUITE_P(Edges, ExpectationTable, testing::ValuesIn(edge_rows()), row_name);
INSTANTIATE_TEST_SUITE_P(Whenever, ExpectationTable, testing::ValuesIn(whenever_rows()), row_name);

TEST(Expectation, SaysWhatItExpected) {
  const Ran ran(flap_scenario(
      kFlap, R"({"eventually": "d.b IF_DOWN", "from": "1s", "by": "d.a IF_DOWN + 250ms"},
                {"never": "d.a IF_DOWN"},
                {"whenever": "d.a IF_DOWN", "then": "d.b IF_DOWN", "within": "250ms"})"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result(0).expected, "d.b IF_DOWN from 1s by d.a IF_DOWN + 250ms");
  EXPECT_EQ(ran.result(1).expected, "no d.a IF_DOWN");
  EXPECT_EQ(ran.result(2).expected, "d.b IF_DOWN within 250ms of every d.a IF_DOWN");
  EXPECT_EQ(ran.report->verdict, RunVerdict::Fail);
}

// Patterns reach drops, hops and packets, too.
TEST(Expectation, SeesMoreThanEvents) {
  const Ran ran(pair_scenario(R"(,
    "timeline": [{ "at": "5.5s", "set_link": "wire", "loss": "100%" }],
    "expect": [
      { "eventually": "dev.eth0 arp_wait", "by": "1ms" },
      { "eventually": "wire dropped reason=loss", "from": "6s" },
      { "never": "wire dropped reason!=loss" },
      { "eventually": "dev > srv ARP" },
      { "eventually": "dev > srv UDP len=64 dport=7 link=wire" },
      { "never": "dev > srv UDP len!=64" },
      { "never": "srv > dev UDP", "from": "6s" },
      { "never": "dev > srv ICMP" } ])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) EXPECT_TRUE(r.pass) << r.spec->text;
}

}  // namespace
}  // namespace flapjack
