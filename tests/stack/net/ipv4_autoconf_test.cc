// SPDX-License-Identifier: Apache-2.0
// IPv4 link-local addresses: where they come from, what a conflict does, ups and downs.
#include "stack/net/ipv4_autoconf.h"

#include <gtest/gtest.h>

#include "tests/stack/net/arp_rig.h"

namespace flapjack {
namespace {

using test::ArpRig;
using test::ip;
using test::Lines;
using test::net;

StackConfig with_acd() {
  StackConfig config;
  config.acd.enabled = true;
  return config;
}

class AutoconfTest : public testing::Test {
 protected:
  Ipv4Address address() { return world.rig.node.autoconf()->address(world.eth0); }
  /// Somebody claims the address; the verdict travels through net_mgmt.
  void conflict() {
    world.hear(ArpOperation::Reply, address(), ip("169.254.1.1"));
    world.run_for({});
  }

  ArpRig world{with_acd(), {.name = "eth0", .ipv4_auto = true}};
};

TEST(Autoconf, TheAddressOfItsStream) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    ArpRig world(with_acd(), {.name = "eth0", .ipv4_auto = true}, seed);
    ASSERT_TRUE(world.eth0.up().ok());
    const std::uint64_t offset = Rng(seed).stream("n.eth0.ipv4_auto").below(254 * 256);
    const Ipv4Address expected{ip("169.254.1.0").value + static_cast<std::uint32_t>(offset)};
    const Ipv4IfAddress* entry = world.eth0.ipv4().find(expected);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->type, AddressType::Autoconf);
    EXPECT_EQ(entry->prefix.length, 16);
    EXPECT_EQ(entry->state, AddressState::Tentative);
    EXPECT_GE(expected, ip("169.254.1.0"));
    EXPECT_LE(expected, ip("169.254.254.255"));
    world.run_for(seconds(7));
    EXPECT_EQ(entry->state, AddressState::Preferred);
    EXPECT_EQ(world.eth0.ipv4().first_global(), nullptr) << "it does not count for connectivity";
  }
}

TEST_F(AutoconfTest, AConflictWhileProbingTriesAnother) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.run_for(seconds(1));
  const Ipv4Address first = address();
  conflict();
  EXPECT_NE(address(), first);
  EXPECT_EQ(world.eth0.ipv4().addresses().size(), 1u);
  world.run_for(seconds(7));
  EXPECT_TRUE(world.eth0.ipv4().owns(address()));
}

TEST_F(AutoconfTest, AConflictLaterIsDefendedThenGivenUp) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.run_for(seconds(20));
  const Ipv4Address first = address();
  conflict();
  EXPECT_EQ(address(), first) << "defended";
  conflict();
  EXPECT_NE(address(), first);
  EXPECT_EQ(world.eth0.ipv4().find(first), nullptr);
  EXPECT_EQ(world.eth0.ipv4().find(address())->state, AddressState::Tentative);
}

TEST_F(AutoconfTest, DownTakesItAndUpTriesTheSameAgain) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.run_for(seconds(20));
  const Ipv4Address first = address();
  world.eth0.carrier_off();
  EXPECT_TRUE(world.eth0.ipv4().addresses().empty());
  EXPECT_TRUE(address().is_any());
  world.eth0.carrier_on();
  EXPECT_EQ(address(), first);
  EXPECT_EQ(world.eth0.ipv4().find(first)->state, AddressState::Tentative);
}

TEST_F(AutoconfTest, AConflictOfAnotherAddressIsNotItsOwn) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  const Ipv4Address first = address();
  world.run_for(seconds(1));
  world.hear(ArpOperation::Reply, ip("192.0.2.7"), ip("192.0.2.9"));
  world.run_for(seconds(1));
  EXPECT_EQ(address(), first);
}

TEST_F(AutoconfTest, WithoutAPlaceItSaysSo) {
  ArpRig full(with_acd(), {.name = "eth0", .ipv4_limit = 1, .ipv4_auto = true});
  full.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  ASSERT_TRUE(full.eth0.up().ok());
  const Lines events = full.rig.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "n.eth0 ipv4_auto_failed"), 1);
}

}  // namespace
}  // namespace flapjack
