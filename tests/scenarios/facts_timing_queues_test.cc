// SPDX-License-Identifier: Apache-2.0
// Fragments, packet pools and work queues against what Zephyr's are known to do: predicted, then
// run. (RFC 791, 1122; Zephyr: ipv4_fragment.c, net_pkt.c, net_tc.c.)
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

using Times = std::vector<SimTime>;

Lan echo_lan(const std::string& app, const std::string& kconfig = {}) {
  Lan lan;
  lan.gw_more = R"("services": ["udp_echo:7"])";
  lan.dev_more = R"("apps": { "ping": { "udp_ping": "gw:7", )" + app + " } }";
  if (!kconfig.empty()) {
    lan.dev_more += ", \"kconfig\": { " + kconfig + " }";
    lan.gw_more += ", \"kconfig\": { " + kconfig + " }";
  }
  lan.until = "30s";
  return lan;
}
constexpr const char* kFragment = R"("NET_IPV4_FRAGMENT": true)";

// ---- fragments

// Without fragmentation a packet holds what the MTU allows, and more is refused.
TEST(FactsTimingFragments, OffByDefault) {
  Lan lan = echo_lan(R"("send": "2000B", "from": "1s", "count": 1)");
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.ping", "send_failed", "errno=ENOMEM"), all_at_ms({1000}));
  EXPECT_TRUE(run.frames.frames.empty());
}

// 2000 bytes in two pieces; what reaches the other end is whole.
TEST(FactsTimingFragments, TwoPieces) {
  Lan lan = echo_lan(R"("send": "2000B", "from": "1s", "count": 1)", kFragment);
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("dev.eth0", "fragment")), all_at_ms({1002, 1002}));  // behind ARP
  EXPECT_EQ(run.times("dev.ping", "acked").size(), 1u);
}

// The second piece is lost: 5 s after the first came, the rest is given up and the sender told.
TEST(FactsTimingFragments, TheSecondPieceIsLost) {
  Lan lan = echo_lan(R"("send": "2000B", "from": "1s", "count": 1)", kFragment);
  lan.timeline = R"({ "at": "0s", "set_link": "wire", "up": { "loss": { "every": 3 } } })";
  const FactsRun run = lan.run();  // frames of dev: ARP, first piece, second piece
  EXPECT_EQ(run.drops("gw.eth0", "reassembly_timeout").size() +
                run.drops("gw", "reassembly_timeout").size(), 1u);
  const auto told = run.sent("gw.eth0", "icmp 11/1");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].at, at_ms(6003));  // it came 1 ms after 1.002 s
}

// The first piece is lost: nobody is told (RFC 1122 section 3.2.2.4).
TEST(FactsTimingFragments, TheFirstPieceIsLost) {
  Lan lan = echo_lan(R"("send": "2000B", "from": "1s", "count": 1)", kFragment);
  lan.timeline = R"({ "at": "0s", "set_link": "wire", "up": { "loss": { "every": 2 } } })";
  const FactsRun run = lan.run();
  const Times lost = run.drops("gw.eth0", "reassembly_timeout");
  EXPECT_EQ(lost, all_at_ms({6003}));
  EXPECT_TRUE(run.sent("gw.eth0", "icmp").empty());
}

// Two packets a datagram: one of three pieces cannot be put together, so Zephyr gives it up.
TEST(FactsTimingFragments, ThreePiecesAreTooMany) {
  Lan lan = echo_lan(R"("send": "4000B", "from": "1s", "count": 1)",
                     R"("NET_IPV4_FRAGMENT": true, "NET_BUF_TX_COUNT": 100,
                        "NET_BUF_RX_COUNT": 100)");
  const FactsRun run = lan.run();
  EXPECT_EQ(run.sent("dev.eth0", "fragment").size(), 3u);
  EXPECT_TRUE(run.times("dev.ping", "acked").empty());
  EXPECT_TRUE(run.sent("gw.eth0", "fragment").empty());
}
// 4000 bytes take 32 of 36 buffers, and the first piece 12 more: it waits for 100 ms, in vain.
TEST(FactsTimingFragments, NoBuffersForThePieces) {
  Lan lan = echo_lan(R"("send": "4000B", "from": "1s", "count": 1)", kFragment);
  const FactsRun run = lan.run();
  EXPECT_TRUE(run.sent("dev.eth0", "fragment").empty());
  EXPECT_EQ(run.drops("dev.eth0", "no_buffers"), all_at_ms({1100}));
  EXPECT_EQ(run.times("dev.ping", "send_failed", "errno=ENOMEM"), all_at_ms({1100}));
}
TEST(FactsTimingFragments, ThreePiecesWithRoomForThem) {
  Lan lan = echo_lan(R"("send": "4000B", "from": "1s", "count": 1)",
                     R"("NET_IPV4_FRAGMENT": true, "NET_IPV4_FRAGMENT_MAX_PKT": 3,
                        "NET_BUF_TX_COUNT": 100, "NET_BUF_RX_COUNT": 100)");
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.ping", "acked").size(), 1u);
}

