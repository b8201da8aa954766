// SPDX-License-Identifier: Apache-2.0
// What a router does with IPv6 packets for others: a table of fates, then the details of each.
#include <gtest/gtest.h>

#include "stack/net/forward.h"
#include "stack/wire/icmp_quote.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Lines;
using test::net6;
using test::NodeRig;

const MacAddress kMac{{0x02, 0, 0, 0, 0, 0x22}};

StackConfig router() {
  StackConfig config;
  config.router = true;
  config.ipv6.neighbors = 16;
  config.ipv6.rs_count = 0;
  return config;
}

/// 2001:db8:1::/64 on eth0, 2001:db8:2::/64 on eth1 (MTU 1400); 2001:db8:3::/48 by fe80::9 there.
struct World {
  explicit World(const StackConfig& config = router())
      : rig(config),
        eth0(add("eth0", 1500, "2001:db8:1::1/64")),
        eth1(add("eth1", 1400, "2001:db8:2::1/64")) {
    EXPECT_TRUE(rig.node.routes.add({ip6("2001:db8:3::"), 48, &eth1, ip6("fe80::9")}).ok());
    for (NetIf* iface : {&eth0, &eth1}) {
      EXPECT_TRUE(iface->up().ok());
      for (const char* host : {"2001:db8:1::7", "2001:db8:2::7", "fe80::9", "fe80::7"}) {
        EXPECT_TRUE(rig.node.v6()->nd.add_static(*iface, ip6(host), kMac));
      }
    }
    rig.scheduler.run();
    forget();
  }
  NetIf& add(const char* name, std::uint16_t mtu, const char* address) {
    NetIf& iface = rig.add_down({.name = name, .mtu = mtu, .ipv6 = true});
    EXPECT_NE(iface.ipv6()->addr_add(net6(address)), nullptr);
    EXPECT_TRUE(iface.ipv6()->prefix_add(net6(address)));
    return iface;
  }
  void forget() {
    rig.sink.records.clear();
    for (auto& driver : rig.drivers) driver->sent.clear();
  }
  static Bytes datagram(const char* from, const char* to, std::uint8_t hops = 64,
                        std::size_t payload = 32) {
    return test::ipv6_bytes(ip6(from), ip6(to), static_cast<IpProtocol>(253), Bytes(payload, 0x5a),
                            hops);
  }
  void hear(NetIf& iface, const Bytes& bytes) {
    iface.on_frame(rig.frame(bytes));
    rig.scheduler.run_until(rig.scheduler.now());
  }
  std::vector<Bytes>& sent(const NetIf& iface) { return rig.driver(iface).sent; }
  Ipv6Header sent_header(const NetIf& iface, std::size_t at = 0) {
    Ipv6Header header;
    EXPECT_EQ(Ipv6Header::parse(sent(iface).at(at), header), Ipv6Header::Error::None);
    return header;
  }
  /// The first frame of `iface`, when it is an ICMPv6 message.
  std::optional<Icmpv6Header> told(const NetIf& iface) {
    if (sent(iface).empty() || sent(iface).front()[6] != 58) return {};
    const Ipv6Header header = sent_header(iface);
    return Icmpv6Header::parse(std::span(sent(iface).front()).subspan(kIpv6HeaderBytes),
                               header.source, header.destination);
  }

  NodeRig rig;
  NetIf& eth0;
  NetIf& eth1;
};

