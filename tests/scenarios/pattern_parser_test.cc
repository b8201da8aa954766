// SPDX-License-Identifier: Apache-2.0
// What is said about wrong patterns, and windows.
#include "scenarios/pattern_parser.h"

#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

struct BadPattern {
  const char* text;
  const char* message;
  const char* help;
  friend void PrintTo(const BadPattern& c, std::ostream* out) { *out << c.text; }
};

class BadPatterns : public ::testing::TestWithParam<BadPattern> {};

TEST_P(BadPatterns, NameThePlaceInsideTheText) {
  const Loaded l(with_expect(std::string("{ \"never\": \"") + GetParam().text + "\" }"));
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
  EXPECT_EQ(l.first().help, GetParam().help);
}

// The text begins at column 27: `  "expect": [{ "never": "`.
INSTANTIATE_TEST_SUITE_P(
    All, BadPatterns,
    ::testing::Values(
        BadPattern{"dev.wifi0 IF_UPP", "8:36 F0701 unknown event \"IF_UPP\"",
                   "did you mean \"IF_UP\"?"},
        BadPattern{"dev.wifi0 NET_EVENT_IF_UP", "8:36 F0701 unknown event \"NET_EVENT_IF_UP\"",
                   "write \"IF_UP\""},
        BadPattern{"dev IF_UP",
                   "8:26 F0704 IF_UP is an event of an interface, \"dev\" is a node",
                   "write \"dev.wifi0 IF_UP\""},
        BadPattern{"dev.wifi0 L4_CONNECTED",
                   "8:26 F0704 L4_CONNECTED is an event of a node, \"dev.wifi0\" is an interface",
                   "write \"dev L4_CONNECTED\""},
        BadPattern{"dev.wlan0 IF_UP", "8:26 F0301 node \"dev\" has no interface or app or "
                   "service or agent \"wlan0\"",
                   "dev has: wifi0 (declared at 3:26), telemetry (declared at 4:24)"},
        BadPattern{"dev L4_CONNECTED ifcae=wifi0",
                   "8:43 F0702 L4_CONNECTED has no attribute \"ifcae\"",
                   "did you mean \"iface\"?"},
        BadPattern{"dev.wifi0 IF_UP iface=wifi0", "8:42 F0702 IF_UP has no attribute \"iface\"",
                   "IF_UP has no attributes"},
        BadPattern{"dev L4_CONNECTED wifi0", "8:43 F0703 expected key=value, found \"wifi0\"",
                   "write \"iface=wifi0\", \"iface=wifi0|lte0\" or \"iface!=wifi0\""},
        BadPattern{"dev L4_CONNECTED iface=a||b",
                   "8:43 F0703 expected a value, found \"\"", ""},
        BadPattern{"dev", "8:26 F0703 \"dev\" is not a pattern",
                   "write \"dev L4_CONNECTED\", \"dev.wifi0 IF_UP\" or \"dev > ap UDP\""},
        BadPattern{"", "8:25 F0703 \"\" is not a pattern",
                   "write \"dev L4_CONNECTED\", \"dev.wifi0 IF_UP\" or \"dev > ap UDP\""},
        BadPattern{"dev > ap UPD", "8:35 F0705 unknown protocol \"UPD\"",
                   "did you mean \"UDP\"?"},
        BadPattern{"dev > app UDP", "8:32 F0301 there is no node \"app\"",
                   "did you mean \"ap\"? known: dev, ap"},
        BadPattern{"dev > ap", "8:26 F0703 a packet pattern needs two nodes and a protocol",
                   "write \"dev > ap UDP len=64\""},
        BadPattern{"dev > ap UDP S", "8:39 F0703 only TCP has flags",
                   "attributes are written key=value"},
        BadPattern{"dev > ap TCP XY", "8:39 F0703 \"XY\" are not TCP flags",
                   "letters are S A F R P U E C, as in \"SA\""},
        BadPattern{"nobody.* IF_UP", "8:26 F0301 nothing in this scenario is \"nobody.*\"",
                   "\"*\" stands for one whole name, as in \"dev.*\""}));

TEST(Window, TakesTimesPatternsAndDelays) {
  const Loaded l(with_expect(R"(
    { "never": "dev.wifi0 IF_DOWN", "from": "dev L4_CONNECTED + 250ms", "to": "30s" },
    { "never": "dev.wifi0 IF_DOWN", "by": "dev.wifi0 CONN_IF_TIMEOUT after=30s" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const WindowSpec& w = l.spec->expect[0].window;
  EXPECT_EQ(w.from->pattern->name, "L4_CONNECTED");
  EXPECT_EQ(w.from->plus, milliseconds(250));
  EXPECT_FALSE(w.to->pattern);
  EXPECT_EQ(w.to->time.ns, 30'000'000'000);
  EXPECT_EQ(w.to->written.text, "30s");
  EXPECT_EQ(l.spec->expect[1].window.to->pattern->attrs.at(0).values.at(0).number,
            30'000'000'000);
}

TEST(Window, RefusesNonsense) {
  const auto first = [](const std::string& window) {
    return Loaded(with_expect("{ \"never\": \"dev.wifi0 IF_DOWN\", " + window + " }")).brief();
  };
  EXPECT_EQ(first(R"("from": "9s", "to": "5s")"),
            "8:66 F0602 this window ends before it begins");
  EXPECT_EQ(first(R"("to": "50s")"), "8:52 F0601 this is 50s but the run ends at 40s");
  EXPECT_EQ(first(R"("to": "5s", "by": "6s")"), "8:58 F0108 \"to\" and \"by\" mean the same");
  EXPECT_EQ(first(R"("from": "dev L4_CONNECTED + 250")"),
            "8:74 F0201 a duration needs a unit");
  EXPECT_EQ(first(R"("from": 5)"), "8:54 F0201 a duration needs a unit");
}

}  // namespace
}  // namespace flapjack
