// SPDX-License-Identifier: Apache-2.0
// Routers of both families: limits, lifetimes by one timer, default or not, events.
#include "stack/net/router_table.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

const IpAddress kR1 = ip("192.0.2.1");
const IpAddress kR2 = ip("192.0.2.2");
const IpAddress kR6 = Ipv6Address::parse("fe80::1").value();

class RouterTableTest : public testing::Test {
 protected:
  RouterTableTest() { rig.sink.records.clear(); }
  /// "IPV4_ROUTER_ADD n.eth0 192.0.2.1 @0.000s" of every event so far.
  Lines events() {
    Lines lines;
    for (const KeptRecord& r : rig.sink.records) {
      lines.push_back(r.name + " " + r.subject + " " +
                      std::string(r.attr("address")) + " @" + to_text(r.at));
    }
    rig.sink.records.clear();
    return lines;
  }
  void run_to(std::int64_t s) { rig.scheduler.run_until(SimTime{} + seconds(s)); }

  NodeRig rig{{.max_routers = 3}};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.9/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.9/8");
  RouterTable& routers = rig.node.routers;
};

TEST_F(RouterTableTest, AddsAndRemovesWithEvents) {
  ASSERT_NE(routers.add(eth0, kR1, {}, true), nullptr);
  ASSERT_NE(routers.add(eth1, kR6, {}, false), nullptr);
  EXPECT_TRUE(routers.remove(eth0, kR1));
  EXPECT_FALSE(routers.remove(eth0, kR1));
  EXPECT_FALSE(routers.remove(eth0, kR6)) << "that one is on eth1";
  EXPECT_TRUE(routers.remove(eth1, kR6));
  EXPECT_EQ(events(),
            (Lines{"IPV4_ROUTER_ADD n.eth0 192.0.2.1 @0.000s",
                   "IPV6_ROUTER_ADD n.eth1 fe80::1 @0.000s",
                   "IPV4_ROUTER_DEL n.eth0 192.0.2.1 @0.000s",
                   "IPV6_ROUTER_DEL n.eth1 fe80::1 @0.000s"}));
}

TEST_F(RouterTableTest, AKnownOneIsUpdatedSilently) {
  const RouterEntry* first = routers.add(eth0, kR1, seconds(10), true);
  events();
  EXPECT_EQ(routers.add(eth0, kR1, seconds(20), false), first);
  EXPECT_EQ(events(), Lines{});
  EXPECT_FALSE(first->is_default);
  EXPECT_EQ(first->expires, SimTime{} + seconds(20));
  routers.add(eth1, kR1, {}, false);
  EXPECT_EQ(routers.entries().size(), 2u) << "the same address on another iface is another router";
}

TEST_F(RouterTableTest, AFullTableRefuses) {
  routers.add(eth0, kR1, {}, true);
  routers.add(eth0, kR2, {}, true);
  routers.add(eth0, kR6, {}, true);
  EXPECT_EQ(routers.add(eth1, kR6, {}, true), nullptr);
  EXPECT_NE(routers.add(eth0, kR6, seconds(5), true), nullptr) << "a known one is no new one";
}

TEST_F(RouterTableTest, OneTimerForAllLifetimes) {
  routers.add(eth0, kR1, seconds(30), true);
  routers.add(eth0, kR2, seconds(10), true);
  routers.add(eth0, kR6, {}, true);
  run_to(5);
  routers.add(eth0, kR2, seconds(25), true);  // heard again: until 30 s, too
  run_to(29);
  EXPECT_EQ(routers.entries().size(), 3u);
  events();
  run_to(30);
  EXPECT_EQ(events(), (Lines{"IPV4_ROUTER_DEL n.eth0 192.0.2.1 @30.000s",
                             "IPV4_ROUTER_DEL n.eth0 192.0.2.2 @30.000s"}));
  run_to(1'000'000);
  EXPECT_EQ(routers.entries().size(), 1u) << "without a lifetime: for ever";
  EXPECT_EQ(rig.scheduler.pending_count(), 0u);
}

TEST_F(RouterTableTest, WhoIsTheDefault) {
  routers.add(eth0, kR1, {}, false);
  routers.add(eth1, kR2, seconds(5), true);
  routers.add(eth1, kR6, {}, true);
  const struct {
    Family family;
    const NetIf* iface;
    const IpAddress* expected;
  } kRows[] = {
      {Family::Inet, nullptr, &kR2},  // the first that is one; the destination does not matter
      {Family::Inet, &eth0, nullptr}, {Family::Inet, &eth1, &kR2},
      {Family::Inet6, nullptr, &kR6}, {Family::Inet6, &eth0, nullptr},
  };
  for (const auto& row : kRows) {
    const RouterEntry* found = routers.default_router(row.family, row.iface);
    ASSERT_EQ(found != nullptr, row.expected != nullptr);
    if (found != nullptr) {
      EXPECT_EQ(found->address, *row.expected);
    }
  }
  EXPECT_EQ(routers.find(nullptr, kR6)->iface, &eth1);
  EXPECT_EQ(routers.find(&eth0, kR6), nullptr);
  run_to(5);
  EXPECT_EQ(routers.default_router(Family::Inet), nullptr) << "its lifetime is over";
}

}  // namespace
}  // namespace flapjack
