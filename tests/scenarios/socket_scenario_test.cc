// SPDX-License-Identifier: Apache-2.0
// Modes and names of ifaces in scenarios, the socket options of Kconfig, the statistics of a run.
#include <gtest/gtest.h>

#include <map>

#include "tests/scenarios/facts_fixture.h"

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
      {"eth1", "-", "", "another iface is called eth1"},  // by kind and number
      {"-", "eth0", "", "another iface is called eth0"},
      {"eth0", "eth1", "", ""},
      {"nine-long", "lan", "", "the name is longer than NET_INTERFACE_NAME_LEN"},
      {"nine-long", "lan", R"("NET_INTERFACE_NAME_LEN": 9)", ""},
      {"wan", "lan", R"("NET_INTERFACE_NAME": false)", "NET_INTERFACE_NAME is off"},
      {"", "lan", "", "an interface cannot be called nothing"}};
  for (const Row& row : rows) {
    const auto named = [](const std::string& name) {
      return name == "-" ? std::string() : R"("name": ")" + name + '"';
    };
    const Ran ran(R"({ "until": "1s", "nodes": { "a": { "kconfig": { )" + row.kconfig +
                  R"( }, "ifaces": { "x": { )" + named(row.first) + R"( }, "y": { )" +
                  named(row.second) + R"( } } } } })");
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

// Neither what its L2 says by itself nor what the ifaces above it send.
TEST(SocketScenario, ASuspendedIfaceAnswersNoArpAndCarriesNoVlan) {
  const Ran ran(R"({ "until": "4s", "nodes": {
    "dev": { "ifaces": { "e": { "ipv4": "192.0.2.2/24" },
                         "v": { "vlan": { "on": "e", "id": 7 }, "ipv4": "10.7.0.2/24" } },
             "apps": { "plain": { "udp_ping": "192.0.2.1:7", "from": "1s", "count": 2 },
                       "tagged": { "udp_ping": "10.7.0.1:7", "from": "1s", "count": 3 } } },
    "srv": { "ifaces": { "e": { "ipv4": "192.0.2.1/24" },
                         "v": { "vlan": { "on": "e", "id": 7 }, "ipv4": "10.7.0.1/24" } },
             "services": ["udp_echo:7"] } },
    "links": { "wire": { "between": ["dev.e", "srv.e"] } },
    "timeline": [{ "at": "500ms", "suspend": "srv.e", "for": "2s" }],
    "expect": [{ "never": "srv > dev ARP", "from": "500ms", "to": "2499ms" },
               { "never": "srv > dev UDP", "from": "500ms", "to": "2499ms" },
               { "eventually": "dev.tagged acked seq=3" }] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  const auto drops = ran.records(TraceKind::Drop, "srv.e", "dropped");
  ASSERT_FALSE(drops.empty());
  for (const KeptRecord& drop : drops) EXPECT_EQ(drop.attr("reason"), "suspended");
}

// Zephyr's loopback device has 127.0.0.1 and ::1; nothing of it leaves the node.
TEST(SocketScenario, ANodeTalksToItselfByBothLoopbackAddresses) {
  const auto node = [](const std::string& technology) {
    return R"({ "until": "3s", "nodes": { "a": {
      "ifaces": { "e": { "ipv4": "192.0.2.2/24", "ipv6": "2001:db8::2/64" },
                  "lo": { )" + technology + R"( "ipv4": "127.0.0.1/8", "ipv6": "::1/128" } },
      "apps": { "four": { "udp_ping": "127.0.0.1:7", "from": "1s", "count": 1 },
                "six": { "udp_ping": "[::1]:7", "from": "1s", "count": 1 } },
      "services": ["udp_echo:7"] } },
      "expect": [{ "eventually": "a.four acked rtt=0s" },
                 { "eventually": "a.six acked rtt=0s" }] })";
  };
  const Ran ran(node(R"("technology": "loopback",)"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_NE(Ran(node("")).messages.find("only a loopback interface has it"), std::string::npos);
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

// Options of an app's socket as its packets show them: TTL and TOS are in the header, in each
// family; groups are joined, and what is sent to them is answered.
std::string echo_pair(const std::string& app, const std::string& service,
                      const std::string& more = {}) {
  return R"({ "until": "4s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "ipv6": "2001:db8::2/64" } },
             "apps": { "ping": { "udp_ping": )" + app + R"(, "from": "1s", "count": 1 })" + more +
         R"( } },
    "srv": { "kconfig": { "NET_IPV4_IGMP": true, "NET_IF_MCAST_IPV4_ADDR_COUNT": 2 },
             "ifaces": { "eth0": { "ipv4": "192.0.2.1/24", "ipv6": "2001:db8::1/64" } },
             "services": { "echo": )" + service + R"( } } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } } })";
}

