// SPDX-License-Identifier: Apache-2.0
// A node whose work takes time, whose pools are squeezed and whose threads stop: the keys, their
// errors, and what comes of them.
#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

/// dev sends a datagram of 64 bytes every 100 ms from 1 s on, ten of them; `node` are more keys of
/// srv, `more` of the scenario.
std::string ping(const std::string& node, const std::string& more = {}) {
  return R"({ "until": "10s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } },
             "apps": { "ping": { "udp_ping": "srv:7", "from": "1s", "every": "100ms", "count": 10,
                                 "wait": "2s" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"])" +
         node + R"( } },
    "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } })" +
         more + " }";
}

std::string step(const std::string& what, const std::string& at = "0.9s") {
  return ", \"timeline\": [ { \"at\": \"" + at + "\", " + what + " } ]";
}

TEST(NodeWork, WithoutACpuNothingTakesTime) {
  const Ran ran(ping(""));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.counts("dev.ping").delivered, 10);
  EXPECT_EQ(ran.counter("srv.cpu_busy"), 0);
  EXPECT_EQ(ran.counter("srv.rx_wait_max"), 0);
  EXPECT_EQ(ran.counter("srv.rx_queue_peak"), 1);
}

TEST(NodeWork, ACpuTakesItsTimeByPacketAndByByte) {
  const Ran ran(ping(R"(, "cpu": { "rx": "1ms", "tx": ["2ms"], "rx_byte": "1us" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  const auto acked = ran.all("dev.ping", "acked");
  ASSERT_EQ(acked.size(), 10u);
  // 64 bytes with UDP, IP and Ethernet headers are 106
  EXPECT_EQ(acked.back().attr("rtt"), to_text(milliseconds(3) + microseconds(106)));
  EXPECT_GT(ran.counter("srv.cpu_busy"), 30'000);
}

TEST(NodeWork, AnOverloadedCpuIsVisible) {
  const Ran ran(ping(R"(, "cpu": { "rx": "150ms" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_GE(ran.counter("srv.rx_queue_peak"), 3);
  EXPECT_GE(ran.counter("srv.rx_wait_max"), 300'000);
}

struct Wrong {
  const char* node;
  const char* message;
};

TEST(NodeWork, WhatDoesNotGoTogetherIsRefused) {
  const Wrong wrongs[] = {
      {R"(, "cpu": { "rx": "1ms" }, "kconfig": { "NET_TC_RX_COUNT": 0 })",
       "F0924 without a queue there is no thread whose work could take time"},
      {R"(, "cpu": { "tx_byte": "1ns" }, "kconfig": { "NET_TC_TX_COUNT": 0 })",
       "F0924 without a queue there is no thread whose work could take time"},
      {R"(, "cpu": { "mgmt": "1ms" }, "kconfig": { "NET_MGMT_EVENT_DIRECT": 1 })",
       "F0924 handlers that net_mgmt calls in the notifier's turn cannot take time"},
      {R"(, "kconfig": { "NET_TC_MAPPING_SR_CLASS_B_ONLY": 1, "NET_TC_RX_COUNT": 4 })",
       "F0916 this priority map needs two traffic classes in both directions"},
      {R"(, "kconfig": { "NET_TC_TX_COUNT": 8, "NET_PKT_TX_COUNT": 7 })",
       "F0936 a share of 7 packets among 8 traffic classes is none"},
      {R"(, "kconfig": { "NET_TC_RX_COUNT": 1, "NET_TC_RX_SKIP_FOR_HIGH_PRIO": true,
                         "NET_PKT_RX_COUNT": 1 })",
       "F0936 a share of 1 packets among 2 traffic classes is none"},
      {R"(, "kconfig": { "NET_TC_TX_COUNT": 8, "NET_TC_TX_SKIP_FOR_HIGH_PRIO": true })",
       "F0936 with those that skip them there are nine traffic classes"},
      {R"(, "cpu": { "rx": [] })", "F0110 a list of service times has one to eight entries"},
  };
  for (const Wrong& wrong : wrongs) {
    const Ran ran(ping(wrong.node));
    EXPECT_FALSE(ran.report) << wrong.node;
    EXPECT_NE(ran.brief().find(wrong.message), std::string::npos) << ran.brief();
  }
}

TEST(NodeWork, OneMapAloneIsNotUndoneByAnother) {
  const Ran ran(ping(R"(, "kconfig": { "NET_TC_MAPPING_SR_CLASS_B_ONLY": true })"));
  EXPECT_EQ(ran.sink.all().size(), 1u) << ran.messages;
}

TEST(NodeWork, AThreadThatIsNotThereCannotBeStopped) {
  const char* rows[][2] = {{"NET_TC_TX_COUNT\": 0", "srv.tx_queue"},
                           {"NET_TC_RX_COUNT\": 0", "srv.rx_queue"},
                           {"NET_MGMT_EVENT_DIRECT\": 1", "srv.net_mgmt"}};
  for (const auto& row : rows) {
    const std::string node = std::string(", \"kconfig\": { \"") + row[0] + " }";
    for (const auto& target : rows) {
      const Ran ran(ping(node, step(std::string("\"stall\": \"") + target[1] + "\"")));
      const std::string message =
          std::string("F0932 ") + row[1] + " has no thread that could be stopped";
      EXPECT_EQ(ran.brief().find(message) != std::string::npos, &row == &target) << ran.brief();
      EXPECT_EQ(!ran.report, &row == &target) << row[0] << " " << target[1];
    }
  }
}

// An engine has threads of its own: what stops or slows the node's is nothing to it.
TEST(NodeWork, NothingOfAnEngineCanBeStopped) {
  const auto brief = [](const std::string& node, const std::string& what) {
    const Ran ran(R"({ "until": "1s", "nodes": { "dev": {)" + node + R"( "ifaces": {
      "m": { "ipv4": "10.0.0.1/24", "offload": "lwip" } } },
      "srv": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } } } },
      "links": { "w": { "between": ["dev.m", "srv.e"] } }, "timeline": [)" + what + "] }");
    return ran.sink.all().empty() ? "" : ran.sink.all()[0].code + " " + ran.sink.all()[0].message;
  };
  const auto at = [](const std::string& what) { return R"({ "at": "500ms", )" + what + " }"; };
  EXPECT_EQ(brief("", at(R"("suspend": "dev.m")")),
            "F0935 an engine sends by itself: dev.m cannot be suspended");
  EXPECT_EQ(brief("", at(R"("suspend": "srv.e")")), "");
  EXPECT_EQ(brief("", at(R"("stall": "dev.tx_queue")")),
            "F0932 an engine works by itself: nothing passes dev.tx_queue");
  EXPECT_EQ(brief("", at(R"("stall": "dev.rx_queue")")),
            "F0932 an engine works by itself: nothing passes dev.rx_queue");
  EXPECT_EQ(brief("", at(R"("stall": "dev.net_mgmt")")), "");
  EXPECT_EQ(brief(R"("cpu": { "rx": "1ms" },)", ""),
            "F0924 an engine works by itself: nothing passes the queues of this node");
  EXPECT_EQ(brief(R"("cpu": { "mgmt": "1ms" },)", ""), "");
}

