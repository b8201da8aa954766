// SPDX-License-Identifier: Apache-2.0
// Whole scenarios: what is bound, and the messages that a person sees.
#include "scenarios/spec_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

using ::testing::HasSubstr;

constexpr const char* kStory = R"json(// An outage.
{
  "$schema": "flapjack.schema.json", "flapjack": 1, "x-mine": {"any": [1, 2]},
  "about": "An access point reboots.",
  "tags": ["wifi", "outage"],
  "seed": 7, "until": "40s", /* long enough */
  "nodes": {
    "dev": {
      "ifaces": { "wifi0": { "technology": "wifi", "ipv4": "192.0.2.2/24", "mtu": "1400B",
        "gateway": "192.0.2.1", "mac": "02:00:5E:00:53:01",
        "conn": { "associate": "normal(1.2s, 300ms)", "timeout": "30s", "persistent": true,
                  "retry": "5s..2min", "fail": "10%" } } },
      "apps": { "telemetry": { "reconnecting_client": ["ap:4242"], "send": "64B",
                               "every": "1s" } }
    },
    "ap": { "profile": "zephyr-1.13", "ifaces": { "wlan0": { "ipv4": "192.0.2.1/24" } },
            "services": ["tcp_echo:4242"], "kconfig": { "NET_PKT_RX_COUNT": 8 } }
  },
  "links": { "air": { "between": ["dev.wifi0", "ap.wlan0"], "rate": "20Mbit/s", "delay": "2ms",
                      "jitter": "1ms", "loss": "1%", "up": { "rate": "300kbit/s" } } },
  "timeline": [
    { "at": "10s", "vanish": "ap.wlan0", "for": "8s" },
  ],
  "expect": [
    { "sequence": ["dev.wifi0 IF_UP", "dev L4_CONNECTED"], "by": "6s" },
    { "whenever": "dev.wifi0 IF_DOWN", "then": "dev L4_DISCONNECTED", "within": "20ms" },
    { "eventually": "dev L4_CONNECTED", "from": "18s", "by": "25s" },
    { "delivered": "dev.telemetry", "is": ">= 60%" },
  ],
}
)json";

