// SPDX-License-Identifier: Apache-2.0
// The service "ra" during a run: it ends with and without a last word, and says other lifetimes.
#include "scenarios/services/router_advert.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

// A router that advertises every 4 s at the latest, itself for 12 s; a host.
std::string slaac(const std::string& steps, const std::string& until = "60s") {
  return R"({ "until": ")" + until + R"(", "nodes": {
    "gw": { "ifaces": { "eth0": { "ipv6": "2001:db8::1/64" } },
            "services": { "adverts": { "ra": { "interval": "4s", "lifetime": "12s",
                                               "valid": "3h", "preferred": "1h" } } } },
    "dev": { "ifaces": { "eth0": { "ipv6": "auto", "mac": "02:00:5e:00:53:02" } } } },
  "links": { "wire": { "between": ["gw.eth0", "dev.eth0"] } },
  "timeline": [)" + steps + "] }";
}

Strings what_became(const Ran& ran, const std::string& name) {
  EXPECT_TRUE(ran.passed()) << ran.messages;
  return ran.events("dev.eth0 " + name);
}

std::size_t adverts(const Ran& ran, std::int64_t from_s, std::int64_t to_s) {
  std::size_t count = 0;
  for (const KeptRecord& r : ran.records(TraceKind::Hop, "gw.eth0", "driver_tx")) {
    count += r.at >= SimTime{} + seconds(from_s) && r.at < SimTime{} + seconds(to_s);
  }
  return count;
}

// Silent, the router is believed in until its lifetime is over, counted from the last word.
TEST(RouterAdvert, EndsWithoutAWord) {
  const Ran ran(slaac(R"({ "at": "20s", "service_down": "gw.adverts" })"));
  const auto lost = what_became(ran, "IPV6_ROUTER_DEL");
  ASSERT_EQ(lost.size(), 1u);
  const SimTime at = ran.all("dev.eth0", "IPV6_ROUTER_DEL")[0].at;
  EXPECT_GT(at, SimTime{} + seconds(28));
  EXPECT_LE(at, SimTime{} + seconds(32));
  EXPECT_TRUE(ran.all("gw.adverts", "step_refused").empty());
  EXPECT_EQ(adverts(ran, 20, 60), 0u);
}

// Of two routers that name a DNS server each one falls silent: its server goes, the other stays.
TEST(RouterAdvert, TheServerOfASilentRouterGoesAlone) {
  const auto router = [](const char* name, const char* address) {
    return std::string("\"") + name + R"(": { "ifaces": { "eth0": { "ipv6": ")" + address +
           R"(/64" } }, "services": { "ra": { "ra": { "interval": "4s", "lifetime": "12s",
                                              "dns": [")" +
           address + R"("] } } } },)";
  };
  const Ran ran(R"({ "until": "90s", "nodes": { )" + router("g1", "2001:db8::1") +
                router("g2", "2001:db8::2") + R"(
    "dev": { "kconfig": { "DNS_RESOLVER_MAX_SERVERS": 2 },
             "ifaces": { "eth0": { "ipv6": "auto" } } } },
    "links": { "lan": { "between": ["g1.eth0", "g2.eth0", "dev.eth0"] } },
    "timeline": [{ "at": "40s", "service_down": "g1.ra" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.all("dev", "DNS_SERVER_ADD").size(), 2u);
  const auto gone = ran.all("dev", "DNS_SERVER_DEL");
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].attr("server"), "2001:db8::1");
  EXPECT_GT(gone[0].at, SimTime{} + seconds(40));
  EXPECT_LT(gone[0].at, SimTime{} + seconds(60));
}

TEST(RouterAdvert, EndsWithAFarewell) {
  const Ran ran(slaac(R"({ "at": "20s", "service_down": "gw.adverts", "farewell": true })"));
  EXPECT_EQ(what_became(ran, "IPV6_ROUTER_DEL"), Strings{"20s dev.eth0 IPV6_ROUTER_DEL"});
  EXPECT_EQ(adverts(ran, 20, 60), 1u);
}

TEST(RouterAdvert, RunsAgain) {
  const Ran ran(slaac(
      R"({ "at": "20s", "service_down": "gw.adverts", "farewell": true, "for": "10s" },
         { "at": "40s", "service_down": "gw.adverts", "for": "1s" })"));
  EXPECT_EQ(what_became(ran, "IPV6_ROUTER_DEL"), Strings{"20s dev.eth0 IPV6_ROUTER_DEL"});
  const auto found = what_became(ran, "IPV6_ROUTER_ADD");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1], "30s dev.eth0 IPV6_ROUTER_ADD");
  EXPECT_EQ(adverts(ran, 40, 41), 0u);  // the farewell belonged to the first step alone
}

