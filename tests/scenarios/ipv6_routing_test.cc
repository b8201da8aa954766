// SPDX-License-Identifier: Apache-2.0
// Hosts and a router over IPv6, and what the options of the services "ra" and "dhcp" do to hosts.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

/// Host dev, routers r1 and r2, host srv, in a row; `kconfig` is dev's.
std::string chain(const std::string& kconfig, const std::string& app, const std::string& expect) {
  return R"({ "until": "10s", "nodes": {
    "dev": { "kconfig": {)" + kconfig + R"(}, "ifaces": { "e": { "ipv6": "2001:db8:1::2/64" } },
             "routes": { "::/0": "2001:db8:1::1" },
             "apps": { "first": { "udp_ping": "[2001:db8:3::2]:7", "from": "1s", "count": 1 },
                       "ping": { "udp_ping": "[2001:db8:3::2]:7", "from": "3s")" +
         app + R"( } } },
    "r1": { "router": true, "ifaces": { "a": { "ipv6": "2001:db8:1::1/64" },
                                        "b": { "ipv6": "2001:db8:2::1/64" } },
            "routes": { "2001:db8:3::/64": "2001:db8:2::2" } },
    "r2": { "router": true, "ifaces": { "a": { "ipv6": "2001:db8:2::2/64" },
                                        "b": { "ipv6": "2001:db8:3::1/64", "mtu": "1280B" } },
            "routes": { "2001:db8:1::/64": "2001:db8:2::1" } },
    "srv": { "kconfig": { "NET_IPV6_FRAGMENT": true },
             "ifaces": { "e": { "ipv6": "2001:db8:3::2/64", "mtu": "1280B" } },
             "routes": { "::/0": "2001:db8:3::1" }, "services": ["udp_echo:7"] } },
  "links": { "l1": { "between": ["dev.e", "r1.a"], "delay": "1ms" },
             "l2": { "between": ["r1.b", "r2.a"], "delay": "1ms" },
             "l3": { "between": ["r2.b", "srv.e"], "delay": "1ms" } },
  "expect": [)" + expect + "] }";
}

TEST(Ipv6Routing, ThereAndBackOverTwoRouters) {
  const Ran ran(chain("", "", R"({ "delivered": "dev.ping", "is": "== 100%" })"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_GE(ran.counter("r1.forwarded"), 14);
  EXPECT_TRUE(ran.report->leaks.empty());
}

// As a traceroute would see it: who answers for each number of hops.
TEST(Ipv6Routing, EachRouterTellsWhereTheHopsEnded) {
  const char* const routers[] = {"2001:db8:1::1", "2001:db8:2::2"};
  for (int hops = 1; hops <= 3; ++hops) {
    const Ran ran(chain("\"NET_INITIAL_HOP_LIMIT\": " + std::to_string(hops), R"(, "count": 1)",
                        ""));
    ASSERT_TRUE(ran.report) << ran.messages;
    const auto errors = ran.all("dev.e", "icmp_error");
    if (hops == 3) {
      EXPECT_TRUE(errors.empty());
      EXPECT_EQ(ran.counts("dev.ping").delivered, 1u);
      continue;
    }
    ASSERT_EQ(errors.size(), 2u) << hops;
    EXPECT_EQ(errors.back().attr("from"), routers[hops - 1]);
    EXPECT_EQ(errors.back().attr("errno"), "EHOSTUNREACH");
    EXPECT_EQ(ran.counts("dev.ping").delivered, 0u);
  }
}

TEST(Ipv6Routing, PacketTooBigMakesSmallerFragments) {
  const Ran ran(chain(R"("NET_IPV6_FRAGMENT": true, "NET_IPV6_PMTU": true)",
                      R"(, "send": "1400B", "count": 4)", R"(
    { "sequence": [ "r2.a dropped reason=too_big", "dev.e icmp_error errno=EMSGSIZE",
      "dev.e IPV6_PMTU_CHANGED mtu=1280", "dev.e fragmented fragments=2",
      "srv.e reassembled fragments=2", "srv.e fragmented fragments=2", "dev.e reassembled",
      "dev.ping acked" ] }, { "delivered": "dev.ping", "is": "== 75%" })"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_TRUE(ran.report->leaks.empty());
}

TEST(Ipv6Routing, WithoutThatMemoryNothingEverArrives) {
  const Ran ran(chain(R"("NET_IPV6_FRAGMENT": true)", R"(, "send": "1400B", "count": 4)", ""));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.counts("dev.ping").delivered, 0u);
  EXPECT_EQ(ran.all("dev.e", "icmp_error").size(), 4u);
}

// ---- the services' options

/// A router with the service "ra", and a host.
std::string advertised(const std::string& ra, const std::string& more = {}) {
  return R"({ "until": "30s", "nodes": {
    "gw": { "ifaces": { "e": { "ipv6": "2001:db8:1::1/64" } },
            "services": { "adverts": { "ra": )" + ra + R"( } } },
    "dev": { "ifaces": { "e": { "ipv6": "auto", "mac": "02:00:5e:00:53:02" } } } },
  "links": { "w": { "between": ["gw.e", "dev.e"], "delay": "1ms" } })" + more + "}";
}

