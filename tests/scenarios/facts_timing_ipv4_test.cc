// SPDX-License-Identifier: Apache-2.0
// ARP, address conflict detection and link-local addresses of IPv4 against what Zephyr's are known
// to do: predicted, then run. (RFC 826, 3927, 5227; Zephyr: arp.c, ipv4_acd.c.)
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

using Times = std::vector<SimTime>;

std::string ping(const std::string& to, const std::string& more) {
  return R"("apps": { "ping": { "udp_ping": ")" + to + R"(:7", )" + more + " } }";
}
const std::string kAcd = R"("kconfig": { "NET_IPV4_ACD": true })";

// ---- ARP

// A request that nobody answers: dropped after 2 s, and not asked again.
TEST(FactsTimingArp, AnUnansweredRequest) {
  for (const char* profile : {"zephyr-4", "zephyr-1.13"}) {
    Lan lan;
    lan.profile = profile;
    lan.dev_more = ping("10.0.0.77", R"("from": "1s", "count": 1)");
    lan.until = "10s";
    const FactsRun run = lan.run();
    EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_request")), all_at_ms({1000}));
    EXPECT_EQ(run.drops("dev.eth0", "arp_timeout"), all_at_ms({3000}));
  }
}

// While the address is asked for, further packets wait behind the first; before 2023 only one did,
// and each further one cost a request and was lost.
TEST(FactsTimingArp, PacketsThatWait) {
  struct Row {
    const char* profile;
    Times requests, full, timeout;
  };
  const Row rows[] = {
      {"zephyr-4", all_at_ms({1000}), {}, all_at_ms({3000, 3000, 3000})},
      {"zephyr-1.13", all_at_ms({1000, 1300, 1600}), all_at_ms({1300, 1600}), all_at_ms({3000})},
  };
  for (const Row& row : rows) {
    Lan lan;
    lan.profile = row.profile;
    lan.dev_more = ping("10.0.0.77", R"("from": "1s", "every": "300ms", "count": 3)");
    lan.until = "4s";
    const FactsRun run = lan.run();
    EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_request")), row.requests) << row.profile;
    EXPECT_EQ(run.drops("dev.eth0", "arp_busy"), row.full) << row.profile;
    EXPECT_EQ(run.drops("dev.eth0", "arp_timeout"), row.timeout) << row.profile;
  }
}

// An entry never ages. It is forgotten by net_if_down(), which disables the L2, but not when the
// carrier is lost.
TEST(FactsTimingArp, EntriesLiveUntilNetIfDown) {
  Lan lan;
  lan.gw_more = R"("services": ["udp_echo:7"])";
  lan.dev_more = ping("10.0.0.1", R"("from": "1s", "every": "20min")");
  lan.until = "3h";
  lan.timeline = R"({ "at": "50min", "carrier_down": "dev.eth0", "for": "1s" },
                    { "at": "110min", "admin_down": "dev.eth0", "for": "1s" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_request")), all_at_ms({1000, 7'201'000}));
}

// The table holds two neighbours: the least recently used one goes.
TEST(FactsTimingArp, TheThirdNeighbourCostsTheOldest) {
  Lan lan;
  lan.third = R"("b": { "ifaces": { "eth0": { "ipv4": ["10.0.0.3/24", "10.0.0.4/24"] } },
                        "services": ["udp_echo:7"] })";
  lan.third_end = "b.eth0";
  lan.gw_more = R"("services": ["udp_echo:7"])";
  lan.dev_more = R"("kconfig": { "NET_ARP_TABLE_SIZE": 2 }, "apps": {
    "one": { "udp_ping": "10.0.0.1:7", "from": "1s", "every": "10s", "count": 2 },
    "two": { "udp_ping": "10.0.0.3:7", "from": "2s", "every": "1s", "count": 2 },
    "three": { "udp_ping": "10.0.0.4:7", "from": "4s", "every": "1s", "count": 1 } })";
  lan.until = "15s";
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_request")),
            all_at_ms({1000, 2000, 4000, 11'000}));
  EXPECT_EQ(run.times("dev.one", "acked").size(), 2u);
}

// Another network without a gateway: dropped at once. With one, ARP asks for the gateway.
TEST(FactsTimingArp, OtherNetworks) {
  Lan lan;
  lan.dev_more = ping("198.51.100.9", R"("from": "1s", "count": 1)");
  lan.until = "5s";
  const FactsRun without = lan.run();
  EXPECT_TRUE(without.sent("dev.eth0", "arp").empty());
  EXPECT_EQ(without.drops("dev.eth0", "no_route"), all_at_ms({1000}));
  lan.dev_iface += R"(, "gateway": "10.0.0.1")";
  const FactsRun with = lan.run();
  const auto asked = with.sent("dev.eth0", "arp_request");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].to, IpAddress(*Ipv4Address::parse("10.0.0.1")));
}

