// SPDX-License-Identifier: Apache-2.0
// The work queues: which class a priority has, who goes first, what a full class does, and that
// without classes nothing waits.
#include "stack/net/traffic_class.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

constexpr std::size_t kMap[8][8] = {
    {0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 2, 2},
    {0, 0, 1, 1, 2, 2, 3, 3}, {0, 0, 1, 1, 2, 2, 3, 4}, {1, 0, 2, 2, 3, 3, 4, 5},
    {1, 0, 2, 3, 4, 4, 5, 6}, {1, 0, 2, 3, 4, 5, 6, 7},
};

TEST(TrafficClasses, StrictMap) {
  for (std::size_t classes = 1; classes <= 8; ++classes) {
    for (std::uint8_t priority = 0; priority < 8; ++priority) {
      EXPECT_EQ(traffic_class_of(priority, classes), kMap[classes - 1][priority])
          << classes << " classes, priority " << int{priority};
    }
    for (const std::uint8_t above : {8, 9, 255}) {
      EXPECT_EQ(traffic_class_of(above, classes), traffic_class_of(0, classes)) << "best effort";
    }
  }
}

StackConfig with_classes(std::size_t tx, std::size_t rx, std::size_t slots = 100) {
  StackConfig config;
  config.tx_classes = tx;
  config.rx_classes = rx;
  config.tx_pool.packets = config.rx_pool.packets = slots;
  return config;
}

/// One context for each priority, and what of them reached the device.
struct Senders {
  explicit Senders(const StackConfig& config) : rig(config) {}
  Errc send(int priority) {
    NetContext& context = rig.context();
    context.set_priority(static_cast<std::uint8_t>(priority));
    const std::string text = std::to_string(priority);
    const Errc code =
        context.sendto(test::text_bytes(text), {ip("192.0.2.2"), 7}, {}, Timeout::no_wait()).code();
    EXPECT_TRUE(context.put().ok());
    return code;
  }
  std::string order() {
    std::string text;
    for (const test::Bytes& frame : rig.driver(eth0).sent) text += static_cast<char>(frame.back());
    return text;
  }
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
};

struct Order {
  std::size_t classes;
  const char* left;  ///< after sending 0 1 2 3 4 5 6 7 in one instant
};
constexpr Order kOrders[] = {
    {0, "01234567"}, {1, "01234567"}, {2, "45670123"}, {3, "67450123"}, {4, "67452301"},
    {5, "76452301"}, {6, "76452301"}, {7, "76453201"}, {8, "76543201"},
};

TEST(TrafficClasses, TheHighestClassFirstAndFifoInside) {
  for (const Order& row : kOrders) {
    Senders senders(with_classes(row.classes, 1));
    for (int priority = 0; priority < 8; ++priority) EXPECT_EQ(senders.send(priority), Errc::Ok);
    senders.rig.scheduler.run();
    EXPECT_EQ(senders.order(), row.left) << row.classes << " classes";
  }
}

TEST(TrafficClasses, APacketThatComesMeanwhileOvertakes) {
  Senders senders(with_classes(8, 1));
  EXPECT_EQ(senders.send(1), Errc::Ok);
  EXPECT_EQ(senders.send(1), Errc::Ok);
  ASSERT_TRUE(senders.rig.scheduler.run_one());
  EXPECT_EQ(senders.order(), "1") << "one packet a turn";
  EXPECT_EQ(senders.rig.node.tx_queue.queued(), 1u);
  EXPECT_EQ(senders.send(7), Errc::Ok);
  senders.rig.scheduler.run();
  EXPECT_EQ(senders.order(), "171");
  EXPECT_EQ(senders.rig.node.tx_queue.queued(), 0u);
}