// What is on no link cannot be taken off it.
TEST(NodeWork, NothingLeavesALinkThatItIsNotOn) {
  const struct {
    const char* step;
    const char* who;  ///< has the error; empty: nobody
  } rows[] = {
      {R"("vanish": "n.e")", ""},
      {R"("vanish": "n")", ""},
      {R"("carrier_down": "n.lo")", ""},  // its driver is its medium
      {R"("vanish": "n.lo")", "n.lo"},
      {R"("vanish": "n.free")", "n.free"},
      {R"("vanish": "alone")", "alone"},
  };
  for (const auto& row : rows) {
    const Ran ran(std::string(R"({ "until": "2s", "nodes": {
      "n": { "ifaces": { "e": {}, "free": {}, "lo": { "technology": "loopback" } } },
      "m": { "ifaces": { "e": {} } }, "alone": { "ifaces": { "e": {}, "f": {} } } },
      "links": { "w": { "between": ["n.e", "m.e"] } },
      "timeline": [ { "at": "1s", )") + row.step + " } ] }");
    const std::string found =
        ran.sink.all().empty() ? "" : ran.sink.all()[0].code + " " + ran.sink.all()[0].message;
    const std::string who = row.who;
    const std::string told = "F0937 " + who + " is on no link that it could vanish from";
    EXPECT_EQ(found, who.empty() ? "" : told) << row.step;
  }
}

