// SPDX-License-Identifier: Apache-2.0
// Two nodes with PPP between them, from the first Configure-Request to the last echo.
#include "l2/ppp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "l2/loopback_driver.h"
#include "tests/l2/ppp_pair.h"

namespace flapjack {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using Pair = test::PppPair;
using test::kClient;
using test::kServer;
using test::serving;

TEST(Ppp, ComesUpOnceThePeerHasGivenAnAddress) {
  Pair p;
  ASSERT_TRUE(p.if_a.up().ok());
  EXPECT_EQ(p.if_a.oper_state(), OperState::Dormant);
  ASSERT_TRUE(p.if_b.up().ok());
  p.run(seconds(1));
  // LCP takes a round trip, IPCP two on this side: its first wishes are rejected or corrected
  EXPECT_THAT(p.events("a.ppp0"),
              ElementsAre("0s IF_ADMIN_UP", "0s ppp_phase=establish", "20ms ppp_phase=network",
                          "80ms IPV4_ADDR_ADD", "80ms IF_UP", "80ms ppp_phase=running",
                          "80ms PPP_PHASE_RUNNING"));
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
  EXPECT_EQ(p.session_a().ipcp().local(), kClient);
  EXPECT_EQ(p.session_a().ipcp().peer(), kServer);
  EXPECT_NE(p.if_a.ipv4().find(kClient), nullptr);
  EXPECT_EQ(p.if_a.ipv4().gateway(), kServer) << "the peer is the way out";
  EXPECT_EQ(p.session_b().ipcp().peer(), kClient);
  EXPECT_EQ(p.rig.slab.in_use(), 0u);
}

TEST(Ppp, DatagramsPassInBothDirections) {
  Pair p;
  p.up();
  for (auto [from, to, address] : {std::tuple{&p.a, &p.b, kServer}, {&p.b, &p.a, kClient}}) {
    NetContext& sender =
        *from->contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    NetContext& receiver =
        *to->contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    ASSERT_TRUE(receiver.bind({address, 7}).ok());
    std::size_t got = 0;
    ASSERT_TRUE(receiver.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait())
                    .ok());
    const std::uint8_t bytes[] = {0x7e, 0x7d, 0x00};
    ASSERT_TRUE(sender.sendto(bytes, {address, 7}, {}, Timeout::no_wait()).ok());
    p.run(seconds(1));
    EXPECT_EQ(got, 1u);
  }
}

TEST(Ppp, TwoStaticSidesAgree) {
  Pair p({}, {});
  p.if_a.ipv4_addr_add({kClient, 30});
  p.up();
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
  EXPECT_EQ(p.session_a().ipcp().local(), kClient);
  ASSERT_TRUE(p.if_a.down().ok());
  EXPECT_NE(p.if_a.ipv4().find(kClient), nullptr) << "its own address stays";
}

TEST(Ppp, WithoutAnAddressForOneSideItGivesUpAndTriesAgain) {
  Pair p({}, {});
  p.up(seconds(4));
  EXPECT_EQ(p.count("ppp_no_address"), 1u);
  EXPECT_FALSE(p.if_a.is_up());
  EXPECT_THAT(p.events("a.ppp0"), Contains(::testing::HasSubstr("ppp_phase=terminate")));
  p.run(seconds(6));
  EXPECT_EQ(p.count("ppp_no_address"), 2u);
}

TEST(Ppp, ASideThatInsistsOnAnotherAddressIsNotServed) {
  Pair p;
  p.if_a.ipv4_addr_add({{0x0a000009}, 24});
  p.up(seconds(3));
  EXPECT_EQ(p.count("ppp_no_address"), 1u) << "rejected after five Naks (Max-Failure)";
  EXPECT_FALSE(p.if_a.is_up());
}

TEST(Ppp, TheSmallerMruHolds) {
  Pair p({}, serving(), 1400);
  p.up();
  EXPECT_EQ(p.if_a.mtu(), 1400);
  EXPECT_EQ(p.if_b.mtu(), 1400) << "what the peer can take";
  ASSERT_TRUE(p.if_b.down().ok());
  EXPECT_EQ(p.if_b.mtu(), 1500);
}

TEST(Ppp, GivesDnsServersToAPeerThatAsks) {
  PppConfig server = serving();
  server.dns = {Ipv4Address{0x08080808}, Ipv4Address{0x08080404}};
  Pair p({}, server);
  p.up();
  EXPECT_EQ(p.session_a().ipcp().dns(), server.dns);
  EXPECT_EQ(p.session_b().ipcp().dns()[0], Ipv4Address{}) << "nobody gave it one";
}

TEST(Ppp, APeerThatRedialsIsNotHungUpOn) {
  Pair p;
  p.up();
  ASSERT_TRUE(p.if_a.down().ok());
  p.run(seconds(4));  // b has noticed, and would begin again by itself
  ASSERT_TRUE(p.if_a.up().ok());
  p.run(seconds(1));
  ASSERT_TRUE(p.if_a.is_up() && p.if_b.is_up());
  const std::size_t downs = p.count("IF_DOWN");
  p.run(seconds(20));
  EXPECT_EQ(p.count("IF_DOWN"), downs);
}

