// SPDX-License-Identifier: Apache-2.0
// What a host asks routers, and what it takes from their answers.
#include "stack/net/router_discovery.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;
using test::net6;

const MacAddress kRouterMac{{0x02, 0, 0, 0, 0, 0x01}};

Bytes prefix_option(std::string_view prefix, std::uint32_t valid, std::uint32_t preferred,
                    bool on_link = true, bool autonomous = true) {
  Bytes bytes(NdPrefixInfo::kBytes);
  NdPrefixInfo{net6(prefix), on_link, autonomous, valid, preferred}.emit(bytes.data());
  return bytes;
}

struct RouterDiscoveryTest : testing::Test {
  /// An advertisement with `options` from fe80::1.
  void advertise(const Bytes& options = {}, std::uint16_t lifetime_s = 1800,
                 const std::function<void(RouterAdvertisement&)>& change = {}) {
    RouterAdvertisement advert;
    advert.lifetime_s = lifetime_s;
    if (change) change(advert);
    rig.hear(test::nd_bytes(router, Ipv6Address::all_nodes(), advert, options));
  }
  int asked() {
    const Lines sent = rig.sent();
    return static_cast<int>(std::count_if(sent.begin(), sent.end(), [](const std::string& line) {
      return line.ends_with("> ff02::2 router solicitation");
    }));
  }

  /// "redirected FROM GATEWAY", "redirect_ignored ..."
  Lines redirects() {
    Lines lines;
    for (const KeptRecord& r : rig.sink.records) {
      if (!r.name.starts_with("redirect")) continue;
      lines.push_back(r.name + " " + std::string(r.attr("from")) + " " +
                      std::string(r.attr("gateway")));
    }
    return lines;
  }

  Ipv6Rig rig;
  const Ipv6Address router = ip6("fe80::1");
  const Ipv6Address made{0x20010db800000000, Ipv6Address::interface_id_of({{2, 0, 0, 0, 0, 0x11}})};
};

TEST_F(RouterDiscoveryTest, AsksThreeTimesASecondApart) {
  ASSERT_TRUE(rig.eth0.up().ok());
  rig.run_for(milliseconds(1));
  EXPECT_EQ(asked(), 1);
  EXPECT_EQ(rig.sent().back(), ":: > ff02::2 router solicitation");
  rig.run_for(milliseconds(998));
  EXPECT_EQ(asked(), 1);
  rig.run_for(milliseconds(1));
  EXPECT_EQ(asked(), 2);
  EXPECT_EQ(rig.sent().back(), to_text(rig.own) + " > ff02::2 router solicitation");
  rig.run_for(seconds(10));
  EXPECT_EQ(asked(), 3);
}

TEST_F(RouterDiscoveryTest, AnAnswerEndsTheQuestions) {
  ASSERT_TRUE(rig.eth0.up().ok());
  rig.run_for(milliseconds(500));
  advertise();
  rig.run_for(seconds(10));
  EXPECT_EQ(asked(), 1);
}

TEST_F(RouterDiscoveryTest, ARouterAdvertisesItselfAndDoesNotAsk) {
  StackConfig config;
  config.router = true;
  Ipv6Rig other(config);
  ASSERT_TRUE(other.eth0.up().ok());
  other.run_for(seconds(5));
  for (const std::string& line : other.sent()) {
    EXPECT_FALSE(line.ends_with("router solicitation")) << line;
  }
}

TEST_F(RouterDiscoveryTest, MakesAnAddressFromAPrefixAndUsesTheRouter) {
  rig.start();
  advertise(prefix_option("2001:db8::/64", 600, 300));
  const Lines events = rig.events();
  EXPECT_EQ(Lines(events.begin(), events.begin() + 3),
            (Lines{"IPV6_ROUTER_ADD", "IPV6_PREFIX_ADD", "IPV6_ADDR_ADD"}));
  rig.run_for(milliseconds(100));
  const Ipv6IfAddress* own = rig.eth0.ipv6()->find(made);
  ASSERT_NE(own, nullptr);
  EXPECT_TRUE(own->is_preferred());
  EXPECT_EQ(own->type, AddressType::Autoconf);
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, ip6("2001:db8::7")), ip6("2001:db8::7"));
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, ip6("2001:db9::7")), router);
  rig.run_for(seconds(300));
  EXPECT_EQ(rig.eth0.ipv6()->find(made)->state, AddressState::Deprecated);
  rig.run_for(seconds(300));
  EXPECT_EQ(rig.eth0.ipv6()->find(made), nullptr);
  EXPECT_TRUE(rig.eth0.ipv6()->prefixes().empty());
}

