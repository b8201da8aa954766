// SPDX-License-Identifier: Apache-2.0
// Conflict detection over a real wire: two nodes, one address.
#include <gtest/gtest.h>

#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::TwoNodeOptions;
using test::TwoNodeWorld;

constexpr std::uint8_t kBoth = 1;

TwoNodeOptions options(bool a_checks, bool b_checks) {
  TwoNodeOptions o;
  o.a.acd.enabled = a_checks;
  o.b.acd.enabled = b_checks;
  o.last_byte_of_b = kBoth;
  o.up = false;
  return o;
}

bool has_it(const NetIf& iface) { return iface.ipv4().owns(TwoNodeWorld::ip(kBoth)); }

TEST(ArpAcd, WhoComesLaterFindsItTaken) {
  TwoNodeWorld world(options(true, true));
  world.a.post_init();
  world.run_for(seconds(10));
  EXPECT_TRUE(has_it(world.if_a));
  world.sink.records.clear();
  world.b.post_init();
  world.run_for(seconds(10));
  EXPECT_TRUE(has_it(world.if_a));
  EXPECT_TRUE(world.if_b.ipv4().addresses().empty());
  EXPECT_EQ(world.count("IPV4_ACD_FAILED"), 1u);
  EXPECT_EQ(world.count("IPV4_ACD_CONFLICT"), 0u) << "a probe is no claim";
}

TEST(ArpAcd, BothProbeAtOnceAndOneStays) {
  TwoNodeWorld world(options(true, true));
  world.a.post_init();
  world.b.post_init();
  world.run_for(seconds(20));
  EXPECT_EQ(has_it(world.if_a) + has_it(world.if_b), 1) << "whose first probe was heard";
  EXPECT_EQ(world.count("IPV4_ACD_FAILED"), 1u);
}

TEST(ArpAcd, WhoDoesNotCheckIsDefendedAgainst) {
  TwoNodeWorld world(options(true, false));
  world.a.post_init();
  world.run_for(seconds(20));
  world.b.post_init();
  world.if_b.ipv4_addr_add({TwoNodeWorld::ip(3), 24});
  world.sink.records.clear();
  const auto claim = [&](std::uint8_t of) {  // b asks for neighbours, from the same address
    PacketPtr packet = world.b.tx_pool.allocate();
    packet->append(20);
    packet->meta.source.address = TwoNodeWorld::ip(kBoth);
    packet->meta.destination.address = TwoNodeWorld::ip(of);
    packet->meta.next_hop = packet->meta.destination.address;
    packet->meta.iface = world.if_b.index();
    EXPECT_TRUE(world.ethernet.send(world.if_b, std::move(packet)).ok());
    world.run_for(milliseconds(100));
  };
  const std::uint64_t before = world.if_a.stats().tx_packets;
  claim(40);
  EXPECT_EQ(world.if_a.stats().tx_packets, before + 1) << "it announces";
  EXPECT_EQ(world.count("IPV4_ACD_CONFLICT"), 0u) << "which is no question to b";
  claim(41);
  EXPECT_EQ(world.count("IPV4_ACD_CONFLICT"), 1u);
  EXPECT_TRUE(has_it(world.if_a));
}

TEST(ArpAcd, ATentativeAddressIsNotAnsweredFor) {
  TwoNodeWorld world(options(false, true));
  world.if_a.ipv4_addr_rm(TwoNodeWorld::ip(kBoth));
  world.if_a.ipv4_addr_add({TwoNodeWorld::ip(9), 24});
  world.a.post_init();
  world.b.post_init();
  const auto sent_by_b = [&] { return world.if_b.stats().tx_packets; };
  const auto ask = [&] {
    ASSERT_TRUE(EthernetL2::arp(world.if_a).probe(TwoNodeWorld::ip(7)).ok());
    PacketPtr packet = world.a.tx_pool.allocate();
    packet->append(20);
    packet->meta.next_hop = TwoNodeWorld::ip(kBoth);
    packet->meta.iface = world.if_a.index();
    EXPECT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok());
  };
  const std::uint64_t before = sent_by_b();
  ask();
  world.run_for({});
  EXPECT_EQ(sent_by_b(), before);
  world.run_for(seconds(20));
  EXPECT_TRUE(has_it(world.if_b));
  const std::uint64_t announced = sent_by_b();
  ask();
  world.run_for(milliseconds(100));
  EXPECT_EQ(sent_by_b(), announced + 1);
}

}  // namespace
}  // namespace flapjack
