// SPDX-License-Identifier: Apache-2.0
// Addresses of an iface: adding, removing, what counts for what, and the events of NetIf.
#include "stack/net/ipv4_config.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::net;
using test::NodeRig;

TEST(Ipv4Addresses, AddRaisesOneEventWithTheAddress) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  const Ipv4IfAddress* entry = iface.ipv4_addr_add(net("192.0.2.7/24"), AddressType::Dhcp);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->type, AddressType::Dhcp);
  EXPECT_EQ(entry->state, AddressState::Preferred) << "and that before the event";
  ASSERT_EQ(rig.sink.records.size(), 1u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n.x IPV4_ADDR_ADD address=192.0.2.7");
}

TEST(Ipv4Addresses, TheSameAddressAgainIsTheOldEntry) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  const Ipv4IfAddress* entry = iface.ipv4_addr_add(net("192.0.2.7/24"));
  rig.sink.records.clear();
  EXPECT_EQ(iface.ipv4_addr_add(net("192.0.2.7/16"), AddressType::Dhcp), entry);
  EXPECT_EQ(entry->prefix.length, 24);
  EXPECT_EQ(entry->type, AddressType::Manual);
  EXPECT_EQ(rig.events(), Lines{});
}

TEST(Ipv4Addresses, AFullTableTakesNoMore) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x", .ipv4_limit = 2});
  ASSERT_NE(iface.ipv4_addr_add(net("192.0.2.7/24")), nullptr);
  ASSERT_NE(iface.ipv4_addr_add(net("192.0.2.8/24")), nullptr);
  const Ipv4IfAddress* first = iface.ipv4().find(ip("192.0.2.7"));
  ASSERT_NE(first, nullptr);
  rig.sink.records.clear();
  EXPECT_EQ(iface.ipv4_addr_add(net("192.0.2.9/24")), nullptr);
  EXPECT_EQ(rig.events(), Lines{});
  EXPECT_EQ(iface.ipv4_addr_add(net("192.0.2.7/24")), first) << "what is there is still found";
  ASSERT_TRUE(iface.ipv4_addr_rm(ip("192.0.2.8")));
  EXPECT_NE(iface.ipv4_addr_add(net("192.0.2.9/24")), nullptr);
}

TEST(Ipv4Addresses, RemoveRaisesAnEventOnceAndOnlyWhenThere) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  ASSERT_NE(iface.ipv4_addr_add(net("192.0.2.7/24")), nullptr);
  rig.sink.records.clear();
  EXPECT_FALSE(iface.ipv4_addr_rm(ip("192.0.2.8")));
  EXPECT_TRUE(iface.ipv4_addr_rm(ip("192.0.2.7")));
  EXPECT_FALSE(iface.ipv4_addr_rm(ip("192.0.2.7")));
  ASSERT_EQ(rig.sink.records.size(), 1u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n.x IPV4_ADDR_DEL address=192.0.2.7");
  EXPECT_TRUE(iface.ipv4().addresses().empty());
}

TEST(Ipv4Addresses, ManualOnesSurviveDown) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"}, "192.0.2.7/24");
  ASSERT_TRUE(iface.down().ok());
  EXPECT_NE(iface.ipv4().find(ip("192.0.2.7")), nullptr);
  EXPECT_EQ(rig.events(), (Lines{"n.x IF_ADMIN_DOWN", "n.x IF_DOWN"}));
}

TEST(Ipv4Addresses, DhcpTakesThePlaceOfAnOverridableOne) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x", .ipv4_limit = 2});
  iface.ipv4_addr_add(net("192.0.2.7/24"), AddressType::Overridable);
  iface.ipv4_addr_add(net("192.0.2.8/24"), AddressType::Overridable);
  EXPECT_EQ(iface.ipv4_addr_add(net("192.0.2.9/24")), nullptr) << "a manual one does not";
  rig.sink.records.clear();
  ASSERT_NE(iface.ipv4_addr_add(net("192.0.2.10/24"), AddressType::Dhcp), nullptr);
  ASSERT_EQ(rig.sink.records.size(), 2u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n.x IPV4_ADDR_DEL address=192.0.2.7");
  EXPECT_EQ(rig.sink.records[1].text(), "0.000s n.x IPV4_ADDR_ADD address=192.0.2.10");
  EXPECT_NE(iface.ipv4().find(ip("192.0.2.8")), nullptr);
}