// The answer of 3000 bytes takes 24 of 36 buffers, its first piece the other 12: the rx thread
// waits with each of the next until that has left.
TEST(FactsTimingFragments, AnAnswerWaitsForItsPieces) {
  const std::string options = R"("NET_IPV4_FRAGMENT": true, "NET_IPV4_FRAGMENT_MAX_PKT": 4)";
  Lan lan = echo_lan(R"("send": "3000B", "from": "1s", "count": 3)");
  lan.dev_more += ", \"kconfig\": { " + options + ", \"NET_BUF_TX_COUNT\": 100 }";
  lan.gw_more += ", \"kconfig\": { " + options + " }";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.ping", "acked").size(), 3u);
  EXPECT_EQ(run.times("gw", "alloc_wait").size(), 6u);
  EXPECT_TRUE(run.times("gw.udp_echo", "service_failed").empty());
  EXPECT_TRUE(run.drops("gw.eth0", "no_buffers").empty());
}
// 4000 bytes leave 4 buffers, and the first piece needs 12.
TEST(FactsTimingFragments, AnAnswerGivesUp) {
  Lan lan = echo_lan(R"("send": "4000B", "from": "1s", "count": 1)");
  lan.dev_more += R"(, "kconfig": { "NET_IPV4_FRAGMENT": true, "NET_BUF_TX_COUNT": 100 })";
  lan.gw_more += R"(, "kconfig": { "NET_IPV4_FRAGMENT": true, "NET_IPV4_FRAGMENT_MAX_PKT": 4,
                                   "NET_BUF_RX_COUNT": 100 })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.drops("gw.eth0", "no_buffers"), all_at_ms({1103}));
  EXPECT_EQ(run.times("gw.udp_echo", "service_failed", "errno=ENOMEM"), all_at_ms({1103}));
  EXPECT_TRUE(run.sent("gw.eth0", "fragment").empty());
}

// One slot: while a datagram waits for its rest, no other can be put together; 5 s later one can.
TEST(FactsTimingFragments, OneDatagramAtATime) {
  Lan lan = echo_lan(R"("send": "2000B", "from": "1s", "every": "2s", "count": 4)", kFragment);
  lan.timeline = R"({ "at": "1500us", "set_link": "wire", "up": { "loss": { "every": 3 } },
                      "for": "1500ms" })";
  const FactsRun run = lan.run();
  // the first waits from 1.003 s to 6.003 s; those of 3 s and 5 s find no place; that of 7 s does
  EXPECT_EQ(run.times("dev.ping", "acked").size(), 1u);
  EXPECT_EQ(run.times("dev.ping", "acked", "seq=4").size(), 1u);
}

// ---- pools

// Packets for a neighbour that does not answer stay for 2 s. The next send waits for one: 1 s, then
// ENOBUFS.
TEST(FactsTimingPools, ASendGivesUpAfterASecond) {
  Lan lan;
  lan.dev_more = R"("kconfig": { "NET_PKT_TX_COUNT": 3 }, "apps": {
    "ping": { "udp_ping": "10.0.0.77:7", "from": "1s", "every": "100ms", "count": 4 } })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.ping", "send_failed"), all_at_ms({2300}));
  EXPECT_EQ(run.times("dev.ping", "send_failed", "errno=ENOBUFS"), all_at_ms({2300}));
}

// A packet that comes free within the second is used at that instant.
TEST(FactsTimingPools, ASendWaitsForAFreePacket) {
  Lan lan;
  lan.dev_more = R"("kconfig": { "NET_PKT_TX_COUNT": 3 }, "apps": {
    "ping": { "udp_ping": "10.0.0.77:7", "from": "1s", "every": "500ms", "count": 4 } })";
  const FactsRun run = lan.run();
  EXPECT_TRUE(run.times("dev.ping", "send_failed").empty());
  EXPECT_EQ(run.drops("dev.eth0", "arp_timeout"), all_at_ms({3000, 3000, 3000, 5000}));
  EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_request")), all_at_ms({1000, 3000}));
}

// Data buffers are a pool of their own: 1000 bytes are eight of 128.
TEST(FactsTimingPools, DataBuffersEndBeforePacketsDo) {
  Lan lan;
  lan.dev_more = R"("kconfig": { "NET_BUF_TX_COUNT": 20 }, "apps": {
    "ping": { "udp_ping": "10.0.0.77:7", "send": "1000B", "from": "1s", "every": "100ms",
              "count": 3 } })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.ping", "send_failed", "errno=ENOBUFS"), all_at_ms({2200}));
}

