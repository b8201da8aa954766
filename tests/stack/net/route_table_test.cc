// SPDX-License-Identifier: Apache-2.0
// Static routes: longest prefix, refusals, and how hosts and routers weigh them.
#include "stack/net/route_table.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::code_of;
using test::ip;
using test::Lines;
using test::NodeRig;

IpAddress ip6(const char* text) { return Ipv6Address::parse(text).value(); }

class RouteTableTest : public testing::Test {
 protected:
  /// The next hop over which a router sends, with its iface: "eth0 10.0.0.1"; "-" without a route.
  std::string forward_to(const char* destination) {
    const NextHop hop = rig.node.route().forward_to(ip(destination));
    if (hop.iface == nullptr) return "-";
    return std::string(hop.iface->name()) + " " + to_text(hop.address);
  }
  /// The same for a host that sends.
  std::string host_to(const char* destination) {
    NetIf* iface = rig.node.route().iface_for(ip(destination));
    const auto hop = rig.node.route().next_hop(*iface, ip(destination));
    return std::string(iface->name()) + " " + to_text(hop);
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  RouteTable& routes = rig.node.routes;
};

TEST_F(RouteTableTest, TheLongestPrefixWins) {
  const RouteEntry wide{ip("172.16.0.0"), 12, &eth0, ip("192.0.2.254")};
  const RouteEntry narrow{ip("172.16.5.0"), 24, &eth1, ip("10.0.0.254")};
  const RouteEntry rest{ip("0.0.0.0"), 0, &eth0, ip("192.0.2.253")};
  for (const RouteEntry& route : {wide, narrow, rest}) EXPECT_TRUE(routes.add(route).ok());
  const struct {
    const char* destination;
    IpAddress next_hop;
  } kRows[] = {{"172.16.5.9", ip("10.0.0.254")},
               {"172.16.6.9", ip("192.0.2.254")},
               {"172.31.255.255", ip("192.0.2.254")},
               {"172.32.0.0", ip("192.0.2.253")},
               {"8.8.8.8", ip("192.0.2.253")}};
  for (const auto& row : kRows) {
    ASSERT_NE(routes.lookup(ip(row.destination)), nullptr);
    EXPECT_EQ(routes.lookup(ip(row.destination))->next_hop, row.next_hop) << row.destination;
  }
  EXPECT_EQ(routes.lookup(ip("172.16.5.9"), &eth0)->next_hop, ip("192.0.2.254"));
  EXPECT_EQ(routes.lookup(ip6("2001:db8::1")), nullptr) << "the other family";
  eth1.carrier_off();
  EXPECT_EQ(routes.lookup(ip("172.16.5.9"), nullptr, true)->next_hop, ip("192.0.2.254"));
}

TEST_F(RouteTableTest, Refusals) {
  const RouteEntry good{ip("172.16.0.0"), 12, &eth0, ip("192.0.2.254")};
  EXPECT_TRUE(routes.add(good).ok());
  RouteEntry same = good;
  same.network = ip("172.16.9.9");  // the same prefix: bits behind it do not matter
  EXPECT_EQ(code_of(routes.add(same)), "EEXIST");
  same.iface = &eth1;
  EXPECT_TRUE(routes.add(same).ok());
  EXPECT_EQ(code_of(routes.add({ip("172.16.0.0"), 12, nullptr, {}})), "EINVAL");
  EXPECT_EQ(code_of(routes.add({ip("172.16.0.0"), 33, &eth0, {}})), "EINVAL");
  EXPECT_EQ(code_of(routes.add({ip("172.16.0.0"), 12, &eth0, ip6("fe80::1")})), "EINVAL");
  EXPECT_EQ(code_of(routes.remove(ip("172.16.0.0"), 13, eth0)), "ENOENT");
  EXPECT_TRUE(routes.remove(ip("172.16.0.0"), 12, eth0).ok());
  for (std::uint8_t length = 1; routes.entries().size() < rig.node.config().max_routes; ++length) {
    EXPECT_TRUE(routes.add({ip("128.0.0.0"), length, &eth0, {}}).ok());
  }
  EXPECT_EQ(code_of(routes.add({ip("1.0.0.0"), 8, &eth0, {}})), "ENOMEM");
}

TEST_F(RouteTableTest, Ipv6RoutesHaveEvents) {
  EXPECT_TRUE(routes.add({ip6("2001:db8::"), 32, &eth0, ip6("fe80::1")}).ok());
  EXPECT_TRUE(routes.add({ip("172.16.0.0"), 12, &eth0, {}}).ok());
  EXPECT_TRUE(routes.remove(ip6("2001:db8:ffff::"), 32, eth0).ok());
  EXPECT_EQ(rig.events(), (Lines{"n.eth0 IPV6_ROUTE_ADD", "n.eth0 IPV6_ROUTE_DEL"}));
}

TEST_F(RouteTableTest, ARouterWeighsLinksRoutesAndGateways) {
  eth0.set_gateway(ip("192.0.2.99"));
  EXPECT_TRUE(routes.add({ip("10.9.0.0"), 16, &eth0, ip("192.0.2.254")}).ok());
  EXPECT_TRUE(routes.add({ip("198.51.100.0"), 24, &eth1, {}}).ok());
  const struct {
    const char *destination, *hop;
  } kRows[] = {{"192.0.2.7", "eth0 192.0.2.7"},
               {"10.1.2.3", "eth1 10.1.2.3"},
               {"10.9.2.3", "eth0 192.0.2.254"},  // longer than the link's own prefix
               {"198.51.100.5", "eth1 198.51.100.5"},
               {"8.8.8.8", "eth0 192.0.2.99"}};
  for (const auto& row : kRows) EXPECT_EQ(forward_to(row.destination), row.hop);
  for (const auto& row : std::span(kRows).first(4)) EXPECT_EQ(host_to(row.destination), row.hop);
  EXPECT_EQ(host_to("8.8.8.8"), "eth1 0.0.0.0") << "a host's gateways do not choose the iface";
}

TEST_F(RouteTableTest, ARouterUsesOnlyIfacesThatAreUp) {
  eth0.set_gateway(ip("192.0.2.99"));
  eth1.set_gateway(ip("10.0.0.99"));
  EXPECT_TRUE(routes.add({ip("172.16.0.0"), 12, &eth0, ip("192.0.2.254")}).ok());
  EXPECT_EQ(forward_to("8.8.8.8"), "eth0 192.0.2.99");
  eth0.carrier_off();
  EXPECT_EQ(forward_to("8.8.8.8"), "eth1 10.0.0.99");
  EXPECT_EQ(forward_to("172.16.0.1"), "eth1 10.0.0.99");
  EXPECT_EQ(forward_to("192.0.2.7"), "eth1 10.0.0.99");
  eth1.carrier_off();
  EXPECT_EQ(forward_to("10.1.2.3"), "-");
}

TEST_F(RouteTableTest, ARedirectChangesTheFirstHopOfOneDestination) {
  eth0.set_gateway(ip("192.0.2.99"));
  rig.node.route().redirect(eth0, ip("8.8.8.8"), ip("192.0.2.98"));
  EXPECT_EQ(host_to("8.8.8.8"), "eth1 0.0.0.0") << "the iface is chosen by address, as ever";
  EXPECT_EQ(rig.node.route().next_hop(eth0, ip("8.8.8.8")), ip("192.0.2.98"));
  EXPECT_EQ(rig.node.route().next_hop(eth0, ip("8.8.4.4")), ip("192.0.2.99"));
  for (std::uint8_t i = 1; i <= Route::kRedirects; ++i) {
    rig.node.route().redirect(eth0, Ipv4Address{0x08080400u + i}, ip("192.0.2.97"));
  }
  EXPECT_EQ(rig.node.route().next_hop(eth0, ip("8.8.8.8")), ip("192.0.2.99")) << "the oldest went";
}

TEST_F(RouteTableTest, ARedirectEndsWithItsFirstHopAndWithTheLink) {
  eth0.set_gateway(ip("192.0.2.99"));
  eth1.set_gateway(ip("10.0.0.99"));
  const auto hops = [this] {
    const Route route = rig.node.route();
    return Lines{to_text(route.next_hop(eth0, ip("8.8.8.8"))),
                 to_text(route.next_hop(eth0, ip("8.8.4.4"))),
                 to_text(route.next_hop(eth1, ip("8.8.8.8")))};
  };
  const struct {
    const char* what;
    std::function<void()> change;
    Lines hops;
  } kRows[] = {
      {"nothing", [] {}, {"192.0.2.98", "192.0.2.97", "10.0.0.98"}},
      {"a hop is silent",
       [this] { rig.node.route().forget_redirects(eth0, ip("192.0.2.98")); },
       {"192.0.2.99", "192.0.2.97", "10.0.0.98"}},
      {"the same on another iface",
       [this] { rig.node.route().forget_redirects(eth1, ip("192.0.2.98")); },
       {"192.0.2.98", "192.0.2.97", "10.0.0.98"}},
      {"the iface goes down",
       [this] { eth0.carrier_off(); },
       {"192.0.2.99", "192.0.2.99", "10.0.0.98"}},
  };
  for (const auto& row : kRows) {
    eth0.carrier_on();
    rig.node.route().redirect(eth0, ip("8.8.8.8"), ip("192.0.2.98"));
    rig.node.route().redirect(eth0, ip("8.8.4.4"), ip("192.0.2.97"));
    rig.node.route().redirect(eth1, ip("8.8.8.8"), ip("10.0.0.98"));
    row.change();
    EXPECT_EQ(hops(), row.hops) << row.what;
  }
}

}  // namespace
}  // namespace flapjack
