// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

TEST(SpecExpect, TakesEveryFormOfItem) {
  const Loaded l(with_expect(R"({ "sequence": [
      "dev.wifi0 IF_UP",
      { "event": "dev L4_CONNECTED", "at": "5s +- 10ms", "next": true },
      { "any_order": ["dev.wifi0 IF_DOWN",
                      { "event": "dev L4_DISCONNECTED", "at": "9s" }] } ], "by": "20s" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const ExpectSpec& e = l.spec->expect.at(0);
  ASSERT_EQ(e.sequence.size(), 3u);
  EXPECT_TRUE(e.sequence[1].next);
  EXPECT_EQ(e.sequence[1].events.at(0).at->margin, milliseconds(10));
  EXPECT_TRUE(e.sequence[2].any_order);
  ASSERT_EQ(e.sequence[2].events.size(), 2u);
  EXPECT_EQ(e.sequence[2].events[1].at->value, seconds(9));
  EXPECT_EQ(e.text,
            "sequence [\"dev.wifi0 IF_UP\", next \"dev L4_CONNECTED\" at 5s +- 10ms, any order of "
            "[\"dev.wifi0 IF_DOWN\", \"dev L4_DISCONNECTED\" at 9s]] by 20s");
}

TEST(SpecExpect, ResolvesCountersAndApps) {
  const Loaded l(with_expect(R"({ "counter": "dev.wifi0.tx_packets", "is": ">= 1" },
                                { "counter": "air.tx_packets", "is": "== 0", "by": "5s" },
                                { "counter": "dev.telemetry.sent", "is": 3 },
                                { "delivered": "dev.telemetry", "is": "== 12" })"));
  EXPECT_EQ(l.brief(), "none");
  ASSERT_TRUE(l.spec);
  const auto& e = l.spec->expect;
  EXPECT_EQ(e[0].subject.path(), "dev.wifi0");
  EXPECT_EQ(e[0].counter, "tx_packets");
  EXPECT_EQ(e[1].subject.kind, TargetKind::Link);
  EXPECT_EQ(e[2].subject.kind, TargetKind::App);
  EXPECT_EQ(e[3].is.unit, BoundUnit::Count);
  EXPECT_EQ(e[0].text, "counter dev.wifi0.tx_packets is >= 1");
}

struct BadExpect {
  const char* text;
  const char* message;
  friend void PrintTo(const BadExpect& c, std::ostream* out) { *out << c.text; }
};

class BadExpects : public ::testing::TestWithParam<BadExpect> {};

TEST_P(BadExpects, AreRefusedOnce) {
  const Loaded l(with_expect(GetParam().text));
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadExpects,
    ::testing::Values(
        BadExpect{"{}", "8:14 F0102 this expectation does not say what must hold"},
        BadExpect{R"({ "nevr": "dev L4_CONNECTED" })",
                  "8:16 F0101 unknown expectation \"nevr\""},
        BadExpect{R"({ "always": "dev l4=connected" })",
                  "8:16 F0105 \"always\" is not supported yet"},
        BadExpect{R"({ "golden": true })", "8:16 F0105 \"golden\" is not supported yet"},
        BadExpect{R"({ "never": "dev L4_CONNECTED", "eventually": "dev L4_CONNECTED" })",
                  "8:14 F0102 an expectation says one thing, found \"never\" and \"eventually\""},
        BadExpect{R"({ "never": "dev L4_CONNECTED", "within": "1s" })",
                  "8:45 F0108 \"within\" does not go with \"never\""},
        BadExpect{R"({ "whenever": "dev L4_CONNECTED", "within": "1s" })",
                  "8:16 F0103 \"whenever\" needs \"then\""},
        BadExpect{R"({ "delivered": "dev.telemetry" })",
                  "8:16 F0103 \"delivered\" needs \"is\""},
        BadExpect{R"({ "delivered": "dev.telemetry", "is": ">= 1s" })",
                  "8:52 F0208 \"delivered\" is a percentage or a count"},
        BadExpect{R"({ "delivered": "dev.wifi0", "is": ">= 60%" })",
                  "8:29 F0302 \"dev.wifi0\" is an interface, but \"delivered\" takes an app"},
        BadExpect{R"({ "counter": "dev.wifi0.tx_packet", "is": "1" })",
                  "8:38 F0801 unknown counter \"tx_packet\""},
        BadExpect{R"({ "counter": "dev.tx_packets", "is": "1" })",
                  "8:28 F0302 \"dev\" is a node, but counter \"tx_packets\" takes an interface or "
                  "a link"},
        BadExpect{R"({ "counter": "dev.wifi0.tx_packets", "is": "50%" })",
                  "8:57 F0208 a counter is a number without a unit"},
        BadExpect{R"({ "counter": "dev.wifi0.tx_packets", "is": ">= 1 <= 4" })",
                  "8:57 F0208 \"1 <= 4\" is not one number"},
        BadExpect{R"({ "counter": "dev.wifi0.tx_packets", "is": "1e3" })",
                  "8:57 F0208 \"1e3\" is not one number"},
        BadExpect{R"({ "counter": "dev.wifi0.tx_packets", "is": "2..4" })",
                  "8:57 F0208 \"2..4\" is not one number"},
        BadExpect{R"({ "sequence": [] })", "8:28 F0107 an empty sequence"},
        BadExpect{R"({ "sequence": [{ "next": true }] })",
                  "8:29 F0102 an item needs either \"event\" or \"any_order\""},
        BadExpect{R"({ "sequence": [{ "event": "dev L4_CONNECTED", "at": "5" }] })",
                  "8:66 F0201 a duration needs a unit"},
        BadExpect{R"({ "sequence": "dev L4_CONNECTED" })",
                  "8:28 F0104 expected an array, found a string"}));

}  // namespace
}  // namespace flapjack
