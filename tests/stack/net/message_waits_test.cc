// SPDX-License-Identifier: Apache-2.0
// How long each of the stack's own messages waits for a tx packet, and what becomes of it then
// (Zephyr: NET_BUF_TIMEOUT, PKT_WAIT_TIME, ND_NET_BUF_TIMEOUT).
#include <gtest/gtest.h>

#include "stack/net/packet_waits.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

const MacAddress kMac{{0x02, 0, 0, 0, 0, 0x22}};
const Ipv6Address kUs = ip6("2001:db8::5"), kPeer = ip6("2001:db8::22");
const Ipv4Address kUs4 = ip("192.0.2.1"), kPeer4 = ip("192.0.2.2");

struct World : Ipv6Rig {
  World() : Ipv6Rig(config(), "2001:db8::5/64") {
    EXPECT_NE(eth0.ipv4_addr_add(test::net("192.0.2.1/24")), nullptr);
    start();
    EXPECT_TRUE(node.v6()->nd.add_static(eth0, kPeer, kMac));
    forget();
    node.tx_pool.set_limit(0);
  }
  static StackConfig config() {
    StackConfig config;
    config.igmp.enabled = true;
    config.ipv6.neighbors = 4;
    config.ipv6.multicast_limit = 8;
    return config;
  }
};

Bytes echo6() {
  Bytes message = {128, 0, 0, 0, 0, 1, 0, 2, 'h', 'i'};
  Icmpv6Header::echo_request(1, 2).emit(message, kPeer, kUs);
  return test::ipv6_bytes(kPeer, kUs, IpProtocol::Icmpv6, message);
}

struct User {
  const char* what;
  void (*act)(World&);
  Duration wait;
  Lines drops;        // when no packet comes in time
  const char* event;  // the last event then
};
const User kUsers[] = {
    {"echo reply",
     [](World& w) {
       w.hear(test::icmp_bytes(kPeer4, kUs4, {kIcmpEchoRequest, 0, 1, 1}, "ping"));
     },
     seconds(1), {"no_buffers"}, "alloc_failed"},
    {"echo reply, IPv6", [](World& w) { w.hear(echo6()); }, seconds(1), {"no_buffers"},
     "alloc_failed"},
    {"error", [](World& w) { w.hear(test::udp_bytes({kPeer4, 9}, {kUs4, 7}, "hello")); },
     seconds(1), {"no_listener"}, "icmp_error_lost"},
    {"error, IPv6",
     [](World& w) {
       w.hear(test::ipv6_bytes(kPeer, kUs, static_cast<IpProtocol>(200), Bytes(8)));
     },
     seconds(1), {"unknown_protocol"}, "icmpv6_not_sent"},
    {"group report",
     [](World& w) { ASSERT_TRUE(w.node.igmp()->join(w.eth0, ip("224.1.2.3")).ok()); }, seconds(1),
     {}, "igmp_failed"},
    {"group report, IPv6",
     [](World& w) { ASSERT_TRUE(w.eth0.ipv6()->join(ip6("ff05::1:3")).ok()); }, seconds(1), {},
     "icmpv6_not_sent"},
    {"neighbour advertisement",
     [](World& w) {
       NeighborSolicitation ask;
       ask.target = kUs;
       w.hear(test::nd_bytes(kPeer, kUs, ask,
                             test::link_option(NdOptionType::SourceLinkAddress, kMac)));
     },
     milliseconds(100), {}, "icmpv6_not_sent"},
    {"duplicate address detection",
     [](World& w) { w.node.v6()->nd.send_probe(w.eth0, ip6("2001:db8::9")); }, milliseconds(100),
     {}, "icmpv6_not_sent"},
};

/// The last event but those that follow from other things than a packet that is missing.
std::string last_event(const World& world) {
  std::string last;
  for (const KeptRecord& r : world.sink.records) {
    const bool of_wait = r.name == "alloc_failed" || r.name == "icmpv6_not_sent" ||
                         r.name == "icmp_error_lost" || r.name == "igmp_failed";
    if (of_wait) last = r.name;
  }
  return last;
}