TEST(SocketOptions, GroupsAreJoinedAndAnswered) {
  const std::string joins = R"({ "udp_echo": { "port": 7, "join": ["239.1.2.3", "ff05::7"] } })";
  for (const char* group : {"239.1.2.3", "[ff05::7]"}) {
    const std::string app = std::string("\"") + group + ":7\"";
    EXPECT_EQ(Ran(echo_pair(app, joins)).counts("dev.ping").delivered, 1u) << group;
  }
  // IPv4 takes every group, as Zephyr's does; IPv6 only those that it is in
  const std::string none = R"({ "udp_echo": { "port": 7 } })";
  EXPECT_EQ(Ran(echo_pair("\"239.1.2.3:7\"", none)).counts("dev.ping").delivered, 1u);
  EXPECT_EQ(Ran(echo_pair("\"[ff05::7]:7\"", none)).counts("dev.ping").delivered, 0u);
  const Ran both(echo_pair("\"[ff05::7]:7\"", joins));
  EXPECT_EQ(both.all("srv.eth0", "IPV4_MADDR_ADD").back().attr("address"), "239.1.2.3");
  EXPECT_EQ(both.all("srv.eth0", "IPV6_MADDR_ADD").back().attr("address"), "ff05::7");
  const Ran full(echo_pair("\"239.1.2.3:7\"",
                           R"({ "udp_echo": { "port": 7, "join": ["239.1.2.3", "239.1.2.4",
                                                                "239.1.2.5"] } })"));
  ASSERT_FALSE(full.all("srv.echo", "service_failed").empty());
  EXPECT_EQ(full.all("srv.echo", "service_failed")[0].attr("call"), "join");
  EXPECT_EQ(full.all("srv.echo", "service_failed")[0].attr("errno"), "ENOMEM");
  EXPECT_EQ(full.counts("dev.ping").delivered, 1u) << "the first one it is in";
}

// The same of a node without IPv6 as of one whose table of groups is full: an event, no silence.
TEST(SocketOptions, AnIpv6GroupWithoutIpv6IsRefused) {
  const Ran ran(R"({ "until": "1s", "nodes": { "srv": {
    "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
    "services": { "echo": { "udp_echo": { "port": 7, "join": "ff05::7" } } } } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto failed = ran.all("srv.echo", "service_failed");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].attr("call"), "join");
  EXPECT_EQ(failed[0].attr("errno"), "EPFNOSUPPORT");
}

// The last words to the routers leave before the device stops. Where sending takes time, or the
// queue is stopped, they wait until it has: the device refuses them.
TEST(SocketScenario, AdminDownSaysGoodbyeToGroups) {
  const struct {
    const char *profile, *more, *steps;
    bool told;
  } rows[] = {{"zephyr-4", "", "", true},
              {"zephyr-1.13", "", "", true},
              {"zephyr-4", R"(, "NET_TC_TX_COUNT": 0 })", "", true},
              {"zephyr-4", R"( }, "cpu": { "tx": "10us" })", "", false},
              {"zephyr-4", "", R"(, { "at": "5s", "stall": "dev.tx_queue", "for": "2s" })", false}};
  for (const auto& row : rows) {
    const std::string more = *row.more == '\0' ? " }" : row.more;
    const Ran ran(std::string(R"({ "until": "9s", "profile": ")") + row.profile + R"(", "nodes": {
      "dev": { "kconfig": { "NET_IPV4_IGMP": true, "NET_IF_MCAST_IPV4_ADDR_COUNT": 3)" + more +
                  R"(, "ifaces": { "e": { "ipv4": "10.0.0.2/24", "ipv6": "2001:db8::2/64" } },
                 "services": { "s": { "udp_echo": { "port": 7, "join": "239.1.2.3" } } } },
      "gw": { "ifaces": { "e": { "ipv4": "10.0.0.1/24", "ipv6": "2001:db8::1/64" } } } },
      "links": { "wire": { "between": ["dev.e", "gw.e"] } },
      "timeline": [{ "at": "6s", "admin_down": "dev.e" })" + row.steps + R"(],
      "expect": [{ "eventually": "dev > * IGMP type=23", "from": "6s" },
                 { "eventually": "dev > * MLD", "from": "6s" }] })");
    ASSERT_TRUE(ran.report) << ran.messages;
    for (const ExpectResult& result : ran.report->expectations) {
      EXPECT_EQ(result.pass, row.told) << row.profile << more << row.steps;
    }
    std::size_t refused = 0;
    for (const KeptRecord& r : ran.records(TraceKind::Drop, "dev.e", "dropped")) {
      refused += r.attr("reason") == "driver_refused" ? 1 : 0;
    }
    EXPECT_EQ(refused == 0, row.told) << refused;
  }
}

