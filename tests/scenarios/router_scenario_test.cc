// SPDX-License-Identifier: Apache-2.0
// What routers and tunnels tell of packets for others, and when they keep silent.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// One iface in two networks: a host of one of them has no neighbour in the other.
TEST(RouterScenario, NobodyIsRedirectedIntoANetworkHeIsNotIn) {
  const Ran ran(R"({ "until": "5s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.1.0.2/24", "gateway": "10.1.0.1" } },
           "apps": { "p": { "udp_ping": "10.2.0.2:7", "from": "1s", "count": 3 } } },
    "b": { "ifaces": { "e": { "ipv4": "10.2.0.2/24", "gateway": "10.2.0.1" } },
           "services": ["udp_echo:7"] },
    "r": { "router": true, "ifaces": { "e": { "ipv4": ["10.1.0.1/24", "10.2.0.1/24"] } } } },
  "links": { "l": { "between": ["a.e", "b.e", "r.e"], "delay": "1ms" } },
  "expect": [ { "delivered": "a.p", "is": "100%" }, { "never": "r > a ICMP type=5" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

/// Host a, router r, and behind it, where 600 bytes fit, a host b that does not answer; `via`: the
/// ifaces that r and b have towards each other, with b's address 10.2.0.2.
std::string silent_host(const std::string& r, const std::string& b) {
  return R"({ "until": "6s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.1.0.2/24", "gateway": "10.1.0.1" } },
           "apps": { "p": { "udp_ping": "10.2.0.2:7", "from": "1s", "count": 1,
                            "send": "1400B" } } },
    "r": { "router": true, "ifaces": { "e0": { "ipv4": "10.1.0.1/24" }, )" + r + R"( } },
    "b": { "ifaces": { )" + b + R"( } } },
  "links": { "x": { "between": ["a.e", "r.e0"], "delay": "1ms" },
             "y": { "between": ["r.e1", "b.e"], "delay": "1ms" } },
  "expect": [ { "never": "a.e icmp_error_ignored" },
              { "eventually": "a.e icmp_error errno=EHOSTUNREACH" } ] })";
}

// RFC 1122 section 3.2.2: of the fragments only the first one is told of, in a way that its sender
// knows it by.
TEST(RouterScenario, OfAFragmentedPacketItsSenderHearsOnce) {
  const Ran plain(silent_host(R"("e1": { "ipv4": "10.2.0.1/24", "mtu": "600B" })",
                              R"("e": { "ipv4": "10.2.0.2/24", "auto_start": false })"));
  EXPECT_TRUE(plain.passed()) << plain.messages;
  EXPECT_EQ(plain.all("a.e", "icmp_error").size(), 1u);
  const Ran vlan(silent_host(
      R"("e1": { "mtu": "600B" }, "v": { "vlan": { "on": "e1", "id": 5 }, "mtu": "600B",
         "ipv4": "10.2.0.1/24" })",
      R"("e": { "ipv4": "10.2.0.2/24", "auto_start": false })"));
  EXPECT_TRUE(vlan.passed()) << vlan.messages;
  EXPECT_EQ(vlan.all("a.e", "icmp_error").size(), 1u);
}

/// Hosts a and b behind routers r1 and r2 with a tunnel between them; `more` goes behind.
std::string tunnel(const std::string& more) {
  const auto host = [](const char* net, const std::string& has) {
    return R"("ifaces": { "e": { "ipv4": "10.)" + std::string(net) +
           R"(.0.2/24", "gateway": "10.)" + net + R"(.0.1" } }, )" + has;
  };
  const auto router = [](const char* own, const char* other) {
    return R"({ "router": true, "ifaces": { "e0": { "ipv4": "10.)" + std::string(own) +
           R"(.0.1/24" }, "e1": { "ipv4": "192.0.2.)" + own +
           R"(/24" }, "t": { "tunnel": { "on": "e1", "remote": "192.0.2.)" + other +
           R"(" }, "ipv4": "10.255.0.)" + own + R"(/30" } }, "routes": { "10.)" + other +
           R"(.0.0/24": "t" } })";
  };
  return R"({ "until": "8s", "nodes": {
    "a": { )" + host("1", R"("apps": { "p": { "udp_ping": "10.2.0.2:7", "from": "1s",
                                              "count": 3 } })") + R"( },
    "b": { )" + host("2", R"("services": ["udp_echo:7"])") + R"( },
    "r1": )" + router("1", "2") + R"(, "r2": )" + router("2", "1") + R"( },
  "links": { "x": { "between": ["a.e", "r1.e0"] }, "y": { "between": ["b.e", "r2.e0"] },
             "z": { "between": ["r1.e1", "r2.e1"] } })" + more + " }";
}

