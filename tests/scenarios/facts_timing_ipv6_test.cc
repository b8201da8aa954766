// SPDX-License-Identifier: Apache-2.0
// Duplicate address detection, router and neighbour discovery against what Zephyr's are known to
// do: predicted, then run. (RFC 4861, 4862; Zephyr: net_if.c, ipv6_nbr.c.)
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

using Times = std::vector<SimTime>;
using Strings = std::vector<std::string>;

constexpr const char* kNs = "neighbor solicitation";

Lan ipv6_lan() {
  Lan lan;
  lan.dev_iface = R"("ipv6": "2001:db8::2/64")";
  lan.gw_iface = R"("ipv6": "2001:db8::1/64")";
  return lan;
}
IpAddress ip6(const char* text) { return *Ipv6Address::parse(text); }
const IpAddress kManual = ip6("2001:db8::2");

/// The solicitations from ::, which are the probes, for `target`.
Times probes_for(const FactsRun& run, const std::string& iface, const IpAddress& target) {
  Times times;
  for (const SentFrame& ns : run.sent(iface, kNs)) {
    if (ns.from.is_any() && ns.target == target) times.push_back(ns.at);
  }
  return times;
}
/// The others.
std::vector<SentFrame> asks(const FactsRun& run, const std::string& iface) {
  std::vector<SentFrame> found = run.sent(iface, kNs);
  std::erase_if(found, [](const SentFrame& f) { return f.from.is_any(); });
  return found;
}

// ---- duplicate address detection

// One probe, 100 ms, preferred; so for the link-local address and the manual one alike.
TEST(FactsTimingDad, OneProbeAndAHundredMilliseconds) {
  const FactsRun run = ipv6_lan().run();
  // the manual address is there before the node boots: its ADDR_ADD is of before the trace
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ADDR_ADD"), all_at_ms({0}));
  EXPECT_EQ(probes_for(run, "dev.eth0", kManual), all_at_ms({0}));
  EXPECT_EQ(run.times("dev.eth0", "IPV6_DAD_SUCCEED"), all_at_ms({100, 100}));
  EXPECT_EQ(run.times("dev", "L4_CONNECTED"), all_at_ms({100}));
  std::size_t probes = 0;
  for (const SentFrame& f : run.sent("dev.eth0", kNs)) probes += f.from.is_any() ? 1 : 0;
  EXPECT_EQ(probes, 2u);
}

// The address is known, then its group, then the probe: seen of the link-local address, which is
// made when the iface comes up again.
TEST(FactsTimingDad, AddressThenGroupThenProbe) {
  Lan lan = ipv6_lan();
  lan.dev_iface = R"("ipv6": "auto")";
  lan.timeline = R"({ "at": "10s", "carrier_down": "dev.eth0", "for": "5s" })";
  const FactsRun run = lan.run();
  std::size_t up = 0, add = 0, join = 0, probe = 0;
  for (const KeptRecord& r : run.trace.records) {
    if (r.subject != "dev.eth0" || r.at != at_ms(15'000)) continue;
    if (r.name == "IF_UP") up = r.seq.value;
    if (r.name == "IPV6_ADDR_ADD") add = r.seq.value;
    if (r.name == "IPV6_MCAST_JOIN" && add != 0 && join == 0) join = r.seq.value;
    if (r.name == "core_out" && add != 0 && probe == 0) probe = r.seq.value;
  }
  EXPECT_GT(up, 0u);
  EXPECT_LT(up, add);
  EXPECT_LT(add, join);
  EXPECT_LT(join, probe);
  for (const SentFrame& f : run.sent("dev.eth0", kNs)) {
    EXPECT_EQ(f.to, IpAddress(f.target.v6().solicited_node()));
  }
}

// Both probe at one instant and hear each other 1 ms later: both lose it.
TEST(FactsTimingDad, TwoAtOnceLoseTheAddress) {
  Lan lan = ipv6_lan();
  lan.gw_iface = lan.dev_iface;
  const FactsRun run = lan.run();
  for (const char* iface : {"dev.eth0", "gw.eth0"}) {
    EXPECT_EQ(run.times(iface, "IPV6_DAD_FAILED", "address=2001:db8::2"), all_at_ms({1})) << iface;
    EXPECT_EQ(run.times(iface, "IPV6_ADDR_DEL", "address=2001:db8::2"), all_at_ms({1})) << iface;
    EXPECT_TRUE(run.times(iface, "IPV6_DAD_SUCCEED", "address=2001:db8::2").empty());
    EXPECT_EQ(run.times(iface, "IPV6_DAD_SUCCEED"), all_at_ms({100}));  // the link-local one
  }
}

// The owner answers a later one: 1 ms there, 1 ms back. FAILED comes before DEL.
TEST(FactsTimingDad, TheOwnerDefendsIt) {
  Lan lan = ipv6_lan();
  lan.dev_iface = lan.gw_iface + R"(, "auto_start": false)";
  lan.timeline = R"({ "at": "1s", "all_up": "dev" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.eth0", "IPV6_DAD_FAILED"), all_at_ms({1002}));
  Strings at = run.events_at("dev.eth0", at_ms(1002));
  std::erase_if(at, [](const std::string& name) {
    return name != "IPV6_DAD_FAILED" && name != "IPV6_ADDR_DEL";
  });
  EXPECT_EQ(at, (Strings{"IPV6_DAD_FAILED", "IPV6_ADDR_DEL"}));
  EXPECT_TRUE(run.times("gw.eth0", "IPV6_DAD_FAILED").empty());
}