// A driver does not wait: what comes while the rx pool is empty is lost and counted.
TEST(FactsTimingPools, AnEmptyRxPoolLosesFrames) {
  Lan lan = echo_lan(R"("from": "1s", "every": "10ms", "count": 5)");
  lan.gw_more += R"(, "kconfig": { "NET_PKT_RX_COUNT": 1 })";
  lan.timeline = R"({ "at": "1005ms", "hold": "wire", "for": "100ms" })";
  const FactsRun run = lan.run();  // four frames arrive at one instant
  EXPECT_GT(run.drops("gw.eth0", "no_buffers").size(), 0u);
  EXPECT_EQ(run.times("dev.ping", "acked").size() + run.drops("gw.eth0", "no_buffers").size(), 5u);
}

// ---- work queues

// No tx class: the driver has the frame in the caller's turn; no queue is seen. One class: it is.
TEST(FactsTimingQueues, TxInTheCallersTurn) {
  for (const int classes : {0, 1}) {
    Lan lan = echo_lan(R"("from": "1s", "count": 1)");
    lan.dev_more += R"(, "kconfig": { "NET_TC_TX_COUNT": )" + std::to_string(classes) + " }";
    const FactsRun run = lan.run();
    EXPECT_EQ(run.times("dev.eth0", "tx_queue").size(), static_cast<std::size_t>(classes));
    EXPECT_EQ(run.times("dev.ping", "acked").size(), 1u);
  }
}
TEST(FactsTimingQueues, RxInTheDriversTurn) {
  for (const int classes : {0, 1}) {
    Lan lan = echo_lan(R"("from": "1s", "count": 1)");
    lan.dev_more += R"(, "kconfig": { "NET_TC_RX_COUNT": )" + std::to_string(classes) + " }";
    const FactsRun run = lan.run();  // an ARP reply and an answer
    EXPECT_EQ(run.times("dev.eth0", "rx_queue").size(), 2u * static_cast<std::size_t>(classes));
    EXPECT_EQ(run.times("dev.ping", "acked").size(), 1u);
  }
}


// TC-4: those that skip the queues count as one class more. The queue stands still while all send.
std::string skipping(const std::string& classes, const std::string& apps,
                     const std::string& kconfig) {
  return R"({ "until": "4s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, "apps": {)" + apps + R"(},
           "kconfig": { "NET_TC_TX_SKIP_FOR_HIGH_PRIO": true, "NET_TC_TX_COUNT": )" + classes +
         kconfig + R"( } },
    "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
  "links": { "w": { "between": ["a.e", "b.e"] } },
  "timeline": [ { "at": "0.5s", "stall": "a.tx_queue", "for": "1s" } ] })";
}
TEST(FactsTimingQueues, WhoSkipsTheQueuesHasAShare) {
  const Ran ran(skipping("1", R"("p": { "udp_ping": "b:7", "priority": 0, "from": "1s",
                                        "every": "1ms", "count": 12 })", ""));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.counter("a.tx_queue_dropped"), 5);  // 14 packets, 7 of them for the one class
}
// EE is above all in this map and does not skip: it waits in the highest class that there is.
TEST(FactsTimingQueues, ReservedPrioritiesDoNotFallBehindThoseThatSkip) {
  const Ran ran(skipping("3", R"("p": { "udp_ping": "b:7", "priority": 2, "from": "1s",
                                        "count": 1 })",
                         R"(, "NET_TC_RX_COUNT": 3, "NET_TC_MAPPING_SR_CLASS_B_ONLY": true)"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.counts("a.p").delivered, 1u);
}
TEST(FactsTimingQueues, WhoSkipsTheQueuesHasAPlaceInTheMap) {
  std::string apps;
  for (const char* priority : {"0", "1", "2", "3"}) {
    apps += std::string(apps.empty() ? "" : ", ") + "\"p" + priority +
            R"(": { "udp_ping": "b:7", "from": "1s", "count": 1, "priority": )" + priority + " }";
  }
  const Ran ran(skipping("3", apps, R"(, "NET_PKT_TX_COUNT": 40)"));
  ASSERT_TRUE(ran.report) << ran.messages;
  std::vector<std::string> order;
  for (const KeptRecord& record : ran.trace.records) {
    if (record.name == "acked") order.push_back(record.subject);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"a.p3", "a.p2", "a.p0", "a.p1"}));
}

}  // namespace
}  // namespace flapjack