TEST(SocketOptions, TtlAndTosAreInTheHeader) {
  for (const char* peer : {"192.0.2.1", "[2001:db8::1]"}) {
    const bool six = peer[0] == '[';
    const std::string text =
        echo_pair(std::string("\"") + peer + R"(:7", "ttl": 9, "tos": 184)", "\"udp_echo:7\"");
    const FactsRun run(text);
    const auto sent = run.sent("dev.eth0", "udp");
    ASSERT_EQ(sent.size(), 1u) << six;
    EXPECT_EQ(sent[0].ttl, 9) << six;
    EXPECT_EQ(sent[0].tos, 184) << six;
  }
}

TEST(SocketOptions, PortsAreSharedByThoseWhoAgree) {
  const auto ran = [](const char* mine, const char* other) {
    return Ran(echo_pair(std::string(R"("srv:7", "port": 4000)") + mine, "\"udp_echo:7\"",
                         std::string(R"(, "more": { "udp_ping": "srv:7", "port": 4000, "from": "2s",
                                                   "count": 1)") + other + " }"));
  };
  const Ran alone = ran("", "");
  EXPECT_EQ(alone.counts("dev.ping").delivered, 1u);
  EXPECT_EQ(alone.counts("dev.more").delivered, 0u);
  ASSERT_EQ(alone.all("dev.more", "send_failed").size(), 1u);
  EXPECT_EQ(alone.all("dev.more", "send_failed")[0].attr("errno"), "EADDRINUSE");
  const Ran both = ran(R"(, "reuse": true)", R"(, "reuse": true)");
  EXPECT_EQ(both.counts("dev.ping").delivered, 1u);
  EXPECT_EQ(both.counts("dev.more").delivered, 1u);
  EXPECT_TRUE(both.all("dev.more", "send_failed").empty());
}

TEST(SocketOptions, WhatIsRefused) {
  const struct {
    const char* app;
    const char* service;
    const char* message;
  } rows[] = {
      {R"("srv:7", "ttl": 0)", "\"udp_echo:7\"", "0 is not between 1 and 255"},
      {R"("srv:7", "tos": 256)", "\"udp_echo:7\"", "256 is not between 0 and 255"},
      {R"("srv:7", "priority": 8)", "\"udp_echo:7\"", "8 is not between 0 and 7"},
      {R"("srv:7", "priority": 8)", "\"udp_echo:7\"", "from low to high: 1 background, 0 best"},
      {R"("srv:7", "priority": -1)", "\"udp_echo:7\"", "-1 is not between 0 and 7"},
      {R"("srv:7")", R"({ "udp_echo": { "port": 7, "priority": 9 } })", "9 is not between 0 and 7"},
      {R"("srv:7")", R"({ "udp_echo": { "port": 7, "join": "192.0.2.1" } })",
       "\"192.0.2.1\" is not a multicast group"},
      {R"("srv:7")", R"({ "udp_echo": { "port": 7, "join": ["ff05::7", "ff05::7"] } })",
       "\"ff05::7\" is there already"},
      {R"("192.0.2.1:7")", R"({ "udp_echo": { } })", "an echo needs a \"port\""},
      {R"("192.0.2.1:7")", R"({ "tcp_echo": { "port": 7 } })", "written as a text"},
  };
  for (const auto& row : rows) {
    const Ran ran(echo_pair(row.app, row.service));
    EXPECT_FALSE(ran.report) << row.message;
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
}

}  // namespace
}  // namespace flapjack