TEST(Ipv6Routing, HostsTakeWhatTheRouterSays) {
  const Ran ran(advertised(R"({ "prefixes": ["2001:db8:7::/64"], "dns": "2001:db8:7::53",
                                "interval": "4s", "lifetime": "10s" })",
                           R"(, "expect": [
    { "eventually": "dev.e IPV6_ADDR_ADD address=2001:db8:7::5eff:fe00:5302" },
    { "eventually": "dev.e IPV6_ROUTER_ADD" },
    { "eventually": "dev DNS_SERVER_ADD server=2001:db8:7::53" },
    { "never": "dev.e IPV6_ADDR_ADD address=2001:db8:1::5eff:fe00:5302" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(Ipv6Routing, WhatTheRouterDoesNotSayIsNotTaken) {
  const Ran no_router(advertised(R"({ "lifetime": "0s" })"));
  ASSERT_TRUE(no_router.report) << no_router.messages;
  EXPECT_TRUE(no_router.all("dev.e", "IPV6_ROUTER_ADD").empty());
  EXPECT_EQ(no_router.all("dev.e", "IPV6_PREFIX_ADD").size(), 1u);
  const Ran no_address(advertised(R"({ "autonomous": false })"));
  EXPECT_EQ(no_address.all("dev.e", "IPV6_ADDR_ADD").size(), 1u) << "its link-local one";
  EXPECT_EQ(no_address.all("dev.e", "IPV6_PREFIX_ADD").size(), 1u);
  const Ran off_link(advertised(R"({ "on_link": false })"));
  EXPECT_TRUE(off_link.all("dev.e", "IPV6_PREFIX_ADD").empty());
  EXPECT_EQ(off_link.all("dev.e", "IPV6_ADDR_ADD").size(), 2u);
}

TEST(Ipv6Routing, LifetimesEndWhatIsNotRenewed) {
  const Ran ran(advertised(R"({ "valid": "10s", "preferred": "5s" })",
                           R"(, "timeline": [ { "at": "2s", "black_hole": "w" } ])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.all("dev.e", "IPV6_PREFIX_DEL").size(), 1u);
  EXPECT_EQ(ran.all("dev.e", "IPV6_ADDR_DEL").size(), 1u);
}

TEST(Ipv6Routing, AServiceStandsOnAnInterfaceThatIsThere) {
  const Ran unknown(advertised(R"({ "iface": "f" })"));
  EXPECT_FALSE(unknown.report);
  EXPECT_NE(unknown.brief().find("F0925 the node has no interface \"f\""), std::string::npos)
      << unknown.brief();
  EXPECT_TRUE(Ran(advertised(R"({ "iface": "e" })")).report);
}

// A router at home: its address outside comes from the provider's, it advertises inside alone.
TEST(Ipv6Routing, ARouterFollowsOthersWhereItDoesNotAdvertise) {
  const auto text = [](const std::string& wan) {
    return R"({ "until": "20s", "nodes": {
      "isp": { "ifaces": { "e": { "ipv6": "2001:db8:1::1/64" } },
               "services": { "r": { "ra": { "interval": "4s", "lifetime": "12s" } } },
               "routes": { "2001:db8:2::/64": "2001:db8:1::5eff:fe00:5302%e" } },
      "home": { "ifaces": { "wan": { "ipv6": )" + wan + R"(, "mac": "02:00:5e:00:53:02" },
                            "lan": { "ipv6": "2001:db8:2::1/64" } },
                "services": { "r": { "ra": { "iface": "lan" } } } },
      "dev": { "ifaces": { "e": { "ipv6": "auto" } },
               "apps": { "p": { "udp_ping": "[2001:db8:1::7]:7", "from": "8s" } } },
      "srv": { "ifaces": { "e": { "ipv6": "2001:db8:1::7/64" } }, "services": ["udp_echo:7"] } },
    "links": { "out": { "between": ["isp.e", "home.wan", "srv.e"], "delay": "1ms" },
               "in": { "between": ["home.lan", "dev.e"], "delay": "1ms" } } })";
  };
  const Ran ran(text("\"auto\""));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.all("home.wan", "IPV6_ROUTER_ADD").size(), 1u);
  ASSERT_EQ(ran.all("home.wan", "IPV6_ADDR_ADD").size(), 2u);
  EXPECT_EQ(ran.all("home.wan", "IPV6_ADDR_ADD")[1].attr("address"), "2001:db8:1::5eff:fe00:5302");
  EXPECT_TRUE(ran.all("home.lan", "IPV6_ROUTER_ADD").empty());
  EXPECT_GT(ran.counts("dev.p").delivered, 8u);
  const Ran by_hand(text("\"2001:db8:1::5eff:fe00:5302/64\""));
  ASSERT_TRUE(by_hand.passed()) << by_hand.messages;
  EXPECT_TRUE(by_hand.all("home.wan", "IPV6_ROUTER_ADD").empty());
  const Ran alone(R"({ "until": "9s", "nodes": {
    "a": { "ifaces": { "e": { "ipv6": "auto" } },
           "services": { "r": { "ra": { "prefixes": ["2001:db8:7::/64"] } } } },
    "b": { "ifaces": { "e": { "ipv6": "2001:db8:8::1/64" } }, "services": ["ra"] } },
    "links": { "w": { "between": ["a.e", "b.e"] } },
    "expect": [ { "never": "a.e IPV6_ROUTER_ADD" } ] })");
  EXPECT_TRUE(alone.passed()) << "both advertise" << alone.messages;
}