struct Fate {
  const char* what;
  const char *from, *to;
  std::uint8_t hops;
  std::size_t payload;
  bool forwarded;
  const char* drop;            // or ""
  int type;                    // of the ICMPv6 error on eth0; -1: none
  std::uint8_t code;
  std::uint32_t rest;
};
constexpr const char *kFrom = "2001:db8:1::7", *kTo = "2001:db8:2::7";
const Fate kFates[] = {
    {"on link", kFrom, kTo, 64, 32, true, "", -1, 0, 0},
    {"by a route", kFrom, "2001:db8:3::5", 64, 32, true, "", -1, 0, 0},
    {"nowhere", kFrom, "2001:db8:4::5", 64, 32, false, "no_route", 1, 0, 0},
    {"last hop", kFrom, kTo, 2, 32, true, "", -1, 0, 0},
    {"too many hops", kFrom, kTo, 1, 32, false, "ttl_expired", 3, 0, 0},
    {"no hop at all", kFrom, kTo, 0, 32, false, "ttl_expired", 3, 0, 0},
    {"fits exactly", kFrom, kTo, 64, 1360, true, "", -1, 0, 0},
    {"too big", kFrom, kTo, 64, 1361, false, "too_big", 2, 0, 1400},
    {"link-local source", "fe80::7", kTo, 64, 32, false, "not_for_us", 1, 2, 0},
    {"link-local target", kFrom, "fe80::77", 64, 32, false, "not_for_us", -1, 0, 0},
    {"unspecified source", "::", kTo, 64, 32, false, "not_for_us", -1, 0, 0},
    {"loopback source", "::1", kTo, 64, 32, false, "martian", -1, 0, 0},
    {"loopback target", kFrom, "::1", 64, 32, false, "martian", -1, 0, 0},
    {"group source", "ff02::5", kTo, 64, 32, false, "martian", -1, 0, 0},
    {"a group of the site", kFrom, "ff05::5", 64, 32, false, "not_for_us", -1, 0, 0},
    {"a group of the world", kFrom, "ff0e::5", 64, 32, false, "not_for_us", -1, 0, 0},
};

TEST(ForwardIpv6, Fates) {
  for (const Fate& fate : kFates) {
    World world;
    world.hear(world.eth0, World::datagram(fate.from, fate.to, fate.hops, fate.payload));
    EXPECT_EQ(world.sent(world.eth1).size(), fate.forwarded ? 1u : 0u) << fate.what;
    EXPECT_EQ(world.rig.drops(), *fate.drop != '\0' ? Lines{fate.drop} : Lines{}) << fate.what;
    const auto told = world.told(world.eth0);
    ASSERT_EQ(told.has_value(), fate.type >= 0) << fate.what;
    if (told) {
      EXPECT_EQ(*told, (Icmpv6Header{static_cast<Icmpv6Type>(fate.type), fate.code, fate.rest}))
          << fate.what;
    }
    EXPECT_EQ(world.rig.slab.in_use(), 0u) << fate.what;
  }
}

TEST(ForwardIpv6, OnlyTheHopLimitChanges) {
  World world;
  world.hear(world.eth0, World::datagram(kFrom, kTo, 9));
  EXPECT_EQ(world.sent(world.eth1).at(0), World::datagram(kFrom, kTo, 8));
  EXPECT_EQ(world.rig.node.parts().forwarded, 1u);
}

TEST(ForwardIpv6, ThePacketKeepsItsIdentity) {
  World world;
  world.hear(world.eth0, World::datagram(kFrom, kTo));
  EXPECT_EQ(world.rig.hops(), (Lines{"driver_rx", "rx_queue", "l2_in", "l3_in", "core_out",
                                     "tx_queue", "l2_out", "driver_tx"}));
  EXPECT_EQ(world.rig.sink.records.front().packet, world.rig.sink.records.back().packet);
  EXPECT_EQ(world.rig.sink.records.back().subject, "n.eth1");
}

TEST(ForwardIpv6, AHostDoesNot) {
  StackConfig config = router();
  config.router = false;
  World world(config);
  world.hear(world.eth0, World::datagram(kFrom, kTo));
  EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
}

// RFC 8200 section 5: only the source splits. What is in the packet is not looked at either.
TEST(ForwardIpv6, FragmentsAndUnknownOptionsPass) {
  StackConfig config = router();
  config.ipv6_fragment.enabled = true;
  World world(config);
  const Bytes fragment = {17, 0, 0, 9, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8};
  const Bytes options = {59, 0, 0x81, 4, 0, 0, 0, 0};
  world.hear(world.eth0,
             test::ipv6_bytes(ip6(kFrom), ip6(kTo), IpProtocol::Fragment, fragment));
  world.hear(world.eth0,
             test::ipv6_bytes(ip6(kFrom), ip6(kTo), IpProtocol::DestinationOptions, options));
  EXPECT_EQ(world.sent(world.eth1).size(), 2u);
  EXPECT_EQ(world.rig.drops(), Lines{});
}