// RFC 1661 section 3.2: the way out of Dead is Establish, whoever begins.
TEST(Ppp, APeerThatBeginsEndsThePause) {
  Pair p;
  p.up();
  ASSERT_TRUE(p.if_a.down().ok());
  p.run(seconds(8) - milliseconds(5));  // b stopped at 4.01 s, and would begin again at 9.01 s
  ASSERT_EQ(p.session_b().lcp().state(), PppState::Stopped);
  p.rig.sink.records.clear();
  ASSERT_TRUE(p.if_a.up().ok());  // its request is at b at 9.005 s, b's Ack back at 9.015 s
  p.run(seconds(1));
  EXPECT_THAT(p.events("b.ppp0"),
              ElementsAre("9.005s ppp_phase=establish", "9.025s ppp_phase=network",
                          ::testing::EndsWith(" IF_UP"), ::testing::EndsWith("ppp_phase=running"),
                          ::testing::EndsWith("PPP_PHASE_RUNNING")));
  EXPECT_EQ(p.count("IF_UP"), 2u);
}

TEST(Ppp, WithoutAPeerItAsksTenTimesThenPausesAndBeginsAgain) {
  Pair p;
  p.set_loss(true);
  ASSERT_TRUE(p.if_a.up().ok());
  ASSERT_TRUE(p.if_b.up().ok());
  p.run(Duration{seconds(30).ns - 1});
  EXPECT_EQ(p.count("link_out"), 0u);
  EXPECT_EQ(p.rig.drops(DropReason::Loss), 20u) << "ten of each";
  EXPECT_EQ(p.session_a().lcp().state(), PppState::ReqSent);
  p.run(Duration{1});
  EXPECT_EQ(p.session_a().lcp().state(), PppState::Stopped);
  EXPECT_THAT(p.events("a.ppp0"), Contains("30s ppp_phase=dead"));
  EXPECT_THAT(p.events("a.ppp0"), Contains("30s PPP_PHASE_DEAD"));
  p.set_loss(false);
  p.run(seconds(6));
  EXPECT_TRUE(p.if_a.is_up());
  EXPECT_THAT(p.events("a.ppp0"), Contains("35s ppp_phase=establish"));
}

TEST(Ppp, OneThatIsNotPersistentWaitsToBeAsked) {
  PppConfig config;
  config.persistent = false;
  Pair p(config);
  p.set_loss(true);
  p.up(seconds(40));
  EXPECT_EQ(p.session_a().lcp().state(), PppState::Stopped);
  p.set_loss(false);
  p.run(seconds(10));
  EXPECT_TRUE(p.if_a.is_up()) << "the peer asked";
}

TEST(Ppp, MissedEchoesEndTheLinkAndItComesBack) {
  PppConfig config;
  config.echo_interval = seconds(1);
  config.echo_failures = 3;
  config.reconnect = seconds(2);
  Pair p(config);
  p.up(milliseconds(5500));
  EXPECT_TRUE(p.if_a.is_up());
  p.rig.sink.records.clear();
  p.set_loss(true);
  p.run(seconds(5));
  // LCP opened at 20 ms, so echoes go out at 6.02, 7.02 and 8.02 s; the fourth finds three pending
  EXPECT_THAT(p.events("a.ppp0"),
              ElementsAre("9.02s ppp_echo_lost", "9.02s ppp_phase=terminate", "9.02s IPV4_ADDR_DEL",
                          "9.02s IF_DOWN"));
  EXPECT_TRUE(p.if_b.is_up()) << "b does not send echoes: it notices nothing";
  p.set_loss(false);
  p.run(seconds(10));
  EXPECT_THAT(p.events("a.ppp0"), Contains(::testing::HasSubstr(" IF_UP")));
  EXPECT_TRUE(p.if_a.is_up());
  EXPECT_TRUE(p.if_b.is_up()) << "negotiated anew";
  EXPECT_THAT(p.events("b.ppp0"), Contains(::testing::HasSubstr(" IF_DOWN")));
}

TEST(Ppp, AnsweredEchoesChangeNothing) {
  PppConfig config;
  config.echo_interval = milliseconds(100);
  config.echo_failures = 1;
  Pair p(config);
  p.up(seconds(5));
  EXPECT_EQ(p.count("ppp_echo_lost"), 0u);
  EXPECT_TRUE(p.if_a.is_up());
}

