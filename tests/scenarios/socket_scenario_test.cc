// SPDX-License-Identifier: Apache-2.0
// Modes and names of ifaces in scenarios, the socket options of Kconfig, the statistics of a run.
#include <gtest/gtest.h>

#include <map>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

/// Three nodes on a bus: "a" pings "b"; `more` goes into "c" and `timeline` into the timeline.
std::string bus(const std::string& more, const std::string& timeline = "") {
  return R"({ "about": "Three on a bus.", "until": "2s",
    "nodes": {
      "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
             "apps": { "ping": { "udp_ping": "b:7", "every": "100ms", "count": 3 } } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] },
      "c": { "ifaces": { "e": { "ipv4": "10.0.0.3/24" )" + more + R"( } } }
    },
    "links": { "lan": { "between": ["a.e", "b.e", "c.e"] } },
    "timeline": [ )" + timeline + R"( ],
    "expect": [ { "counter": "a.ping.sent", "is": 3 } ] })";
}

std::size_t frames_of_c(const Ran& ran) {
  return ran.records(TraceKind::Hop, "c.e", "driver_rx").size();
}

TEST(SocketScenario, APromiscuousIfaceHearsTheOthersTalk) {
  const Ran plain(bus("")), promiscuous(bus(R"(, "promiscuous": true)"));
  ASSERT_TRUE(plain.report && promiscuous.report) << plain.messages << promiscuous.messages;
  EXPECT_EQ(frames_of_c(plain), 1u) << "the broadcast ARP request";
  EXPECT_EQ(frames_of_c(promiscuous), 8u) << "and the answer, and three datagrams each way";
}

TEST(SocketScenario, NoPromiscuousModeWhereThereIsNone) {
  const Ran ran(R"({ "until": "1s", "nodes": { "a": { "ifaces": {
    "l": { "technology": "loopback", "ipv4": "127.0.0.1/8", "promiscuous": true } } } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.messages.find("F0920"), std::string::npos) << ran.messages;
}

TEST(SocketScenario, NamesAreChecked) {
  struct Row {
    std::string first, second, kconfig, message;
  };
  const Row rows[] = {
      {"wan", "lan", "", ""},
      {"wan", "wan", "", "another iface is called wan"},
      {"nine-long", "lan", "", "the name is longer than NET_INTERFACE_NAME_LEN"},
      {"nine-long", "lan", R"("NET_INTERFACE_NAME_LEN": 9)", ""},
      {"wan", "lan", R"("NET_INTERFACE_NAME": false)", "NET_INTERFACE_NAME is off"},
      {"", "lan", "", "an interface cannot be called nothing"}};
  for (const Row& row : rows) {
    const Ran ran(R"({ "until": "1s", "nodes": { "a": { "kconfig": { )" + row.kconfig +
                  R"( }, "ifaces": { "x": { "name": ")" + row.first +
                  R"(" }, "y": { "name": ")" + row.second + R"(" } } } } })");
    if (row.message.empty()) {
      EXPECT_TRUE(ran.report) << ran.messages;
    } else {
      EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
    }
  }
}

TEST(SocketScenario, ASuspendedIfaceSendsNothing) {
  const Ran ran(bus("", R"({ "at": "150ms", "suspend": "a.e", "for": "100ms" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.records(TraceKind::Event, "a.e", "suspended").size(), 1u);
  EXPECT_EQ(ran.records(TraceKind::Event, "a.e", "resumed").size(), 1u);
  const auto drops = ran.records(TraceKind::Drop, "a.e", "dropped");
  ASSERT_EQ(drops.size(), 1u);
  EXPECT_EQ(drops[0].attr("reason"), "suspended");
}

TEST(SocketScenario, StatisticsAreThereForWhoAsksAndChangeNothing) {
  const std::string text = bus("");
  const Ran plain(text);
  ASSERT_TRUE(plain.report);
  EXPECT_TRUE(plain.report->stats.empty());
  const SourceFile file("t.json", text);
  const Registry registry = builtin_registry();
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  ASSERT_TRUE(spec);
  RunOptions options;
  options.stats = true;
  const auto report = run_scenario(*spec, registry, options, sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->digest, plain.report->digest);
  std::map<std::string, std::int64_t> stats;
  for (const CounterValue& counter : report->stats) stats[counter.path] = counter.value;
  EXPECT_EQ(stats["a.e.udp.sent"], 3);
  EXPECT_EQ(stats["b.e.udp.recv"], 3);
  EXPECT_EQ(stats["a.e.arp.sent"], 1);
  EXPECT_EQ(stats["a.e.tx_class.0.packets"], 3) << "ARP does not queue";
  EXPECT_EQ(stats.count("c.e.udp.recv"), 0u) << "only what is not 0";
  EXPECT_EQ(stats["c.e.frames.recv"], 1);
}

}  // namespace
}  // namespace flapjack
