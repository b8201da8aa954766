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
    {"from_its_own_message",
     R"({"delivered": "dev.ping", "is": "== 100%", "from": "dev.ping sent seq=7"})", true,
     "dev.ping delivered == 100%, from dev.ping sent seq=7", "100% (4 of 4)"},
    {"from_an_answer",
     R"({"delivered": "dev.ping", "is": "== 100%", "from": "dev.ping acked seq=7"})", true,
     "dev.ping delivered == 100%, from dev.ping acked seq=7", "100% (3 of 3)"},
    {"never_opened",
     R"({"delivered": "dev.ping", "is": "<= 100%", "from": "srv.eth0 IF_ADMIN_DOWN"})", false,
     "dev.ping delivered <= 100%, from srv.eth0 IF_ADMIN_DOWN",
     "the window never opened: nothing was \"srv.eth0 IF_ADMIN_DOWN\""},
    {"counter_never_opened",
     R"({"counter": "dev.eth0.down_count", "is": 0, "from": "dev.ping lost seq=9 + 1s"})", false,
     "dev.eth0.down_count == 0, from dev.ping lost seq=9 + 1s",
     "the window never opened: nothing was \"dev.ping lost seq=9\""},
    {"counter_opened_too_late",
     R"({"counter": "dev.eth0.down_count", "is": 0, "from": "dev.eth0 IF_DOWN + 8s"})", false,
     "dev.eth0.down_count == 0, from dev.eth0 IF_DOWN + 8s",
     "the window never opened: \"dev.eth0 IF_DOWN\" came, but the run ended before its time had "
     "passed"},
    {"counter_never_closed",
     R"({"counter": "dev.eth0.down_count", "is": 1, "to": "dev.ping lost seq=9"})", true,
     "dev.eth0.down_count == 1, by dev.ping lost seq=9", "1"},
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

// Answers that come in the window to what was sent before it are not of it: a second's worth of
// them is set free at 2.05 s, and nothing comes through from 2.06 s on.
TEST(ExpectMeasure, AnswersToEarlierMessagesAreNotOfTheWindow) {
  const Ran ran(pair_scenario(R"(, "timeline": [
      { "at": "1.05s", "hold": "wire", "for": "1s" }, { "at": "2.06s", "black_hole": "wire" } ],
    "expect": [
      { "delivered": "dev.ping", "is": "== 0%", "from": "2.04s" },
      { "delivered": "dev.ping", "is": "== 0", "from": "2.04s" },
      { "delivered": "dev.ping", "is": "== 0%", "from": "2.04s", "to": "2.3s" },
      { "delivered": "dev.ping", "is": "== 100%", "from": "1.04s", "to": "2.07s" } ])",
                              R"(, "every": "100ms", "wait": "5s")"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result(0).actual, "0% (0 of 79)");
  EXPECT_EQ(ran.result(1).actual, "0 of 79");
  EXPECT_EQ(ran.result(2).actual, "0% (0 of 3)");
  EXPECT_EQ(ran.result(3).actual, "100% (10 of 10)");
  EXPECT_TRUE(ran.passed());
}

// Queries have no number in their records: the app knows which one was answered.
TEST(ExpectMeasure, AnswersToEarlierQueriesAreNotOfTheWindow) {
  const Ran ran(R"({ "until": "5s", "nodes": {
    "dev": { "dns": ["10.0.0.53"], "ifaces": { "e": { "ipv4": "10.0.0.2/24" } },
      "apps": { "ask": { "dns_query": "a.example", "from": "1s", "wait": "1.9s" } } },
    "gw": { "ifaces": { "e": { "ipv4": "10.0.0.53/24" } },
            "services": { "n": { "delay": "900ms", "dns": { "a.example": "203.0.113.7" } } } } },
    "links": { "w": { "between": ["dev.e", "gw.e"] } },
    "expect": [ { "delivered": "dev.ask", "is": "<= 100%", "from": "1.5s", "to": "2.95s" },
                { "delivered": "dev.ask", "is": "<= 100%", "from": "2s", "to": "2.95s" },
                { "delivered": "dev.ask", "is": "<= 100%", "from": "2.001s", "to": "3.5s" },
                { "delivered": "dev.ask", "is": ">= 1%" } ] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result(0).actual, "100% (1 of 1)");
  EXPECT_EQ(ran.result(1).actual, "100% (1 of 1)");
  EXPECT_EQ(ran.result(2).actual, "0% (0 of 1)");
  EXPECT_EQ(ran.result(3).actual, "100% (4 of 4)");
}

// At an event a counter is read as it is told; at a time before all of the instant, or behind it.
TEST(ExpectMeasure, ACounterIsReadAtTheEdgesOfItsWindow) {
  struct Edge {
    const char* counter;
    const char* window;
    int value;
  };
  const Edge edges[] = {
      {"down_count", R"("from": "dev.eth0 IF_ADMIN_DOWN")", 2},
      {"down_count", R"("to": "dev.eth0 IF_ADMIN_DOWN")", 0},
      {"down_count", R"("from": "dev.eth0 IF_ADMIN_DOWN", "to": "dev.eth0 IF_DOWN")", 1},
      {"down_count", R"("from": "3s", "to": "3s")", 1},
      {"down_count", R"("to": "2999999999ns")", 0},
      {"down_count", R"("from": "3000000001ns")", 1},
      {"down_count", R"("from": "3s")", 2},
      {"up_count", R"("from": "4s", "to": "4s")", 1},
      {"down_count", R"("from": "4s", "to": "4s")", 1},
      // a time behind an event is a time as any other
      {"down_count", R"("from": "dev.eth0 IF_ADMIN_DOWN + 1s")", 1},
      {"up_count", R"("from": "dev.eth0 IF_ADMIN_DOWN + 1s")", 2},
      {"down_count", R"("to": "dev.eth0 IF_ADMIN_DOWN + 1s")", 2},
  };
  std::string expect;
  for (const Edge& edge : edges) {
    expect += std::string(R"({ "counter": "dev.eth0.)") + edge.counter + R"(", "is": )" +
              std::to_string(edge.value) + ", " + edge.window + " },\n";
  }
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "3s", "admin_down": "dev.eth0" }, { "at": "4s", "admin_up": "dev.eth0" },
    { "at": "4s", "carrier_down": "dev.eth0", "for": "500ms" } ],
    "expect": [)" + expect + "]"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& result : ran.report->expectations) {
    EXPECT_TRUE(result.pass) << result.expected << ": " << result.actual;
  }
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