TEST_F(RouterDiscoveryTest, TheRoutersLifetimeEndsOrIsTakenBack) {
  rig.start();
  advertise({}, 30);
  EXPECT_NE(rig.node.routers.default_router(Family::Inet6), nullptr);
  rig.run_for(seconds(30));
  EXPECT_EQ(rig.node.routers.default_router(Family::Inet6), nullptr);
  advertise({}, 30);
  advertise({}, 0);
  EXPECT_EQ(rig.node.routers.default_router(Family::Inet6), nullptr);
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, ip6("2001:db9::7")), ip6("2001:db9::7"))
      << "without a router the destination is asked for on the link";
}

// RFC 4861 section 6.3.4: a router ends what a router has begun, and not the node's own networks.
TEST_F(RouterDiscoveryTest, AConfiguredNetworkStaysOnLink) {
  Ipv6If& own = *rig.eth0.ipv6();
  ASSERT_NE(own.addr_add(net6("2001:db8::5/64")), nullptr);
  ASSERT_TRUE(own.prefix_add(net6("2001:db8::5/64")));
  rig.start();
  const Ipv6Address neighbour = ip6("2001:db8::7"), later = ip6("2001:db9::7");
  for (const std::uint32_t valid : {10u, 0u}) {
    advertise(prefix_option("2001:db8::/64", valid, 0, true, false));
    rig.run_for(seconds(20));
    EXPECT_EQ(rig.node.route().next_hop(rig.eth0, neighbour), neighbour) << valid;
  }
  advertise(prefix_option("2001:db9::/64", 10, 0, true, false));
  ASSERT_TRUE(own.prefix_add(net6("2001:db9::/64")));
  rig.run_for(seconds(20));
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, later), later) << "configured meanwhile";
  const Lines events = rig.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_PREFIX_ADD"), 1);
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_PREFIX_DEL"), 0);
}

