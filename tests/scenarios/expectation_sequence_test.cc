// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expect_sequence.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* name;
  const char* sequence;  // items and what follows the list
  bool pass;
  const char* expected;
  const char* actual;
  const char* nearest;
};

// a down 2s, b down 3s, a up 4s, b up 5s, a down 7s, a up 8s; both up at 0s.
const std::string kSteps = flap("a", "2s", "2s") + flap("b", "3s", "2s") + flap("a", "7s", "1s");

const Row kRows[] = {
    {"in_order", R"(["d.a IF_DOWN", "d.b IF_DOWN", "d.a IF_UP"])", true, "3 items in order",
     "all found", ""},
    {"others_between", R"(["d.a IF_DOWN", "d.b IF_UP", "d.a IF_UP"])", true, "3 items in order",
     "all found", ""},
    {"one_record_one_item", R"(["d.b IF_DOWN", "d.b IF_DOWN"])", false,
     "d.b IF_DOWN as item 2 of 2", "the last one found is d.b IF_DOWN at 3.000s",
     "d.b IF_DOWN at 3.000s"},
    {"wrong_order", R"(["d.b IF_UP", "d.b IF_DOWN"], "from": "1s")", false,
     "d.b IF_DOWN as item 2 of 2, from 1s", "the last one found is d.b IF_UP at 5.000s",
     "d.b IF_DOWN at 3.000s"},
    {"nothing_at_all", R"(["d L4_CONNECTED", "d.b IF_DOWN"])", false,
     "d L4_CONNECTED as item 1 of 2", "nothing of the sequence before it", ""},
    {"window_begins_too_late", R"(["d.a IF_DOWN", "d.b IF_DOWN"], "from": "2.5s")", false,
     "d.b IF_DOWN as item 2 of 2, from 2.5s", "the last one found is d.a IF_DOWN at 7.000s",
     "d.b IF_DOWN at 3.000s"},
    {"window_ends_too_early", R"(["d.a IF_DOWN", "d.b IF_DOWN"], "by": "2999ms")", false,
     "d.b IF_DOWN as item 2 of 2, by 2999ms", "the last one found is d.a IF_DOWN at 2.000s", ""},
    {"window_is_inclusive", R"(["d.a IF_DOWN", "d.b IF_DOWN"], "from": "2s", "by": "3s")", true,
     "2 items in order", "all found", ""},
    {"at_exact", R"([{"event": "d.a IF_DOWN", "at": "7s"}])", true, "1 item", "all found", ""},
    {"at_skips_others", R"(["d.a IF_DOWN", {"event": "d.a IF_DOWN", "at": "7s"}])", true,
     "2 items in order", "all found", ""},
    {"at_wrong", R"([{"event": "d.a IF_DOWN", "at": "6s"}])", false,
     "d.a IF_DOWN at 6s as item 1 of 1", "nothing of the sequence before it",
     "d.a IF_DOWN at 2.000s"},
    {"margin_reaches_later", R"([{"event": "d.a IF_DOWN", "at": "6.5s +- 500ms"}])", true,
     "1 item", "all found", ""},
    {"margin_reaches_earlier", R"([{"event": "d.a IF_DOWN", "at": "7.5s +- 500ms"}])", true,
     "1 item", "all found", ""},
    {"margin_just_not", R"([{"event": "d.a IF_DOWN", "at": "6.5s +- 499ms"}])", false,
     "d.a IF_DOWN at 6.5s +- 499ms as item 1 of 1", "nothing of the sequence before it",
     "d.a IF_DOWN at 2.000s"},
    {"next", R"(["d.a IF_DOWN", {"event": "d.b IF_DOWN", "next": true}])", true,
     "2 items in order", "all found", ""},
    {"next_not", R"(["d.a IF_DOWN", {"event": "d.b IF_UP", "next": true}])", false,
     "d.b IF_UP next as item 2 of 2", "the last one found is d.a IF_DOWN at 2.000s",
     "d.b IF_UP at 5.000s"},
    {"next_of_a_later_one", R"(["d.a IF_DOWN", {"event": "d.a IF_UP", "next": true}])", true,
     "2 items in order", "all found", ""},
    {"next_thrice", R"(["d.a IF_DOWN", {"event": "d.b IF_DOWN", "next": true},
      {"event": "d.a IF_UP", "next": true}, {"event": "d.b IF_UP", "next": true}, "d.a IF_UP"])",
     true, "5 items in order", "all found", ""},
    {"next_fails_in_the_middle", R"(["d.a IF_DOWN", {"event": "d.b IF_DOWN", "next": true},
      {"event": "d.b IF_UP", "next": true}])", false, "d.b IF_UP next as item 3 of 3",
     "the last one found is d.b IF_DOWN at 3.000s", "d.b IF_UP at 5.000s"},
    {"any_order", R"([{"any_order": ["d.b IF_DOWN", "d.a IF_DOWN"]}, "d.a IF_UP"])", true,
     "2 items in order", "all found", ""},
    {"any_order_needs_all", R"([{"any_order": ["d.b IF_DOWN", "d L4_CONNECTED"]}])", false,
     "d.b IF_DOWN and d L4_CONNECTED as item 1 of 1", "nothing of the sequence before it",
     "d.b IF_DOWN at 3.000s"},
    // d.* must leave b's to the other pattern, whichever comes first
    {"any_order_general_first", R"([{"any_order": ["d.* IF_DOWN", "d.b IF_DOWN"]}],
      "from": "2.5s", "to": "7s")", true, "1 item", "all found", ""},
    {"any_order_general_last", R"([{"any_order": ["d.a IF_DOWN", "d.* IF_DOWN"]}],
      "from": "2s", "to": "3s")", true, "1 item", "all found", ""},
    {"any_order_not_twice", R"([{"any_order": ["d.* IF_DOWN", "d.b IF_DOWN"]}],
      "from": "2.5s", "to": "6s")", false, "d.* IF_DOWN and d.b IF_DOWN as item 1 of 1, "
      "from 2.5s by 6s", "nothing of the sequence before it", "d.b IF_DOWN at 3.000s"},
    {"any_order_next", R"(["d.a IF_DOWN", {"any_order": ["d.a IF_UP", "d.b IF_DOWN"],
      "next": true}, {"event": "d.b IF_UP", "next": true}])", true, "3 items in order",
     "all found", ""},
    {"any_order_next_not", R"(["d.a IF_DOWN", {"any_order": ["d.b IF_UP", "d.b IF_DOWN"],
      "next": true}], "to": "6s")", false, "d.b IF_UP and d.b IF_DOWN next as item 2 of 2, by 6s",
     "the last one found is d.a IF_DOWN at 2.000s", "d.b IF_DOWN at 3.000s"},
    {"any_order_at", R"([{"any_order": [{"event": "d.a IF_DOWN", "at": "7s"}, "d.a IF_DOWN"]}])",
     true, "1 item", "all found", ""},
};