// What goes into the tunnel is the router's own datagram: nobody else is told of it.
TEST(RouterScenario, ATunnelWhoseOtherEndIsSilentTellsNobodyWrongly) {
  const Ran ran(tunnel(R"(, "timeline": [ { "at": "0.5s", "black_hole": "z" } ],
    "expect": [ { "never": "r1.e1 icmp_error_ignored" }, { "never": "r1.e1 icmp_error" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  const Ran well(tunnel(R"(, "expect": [ { "delivered": "a.p", "is": "100%" } ])"));
  EXPECT_TRUE(well.passed()) << well.messages;
}

// RFC 4443 section 3.1.
TEST(RouterScenario, NothingGoesBackOntoAPointToPointLink) {
  const auto end = [](const char* own, const char* other) {
    return R"("router": true, "ifaces": { "e": { "ipv4": "192.0.2.)" + std::string(own) +
           R"(/24" }, "p": { "tunnel": { "on": "e", "remote": "192.0.2.)" + other +
           R"(" }, "ipv6": "2001:db8:f::)" + own + R"(/64" } })";
  };
  const Ran ran(R"({ "until": "4s", "nodes": {
    "a": { )" + end("1", "2") + R"(,
           "apps": { "q": { "udp_ping": "[2001:db8:f::77]:7", "from": "2s", "count": 1 } } },
    "b": { )" + end("2", "1") + R"( } },
  "links": { "l": { "between": ["a.e", "b.e"] } },
  "expect": [ { "eventually": "b.p dropped reason=no_route" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.counter("b.forwarded"), 0);
  ASSERT_EQ(ran.all("a.p", "icmp_error").size(), 1u);
  EXPECT_EQ(ran.all("a.p", "icmp_error")[0].attr("errno"), "EHOSTUNREACH");
}

// RFC 4443 section 2.2 (a): it answers as whom it was asked, as IPv4 does.
TEST(RouterScenario, AnErrorComesFromTheAddressThatWasAsked) {
  const Ran ran(R"({ "until": "4s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.1.0.2/24", "gateway": "10.1.0.1",
                              "ipv6": "2001:db8:1::2/64" } },
           "routes": { "::/0": "2001:db8:1::1" },
           "apps": { "p": { "udp_ping": "[2001:db8:2::1]:9", "from": "1s", "count": 1 },
                     "q": { "udp_ping": "10.2.0.1:9", "from": "1s", "count": 1 } } },
    "r": { "router": true, "ifaces": {
      "e0": { "ipv4": "10.1.0.1/24", "ipv6": "2001:db8:1::1/64" },
      "e1": { "ipv4": "10.2.0.1/24", "ipv6": "2001:db8:2::1/64" } } },
    "b": { "ifaces": { "e": {} } } },
  "links": { "x": { "between": ["a.e", "r.e0"], "delay": "1ms" },
             "y": { "between": ["r.e1", "b.e"], "delay": "1ms" } },
  "expect": [ { "eventually": "a.e icmp_error from=2001:db8:2::1" },
              { "eventually": "a.e icmp_error from=10.2.0.1" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// RFC 8201 section 4: whichever of its fragments did not fit. The first one's error is lost.
TEST(RouterScenario, PacketTooBigCountsForALaterFragment) {
  const Ran ran(R"({ "until": "6s", "nodes": {
    "a": { "kconfig": { "NET_IPV6_FRAGMENT": true, "NET_IPV6_PMTU": true },
           "ifaces": { "e": { "ipv6": "2001:db8:1::2/64" } },
           "routes": { "::/0": "2001:db8:1::1" },
           "apps": { "p": { "udp_ping": "[2001:db8:2::2]:7", "from": "1s", "count": 3,
                            "send": "2880B" } } },
    "r": { "router": true, "ifaces": { "e0": { "ipv6": "2001:db8:1::1/64" },
                                       "e1": { "ipv6": "2001:db8:2::1/64", "mtu": "1400B" } } },
    "b": { "kconfig": { "NET_IPV6_FRAGMENT": true, "NET_IPV6_FRAGMENT_MAX_PKT": 4 },
           "ifaces": { "e": { "ipv6": "2001:db8:2::2/64", "mtu": "1400B" } },
           "routes": { "::/0": "2001:db8:2::1" }, "services": ["udp_echo:7"] } },
  "links": { "x": { "between": ["a.e", "r.e0"], "delay": "1ms" },
             "y": { "between": ["r.e1", "b.e"], "delay": "1ms" } },
  "timeline": [ { "on": "r > a ICMPv6 type=2", "nth": 1, "times": 1, "drop": "packet" } ],
  "expect": [ { "eventually": "a.e IPV6_PMTU_CHANGED mtu=1400", "by": "1.5s" },
              { "never": "a.e icmp_error_ignored" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

/// A node that hears what it sends to a group of its own, by `iface` beside "e"; `bytes` of it.
std::string own_group(const std::string& bytes, const std::string& iface,
                      const std::string& more) {
  return R"({ "until": "4s", "nodes": {
    "a": { "kconfig": { "NET_IPV4_FRAGMENT": true, "NET_IPV4_IGMP": true,
                        "NET_INITIAL_IPV4_MCAST_LOOP": true, "NET_PKT_RX_COUNT": 40,
                        "NET_BUF_RX_COUNT": 100, "NET_BUF_TX_COUNT": 100 },
           "ifaces": { "e": { "ipv4": "10.0.0.1/24" })" + iface + R"( },
           "services": { "s": { "udp_echo": { "port": 7, "join": ["239.1.1.1"] } } },
           "apps": { "p": { "udp_ping": "239.1.1.1:7", "from": "1s", "count": 1,
                            "send": ")" + bytes + R"(" } } },
    "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } } } },
  "links": { "l": { "between": ["a.e", "b.e"], "delay": "1ms" } })" + more + " }";
}

TEST(RouterScenario, WhatIsSplitComesBackToItsSenderOnce) {
  const Ran ran(own_group("2000B", "", ""));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.records(TraceKind::Hop, "a.s", "app_recv").size(), 1u);
  EXPECT_TRUE(ran.all("a.e", "reassembled").empty());
}

// RFC 8106 section 5.1: a router that is nobody's default router may well know a resolver.
TEST(RouterScenario, DnsServersOfARouterThatIsNoDefaultRouter) {
  const auto text = [](const std::string& timeline, const std::string& expect) {
    return R"({ "until": "40s", "nodes": {
    "a": { "ifaces": { "e": { "ipv6": "auto" } },
           "apps": { "q": { "dns_query": "x.example", "type": "AAAA", "from": "3s",
                            "every": "1s", "count": 2 } } },
    "r": { "ifaces": { "e": { "ipv6": "2001:db8:1::53/64" } }, "services": {
             "r": { "ra": { "lifetime": "0s", "interval": "5s", "dns": "2001:db8:1::53" } },
             "n": { "dns": { "x.example": "2001:db8::7" } } } } },
  "links": { "l": { "between": ["a.e", "r.e"], "delay": "1ms" } },
  "timeline": [)" + timeline + R"(], "expect": [ { "eventually": "a.q resolved" })" + expect +
           "] }";
  };
  const Ran stays(text("", R"(, { "never": "a DNS_SERVER_DEL" })"));
  EXPECT_TRUE(stays.passed()) << stays.messages;
  const Ran leaves(text(R"({ "at": "10s", "service_down": "r.r", "farewell": true })",
                        R"(, { "eventually": "a DNS_SERVER_DEL", "by": "10.1s" })"));
  EXPECT_TRUE(leaves.passed()) << leaves.messages;
  const Ran vanishes(text(R"({ "at": "10s", "service_down": "r.r" })",
                          R"(, { "eventually": "a DNS_SERVER_DEL", "by": "25.1s" })"));
  EXPECT_TRUE(vanishes.passed()) << vanishes.messages;
  EXPECT_GT(vanishes.all("a", "DNS_SERVER_DEL").at(0).at, SimTime{} + seconds(20));
}

// RFC 4861 section 6.2: three seconds between two of them, whatever the interval and the farewell.
TEST(RouterScenario, AdvertisementsAreNeverCloserThanThreeSeconds) {
  const Ran ran(R"({ "until": "60s", "nodes": {
    "a": { "ifaces": { "e": { "ipv6": "auto" } } },
    "r": { "ifaces": { "e": { "ipv6": "2001:db8:1::53/64" } },
           "services": { "r": { "ra": { "interval": "4s", "lifetime": "12s" } } } } },
  "links": { "l": { "between": ["a.e", "r.e"], "delay": "1ms" } },
  "timeline": [ { "at": "30s", "service_down": "r.r", "farewell": true, "for": "1s" } ] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  SimTime last{-seconds(10).ns};
  std::size_t found = 0;
  for (const KeptRecord& sent : ran.records(TraceKind::Hop, "r.e", "driver_tx")) {
    if (sent.at < SimTime{} + seconds(5)) continue;  // what comes with its addresses
    const bool farewell = sent.at == SimTime{} + seconds(30);
    if (!farewell) {
      EXPECT_GE((sent.at - last).ns, seconds(3).ns) << to_text(Duration{sent.at.ns});
    }
    last = sent.at;
    ++found;
  }
  EXPECT_GT(found, 10u);
}

// A server of a lease that the resolver had no room for gets it with a later ACK.
TEST(RouterScenario, ARefusedDnsServerIsTriedAgain) {
  const Ran ran(R"({ "until": "60s", "nodes": {
    "a": { "kconfig": { "DNS_RESOLVER_MAX_SERVERS": 1 },
           "ifaces": { "e": { "ipv4": "dhcp", "ipv6": "auto" } } },
    "r": { "ifaces": { "e": { "ipv4": "10.0.0.1/24", "ipv6": "2001:db8:1::53/64" } },
           "services": { "r": { "ra": { "dns": ["2001:db8:1::53"], "interval": "4s",
                                        "lifetime": "8s" } },
                         "d": { "dhcp": { "dns": "10.0.0.1", "lease": "20s" } } } } },
  "links": { "l": { "between": ["a.e", "r.e"], "delay": "1ms" } },
  "timeline": [ { "at": "12s", "service_down": "r.r", "farewell": true } ],
  "expect": [ { "eventually": "a DNS_SERVER_ADD server=10.0.0.1", "from": "12s", "by": "35s" } ]
  })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// A request from 0.0.0.0 is a probe (RFC 5227 section 1.1): who asks so before its own address is
