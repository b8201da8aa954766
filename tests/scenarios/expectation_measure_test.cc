// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expect_measure.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* name;
  const char* expect;
  bool pass;
  const char* expected;
  const char* actual;
};

// Ten pings from 0s to 9s; those of 3s, 4s and 5s find the cable out.
const Row kRows[] = {
    {"counter", R"({"counter": "dev.eth0.down_count", "is": "== 1"})", true,
     "dev.eth0.down_count == 1", "1"},
    {"counter_bare", R"({"counter": "dev.eth0.down_count", "is": 1})", true,
     "dev.eth0.down_count == 1", "1"},
    {"counter_fails", R"({"counter": "dev.eth0.down_count", "is": ">= 2"})", false,
     "dev.eth0.down_count >= 2", "1"},
    {"counter_before", R"({"counter": "dev.eth0.down_count", "is": "== 0", "to": "2.4s"})", true,
     "dev.eth0.down_count == 0, by 2.4s", "0"},
    {"counter_at_its_last_instant",
     R"({"counter": "dev.eth0.down_count", "is": "== 1", "to": "2.5s"})", true,
     "dev.eth0.down_count == 1, by 2.5s", "1"},
    {"counter_by_pattern",
     R"({"counter": "dev.eth0.down_count", "is": "== 1", "by": "dev.eth0 IF_DOWN"})", true,
     "dev.eth0.down_count == 1, by dev.eth0 IF_DOWN", "1"},
    {"counter_of_a_node", R"({"counter": "dev.mgmt_dropped", "is": "== 0"})", true,
     "dev.mgmt_dropped == 0", "0"},
    {"delivered", R"({"delivered": "dev.ping", "is": "== 70%"})", true,
     "dev.ping delivered == 70%", "70% (7 of 10)"},
    {"delivered_fails", R"({"delivered": "dev.ping", "is": ">= 70.5%"})", false,
     "dev.ping delivered >= 70.5%", "70% (7 of 10)"},
    {"delivered_margin", R"({"delivered": "dev.ping", "is": "72% +- 2%"})", true,
     "dev.ping delivered 72% +- 2%", "70% (7 of 10)"},
    {"delivered_by", R"({"delivered": "dev.ping", "is": "== 60%", "by": "4.5s"})", true,
     "dev.ping delivered == 60%, by 4.5s", "60% (3 of 5)"},
    {"delivered_count", R"({"delivered": "dev.ping", "is": "== 7"})", true,
     "dev.ping delivered == 7", "7 of 10"},
    {"counter_from", R"({"counter": "dev.eth0.down_count", "is": "== 0", "from": "2.6s"})", true,
     "dev.eth0.down_count == 0, from 2.6s", "0"},
    {"counter_from_its_instant",
     R"({"counter": "dev.eth0.down_count", "is": "== 1", "from": "2.5s"})", true,
     "dev.eth0.down_count == 1, from 2.5s", "1"},
    {"delivered_from_to",
     R"({"delivered": "dev.ping", "is": "== 50%", "from": "1.5s", "to": "3.5s"})", true,
     "dev.ping delivered == 50%, from 1.5s by 3.5s", "50% (1 of 2)"},
    {"third", R"({"delivered": "dev.ping", "is": ">= 100%", "by": "3.5s"})", false,
     "dev.ping delivered >= 100%, by 3.5s", "75% (3 of 4)"},
};

class MeasureTable : public testing::TestWithParam<Row> {};

TEST_P(MeasureTable, SaysTheNumber) {
  const Row& row = GetParam();
  const Ran ran(pair_scenario(
      std::string(R"(, "timeline": [{ "at": "2.5s", "carrier_down": "dev.eth0", "for": "3s" }],
                      "expect": [)") + row.expect + "]"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result().pass, row.pass) << ran.result().actual;
  EXPECT_EQ(ran.result().expected, row.expected);
  EXPECT_EQ(ran.result().actual, row.actual);
}
INSTANTIATE_TEST_SUITE_P(All, MeasureTable, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

// No share of nothing: neither a lower nor an upper bound holds.
TEST(ExpectMeasure, NothingSent) {
  const Ran ran(pair_scenario(R"(, "expect": [
      { "delivered": "dev.ping", "is": ">= 0%", "from": "5s" },
      { "delivered": "dev.ping", "is": "<= 100%", "from": "5s" },
      { "delivered": "dev.ping", "is": "== 0", "from": "5s" } ])",
                              R"(, "count": 1)"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_FALSE(ran.result(0).pass);
  EXPECT_FALSE(ran.result(1).pass);
  EXPECT_EQ(ran.result(0).actual, "nothing was sent");
  EXPECT_TRUE(ran.result(2).pass);
}

// With "from" the difference counts: read before the window's first instant, after its last.
TEST(ExpectMeasure, OnlyTheIncreaseWithinTheWindow) {
  ExpectSpec spec;
  spec.kind = ExpectKind::Counter;
  spec.counter = "n";
  spec.is.op = Comparison::Equal;
  spec.is.value = 3;
  std::int64_t value = 4;
  ExpectProbes probes;
  probes.counter = [&](const TargetRef&, const std::string&) { return value; };
  ExpectMeasure measure(spec, SimTime{} + seconds(9), probes);
  EXPECT_TRUE(measure.measures());
  measure.sample_open();
  value = 7;
  measure.sample_close();
  value = 100;  // behind the window
  EXPECT_EQ(measure.decide().actual, "3");
  EXPECT_TRUE(measure.decide().pass);
}

}  // namespace
}  // namespace flapjack
