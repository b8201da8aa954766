// SPDX-License-Identifier: Apache-2.0
// Parts of a datagram that find no packet: how long each waits outside a fiber, who hears of the
// end, and what happens meanwhile. (Zephyr: 100 ms a part, in the thread that sends.)
#include "stack/net/splitter.h"

#include <gtest/gtest.h>

#include "stack/wire/ipv6_ext.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::ip6;
using test::Lines;
using test::NodeRig;

const Ipv4Address kPeer = ip("192.0.2.2");

StackConfig config_of(std::size_t packets, std::size_t rx_classes = 1) {
  StackConfig config;
  config.ipv4_fragment.enabled = true;
  config.tx_classes = 1;
  config.rx_classes = rx_classes;
  config.tx_pool.packets = packets;
  return config;
}

/// 1200 bytes are three parts on this link.
struct World {
  explicit World(const StackConfig& config) : rig(config) {}
  Result<std::size_t> send(SendCallback done = {}) {
    return context.sendto(Bytes(1200, 0x42), {kPeer, 9}, std::move(done), Timeout::no_wait());
  }
  Status answer() {
    return context.sendto_waiting(Bytes(1200, 0x42), {kPeer, 9},
                                  [this](Errc error) { note("refused", error); });
  }
  SendCallback note_end() {
    return [this](NetContext&, Result<std::size_t> result) { note("told", result.code()); };
  }
  void note(const std::string& what, Errc code) {
    told.push_back(what + " " + std::string(errc_name(code)) + " at " +
                   to_text(rig.scheduler.now() - start));
  }
  void run_for(Duration span) { rig.scheduler.run_until(rig.scheduler.now() + span); }
  std::size_t sent() { return rig.driver(eth0).sent.size(); }
  PacketPool& pool() { return rig.node.tx_pool; }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0", .mtu = 576}, "192.0.2.1/24");
  NetContext& context = rig.bound(7);
  const SimTime start = rig.scheduler.now();
  Lines told;
};

TEST(Splitter, TheRestGoesWhenAPacketIsFree) {
  World world(config_of(2));  // the datagram itself and one part at a time
  const auto sent = world.send(world.note_end());
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent.value(), 1200u);
  EXPECT_EQ(world.sent(), 0u);
  world.run_for(Duration{});
  EXPECT_EQ(world.sent(), 3u);
  EXPECT_EQ(world.told, Lines{"told OK at 0s"});
  EXPECT_EQ(world.rig.drops(), Lines{});
  EXPECT_EQ(world.rig.events(),
            (Lines{"n alloc_wait", "n alloc_wait", "n.eth0 fragmented"}));
  EXPECT_EQ(world.pool().in_use(), 0u);
  EXPECT_EQ(world.rig.scheduler.pending_count(), 0u);
}

TEST(Splitter, AfterATenthOfASecondTheRestIsLost) {
  World world(config_of(3));
  world.rig.node.tx_queue.stall(true);
  ASSERT_TRUE(world.send(world.note_end()).ok());
  world.run_for(milliseconds(100) - Duration{1});
  EXPECT_EQ(world.told, Lines{});
  EXPECT_EQ(world.rig.drops(), Lines{});
  world.run_for(Duration{1});
  EXPECT_EQ(world.told, Lines{"told ENOMEM at 100ms"});
  EXPECT_EQ(world.rig.drops(), Lines{"no_buffers"});
  EXPECT_EQ(world.rig.events(), (Lines{"n alloc_wait", "n alloc_failed"}));
  world.rig.node.tx_queue.stall(false);
  world.run_for(Duration{});
  EXPECT_EQ(world.sent(), 2u) << "what was sent before stays sent";
  EXPECT_EQ(world.pool().in_use(), 0u);
}

TEST(Splitter, EachPartHasATimeOfItsOwn) {
  World world(config_of(14));
  world.rig.node.tx_queue.stall(true);
  world.pool().set_limit(1);
  ASSERT_TRUE(world.send(world.note_end()).ok());
  for (const std::size_t packets : {2, 3}) {
    world.run_for(milliseconds(90));
    world.pool().set_limit(packets);
  }
  world.run_for(milliseconds(100) - Duration{1});
  EXPECT_EQ(world.told, Lines{});
  world.run_for(Duration{1});
  EXPECT_EQ(world.told, Lines{"told ENOMEM at 280ms"});
  EXPECT_EQ(world.rig.node.tx_queue.queued(), 2u);
}

