// SPDX-License-Identifier: Apache-2.0
// A cpu that takes time: service times, who goes first, what preemption, stalls and blocks do, and
// what the counters say. Without one every trace is as before.
#include "stack/net/node_cpu.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;

constexpr std::size_t kDatagram = kIpv4HeaderBytes + kUdpHeaderBytes + 1;

StackConfig busy(std::size_t classes, Duration each) {
  StackConfig config;
  config.tx_classes = config.rx_classes = classes;
  config.tx_pool.packets = config.rx_pool.packets = 100;
  config.tx_pool.buffers = config.rx_pool.buffers = 100;
  config.cpu.tx.packet = {each};
  return config;
}

/// Sends datagrams of one letter with a priority; tells when each reached the device.
struct Node {
  explicit Node(const StackConfig& config) : rig(config) {}
  void send(char what, int priority) {
    NetContext& context = rig.context();
    context.set_priority(static_cast<std::uint8_t>(priority));
    EXPECT_TRUE(context.sendto(test::text_bytes(std::string(1, what)), {ip("192.0.2.2"), 7}, {},
                               Timeout::no_wait()).ok());
    EXPECT_TRUE(context.put().ok());
  }
  void receive(int port) {
    eth0.on_frame(rig.frame(test::udp_bytes({ip("192.0.2.2"), 7},
                                            {ip("192.0.2.1"), static_cast<std::uint16_t>(port)},
                                            "x")));
  }
  void run_to(Duration at) { rig.scheduler.run_until(SimTime{} + at); }
  /// "20us a" for each frame the device got since the last call.
  Lines sent() {
    Lines lines;
    std::size_t n = 0;
    for (const KeptRecord& r : rig.sink.records) {
      if (r.name != "driver_tx") continue;
      if (n >= told) {
        lines.push_back(to_text(r.at - SimTime{}) + " " +
                        static_cast<char>(rig.driver(eth0).sent[n].back()));
      }
      ++n;
    }
    told = n;
    return lines;
  }
  test::NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  std::size_t told = 0;
};

TEST(NodeCpu, OffByDefaultAndWithoutAnyCost) {
  EXPECT_FALSE(test::NodeRig().node.cpu.enabled());
  EXPECT_FALSE(test::NodeRig(busy(1, {})).node.cpu.enabled());
  EXPECT_TRUE(test::NodeRig(busy(1, nanoseconds(1))).node.cpu.enabled());
}

TEST(NodeCpu, ServiceTimesByClassAndByByte) {
  CpuConfig::Cost cost;
  EXPECT_EQ(cost.of(3, 100), Duration{});
  cost.packet = {microseconds(5), microseconds(2)};
  cost.byte = nanoseconds(10);
  EXPECT_EQ(cost.of(0, 0), microseconds(5));
  EXPECT_EQ(cost.of(1, 100), microseconds(3));
  EXPECT_EQ(cost.of(7, 0), microseconds(2)) << "the last one counts for all above";
}

TEST(NodeCpu, PacketsLeaveOneAfterTheOther) {
  StackConfig config = busy(1, microseconds(10));
  config.cpu.tx.byte = nanoseconds(1000);
  Node node(config);
  node.send('a', 0);
  node.send('b', 0);
  node.rig.scheduler.run();
  const Duration each = microseconds(10) + microseconds(1) * kDatagram;
  EXPECT_EQ(node.sent(), (Lines{to_text(each) + " a", to_text(each * 2) + " b"}));
  EXPECT_EQ(node.rig.node.cpu.busy(), each * 2);
  const ClassStats stats = node.rig.node.tx_queue.total();
  EXPECT_EQ(stats.packets, 2u);
  EXPECT_EQ(stats.waited, each);
  EXPECT_EQ(stats.waited_max, each);
  EXPECT_EQ(stats.peak, 1u) << "the first is with the cpu at once";
}

TEST(NodeCpu, ACooperativeThreadKeepsTheCpuUntilItsQueueIsEmpty) {
  Node node(busy(8, microseconds(10)));
  node.send('a', 0);
  node.send('b', 0);
  node.run_to(microseconds(5));
  node.send('x', 7);
  node.run_to(microseconds(15));
  node.send('c', 0);
  node.rig.scheduler.run();
  EXPECT_EQ(node.sent(), (Lines{"10us a", "20us b", "30us c", "40us x"})) << "starved";
  EXPECT_EQ(node.rig.node.tx_queue.stats(7).waited_max, microseconds(25));
}

TEST(NodeCpu, APreemptiveThreadOfAHigherClassTakesOver) {
  StackConfig config = busy(8, microseconds(10));
  config.cpu.preemptive = true;
  Node node(config);
  node.send('a', 0);
  node.send('b', 0);
  node.run_to(microseconds(4));
  node.send('x', 7);
  node.run_to(microseconds(9));
  node.send('m', 4);
  node.rig.scheduler.run();
  // a had done 4 of its 10 us; m waits for x, a for both.
  EXPECT_EQ(node.sent(), (Lines{"14us x", "24us m", "30us a", "40us b"}));
  EXPECT_EQ(node.rig.node.cpu.busy(), microseconds(40));
}

TEST(NodeCpu, EqualsDoNotPreemptEachOther) {
  StackConfig config = busy(1, microseconds(10));
  config.cpu.rx.packet = {microseconds(3)};
  config.cpu.preemptive = true;
  Node node(config);
  node.send('a', 0);
  node.run_to(microseconds(1));
  node.receive(9);
  node.send('b', 0);
  node.rig.scheduler.run();
  Lines when;
  for (const KeptRecord& r : node.rig.sink.records) {
    if (r.name == "driver_tx" || r.name == "l2_in") {
      when.push_back(to_text(r.at - SimTime{}) + " " + r.name);
    }
  }
  ASSERT_GE(when.size(), 3u);
  EXPECT_EQ(when[0], "10us driver_tx");
  EXPECT_EQ(when[1], "20us driver_tx") << "one more of the thread that runs";
  EXPECT_EQ(when[2], "23us l2_in");
}

