// SPDX-License-Identifier: Apache-2.0
// DHCP in scenarios: clients, the service, what steps do to it, and what is refused.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

std::string lan(const std::string& more, const std::string& iface = R"("ipv4": "dhcp")") {
  return R"({ "until": "60s",
  "nodes": {
    "dev": { "ifaces": { "eth0": { )" + iface + R"( } },
             "apps": { "ping": { "udp_ping": "gw:7" } } },
    "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } }, "services": ["dhcp", "udp_echo:7"] } },
  "links": { "wire": { "between": ["dev.eth0", "gw.eth0"], "delay": "1ms" } })" + more + "\n}\n";
}

TEST(DhcpScenario, AnIfaceGetsItsAddress) {
  const Ran ran(lan(R"(, "expect": [
    { "eventually": "dev.eth0 IPV4_DHCP_BOUND address=10.0.0.100 server=10.0.0.1", "by": "11s" },
    { "eventually": "dev > gw UDP len=64" }, { "eventually": "gw > dev UDP len=64" },
    { "eventually": "dev L4_CONNECTED iface=eth0", "by": "11s" },
    { "delivered": "dev.ping", "is": ">= 80%" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.all("dev.eth0", "IPV4_DHCP_START").size(), 1u);
  EXPECT_TRUE(ran.report->leaks.empty());
}

TEST(DhcpScenario, BesideAStaticAddress) {
  const Ran ran(lan("", R"("ipv4": ["192.0.2.9/24", "dhcp"])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.all("dev.eth0", "IPV4_ADDR_ADD").size(), 1u);
  EXPECT_EQ(ran.all("dev.eth0", "IPV4_DHCP_BOUND").size(), 1u);
}

// The address that the server gives first is somebody else's.
TEST(DhcpScenario, AnAddressInUseIsDeclined) {
  const Ran ran(R"({ "until": "60s",
  "nodes": {
    "dev": { "kconfig": { "NET_IPV4_ACD": true }, "ifaces": { "eth0": { "ipv4": "dhcp" } } },
    "squatter": { "ifaces": { "eth0": { "ipv4": "10.0.0.100/24" } } },
    "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } }, "services": ["dhcp"] } },
  "links": { "wire": { "between": ["dev.eth0", "gw.eth0", "squatter.eth0"], "delay": "1ms" } },
  "expect": [ { "sequence": [
    "dev.eth0 IPV4_DHCP_BOUND address=10.0.0.100", "dev.eth0 IPV4_ACD_FAILED",
    "dev.eth0 dhcp_sent type=DECLINE", "gw.dhcp dhcp_decline address=10.0.0.100",
    "dev.eth0 IPV4_DHCP_BOUND address=10.0.0.101", "dev.eth0 IPV4_ACD_SUCCEED",
    "dev L4_CONNECTED" ] } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// RFC 2131 section 3.1, step 5: how long it waits before it asks again is for the node to say.
TEST(DhcpScenario, TheWaitAfterADecline) {
  const struct {
    const char* written;
    Duration wait;
    const char* flap = "";  // of the link, from 1 s behind it on
  } kRows[] = {
      {"", {}},
      {R"("dhcp_decline_wait": "0s",)", {}},
      {R"("dhcp_decline_wait": "10s",)", seconds(10)},
      {R"("dhcp_decline_wait": "10s",)", seconds(10), "500ms"},
      {R"("dhcp_decline_wait": "10s",)", seconds(21), "20s"},
      {R"("dhcp_decline_wait": "1500ms",)", milliseconds(1500)},
      {R"("dhcp_decline_wait": "1h",)", seconds(3600)},
  };
  const auto flap = [](const std::string& how_long) {
    return how_long.empty() ? "" : R"({ "on": "dev.eth0 dhcp_sent type=DECLINE", "after": "1s",
        "times": 1, "carrier_down": "dev.eth0", "for": ")" + how_long + "\" }";
  };
  for (const auto& row : kRows) {
    const Ran ran(std::string(R"({ "until": "2h", "nodes": {
      "dev": { )") + row.written + R"( "ifaces": { "eth0": { "ipv4": ["auto", "dhcp"] } } },
      "squatter": { "ifaces": { "eth0": { "ipv4": "10.0.0.100/24" } } },
      "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } }, "services": ["dhcp"] } },
      "links": { "wire": { "between": ["dev.eth0", "gw.eth0", "squatter.eth0"],
                           "delay": "1ms" } }, "timeline": [)" + flap(row.flap) + "] }");
    ASSERT_TRUE(ran.report) << ran.messages;
    std::vector<SimTime> declined, discovers;
    for (const KeptRecord& r : ran.all("dev.eth0", "dhcp_sent")) {
      if (r.attr("type") == "DECLINE") declined.push_back(r.at);
      if (r.attr("type") == "DISCOVER") discovers.push_back(r.at);
    }
    ASSERT_EQ(declined.size(), 1u) << row.written;
    ASSERT_EQ(discovers.size(), 2u) << row.written;
    EXPECT_EQ(discovers[1] - declined[0], row.wait) << row.written;
  }
}

TEST(DhcpScenario, AWaitAfterADeclineThatIsNone) {
  for (const auto& [written, message] :
       {std::pair("\"61min\"", "F0207 \"61min\" is longer than 1h"),
        std::pair("\"-1s\"", "F0207 a duration cannot be negative"),
        std::pair("10", "F0201 ")}) {
    std::string text = lan("");
    text.insert(text.find("\"ifaces\""), std::string("\"dhcp_decline_wait\": ") + written + ", ");
    const Ran ran(text);
    EXPECT_FALSE(ran.report) << written;
    EXPECT_NE(ran.brief().find(message), std::string::npos) << ran.brief();
  }
}

// Half of 1 s is no whole second: the client asks once in each half of its lease, not without end.
TEST(DhcpScenario, TheShortestLeases) {
  for (const int lease_s : {1, 2, 3}) {
    const Ran ran(R"({ "until": "20s",
      "nodes": { "dev": { "ifaces": { "eth0": { "ipv4": "dhcp" } } },
                 "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } },
                         "services": { "d": { "dhcp": { "lease": ")" +
                  std::to_string(lease_s) + R"(s" } } } } },
      "links": { "wire": { "between": ["dev.eth0", "gw.eth0"], "delay": "0ms" } } })");
    ASSERT_TRUE(ran.report) << ran.messages;
    const auto bound = ran.all("dev.eth0", "IPV4_DHCP_BOUND");
    ASSERT_GE(bound.size(), 7u) << lease_s;
    for (std::size_t i = 1; i < bound.size(); ++i) {
      EXPECT_EQ(bound[i].at - bound[i - 1].at, seconds(lease_s) / 2) << lease_s;
    }
    EXPECT_EQ(ran.all("dev.eth0", "dhcp_sent").size(), bound.size() + 1) << "and a DISCOVER";
    EXPECT_TRUE(ran.all("dev.eth0", "IPV4_ADDR_DEL").empty());
  }
}

TEST(DhcpScenario, AServerThatRefusesForAWhile) {
  const Ran ran(lan(R"(, "timeline": [
    { "at": "0s", "lease": "gw.dhcp", "answer": "nak", "for": "30s" } ],
    "expect": [ { "eventually": "gw.dhcp dhcp_nak reason=scripted", "to": "30s" },
                { "never": "dev L4_CONNECTED", "to": "30s" },
                { "eventually": "dev L4_CONNECTED", "from": "30s", "by": "41s" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(DhcpScenario, AServerThatIsSilentOrSlow) {
  const Ran ran(lan(R"(, "timeline": [
    { "at": "0s", "lease": "gw.dhcp", "answer": "ignore", "for": "11s" },
    { "at": "0s", "lease": "gw.dhcp", "delay": "700ms" } ],
    "expect": [ { "eventually": "gw.dhcp dhcp_silent reason=scripted", "to": "11s" },
                { "never": "gw.dhcp dhcp_offer", "to": "11s" },
                { "whenever": "gw.dhcp dhcp_ack", "then": "dev.eth0 IPV4_DHCP_BOUND",
                  "within": "701ms" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  const auto acks = ran.all("gw.dhcp", "dhcp_ack");
  const auto bound = ran.all("dev.eth0", "IPV4_DHCP_BOUND");
  ASSERT_EQ(acks.size(), 1u);
  ASSERT_EQ(bound.size(), 1u);
  EXPECT_EQ(bound[0].at - acks[0].at, milliseconds(701));
}

struct Pool {
  const char *network, *pool;
  const char* message;  // null: taken
};
const Pool kPools[] = {
    {"10.0.0.1/24", "10.0.0.0..10.0.0.2", "the pool holds 10.0.0.0, the address of the network"},
    {"10.0.0.1/24", "10.0.0.254..10.0.0.255", "the pool holds 10.0.0.255, the broadcast address"},
    {"10.0.0.1/24", "10.0.0.0..10.0.0.255", "the pool holds 10.0.0.0, the address of the network"},
    {"10.0.0.1/24", "10.0.0.1..10.0.0.254", nullptr},
    {"10.0.0.1/24", "10.0.0.250..10.0.1.2", "the pool is not on the network 10.0.0.1/24"},
    {"10.0.0.1/24", "10.0.1.10..10.0.1.20", "the pool is not on the network 10.0.0.1/24"},
    {"10.0.0.1/23", "10.0.0.250..10.0.1.2", nullptr},
    {"10.0.0.1/30", "10.0.0.2..10.0.0.3", "the pool holds 10.0.0.3, the broadcast address"},
    {"10.0.0.1/31", "10.0.0.0", nullptr},
};

TEST(DhcpScenario, APoolIsOfHostsOfTheNetwork) {
  for (const Pool& row : kPools) {
    const std::string node =
        R"({ "until": "2s", "nodes": { "gw": { "ifaces": { "e": { "ipv4": ")" +
        std::string(row.network) + R"(" } }, "services": { "s": { "dhcp": { "pool": ")";
    const std::string fit = std::string(row.network).ends_with("31") ? "10.0.0.0" : "10.0.0.2";
    for (const bool step : {false, true}) {
      const Ran ran(node + (step ? fit : row.pool) + R"(" } } } } })" +
                    (step ? R"(, "timeline": [{ "at": "1s", "lease": "gw.s", "pool": ")" +
                                std::string(row.pool) + "\" }]"
                          : "") +
                    "}");
      EXPECT_EQ(ran.report.has_value(), row.message == nullptr) << row.pool << ran.messages;
      if (row.message == nullptr) continue;
      EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
      EXPECT_NE(ran.messages.find(step ? "F0927" : "F0925"), std::string::npos) << ran.messages;
    }
  }
}

// With a reservation it is a way to say "no others", as a step a way to run out of addresses.
TEST(DhcpScenario, APoolOfTheServerAloneLendsNothing) {
  const auto brief = [](const std::string& pool, const std::string& more) {
    return Ran(R"({ "until": "2s", "nodes": { "gw": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
"services": { "s": { "dhcp": { "pool": ")" + pool + "\"" + more + R"( } } } } },
"timeline": [{ "at": "1s", "lease": "gw.s", "pool": "10.0.0.1" }] })").brief();
  };
  EXPECT_EQ(brief("10.0.0.1", ""),
            "2:40 F0925 the pool is the server's own address: there is nothing to lend");
  EXPECT_EQ(brief("10.0.0.1", R"(, "reserve": { "02:00:00:00:00:05": "10.0.0.5" })"), "none");
  EXPECT_EQ(brief("10.0.0.1..10.0.0.2", ""), "none");
}

TEST(DhcpScenario, AReservationIsOfAHost) {
  const Ran ran(R"({ "until": "2s", "nodes": { "gw": {
    "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
    "services": { "s": { "dhcp": { "reserve": { "02:00:5e:00:53:01": "10.0.0.255" } } } } } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.messages.find("address 10.0.0.255 is not for a host of the network 10.0.0.1/24"),
            std::string::npos)
      << ran.messages;
}

TEST(DhcpScenario, AServiceThatIsDown) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "2.5s", "service_down": "srv.udp_echo", "for": "4s" },
    { "at": "3.5s", "service_down": "srv.udp_echo", "for": "1s" } ],
    "expect": [ { "never": "dev.ping acked", "from": "2.5s", "to": "6.5s" },
                { "eventually": "dev.ping acked", "from": "6.5s", "by": "7.5s" },
                { "eventually": "srv > dev ICMP type=3", "from": "2.5s", "to": "6.5s" } ])"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

struct Refused {
  std::string text;
  const char* message;
};

TEST(DhcpScenario, WhatIsRefused) {
  const Refused rows[] = {
      {lan("", R"("ipv4": "dhcp", "offload": "lwip")"), "an engine has its own way to an address"},
      {lan("", R"("ipv4": ["dhcp", "dhcp"])"), "\"dhcp\" is on this interface already"},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.udp_echo", "answer": "nak" }])"),
       "\"gw.udp_echo\" is udp_echo, but \"lease\" takes dhcp"},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp" }])"),
       "\"lease\" changes nothing"},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp", "loss": "1%" }])"),
       "\"loss\" does not go with \"lease\""},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp", "answer": "nack" }])"),
       "unknown answer \"nack\""},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp", "pool": "10.0.0.9" }])"), nullptr},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp", "pool": "10.0.0.9..x" }])"),
       "is not a range of IPv4 addresses"},
      {lan(R"(, "timeline": [{ "at": "1s", "lease": "gw.dhcp", "pool": "10.0.0.9..10.0.0.8" }])"),
       "is not a range of 1 to 65536 addresses"},
      {lan(R"(, "timeline": [{ "at": "1s", "carrier_down": "dev.eth0", "pool": "10.0.0.9" }])"),
       "\"pool\" does not go with \"carrier_down\""},
      {lan(R"(, "timeline": [{ "at": "1s", "service_down": "dev.ping" }])"),
       "is an app, but \"service_down\" takes a service"},
      {R"({ "until": "1s", "nodes": { "gw": { "services": ["dhcp"] } } })",
       "a DHCP service needs a native iface with an IPv4 address"},
      {R"({ "until": "1s", "nodes": { "gw": { "ifaces": { "e": { "ipv4": "10.0.0.1/31" } },
           "services": ["dhcp"] } } })",
       "10.0.0.1/31 leaves no room for DHCP clients"},
  };
  for (const Refused& row : rows) {
    const Ran ran(row.text);
    if (row.message == nullptr) {
      EXPECT_TRUE(ran.report) << ran.messages;
      continue;
    }
    EXPECT_FALSE(ran.report) << row.message;
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
}

}  // namespace
}  // namespace flapjack