TEST(SpecJson, LoadsAWholeStory) {
  const Loaded l(kStory);
  ASSERT_TRUE(l.spec) << l.messages;
  const ScenarioSpec& s = *l.spec;
  EXPECT_EQ(s.about, "An access point reboots.");
  EXPECT_EQ(s.seed, 7u);
  EXPECT_EQ(s.until.ns, 40'000'000'000);
  EXPECT_EQ(s.profile, "zephyr-4");
  ASSERT_EQ(s.nodes.size(), 2u);
  EXPECT_EQ(s.nodes[1].profile, "zephyr-1.13");
  EXPECT_EQ(s.nodes[1].kconfig.at(0).value, 8);
  const IfaceSpec& wifi = s.nodes[0].ifaces.at(0);
  EXPECT_EQ(wifi.l2, "ethernet");
  EXPECT_EQ(wifi.engine, "native");
  EXPECT_EQ(wifi.mtu, 1400);
  EXPECT_EQ(wifi.mac, "02:00:5e:00:53:01");
  EXPECT_EQ(wifi.gateway->value, 0xC0000201u);
  ASSERT_TRUE(wifi.conn);
  EXPECT_EQ(wifi.conn->impl, "wifi");
  EXPECT_EQ(wifi.conn->timeout_s, 30);
  EXPECT_TRUE(wifi.conn->persistent);
  EXPECT_EQ(wifi.conn->retry->cap.ns, 120'000'000'000);
  EXPECT_EQ(wifi.conn->fail_ppb, 100'000'000);
  EXPECT_EQ(wifi.conn->associate.kind, DistributionKind::Normal);
  EXPECT_FALSE(s.nodes[1].ifaces.at(0).conn);
  EXPECT_EQ(s.nodes[1].ifaces.at(0).technology, "ethernet");
  const AppSpec& app = s.nodes[0].apps.at(0);
  EXPECT_EQ(app.kind, "reconnecting_client");
  EXPECT_EQ(app.peers.at(0).address.text, "192.0.2.1");
  EXPECT_EQ(app.peers.at(0).port, 4242);
  EXPECT_EQ(app.send, 64);
}

TEST(SpecJson, KeepsLinksStepsAndExpectations) {
  const Loaded l(kStory);
  ASSERT_TRUE(l.spec) << l.messages;
  const LinkSpec& air = l.spec->links.at(0);
  EXPECT_EQ(air.up.rate_bps, 300'000);
  EXPECT_EQ(air.down.rate_bps, 20'000'000);
  EXPECT_EQ(air.up.loss.random_ppb, 10'000'000);
  EXPECT_EQ(to_text(air.up.jitter_distribution()), "uniform(1ms, 3ms)");
  const StepSpec& step = l.spec->timeline.at(0);
  EXPECT_EQ(step.verb, "vanish");
  EXPECT_EQ(step.target.path(), "ap.wlan0");
  EXPECT_EQ(step.at->ns, 10'000'000'000);
  EXPECT_EQ(step.hold->ns, 8'000'000'000);
  EXPECT_EQ(to_text("t.json", step.place), "t.json:22:5");
  ASSERT_EQ(l.spec->expect.size(), 4u);
  EXPECT_EQ(l.spec->expect[2].text, "eventually \"dev L4_CONNECTED\" from 18s by 25s");
  EXPECT_EQ(l.spec->expect[1].text,
            "whenever \"dev.wifi0 IF_DOWN\" then \"dev L4_DISCONNECTED\" within 20ms");
  EXPECT_EQ(l.spec->expect[3].is.value, 600'000'000);
}

TEST(SpecJson, DrawsTheMessageOfAnAmbiguousRate) {
  const Loaded l("{ \"until\": \"1s\",\n  \"nodes\": {\"n\": {}},\n"
                 "  \"links\": { \"air\": { \"rate\": \"10Mbps\", \"delay\": 2 } },\n}");
  EXPECT_FALSE(l.spec);
  EXPECT_THAT(l.messages, HasSubstr(
      "t.json:3:31: error: \"10Mbps\" is ambiguous: tc reads it as megabytes, ns-3 as megabits "
      "[F0203]\n"
      " 3 |   \"links\": { \"air\": { \"rate\": \"10Mbps\", \"delay\": 2 } },\n"
      "   |                               ^~~~~~~~\n"
      "   = help: write \"10Mbit/s\" or \"10MB/s\"\n"));
  EXPECT_THAT(l.messages, HasSubstr("t.json:3:50: error: a duration needs a unit [F0201]\n"));
  EXPECT_THAT(l.messages, HasSubstr("= help: write \"2ms\" or \"2s\"\n"));
}

struct MessageCase {
  const char* step;
  const char* message;
  const char* help;
  friend void PrintTo(const MessageCase& c, std::ostream* out) { *out << c.step; }
};

class StepMessages : public ::testing::TestWithParam<MessageCase> {};

TEST_P(StepMessages, AreAsDesigned) {
  const Loaded l(with_step(GetParam().step));
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
  EXPECT_EQ(l.first().help, GetParam().help);
}

INSTANTIATE_TEST_SUITE_P(
    All, StepMessages,
    ::testing::Values(
        MessageCase{R"({ "at": "5s", "carier_down": "dev.wifi0" })",
                    "8:30 F0101 unknown action \"carier_down\"",
                    "did you mean \"carrier_down\"?"},
        MessageCase{R"({ "at": "5s", "vanish": "dev.wlan0" })",
                    "8:40 F0301 node \"dev\" has no interface \"wlan0\"",
                    "dev has: wifi0 (declared at 3:26)"},
        MessageCase{R"({ "at": "5s", "vanish": "ap", "set_link": "air", "loss": "1%" })",
                    "8:16 F0102 a step needs exactly one action, found \"vanish\" and "
                    "\"set_link\"", ""},
        MessageCase{R"({ "at": "90s", "vanish": "ap" })",
                    "8:24 F0601 this step is at 90s but the run ends at 40s",
                    "raise \"until\" (declared at 1:12)"},
        MessageCase{R"({ "at": "5s", "modem_reset": "dev.wifi0" })",
                    "8:30 F0105 \"modem_reset\" is not supported yet", ""},
        MessageCase{R"({ "at": "5s", "carrier_down": "air" })",
                    "8:46 F0302 \"air\" is a link, but \"carrier_down\" takes an interface", ""},
        MessageCase{R"({ "at": "5s", "carrier_down": "dev" })",
                    "8:46 F0302 \"dev\" is a node, but \"carrier_down\" takes an interface",
                    "write \"dev.wifi0\""},
        MessageCase{R"({ "at": "5s", "carrier_down": "dve.wifi0" })",
                    "8:46 F0301 there is no node \"dve\"",
                    "did you mean \"dev\"? known: dev, ap"},
        MessageCase{R"({ "at": "5s" })",
                    "8:16 F0102 a step needs exactly one action, found none",
                    "for example \"carrier_down\": \"dev.wifi0\""},
        MessageCase{R"({ "vanish": "ap" })", "8:16 F0103 this step does not say when",
                    "add \"at\", \"on\" or \"every\""},
        MessageCase{R"({ "at": "5s", "vanish": "ap", "rate": "1kbit/s" })",
                    "8:46 F0108 \"rate\" does not go with \"vanish\"", ""},
        MessageCase{R"({ "at": "5s", "connect": "dev.wifi0", "for": "1s" })",
                    "8:54 F0108 \"for\" does not go with \"connect\"", ""},
        MessageCase{R"({ "at": "5s", "after": "1s", "vanish": "ap" })",
                    "8:30 F0108 \"after\" does not go with a step without \"on\"", ""},
        MessageCase{R"({ "at": "5s", "set_link": "air" })",
                    "8:30 F0103 \"set_link\" changes nothing",
                    "add one of: rate, delay, jitter, distribution, correlation, loss, duplicate, "
                    "reorder, corrupt, mtu, queue, up, down"},
        MessageCase{R"({ "at": "1s", "every": "1s", "for": "1s", "vanish": "ap" })",
                    "8:52 F0602 this is not undone before the next repetition, 1s later",
                    "make \"for\" shorter than \"every\""},
        MessageCase{R"({ "at": 5, "vanish": "ap" })", "8:24 F0201 a duration needs a unit",
                    "write \"5ms\" or \"5s\""}));

TEST(SpecJson, TakesEveryFormOfStep) {
  const Loaded l(with_step(R"(
    { "at": "5s", "every": "20ms", "until": "5.4s", "carrier_down": "dev.wifi0", "for": "5ms" },
    { "on": "dev L4_CONNECTED", "after": "0ns", "times": 2, "disconnect": "dev.wifi0" },
    { "every": "1s", "note": "tick" },
    { "at": "9s", "set_link": "air", "loss": "30%", "down": { "rate": "56kbit/s" } })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const auto& t = l.spec->timeline;
  ASSERT_EQ(t.size(), 4u);
  EXPECT_EQ(t[0].until->ns, 5'400'000'000);
  EXPECT_EQ(t[1].on->name, "L4_CONNECTED");
  EXPECT_EQ(t[1].after->ns, 0);
  EXPECT_EQ(t[1].times, 2);
  EXPECT_FALSE(t[1].at);
  EXPECT_EQ(t[2].at->ns, 0);
  EXPECT_EQ(t[2].target.name, "tick");
  EXPECT_EQ(t[3].both.loss->random_ppb, 300'000'000);
  EXPECT_EQ(t[3].down.rate_bps, 56'000);
  EXPECT_TRUE(t[3].up.empty());
}

TEST(SpecJson, ReportsAllErrorsUpToTheLimit) {
  std::string steps;
  for (int i = 0; i < 30; ++i) steps += R"({ "at": "5s", "vanish": "nobody" },)";
  const Loaded l(with_step(steps));
  EXPECT_EQ(l.sink.all().size(), DiagnosticSink::kLimit);
  EXPECT_EQ(l.sink.error_count(), 30u);
  EXPECT_THAT(l.messages, HasSubstr("t.json: 10 more not shown\n"));
}

TEST(SpecJson, NamesOfNodesThatCouldNotBeReadAreNoErrorsOfTheirOwn) {
  std::string text = with_expect(
      R"({"eventually": "dev L4_CONNECTED"}, {"never": "dev.* IF_UP"}, {"never": "air dropped"})");
  text.replace(text.find("nodes"), 5, "nodse");
  const Loaded l(text);
  ASSERT_EQ(l.sink.error_count(), 2u) << l.messages;
  EXPECT_EQ(l.brief(0), "2:3 F0101 unknown key \"nodse\"");
  EXPECT_EQ(l.brief(1), "1:1 F0103 \"nodes\" is missing");
  EXPECT_NE(l.messages.find("did you mean \"nodes\"?"), std::string::npos);
}

TEST(SpecJson, WantsUntilAndNodes) {
  const Loaded l("{}");
  EXPECT_EQ(l.brief(), "1:1 F0103 \"until\" and \"nodes\" are missing");
  EXPECT_FALSE(l.spec);
}

// As many as the option of the command line takes.
TEST(SpecJson, ASeedHas64Bits) {
  const auto brief = [](const std::string& seed) {
    const Loaded loaded("{ \"seed\": " + seed + R"(, "until": "1s", "nodes": { "n": {} } })");
    return loaded.spec ? std::to_string(loaded.spec->seed) : loaded.first().message;
  };
  EXPECT_EQ(brief("0"), "0");
  EXPECT_EQ(brief("9223372036854775808"), "9223372036854775808");
  EXPECT_EQ(brief("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(brief("18446744073709551616"),
            "18446744073709551616 is not between 0 and 18446744073709551615");
  EXPECT_EQ(brief("-1"), "-1 is not between 0 and 18446744073709551615");
  EXPECT_EQ(brief("1.5"), "expected a whole number, found 1.5");
  EXPECT_EQ(brief("\"7\""), "expected a number, found a string");
}

}  // namespace
}  // namespace flapjack