TEST(TrafficClasses, WithoutClassesTheDriverRunsInTheCallersTurn) {
  Senders senders(with_classes(0, 1));
  const std::uint64_t before = senders.rig.scheduler.executed();
  EXPECT_EQ(senders.send(1), Errc::Ok);
  EXPECT_EQ(senders.order(), "1");
  EXPECT_EQ(senders.rig.scheduler.executed(), before);
  EXPECT_EQ(senders.rig.scheduler.pending_count(), 0u);
  EXPECT_EQ(senders.rig.hops(), (Lines{"app_send", "l4_out", "core_out", "l2_out", "driver_tx"}));
}

TEST(TrafficClasses, EachClassHasItsShareOfTheSlots) {
  Senders senders(with_classes(4, 1, 14));  // 14 / 4: three each
  for (int i = 0; i < 5; ++i) EXPECT_EQ(senders.send(0), Errc::Ok) << "the caller is not told";
  EXPECT_EQ(senders.rig.drops(), (Lines{"queue_full", "queue_full"}));
  EXPECT_EQ(senders.eth0.losses().tx_dropped, 2u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(senders.send(7), Errc::Ok);
  EXPECT_EQ(senders.rig.drops().size(), 2u) << "another class has room";
  EXPECT_EQ(senders.rig.node.tx_queue.queued(), 6u);
  EXPECT_EQ(senders.rig.node.tx_pool.in_use(), 6u);
  senders.rig.scheduler.run();
  EXPECT_EQ(senders.order(), "777000");
}

TEST(TrafficClasses, OneClassHasNoLimitButThePool) {
  Senders senders(with_classes(1, 1, 14));
  for (int i = 0; i < 14; ++i) EXPECT_EQ(senders.send(0), Errc::Ok);
  EXPECT_EQ(senders.send(0), Errc::Enobufs);
  senders.rig.node.tx_pool.set_limit(20);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(senders.send(0), Errc::Ok);
  EXPECT_EQ(senders.rig.drops(), Lines{});
  senders.rig.scheduler.run();
  EXPECT_EQ(senders.order().size(), 20u);
}

// The threads come before the one that takes the iface down, unless they are stopped or at work.
TEST(TrafficClasses, WhatAnIfaceThatGoesDownStillSends) {
  Senders senders(with_classes(4, 1));
  TrafficClass& queue = senders.rig.node.tx_queue;
  NetIf& other = senders.rig.add({.name = "eth1"}, "10.0.0.1/8");
  for (const int priority : {1, 7, 0}) EXPECT_EQ(senders.send(priority), Errc::Ok);
  EXPECT_TRUE(senders.rig.context().sendto(test::text_bytes("x"), {ip("10.0.0.2"), 7}, {},
                                           Timeout::no_wait()).ok());
  queue.finish_of(senders.eth0.index());
  EXPECT_EQ(senders.order(), "710");
  EXPECT_EQ(queue.queued(), 1u);
  EXPECT_EQ(queue.queued_of(other.index()), 1u);
  senders.rig.scheduler.run();
  EXPECT_EQ(senders.rig.driver(other).sent.size(), 1u);
  EXPECT_EQ(queue.total().packets, 4u);
}

TEST(TrafficClasses, AStoppedThreadSendsNothingForAnIfaceThatGoesDown) {
  Senders senders(with_classes(1, 1));
  TrafficClass& queue = senders.rig.node.tx_queue;
  for (const int priority : {1, 7}) EXPECT_EQ(senders.send(priority), Errc::Ok);
  queue.stall(true);
  queue.finish_of(senders.eth0.index());
  EXPECT_EQ(senders.order(), "");
  EXPECT_EQ(senders.send(0), Errc::Ok);
  queue.stall(false);
  senders.rig.scheduler.run();
  EXPECT_EQ(senders.order(), "170") << "in their order";
}

TEST(TrafficClasses, ALostPacketsCallbackIsForgottenNotMixedUp) {
  Senders senders(with_classes(2, 1, 4));
  NetContext& context = senders.rig.context();
  Lines log;
  for (const char* who : {"a", "b", "lost", "d"}) {
    if (std::string(who) == "d") senders.rig.scheduler.run();
    EXPECT_TRUE(context
                    .sendto(
                        test::text_bytes(who), {ip("192.0.2.2"), 7},
                        [&log, who](NetContext&, Result<std::size_t>) { log.emplace_back(who); },
                        Timeout::no_wait())
                    .ok());
  }
  senders.rig.scheduler.run();
  EXPECT_EQ(log, (Lines{"a", "b", "d"}));
  EXPECT_EQ(senders.rig.drops(), Lines{"queue_full"});
}

TEST(TrafficClasses, WhatASendCallbackDoesIsCausedByItsOwnPacket) {
  Senders senders(with_classes(1, 1));
  NodeRig& rig = senders.rig;
  NetContext& context = rig.context();
  for (int i = 0; i < 2; ++i) {
    const auto lost = [&rig](NetContext&, Result<std::size_t>) {
      rig.tracer.event(rig.node.subject(), "told");
    };
    EXPECT_TRUE(
        context.sendto(test::text_bytes("x"), {ip("192.0.2.2"), 7}, lost, Timeout::no_wait()).ok());
  }
  senders.eth0.carrier_off();
  rig.scheduler.run();
  Lines told;
  for (const KeptRecord& r : rig.sink.records) {
    if (r.name != "told") continue;
    const KeptRecord& cause = rig.sink.records.at(r.cause.value - rig.sink.records[0].seq.value);
    told.push_back(cause.name + " of packet " + std::to_string(cause.packet.value));
  }
  EXPECT_EQ(told, (Lines{"tx_queue of packet 1", "tx_queue of packet 2"}));
}

// ---- up

struct Receivers {
  explicit Receivers(const StackConfig& config) : rig(config) {
    EXPECT_TRUE(
        rig.bound(7)
            .recv([this](NetContext&, PacketPtr p, Status) { got += test::text_of(p->bytes()); },
                  Timeout::no_wait())
            .ok());
  }
  void arrive(std::string_view text, std::uint8_t priority = 0) {
    PacketPtr frame =
        rig.frame(test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, text));
    frame->meta.priority = priority;  // whatever the sender's side left there
    eth0.on_frame(std::move(frame));
  }
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  std::string got;
};

