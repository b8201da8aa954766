// SPDX-License-Identifier: Apache-2.0
// IPv6 addresses of an iface: duplicate address detection, lifetimes, references, limits, groups.
#include "stack/net/ipv6_if.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::ip6;
using test::Ipv6Rig;
using test::Lines;
using test::net6;

constexpr const char* kManual = "2001:db8::5/64";

TEST(Ipv6IfTest, UpMakesALinkLocalAddressAndChecksIt) {
  Ipv6Rig rig;
  ASSERT_TRUE(rig.eth0.up().ok());
  EXPECT_EQ(rig.events(), (Lines{"IF_ADMIN_UP", "IF_UP", "IPV6_ADDR_ADD", "IPV6_MADDR_ADD",
                                 "IPV6_MCAST_JOIN", "IPV6_MADDR_ADD", "IPV6_MCAST_JOIN"}));
  rig.run_for(milliseconds(99));
  EXPECT_EQ(rig.eth0.ipv6()->find(rig.own)->state, AddressState::Tentative);
  EXPECT_EQ(rig.eth0.ipv6()->link_local(), nullptr);
  rig.run_for(milliseconds(1));
  EXPECT_EQ(rig.events().back(), "IPV6_DAD_SUCCEED");
  EXPECT_EQ(rig.eth0.ipv6()->link_local()->address(), rig.own);
  const Lines sent = rig.sent();
  EXPECT_EQ(std::count(sent.begin(), sent.end(),
                       ":: > " + to_text(rig.own.solicited_node()) + " neighbor solicitation"),
            1);
}

TEST(Ipv6IfTest, AManualAddressSurvivesDownAndIsCheckedAgain) {
  Ipv6Rig rig({}, kManual);
  EXPECT_EQ(rig.eth0.ipv6()->addresses()[0].state, AddressState::Tentative);
  rig.start();
  EXPECT_TRUE(rig.eth0.ipv6()->find(ip6("2001:db8::5"))->is_preferred());
  ASSERT_TRUE(rig.eth0.down().ok());
  EXPECT_EQ(rig.eth0.ipv6()->find(rig.own), nullptr) << "AUTOCONF goes";
  EXPECT_NE(rig.eth0.ipv6()->find(ip6("2001:db8::5")), nullptr);
  EXPECT_EQ(rig.events(),
            (Lines{"IPV6_MCAST_LEAVE", "IPV6_MCAST_LEAVE", "IPV6_MCAST_LEAVE", "IF_ADMIN_DOWN",
                   "IF_DOWN", "IPV6_ADDR_DEL", "IPV6_MADDR_DEL"}));
  rig.forget();
  ASSERT_TRUE(rig.eth0.up().ok());
  EXPECT_EQ(rig.eth0.ipv6()->find(ip6("2001:db8::5"))->state, AddressState::Tentative);
  rig.run_for(milliseconds(100));
  const Lines events = rig.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_DAD_SUCCEED"), 2);
}

TEST(Ipv6IfTest, SomebodyElsesClaimEndsTheDetection) {
  for (const bool by_advert : {false, true}) {
    Ipv6Rig rig({}, kManual);
    ASSERT_TRUE(rig.eth0.up().ok());
    rig.run_for(milliseconds(50));
    rig.forget();
    const Ipv6Address claimed = ip6("2001:db8::5"), other = ip6("fe80::99");
    if (by_advert) {
      NeighborAdvertisement advert;
      advert.target = claimed;
      advert.override_known = true;
      rig.hear(test::nd_bytes(other, Ipv6Address::all_nodes(), advert));
    } else {
      rig.hear(test::nd_bytes({}, claimed.solicited_node(), NeighborSolicitation{claimed, {}}));
    }
    EXPECT_EQ(rig.events(), (Lines{"IPV6_DAD_FAILED", "IPV6_ADDR_DEL", "IPV6_MADDR_DEL",
                                   "IPV6_MCAST_LEAVE"})) << by_advert;
    EXPECT_EQ(rig.eth0.ipv6()->find(claimed), nullptr);
  }
}

