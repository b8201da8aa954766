// SPDX-License-Identifier: Apache-2.0
// DHCPv4 clients against what Zephyr's is known to do: predicted, then run. The times are those of
// frames on the wire. (RFC 2131; Zephyr: dhcpv4.c of 2023, and 4.x where it differs.)
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

Lan dhcp_lan() {
  Lan lan;
  lan.dev_iface = R"("ipv4": "dhcp")";
  lan.gw_more = R"("services": ["dhcp"])";
  return lan;
}

Strings kinds_of(const std::vector<SentFrame>& frames) {
  Strings kinds;
  for (const SentFrame& frame : frames) kinds.push_back(frame.kind);
  return kinds;
}

/// The gaps between messages, each against its expected value +-1 s; true when one of them was off
/// its middle, which is how a jitter shows.
bool expect_gaps(const std::vector<SimTime>& times, std::initializer_list<std::int64_t> s) {
  bool jittered = false;
  std::size_t i = 0;
  for (const std::int64_t middle : s) {
    if (i + 1 >= times.size()) {
      ADD_FAILURE() << "only " << times.size() << " of them";
      return jittered;
    }
    const Duration gap = times[i + 1] - times[i];
    expect_between(gap, seconds(middle - 1), seconds(middle + 1), "gap " + std::to_string(i));
    jittered = jittered || gap != seconds(middle);
    ++i;
  }
  return jittered;
}

// Start: 1 to 10 s; the upper end is NET_DHCPV4_INITIAL_DELAY_MAX.
TEST(FactsTimingDhcp, FirstDiscoverAfterARandomDelay) {
  struct Row {
    const char* kconfig;
    int most;
  };
  for (const Row row : {Row{"{}", 10}, Row{R"({ "NET_DHCPV4_INITIAL_DELAY_MAX": 4 })", 4}}) {
    SimTime least = kNever, most;
    for (int seed = 1; seed <= 40; ++seed) {
      Lan lan = dhcp_lan();
      lan.seed = seed;
      lan.until = "11s";
      lan.dev_more = std::string(R"("kconfig": )") + row.kconfig;
      const FactsRun run = lan.run();
      const auto sent = run.sent("dev.eth0", "dhcp");
      ASSERT_FALSE(sent.empty());
      EXPECT_EQ(sent[0].kind, "dhcp DISCOVER");
      least = std::min(least, sent[0].at);
      most = std::max(most, sent[0].at);
    }
    EXPECT_GE(least, at_ms(1000));
    EXPECT_LE(most, at_ms(1000 * row.most));
    EXPECT_LT(least, at_ms(2000));                    // both ends are reached by some seed
    EXPECT_GT(most, at_ms(1000 * row.most - 1000));
  }
}

// Retry: 4 s, doubled up to 64 s, each +-1 s, without end; the xid grows by one a message.
TEST(FactsTimingDhcp, DiscoversBackOffForEver) {
  bool jittered = false;
  for (int seed = 1; seed <= 5; ++seed) {
    Lan lan = dhcp_lan();
    lan.gw_more.clear();
    lan.seed = seed;
    lan.until = "340s";
    const FactsRun run = lan.run();
    const auto sent = run.sent("dev.eth0", "dhcp");
    ASSERT_GE(sent.size(), 8u);
    jittered = expect_gaps(times_of(sent), {4, 8, 16, 32, 64, 64, 64}) || jittered;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(sent[i].kind, "dhcp DISCOVER");
      EXPECT_EQ(sent[i].dhcp.xid, sent[0].dhcp.xid + i);
    }
  }
  EXPECT_TRUE(jittered);
}

// Requesting: three attempts, then it selects anew.
TEST(FactsTimingDhcp, ThreeRequestsThenSelectingAgain) {
  Lan lan = dhcp_lan();
  lan.timeline = R"({ "on": "gw.dhcp dhcp_offer", "times": 1, "lease": "gw.dhcp",
                      "answer": "ignore", "for": "20s" })";
  const FactsRun run = lan.run();
  const auto sent = run.sent("dev.eth0", "dhcp");
  ASSERT_GE(sent.size(), 5u);
  EXPECT_EQ(kinds_of({sent.begin(), sent.begin() + 5}),
            (Strings{"dhcp DISCOVER", "dhcp REQUEST", "dhcp REQUEST", "dhcp REQUEST",
                     "dhcp DISCOVER"}));
  EXPECT_EQ(sent[1].at - sent[0].at, milliseconds(2));  // there and back
  expect_gaps(times_of({sent.begin() + 1, sent.begin() + 5}), {4, 8, 16});
}

