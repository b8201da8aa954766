// SPDX-License-Identifier: Apache-2.0
// Agents of a scenario: what is refused, what they hear, miss and do, and that they disturb nobody.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Lines = std::vector<std::string>;

struct BadPart {
  const char* text;
  const char* message;
};

class BadAgents : public ::testing::TestWithParam<BadPart> {};

TEST_P(BadAgents, AreRefusedOnce) {
  const Loaded l(std::string("{ \"until\": \"1s\", \"nodes\": { \"n\":\n") + GetParam().text +
                     "\n}}",
                 builtin_registry().vocabulary());
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

// The nearest of the events that it hears, else of all.
TEST(AgentEvents, AMisspeltOneHasASuggestion) {
  const struct {
    const char *listen, *on, *help;
  } kRows[] = {
      {"iface", "IF_DWN",
       "did you mean \"IF_DOWN\"? known: gap, IF_DOWN, IF_UP, IF_ADMIN_DOWN, IF_ADMIN_UP"},
      {"l4", "IF_DWN", "did you mean \"IF_DOWN\"?"},
      {"l4", "L4_CONECTED", "did you mean \"L4_CONNECTED\"?"},
      {"l4", "dropd", "did you mean \"dropped\"?"},
      {"l4", "nothing_like_it", ""},
  };
  for (const auto& row : kRows) {
    const Loaded l(std::string(R"({ "until": "1s", "nodes": { "n": { "agents": { "a": {
      "listen": ")") + row.listen + R"(", "act": [{ "on": ")" + row.on +
                       R"(", "do": "all_up" }] } } } } })",
                   builtin_registry().vocabulary());
    ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
    EXPECT_EQ(l.sink.all()[0].help, row.help) << row.listen << " " << row.on;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAgents,
    ::testing::Values(
        BadPart{R"({ "agents": { "a": {} } })", "2:20 F0103 \"listen\" is missing"},
        BadPart{R"({ "agents": { "a": { "listen": [] } } })",
                "2:32 F0107 an agent listens to something"},
        BadPart{R"({ "agents": { "a": { "listen": "l5" } } })",
                "2:32 F0106 unknown group \"l5\""},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "queue": "0B" } } })",
                "2:47 F0207 \"0B\" is not between 1B and 1GB"},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [{ "on": "IF_UP", "do": "all_up" }]
                } } })",
                "2:54 F0111 \"IF_UP\" is not what this agent listens to"},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [{ "on": "IF_OP", "do": "all_up" }]
                } } })",
                "2:54 F0106 unknown agent event \"IF_OP\""},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [{ "on": "", "do": "all_up" }]
                } } })",
                "2:54 F0106 unknown agent event \"\""},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [{ "on": "gap", "do": "fly" }]
                } } })",
                "2:67 F0106 unknown action \"fly\""},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [{ "on": "gap", "do": "connect" }]
                } } })",
                "2:46 F0103 a gap is about no interface, but \"connect\" needs one"},
        BadPart{R"({ "agents": { "a": { "listen": "l4", "act": [
  { "on": "L4_CONNECTED", "do": "connect", "iface": "eth9" }] } } })",
                "3:53 F0301 node \"n\" has no interface \"eth9\""},
        BadPart{R"({ "ifaces": { "eth0": {} }, "agents": { "a": { "listen": "l4", "act": [
  { "on": "L4_CONNECTED", "do": "all_up", "iface": "eth0" }] } } })",
                "3:43 F0108 \"iface\" does not go with \"all_up\""},
        BadPart{R"({ "ifaces": { "a": {} }, "agents": { "a": { "listen": "l4" } } })",
                "2:38 F0303 node \"n\" has \"a\" already"},
        BadPart{R"({ "connector": { "ack": "ack" } })", "2:25 F0106 unknown rule \"ack\""},
        BadPart{R"({ "connector": { "users": 0 } })",
                "2:27 F0207 0 is not between 1 and 1000000"}));

// Two nodes on a wire; `dev` has what `more` says, the timeline `steps`.
std::string pair(const std::string& more, const std::string& steps,
                 const std::string& expect = "[]") {
  return R"({ "until": "10s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } }, )" +
         more + R"( },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } } } },
    "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } },
    "timeline": )" +
         steps + ", \"expect\": " + expect + " }";
}
const char* const kFlap = R"([{ "at": "5s", "carrier_down": "dev.eth0", "for": "1s" }])";

Lines heard(const Ran& ran, const std::string& agent) {
  Lines lines;
  for (const KeptRecord& r : ran.records(TraceKind::Event, agent, "agent_event")) {
    lines.push_back(to_text(Duration{r.at.ns}) + " " + std::string(r.attr("event")) + " " +
                    std::string(r.attr("seq")));
  }
  return lines;
}