// ---- conflict detection

// Three probes, the first within 1 s, 1 to 2 s apart; 2 s later the address is preferred; then two
// announcements 2 s apart.
TEST(FactsTimingAcd, ProbesWaitAndAnnouncements) {
  SimTime least = kNever, most;
  for (int seed = 1; seed <= 40; ++seed) {
    Lan lan;
    lan.seed = seed;
    lan.dev_more = kAcd;
    lan.until = "15s";
    const FactsRun run = lan.run();
    const Times probes = times_of(run.sent("dev.eth0", "arp_probe"));
    ASSERT_EQ(probes.size(), 3u);
    EXPECT_LE(probes[0], at_ms(1000));
    expect_between(probes[1] - probes[0], seconds(1), seconds(2), "second probe");
    expect_between(probes[2] - probes[1], seconds(1), seconds(2), "third probe");
    const SimTime preferred = probes[2] + seconds(2);
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ACD_SUCCEED"), Times{preferred});
    EXPECT_EQ(run.times("dev", "L4_CONNECTED"), Times{preferred});
    EXPECT_EQ(times_of(run.sent("dev.eth0", "arp_announcement")),
              (Times{preferred, preferred + seconds(2)}));
    least = std::min(least, preferred);
    most = std::max(most, preferred);
  }
  EXPECT_GE(least, at_ms(4000));
  EXPECT_LE(most, at_ms(7000));
  EXPECT_LT(least, at_ms(5000));
  EXPECT_GT(most, at_ms(6000));
}

TEST(FactsTimingAcd, WithoutItTheAddressIsPreferredAtOnce) {
  const FactsRun run = Lan().run();
  EXPECT_EQ(run.times("dev", "L4_CONNECTED"), all_at_ms({0}));
  EXPECT_TRUE(run.frames.frames.empty());
}

// Somebody has the address: the first probe is answered, and the address is gone with the answer.
TEST(FactsTimingAcd, AConflictWhileProbing) {
  Lan lan;
  lan.dev_iface = R"("ipv4": "10.0.0.1/24")";
  lan.dev_more = kAcd;
  const FactsRun run = lan.run();
  const Times probes = times_of(run.sent("dev.eth0", "arp_probe"));
  ASSERT_EQ(probes.size(), 1u);
  const Times answered{probes[0] + milliseconds(2)};
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ACD_FAILED"), answered);
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), answered);
  EXPECT_TRUE(run.times("dev", "L4_CONNECTED").empty());
}

// Two who probe the same address hear each other: both must give it up (RFC 5227 section 2.1.1).
TEST(FactsTimingAcd, TwoWhoProbeTheSame) {
  Lan lan;
  lan.dev_iface = lan.gw_iface = R"("ipv4": "10.0.0.5/24")";
  lan.dev_more = lan.gw_more = kAcd;
  const FactsRun run = lan.run();
  const Times dev = times_of(run.sent("dev.eth0", "arp_probe"));
  const Times gw = times_of(run.sent("gw.eth0", "arp_probe"));
  ASSERT_FALSE(dev.empty() && gw.empty());
  // whoever asks first makes the other, which is waiting for its own first probe, give up
  const bool dev_first = !dev.empty() && (gw.empty() || dev[0] < gw[0]);
  const std::string loser = dev_first ? "gw.eth0" : "dev.eth0";
  const SimTime first = dev_first ? dev[0] : gw[0];
  EXPECT_EQ(run.times(loser, "IPV4_ACD_FAILED"), Times{first + milliseconds(1)});
}