// Kconfig's defaults: 14 packets and 36 buffers with Ethernet, 4 and 16 without.
TEST(NodeWork, PoolsAreSmallerWithoutEthernet) {
  const Ran ran(R"({ "until": "1s", "nodes": {
    "eth": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } } },
    "ppp": { "ifaces": { "p": { "technology": "ppp", "ipv4": "10.1.0.1/32" } } },
    "own": { "kconfig": { "NET_PKT_TX_COUNT": 9 },
             "ifaces": { "l": { "technology": "loopback", "ipv4": "127.0.0.1/8" } } } },
    "timeline": [
      { "at": "0s", "exhaust": "eth.tx_pkts", "leave": 14 },
      { "at": "0s", "exhaust": "eth.rx_bufs", "leave": 36 },
      { "at": "0s", "exhaust": "ppp.tx_pkts", "leave": 4 },
      { "at": "0s", "exhaust": "ppp.rx_pkts", "leave": 4 },
      { "at": "0s", "exhaust": "ppp.tx_bufs", "leave": 16 },
      { "at": "0s", "exhaust": "ppp.rx_bufs", "leave": 16 },
      { "at": "0s", "exhaust": "own.tx_pkts", "leave": 9 },
      { "at": "0s", "exhaust": "own.rx_pkts", "leave": 4 } ] })");
  EXPECT_FALSE(ran.report);
  EXPECT_EQ(ran.sink.all().size(), 8u) << ran.messages;  // each leaves all there is: F0928
  for (const Diagnostic& each : ran.sink.all()) EXPECT_EQ(each.code, "F0928");
}

TEST(NodeWork, ExhaustSqueezesAPoolForATime) {
  struct Row {
    const char* what;
    std::int64_t delivered;
  };
  const Row rows[] = {
      {R"("exhaust": "srv.rx_pkts", "leave": 0, "for": "460ms")", 5},
      {R"("exhaust": "srv.rx_pkts", "take": 14, "for": "460ms")", 5},
      {R"("exhaust": "srv.rx_bufs", "leave": 0, "for": "460ms")", 5},
      {R"("exhaust": "srv.rx_pkts", "take": 13, "for": "460ms")", 10},
      {R"("exhaust": "srv.rx_pkts", "leave": 1)", 10},
      {R"("exhaust": "srv.tx_bufs", "leave": 0, "for": "460ms")", 10},  // the answers wait
      {R"("exhaust": "srv.tx_pkts", "leave": 0)", 5},
  };
  for (const Row& row : rows) {
    const Ran ran(ping("", step(row.what, "1.45s")));
    ASSERT_TRUE(ran.passed()) << ran.messages;
    EXPECT_EQ(ran.counts("dev.ping").delivered, row.delivered) << row.what;
  }
}

TEST(NodeWork, TheTightestSqueezeCounts) {
  const Ran ran(ping("", R"(, "timeline": [
    { "at": "1.45s", "exhaust": "srv.rx_pkts", "leave": 0, "for": "460ms" },
    { "at": "1.5s", "exhaust": "srv.rx_pkts", "leave": 1, "for": "100ms" } ])"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.counts("dev.ping").delivered, 5);
}