class SequenceTable : public testing::TestWithParam<Row> {};

TEST_P(SequenceTable, SaysWhatHappened) {
  const Row& row = GetParam();
  const Ran ran(flap_scenario(kSteps, std::string("{\"sequence\": ") + row.sequence + "}"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.result().pass, row.pass);
  EXPECT_EQ(ran.result().expected, row.expected);
  EXPECT_EQ(ran.result().actual, row.actual);
  EXPECT_EQ(ran.result().nearest, row.nearest);
}
INSTANTIATE_TEST_SUITE_P(All, SequenceTable, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

// What lies "next" is of the same class: packets between packets, hops between hops.
TEST(ExpectSequence, NextCountsItsOwnClass) {
  const Ran ran(pair_scenario(R"(,
    "timeline": [{ "at": "5.5s", "set_link": "wire", "loss": "100%" }],
    "expect": [
      { "sequence": ["dev > srv UDP", { "event": "srv > dev UDP", "next": true },
                     { "event": "dev > srv UDP", "next": true }] },
      { "sequence": ["dev.ping sent seq=1", { "event": "dev.ping acked seq=1", "next": true },
                     { "event": "dev.ping sent seq=2", "next": true }] },
      { "sequence": ["dev.eth0 driver_tx", { "event": "wire link_in", "next": true },
                     { "event": "wire dropped reason=loss", "next": true }], "from": "6s" },
      { "sequence": ["dev > srv ARP", { "event": "dev > srv UDP", "next": true }] },
      { "sequence": ["dev.eth0 driver_tx", { "event": "wire link_out", "next": true }] } ])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const std::size_t i : {0u, 1u, 2u}) EXPECT_TRUE(ran.result(i).pass) << ran.result(i).actual;
  EXPECT_FALSE(ran.result(3).pass);  // the answer to the request lies between
  EXPECT_FALSE(ran.result(4).pass);
}

// A pattern that fits very often must not make the search quadratic.
TEST(ExpectSequence, LongTraces) {
  const Ran ran(pair_scenario(R"(,
    "timeline": [{ "at": "1us", "set_link": "wire", "loss": "100%" }],
    "expect": [{ "sequence": ["dev.ping sent", { "event": "dev.ping acked", "next": true }] }])",
                              R"(, "every": "500us", "from": "1ms")"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_FALSE(ran.passed());
  EXPECT_EQ(ran.counts("dev.ping").sent, 19'998u);
}

}  // namespace
}  // namespace flapjack