// T1 is half of the lease; the REQUEST goes to the server alone, from the client's address.
TEST(FactsTimingDhcp, RenewsAtHalfTheLease) {
  Lan lan = dhcp_lan();
  lan.until = "70min";
  const FactsRun run = lan.run();
  const auto bound = run.times("dev.eth0", "IPV4_DHCP_BOUND");
  const auto posted = run.times("dev.eth0", "dhcp_sent", "type=REQUEST");
  const auto sent = run.sent("dev.eth0", "dhcp REQUEST");  // 2 ms later: ARP comes first
  ASSERT_EQ(bound.size(), 3u);  // one lease, two renewals
  ASSERT_EQ(posted.size(), 3u);
  ASSERT_EQ(sent.size(), 3u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(posted[i + 1] - bound[i], seconds(1800));
    EXPECT_EQ(sent[i + 1].to, IpAddress(*Ipv4Address::parse("10.0.0.1")));
    EXPECT_EQ(sent[i + 1].from, IpAddress(*Ipv4Address::parse("10.0.0.100")));
    EXPECT_FALSE(sent[i + 1].dhcp.server_id.has_value());
    EXPECT_FALSE(sent[i + 1].dhcp.requested_address.has_value());
  }
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_ADD").size(), 1u);  // it stays
}

// A renewal that fails three times costs the address; the next DISCOVER is at that instant.
TEST(FactsTimingDhcp, AFailedRenewalRemovesTheAddress) {
  Lan lan = dhcp_lan();
  lan.until = "40min";
  lan.timeline = R"({ "at": "20min", "service_down": "gw.dhcp" })";
  const FactsRun run = lan.run();
  const auto renewing = run.times("dev.eth0", "dhcp_state", "state=renewing");
  const auto gone = run.times("dev.eth0", "IPV4_ADDR_DEL");
  ASSERT_EQ(renewing.size(), 1u);
  ASSERT_EQ(gone.size(), 1u);
  const auto requests = run.times("dev.eth0", "dhcp_sent", "type=REQUEST");
  ASSERT_EQ(requests.size(), 4u);  // one of the first lease
  expect_gaps({requests.begin() + 1, requests.end()}, {4, 8});
  expect_between(gone[0] - requests[3], seconds(15), seconds(17), "last pause");
  const auto discovers = run.sent("dev.eth0", "dhcp DISCOVER");
  ASSERT_GE(discovers.size(), 2u);
  EXPECT_EQ(discovers[1].at, gone[0]);
  EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), gone);
}

// Leases too short for three renewals before T2: any server is asked before the address goes.
TEST(FactsTimingDhcp, AShortLeaseIsReboundBeforeItEnds) {
  for (const int lease : {40, 48, 56, 60}) {
    Lan lan = dhcp_lan();
    lan.until = "2min";
    lan.gw_more = R"("services": { "dhcp": { "dhcp": { "lease": ")" + std::to_string(lease) +
                  R"(s" } } })";
    lan.timeline = R"({ "on": "dev.eth0 IPV4_DHCP_BOUND", "after": "1s", "times": 1,
                        "service_down": "gw.dhcp" })";
    const FactsRun run = lan.run();
    const auto bound = run.times("dev.eth0", "IPV4_DHCP_BOUND");
    ASSERT_EQ(bound.size(), 1u) << lease;
    const std::vector<SimTime> t2 = {bound[0] + milliseconds(lease * 875)};
    const std::vector<SimTime> end = {bound[0] + seconds(lease)};
    EXPECT_EQ(run.times("dev.eth0", "dhcp_state", "state=rebinding"), t2) << lease;
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), end) << lease;
    EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), end) << lease;
  }
}

