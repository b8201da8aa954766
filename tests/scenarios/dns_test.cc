// SPDX-License-Identifier: Apache-2.0
// dns_query and the dns service together: what each kind of answer becomes, delays, no failover.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

/// `dev` asks `gw`, which has the zone; `node` and `service` are further members.
std::string names_scenario(const std::string& names, const std::string& zone,
                           const std::string& app = {}, const std::string& node = {},
                           const std::string& service = {}) {
  return R"({ "until": "10s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "dns": "192.0.2.1" } },
             "apps": { "look": { "dns_query": )" +
         names + R"(, "count": 1)" + app + "} }" + node + R"( },
    "gw": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
            "services": { "names": { "dns": )" +
         zone + service + R"( } } } },
  "links": { "wire": { "between": ["dev.eth0", "gw.eth0"], "delay": "1ms" } } })";
}

/// "2.004s resolved address=192.0.2.7 addresses=1" of each end of a query.
std::vector<std::string> ends(const Ran& ran) {
  std::vector<std::string> found;
  for (const KeptRecord& r : ran.trace.records) {
    const std::string at = to_text(Duration{r.at.ns}) + " ";
    if (r.name == "resolved") {
      found.push_back(at + std::string(r.attr("address")) + " of " +
                      std::string(r.attr("addresses")) + " in " + std::string(r.attr("rtt")));
    } else if (r.name == "resolve_failed") {
      found.push_back(at + std::string(r.attr("name")) + " " + std::string(r.attr("code")));
    }
  }
  return found;
}
using Ends = std::vector<std::string>;

TEST(Dns, WhatAnswersBecome) {
  const std::string zone = R"({ "host.example": "192.0.2.7",
    "both.example": ["2001:db8::8", "192.0.2.8", "192.0.2.9"], "www.example": "both.example",
    "away.example": "far.example", "loop.example": "loop.example", "six.example": "2001:db8::6",
    "quiet.example": "ignore", "gone.example": "nxdomain", "broken.example": "servfail",
    "shy.example": "refused" })";
  struct Case {
    const char* name;
    const char* app;
    const char* end;
    const char* rcode;  // of the answer; null: none came
  };
  const Case cases[] = {  // an ARP request and answer, the query and its answer: 4 ms
      {"host.example", "", "4ms 192.0.2.7 of 1 in 4ms", "NOERROR"},
      {"HOST.Example", "", "4ms 192.0.2.7 of 1 in 4ms", "NOERROR"},
      {"both.example", "", "4ms 192.0.2.8 of 2 in 4ms", "NOERROR"},
      {"both.example", R"(, "type": "AAAA")", "4ms 2001:db8::8 of 1 in 4ms", "NOERROR"},
      {"www.example", "", "4ms 192.0.2.8 of 2 in 4ms", "NOERROR"},
      {"away.example", "", "4ms away.example CANCELED", "NXDOMAIN"},
      {"loop.example", "", "4ms loop.example FAIL", "SERVFAIL"},
      {"six.example", "", "4ms six.example FAIL", "NOERROR"},
      {"none.example", "", "4ms none.example FAIL", "NXDOMAIN"},
      {"gone.example", "", "4ms gone.example FAIL", "NXDOMAIN"},
      {"broken.example", "", "4ms broken.example FAIL", "SERVFAIL"},
      {"shy.example", "", "4ms shy.example FAIL", "REFUSED"},
      {"quiet.example", "", "2s quiet.example CANCELED", nullptr},
      {"quiet.example", R"(, "wait": "5s")", "5s quiet.example CANCELED", nullptr},
      {"192.0.2.99", "", "0s 192.0.2.99 of 1 in 0s", nullptr},
      {"::1", "", "0s ::1 EPFNOSUPPORT", nullptr},
      {"printer.local", "", "0s printer.local EOPNOTSUPP", nullptr},
  };
  for (const Case& each : cases) {
    const Ran ran(names_scenario('"' + std::string(each.name) + '"', zone, each.app));
    ASSERT_TRUE(ran.report) << ran.messages;
    EXPECT_EQ(ends(ran), Ends{each.end});
    const auto answers = ran.all("gw.names", "dns_answered");
    ASSERT_EQ(answers.size(), each.rcode != nullptr ? 1u : 0u) << each.name;
    if (each.rcode == nullptr) continue;
    EXPECT_EQ(answers[0].attr("rcode"), each.rcode) << each.name;
  }
}

