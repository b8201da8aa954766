// SPDX-License-Identifier: Apache-2.0
// What a router advertises, when, and how it answers solicitations.
#include "stack/net/router_advertiser.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

StackConfig router() {
  StackConfig config;
  config.router = true;
  return config;
}

struct RouterAdvertiserTest : testing::Test {
  RouterAdvertiserTest() { rig.start(); }
  /// When advertisements were sent, ms since `from`.
  std::vector<std::int64_t> times(SimTime from) {
    std::vector<std::int64_t> found;
    for (const KeptRecord& r : rig.sink.records) {
      if (r.name == "driver_tx") found.push_back((r.at - from).ns / 1'000'000);
    }
    return found;
  }
  void solicit(const Bytes& options = {}, std::uint8_t hop_limit = kNdHopLimit,
               Ipv6Address from = ip6("fe80::22")) {
    rig.hear(test::nd_bytes(from, Ipv6Address::all_routers(), RouterSolicitation{}, options,
                            hop_limit));
  }

  Ipv6Rig rig{router(), "2001:db8::1/64"};
};

TEST_F(RouterAdvertiserTest, SaysWhatAHostNeeds) {
  RouterAdvertiserConfig config;
  config.mtu = 1400;
  config.dns = {ip6("2001:db8::53")};
  RouterAdvertiser advertiser(rig.eth0, config);
  advertiser.start();
  rig.run_for(milliseconds(1));
  ASSERT_EQ(rig.sent(), Lines{to_text(rig.own) + " > ff02::1 router advertisement"});
  const Bytes& bytes = rig.driver(rig.eth0).sent.back();
  const auto advert = RouterAdvertisement::parse(std::span(bytes).subspan(kIpv6HeaderBytes));
  ASSERT_TRUE(advert);
  EXPECT_EQ(advert->lifetime_s, 1800);
  EXPECT_EQ(advert->options.mtu(), 1400u);
  const auto prefix =
      NdPrefixInfo::parse(advert->options.find(NdOptionType::PrefixInfo).value());
  ASSERT_TRUE(prefix);
  EXPECT_EQ(to_text(prefix->prefix), "2001:db8::/64");
  EXPECT_TRUE(prefix->on_link && prefix->autonomous);
  const auto dns = NdRdnss::parse(advert->options.find(NdOptionType::Rdnss).value());
  ASSERT_TRUE(dns);
  EXPECT_EQ(dns->servers[0], ip6("2001:db8::53"));
}

TEST_F(RouterAdvertiserTest, TheFirstThreeIntervalsAreShort) {
  RouterAdvertiser advertiser(rig.eth0, {});
  const SimTime from = rig.scheduler.now();
  advertiser.start();
  rig.run_for(seconds(3600));
  const auto at = times(from);
  ASSERT_GE(at.size(), 8u);
  EXPECT_EQ(at[0], 0);
  for (std::size_t i = 1; i < at.size(); ++i) {
    const std::int64_t gap = at[i] - at[i - 1];
    EXPECT_LE(gap, i <= 3 ? 16'000 : 600'000) << i;
    EXPECT_GE(gap, i <= 3 ? 16'000 : 200'000) << i;
  }
}

TEST_F(RouterAdvertiserTest, AnswersWithinHalfASecondButNotTooOften) {
  RouterAdvertiser advertiser(rig.eth0, {});
  advertiser.start();
  rig.run_for(seconds(100));
  rig.forget();
  const SimTime from = rig.scheduler.now();
  solicit();
  rig.run_for(milliseconds(500));
  EXPECT_EQ(times(from).size(), 1u);
  solicit();
  rig.run_for(milliseconds(2'400));
  EXPECT_EQ(times(from).size(), 1u);
  rig.run_for(milliseconds(600));
  EXPECT_EQ(times(from).size(), 2u);
}

TEST_F(RouterAdvertiserTest, WrongSolicitationsAreDropped) {
  RouterAdvertiser advertiser(rig.eth0, {});
  advertiser.start();
  rig.run_for(seconds(100));
  rig.forget();
  solicit({}, 254);
  solicit(test::link_option(NdOptionType::SourceLinkAddress, {{2, 0, 0, 0, 0, 9}}), kNdHopLimit,
          {});
  EXPECT_EQ(rig.drops(), (Lines{"bad_header", "bad_header"}));
  rig.run_for(seconds(1));
  EXPECT_TRUE(rig.sent().empty());
}

TEST_F(RouterAdvertiserTest, AFarewellTakesTheRouterBack) {
  RouterAdvertiser advertiser(rig.eth0, {});
  advertiser.start();
  rig.run_for(milliseconds(1));
  rig.forget();
  advertiser.stop(true);
  rig.run_for(seconds(1000));
  ASSERT_EQ(rig.sent().size(), 1u);
  const Bytes& bytes = rig.driver(rig.eth0).sent.back();
  EXPECT_EQ(RouterAdvertisement::parse(std::span(bytes).subspan(kIpv6HeaderBytes))->lifetime_s, 0);
}

// RFC 4861 section 6.2.4: changes are said soon, and as often as in the beginning.
TEST_F(RouterAdvertiserTest, AChangeIsAdvertised) {
  RouterAdvertiser advertiser(rig.eth0, {});
  advertiser.start();
  rig.run_for(seconds(100));
  rig.forget();
  const SimTime from = rig.scheduler.now();
  RouterAdvertiserConfig config = advertiser.config();
  config.lifetime = {};
  config.preferred = {};
  advertiser.change(config);
  rig.run_for(seconds(1));
  ASSERT_EQ(times(from), std::vector<std::int64_t>{0});
  const Bytes& bytes = rig.driver(rig.eth0).sent.back();
  const auto advert = RouterAdvertisement::parse(std::span(bytes).subspan(kIpv6HeaderBytes));
  EXPECT_EQ(advert->lifetime_s, 0);
  const auto prefix = NdPrefixInfo::parse(*advert->options.find(NdOptionType::PrefixInfo));
  EXPECT_EQ(prefix->preferred_s, 0u);
  EXPECT_EQ(prefix->valid_s, 2'592'000u);
  advertiser.change({});  // again within MIN_DELAY_BETWEEN_RAS
  rig.run_for(seconds(40));
  EXPECT_EQ(times(from), (std::vector<std::int64_t>{0, 3'000, 19'000, 35'000}));
  advertiser.stop(false);
  rig.forget();
  advertiser.change(config);
  rig.run_for(seconds(1000));
  EXPECT_TRUE(rig.sent().empty());
}

TEST_F(RouterAdvertiserTest, WaitsForItsAddress) {
  Ipv6Rig other(router());
  RouterAdvertiser advertiser(other.eth0, {});
  advertiser.start();
  ASSERT_TRUE(other.eth0.up().ok());
  other.run_for(milliseconds(99));
  for (const std::string& line : other.sent()) EXPECT_FALSE(line.ends_with("advertisement"));
  other.run_for(milliseconds(102));
  EXPECT_TRUE(other.sent().back().ends_with("router advertisement"));
}

}  // namespace
}  // namespace flapjack