// Zephyr: net_if_ipv6_addr_add() adds no prefix.
TEST(Ipv6Routing, AnAddressThatAStepAddsMakesNoNetworkOnLink) {
  const auto text = [](const std::string& services) {
    return R"({ "until": "20s", "nodes": {
      "gw": { "ifaces": { "e": { "ipv6": ["2001:db8:1::1/64", "2001:db8:9::1/64"] } })" +
           services + R"( },
      "dev": { "kconfig": { "NET_IF_UNICAST_IPV6_ADDR_COUNT": 3,
                            "NET_IF_MCAST_IPV6_ADDR_COUNT": 5 },
               "ifaces": { "e": { "ipv6": "auto" } },
               "apps": { "p": { "udp_ping": "[2001:db8:9::2]:7", "from": "10s", "count": 1 } } },
      "srv": { "ifaces": { "e": { "ipv6": "2001:db8:9::2/64" } }, "services": ["udp_echo:7"] } },
    "links": { "w": { "between": ["gw.e", "dev.e", "srv.e"], "delay": "1ms" } },
    "timeline": [ { "at": "5s", "add_address": "dev.e", "address": "2001:db8:9::3/64" } ],
    "expect": [ { "delivered": "dev.p", "is": "100%" }, { "never": "dev.e step_refused" } ] })";
  };
  const Ran alone(text(""));
  EXPECT_TRUE(alone.passed()) << alone.messages;
  const Ran routed(text(R"(, "services": { "r": { "ra": { "prefixes": ["2001:db8:1::/64"] } } })"));
  EXPECT_TRUE(routed.passed()) << routed.messages;
  EXPECT_TRUE(alone.all("dev.e", "redirected").empty());
  EXPECT_EQ(routed.all("dev.e", "redirected").size(), 1u) << "it went by the router";
}

std::string leased(const std::string& options, const std::string& dev = {}) {
  return R"({ "until": "40s", "nodes": {
    "gw": { "ifaces": { "wan": { "ipv4": "192.0.2.1/24" }, "lan": { "ipv4": "10.0.0.1/24" } },
            "services": { "leases": { "dhcp": )" + options + R"( } } },
    "dev": { "ifaces": { "e": { "ipv4": "dhcp", "mac": "02:00:5e:00:53:02" } })" + dev + R"( } },
  "links": { "w": { "between": ["gw.lan", "dev.e"], "delay": "1ms" } } })";
}