TEST(Splitter, WhoAnsweredHearsThatTheAnswerIsLost) {
  World world(config_of(3));
  world.rig.node.tx_queue.stall(true);
  ASSERT_TRUE(world.answer().ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.told, Lines{"refused ENOMEM at 100ms"});
}

// Then for 1 s for the datagram's own packet, and for 0.1 s for each of its parts'.
TEST(Splitter, AnAnswerMayWaitTwice) {
  World world(config_of(3));
  world.rig.node.tx_queue.stall(true);
  world.pool().set_limit(0);
  ASSERT_TRUE(world.answer().ok());
  world.run_for(milliseconds(900));
  world.pool().set_limit(2);
  world.run_for(seconds(1));
  EXPECT_EQ(world.told, Lines{"refused ENOMEM at 1s"});
  EXPECT_EQ(world.pool().in_use(), 1u);
}

// What befalls a part in the queue is none of the answer's business.
TEST(Splitter, AnAnswerThatIsAllSentIsDone) {
  World world(config_of(14));
  world.rig.node.tx_queue.stall(true);
  world.pool().set_limit(3);
  ASSERT_TRUE(world.answer().ok());
  world.run_for(milliseconds(50));
  world.pool().set_limit(4);
  world.run_for(milliseconds(1));
  EXPECT_EQ(world.rig.node.tx_queue.queued(), 3u);
  world.eth0.on_carrier(false);
  world.rig.node.tx_queue.stall(false);
  world.run_for(seconds(1));
  EXPECT_EQ(world.rig.drops(), (Lines{"carrier_down", "carrier_down", "carrier_down"}));
  EXPECT_EQ(world.told, Lines{});
}

TEST(Splitter, TheIfaceGoesDownMeanwhile) {
  World world(config_of(2));
  world.rig.node.tx_queue.stall(true);
  ASSERT_TRUE(world.send(world.note_end()).ok());
  ASSERT_TRUE(world.answer().ok());  // waits for a packet of its own
  world.eth0.on_carrier(false);
  world.rig.node.tx_queue.stall(false);
  world.run_for(seconds(2));
  EXPECT_EQ(world.told, (Lines{"told ENETDOWN at 0s", "refused ENETDOWN at 0s"}));
  EXPECT_EQ(world.sent(), 0u);
  EXPECT_EQ(world.pool().in_use(), 0u);
}

TEST(Splitter, TheContextIsPutMeanwhile) {
  World world(config_of(2));
  ASSERT_TRUE(world.send(world.note_end()).ok());
  ASSERT_TRUE(world.context.put().ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(), 3u);
  EXPECT_EQ(world.told, Lines{}) << "nobody is left to be told";
  EXPECT_EQ(world.pool().in_use(), 0u);
}

TEST(Splitter, TheNodeEndsMeanwhile) {
  World world(config_of(2));
  world.rig.node.tx_queue.stall(true);
  ASSERT_TRUE(world.send(world.note_end()).ok());
  EXPECT_EQ(world.rig.node.waits().waiting(), 1u);
}

TEST(Splitter, AnInterruptDoesNotWait) {
  World world(config_of(2, 0));
  Errc code = Errc::Ok;
  ASSERT_TRUE(world.context.recv([&](NetContext&, PacketPtr packet, Status) {
    if (packet != nullptr) code = world.send().code();
  }, Timeout::no_wait()).ok());
  world.eth0.on_frame(world.rig.frame(test::udp_bytes({kPeer, 9}, {ip("192.0.2.1"), 7}, "x")));
  EXPECT_EQ(code, Errc::Enomem);
  EXPECT_EQ(world.rig.drops(), Lines{"no_buffers"});
}

TEST(Splitter, TheThreadThatSendsStandsStill) {
  World world(config_of(2));
  world.rig.node.tx_queue.stall(true);
  int heard = 0;
  ASSERT_TRUE(world.context.recv([&](NetContext&, PacketPtr packet, Status) {
    if (packet == nullptr) return;
    if (++heard > 1) return;
    EXPECT_TRUE(world.answer().ok());
  }, Timeout::no_wait()).ok());
  for (int i = 0; i < 2; ++i) {
    world.eth0.on_frame(
        world.rig.frame(test::udp_bytes({kPeer, 9}, {ip("192.0.2.1"), 7}, "x")));
  }
  world.run_for(milliseconds(99));
  EXPECT_EQ(heard, 1);
  world.run_for(milliseconds(1));
  EXPECT_EQ(heard, 2);
}