TEST(ForwardIpv6, TooBigIsNotSplitEvenWhereWeSplitOurOwn) {
  StackConfig config = router();
  config.ipv6_fragment.enabled = true;
  World world(config);
  world.hear(world.eth0, World::datagram(kFrom, kTo, 64, 1400));
  EXPECT_EQ(world.rig.drops(), Lines{"too_big"});
  EXPECT_EQ(world.told(world.eth0).value().mtu(), 1400u);
  EXPECT_EQ(world.sent(world.eth0)[0].size(), kIpv6MinMtu) << "as much of it as fits";
}

// A packet that its next link carries, whatever the router knows of what is behind it.
TEST(ForwardIpv6, WhatTheRouterHasLearntOfAPathIsNotForOthers) {
  StackConfig config = router();
  config.pmtu.ipv6 = true;
  config.ipv6_fragment.enabled = true;
  World world(config);
  world.rig.node.pmtu.set(ip6(kTo), 1280);
  PacketPtr packet = world.rig.frame(World::datagram(kFrom, kTo, 64, 1300));
  packet->meta.dont_fragment = true;
  world.eth0.on_frame(std::move(packet));
  world.rig.scheduler.run_until(world.rig.scheduler.now());
  ASSERT_EQ(world.sent(world.eth1).size(), 1u);
  EXPECT_EQ(world.sent(world.eth1)[0].size(), 1340u);
  EXPECT_EQ(world.rig.drops(), Lines{});
}

TEST(ForwardIpv6, TheErrorGoesWhereItsReaderIs) {
  World world;  // it came in by eth0, but the way back is eth1
  world.hear(world.eth0, World::datagram("2001:db8:2::7", "2001:db8:1::7", 1));
  EXPECT_TRUE(world.told(world.eth1).has_value());
  EXPECT_EQ(world.sent_header(world.eth1).source, ip6("2001:db8:2::1"));
}

TEST(ForwardIpv6, NoErrorAboutAnError) {
  World world;
  Bytes error(48);
  Icmpv6Header::unreachable(0).emit(error, ip6(kFrom), ip6(kTo));
  world.hear(world.eth0, test::ipv6_bytes(ip6(kFrom), ip6(kTo), IpProtocol::Icmpv6, error, 1));
  EXPECT_EQ(world.rig.drops(), Lines{"ttl_expired"});
  EXPECT_FALSE(world.told(world.eth0).has_value());
}

// The next hop does not answer: address unreachable, a second later (ND-2).
TEST(ForwardIpv6, AHostThatDoesNotAnswer) {
  World world;
  world.hear(world.eth0, World::datagram(kFrom, "2001:db8:2::66"));
  world.rig.scheduler.run_until(world.rig.scheduler.now() + seconds(1));
  EXPECT_EQ(world.rig.drops(), Lines{"neighbor_timeout"});
  ASSERT_TRUE(world.told(world.eth0).has_value());
  EXPECT_EQ(*world.told(world.eth0), Icmpv6Header::unreachable(kIcmpv6AddressUnreachable));
}