TEST(Agent, HearsTheGroupsItJoined) {
  const Ran ran(pair(R"("agents": { "a": { "listen": ["iface", "l4"] } })", kFlap));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(heard(ran, "dev.a"),
            (Lines{"0s L4_CONNECTED 1", "0s L4_IPV4_CONNECTED 2", "5s IF_DOWN 1",
                   "5s L4_DISCONNECTED 3", "5s L4_IPV4_DISCONNECTED 4", "6s IF_UP 2",
                   "6s L4_CONNECTED 5", "6s L4_IPV4_CONNECTED 6"}));
}

TEST(Agent, ItsEventIsCausedByWhatItHears) {
  const Ran ran(pair(R"("agents": { "a": { "listen": "iface" } })", kFlap));
  for (const KeptRecord& r : ran.records(TraceKind::Event, "dev.a", "agent_event")) {
    const KeptRecord& cause = ran.trace.records.at(r.cause.value - 1);
    EXPECT_EQ(cause.name, r.attr("event"));
    EXPECT_EQ(cause.subject, "dev.eth0");
  }
}

TEST(Agent, ASlowOneSeesTheGapAndAsks) {
  const Ran ran(pair(R"("agents": {
      "slow": { "listen": "iface", "queue": "100B", "handle": "2s",
                "act": [{ "on": "gap", "do": "resend_status" }] },
      "quick": { "listen": "iface" } })",
                     R"([{ "at": "5s", "every": "200ms", "until": "7s",
                          "carrier_down": "dev.eth0", "for": "100ms" },
                         { "at": "8s", "carrier_down": "dev.eth0", "for": "100ms" }])",
                     R"([{ "counter": "dev.quick.agent_missed", "is": 0 },
                         { "counter": "dev.slow.agent_missed", "is": ">= 10" },
                         { "counter": "dev.slow.agent_gaps", "is": 1 },
                         { "counter": "dev.slow.agent_acts", "is": 1 },
                         { "counter": "dev.cn_overruns", "is": ">= 10" },
                         { "whenever": "dev.slow agent_gap", "then": "dev L4_CONNECTED",
                           "within": "0s" }])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) {
    EXPECT_TRUE(r.pass) << r.spec->text << ": " << r.actual;
  }
}

TEST(Agent, AStalledOneKeepsWhatItHasRoomFor) {
  const Ran ran(pair(R"("agents": { "a": { "listen": "iface", "queue": "100B" } })",
                     R"([{ "at": "4s", "stall": "dev.a", "for": "4s" },
                         { "at": "5s", "carrier_down": "dev.eth0", "for": "1s" },
                         { "at": "9s", "carrier_down": "dev.eth0" }])"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  Lines late;
  for (const std::string& line : heard(ran, "dev.a")) {
    if (line >= "4s") late.push_back(line.substr(0, line.rfind(' ')));
  }
  EXPECT_EQ(late, (Lines{"8s IF_DOWN", "9s IF_DOWN"}));
  EXPECT_EQ(ran.records(TraceKind::Event, "dev.a", "agent_gap").size(), 1u);
}

TEST(Agent, NoMemoryIsAGapForAll) {
  const Ran ran(pair(R"("connector": { "memory": "100B" }, "agents": {
      "a": { "listen": "iface", "handle": "200ms" } })",
                     R"([{ "at": "5s", "every": "50ms", "until": "6s",
                          "carrier_down": "dev.eth0", "for": "10ms" },
                         { "at": "8s", "carrier_down": "dev.eth0" }])",
                     R"([{ "counter": "dev.cn_no_memory", "is": ">= 1" },
                         { "counter": "dev.cn_overruns", "is": 0 },
                         { "eventually": "dev.a agent_gap" }])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// Memory pressure: the sender is refused, whoever listens sees a gap.
TEST(Agent, SqueezedMemoryIsAGap) {
  const Ran ran(pair(R"("agents": { "a": { "listen": "iface" } })",
                     R"([{ "at": "5s", "exhaust": "dev.cn_bytes", "leave": 10, "for": "2s" },
                         { "at": "4s", "every": "2s", "carrier_down": "dev.eth0", "for": "1s" }])",
                     R"([{ "counter": "dev.cn_no_memory", "is": 2 },
                         { "counter": "dev.a.agent_missed", "is": 2 }])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) {
    EXPECT_TRUE(r.pass) << r.spec->text << ": " << r.actual;
  }
}

TEST(Agent, ActsOnDropsAndIsToldOfRefusals) {
  const Ran ran(pair(R"("apps": { "p": { "udp_ping": "192.0.2.77:9", "count": 2 } }, "agents": {
      "a": { "listen": ["drop", "iface"], "act": [
        { "on": "IF_UP", "do": "connect" }, { "on": "dropped", "do": "all_down" }] } })",
                     R"([{ "at": "100ms", "carrier_down": "dev.eth0", "for": "100ms" }])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto refused = ran.records(TraceKind::Event, "dev.a", "agent_refused");
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused[0].attr("errno"), "ENOTSUP");  // eth0 is bound to no implementation
  const auto drops = ran.records(TraceKind::Event, "dev.a", "agent_event");
  const bool heard_drop = std::any_of(drops.begin(), drops.end(), [](const KeptRecord& r) {
    return r.attr("event") == "dropped" && !r.attr("reason").empty();
  });
  EXPECT_TRUE(heard_drop);
  EXPECT_FALSE(ran.events("dev.eth0 IF_ADMIN_DOWN").empty());
}

