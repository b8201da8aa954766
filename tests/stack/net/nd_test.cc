// SPDX-License-Identifier: Apache-2.0
// Neighbour discovery: resolution, the one packet that waits, the states and their times.
#include "stack/net/nd.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

const MacAddress kPeerMac{{0x02, 0, 0, 0, 0, 0x22}}, kOtherMac{{0x02, 0, 0, 0, 0, 0x33}};

StackConfig with_fragments() {
  StackConfig config;
  config.ipv6_fragment.enabled = true;
  return config;
}

/// The datagram in fragments that end at `cuts` of its payload, the last one at its end.
std::vector<Bytes> fragments_of(const Bytes& datagram, std::vector<std::size_t> cuts) {
  const std::span<const std::uint8_t> payload = std::span(datagram).subspan(kIpv6HeaderBytes);
  Ipv6Header header;
  EXPECT_EQ(Ipv6Header::parse(datagram, header), Ipv6Header::Error::None);
  cuts.push_back(payload.size());
  std::vector<Bytes> pieces;
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    Ipv6Fragment fragment;
    fragment.next_header = header.next_header;
    fragment.offset = static_cast<std::uint16_t>(from / 8);
    fragment.more = to != payload.size();
    fragment.id = 7;
    Bytes bytes(kIpv6FragmentBytes);
    fragment.emit(bytes.data());
    bytes.insert(bytes.end(), payload.begin() + static_cast<std::ptrdiff_t>(from),
                 payload.begin() + static_cast<std::ptrdiff_t>(to));
    pieces.push_back(test::ipv6_bytes(header.source, header.destination, IpProtocol::Fragment,
                                      bytes, header.hop_limit));
    from = to;
  }
  return pieces;
}

struct NdTest : testing::Test {
  NdTest() { rig.start(); }

  Status ping() { return rig.node.v6()->icmp.send_echo_request(&rig.eth0, peer, 1, 1, {}); }
  Bytes advert(bool solicited, bool override_known, const MacAddress& mac) const {
    NeighborAdvertisement message;
    message.target = peer;
    message.solicited = solicited;
    message.override_known = override_known;
    return test::nd_bytes(peer, rig.own, message,
                          test::link_option(NdOptionType::TargetLinkAddress, mac));
  }
  void resolve() {
    ASSERT_TRUE(ping().ok());
    rig.run_for(milliseconds(1));
    rig.hear(advert(true, true, kPeerMac));
    rig.forget();
  }
  const Neighbor* entry() { return rig.node.v6()->nd.find(rig.eth0, peer); }
  /// When the entry leaves Reachable.
  Duration reachable_for() { return entry()->deadline - rig.scheduler.now(); }

  Ipv6Rig rig;
  const Ipv6Address peer = ip6("fe80::22");
  const std::string ask_group = to_text(rig.own) + " > ff02::1:ff00:22 neighbor solicitation";
  const std::string ask_peer = to_text(rig.own) + " > fe80::22 neighbor solicitation";
  const std::string echo = to_text(rig.own) + " > fe80::22 echo request";
};

TEST_F(NdTest, APacketWaitsForTheAnswerAndThenGoes) {
  ASSERT_TRUE(ping().ok());
  rig.run_for(milliseconds(1));
  EXPECT_EQ(rig.sent(), Lines{ask_group});
  EXPECT_EQ(entry()->state, NeighborState::Incomplete);
  rig.forget();
  rig.hear(advert(true, true, kPeerMac));
  EXPECT_EQ(rig.sent(), Lines{echo});
  EXPECT_EQ(rig.events(), Lines{"IPV6_NBR_ADD"});
  EXPECT_EQ(entry()->state, NeighborState::Reachable);
  EXPECT_EQ(entry()->mac, kPeerMac);
}

TEST_F(NdTest, OnlyOnePacketWaitsAndItWaitsOneSecond) {
  ASSERT_TRUE(ping().ok());
  EXPECT_EQ(ping().code(), Errc::Eio);
  EXPECT_EQ(rig.drops(), Lines{"neighbor_busy"});
  rig.run_for(milliseconds(999));
  EXPECT_EQ(rig.drops().size(), 1u);
  rig.run_for(milliseconds(1));
  EXPECT_EQ(rig.drops(), (Lines{"neighbor_busy", "neighbor_timeout"}));
  rig.scheduler.run();
  EXPECT_EQ(rig.sent(), (Lines{ask_group, ask_group, ask_group})) << "3 multicast solicitations";
  EXPECT_EQ(entry(), nullptr);
}

