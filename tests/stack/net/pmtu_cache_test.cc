// SPDX-License-Identifier: Apache-2.0
// What a path carries: which messages are believed, how long, and how many paths are remembered.
#include "stack/net/pmtu_cache.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

const IpAddress kFar = ip("203.0.113.9"), kOther = ip("203.0.113.10");
const IpAddress kFar6 = Ipv6Address::parse("2001:db8::9").value();

StackConfig with_pmtu(std::size_t entries = 2) {
  StackConfig config;
  config.pmtu.ipv4 = config.pmtu.ipv6 = true;
  config.pmtu.entries4 = config.pmtu.entries6 = entries;
  return config;
}

struct Told {
  const char* what;
  IpAddress destination;
  std::uint32_t next_hop, packet;
  bool believed;
  std::uint16_t mtu;
};
const Told kTold[] = {
    {"plain", kFar, 1400, 1500, true, 1400},
    {"not smaller", kFar, 1500, 1500, false, 1500},
    {"larger", kFar, 1600, 1500, false, 1500},
    {"the least", kFar, 68, 1500, true, 68},
    {"below what every link carries", kFar, 67, 1500, false, 1500},
    {"no number: the plateau below", kFar, 0, 1500, true, 1492},
    {"no number, smaller packet", kFar, 0, 1492, true, 1006},
    {"no number, nothing below", kFar, 0, 68, false, 1500},
    {"IPv6", kFar6, 1280, 1500, true, 1280},
    {"IPv6 below its least", kFar6, 1279, 1500, false, 1500},
    {"IPv6 without a number", kFar6, 0, 3000, false, 1500},
    {"IPv6 of a size no link has", kFar6, 70'000, 80'000, false, 1500},
};

TEST(PmtuCache, WhatIsBelieved) {
  for (const Told& row : kTold) {
    NodeRig rig(with_pmtu());
    PmtuCache& pmtu = rig.node.pmtu;
    EXPECT_EQ(pmtu.too_big(row.destination, row.next_hop, row.packet), row.believed) << row.what;
    EXPECT_EQ(pmtu.mtu(row.destination, 1500), row.mtu) << row.what;
    EXPECT_EQ(pmtu.mtu(kOther, 1500), 1500) << row.what;
  }
}

TEST(PmtuCache, OnlyDownwardsUntilItIsOld) {
  NodeRig rig(with_pmtu());
  PmtuCache& pmtu = rig.node.pmtu;
  EXPECT_TRUE(pmtu.too_big(kFar, 1300, 1500));
  EXPECT_FALSE(pmtu.too_big(kFar, 1400, 1500));
  EXPECT_TRUE(pmtu.too_big(kFar, 1200, 1300));
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1200);
  EXPECT_EQ(pmtu.mtu(kFar, 1000), 1000) << "never more than the link";
  rig.scheduler.run_until(SimTime{} + seconds(600) - Duration{1});
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1200);
  rig.scheduler.run_until(SimTime{} + seconds(600));
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1500) << "RFC 1191 section 6.3";
  EXPECT_TRUE(pmtu.too_big(kFar, 1400, 1500));
}

TEST(PmtuCache, WithoutALifetimeForEver) {
  StackConfig config = with_pmtu();
  config.pmtu.lifetime = {};
  NodeRig rig(config);
  rig.node.pmtu.too_big(kFar, 1300, 1500);
  rig.scheduler.run_until(SimTime{} + seconds(1'000'000));
  EXPECT_EQ(rig.node.pmtu.mtu(kFar, 1500), 1300);
}

TEST(PmtuCache, TheOldestMakesRoom) {
  NodeRig rig(with_pmtu(2));
  PmtuCache& pmtu = rig.node.pmtu;
  const IpAddress third = ip("203.0.113.11");
  pmtu.too_big(kFar, 1300, 1500);
  rig.scheduler.run_until(SimTime{} + seconds(1));
  pmtu.too_big(kOther, 1300, 1500);
  rig.scheduler.run_until(SimTime{} + seconds(2));
  pmtu.too_big(kFar, 1200, 1500);  // changed last
  pmtu.too_big(third, 1100, 1500);
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1200);
  EXPECT_EQ(pmtu.mtu(kOther, 1500), 1500);
  EXPECT_EQ(pmtu.mtu(third, 1500), 1100);
}

TEST(PmtuCache, EachFamilyHasItsOwnTable) {
  StackConfig config = with_pmtu(1);
  config.pmtu.entries6 = 2;
  NodeRig rig(config);
  PmtuCache& pmtu = rig.node.pmtu;
  const IpAddress other6 = Ipv6Address::parse("2001:db8::a").value();
  for (const IpAddress& to : {kFar6, other6, kFar}) EXPECT_TRUE(pmtu.too_big(to, 1300, 1500));
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1300);
  EXPECT_EQ(pmtu.mtu(kFar6, 1500), 1300) << "IPv4 takes no room of IPv6";
  EXPECT_EQ(pmtu.mtu(other6, 1500), 1300);
  EXPECT_TRUE(pmtu.too_big(kOther, 1300, 1500));
  EXPECT_EQ(pmtu.mtu(kFar, 1500), 1500) << "one IPv4 entry";
  EXPECT_EQ(pmtu.mtu(kFar6, 1500), 1300);
}

TEST(PmtuCache, EventsSayWhatChanged) {
  NodeRig rig(with_pmtu());
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  static_cast<void>(eth0);
  rig.node.pmtu.too_big(kFar, 1300, 1500);
  rig.node.pmtu.too_big(kFar, 1300, 1500);
  ASSERT_EQ(rig.events(), Lines{"n.eth0 IPV4_PMTU_CHANGED"});
  EXPECT_EQ(rig.sink.records[0].attr("mtu"), "1300");
}

TEST(PmtuCache, OffItBelievesNothing) {
  NodeRig rig;
  EXPECT_FALSE(rig.node.pmtu.too_big(kFar, 1300, 1500));
  EXPECT_EQ(rig.node.pmtu.mtu(kFar, 1500), 1500);
}

}  // namespace
}  // namespace flapjack