TEST(Ipv6IfTest, AQuestionForATentativeAddressIsNoConflict) {
  Ipv6Rig rig({}, kManual);
  ASSERT_TRUE(rig.eth0.up().ok());
  const Ipv6Address claimed = ip6("2001:db8::5");
  rig.run_for(milliseconds(1));
  rig.forget();
  rig.hear(test::nd_bytes(ip6("fe80::99"), claimed.solicited_node(),
                          NeighborSolicitation{claimed, {}}));
  EXPECT_TRUE(rig.sent().empty());
  EXPECT_NE(rig.eth0.ipv6()->find(claimed), nullptr);
}

TEST(Ipv6IfTest, WithoutDetectionTheAddressIsPreferredBeforeOrAfterItsEvent) {
  for (const bool early : {false, true}) {
    StackConfig config;
    config.ipv6.dad = false;
    config.addr_add_before_preferred = early;
    Ipv6Rig rig(config);
    std::vector<AddressState> seen;
    config.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
    Ipv6Rig direct(config);
    MgmtCallback callback{mgmt_mask(MgmtEvent::Ipv6AddrAdd), [&](const MgmtNotice&) {
                            seen.push_back(direct.eth0.ipv6()->addresses()[0].state);
                          }};
    direct.node.mgmt.add(callback);
    direct.eth0.ipv6()->addr_add(net6(kManual));
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0] == AddressState::Preferred, !early);
    EXPECT_TRUE(direct.eth0.ipv6()->addresses()[0].is_preferred());
    direct.node.mgmt.remove(callback);
  }
}

// Today the event and the groups come first, in 2018 the probe did.
TEST(Ipv6IfTest, TheProbeBeginsBehindTheEventOrBeforeIt) {
  for (const bool first : {false, true}) {
    StackConfig config;
    config.ipv6.dad_before_addr_add = first;
    config.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
    Ipv6Rig rig(config);
    rig.start();
    std::vector<bool> probing;
    MgmtCallback callback{mgmt_mask(MgmtEvent::Ipv6AddrAdd), [&](const MgmtNotice&) {
                            const auto* added = rig.eth0.ipv6()->find(ip6("2001:db8::5"));
                            ASSERT_NE(added, nullptr);
                            EXPECT_EQ(added->state, AddressState::Tentative);
                            probing.push_back(added->probe_ends != kNever);
                          }};
    rig.node.mgmt.add(callback);
    EXPECT_NE(rig.eth0.ipv6()->addr_add(net6(kManual)), nullptr);
    rig.run_for(milliseconds(100));
    EXPECT_EQ(probing, std::vector<bool>{first});
    EXPECT_TRUE(rig.eth0.ipv6()->find(ip6("2001:db8::5"))->is_preferred());
    rig.node.mgmt.remove(callback);
  }
}

TEST(Ipv6IfTest, TheSameAddressAgainIsNoEventAndAFullTableRefuses) {
  Ipv6Rig rig({}, kManual);
  const auto* first = rig.eth0.ipv6()->find(ip6("2001:db8::5"));
  EXPECT_EQ(rig.eth0.ipv6()->addr_add(net6(kManual)), first);
  EXPECT_NE(rig.eth0.ipv6()->addr_add(net6("2001:db8::6/64")), nullptr);
  EXPECT_EQ(rig.eth0.ipv6()->addr_add(net6("2001:db8::7/64")), nullptr);
  const Lines events = rig.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_ADDR_ADD"), 2);
}

TEST(Ipv6IfTest, LifetimesDeprecateAndRemove) {
  Ipv6Rig rig;
  rig.start();
  rig.eth0.ipv6()->addr_add(net6(kManual), AddressType::Manual, {seconds(10), seconds(4)});
  rig.forget();
  rig.run_for(seconds(4));
  EXPECT_EQ(rig.events(), (Lines{"IPV6_DAD_SUCCEED", "IPV6_ADDR_DEPRECATED"}));
  rig.forget();
  rig.run_for(seconds(6));
  EXPECT_EQ(rig.events().front(), "IPV6_ADDR_DEL");
  EXPECT_EQ(rig.eth0.ipv6()->find(ip6("2001:db8::5")), nullptr);
}