// However long, a chain of aliases has an end, which a loop has not.
TEST(Dns, AliasesInARow) {
  std::string zone = R"({ "a.x": "b.x", "b.x": "a.x", "n9.x": "192.0.2.7")";
  for (int i = 0; i < 9; ++i) {
    const std::string next = std::to_string(i + 1);
    zone += ", \"n" + std::to_string(i) + ".x\": \"n" + next + ".x\"";
  }
  zone += " }";
  EXPECT_EQ(ends(Ran(names_scenario(R"("n0.x")", zone))), Ends{"4ms 192.0.2.7 of 1 in 4ms"});
  EXPECT_EQ(ends(Ran(names_scenario(R"("a.x")", zone))), Ends{"4ms a.x FAIL"});
}

TEST(Dns, ANameForTheRest) {
  const Ran portal(names_scenario(R"("any.example")", R"({ "*": "192.0.2.1" })"));
  EXPECT_EQ(ends(portal), Ends{"4ms 192.0.2.1 of 1 in 4ms"});
  const Ran silent(names_scenario(R"("any.example")", R"({ "x.y": "192.0.2.1", "*": "ignore" })"));
  EXPECT_EQ(silent.all("gw.names", "dns_silent").size(), 1u);
  EXPECT_EQ(ends(silent), Ends{"2s any.example CANCELED"});
}

TEST(Dns, AnAnswerTakesItsTime) {
  const Ran slow(names_scenario(R"("h.x")", R"({ "h.x": "192.0.2.7" })", "", "",
                                R"(, "delay": "50ms")"));
  EXPECT_EQ(ends(slow), Ends{"54ms 192.0.2.7 of 1 in 54ms"});
  const Ran late(names_scenario(R"("h.x")", R"({ "h.x": "192.0.2.7" })", "", "",
                                R"(, "delay": "3s")"));
  EXPECT_EQ(ends(late), Ends{"2s h.x CANCELED"});
  ASSERT_EQ(late.all("dev", "dns_ignored").size(), 1u);
  EXPECT_EQ(late.all("dev", "dns_ignored")[0].attr("reason"), "unknown_id");
}

TEST(Dns, NamesAreAskedInTurnAndAOpenQueryKeepsItsSlot) {
  const std::string zone = R"({ "a.x": "192.0.2.7", "b.x": "ignore" })";
  const std::string app = R"(, "count": 5, "every": "700ms", "wait": "1s")";
  std::string text = names_scenario(R"(["a.x", "b.x"])", zone);
  text.replace(text.find(R"(, "count": 1)"), 12, app);
  const Ran one(text);
  EXPECT_EQ(ends(one), (Ends{"4ms 192.0.2.7 of 1 in 4ms", "1.4s a.x EAGAIN", "1.7s b.x CANCELED",
                             "2.8s a.x EAGAIN", "3.1s b.x CANCELED"}));
  EXPECT_EQ(one.counts("dev.look").sent, 5u);
  EXPECT_EQ(one.counts("dev.look").delivered, 1u);
  text.replace(text.find(R"("dev": {)"), 8,
               R"("dev": { "kconfig": { "DNS_NUM_CONCUR_QUERIES": 2 },)");
  const Ran two(text);
  ASSERT_TRUE(two.report) << two.messages;
  EXPECT_EQ(ends(two).size(), 5u);
  EXPECT_EQ(two.counts("dev.look").delivered, 3u);
}