TEST(ForwardIpv6, ARedirectTellsOfTheBetterFirstHop) {
  struct {
    const char *from, *to, *target;  // no target: no redirect
    bool link_known;
  } const rows[] = {{"2001:db8:2::6", "2001:db8:2::7", "2001:db8:2::7", true},
                    {"2001:db8:2::6", "2001:db8:2::8", "2001:db8:2::8", false},
                    {"2001:db8:2::6", "2001:db8:3::5", "fe80::9", true},
                    {"2001:db8:4::6", "2001:db8:3::5", nullptr, false},  // the sender is elsewhere
                    {"2001:db8:2::6", "2001:db8:5::5", nullptr, false}};  // no link-local name
  for (const auto& row : rows) {
    World world;
    EXPECT_TRUE(world.rig.node.v6()->nd.add_static(world.eth1, ip6("2001:db8:2::6"), kMac));
    EXPECT_TRUE(
        world.rig.node.routes.add({ip6("2001:db8:5::"), 48, &world.eth1, ip6("2001:db8:2::7")})
            .ok());
    world.forget();
    const Bytes bytes = World::datagram(row.from, row.to);
    world.hear(world.eth1, bytes);
    EXPECT_EQ(world.rig.node.parts().forwarded, 1u) << row.to << " goes all the same";
    const auto told = world.told(world.eth1);
    const bool redirected = told && told->type == Icmpv6Type::Redirect;
    ASSERT_EQ(redirected, row.target != nullptr) << row.to;
    if (!redirected) continue;
    const Ipv6Header header = world.sent_header(world.eth1);
    EXPECT_TRUE(header.source.is_link_local());
    EXPECT_EQ(header.hop_limit, kNdHopLimit);
    const auto redirect =
        Redirect::parse(std::span(world.sent(world.eth1)[0]).subspan(kIpv6HeaderBytes));
    ASSERT_TRUE(redirect);
    EXPECT_EQ(redirect->target, ip6(row.target));
    EXPECT_EQ(redirect->destination, ip6(row.to));
    const auto link = redirect->options.link_address(NdOptionType::TargetLinkAddress);
    EXPECT_EQ(link.has_value(), row.link_known) << row.to;
    const auto quote = redirect->options.find(NdOptionType::RedirectedHeader);
    ASSERT_TRUE(quote);
    const auto quoted = NdRedirectedHeader::parse(*quote);
    ASSERT_TRUE(quoted);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), quoted->packet.begin()));
  }
}

TEST(ForwardIpv6, AHostFollowsTheRedirectOfARouter) {
  World world;
  EXPECT_TRUE(world.rig.node.v6()->nd.add_static(world.eth1, ip6("2001:db8:2::6"), kMac));
  world.forget();
  world.hear(world.eth1, World::datagram("2001:db8:2::6", "2001:db8:3::5", 64, 1200));
  ASSERT_EQ(world.told(world.eth1)->type, Icmpv6Type::Redirect);
  const Bytes redirect = world.sent(world.eth1)[0];
  EXPECT_LE(redirect.size(), kIpv6MinMtu);
  const Ipv6Address by = world.sent_header(world.eth1).source;
  test::Ipv6Rig host(StackConfig{}, "2001:db8:2::6/64");
  host.start();
  host.node.routers.add(host.eth0, IpAddress(by), seconds(100), true);
  EXPECT_EQ(host.node.route().next_hop(host.eth0, ip6("2001:db8:3::5")), by);
  host.hear(redirect);
  EXPECT_EQ(host.node.route().next_hop(host.eth0, ip6("2001:db8:3::5")), ip6("fe80::9"));
  EXPECT_EQ(host.node.route().next_hop(host.eth0, ip6("2001:db8:3::6")), by);
}

// Without link addresses the neighbour has heard it, too.
TEST(ForwardIpv6, NothingGoesBackToAMediumOnWhichEverybodyHearsEverything) {
  World world;
  world.rig.l2.l2_traits.needs_link_address = false;
  world.hear(world.eth1, World::datagram("2001:db8:2::6", kTo));
  EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
  EXPECT_TRUE(world.sent(world.eth1).empty());
  world.hear(world.eth1, World::datagram("2001:db8:2::6", "2001:db8:1::7"));
  EXPECT_EQ(world.sent(world.eth0).size(), 1u);
}

TEST(ForwardIpv6, WithoutATxPacketItIsDropped) {
  World world;
  world.rig.node.tx_pool.set_limit(0);
  world.hear(world.eth0, World::datagram(kFrom, kTo));
  EXPECT_EQ(world.rig.drops(), Lines{"no_buffers"});
  EXPECT_EQ(world.eth1.losses().tx_dropped, 1u) << "counted where it was to leave";
  EXPECT_EQ(world.eth1.losses().rx_dropped, 0u);
}

TEST(ForwardIpv6, WhatCameToEverybodyOnTheLinkStaysThere) {
  World world;
  PacketPtr packet = world.rig.frame(World::datagram(kFrom, kTo));
  packet->meta.link_group = true;
  world.eth0.on_frame(std::move(packet));
  world.rig.scheduler.run_until(world.rig.scheduler.now());
  EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
}

}  // namespace
}  // namespace flapjack