TEST(Agent, AnActAboutNoIfaceNamesNone) {
  const Ran ran(pair(R"("agents": { "a": { "listen": ["iface", "l4"], "act": [
      { "on": "IF_DOWN", "do": "resend_status" },
      { "on": "L4_DISCONNECTED", "do": "connect" }] } })",
                     kFlap));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  const auto acts = ran.records(TraceKind::Event, "dev.a", "agent_acted");
  ASSERT_EQ(acts.size(), 3u);  // the resend says L4_DISCONNECTED once more
  for (const KeptRecord& r : acts) {
    EXPECT_EQ(r.attrs.size(), r.attr("do") == "connect" ? 2u : 1u) << r.text();
  }
}

// What it does sends it the next message at once, and so for ever.
TEST(Agent, OneThatChasesItselfInOneInstantEndsTheRun) {
  const Ran ran(R"({ "until": "5s",
    "nodes": { "dev": {
        "ifaces": { "x0": { "technology": "ethernet", "ipv4": "192.0.2.2/24",
            "conn": { "impl": "scripted", "script": ["connect up", "disconnect down"],
                      "persistent": true, "auto_down": false } } },
        "agents": { "a": { "listen": "iface", "act": [
            { "on": "IF_UP", "do": "disconnect" }, { "on": "IF_DOWN", "do": "connect" }] } } },
      "ap": { "ifaces": { "p": { "ipv4": "192.0.2.10/24" } } } },
    "links": { "l": { "between": ["dev.x0", "ap.p"] } },
    "timeline": [{ "at": "1s", "disconnect": "dev.x0" }] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.report->verdict, RunVerdict::Error);
  EXPECT_NE(ran.report->error.find("does not get past 1.000s"), std::string::npos)
      << ran.report->error;
}

// A group above the limit: which, what it would take, and what there is.
TEST(Agent, AGroupThatIsNotThereIsToldWithTheLimit) {
  const Ran ran(pair(R"("connector": { "users": 2 },
                        "agents": { "a": { "listen": ["iface", "l4", "drop"] } })",
                     kFlap,
                     R"([{ "eventually":
          "dev.a agent_failed call=join errno=EINVAL group=drop number=22 limit=17" }])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.records(TraceKind::Event, "dev.a", "agent_failed").size(), 2u);  // l4 is 20
  EXPECT_FALSE(heard(ran, "dev.a").empty());
}

// A listener is no handler of net_mgmt: it takes no place in its queue and changes nothing.
TEST(Agent, DisturbsNobody) {
  const auto without_agents = [](const Ran& ran) {
    Lines lines;
    for (const KeptRecord& r : ran.trace.records) {
      if (r.kind == TraceKind::Event && !r.name.starts_with("agent_")) {
        lines.push_back(to_text(Duration{r.at.ns}) + " " + r.subject + " " + r.name);
      }
    }
    return lines;
  };
  const std::string poor = R"("kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 1,
      "NET_MGMT_EVENT_QUEUE_TIMEOUT": 0 })";
  const Ran plain(pair(poor, kFlap));
  const Ran watched(pair(poor + R"(, "agents": { "a": { "listen": ["iface", "ipv4", "l4", "drop"] }
      })", kFlap));
  ASSERT_TRUE(plain.passed() && watched.passed());
  EXPECT_EQ(without_agents(plain), without_agents(watched));
  EXPECT_FALSE(heard(watched, "dev.a").empty());
}

TEST(Agent, TheRuleOfAnAnswerIsASwitch) {
  for (const auto& [word, rule] : {std::pair{"ack+1", CnAckRule::AckPlusOne},
                                   {"seq+1", CnAckRule::SeqPlusOne}}) {
    const Loaded l(std::string("{ \"until\": \"1s\", \"nodes\": { \"n\": { \"connector\": { ") +
                   "\"ack\": \"" + word + "\", \"users\": 40, \"memory\": \"1kB\" } } } }");
    ASSERT_TRUE(l.spec) << l.messages;
    NodeNames names;
    DiagnosticSink sink;
    const Registry registry = builtin_registry();
    const auto world = build_world(*l.spec, registry, names, sink);
    ASSERT_TRUE(world);
    const ConnectorConfig& config = world->node("n")->stack.config().connector;
    EXPECT_EQ(config.ack, rule);
    EXPECT_EQ(config.users, 40u);
    EXPECT_EQ(config.memory_bytes, 1000u);
  }
}

}  // namespace
}  // namespace flapjack