TEST_F(NdTest, ReachableLastsHalfToOneAndAHalfOfItsBase) {
  for (int i = 0; i < 50; ++i) {
    rig.node.v6()->nd.remove(rig.eth0, peer);
    resolve();
    EXPECT_GE(reachable_for(), seconds(15));
    EXPECT_LE(reachable_for(), seconds(45));
  }
}

TEST_F(NdTest, UseOfAStaleOneLeadsToProbesAndRemoval) {
  resolve();
  rig.run_for(reachable_for());
  EXPECT_EQ(entry()->state, NeighborState::Stale);
  ASSERT_TRUE(ping().ok());
  EXPECT_EQ(entry()->state, NeighborState::Delay);
  rig.run_for(milliseconds(4999));
  EXPECT_EQ(rig.sent(), Lines{echo});
  rig.run_for(milliseconds(1));
  EXPECT_EQ(entry()->state, NeighborState::Probe);
  EXPECT_EQ(rig.sent(), (Lines{echo, ask_peer}));
  rig.run_for(milliseconds(2999));
  EXPECT_EQ(rig.sent(), (Lines{echo, ask_peer, ask_peer, ask_peer}));
  ASSERT_NE(entry(), nullptr);
  rig.forget();
  rig.run_for(milliseconds(1));
  EXPECT_EQ(entry(), nullptr);
  EXPECT_EQ(rig.events(), Lines{"IPV6_NBR_DEL"});
}

TEST_F(NdTest, AConfirmationMakesItReachableAgain) {
  resolve();
  rig.run_for(reachable_for());
  ASSERT_TRUE(ping().ok());
  rig.node.v6()->nd.confirm(rig.eth0, peer);
  EXPECT_EQ(entry()->state, NeighborState::Reachable);
}

// RFC 4861 section 7.2.5, by what the advertisement says of a Reachable neighbour.
TEST_F(NdTest, AdvertisementsChangeAReachableNeighbor) {
  struct Case {
    bool solicited, override_known, other_mac;
    NeighborState state;
    bool moved;
  };
  const Case cases[] = {
      {false, false, false, NeighborState::Reachable, false},
      {true, false, false, NeighborState::Reachable, false},
      {false, false, true, NeighborState::Stale, false},
      {true, false, true, NeighborState::Stale, false},
      {false, true, true, NeighborState::Stale, true},
      {true, true, true, NeighborState::Reachable, true},
  };
  for (const Case& c : cases) {
    rig.node.v6()->nd.remove(rig.eth0, peer);
    resolve();
    rig.hear(advert(c.solicited, c.override_known, c.other_mac ? kOtherMac : kPeerMac));
    const std::string what = std::to_string(c.solicited) + std::to_string(c.override_known) +
                             std::to_string(c.other_mac);
    EXPECT_EQ(entry()->state, c.state) << what;
    EXPECT_EQ(entry()->mac == kOtherMac, c.moved) << what;
  }
}

TEST_F(NdTest, AnswersForItsAddressesAndLearnsWhoAsks) {
  rig.hear(test::nd_bytes(peer, rig.own.solicited_node(), NeighborSolicitation{rig.own, {}},
                          test::link_option(NdOptionType::SourceLinkAddress, kPeerMac)));
  EXPECT_EQ(rig.sent(), Lines{to_text(rig.own) + " > fe80::22 neighbor advertisement"});
  ASSERT_NE(entry(), nullptr);
  EXPECT_EQ(entry()->state, NeighborState::Delay) << "stale, and used for the answer";
  rig.forget();
  // somebody checks whether the address is free: everybody is told that it is not
  rig.hear(
      test::nd_bytes({}, rig.own.solicited_node(), NeighborSolicitation{rig.own, {}}));
  EXPECT_EQ(rig.sent(), Lines{to_text(rig.own) + " > ff02::1 neighbor advertisement"});
}

TEST_F(NdTest, WrongMessagesHaveReasons) {
  const NeighborSolicitation ask{rig.own, {}};
  NeighborAdvertisement claim;
  claim.target = peer;
  claim.solicited = true;
  const Bytes option = test::link_option(NdOptionType::SourceLinkAddress, kPeerMac);
  struct Case {
    const char* what;
    Bytes bytes;
    const char* reason;
  };
  const Case cases[] = {
      {"hop limit", test::nd_bytes(peer, rig.own, ask, option, 254), "bad_header"},
      {"from :: to no solicited-node group", test::nd_bytes({}, Ipv6Address::all_nodes(), ask),
       "bad_header"},
      {"from :: with a link address",
       test::nd_bytes({}, rig.own.solicited_node(), ask, option), "bad_header"},
      {"for an address that is not here",
       test::nd_bytes(peer, rig.own, NeighborSolicitation{ip6("fe80::77"), {}}), "not_for_us"},
      {"solicited, but to a group", test::nd_bytes(peer, Ipv6Address::all_nodes(), claim),
       "bad_header"},
      {"from nobody we asked for", test::nd_bytes(peer, rig.own, claim), "not_for_us"},
  };
  for (const Case& c : cases) {
    rig.forget();
    const std::uint64_t before = rig.eth0.losses().rx_dropped;
    rig.hear(c.bytes);
    EXPECT_EQ(rig.drops(), Lines{c.reason}) << c.what;
    EXPECT_EQ(rig.eth0.losses().rx_dropped, before + 1) << c.what;
    EXPECT_TRUE(rig.sent().empty()) << c.what;
  }
}

