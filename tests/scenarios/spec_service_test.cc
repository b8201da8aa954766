// SPDX-License-Identifier: Apache-2.0
// Services as objects, DNS servers, zones, and apps that ask for names.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

using Says = ZoneEntrySpec::Says;

struct BadPart {
  const char* text;
  const char* message;
};

class BadServices : public ::testing::TestWithParam<BadPart> {};

TEST_P(BadServices, AreRefusedOnce) {
  const Loaded l(std::string("{ \"until\": \"1s\", \"nodes\": { \"n\":\n") + GetParam().text +
                 "\n}}");
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

// What goes with every service is none.
TEST(SpecService, AMisspelledKindIsToldServicesAlone) {
  const Loaded l(R"({ "until": "1s", "nodes": { "n": { "services": { "a": { "dhpc": {} } } } } })");
  EXPECT_NE(l.messages.find("did you mean \"dhcp\"? known: dns, still, dhcp, ra\n"),
            std::string::npos)
      << l.messages;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServices,
    ::testing::Values(
        BadPart{R"({ "services": ["dns:53"] })", "2:16 F0110 dns takes no port"},
        BadPart{R"({ "services": [{ "dns": {} }] })",
                "2:16 F0104 expected a string, found an object"},
        BadPart{R"({ "services": { "a": {} } })",
                "2:22 F0102 service \"a\" does not say what it is"},
        BadPart{R"({ "services": { "a": { "udp_echo": 7 } } })",
                "2:22 F0104 udp_echo is written as a text, not as an object"},
        BadPart{R"({ "services": { "a": { "dsn": {} } } })", "2:24 F0101 unknown service \"dsn\""},
        BadPart{R"({ "services": { "a": { "http": {} } } })",
                "2:24 F0105 \"http\" is not supported yet"},
        BadPart{R"({ "services": { "a": { "dns": {}, "still": {} } } })",
                "2:35 F0102 a service is of one kind, found \"dns\" and \"still\""},
        BadPart{R"({ "services": { "a": { "still": {}, "delay": "1s" } } })",
                "2:37 F0108 \"delay\" does not go with \"still\""},
        BadPart{R"({ "services": { "a": { "dns": {}, "delay": 5 } } })",
                "2:44 F0201 a duration needs a unit"},
        BadPart{R"({ "services": { "a": { "dns": [] } } })",
                "2:31 F0104 expected an object, found an array"},
        BadPart{R"({ "services": { "a": { "dns": { "a..b": "192.0.2.1" } } } })",
                "2:33 F0110 \"a..b\" is not a domain name"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": "servfial" } } } })",
                "2:40 F0110 \"servfial\" is neither an address nor another name"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": "1.2.3.400" } } } })",
                "2:40 F0110 \"1.2.3.400\" is neither an address nor another name"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": "10.0.0" } } } })",
                "2:40 F0110 \"10.0.0\" is neither an address nor another name"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": "h..y" } } } })",
                "2:40 F0110 \"h..y\" is not a domain name"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": ["192.0.2.1", "h.y"] } } } })",
                "2:54 F0110 \"h.y\" is not an address"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": [] } } } })",
                "2:40 F0107 a name needs an address"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": 5 } } } })",
                "2:40 F0104 expected a string, found a number"},
        BadPart{R"({ "services": { "a": { "dns": { "h.x": "ignore", "H.X": "ignore" } } } })",
                "2:50 F0110 the zone has \"H.X\" already"},
        BadPart{R"({ "dns": "192.0.2" })", "2:10 F0110 \"192.0.2\" is not the address of one host"},
        BadPart{R"({ "dns": "ff02::fb" })",
                "2:10 F0110 \"ff02::fb\" is not the address of one host"},
        BadPart{R"({ "dns": ["192.0.2.1", "192.0.2.1"] })",
                "2:24 F0110 \"192.0.2.1\" is there already"},
        BadPart{R"({ "dns": [["192.0.2.1"]] })",
                "2:11 F0104 expected a string, found an array"},
        BadPart{R"({ "ifaces": { "e": { "dns": 5 } } })",
                "2:29 F0104 expected a string, found a number"},
        BadPart{R"({ "apps": { "a": { "dns_query": "a..b" } } })",
                "2:33 F0110 \"a..b\" is not a domain name"},
        BadPart{R"({ "apps": { "a": { "dns_query": [] } } })",
                "2:33 F0107 an app needs a name to ask for"},
        BadPart{R"({ "apps": { "a": { "dns_query": "a", "type": "MX" } } })",
                "2:46 F0106 unknown record type \"MX\""},
        BadPart{R"({ "apps": { "a": { "dns_query": "a", "wait": "0s" } } })",
                "2:46 F0207 a query without time for an answer is EINVAL"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "192.0.2.1:7", "send": "3B" } } })",
                "2:55 F0207 \"3B\" is not between 4B and 1GB"},
        BadPart{R"({ "services": { "a": { "ra": { "dns": ["2001:db8::1", "2001:db8::2",
"2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6",
"2001:db8::7", "2001:db8::8", "2001:db8::9"] } } } })",
                "4:31 F0107 an advertisement carries eight DNS servers at most"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "192.0.2.1:7", "type": "A" } } })",
                "2:47 F0108 \"type\" does not go with \"udp_ping\""}));