TEST(NodeWork, AStalledQueueGoesOnWhereItStopped) {
  for (const std::string queue : {"rx_queue", "tx_queue"}) {
    const Ran ran(ping("", step("\"stall\": \"srv." + queue + "\", \"for\": \"650ms\"")));
    ASSERT_TRUE(ran.passed()) << ran.messages;
    EXPECT_EQ(ran.counts("dev.ping").delivered, 10) << queue;
    const auto acked = ran.all("dev.ping", "acked");
    EXPECT_EQ(to_text(acked.front().at), "1.550s") << queue;
  }
}

TEST(NodeWork, AStalledNetMgmtDelaysWhatFollowsFromEvents) {
  const Ran ran(ping("", R"(, "timeline": [
    { "at": "4s", "stall": "dev.net_mgmt", "for": "1s" },
    { "at": "4.2s", "carrier_down": "dev.eth0" } ])"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.events("dev.eth0 IF_DOWN"), std::vector<std::string>{"4.2s dev.eth0 IF_DOWN"});
  EXPECT_EQ(ran.events("dev L4_DIS"), std::vector<std::string>{"5s dev L4_DISCONNECTED"});
}

TEST(NodeWork, SlowHandlersLoseEventsOfAStorm) {
  const Ran ran(R"({ "until": "10s", "nodes": { "dev": {
      "kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 2 }, "cpu": { "mgmt": "20ms" },
      "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } } } },
    "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } },
    "timeline": [ { "at": "5s", "every": "2ms", "until": "5.1s", "carrier_down": "dev.eth0",
                    "for": "1ms" } ] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_GT(ran.counter("dev.mgmt_dropped"), 50);
  EXPECT_GT(ran.counter("dev.mgmt_delivered"), 3);
}

TEST(NodeWork, PoolsAndQueuesAreNoOtherTargets) {
  struct Row {
    const char *step, *message;
  };
  const Row rows[] = {
      {R"("exhaust": "srv.rx_queue", "leave": 1)",
       "\"srv.rx_queue\" is a queue, but \"exhaust\" takes a pool"},
      {R"("exhaust": "srv.rx_bufz", "leave": 1)", "node \"srv\" has no pool \"rx_bufz\""},
      {R"("exhaust": "srv.rx_bufs")", "\"exhaust\" changes nothing"},
      {R"("exhaust": "srv.rx_bufs", "leave": 1, "take": 1)", "\"take\""},
      {R"("stall": "srv.eth0")",
       "\"srv.eth0\" is an interface, but \"stall\" takes an agent or a queue"},
      {R"("stall": "srv.rx_queue", "leave": 1)", "\"leave\""},
      {R"("vanish": "srv.rx_pkts")", "\"srv.rx_pkts\" is a pool"},
  };
  for (const Row& row : rows) {
    const Ran ran(ping("", step(row.step)));
    EXPECT_FALSE(ran.spec) << row.step;
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
}

// A service answers in its callback: without a packet the answer waits for up to a second.
TEST(NodeWork, AnswersWaitForAPacket) {
  const std::string steps = R"(, "timeline": [
    { "at": "2.9s", "exhaust": "srv.tx_pkts", "leave": 0, "for": "500ms" },
    { "at": "5.9s", "exhaust": "srv.tx_pkts", "leave": 0, "for": "2s" } ])";
  const Ran ran(pair_scenario(steps));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  std::vector<std::string> rtts;
  for (const KeptRecord& r : ran.all("dev.ping", "acked")) {
    if (r.attr("rtt") != "2ms") rtts.push_back(to_text(r.at) + " " + std::string(r.attr("rtt")));
  }
  EXPECT_EQ(rtts.at(1), "3.401s 401ms") << "the first one asked for the address, too";
  const auto failed = ran.all("srv.udp_echo", "service_failed");
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(failed[0].attr("errno"), "ENOBUFS");
  EXPECT_EQ(to_text(failed[0].at), "7.001s");
}

}  // namespace
}  // namespace flapjack