// IF_DOWN while bound: the address goes, RENEWING before, INIT_REBOOT today. IF_UP: a REQUEST at
// once.
TEST(FactsTimingDhcp, AnIfaceThatWasDown) {
  struct Row {
    const char* profile;
    const char* state;
    bool asks_for_address;  // option 50, broadcast; else ciaddr, to the server
  };
  for (const Row& row : {Row{"zephyr-4", "init_reboot", true},
                         Row{"zephyr-1.13", "renewing", false}}) {
    for (const char* verb : {"carrier_down", "dormant", "admin_down"}) {
      Lan lan = dhcp_lan();
      lan.profile = row.profile;
      lan.timeline = std::string(R"({ "at": "30s", ")") + verb + R"(": "dev.eth0", "for": "5s" })";
      const FactsRun run = lan.run();
      EXPECT_EQ(run.times("dev.eth0", "dhcp_state", std::string("state=") + row.state),
                all_at_ms({30'000})) << verb;
      EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), all_at_ms({30'000})) << verb;
      EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), all_at_ms({30'000})) << verb;
      const auto asked = run.times("dev.eth0", "dhcp_sent", "type=REQUEST");
      ASSERT_GE(asked.size(), 2u) << verb;
      EXPECT_EQ(asked[1], at_ms(35'000)) << verb;
      if (!row.asks_for_address) continue;
      const auto frames = run.sent("dev.eth0", "dhcp REQUEST");
      ASSERT_GE(frames.size(), 2u);
      EXPECT_EQ(frames[1].dhcp.requested_address, Ipv4Address::parse("10.0.0.100"));
      EXPECT_FALSE(frames[1].dhcp.server_id.has_value());  // RFC 2131 section 4.3.2
      EXPECT_TRUE(frames[1].dhcp.ciaddr.is_any());
      EXPECT_EQ(frames[1].to, IpAddress(Ipv4Address{0xffffffff}));
      EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_ADD").back(), at_ms(35'002)) << verb;
      EXPECT_EQ(run.times("dev", "L4_CONNECTED").back(), at_ms(35'002)) << verb;
    }
  }
}

// Only the address goes with IF_DOWN, so that the requests of RENEWING have their way by the
// gateway, once ARP knows it: who has no address asks for nobody's. What the server answers goes to
// an address that nobody has. Three of them, then anew.
TEST(FactsTimingDhcp, RenewingGoesByTheGatewayThatStayed) {
  const FactsRun run(R"({ "until": "90s", "profile": "zephyr-1.13", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "dhcp" } },
             "apps": { "hello": { "udp_ping": "gw:7", "from": "20s", "count": 1 } } },
    "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } },
            "services": { "leases": { "dhcp": { "router": "10.0.0.1" } },
                          "echo": "udp_echo:7" } } },
    "links": { "wire": { "between": ["dev.eth0", "gw.eth0"], "delay": "1ms" } },
    "timeline": [{ "at": "30s", "carrier_down": "dev.eth0", "for": "5s" }] })");
  std::vector<SentFrame> unicast;
  for (const SentFrame& frame : run.sent("dev.eth0", "dhcp REQUEST")) {
    if (frame.at >= at_ms(35'000) && frame.to != IpAddress(Ipv4Address{0xffffffff})) {
      unicast.push_back(frame);
    }
  }
  ASSERT_EQ(unicast.size(), 3u);
  EXPECT_EQ(unicast[0].to, IpAddress(*Ipv4Address::parse("10.0.0.1")));
  EXPECT_EQ(unicast[0].dhcp.ciaddr, Ipv4Address::parse("10.0.0.100"));
  EXPECT_EQ(unicast[0].at, at_ms(35'000));
  EXPECT_EQ(run.times("gw.leases", "dhcp_ack").size(), 5u) << "one before, three, and anew";
  EXPECT_EQ(run.times("dev.eth0", "dropped", "reason=no_route").size(), 0u);
  EXPECT_EQ(run.times("dev.eth0", "IPV4_DHCP_BOUND").size(), 2u);
}

// A reboot that nobody answers: three REQUESTs, then DISCOVER.
TEST(FactsTimingDhcp, InitRebootUnanswered) {
  Lan lan = dhcp_lan();
  lan.until = "90s";
  lan.timeline = R"({ "at": "30s", "carrier_down": "dev.eth0", "for": "5s" },
                    { "at": "31s", "service_down": "gw.dhcp" })";
  const FactsRun run = lan.run();
  auto sent = run.sent("dev.eth0", "dhcp");
  ASSERT_GE(sent.size(), 6u);
  sent.erase(sent.begin(), sent.begin() + 2);
  EXPECT_EQ(kinds_of({sent.begin(), sent.begin() + 4}),
            (Strings{"dhcp REQUEST", "dhcp REQUEST", "dhcp REQUEST", "dhcp DISCOVER"}));
  EXPECT_EQ(sent[0].at, at_ms(35'000));
  expect_gaps(times_of(sent), {4, 8, 16});
}

// While the iface is down no timer runs; the message is sent when it is up again.
TEST(FactsTimingDhcp, SilentWhileDown) {
  Lan lan = dhcp_lan();
  lan.gw_more.clear();
  lan.until = "140s";
  lan.timeline = R"({ "at": "20s", "carrier_down": "dev.eth0", "for": "100s" })";
  const FactsRun run = lan.run();
  for (const SimTime at : run.times("dev.eth0", "dhcp_sent")) {
    EXPECT_TRUE(at < at_ms(20'000) || at >= at_ms(120'000)) << to_text(at);
  }
  const auto sent = run.sent("dev.eth0", "dhcp");
  EXPECT_EQ(std::count_if(sent.begin(), sent.end(),
                          [](const SentFrame& f) { return f.at == at_ms(120'000); }),
            1);
}

// The lease ended while the iface was down: there is nothing to ask for any more.
TEST(FactsTimingDhcp, ALeaseThatEndedWhileDown) {
  for (const char* profile : {"zephyr-4", "zephyr-1.13"}) {
    Lan lan = dhcp_lan();
    lan.profile = profile;
    lan.until = "70min";
    lan.timeline = R"({ "at": "5min", "carrier_down": "dev.eth0", "for": "62min" })";
    const FactsRun run = lan.run();
    const auto up = at_ms(67 * 60'000);
    const auto sent = run.times("dev.eth0", "dhcp_sent");
    const auto next = std::find_if(sent.begin(), sent.end(), [&](SimTime t) { return t >= up; });
    ASSERT_NE(next, sent.end()) << profile;
    EXPECT_EQ(*next, up) << profile;
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), all_at_ms({300'000})) << profile;
  }
}

// START when it begins, BOUND with the first lease, in this order and once.
TEST(FactsTimingDhcp, EventsOfALease) {
  const FactsRun run = dhcp_lan().run();
  EXPECT_EQ(run.times("dev.eth0", "IPV4_DHCP_START"), all_at_ms({0}));
  const auto bound = run.times("dev.eth0", "IPV4_DHCP_BOUND");
  ASSERT_EQ(bound.size(), 1u);
  const auto discover = run.sent("dev.eth0", "dhcp DISCOVER");
  ASSERT_EQ(discover.size(), 1u);
  EXPECT_EQ(bound[0] - discover[0].at, milliseconds(4));  // four messages of 1 ms
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_ADD"), bound);
  EXPECT_EQ(run.times("dev", "L4_CONNECTED"), bound);
  EXPECT_TRUE(run.times("dev.eth0", "IPV4_DHCP_STOP").empty());
}

// The client waits for a packet without end, while a socket gives up after a second: two packets
// to neighbours that do not answer are all the pool has, and stay for 2 s.
TEST(FactsTimingDhcp, WaitsForAPacket) {
  Lan lan = dhcp_lan();
  lan.dev_iface = R"("ipv4": ["10.0.0.2/24", "dhcp"])";
  lan.dev_more = R"("kconfig": { "NET_PKT_TX_COUNT": 2, "NET_DHCPV4_INITIAL_DELAY_MAX": 1 },
    "apps": { "ping": { "udp_ping": "10.0.0.77:7", "from": "500ms", "every": "100ms",
                        "count": 2 } })";
  lan.until = "10s";
  const FactsRun run = lan.run();
  ASSERT_EQ(run.times("dev.eth0", "dhcp_waits"), all_at_ms({1000}));
  const auto sent = run.sent("dev.eth0", "dhcp DISCOVER");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].at, at_ms(2500));  // when ARP gives up
}

}  // namespace
}  // namespace flapjack