// Down within the 100 ms: it waits for the next IF_UP and begins anew.
TEST(FactsTimingDad, DeferredWhileDown) {
  for (const char* verb : {"carrier_down", "dormant", "admin_down"}) {
    Lan lan = ipv6_lan();
    lan.timeline = std::string(R"({ "at": "50ms", ")") + verb + R"(": "dev.eth0", "for": "1s" })";
    const FactsRun run = lan.run();
    EXPECT_EQ(run.times("dev.eth0", "IPV6_DAD_SUCCEED", "address=2001:db8::2"),
              all_at_ms({1150})) << verb;
    EXPECT_EQ(probes_for(run, "dev.eth0", kManual), all_at_ms({0, 1050})) << verb;
    EXPECT_EQ(run.times("dev", "L4_CONNECTED"), all_at_ms({1150})) << verb;
  }
}

// IF_DOWN takes the addresses that were made here and keeps the manual one, which is checked again.
TEST(FactsTimingDad, DownAndUpAgain) {
  Lan lan = ipv6_lan();
  lan.timeline = R"({ "at": "10s", "carrier_down": "dev.eth0", "for": "5s" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ADDR_DEL"), all_at_ms({10'000}));
  EXPECT_TRUE(run.times("dev.eth0", "IPV6_ADDR_DEL", "address=2001:db8::2").empty());
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ADDR_ADD"), all_at_ms({0, 15'000}));
  EXPECT_EQ(run.times("dev.eth0", "IPV6_DAD_SUCCEED"), all_at_ms({100, 100, 15'100, 15'100}));
  EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), all_at_ms({10'000}));
  // The monitor learns of addresses by events alone: none said that the manual one was gone, so the
  // iface is ready at its IF_UP although its address is checked once more.
  EXPECT_EQ(run.times("dev", "L4_CONNECTED"), all_at_ms({100, 15'000}));
}

// ---- routers

// No router: three solicitations, a second apart, from IF_UP on; again after the next IF_UP.
TEST(FactsTimingRouters, ThreeSolicitations) {
  Lan lan = ipv6_lan();
  lan.timeline = R"({ "at": "10s", "carrier_down": "dev.eth0", "for": "10s" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("dev.eth0", "router solicitation")),
            all_at_ms({0, 1000, 2000, 20'000, 21'000, 22'000}));
}

// Down in between: no more of them.
TEST(FactsTimingRouters, NoSolicitationsWhileDown) {
  Lan lan = ipv6_lan();
  lan.timeline = R"({ "at": "500ms", "carrier_down": "dev.eth0" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(times_of(run.sent("dev.eth0", "router solicitation")), all_at_ms({0}));
}

// An advertisement ends them, gives a router and a prefix, and an address that is preferred 100 ms
// later.
TEST(FactsTimingRouters, AnAdvertisement) {
  Lan lan = ipv6_lan();
  lan.dev_iface = R"("ipv6": "auto")";
  lan.gw_more = R"("services": ["ra"])";
  const FactsRun run = lan.run();
  const Times heard = run.times("dev.eth0", "IPV6_ROUTER_ADD");
  ASSERT_EQ(heard.size(), 1u);
  for (const SimTime asked : times_of(run.sent("dev.eth0", "router solicitation"))) {
    EXPECT_LT(asked, heard[0]);
  }
  EXPECT_EQ(run.times("dev.eth0", "IPV6_PREFIX_ADD"), heard);
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ADDR_ADD"), (Times{SimTime{}, heard[0]}));
  EXPECT_EQ(run.times("dev.eth0", "IPV6_DAD_SUCCEED"),
            (Times{at_ms(100), heard[0] + milliseconds(100)}));
}

// What an advertisement gave goes with the iface, and comes back with the next one.
TEST(FactsTimingRouters, AutoconfiguredAddressesGoWithTheIface) {
  Lan lan = ipv6_lan();
  lan.dev_iface = R"("ipv6": "auto")";
  lan.gw_more = R"("services": ["ra"])";
  lan.timeline = R"({ "at": "10s", "carrier_down": "dev.eth0", "for": "5s" })";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ADDR_DEL"), all_at_ms({10'000, 10'000}));
  const Times added = run.times("dev.eth0", "IPV6_ADDR_ADD");
  ASSERT_EQ(added.size(), 4u);
  EXPECT_EQ(added[2], at_ms(15'000));
  expect_between(added[3] - at_ms(15'000), milliseconds(2), milliseconds(3502), "by RA");
}

// A router that is not heard of any more is believed in for its lifetime, of 30 min.
TEST(FactsTimingRouters, ARouterExpires) {
  Lan lan = ipv6_lan();
  lan.dev_iface = R"("ipv6": "auto")";
  lan.gw_more = R"("services": ["ra"])";
  lan.timeline = R"({ "at": "20min", "black_hole": "wire" })";
  lan.until = "60min";
  const FactsRun run = lan.run();
  Times heard = times_of(run.sent("gw.eth0", "router advertisement"));
  std::erase_if(heard, [](SimTime t) { return t >= at_ms(20 * 60'000 - 1); });
  ASSERT_GE(heard.size(), 3u);
  EXPECT_EQ(run.times("dev.eth0", "IPV6_ROUTER_DEL"),
            Times{heard.back() + milliseconds(1) + seconds(1800)});
  EXPECT_TRUE(run.times("dev.eth0", "IPV6_PREFIX_DEL").empty());  // valid for 30 days
}

// ---- neighbours

Lan pinging(const std::string& to, const std::string& more) {
  Lan lan = ipv6_lan();
  lan.dev_more = R"("apps": { "ping": { "udp_ping": "[)" + to + "]:7\", " + more + " } }";
  return lan;
}

// Nobody answers: the packet is dropped after 1 s, the third and last question is 2 s after the
// first.
TEST(FactsTimingNeighbors, AnAbsentNeighbor) {
  Lan lan = pinging("2001:db8::77", R"("from": "5s", "count": 1)");
  const FactsRun run = lan.run();
  EXPECT_EQ(run.drops("dev.eth0", "neighbor_timeout"), all_at_ms({6000}));
  EXPECT_EQ(times_of(asks(run, "dev.eth0")), all_at_ms({5000, 6000, 7000}));
  for (const SentFrame& ns : asks(run, "dev.eth0")) {
    EXPECT_EQ(ns.to, ip6("ff02::1:ff00:77"));
    EXPECT_EQ(ns.from, kManual);
  }
}

// One packet waits for a neighbour; the others are dropped at once.
TEST(FactsTimingNeighbors, OnePacketWaits) {
  Lan lan = pinging("2001:db8::77", R"("from": "5s", "every": "300ms", "count": 3)");
  const FactsRun run = lan.run();
  EXPECT_EQ(run.drops("dev.eth0", "neighbor_busy"), all_at_ms({5300, 5600}));
  EXPECT_EQ(run.drops("dev.eth0", "neighbor_timeout"), all_at_ms({6000}));
}

// Reachable for 15 to 45 s; the next use begins the delay of 5 s; then it is asked itself. A
// neighbour that answers is asked once.
TEST(FactsTimingNeighbors, ReachableDelayProbe) {
  Duration least{kNever.ns}, most;
  for (int seed = 1; seed <= 30; ++seed) {
    Lan lan = pinging("2001:db8::1", R"("from": "5s", "every": "1s")");
    lan.gw_more = R"("services": ["udp_echo:7"])";
    lan.seed = seed;
    const FactsRun run = lan.run();
    const auto asked = asks(run, "dev.eth0");
    ASSERT_GE(asked.size(), 2u);
    EXPECT_EQ(asked[0].at, at_ms(5000));
    EXPECT_EQ(asked[1].to, ip6("2001:db8::1"));
    const Duration until_probe = asked[1].at - at_ms(5002);
    expect_between(until_probe, seconds(20), seconds(51), "first probe");
    least = std::min(least, until_probe);
    most = std::max(most, until_probe);
    if (asked.size() > 2) {
      EXPECT_GE(asked[2].at - asked[1].at, seconds(20));
    }
    EXPECT_EQ(run.times("dev.ping", "lost").size(), 0u);
    EXPECT_EQ(run.times("dev.eth0", "IPV6_NBR_DEL").size(), 0u);
  }
  EXPECT_LT(least, seconds(26));
  EXPECT_GT(most, seconds(45));
}

// One that does not answer any more: three questions to itself, a second apart, then it is removed
// and the next packet asks everybody.
TEST(FactsTimingNeighbors, ASilentNeighborIsRemoved) {
  Lan lan = pinging("2001:db8::1", R"("from": "5s", "every": "1s")");
  lan.gw_more = R"("services": ["udp_echo:7"])";
  lan.timeline = R"({ "at": "10s", "black_hole": "wire" })";
  lan.until = "90s";
  const FactsRun run = lan.run();
  const auto asked = asks(run, "dev.eth0");
  ASSERT_GE(asked.size(), 5u);
  for (std::size_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(asked[i].to, ip6("2001:db8::1"));
    EXPECT_EQ(asked[i].at, asked[1].at + seconds(static_cast<std::int64_t>(i) - 1));
  }
  EXPECT_EQ(run.times("dev.eth0", "IPV6_NBR_DEL"), Times{asked[1].at + seconds(3)});
  EXPECT_EQ(asked[4].to, ip6("ff02::1:ff00:1"));
}

// Another network and no router: the destination itself is asked for.
TEST(FactsTimingNeighbors, WithoutARouterTheDestinationIsAsked) {
  Lan lan = pinging("2001:db8:ffff::9", R"("from": "5s", "count": 1)");
  const FactsRun run = lan.run();
  const auto asked = asks(run, "dev.eth0");
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0].at, at_ms(5000));
  EXPECT_EQ(asked[0].target, ip6("2001:db8:ffff::9"));
}

// The table holds eight; when nothing in it is stale, the ninth has no place.
TEST(FactsTimingNeighbors, TheNinthNeighbor) {
  Lan lan = ipv6_lan();
  std::string apps;
  for (int i = 1; i <= 9; ++i) {
    const std::string n = std::to_string(i);
    if (i > 1) apps += ", ";
    apps += "\"p" + n + R"(": { "udp_ping": "[2001:db8::7)" + n +
            R"(]:7", "from": "5s", "count": 1 })";
  }
  lan.dev_more = R"("kconfig": { "NET_MAX_CONTEXTS": 9, "NET_MAX_CONN": 9 }, "apps": { )" + apps +
                 " }";
  const FactsRun run = lan.run();
  EXPECT_EQ(run.drops("dev.eth0", "neighbor_table_full"), all_at_ms({5000}));
  EXPECT_EQ(run.drops("dev.eth0", "neighbor_timeout").size(), 8u);
}

}  // namespace
}  // namespace flapjack