// Later conflicts: defended at most once in 10 s, else the application is told. The defence is an
// announcement, which asks nobody.
TEST(FactsTimingAcd, DefendsOnceInTenSeconds) {
  Lan lan;
  lan.dev_more = kAcd;
  lan.third = R"("b": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } }, "apps": {
    "noise": { "udp_ping": "10.0.0.99:7", "from": "20s", "every": "4s", "until": "31s" } } })";
  lan.third_end = "b.eth0";
  lan.timeline = R"({ "at": "0s", "partition": ["b"], "for": "19s" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("b.eth0", "arp_request")), all_at_ms({20'000, 24'000, 28'000}));
  const Times announced = times_of(run.sent("dev.eth0", "arp_announcement"));
  ASSERT_EQ(announced.size(), 3u);  // two after the probes, one defence
  EXPECT_EQ(announced[2], at_ms(20'001));
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ACD_CONFLICT"), all_at_ms({24'001, 28'001}));
}

TEST(FactsTimingAcd, DefendsAgainAfterTenSeconds) {
  Lan lan;
  lan.dev_more = kAcd;
  lan.third = R"("b": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } }, "apps": {
    "noise": { "udp_ping": "10.0.0.99:7", "from": "20s", "every": "11s", "until": "60s" } } })";
  lan.third_end = "b.eth0";
  lan.timeline = R"({ "at": "0s", "partition": ["b"], "for": "19s" })";
  const FactsRun run = lan.run();
  const Times announced = times_of(run.sent("dev.eth0", "arp_announcement"));
  ASSERT_EQ(announced.size(), 6u);
  EXPECT_EQ((Times{announced.begin() + 2, announced.end()}),
            all_at_ms({20'001, 31'001, 42'001, 53'001}));
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ACD_CONFLICT"), Times());
}

// The iface goes down while it probes: everything begins again when it is up.
TEST(FactsTimingAcd, BeginsAgainAfterIfUp) {
  for (int seed = 1; seed <= 10; ++seed) {
    Lan lan;
    lan.seed = seed;
    lan.dev_more = kAcd;
    lan.timeline = R"({ "at": "2s", "carrier_down": "dev.eth0", "for": "8s" })";
    const FactsRun run = lan.run();
    Times probes = times_of(run.sent("dev.eth0", "arp_probe"));
    std::erase_if(probes, [](SimTime t) { return t < at_ms(2000); });
    ASSERT_EQ(probes.size(), 3u);
    expect_between(probes[0] - at_ms(10'000), {}, seconds(1), "first probe");
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ACD_SUCCEED"), Times{probes[2] + seconds(2)});
    EXPECT_EQ(run.times("dev", "L4_CONNECTED"), Times{probes[2] + seconds(2)});
  }
}

// ---- link-local addresses

// Begins when the iface is up, is reset when it goes down.
TEST(FactsTimingIpv4Auto, FollowsTheIface) {
  for (int seed = 1; seed <= 10; ++seed) {
    Lan lan;
    lan.seed = seed;
    lan.dev_iface = R"("ipv4": "auto")";
    lan.timeline = R"({ "at": "20s", "carrier_down": "dev.eth0", "for": "10s" })";
    const FactsRun run = lan.run();
    const Times taken = run.times("dev.eth0", "IPV4_ACD_SUCCEED");
    ASSERT_EQ(taken.size(), 2u);
    expect_between(taken[0] - SimTime{}, seconds(4), seconds(7), "first");
    expect_between(taken[1] - at_ms(30'000), seconds(4), seconds(7), "second");
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_ADD"), all_at_ms({0, 30'000}));
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), all_at_ms({20'000}));
    // the monitor asks for a global address, as Zephyr's does
    EXPECT_TRUE(run.times("dev", "L4_CONNECTED").empty());
    const Ipv4Prefix link_local = *Ipv4Prefix::parse("169.254.0.0/16");
    for (const SentFrame& probe : run.sent("dev.eth0", "arp_probe")) {
      EXPECT_TRUE(link_local.contains(probe.to.v4()));
    }
  }
}

}  // namespace
}  // namespace flapjack