// What a handler sees that is called in the notifier's turn (NET_MGMT_EVENT_DIRECT).
TEST(Ipv4Addresses, PreferredBeforeOrAfterTheEvent) {
  for (const bool before : {false, true}) {
    StackConfig config;
    config.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
    config.addr_add_before_preferred = before;
    NodeRig rig(config);
    NetIf& iface = rig.node.add_iface({.name = "x"});
    bool seen_preferred = false;
    MgmtCallback added{mgmt_mask(MgmtEvent::Ipv4AddrAdd), [&](const MgmtNotice& notice) {
                         seen_preferred = notice.iface->ipv4().first_global() != nullptr;
                       }};
    rig.node.mgmt.add(added);
    iface.ipv4_addr_add(net("192.0.2.7/24"));
    EXPECT_EQ(seen_preferred, !before);
    EXPECT_NE(iface.ipv4().first_global(), nullptr);
    rig.node.mgmt.remove(added);
  }
}

TEST(Ipv4Addresses, ConfigurationsAreANodesPool) {
  StackConfig config;
  config.max_ipv4_configs = 1;
  NodeRig rig(config);
  NetIf& first = rig.node.add_iface({.name = "x"});
  NetIf& second = rig.node.add_iface({.name = "y"});
  NetIf& none = rig.node.add_iface({.name = "z", .ipv4 = false});
  EXPECT_EQ(first.ipv4_config_put().code(), Errc::Ealready);
  ASSERT_NE(first.ipv4_addr_add(net("192.0.2.7/24")), nullptr);
  EXPECT_EQ(second.ipv4_addr_add(net("192.0.2.8/24")), nullptr);
  EXPECT_EQ(second.ipv4_config_get().code(), Errc::Esrch);
  EXPECT_EQ(none.ipv4_config_get().code(), Errc::Enotsup);
  EXPECT_EQ(none.ipv4_config_put().code(), Errc::Enotsup);
  EXPECT_EQ(first.ipv4_config_get().code(), Errc::Ok) << "it has one";
  rig.sink.records.clear();
  rig.node.post_init();
  EXPECT_EQ(rig.events().at(0), "n ipv4_configs_short");
  rig.sink.records.clear();
  EXPECT_EQ(first.ipv4_config_put().code(), Errc::Ok);
  EXPECT_EQ(rig.events(), Lines{"n.x IPV4_ADDR_DEL"});
  EXPECT_NE(second.ipv4_addr_add(net("192.0.2.8/24")), nullptr);
}

TEST(Ipv4Config, LinkLocalIsNoGlobalAddress) {
  Ipv4Config config(4);
  config.add(net("169.254.3.4/16"), AddressType::Autoconf);
  EXPECT_EQ(config.first_global(), nullptr);
  ASSERT_NE(config.first_link_local(), nullptr);
  config.add(net("192.0.2.7/24"), AddressType::Manual);
  config.add(net("192.0.2.8/24"), AddressType::Manual);
  ASSERT_NE(config.first_global(), nullptr);
  EXPECT_EQ(config.first_global()->prefix.address, ip("192.0.2.7"));
  EXPECT_EQ(config.first_link_local()->prefix.address, ip("169.254.3.4"));
}

TEST(Ipv4Config, OnlyPreferredAddressesCount) {
  for (const AddressState state : {AddressState::Tentative, AddressState::Deprecated}) {
    Ipv4Config config(2);
      config.add(net("192.0.2.7/24"), AddressType::Manual)->state = state;
    config.add(net("169.254.3.4/16"), AddressType::Autoconf)->state = state;
    EXPECT_EQ(config.first_global(), nullptr);
    EXPECT_EQ(config.first_link_local(), nullptr);
    EXPECT_NE(config.find(ip("192.0.2.7")), nullptr);
  }
}

struct Place {
  const char* address;
  bool on_link, broadcast;
};
constexpr Place kPlaces[] = {
    {"192.0.2.1", true, false}, {"192.0.2.255", true, true}, {"192.0.3.1", false, false},
    {"10.1.2.4", true, false},  {"10.1.2.6", false, false},  {"255.255.255.255", false, true},
    {"10.9.9.9", true, false},  {"10.9.9.8", false, false},  {"192.0.2.0", true, false},
};

TEST(Ipv4Config, OnLinkAndBroadcast) {
  Ipv4Config config(4);
  config.add(net("192.0.2.7/24"), AddressType::Manual);
  config.add(net("10.1.2.5/31"), AddressType::Manual);
  config.add(net("10.9.9.9/32"), AddressType::Manual);
  for (const Place& place : kPlaces) {
    EXPECT_EQ(config.on_link(ip(place.address)), place.on_link) << place.address;
    EXPECT_EQ(config.is_broadcast(ip(place.address)), place.broadcast) << place.address;
  }
}

}  // namespace
}  // namespace flapjack