TEST(SpecService, AZoneIsReadAsWritten) {
  const Loaded l(R"j({ "until": "1s", "nodes": { "n": {
    "dns": ["192.0.2.53", "2001:db8::53"],
    "ifaces": { "e": { "ipv4": "192.0.2.1/24", "dns": "192.0.2.54" } },
    "apps": { "one": { "dns_query": "host.example" },
              "two": { "dns_query": ["a.example", "192.0.2.9"], "type": "AAAA" } },
    "services": { "names": { "delay": "uniform(1ms, 2ms)", "dns": {
      "host.example": "192.0.2.7", "both.example": ["192.0.2.8", "2001:db8::8"],
      "www.example": "host.example", "quiet.example": "ignore", "gone.example": "nxdomain",
      "broken.example": "servfail", "x-ray.example": "refused", "*": "192.0.2.1" } } }
  } } })j");
  ASSERT_TRUE(l.spec) << l.messages;
  const NodeSpec& n = l.spec->nodes[0];
  ASSERT_EQ(n.dns.size(), 2u);
  EXPECT_EQ(to_text(n.dns[1].address), "2001:db8::53");
  EXPECT_EQ(n.ifaces[0].dns.size(), 1u);
  EXPECT_EQ(n.apps[0].names.size(), 1u);
  EXPECT_EQ(n.apps[1].names[1].text, "192.0.2.9");
  EXPECT_EQ(n.apps[1].type, "AAAA");
  ASSERT_EQ(n.services.size(), 1u);
  EXPECT_EQ(n.services[0].kind, "dns");
  EXPECT_EQ(n.services[0].name, "names");
  EXPECT_TRUE(n.services[0].delay.has_value());
  std::string zone;
  for (const ZoneEntrySpec& each : n.services[0].zone) {
    zone += each.name + "=" + std::to_string(static_cast<int>(each.says)) + each.alias;
    for (const IpAddress& a : each.addresses) zone += "," + to_text(a);
    zone += " ";
  }
  EXPECT_EQ(zone,
            "host.example=0,192.0.2.7 both.example=0,192.0.2.8,2001:db8::8 "
            "www.example=1host.example quiet.example=2 gone.example=3 broken.example=4 "
            "x-ray.example=5 *=0,192.0.2.1 ");
}

TEST(SpecService, AnEmptyZoneMayBeWrittenAsText) {
  const Loaded l(R"({ "until": "1s", "nodes": { "n": { "services": ["dns"] } } })");
  ASSERT_TRUE(l.spec) << l.messages;
  EXPECT_EQ(l.spec->nodes[0].services[0].kind, "dns");
}

}  // namespace
}  // namespace flapjack
