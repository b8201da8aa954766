// SPDX-License-Identifier: Apache-2.0
// The monitor and IPv6: which addresses count, the two families beside each other, and what a
// duplicate address detection delays.
#include <gtest/gtest.h>

#include "connmgr/monitor.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

/// A link with addresses: neighbour discovery and duplicate address detection run on it.
class LinkL2 : public TestL2 {
 public:
  L2Traits traits() const override { return {.name = "link"}; }
};

class MonitorIpv6 : public testing::Test {
 protected:
  NetIf& add(const std::string& name, L2& l2) {
    NetIf& iface = node.stack.add_iface({.name = name, .ipv6 = true});
    iface.bind_l2(l2);
    EXPECT_TRUE(iface.set_link_address({{2, 0, 0, 0, 0, 1}}).ok());
    return iface;
  }
  static Ipv6Prefix prefix(const char* text) { return Ipv6Prefix::parse(text).value(); }

  TestNode node{with(Coalescing::EachEvent), {}};
  LinkL2 link;
};

// All eight transitions of each family while the other is there or not.
TEST_F(MonitorIpv6, EachFamilyHasEventsOfItsOwn) {
  NetIf& a = add("a", node.l2);
  ASSERT_TRUE(node.mgr.boot().ok());
  ASSERT_TRUE(a.up().ok());
  const Ipv6Prefix six = prefix("2001:db8::1/64");
  const auto step = [&](auto&& change) {
    change();
    node.run();
    return node.take_l4();
  };
  node.run();
  node.take_l4();
  EXPECT_EQ(step([&] { a.ipv6()->addr_add(six); }),
            (Names{"L4_CONNECTED a", "L4_IPV6_CONNECTED a"}));
  EXPECT_EQ(step([&] { node.set_address(a, true); }), Names{"L4_IPV4_CONNECTED a"});
  EXPECT_EQ(step([&] { a.ipv6()->addr_rm(six.address); }), Names{"L4_IPV6_DISCONNECTED a"});
  EXPECT_EQ(step([&] { a.ipv6()->addr_add(six); }), Names{"L4_IPV6_CONNECTED a"});
  EXPECT_EQ(step([&] { static_cast<void>(a.down().ok()); }),
            (Names{"L4_DISCONNECTED a", "L4_IPV4_DISCONNECTED a", "L4_IPV6_DISCONNECTED a"}));
  EXPECT_EQ(step([&] { static_cast<void>(a.up().ok()); }),
            (Names{"L4_CONNECTED a", "L4_IPV4_CONNECTED a", "L4_IPV6_CONNECTED a"}));
  EXPECT_EQ(step([&] { node.set_address(a, false); }), Names{"L4_IPV4_DISCONNECTED a"});
  EXPECT_EQ(step([&] { a.ipv6()->addr_rm(six.address); }),
            (Names{"L4_DISCONNECTED a", "L4_IPV6_DISCONNECTED a"}));
}

TEST_F(MonitorIpv6, ALinkLocalAddressDoesNotCount) {
  NetIf& a = add("a", link);
  ASSERT_TRUE(node.mgr.boot().ok());
  ASSERT_TRUE(a.up().ok());
  node.run(seconds(10));
  EXPECT_NE(a.ipv6()->link_local(), nullptr);
  EXPECT_EQ(node.take_l4(), Names{});
}

TEST_F(MonitorIpv6, NothingUntilTheDetectionIsOver) {
  NetIf& a = add("a", link);
  ASSERT_TRUE(node.mgr.boot().ok());
  ASSERT_TRUE(a.up().ok());
  node.run(seconds(1));
  a.ipv6()->addr_add(prefix("2001:db8::1/64"));
  node.run(milliseconds(10));
  EXPECT_EQ(node.take_l4(), Names{});
  node.run(milliseconds(100));
  EXPECT_EQ(node.take_l4(), (Names{"L4_CONNECTED a", "L4_IPV6_CONNECTED a"}));
}

// The word keeps its bit over a slow down and up, though the address is being checked again.
TEST_F(MonitorIpv6, ASecondIfUpConnectsAtOnce) {
  NetIf& a = add("a", link);
  ASSERT_TRUE(node.mgr.boot().ok());
  a.ipv6()->addr_add(prefix("2001:db8::1/64"));
  ASSERT_TRUE(a.up().ok());
  node.run(seconds(1));
  ASSERT_TRUE(a.down().ok());
  node.run(seconds(1));
  node.take_l4();
  ASSERT_TRUE(a.up().ok());
  node.run();
  EXPECT_EQ(a.ipv6()->first_global(), nullptr) << "tentative again";
  EXPECT_EQ(node.take_l4(), (Names{"L4_CONNECTED a", "L4_IPV6_CONNECTED a"}));
}

TEST_F(MonitorIpv6, ResendSaysAnyThenIpv6ThenIpv4) {
  NetIf& a = add("a", node.l2);
  ASSERT_TRUE(node.mgr.boot().ok());
  ASSERT_TRUE(a.up().ok());
  a.ipv6()->addr_add(prefix("2001:db8::1/64"));
  node.run();
  node.take_l4();
  node.mgr.mon_resend_status();
  node.run();
  const Names resent = node.take_l4();
  ASSERT_EQ(resent.size(), 3u);
  EXPECT_EQ(resent[0], "L4_CONNECTED a");
  EXPECT_EQ(resent[1], "L4_IPV6_CONNECTED a");
  EXPECT_EQ(resent[2].substr(0, 20), "L4_IPV4_DISCONNECTED");
}

}  // namespace
}  // namespace flapjack::test
