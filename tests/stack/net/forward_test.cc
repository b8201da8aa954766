// SPDX-License-Identifier: Apache-2.0
// What a router does with packets for others: a table of fates, then the details of each.
#include "stack/net/forward.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

StackConfig router() {
  StackConfig config;
  config.router = true;
  return config;
}

/// 192.0.2.0/24 on eth0, 10.0.0.0/8 on eth1 (MTU 600); 172.16/12 by 10.0.0.9.
struct World {
  explicit World(const StackConfig& config = router()) : rig(config) {
    EXPECT_TRUE(rig.node.routes.add({ip("172.16.0.0"), 12, &eth1, ip("10.0.0.9")}).ok());
  }
  static Bytes datagram(const char* from, const char* to, std::uint8_t ttl = 64,
                        std::size_t payload = 32, bool dont_fragment = false) {
    Ipv4Header header;
    header.source = ip(from);
    header.destination = ip(to);
    header.protocol = 253;
    header.ttl = ttl;
    header.dont_fragment = dont_fragment;
    return test::ipv4_bytes(header, Bytes(payload, 0x5a));
  }
  Ipv4Header sent_header(const NetIf& iface, std::size_t at = 0) {
    Ipv4Header header;
    EXPECT_EQ(Ipv4Header::parse(rig.driver(iface).sent.at(at), {}, header),
              Ipv4Header::Error::None);
    return header;
  }
  std::optional<IcmpHeader> told(const NetIf& iface) {
    const auto& sent = rig.driver(iface).sent;
    if (sent.empty() || sent.front()[9] != 1) return {};
    return IcmpHeader::parse(std::span(sent.front()).subspan(20));
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1", .mtu = 600}, "10.0.0.1/8");
};

struct Fate {
  const char* what;
  const char *from, *to;
  std::uint8_t ttl;
  std::size_t payload;
  bool dont_fragment;
  std::size_t forwarded;  // frames on eth1
  const char* drop;       // or ""
  int type, code;         // of the ICMP error on eth0; -1: none
};
const Fate kFates[] = {
    {"on link", "192.0.2.7", "10.1.2.3", 64, 32, false, 1, "", -1, -1},
    {"by a route", "192.0.2.7", "172.16.1.1", 64, 32, false, 1, "", -1, -1},
    {"nowhere", "192.0.2.7", "8.8.8.8", 64, 32, false, 0, "no_route", 3, 0},
    {"last hop", "192.0.2.7", "10.1.2.3", 2, 32, false, 1, "", -1, -1},
    {"too many hops", "192.0.2.7", "10.1.2.3", 1, 32, false, 0, "ttl_expired", 11, 0},
    {"fits exactly", "192.0.2.7", "10.1.2.3", 64, 580, true, 1, "", -1, -1},
    {"too big", "192.0.2.7", "10.1.2.3", 64, 581, true, 0, "too_big", 3, 4},
    {"is split", "192.0.2.7", "10.1.2.3", 64, 1000, false, 2, "", -1, -1},
    {"link-local source", "169.254.1.1", "10.1.2.3", 64, 32, false, 0, "not_for_us", -1, -1},
    {"link-local target", "192.0.2.7", "169.254.1.1", 64, 32, false, 0, "not_for_us", -1, -1},
    {"loopback source", "127.0.0.1", "10.1.2.3", 64, 32, false, 0, "martian", -1, -1},
    {"loopback target", "192.0.2.7", "127.0.0.1", 64, 32, false, 0, "martian", -1, -1},
    {"broadcast of another link", "192.0.2.7", "10.255.255.255", 64, 32, false, 0, "not_for_us",
     -1, -1},
    {"class E", "192.0.2.7", "240.1.2.3", 64, 32, false, 0, "not_for_us", -1, -1},
    {"this network", "0.0.0.1", "10.1.2.3", 64, 32, false, 0, "not_for_us", -1, -1},
};

TEST(Forward, Fates) {
  for (const Fate& fate : kFates) {
    World world;
    world.rig.receive(world.eth0, World::datagram(fate.from, fate.to, fate.ttl, fate.payload,
                                                  fate.dont_fragment));
    EXPECT_EQ(world.rig.driver(world.eth1).sent.size(), fate.forwarded) << fate.what;
    EXPECT_EQ(world.rig.drops(), *fate.drop != '\0' ? Lines{fate.drop} : Lines{}) << fate.what;
    const auto told = world.told(world.eth0);
    ASSERT_EQ(told.has_value(), fate.type >= 0) << fate.what;
    if (told) {
      EXPECT_EQ(told->type, fate.type) << fate.what;
      EXPECT_EQ(told->code, fate.code) << fate.what;
    }
    EXPECT_EQ(world.rig.slab.in_use(), 0u) << fate.what;
  }
}

TEST(Forward, OnlyTheTtlAndTheChecksumChange) {
  World world;
  const Bytes before = World::datagram("192.0.2.7", "10.1.2.3", 9);
  world.rig.receive(world.eth0, before);
  Bytes expected = World::datagram("192.0.2.7", "10.1.2.3", 8);
  EXPECT_EQ(world.rig.driver(world.eth1).sent.at(0), expected);
  EXPECT_EQ(world.rig.node.parts().forwarded, 1u);
}

TEST(Forward, ThePacketKeepsItsIdentity) {
  World world;
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
  EXPECT_EQ(world.rig.hops(), (Lines{"driver_rx", "rx_queue", "l2_in", "l3_in", "core_out",
                                     "tx_queue", "l2_out", "driver_tx"}));
  EXPECT_EQ(world.rig.sink.records.front().packet, world.rig.sink.records.back().packet);
  EXPECT_EQ(world.rig.sink.records.back().subject, "n.eth1");
}

TEST(Forward, ThePacketKeepsThePriorityItCameWith) {
  for (std::uint8_t priority = 0; priority < 8; ++priority) {
    StackConfig config = router();
    config.rx_pool.priority = priority;
    config.tx_classes = 8;
    World world(config);
    world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
    const TrafficClass& queue = world.rig.node.tx_queue;
    EXPECT_EQ(queue.stats(traffic_class_of(priority, 8)).packets, 1u) << int{priority};
    EXPECT_EQ(queue.total().packets, 1u);
  }
}

TEST(Forward, AHostDoesNot) {
  World world{StackConfig{}};
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
  EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
}

TEST(Forward, WhatIsForTheRouterItselfStays) {
  World world;
  world.rig.receive(world.eth0,
                    test::icmp_bytes(ip("192.0.2.7"), ip("10.0.0.1"), {8, 0, 1, 1}, "ping"));
  EXPECT_EQ(world.rig.driver(world.eth0).sent.size(), 1u);
  EXPECT_EQ(world.rig.driver(world.eth1).sent.size(), 0u);
}

TEST(Forward, TooBigSaysWhatFits) {
  World world;
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3", 64, 1000, true));
  EXPECT_EQ(world.told(world.eth0).value().next_hop_mtu(), 600);
  EXPECT_EQ(world.sent_header(world.eth0).source, ip("192.0.2.1"));
}

// RFC 1191 section 4, RFC 1812 section 4.3.3.1: what others send is measured by the next link.
TEST(Forward, WhatTheRouterHasLearntOfAPathIsNotForOthers) {
  for (const bool dont_fragment : {true, false}) {
    StackConfig config = router();
    config.pmtu.ipv4 = true;
    World world(config);
    world.rig.node.pmtu.set(ip("10.1.2.3"), 300);
    world.rig.receive(world.eth0,
                      World::datagram("192.0.2.7", "10.1.2.3", 64, 500, dont_fragment));
    ASSERT_EQ(world.rig.driver(world.eth1).sent.size(), 1u) << "nor is it split for its path";
    EXPECT_EQ(world.rig.driver(world.eth1).sent[0].size(), 520u);
    EXPECT_EQ(world.rig.drops(), Lines{});
    world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3", 64, 1000, true));
    EXPECT_EQ(world.told(world.eth0).value().next_hop_mtu(), 600) << "of the link";
  }
}

// Without link addresses the neighbour has heard it, too, and nobody is told anything about it.
TEST(Forward, NothingGoesBackToAMediumOnWhichEverybodyHearsEverything) {
  for (const std::uint8_t ttl : {64, 1}) {
    World world;
    world.rig.l2.l2_traits.needs_link_address = false;
    world.rig.receive(world.eth0, World::datagram("192.0.2.7", "192.0.2.8", ttl));
    EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
    EXPECT_TRUE(world.rig.driver(world.eth0).sent.empty());
    world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
    EXPECT_EQ(world.rig.driver(world.eth1).sent.size(), 1u);
  }
}

TEST(Forward, FragmentsAreSplitFurther) {
  World world;
  Ipv4Header header;
  header.source = ip("192.0.2.7");
  header.destination = ip("10.1.2.3");
  header.protocol = 253;
  header.fragment_offset = 100;
  header.more_fragments = true;
  world.rig.receive(world.eth0, test::ipv4_bytes(header, Bytes(800)));
  ASSERT_EQ(world.rig.driver(world.eth1).sent.size(), 2u);
  EXPECT_EQ(world.sent_header(world.eth1, 0).fragment_offset, 100);
  EXPECT_EQ(world.sent_header(world.eth1, 1).fragment_offset, 100 + 576 / 8);
  EXPECT_TRUE(world.sent_header(world.eth1, 1).more_fragments);
}

TEST(Forward, TheErrorGoesWhereItsReaderIs) {
  World world;  // it came in by eth0, but the way back is eth1
  world.rig.receive(world.eth0, World::datagram("10.5.5.5", "10.1.2.3", 1));
  EXPECT_TRUE(world.told(world.eth1).has_value());
  EXPECT_EQ(world.sent_header(world.eth1).source, ip("10.0.0.1"));
}

TEST(Forward, ARedirectTellsOfTheBetterFirstHop) {
  World world;
  struct {
    const char *from, *to;
    bool redirected;
    const char* gateway;
  } const rows[] = {{"10.5.5.5", "10.6.6.6", true, "10.6.6.6"},
                    {"10.5.5.5", "172.16.1.1", true, "10.0.0.9"},
                    {"172.17.1.1", "172.16.1.1", false, ""}};  // the sender is elsewhere
  for (const auto& row : rows) {
    world.rig.driver(world.eth1).sent.clear();
    world.rig.receive(world.eth1, World::datagram(row.from, row.to));
    const auto told = world.told(world.eth1);
    ASSERT_EQ(told.has_value(), row.redirected) << row.from;
    EXPECT_EQ(world.rig.driver(world.eth1).sent.size(), row.redirected ? 2u : 1u);
    if (!told) continue;
    EXPECT_EQ(told->type, kIcmpRedirect);
    EXPECT_EQ(told->code, kIcmpCodeRedirectHost);
    EXPECT_EQ(told->gateway(), ip(row.gateway));
  }
}

TEST(Forward, OptionsAreFilledInOnTheWay) {
  World world;
  Ipv4Header header;
  header.source = ip("192.0.2.7");
  header.destination = ip("10.1.2.3");
  header.protocol = 253;
  header.total_length = 20 + 12 + 8;
  const Bytes options = {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  Bytes bytes(40);
  header.emit(bytes.data(), options);
  world.rig.receive(world.eth0, bytes);
  ASSERT_EQ(world.rig.driver(world.eth1).sent.size(), 1u);
  const Bytes& sent = world.rig.driver(world.eth1).sent[0];
  EXPECT_EQ(Bytes(sent.begin() + 20, sent.begin() + 32),
            (Bytes{7, 11, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(checksum(std::span(sent).first(32)), 0);
}

TEST(Forward, WithoutATxPacketItIsDropped) {
  World world;
  world.rig.node.tx_pool.set_limit(0);
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
  EXPECT_EQ(world.rig.drops(), Lines{"no_buffers"});
}

TEST(Forward, ALinkThatIsDownIsNoWay) {
  World world;
  world.eth1.carrier_off();
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
  EXPECT_EQ(world.rig.drops(), Lines{"no_route"});
  world.eth0.set_gateway(ip("192.0.2.254"));
  world.rig.receive(world.eth0, World::datagram("192.0.2.7", "10.1.2.3"));
  EXPECT_EQ(world.rig.drops(), Lines{"no_route"}) << "and goes another way now";
}

}  // namespace
}  // namespace flapjack