TEST_F(NdTest, TheOldestStaleHostMakesRoom) {
  for (std::uint64_t i = 0; i < 8; ++i) {
    rig.node.v6()->nd.learn(rig.eth0, {0xfe80ull << 48, 0x100 + i}, kPeerMac, i == 0);
    rig.run_for(milliseconds(1));
  }
  resolve();
  EXPECT_NE(rig.node.v6()->nd.find(rig.eth0, ip6("fe80::100")), nullptr) << "a router stays";
  EXPECT_EQ(rig.node.v6()->nd.find(rig.eth0, ip6("fe80::101")), nullptr);
  EXPECT_EQ(rig.node.v6()->nd.neighbors().size(), 8u);
}

TEST_F(NdTest, AFullTableOfNeededNeighborsRefuses) {
  for (std::uint64_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(rig.node.v6()->nd.add_static(rig.eth0, {0xfe80ull << 48, 0x100 + i}, kPeerMac));
  }
  EXPECT_EQ(ping().code(), Errc::Eio);
  EXPECT_EQ(rig.drops(), Lines{"neighbor_table_full"});
}

TEST_F(NdTest, DownDropsWhatWaitsAndDoubtsWhatIsKnown) {
  resolve();
  ASSERT_TRUE(rig.node.v6()->icmp.send_echo_request(&rig.eth0, ip6("fe80::44"), 1, 1, {}).ok());
  ASSERT_TRUE(rig.eth0.down().ok());
  EXPECT_EQ(rig.drops(), Lines{"iface_down"});
  EXPECT_EQ(entry()->state, NeighborState::Stale);
  EXPECT_EQ(rig.node.v6()->nd.find(rig.eth0, ip6("fe80::44")), nullptr);
}

// RFC 6980 section 5, of an atomic fragment and of two.
TEST(NdFragments, DiscoveryInFragmentsIsIgnored) {
  const Ipv6Address peer = ip6("fe80::22"), far = ip6("2001:db9::7"), router = ip6("fe80::1");
  for (const std::vector<std::size_t>& cuts : {std::vector<std::size_t>{}, {8}}) {
    Ipv6Rig rig(with_fragments());
    rig.start();
    RouterAdvertisement advert;
    advert.lifetime_s = 1800;
    const auto link = test::link_option(NdOptionType::SourceLinkAddress, kPeerMac);
    const auto target = test::link_option(NdOptionType::TargetLinkAddress, kPeerMac);
    NeighborAdvertisement neighbor;
    neighbor.target = peer;
    neighbor.override_known = true;
    const Bytes whole[] = {
        test::nd_bytes(peer, rig.own.solicited_node(), NeighborSolicitation{rig.own, {}}, link),
        test::nd_bytes(peer, rig.own, neighbor, target),
        test::nd_bytes(peer, Ipv6Address::all_nodes(), advert, link),
        test::nd_bytes(router, rig.own, Redirect{peer, far, {}}, target)};
    rig.hear(test::nd_bytes(router, Ipv6Address::all_nodes(), advert));
    for (const Bytes& datagram : whole) {
      rig.forget();
      for (const Bytes& piece : fragments_of(datagram, cuts)) rig.hear(piece);
      EXPECT_EQ(rig.drops(), Lines{"bad_header"});
      EXPECT_EQ(rig.sent(), Lines{});
      EXPECT_EQ(rig.node.v6()->nd.find(rig.eth0, peer), nullptr);
      EXPECT_EQ(rig.node.routers.find(&rig.eth0, peer), nullptr);
      EXPECT_EQ(rig.node.route().next_hop(rig.eth0, far), router);
    }
    const Bytes ping = [&] {
      Bytes message(16);
      Icmpv6Header::echo_request(1, 1).emit(message, peer, rig.own);
      return test::ipv6_bytes(peer, rig.own, IpProtocol::Icmpv6, message);
    }();
    rig.forget();
    for (const Bytes& piece : fragments_of(ping, cuts)) rig.hear(piece);
    EXPECT_EQ(rig.drops(), Lines{}) << "other messages may be";
  }
}

}  // namespace
}  // namespace flapjack