TEST(NodeCpu, TheHigherClassOfTheOtherDirectionGoesFirst) {
  StackConfig config = busy(2, microseconds(10));
  config.cpu.rx.packet = {microseconds(3)};
  Node node(config);
  node.receive(9);       // rx class 0, begins at once
  node.run_to(microseconds(1));
  node.receive(9);
  node.send('x', 7);     // tx class 1
  node.rig.scheduler.run();
  EXPECT_EQ(node.sent().front(), "16us x") << "cooperative: after both received ones";
}

TEST(NodeCpu, AStalledQueueGivesTheCpuUp) {
  StackConfig config = busy(1, microseconds(10));
  config.cpu.rx.packet = {microseconds(10)};
  Node node(config);
  node.send('a', 0);
  node.run_to(microseconds(4));
  node.rig.node.tx_queue.stall(true);
  node.receive(9);
  node.run_to(microseconds(100));
  EXPECT_EQ(node.sent(), Lines{});
  EXPECT_EQ(node.rig.node.rx_queue.total().packets, 1u);
  node.rig.node.tx_queue.stall(false);
  node.rig.scheduler.run();
  EXPECT_EQ(node.sent().front(), "106us a") << "the six that were left";
}

TEST(NodeCpu, AStallWithoutACpuHoldsTheQueue) {
  StackConfig config = busy(2, {});
  Node node(config);
  node.rig.node.tx_queue.stall(true);
  node.send('a', 0);
  node.send('x', 7);
  node.run_to(microseconds(50));
  EXPECT_EQ(node.sent(), Lines{});
  EXPECT_EQ(node.rig.node.tx_queue.queued(), 2u);
  node.rig.node.tx_queue.stall(false);
  node.rig.scheduler.run();
  EXPECT_EQ(node.sent(), (Lines{"50us x", "50us a"}));
  EXPECT_EQ(node.rig.node.tx_queue.total().waited_max, microseconds(50));
}

TEST(NodeCpu, AnOverloadFillsTheQueueAndThenDrops) {
  StackConfig config = busy(2, milliseconds(1));
  config.tx_pool.packets = 100;
  config.max_contexts = 100;
  Node node(config);
  for (int i = 0; i < 60; ++i) node.send('a', 0);
  node.rig.scheduler.run();
  const ClassStats stats = node.rig.node.tx_queue.stats(0);
  EXPECT_EQ(stats.peak, 50u) << "half of the slots are the class's";
  EXPECT_EQ(stats.packets, 51u);
  EXPECT_EQ(stats.dropped, 9u);
  EXPECT_EQ(stats.waited_max, milliseconds(50));
}

// The rx thread stands still while what it works on waits for a packet (the deadlock of rx and tx).
TEST(NodeCpu, AThreadThatWaitsForAPacketStandsStill) {
  for (const bool cpu : {false, true}) {
    StackConfig config = busy(1, {});
    if (cpu) config.cpu.rx.packet = {nanoseconds(1)};
    Node node(config);
    node.rig.node.tx_pool.set_limit(0);
    IcmpHandler asks;
    asks.type = kIcmpEchoReply;
    Lines log;
    asks.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
      node.rig.node.waits().allocate_within(
          node.rig.node.tx_pool, 0, Timeout::after(milliseconds(100)),
          [&](PacketPtr packet) { log.push_back(packet != nullptr ? "got" : "failed"); });
      return Status();
    };
    node.rig.node.icmp()->add(asks);
    const IcmpHeader header{kIcmpEchoReply, 0, 1, 1};
    node.eth0.on_frame(
        node.rig.frame(test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), header)));
    node.run_to(milliseconds(1));
    node.receive(9);
    node.run_to(milliseconds(99));
    EXPECT_EQ(node.rig.node.rx_queue.queued(), 1u) << cpu;
    node.rig.scheduler.run();
    EXPECT_EQ(node.rig.node.rx_queue.queued(), 0u);
    EXPECT_EQ(log, Lines{"failed"});
    EXPECT_GE(node.rig.node.rx_queue.total().waited_max, milliseconds(98));
    node.rig.node.icmp()->remove(asks);
  }
}

TEST(NodeCpu, AnInterruptCannotWait) {
  StackConfig config = busy(1, {});
  config.rx_classes = 0;
  Node node(config);
  node.rig.node.tx_pool.set_limit(0);
  IcmpHandler asks;
  asks.type = kIcmpEchoReply;
  Lines log;
  asks.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
    node.rig.node.waits().allocate_within(
        node.rig.node.tx_pool, 0, Timeout::forever(),
        [&](PacketPtr packet) { log.push_back(packet != nullptr ? "got" : "failed"); });
    return Status();
  };
  node.rig.node.icmp()->add(asks);
  const IcmpHeader header{kIcmpEchoReply, 0, 1, 1};
  node.eth0.on_frame(node.rig.frame(test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), header)));
  EXPECT_EQ(log, Lines{"failed"});
  node.rig.node.icmp()->remove(asks);
}

TEST(NodeCpu, HighPrioritiesSkipTheQueueWhenAskedTo) {
  StackConfig config = busy(2, microseconds(10));
  config.tx_skip_high = true;
  Node node(config);
  node.send('a', 2);
  node.send('x', 3);
  node.send('y', 7);
  node.send('b', 9);
  node.rig.scheduler.run();
  EXPECT_EQ(node.sent(), (Lines{"0s x", "0s y", "10us a", "20us b"}));
}

}  // namespace
}  // namespace flapjack