// RFC 4862 section 5.5.3 (e): valid seconds advertised with `left` of them left, and what holds.
TEST_F(RouterDiscoveryTest, AShorterLifetimeIsHeldAtTwoHours) {
  struct Case {
    std::uint32_t left, advertised, holds;
  };
  for (const Case& c : {Case{600, 900, 900}, Case{600, 300, 600}, Case{20'000, 8'000, 8'000},
                        Case{20'000, 300, 7'200}, Case{600, 7'201, 7'201}}) {
    Ipv6Rig fresh;
    fresh.start();
    RouterAdvertisement advert;
    for (const std::uint32_t valid : {c.left, c.advertised}) {
      fresh.hear(test::nd_bytes(router, Ipv6Address::all_nodes(), advert,
                                prefix_option("2001:db8::/64", valid, valid)));
    }
    const Duration left = fresh.eth0.ipv6()->find(made)->valid_until - fresh.scheduler.now();
    EXPECT_EQ(left, seconds(c.holds)) << c.left << " then " << c.advertised;
  }
}

TEST_F(RouterDiscoveryTest, TakesHopLimitMtuAndLinkAddress) {
  rig.start();
  Bytes options(NdMtu::kBytes);
  NdMtu{1400}.emit(options.data());
  const Bytes link = test::link_option(NdOptionType::SourceLinkAddress, kRouterMac);
  options.insert(options.end(), link.begin(), link.end());
  advertise(options, 1800, [](RouterAdvertisement& advert) { advert.hop_limit = 33; });
  EXPECT_EQ(rig.eth0.ipv6_hop_limit(), 33);
  EXPECT_EQ(rig.eth0.ipv6()->mtu(), 1400);
  const Neighbor* neighbor = rig.node.v6()->nd.find(rig.eth0, router);
  ASSERT_NE(neighbor, nullptr);
  EXPECT_TRUE(neighbor->is_router);
  EXPECT_EQ(neighbor->mac, kRouterMac);
  for (const std::uint32_t wrong : {1279u, 1501u}) {
    NdMtu{wrong}.emit(options.data());
    advertise(options);
    EXPECT_EQ(rig.eth0.ipv6()->mtu(), 1400) << wrong;
  }
}

// RFC 4861 section 6.3.2: ReachableTime and RetransTimer are variables of an iface.
TEST_F(RouterDiscoveryTest, TheTimesOfAnAdvertisementAreOfItsIface) {
  NetIf& eth1 = rig.add_down({.name = "eth1", .ipv6 = true});
  ASSERT_TRUE(eth1.up().ok());
  rig.start();
  advertise({}, 1800, [](RouterAdvertisement& advert) {
    advert.retransmit_ms = 7000;
    advert.reachable_ms = 60'000;
  });
  advertise();  // 0: as it was
  EXPECT_EQ(rig.eth0.ipv6()->reachable_time(), seconds(60));
  EXPECT_EQ(eth1.ipv6()->reachable_time(), seconds(30));
  rig.forget();
  rig.driver(eth1).sent.clear();
  const Ipv6Address peer = ip6("fe80::22");
  for (NetIf* iface : {&rig.eth0, &eth1}) {
    ASSERT_TRUE(rig.node.v6()->icmp.send_echo_request(iface, peer, 1, 1, {}).ok());
  }
  rig.run_for(milliseconds(2500));
  EXPECT_EQ(rig.driver(rig.eth0).sent.size(), 1u) << "the next solicitation after 7 s";
  EXPECT_EQ(rig.driver(eth1).sent.size(), 3u) << "one a second";
  rig.run_for(seconds(5));
  EXPECT_EQ(rig.driver(rig.eth0).sent.size(), 2u);
}

// RFC 8106 section 5.1: of two routers' servers each has the lifetime that its option said.
TEST(RouterDiscoveryDns, EachServerHasALifetimeOfItsOwn) {
  StackConfig config;
  config.dns.max_servers = 3;
  Ipv6Rig rig(config);
  rig.start();
  const auto advertise = [&](const char* router, const char* server, std::uint32_t lifetime_s) {
    const Ipv6Address servers[] = {ip6(server)};
    Bytes option(NdRdnss::bytes(1));
    NdRdnss::emit(option.data(), lifetime_s, servers);
    RouterAdvertisement advert;
    advert.lifetime_s = 1800;
    rig.hear(test::nd_bytes(ip6(router), Ipv6Address::all_nodes(), advert, option));
  };
  const auto known = [&] {
    Lines names;
    for (const DnsServerInfo& each : rig.node.dns()->servers()) {
      names.push_back(to_text(each.endpoint.address));
    }
    return names;
  };
  advertise("fe80::1", "2001:db8::53", 10);
  advertise("fe80::2", "2001:db8::54", 30);
  advertise("fe80::2", "2001:db8::55", 30);
  EXPECT_EQ(known(), (Lines{"2001:db8::53", "2001:db8::54", "2001:db8::55"}));
  rig.run_for(seconds(5));
  advertise("fe80::2", "2001:db8::54", 30);
  rig.run_for(seconds(4) + milliseconds(900));
  EXPECT_EQ(known().size(), 3u);
  rig.run_for(milliseconds(200));
  EXPECT_EQ(known(), (Lines{"2001:db8::54", "2001:db8::55"})) << "10 s after it was told";
  advertise("fe80::1", "2001:db8::55", 0);
  EXPECT_EQ(known(), Lines{"2001:db8::54"}) << "no longer, and only that one";
  advertise("fe80::1", "2001:db8::99", 0);
  rig.run_for(seconds(24));
  EXPECT_EQ(known(), Lines{"2001:db8::54"});
  rig.run_for(seconds(2));
  EXPECT_EQ(known(), Lines{}) << "30 s after it was told for the second time";
}

TEST_F(RouterDiscoveryTest, SomePrefixesMakeNoAddress) {
  rig.start();
  const Bytes cases[] = {
      prefix_option("2001:db8::/48", 600, 300), prefix_option("2001:db8::/64", 300, 600),
      prefix_option("2001:db8::/64", 600, 300, true, false), prefix_option("fe80::/64", 600, 300)};
  for (const Bytes& options : cases) {
    advertise(options);
    EXPECT_EQ(rig.eth0.ipv6()->addresses().size(), 1u);
  }
  const Lines events = rig.events();  // of the two that asked for one
  EXPECT_EQ(std::count(events.begin(), events.end(), "prefix_ignored"), 2);
}

TEST_F(RouterDiscoveryTest, WrongAdvertisementsAreDropped) {
  rig.start();
  const RouterAdvertisement advert;
  const Bytes cases[] = {
      test::nd_bytes(router, Ipv6Address::all_nodes(), advert, {}, 254),
      test::nd_bytes(ip6("2001:db8::1"), Ipv6Address::all_nodes(), advert),
      test::nd_bytes(router, Ipv6Address::all_nodes(), advert, Bytes{1, 0, 0, 0, 0, 0, 0, 0})};
  for (const Bytes& bytes : cases) {
    rig.forget();
    const std::uint64_t before = rig.eth0.losses().rx_dropped;
    rig.hear(bytes);
    EXPECT_EQ(rig.drops(), Lines{"bad_header"});
    EXPECT_EQ(rig.eth0.losses().rx_dropped, before + 1);
  }
}

TEST_F(RouterDiscoveryTest, ARedirectFromTheRouterInUseIsFollowed) {
  rig.start();
  advertise();
  const Ipv6Address far = ip6("2001:db9::7"), better = ip6("fe80::2");
  const Redirect redirect{better, far, {}};
  rig.hear(test::nd_bytes(ip6("fe80::9"), rig.own, redirect));
  EXPECT_EQ(rig.drops(), Lines{"bad_header"}) << "not from the first hop";
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, far), router);
  rig.hear(test::nd_bytes(router, rig.own, redirect));
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, far), better);
  rig.hear(test::nd_bytes(better, rig.own, Redirect{far, far, {}}));  // it is a neighbour
  EXPECT_EQ(rig.node.route().next_hop(rig.eth0, far), far);
  EXPECT_EQ(redirects(), (Lines{"redirect_ignored fe80::9 fe80::2", "redirected fe80::1 fe80::2",
                                "redirected fe80::2 2001:db9::7"}));
}