TEST(RouterAdvert, SaysOtherLifetimesForAWhile) {
  const Ran ran(slaac(R"({ "at": "20s", "ra": "gw.adverts", "lifetime": "0s", "for": "10s" })"));
  ASSERT_EQ(what_became(ran, "IPV6_ROUTER_DEL").size(), 1u);
  const SimTime lost = ran.all("dev.eth0", "IPV6_ROUTER_DEL")[0].at;
  EXPECT_GE(lost, SimTime{} + seconds(20));
  EXPECT_LE(lost, SimTime{} + seconds(23));  // MIN_DELAY_BETWEEN_RAS
  ASSERT_EQ(what_became(ran, "IPV6_ROUTER_ADD").size(), 2u);
  EXPECT_LE(ran.all("dev.eth0", "IPV6_ROUTER_ADD")[1].at, SimTime{} + seconds(33));
}

// A prefix that is given up: deprecated with the next word, and back when it is preferred again.
TEST(RouterAdvert, DeprecatesAPrefix) {
  const Ran ran(slaac(R"({ "at": "20s", "ra": "gw.adverts", "preferred": "0s" })"));
  ASSERT_EQ(what_became(ran, "IPV6_ADDR_DEPRECATED").size(), 1u);
  const SimTime old = ran.all("dev.eth0", "IPV6_ADDR_DEPRECATED")[0].at;
  EXPECT_GE(old, SimTime{} + seconds(20));
  EXPECT_LE(old, SimTime{} + seconds(23));
  EXPECT_EQ(what_became(ran, "IPV6_ADDR_DEL"), Strings{});
}

// One that is not valid any more goes with the addresses in it.
TEST(RouterAdvert, TakesAPrefixBack) {
  const Ran ran(slaac(R"({ "at": "20s", "ra": "gw.adverts", "valid": "0s" })"));
  ASSERT_EQ(what_became(ran, "IPV6_PREFIX_DEL").size(), 1u);
  const SimTime gone = ran.all("dev.eth0", "IPV6_PREFIX_DEL")[0].at;
  EXPECT_GE(gone, SimTime{} + seconds(20));
  EXPECT_LE(gone, SimTime{} + seconds(23));
  ASSERT_EQ(what_became(ran, "IPV6_ADDR_DEL").size(), 1u);
  EXPECT_EQ(ran.all("dev.eth0", "IPV6_ADDR_DEL")[0].at, gone);
}

TEST(RouterAdvert, TheLatestOfSeveralChangesCounts) {
  const Ran ran(slaac(
      R"({ "at": "20s", "ra": "gw.adverts", "preferred": "0s", "for": "20s" },
         { "at": "30s", "ra": "gw.adverts", "preferred": "5s", "for": "20s" })"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  // at 50 s nobody changes anything any more, and the address is preferred for an hour again
  const auto own = ran.all("dev.eth0", "IPV6_ADDR_DEPRECATED");
  ASSERT_FALSE(own.empty());
  EXPECT_LE(own.back().at, SimTime{} + seconds(50));
}

TEST(RouterAdvert, WhatIsRefused) {
  struct Row {
    const char* step;
    const char* message;
  };
  constexpr Row kRows[] = {
      {R"({ "at": "1s", "ra": "gw.adverts" })", "\"ra\" changes nothing"},
      {R"({ "at": "1s", "ra": "gw.adverts", "lifetime": "1500ms" })", "whole seconds"},
      {R"({ "at": "1s", "ra": "gw.adverts", "lifetime": "19h" })", "is longer than 65535 s"},
      {R"({ "at": "1s", "ra": "gw.adverts", "preferred": "4h" })",
       "\"preferred\" is longer than \"valid\""},
      {R"({ "at": "1s", "ra": "gw.adverts", "preferred": "2s", "valid": "1s" })",
       "\"preferred\" is longer than \"valid\""},
      {R"({ "at": "1s", "ra": "gw.adverts", "lifetime": "1s", "farewell": true })",
       "\"farewell\" does not go with \"ra\""},
      {R"({ "at": "1s", "service_down": "gw.adverts", "lifetime": "1s" })",
       "\"lifetime\" does not go with \"service_down\""},
      {R"({ "at": "1s", "carrier_down": "dev.eth0", "farewell": true })",
       "\"farewell\" does not go with \"carrier_down\""},
  };
  for (const Row& row : kRows) {
    const Ran ran(slaac(row.step));
    EXPECT_FALSE(ran.spec) << row.message;
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
  const Ran echo(pair_scenario(
      R"(, "timeline": [{ "at": "1s", "service_down": "srv.udp_echo", "farewell": true }])"));
  EXPECT_FALSE(echo.spec);
  EXPECT_NE(echo.messages.find("is udp_echo, but \"farewell\" is of ra [F0302]"),
            std::string::npos) << echo.messages;
}

// Of a service whose kind is misspelled nothing can be said.
TEST(RouterAdvert, AMisspelledKindIsOneError) {
  std::string text = slaac(R"({ "at": "1s", "ra": "gw.adverts", "lifetime": "1s" },
    { "at": "2s", "service_down": "gw.adverts", "farewell": true })");
  const std::size_t kind = text.find("\"ra\":");
  text.erase(kind + 2, 1);
  const Ran ran(text);
  EXPECT_FALSE(ran.spec);
  EXPECT_EQ(ran.messages.find("F0302"), std::string::npos) << ran.messages;
}

// Every service can end and begin again; a step that passes the check is not refused later.
TEST(Services, AllCanGoDown) {
  const struct {
    const char* kind;
    const char* value;
  } rows[] = {
      {"udp_echo", R"("s": "udp_echo:7")"},
      {"tcp_echo", R"("s": "tcp_echo:7")"},
      {"ra", R"("s": { "ra": { "interval": "4s" } })"},
      {"dhcp", R"("s": { "dhcp": { "lease": "1min" } })"},
      {"dns", R"("s": { "dns": { "a.example": "192.0.2.1" } })"},
  };
  std::size_t tested = 0;
  for (const auto& row : rows) {
    const bool stream = std::string(row.kind) == "tcp_echo";
    const std::string addresses =
        stream ? R"("ipv4": "10.0.0.1/24", "offload": "lwip")"
               : R"("ipv4": "10.0.0.1/24", "ipv6": "2001:db8::1/64")";
    const Ran ran(std::string(R"({ "until": "9s", "nodes": { "n": { "ifaces": { "e": { )") +
                  addresses + R"( } }, "services": { )" + row.value + R"( } },
      "m": { "ifaces": { "e": {} } } }, "links": { "w": { "between": ["n.e", "m.e"] } },
      "timeline": [{ "at": "2s", "service_down": "n.s", "for": "3s" }] })");
    EXPECT_TRUE(ran.passed()) << row.kind << ran.messages;
    EXPECT_TRUE(ran.all("n.s", "step_refused").empty()) << row.kind;
    EXPECT_TRUE(ran.all("n.s", "service_failed").empty()) << row.kind;
    ++tested;
  }
  EXPECT_EQ(tested, builtin_registry().services.size());
}