TEST(DhcpOptions, ClientsGetWhatIsWritten) {
  const Ran ran(leased(R"({ "iface": "lan", "pool": "10.0.0.10..10.0.0.20", "lease": "20s",
    "renewal": "5s", "router": "10.0.0.1", "dns": "10.0.0.53" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto bound = ran.all("dev.e", "IPV4_DHCP_BOUND");
  ASSERT_GE(bound.size(), 4u) << "renewed every five seconds";
  EXPECT_EQ(bound[0].attr("address"), "10.0.0.10");
  EXPECT_GE(bound[1].at - bound[0].at, seconds(5));
  EXPECT_LE(bound[1].at - bound[0].at, seconds(5) + milliseconds(10));
  EXPECT_EQ(ran.all("dev", "DNS_SERVER_ADD").size(), 1u);
}

TEST(DhcpOptions, AReservationIsForItsClient) {
  const Ran ran(leased(R"({ "iface": "lan", "reserve": { "02:00:5E:00:53:02": "10.0.0.7" } })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  ASSERT_EQ(ran.all("dev.e", "IPV4_DHCP_BOUND").size(), 1u);
  EXPECT_EQ(ran.all("dev.e", "IPV4_DHCP_BOUND")[0].attr("address"), "10.0.0.7");
}

TEST(DhcpOptions, WhatDoesNotFitTheNetworkIsRefused) {
  struct {
    const char *options, *message;
  } const rows[] = {
      {R"({ "iface": "eth9" })",
       "\"eth9\" is no native interface of this node with an IPv4 address"},
      {R"({ "iface": "lan", "pool": "10.0.1.1..10.0.1.9" })",
       "the pool is not on the network 10.0.0.1/24"},
      {R"({ "iface": "lan", "router": "10.0.1.1" })",
       "router 10.0.1.1 is not on the network 10.0.0.1/24"},
      {R"({ "iface": "lan", "reserve": { "02:00:5e:00:53:02": "10.0.0.1" } })",
       "address 10.0.0.1 is the server's own address"},
  };
  for (const auto& row : rows) {
    const Ran ran(leased(row.options));
    EXPECT_FALSE(ran.report) << row.options;
    EXPECT_NE(ran.brief().find("F0925 " + std::string(row.message)), std::string::npos)
        << ran.brief();
  }
}

// An advertised prefix that is not on-link: data goes by the router, an advertisement never.
TEST(Ipv6Routing, NeighboursAreAnsweredOnTheLink) {
  const Ran ran(R"({ "until": "6s", "nodes": {
    "dev": { "ifaces": { "e": { "ipv6": "auto" } }, "services": ["udp_echo:7"] },
    "peer": { "ifaces": { "e": { "ipv6": "2001:db8:5::9/64" } },
              "apps": { "ping": { "udp_ping": "[2001:db8:5::ff:fe00:101]:7", "from": "2s" } } },
    "gw": { "ifaces": { "e": { "ipv6": "2001:db8:5::1/64" } },
            "services": { "adv": { "ra": { "on_link": false, "lifetime": "30min" } } } } },
    "links": { "w": { "between": ["dev.e", "peer.e", "gw.e"], "delay": "1ms" } },
    "expect": [ { "never": "peer dropped reason=bad_header" },
                { "eventually": "peer.ping acked seq=1" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// Nobody answers a renewal: three requests, or requests to the end of the lease.
TEST(DhcpOptions, TheClientsWayOfRenewing) {
  const auto requests = [](const std::string& renewal) {
    const std::string dev = renewal.empty() ? "" : ", \"dhcp_renewal\": \"" + renewal + "\"";
    std::string text = leased(R"({ "iface": "lan", "lease": "1h" })", dev);
    text.insert(text.rfind('}'), R"(, "timeline": [
      { "at": "12s", "lease": "gw.leases", "answer": "ignore" } ])");
    text.replace(text.find("40s"), 3, "2h");
    const Ran ran(text);
    EXPECT_TRUE(ran.report) << ran.messages;
    std::vector<Duration> times;
    SimTime bound;
    for (const KeptRecord& r : ran.trace.records) {
      if (r.name == "IPV4_DHCP_BOUND") bound = r.at;
      const bool asks = r.name == "dhcp_sent" && r.attr("type") == "REQUEST";
      if (asks && bound.ns != 0) times.push_back(r.at - bound);
    }
    return times;
  };
  const auto few = requests(""), same = requests("attempts"), many = requests("until_expiry");
  EXPECT_EQ(few, same);
  ASSERT_EQ(few.size(), 3u);
  EXPECT_EQ(few.front(), seconds(1800));
  EXPECT_LT(few.back(), seconds(1830));
  EXPECT_GT(many.size(), 6u);
  EXPECT_GE(many.back(), seconds(3500)) << "to the end of the lease";
}

}  // namespace
}  // namespace flapjack