TEST(Dns, ASilentServerIsNotLeftForTheNext) {
  const auto text = [](const std::string& first) {
    return R"({ "until": "10s", "nodes": {
      "dev": { "dns": [")" + first + R"(", "192.0.2.1"],
               "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
               "apps": { "look": { "dns_query": "h.x", "count": 1 } } },
      "gw": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
              "services": { "names": { "dns": { "h.x": "192.0.2.7" } } } } },
    "links": { "wire": { "between": ["dev.eth0", "gw.eth0"], "delay": "1ms" } } })";
  };
  const Ran silent(text("192.0.2.99"));
  EXPECT_EQ(ends(silent), Ends{"2s h.x CANCELED"});
  ASSERT_EQ(silent.all("dev", "dns_query").size(), 1u);
  EXPECT_EQ(silent.all("dev", "dns_query")[0].attr("server"), "192.0.2.99");
  EXPECT_EQ(silent.all("dev", "DNS_SERVER_ADD").size(), 2u);
}

TEST(Dns, WithoutServersThereIsNobodyToAsk) {
  std::string text = names_scenario(R"("h.x")", "{}");
  text.replace(text.find(R"(, "dns": "192.0.2.1")"), 20, "");
  const Ran none(text);
  EXPECT_EQ(ends(none), Ends{"0s h.x EINVAL"});
}

TEST(Dns, MoreServersThanTheKconfigAllows) {
  const Ran ran(names_scenario(R"("h.x")", "{}", "",
                               R"(, "dns": ["192.0.2.1", "192.0.2.9"],
                                  "kconfig": { "DNS_RESOLVER_MAX_SERVERS": 1 })"));
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.brief().find("F0923 DNS_RESOLVER_MAX_SERVERS leaves room for 1 DNS server"),
            std::string::npos)
      << ran.brief();
}

TEST(Dns, RoomForWhatServicesName) {
  const Ran ran(R"({ "until": "20s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "dhcp", "ipv6": "auto" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24", "ipv6": "2001:db8::1/64" } },
             "services": { "d": { "dhcp": { "dns": ["10.0.0.53", "10.0.0.54"] } },
                           "r": { "ra": { "dns": ["2001:db8::53", "2001:db8::54"] } } } } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_TRUE(ran.events("dev dns_server_refused").empty());
  EXPECT_EQ(ran.events("dev DNS_SERVER_ADD").size(), 4u);
}