// RFC 4861 sections 4.1 and 4.2: the link address of the sender is told where links have some. Of
// an advertisement 8 bytes above the header are its own, 32 a prefix and 8 the link address.
TEST(RouterAdvert, NamesNoLinkAddressWhereTheLinkHasNone) {
  const struct {
    const char* technology;
    const char* expect;
  } rows[] = {
      {"ethernet", R"({ "eventually": "gw > * RA len=48" })"},
      {"ppp", R"({ "eventually": "gw > * RA len=40" }, { "never": "dev > * RS len=8" })"},
  };
  for (const auto& row : rows) {
    const std::string technology = R"("technology": ")" + std::string(row.technology) + "\"";
    const Ran ran(R"({ "until": "20s", "nodes": {
      "gw": { "ifaces": { "e": { )" + technology + R"(, "ipv6": "2001:db8::1/64" } },
              "services": ["ra"] },
      "dev": { "ifaces": { "e": { )" + technology + R"(, "ipv6": "auto" } } } },
    "links": { "w": { "between": ["gw.e", "dev.e"] } }, "expect": [)" + row.expect + "] }");
    EXPECT_TRUE(ran.passed()) << row.technology << ran.messages;
  }
}

// Tunnels get no link-local address, and an advertisement comes from one.
TEST(RouterAdvert, ATunnelNeedsALinkLocalAddress) {
  const struct {
    const char* eth0;
    const char* tunnel;
    const char* service;
    const char* message;
  } rows[] = {
      {"", "2001:db8:1::1/64", R"("ra": { "iface": "t" })",
       "F0925 interface \"t\" has no link-local IPv6 address, which an advertisement needs"},
      {"", "2001:db8:1::1/64", R"("ra": {})",
       "F0925 the node has no link-local IPv6 address, which an advertisement needs"},
      {R"(, "ipv6": "auto")", "2001:db8:1::1/64", R"("ra": {})", ""},
      {"", "fe80::1/64", R"("ra": { "iface": "t" })", ""},
  };
  for (const auto& row : rows) {
    const Ran ran(std::string(R"({ "until": "9s", "nodes": { "n": { "ifaces": {
      "eth0": { "ipv4": "192.0.2.1/24")") + row.eth0 + R"( },
      "t": { "tunnel": { "on": "eth0", "remote": "192.0.2.2" }, "ipv6": ")" + row.tunnel +
                  R"(" } }, "services": { "s": { )" + row.service + R"( } } },
      "m": { "ifaces": { "e": {} } } }, "links": { "w": { "between": ["n.eth0", "m.e"] } } })");
    const std::string found =
        ran.sink.all().empty() ? "" : ran.sink.all()[0].code + " " + ran.sink.all()[0].message;
    EXPECT_EQ(found, row.message) << row.eth0 << row.service;
  }
}

}  // namespace
}  // namespace flapjack