// checked would make others give theirs up.
TEST(RouterScenario, WhoHasNoAddressYetAsksNobody) {
  const Ran ran(R"({ "until": "20s", "nodes": {
    "a": { "kconfig": { "NET_IPV4_ACD": true },
           "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
           "apps": { "p": { "udp_ping": "10.0.0.2:7", "from": "500ms", "every": "500ms" } } },
    "b": { "kconfig": { "NET_IPV4_ACD": true },
           "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
  "links": { "l": { "between": ["a.e", "b.e"], "delay": "1ms" } },
  "expect": [ { "never": "a.e IPV4_ACD_FAILED" }, { "never": "b.e IPV4_ACD_FAILED" },
              { "eventually": "a.e dropped reason=no_source" },
              { "eventually": "a.p acked" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// Nor who has none any more, in profiles that ask again for each packet.
TEST(RouterScenario, WhoHasNoAddressAnyMoreAsksNobody) {
  const Ran ran(R"({ "until": "3s", "profile": "zephyr-3.4", "nodes": {
    "dev": { "ifaces": { "e": { "ipv4": "192.0.2.2/24", "gateway": "192.0.2.9" } },
             "apps": { "p": { "udp_ping": "srv:7", "every": "100ms", "from": "1s" } } },
    "srv": { "ifaces": { "e": { "ipv4": "198.51.100.1/24" } }, "services": ["udp_echo:7"] } },
  "links": { "l": { "between": ["dev.e", "srv.e"] } },
  "timeline": [ { "at": "1050ms", "del_address": "dev.e", "address": "192.0.2.2" } ] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.records(TraceKind::Hop, "dev.e", "driver_tx").size(), 1u);
}

// RFC 1812 section 4.3.2.4: an error comes from an address that may be answered, here of the
// router's other iface, while the one towards the sender is being checked.
TEST(RouterScenario, AnErrorHasASourceThatMayBeUsed) {
  const Ran ran(R"({ "until": "16s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.1.0.2/24", "gateway": "10.1.0.1" } },
           "apps": { "p": { "udp_ping": "10.9.9.9:7", "from": "8s" } } },
    "r": { "router": true, "kconfig": { "NET_IPV4_ACD": true }, "ifaces": {
      "e0": { "ipv4": "10.1.0.1/24" }, "e1": { "ipv4": "10.2.0.1/24" } } },
    "b": { "ifaces": { "e": { "ipv4": "10.2.0.2/24" } } } },
  "links": { "x": { "between": ["a.e", "r.e0"], "delay": "1ms" },
             "y": { "between": ["r.e1", "b.e"], "delay": "1ms" } },
  "timeline": [ { "at": "9.5s", "carrier_down": "r.e0", "for": "100ms" } ],
  "expect": [ { "never": "a.e dropped reason=martian" },
              { "eventually": "a.e icmp_error from=10.2.0.1", "from": "9.6s" },
              { "eventually": "a.e icmp_error from=10.1.0.1" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// RFC 4862 section 5.4.3: what a loop of bridges brings back of one's own probe is no duplicate.
TEST(RouterScenario, OnesOwnProbeIsNobodyElses) {
  const Ran ran(R"({ "until": "300ms", "allow": ["leaks"], "nodes": {
    "a": { "ifaces": { "e": { "ipv6": "2001:db8::1/64" } } },
    "s": { "ifaces": { "p1": {}, "p2": {}, "p3": {},
                       "br": { "bridge": ["p1", "p2", "p3"] } } },
    "t": { "ifaces": { "p1": {}, "p2": {},
                       "br": { "bridge": ["p1", "p2"] } } } },
  "links": { "x": { "between": ["a.e", "s.p1"], "delay": "1ms" },
             "y": { "between": ["s.p2", "t.p1"], "delay": "1ms" },
             "z": { "between": ["s.p3", "t.p2"], "delay": "1ms" } },
  "expect": [ { "never": "a.e IPV6_DAD_FAILED" }, { "eventually": "a.e IPV6_DAD_SUCCEED" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// A server is named by its address; without it there is nothing to say.
TEST(RouterScenario, ADhcpServerThatLostItsAddressIsSilent) {
  const Ran ran(R"({ "until": "20s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "dhcp" } } },
    "s": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
           "services": { "d": { "dhcp": { "lease": "60s" } } } } },
  "links": { "l": { "between": ["a.e", "s.e"], "delay": "1ms" } },
  "timeline": [ { "at": "100ms", "del_address": "s.e", "address": "10.0.0.1" } ],
  "expect": [ { "eventually": "s.d dhcp_silent reason=server_has_no_address" },
              { "never": "a.e IPV4_DHCP_BOUND" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

}  // namespace
}  // namespace flapjack