TEST(Dns, RoomForWhatAPppPeerNames) {
  const Ran ran(R"({ "until": "20s", "nodes": {
    "dev": { "ifaces": { "p0": { "technology": "ppp" } } },
    "isp": { "ifaces": { "p0": { "technology": "ppp", "ipv4": "10.0.0.1/32",
      "ppp": { "peer": "10.0.0.2", "dns": ["192.0.2.1", "192.0.2.2"] } } } } },
  "links": { "line": { "between": ["dev.p0", "isp.p0"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("dev DNS_SERVER_ADD").size(), 2u);
}

TEST(Dns, AnEngineAsksToo) {
  std::string text = names_scenario(R"("h.x")", R"({ "h.x": "192.0.2.7" })");
  text.replace(text.find(R"("dns": "192.0.2.1")"), 18, R"("offload": "lwip", "dns": "192.0.2.1")");
  const Ran ran(text);
  ASSERT_TRUE(ran.report) << ran.messages;
  ASSERT_EQ(ends(ran).size(), 1u);
  EXPECT_NE(ends(ran)[0].find("192.0.2.7 of 1"), std::string::npos) << ends(ran)[0];
  EXPECT_FALSE(ran.records(TraceKind::Hop, "dev.eth0", "offload_call").empty());
}

/// "c" with a resolver and "s" with a name server, on a wire, with both families.
struct TwoNodes {
  explicit TwoNodes(const ServiceSpec& spec) {
    const auto ip = [](const char* text) { return *Ipv4Prefix::parse(text); };
    const auto ip6 = [](const char* text) { return *Ipv6Prefix::parse(text); };
    world.add_ethernet(client, {.name = "e", .address = ip("192.0.2.2/24"),
                                .address6 = ip6("2001:db8::2/64")}, wire);
    world.add_ethernet(server, {.name = "e", .address = ip("192.0.2.1/24"),
                                .address6 = ip6("2001:db8::1/64")}, wire);
    const AppEnv env{server, world.tracer().subject("s.names"), kNever};
    server.apps.push_back(find_entry(registry.services, "dns")->make(env, spec));
    world.boot();
    world.run_for(seconds(5));  // the addresses are nobody else's
  }
  const Registry registry = builtin_registry();
  World world;
  Node& client = world.add_node("c");
  Node& server = world.add_node("s");
  Link& wire = world.add_link("wire");
};

TEST(Dns, AServerAnswersInTheFamilyOfTheQuestion) {
  ServiceSpec spec;
  spec.name = "names";
  ZoneEntrySpec entry;
  entry.name = "host.example";
  entry.addresses = {*IpAddress::parse("192.0.2.7"), *IpAddress::parse("2001:db8::7")};
  spec.zone = {entry};
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    TwoNodes nodes(spec);
    DnsResolver& dns = *nodes.client.stack.dns();
    ASSERT_TRUE(
        dns.add_server(*IpAddress::parse(address), nullptr, DnsServerSource::Manual).ok());
    Ends got;
    for (const DnsType type : {DnsType::A, DnsType::Aaaa}) {
      ASSERT_TRUE(dns.resolve("host.example", type,
                              [&](DnsStatus status, const IpAddress* found) {
                                got.emplace_back(found != nullptr ? to_text(*found)
                                                                  : dns_status_name(status));
                              },
                              Timeout::after(seconds(1)))
                      .ok());
      nodes.world.run_for(milliseconds(100));
    }
    EXPECT_EQ(got, (Ends{"192.0.2.7", "ALLDONE", "2001:db8::7", "ALLDONE"})) << address;
  }
}

TEST(Dns, ABadQueryIsAnswered) {
  ServiceSpec spec;
  spec.name = "names";
  TwoNodes nodes(spec);
  std::vector<DnsHeader> answers;
  NetContext& context =
      *nodes.client.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  ASSERT_TRUE(context
                  .recv(
                      [&](NetContext&, PacketPtr packet, Status) {
                        answers.push_back(*DnsHeader::parse(packet->bytes()));
                      },
                      Timeout::no_wait())
                  .ok());
  const auto send = [&](std::vector<std::uint8_t> message) {
    const Endpoint to{*Ipv4Address::parse("192.0.2.1"), 53};
    ASSERT_TRUE(context.sendto(message, to, {}, Timeout::no_wait()).ok());
    nodes.world.run_for(milliseconds(10));
  };
  send({0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, 'a'});        // a cut question
  send({0, 2, 0x10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1});  // opcode 2
  send({0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});                // no question
  send({0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0});             // an answer: nothing is said
  send({1, 2, 3});                                           // no header: nothing is said
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].rcode, DnsRcode::FormErr);
  EXPECT_EQ(answers[1].rcode, DnsRcode::NotImp);
  EXPECT_EQ(answers[1].opcode, 2);
  EXPECT_EQ(answers[2].rcode, DnsRcode::FormErr);
  EXPECT_EQ(answers[2].id, 3);
}

// What waits to be answered is lost with the service, too; afterwards it knows what it knew.
TEST(Dns, AServerThatIsDown) {
  const Ran ran(R"({ "until": "6s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "dns": "192.0.2.1" } },
             "apps": { "look": { "dns_query": "a.example", "every": "1s", "wait": "900ms" } } },
    "gw": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
            "services": { "names": { "dns": { "a.example": "192.0.2.7" }, "delay": "500ms" } } } },
  "links": { "wire": { "between": ["dev.eth0", "gw.eth0"] } },
  "timeline": [{ "at": "1.2s", "service_down": "gw.names", "for": "2s" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ends(ran), (Ends{"500ms 192.0.2.7 of 1 in 500ms", "1.9s a.example CANCELED",
                             "2.9s a.example CANCELED", "3.9s a.example CANCELED",
                             "4.5s 192.0.2.7 of 1 in 500ms", "5.5s 192.0.2.7 of 1 in 500ms"}));
}

}  // namespace
}  // namespace flapjack