TEST(Ppp, ALineThatOnlySendsBackIsNoticed) {
  test::DriverRig rig;
  FiberHost fibers(rig.scheduler);
  PppL2 l2;
  Stack stack({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "a", NodeId{1});
  HdlcDriver driver(rig.env(), "a.ppp0", std::make_unique<LoopbackDriver>(rig.env(), "a.ppp0"));
  NetIf& iface = stack.add_iface({.name = "ppp0"});
  iface.ipv4_addr_add({kClient, 32});
  iface.bind_l2(l2);
  iface.bind_driver(driver);
  ASSERT_TRUE(iface.up().ok());
  rig.scheduler.run_until(SimTime{seconds(1).ns});
  std::size_t loops = 0;
  for (const KeptRecord& r : rig.sink.records) loops += r.name == "ppp_loopback";
  EXPECT_EQ(loops, 1u);
  EXPECT_FALSE(iface.is_up());
  EXPECT_EQ(PppL2::session(iface).phase(), PppPhase::Dead);
}

TEST(Ppp, AdminDownSaysGoodbye) {
  Pair p;
  p.up();
  p.rig.sink.records.clear();
  ASSERT_TRUE(p.if_a.down().ok());
  EXPECT_THAT(p.events("a.ppp0"),
              ElementsAre("1s ppp_phase=terminate", "1s IPV4_ADDR_DEL", "1s ppp_phase=dead",
                          "1s PPP_PHASE_DEAD", "1s IF_ADMIN_DOWN", "1s IF_DOWN"));
  p.run(milliseconds(11));
  EXPECT_FALSE(p.if_b.is_up()) << "told by the Terminate-Request";
  EXPECT_EQ(p.session_b().lcp().state(), PppState::Stopping);
  EXPECT_EQ(p.session_b().phase(), PppPhase::Terminate);
  const auto told = p.events("b.ppp0");
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front(), "1.01s ppp_phase=terminate");
  p.run(seconds(4));
  EXPECT_THAT(p.events("b.ppp0"), Contains(::testing::HasSubstr("ppp_phase=dead")));
  EXPECT_EQ(p.session_b().lcp().state(), PppState::Stopped);
  ASSERT_TRUE(p.if_a.up().ok());
  p.run(seconds(1));
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
}

TEST(Ppp, TheCarrierTakesItDownAndBack) {
  Pair p;
  p.up();
  p.rig.sink.records.clear();
  p.line.set_up(false);
  EXPECT_THAT(p.events("a.ppp0"),
              ElementsAre("1s PPP_CARRIER_OFF", "1s IPV4_ADDR_DEL", "1s IF_DOWN",
                          "1s ppp_phase=dead", "1s PPP_PHASE_DEAD"));
  p.rig.sink.records.clear();
  p.line.set_up(true);
  p.run(milliseconds(200));
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
}

// ---- IPv6

TEST(PppIpv6, TheIdentifiersBecomeLinkLocalAddresses) {
  Pair p({}, serving(), 1500, true);
  p.up();
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
  const Ipv6IfAddress* a = p.if_a.ipv6()->link_local();
  const Ipv6IfAddress* b = p.if_b.ipv6()->link_local();
  ASSERT_TRUE(a != nullptr && b != nullptr);
  EXPECT_EQ(a->prefix.address.low, p.session_a().ipv6cp().local());
  EXPECT_EQ(b->prefix.address.low, p.session_a().ipv6cp().peer());
  EXPECT_NE(a->prefix.address, b->prefix.address);
  ASSERT_TRUE(p.if_a.down().ok());
  EXPECT_EQ(p.if_a.ipv6()->link_local(), nullptr);
}

TEST(PppIpv6, IsEnoughToBeUp) {
  Pair p({}, {}, 1500, true);  // nobody gives an IPv4 address
  p.up(seconds(5));
  EXPECT_EQ(p.count("ppp_no_address"), 1u) << "and it is not asked for again";
  EXPECT_TRUE(p.if_a.is_up());
  EXPECT_FALSE(p.session_a().is_open(4));
  EXPECT_TRUE(p.session_a().is_open(6));
  EXPECT_EQ(p.session_a().phase(), PppPhase::Running);
}

TEST(PppIpv6, APeerWithoutItRejectsTheProtocol) {
  Pair p({}, serving(), 1500, true, false);
  p.up();
  EXPECT_EQ(p.count("ppp_rejected"), 1u);
  EXPECT_EQ(p.session_a().ipv6cp().state(), PppState::Stopped);
  EXPECT_EQ(p.session_b().ipv6cp().state(), PppState::Initial) << "no IPv6 on the iface";
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up());
}

TEST(PppIpv6, DatagramsPass) {
  Pair p({}, serving(), 1500, true);
  p.up();
  const Ipv6Address to = p.if_b.ipv6()->link_local()->prefix.address;
  NetContext& sender =
      *p.a.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  NetContext& receiver =
      *p.b.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  ASSERT_TRUE(receiver.bind({to, 7}).ok());
  std::size_t got = 0;
  ASSERT_TRUE(
      receiver.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
  const std::uint8_t bytes[] = {1, 2, 3};
  ASSERT_TRUE(sender.sendto(bytes, {to, 7}, {}, Timeout::no_wait()).ok());
  p.run(seconds(1));
  EXPECT_EQ(got, 1u);
}

}  // namespace
}  // namespace flapjack