TEST(MessageWaits, EachGoesAsSoonAsAPacketIsFree) {
  for (const User& user : kUsers) {
    World world;
    user.act(world);
    EXPECT_EQ(world.node.waits().waiting(), 1u) << user.what;
    world.run_for(user.wait - milliseconds(1));
    EXPECT_TRUE(world.driver(world.eth0).sent.empty()) << user.what;
    world.node.tx_pool.set_limit(14);
    world.run_for(Duration{});
    EXPECT_FALSE(world.driver(world.eth0).sent.empty()) << user.what;  // MLD repeats its report
    EXPECT_EQ(world.node.waits().waiting(), 0u) << user.what;
    EXPECT_EQ(world.node.rx_pool.in_use(), 0u) << user.what;
  }
}

TEST(MessageWaits, EachGivesUpInItsOwnTime) {
  for (const User& user : kUsers) {
    World world;
    user.act(world);
    world.run_for(user.wait - Duration{1});
    EXPECT_EQ(last_event(world), "") << user.what;
    world.run_for(Duration{1});
    EXPECT_EQ(last_event(world), user.event) << user.what;
    EXPECT_EQ(world.drops(), user.drops) << user.what;
    EXPECT_TRUE(world.driver(world.eth0).sent.empty()) << user.what;
    EXPECT_EQ(world.node.rx_pool.in_use(), 0u) << user.what;
  }
}

TEST(MessageWaits, WhatWaitsIsCausedByWhatItAnswers) {
  World world;
  world.hear(echo6());
  world.node.tx_pool.set_limit(14);
  world.run_for(Duration{});
  RecordId l4_in, wait_cause, wait, reply_cause;
  for (const KeptRecord& r : world.sink.records) {
    if (r.name == "l4_in") l4_in = r.seq;
    if (r.name == "alloc_wait") wait = r.seq, wait_cause = r.cause;
    if (r.name == "l4_out") reply_cause = r.cause;
  }
  EXPECT_TRUE(l4_in.valid());
  EXPECT_EQ(wait_cause, l4_in);
  EXPECT_EQ(reply_cause, wait);
}

// An echo request is a call: it blocks a fiber for a second, and answers at once elsewhere.
TEST(MessageWaits, AnEchoRequestSaysEnomem) {
  World world;
  const auto ask4 = [&] {
    return world.node.icmp()->send_echo_request(&world.eth0, kPeer4, 1, 1, {}).code();
  };
  const auto ask6 = [&] {
    return world.node.v6()->icmp.send_echo_request(&world.eth0, kPeer, 1, 1, {}).code();
  };
  EXPECT_EQ(ask4(), Errc::Enomem);
  EXPECT_EQ(ask6(), Errc::Enomem);
  std::vector<Duration> took;
  const SimTime start = world.scheduler.now();
  for (const bool six : {false, true}) {
    world.fibers.spawn("app", [&, six] {
      EXPECT_EQ(six ? ask6() : ask4(), Errc::Enomem);
      took.push_back(world.scheduler.now() - start);
    });
  }
  world.run_for(seconds(2));
  EXPECT_EQ(took, (std::vector<Duration>{seconds(1), seconds(1)}));
}

TEST(MessageWaits, ALargerMessageTakesMoreBuffers) {
  World world;
  world.node.tx_pool.set_limit(14);
  world.node.tx_pool.set_buffer_limit(8);  // 1024 bytes
  EXPECT_EQ(world.node.v6()->icmp.send_echo_request(&world.eth0, kPeer, 1, 1, Bytes(1024)).code(),
            Errc::Enomem);
  EXPECT_TRUE(world.node.v6()->icmp.send_echo_request(&world.eth0, kPeer, 1, 1, Bytes(900)).ok());
}

// A host that waits for its neighbour's address: the solicitation comes late, not never.
TEST(MessageWaits, ASolicitationWaitsBesideThePacketItIsFor) {
  World world;
  world.node.tx_pool.set_limit(1);
  ASSERT_TRUE(
      world.node.v6()->icmp.send_echo_request(&world.eth0, ip6("2001:db8::33"), 1, 1, {}).ok());
  EXPECT_EQ(world.node.waits().waiting(), 1u);
  world.run_for(milliseconds(50));
  world.node.tx_pool.set_limit(2);
  world.run_for(Duration{});
  EXPECT_EQ(world.sent(),
            Lines{"2001:db8::5 > ff02::1:ff00:33 neighbor solicitation"});
}

}  // namespace
}  // namespace flapjack