TEST(TrafficClasses, WithoutClassesTheStackRunsInTheDriversTurn) {
  Receivers receivers(with_classes(1, 0));
  receivers.arrive("x");
  EXPECT_EQ(receivers.got, "x");
  EXPECT_EQ(receivers.rig.scheduler.pending_count(), 0u);
  EXPECT_EQ(receivers.rig.hops(),
            (Lines{"driver_rx", "l2_in", "l3_in", "l4_in", "conn_match", "app_recv"}));
}

TEST(TrafficClasses, ReceivedPacketsHavePriorityZero) {
  Receivers receivers(with_classes(1, 8, 16));  // two slots each; priority 0 is class 1
  receivers.arrive("a", 0);
  receivers.arrive("b", 7);
  receivers.arrive("c", 4);
  EXPECT_EQ(receivers.rig.drops(), Lines{"queue_full"});
  EXPECT_EQ(receivers.eth0.losses().rx_dropped, 1u);
  receivers.rig.scheduler.run();
  EXPECT_EQ(receivers.got, "ab");
  EXPECT_EQ(receivers.rig.node.rx_pool.in_use(), 0u);
}

TEST(TrafficClasses, EveryTurnIsCausedByThePacketsLastHop) {
  Receivers receivers(with_classes(1, 1));
  receivers.arrive("a");
  receivers.arrive("b");
  receivers.rig.scheduler.run();
  for (const KeptRecord& r : receivers.rig.sink.records) {
    if (r.name != "l2_in") continue;
    const KeptRecord& cause =
        receivers.rig.sink.records.at(r.cause.value - receivers.rig.sink.records[0].seq.value);
    EXPECT_EQ(cause.name, "rx_queue");
    EXPECT_EQ(cause.packet, r.packet);
  }
}

}  // namespace
}  // namespace flapjack