TEST(Ipv6IfTest, AReferencedAddressOutlivesItsRemoval) {
  Ipv6Rig rig({}, kManual);
  rig.start();
  const Ipv6Address address = ip6("2001:db8::5");
  ASSERT_TRUE(rig.eth0.ipv6()->addr_ref(address));
  EXPECT_FALSE(rig.eth0.ipv6()->addr_rm(address));
  EXPECT_TRUE(rig.events().empty());
  ASSERT_NE(rig.eth0.ipv6()->find(address), nullptr);
  EXPECT_TRUE(rig.eth0.ipv6()->addr_unref(address));
  EXPECT_EQ(rig.events().front(), "IPV6_ADDR_DEL");
  EXPECT_EQ(rig.eth0.ipv6()->find(address), nullptr);
  // one that is added again meanwhile stays
  rig.eth0.ipv6()->addr_add(net6(kManual));
  ASSERT_TRUE(rig.eth0.ipv6()->addr_ref(address));
  EXPECT_FALSE(rig.eth0.ipv6()->addr_rm(address));
  EXPECT_NE(rig.eth0.ipv6()->addr_add(net6(kManual)), nullptr);
  EXPECT_TRUE(rig.eth0.ipv6()->addr_unref(address));
  EXPECT_NE(rig.eth0.ipv6()->find(address), nullptr);
}

TEST(Ipv6IfTest, APrefixTakesItsAutoconfAddressesAlong) {
  Ipv6Rig rig;
  rig.start();
  Ipv6If& own = *rig.eth0.ipv6();
  EXPECT_TRUE(own.prefix_heard(net6("2001:db8::/64"), seconds(30)));
  own.addr_add(net6("2001:db8::9/64"), AddressType::Autoconf);
  EXPECT_NE(own.prefix_of(ip6("2001:db8::77")), nullptr);
  rig.run_for(seconds(29));
  rig.forget();
  rig.run_for(seconds(1));
  EXPECT_EQ(rig.events()[0], "IPV6_PREFIX_DEL");
  EXPECT_EQ(rig.events()[1], "IPV6_ADDR_DEL");
  EXPECT_EQ(own.prefix_of(ip6("2001:db8::77")), nullptr);
  EXPECT_NE(own.link_local(), nullptr);
}

TEST(Ipv6IfTest, ALonePointToPointOrDumbIfaceHasNoDetection) {
  StackConfig config;
  Ipv6Rig rig(config);
  rig.other_l2.l2_traits.point_to_point = true;
  NetIf& ppp0 = rig.add_on(rig.other_l2, {.name = "ppp0", .ipv6 = true});
  EXPECT_TRUE(ppp0.ipv6()->addr_add(net6(kManual))->is_preferred());
  ASSERT_TRUE(ppp0.up().ok());
  EXPECT_EQ(ppp0.ipv6()->addresses().size(), 1u) << "what runs the link makes the link-local one";
  EXPECT_TRUE(rig.driver(ppp0).sent.empty());
}

TEST(Ipv6IfTest, GroupsCountTheirUsers) {
  Ipv6Rig rig;
  Ipv6If& own = *rig.eth0.ipv6();
  const Ipv6Address group = ip6("ff05::1:3");
  EXPECT_EQ(own.join(ip6("2001:db8::1")).code(), Errc::Einval);
  EXPECT_TRUE(own.join(group).ok());
  EXPECT_TRUE(own.join(group).ok());
  EXPECT_TRUE(own.leave(group).ok());
  EXPECT_TRUE(own.is_member(group));
  EXPECT_TRUE(own.leave(group).ok());
  EXPECT_FALSE(own.is_member(group));
  EXPECT_EQ(own.leave(group).code(), Errc::Enoent);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(own.join({0xff05ull << 48, 100u + i}).ok());
  EXPECT_EQ(own.join(group).code(), Errc::Enomem);
}

}  // namespace
}  // namespace flapjack
