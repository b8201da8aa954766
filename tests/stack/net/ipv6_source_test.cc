// SPDX-License-Identifier: Apache-2.0
// Which own address an IPv6 destination gets: a table of two ifaces and what they own.
#include "stack/net/ipv6_source.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::ip6;
using test::net6;

struct Ipv6SourceTest : testing::Test {
  Ipv6SourceTest() {
    StackConfig config;
    config.ipv6.dad = false;
    config.ipv6.unicast_limit = 4;
    config.ipv6.multicast_limit = 8;
    rig = std::make_unique<test::NodeRig>(config);
    eth0 = &rig->add({.name = "eth0", .ipv6 = true});
    eth1 = &rig->add({.name = "eth1", .ipv6 = true});
    eth0->ipv6()->addr_add(net6("2001:db8:1::1/64"));
    eth0->ipv6()->addr_add(net6("2001:db8:1:2::1/64"));
    eth1->ipv6()->addr_add(net6("2001:db8:2::1/64"));
  }
  std::string source(const NetIf* iface, const char* destination) {
    const Ipv6Source found = select_ipv6_source(rig->node, iface, ip6(destination));
    if (found.iface == nullptr) return "none";
    return std::string(found.iface->name()) + " " + to_text(found.address);
  }
  std::unique_ptr<test::NodeRig> rig;
  NetIf* eth0 = nullptr;
  NetIf* eth1 = nullptr;
};

TEST_F(Ipv6SourceTest, TheLongestCommonPrefixWins) {
  const std::string local0 = "eth0 " + to_text(eth0->ipv6()->link_local()->address());
  const std::string local1 = "eth1 " + to_text(eth1->ipv6()->link_local()->address());
  EXPECT_EQ(source(nullptr, "2001:db8:1:2::9"), "eth0 2001:db8:1:2::1");
  EXPECT_EQ(source(nullptr, "2001:db8:1::9"), "eth0 2001:db8:1::1");
  EXPECT_EQ(source(nullptr, "2001:db8:2::9"), "eth1 2001:db8:2::1");
  EXPECT_EQ(source(eth0, "2001:db8:2::9"), "eth0 2001:db8:1:2::1") << "the later of equals";
  EXPECT_EQ(source(nullptr, "fe80::9"), local0) << "the default iface's";
  EXPECT_EQ(source(eth1, "fe80::9"), local1);
  EXPECT_EQ(source(eth1, "ff02::fb"), local1);
  EXPECT_EQ(source(eth1, "ff05::fb"), "eth1 2001:db8:2::1");
}

TEST_F(Ipv6SourceTest, StateOfTheIfaceDoesNotMatterButTheAddressesDo) {
  eth1->carrier_off();
  EXPECT_EQ(source(nullptr, "2001:db8:2::9"), "eth1 2001:db8:2::1") << "no failover";
  eth0->ipv6()->addr_extend(ip6("2001:db8:1:2::1"), {seconds(100), seconds(1)});
  rig->scheduler.run_until(rig->scheduler.now() + seconds(1));
  EXPECT_EQ(source(eth0, "2001:db8:1:2::9"), "eth0 2001:db8:1::1")
      << "a preferred one beats a deprecated one";
}

TEST_F(Ipv6SourceTest, WithoutAnAddressThereIsNone) {
  NetIf& eth2 = rig->add({.name = "eth2"});
  EXPECT_EQ(source(&eth2, "2001:db8::1"), "none");
  EXPECT_EQ(source(&eth2, "fe80::1"), "none");
}

}  // namespace
}  // namespace flapjack