// RFC 4861 sections 6.3.5, 7.2.5 and 7.3.3: the default router's turn again.
TEST_F(RouterDiscoveryTest, ARedirectEndsWhenItsTargetIsOfNoUse) {
  rig.start();
  const Ipv6Address far = ip6("2001:db9::7"), better = ip6("fe80::2");
  const auto link = test::link_option(NdOptionType::TargetLinkAddress, {{2, 0, 0, 0, 0, 0x02}});
  ASSERT_NE(rig.eth0.ipv6()->addr_add(net6("2001:db8::5/64"), AddressType::Manual), nullptr);
  rig.run_for(seconds(1));
  const auto ping = [&] {
    EXPECT_TRUE(rig.node.v6()->icmp.send_echo_request(&rig.eth0, far, 1, 1, {}).ok());
  };
  const struct {
    const char* what;
    std::function<void()> change;
  } rows[] = {
      {"it never answers", ping},
      {"it answers no longer", [&] {
         rig.node.v6()->nd.learn(rig.eth0, better, {{2, 0, 0, 0, 0, 0x02}}, true);
         ping();
       }},
      {"it is no router any more", [&] {
         rig.node.v6()->nd.learn(rig.eth0, better, {{2, 0, 0, 0, 0, 0x02}}, true);
         NeighborAdvertisement host;
         host.target = better;
         rig.hear(test::nd_bytes(better, rig.own, host, link));
       }},
      {"it leaves the default routers", [&] {
         ASSERT_NE(rig.node.routers.add(rig.eth0, better, seconds(1), true), nullptr);
       }},
      {"the link is lost", [&] {
         rig.eth0.carrier_off();
         rig.eth0.carrier_on();
       }},
  };
  for (const auto& row : rows) {
    rig.node.v6()->nd.remove(rig.eth0, better);
    advertise();
    rig.hear(test::nd_bytes(router, rig.own, Redirect{better, far, {}}));
    ASSERT_EQ(rig.node.route().next_hop(rig.eth0, far), better) << row.what;
    row.change();
    rig.run_for(seconds(10));
    EXPECT_EQ(rig.node.route().next_hop(rig.eth0, far), router) << row.what;
  }
}

TEST_F(RouterDiscoveryTest, WrongRedirectsAreDroppedWithAnEvent) {
  rig.start();
  advertise();
  const Redirect redirect{ip6("fe80::2"), ip6("2001:db9::7"), {}};
  rig.hear(test::nd_bytes(router, rig.own, redirect, {}, 254));
  rig.hear(test::nd_bytes(ip6("2001:db8::1"), rig.own, redirect));
  EXPECT_EQ(rig.drops(), (Lines{"bad_header", "bad_header"}));
  EXPECT_EQ(redirects(),
            (Lines{"redirect_ignored fe80::1 fe80::2", "redirect_ignored 2001:db8::1 fe80::2"}));
}

}  // namespace
}  // namespace flapjack
