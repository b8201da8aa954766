// SPDX-License-Identifier: Apache-2.0
// Steps about a medium: partitions, fades, holds, dropped packets; their messages.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

// a, b and c on a bus, c and d on a wire, e alone
std::string story(const std::string& steps) {
  return R"({ "until": "9s", "nodes": {
    "a": { "ifaces": { "e": {} } }, "b": { "ifaces": { "e": {} } },
    "c": { "ifaces": { "e": {}, "f": {} } }, "d": { "ifaces": { "e": {} } }, "e": {} },
  "links": { "lan": { "between": ["a.e", "b.e", "c.e"] }, "wire": { "between": ["c.f", "d.e"] } },
  "timeline": [
)" + steps + "\n] }";
}

std::vector<std::uint8_t> groups(const ScenarioSpec& spec, const char* link) {
  return groups_of_ends(spec.timeline.at(0), *spec.find_link(link));
}

TEST(SpecFaultStep, PartitionsFromTheRest) {
  const Loaded l(story(R"({ "at": "1s", "partition": ["a", "c.f"], "for": "1s" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const StepSpec& step = l.spec->timeline[0];
  EXPECT_EQ(step.target.kind, TargetKind::Groups);
  EXPECT_EQ(step.target.name, "a c.f");
  EXPECT_EQ(groups(*l.spec, "lan"), (std::vector<std::uint8_t>{1, 2, 2}));
  EXPECT_EQ(groups(*l.spec, "wire"), (std::vector<std::uint8_t>{1, 2}));
}

TEST(SpecFaultStep, PartitionsAmongGroups) {
  const Loaded l(story(R"({ "at": "1s", "partition": [["a"], ["b", "c"], ["c.f"]] })"));
  ASSERT_TRUE(l.spec) << l.messages;
  EXPECT_EQ(l.spec->timeline[0].target.name, "a | b c | c.f");
  EXPECT_EQ(groups(*l.spec, "lan"), (std::vector<std::uint8_t>{1, 2, 2}));
  EXPECT_EQ(groups(*l.spec, "wire"), (std::vector<std::uint8_t>{3, 0}));
}

TEST(SpecFaultStep, DirectionsFadesAndDrops) {
  const Loaded l(story(R"(
    { "at": "1s", "hold": "wire", "direction": "up" }, { "at": "1s", "hold": "wire" },
    { "at": "1s", "hold": "wire", "direction": "down" },
    { "at": "2s", "fade": "lan", "to": "80%", "over": "3s", "direction": "both", "for": "5s" },
    { "on": "a > b UDP", "drop": "packet", "nth": 3, "times": 2 },
    { "on": "a > b TCP S", "drop": "packet" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const auto& t = l.spec->timeline;
  EXPECT_TRUE(t[0].direction.up && !t[0].direction.down);
  EXPECT_TRUE(t[1].direction.up && t[1].direction.down);
  EXPECT_TRUE(!t[2].direction.up && t[2].direction.down);
  EXPECT_EQ(t[3].to_ppb, 800'000'000);
  EXPECT_EQ(t[3].over, seconds(3));
  EXPECT_EQ(t[4].nth, 3);
  EXPECT_EQ(t[4].times, 2);
  EXPECT_EQ(t[4].target.kind, TargetKind::Packet);
  EXPECT_EQ(t[5].nth, 1);
}

struct Bad {
  const char* step;
  const char* message;
  friend void PrintTo(const Bad& b, std::ostream* out) { *out << b.step; }
};

class BadFaultSteps : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFaultSteps, AreRefusedOnce) {
  const Loaded l(story(GetParam().step));
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFaultSteps,
    ::testing::Values(
        Bad{R"({ "at": "1s", "partition": "a" })",
            "6:28 F0104 expected an array, found a string"},
        Bad{R"({ "at": "1s", "partition": [] })", "6:28 F0107 this partition divides no link"},
        Bad{R"({ "at": "1s", "partition": ["e"] })",
            "6:28 F0107 this partition divides no link"},
        Bad{R"({ "at": "1s", "partition": [["a"], ["d"]] })",
            "6:28 F0107 this partition divides no link"},
        Bad{R"({ "at": "1s", "partition": [["a", "b"]] })",
            "6:28 F0107 a partition has 2 to 255 groups"},
        Bad{R"({ "at": "1s", "partition": [["a"], ["b", "a"]] })",
            "6:42 F0303 \"a\" is in this partition twice"},
        Bad{R"({ "at": "1s", "partition": ["x"] })", "6:29 F0301 there is no node \"x\""},
        Bad{R"({ "at": "1s", "partition": ["lan"] })",
            "6:29 F0302 \"lan\" is a link, but \"partition\" takes a node or an interface"},
        Bad{R"({ "at": "1s", "partition": [["a"], "b"] })",
            "6:36 F0104 expected an array, found a string"},
        Bad{R"({ "at": "1s", "partition": ["a", 1] })",
            "6:34 F0104 expected a string, found a number"},
        Bad{R"({ "at": "1s", "hold": "a" })",
            "6:23 F0302 \"a\" is a node, but \"hold\" takes a link"},
        Bad{R"({ "at": "1s", "hold": "wire", "direction": "left" })",
            "6:44 F0106 unknown direction \"left\""},
        Bad{R"({ "at": "1s", "hold": "wire", "to": "1%" })",
            "6:31 F0108 \"to\" does not go with \"hold\""},
        Bad{R"({ "at": "1s", "hold": "wire", "loss": "1%" })",
            "6:31 F0108 \"loss\" does not go with \"hold\""},
        Bad{R"({ "at": "1s", "fade": "wire", "to": "1%" })",
            "6:15 F0103 \"fade\" needs \"over\""},
        Bad{R"({ "at": "1s", "fade": "wire", "to": "1%", "over": "0s" })",
            "6:51 F0207 this duration must be above 0"},
        Bad{R"({ "at": "1s", "drop": "packet" })", "6:15 F0112 \"drop\" needs \"on\" a packet"},
        Bad{R"({ "on": "a L4_CONNECTED", "drop": "packet" })",
            "6:9 F0112 \"drop\" needs a packet, this pattern is of an event"},
        Bad{R"({ "on": "a > b UDP", "drop": "lan" })",
            "6:30 F0112 \"drop\" takes the packet that \"on\" names"},
        Bad{R"({ "on": "a > b UDP", "drop": "packet", "after": "1s" })",
            "6:40 F0108 \"after\" does not go with \"drop\""},
        Bad{R"({ "on": "a > b UDP", "drop": "packet", "for": "1s" })",
            "6:40 F0108 \"for\" does not go with \"drop\""},
        Bad{R"({ "on": "a > b UDP", "drop": "packet", "nth": 0 })",
            "6:47 F0207 0 is not between 1 and 1000000"},
        Bad{R"({ "at": "1s", "set_link": "wire", "nth": 2, "rate": "1kbit/s" })",
            "6:35 F0108 \"nth\" does not go with \"set_link\""},
        Bad{R"j({ "at": "1s", "set_link": "wire", "jitter": "1ms", "distribution": "exp(1ms)" })j",
            "6:35 F0108 \"jitter\" does not go with a \"distribution\" that has parameters"},
        Bad{R"({ "at": "1s", "set_link": "wire", "reorder": "1%" })",
            "6:46 F0111 on a link without delay there is nothing to overtake"}));

}  // namespace
}  // namespace flapjack