// Every hop of a later part follows from the wait, not from the send alone.
TEST(Splitter, LaterPartsAreCausedByTheWait) {
  World world(config_of(3));
  ASSERT_TRUE(world.send().ok());
  world.run_for(Duration{});
  RecordId wait;
  std::vector<RecordId> causes;  // of core_out: the whole's, then the parts'
  for (const KeptRecord& r : world.rig.sink.records) {
    if (r.name == "alloc_wait") wait = r.seq;
    if (r.name == "core_out") causes.push_back(r.cause);
  }
  ASSERT_EQ(causes.size(), 4u);
  EXPECT_TRUE(wait.valid());
  EXPECT_NE(causes[2], wait);
  EXPECT_EQ(causes[3], wait);
}

TEST(Splitter, ARouterWaitsToo) {
  StackConfig config = config_of(3);
  config.ipv4_fragment.enabled = false;
  config.router = true;
  NodeRig rig(config);
  NetIf& in = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& out = rig.add({.name = "eth1", .mtu = 576}, "10.0.0.1/8");
  Ipv4Header header;
  header.source = kPeer;
  header.destination = ip("10.1.2.3");
  header.protocol = 253;
  in.on_frame(rig.frame(test::ipv4_bytes(header, Bytes(1300))));
  rig.scheduler.run_until(rig.scheduler.now());
  EXPECT_EQ(rig.driver(out).sent.size(), 3u);
  EXPECT_EQ(rig.drops(), Lines{});
  rig.node.tx_queue.stall(true);
  in.on_frame(rig.frame(test::ipv4_bytes(header, Bytes(1300))));
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(100));
  EXPECT_EQ(rig.drops(), Lines{"no_buffers"});
  EXPECT_EQ(out.losses().tx_dropped, 1u);
  EXPECT_EQ(rig.node.tx_pool.in_use(), 2u) << "the two parts in the queue";
}

// ---- IPv6

struct World6 : test::Ipv6Rig {
  World6() : Ipv6Rig(config(), "2001:db8::5/64") {
    start();
    EXPECT_TRUE(node.v6()->nd.add_static(eth0, peer, {{0x02, 0, 0, 0, 0, 0x22}}));
    forget();
    context = node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(context->bind({IpAddress::any(Family::Inet6), 7}).ok());
    EXPECT_TRUE(node.pmtu.too_big(IpAddress(peer), 1280, 1500));
    run_for(milliseconds(1));
    forget();
  }
  static StackConfig config() {
    StackConfig config;
    config.ipv6_fragment.enabled = true;
    config.pmtu.ipv6 = true;
    config.tx_classes = 1;
    config.tx_pool.packets = 2;
    return config;
  }
  Result<std::size_t> send() {  // two parts
    return context->sendto(Bytes(1400, 0x42), {peer, 9}, {}, Timeout::no_wait());
  }
  bool is_part(std::size_t frame) {
    return Ipv6Extensions::walk(driver(eth0).sent.at(frame)).is_fragment;
  }

  const Ipv6Address peer = ip6("2001:db8::22");
  NetContext* context;
};

TEST(Splitter6, TheRestGoesWhenAPacketIsFree) {
  World6 world;
  ASSERT_TRUE(world.send().ok());
  world.run_for(Duration{});
  ASSERT_EQ(world.driver(world.eth0).sent.size(), 2u);
  EXPECT_TRUE(world.is_part(0) && world.is_part(1));
  EXPECT_EQ(world.events(), (Lines{"alloc_wait", "fragmented"}));
  EXPECT_EQ(world.node.tx_pool.in_use(), 0u);
}

// Zephyr: the datagram goes as it is, and perhaps the link carries it.
TEST(Splitter6, WithoutPacketsForItsPartsItGoesWhole) {
  World6 world;
  world.node.tx_queue.stall(true);
  ASSERT_TRUE(world.send().ok());
  world.run_for(milliseconds(100) - Duration{1});
  EXPECT_EQ(world.events(), Lines{"alloc_wait"});
  world.run_for(Duration{1});
  EXPECT_EQ(world.events(), (Lines{"alloc_wait", "alloc_failed", "fragmentation_failed"}));
  world.node.tx_queue.stall(false);
  world.run_for(Duration{});
  ASSERT_EQ(world.driver(world.eth0).sent.size(), 2u);
  EXPECT_TRUE(world.is_part(0)) << "what was sent before stays sent";
  EXPECT_EQ(world.driver(world.eth0).sent[1].size(), 1448u);
  EXPECT_EQ(world.node.tx_pool.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
