// SPDX-License-Identifier: Apache-2.0
// The options of the services "dhcp" and "ra": what is read, and what is refused where.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

std::string with_service(const std::string& service) {
  return "{ \"until\": \"1s\", \"nodes\": { \"n\": { \"services\": { \"s\":\n" + service +
         "\n} } } }";
}

struct Bad {
  const char* text;
  const char* message;
};

class BadOptions : public ::testing::TestWithParam<Bad> {};

TEST_P(BadOptions, AreRefusedOnce) {
  const Loaded l(with_service(GetParam().text));
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Dhcp, BadOptions,
    ::testing::Values(
        Bad{R"({ "dhcp": { "laese": "1h" } })", "2:13 F0101 unknown key \"laese\""},
        Bad{R"({ "dhcp": { "lease": 60 } })", "2:22 F0201 a duration needs a unit"},
        Bad{R"({ "dhcp": { "lease": "1500ms" } })",
            "2:22 F0207 a lease is counted in whole seconds"},
        Bad{R"({ "dhcp": { "lease": "2000000h" } })",
            "2:22 F0207 \"2000000h\" is longer than 30 years"},
        Bad{R"({ "dhcp": { "lease": "1min", "renewal": "60s" } })",
            "2:41 F0207 \"renewal\" is not shorter than \"lease\""},
        Bad{R"({ "dhcp": { "rebinding": "1h" } })",
            "2:26 F0207 \"rebinding\" is not shorter than \"lease\""},
        Bad{R"({ "dhcp": { "renewal": "20min", "rebinding": "10min" } })",
            "2:24 F0207 \"renewal\" is not shorter than \"rebinding\""},
        Bad{R"({ "dhcp": { "lease": "1h", "renewal": "3150s" } })",
            "2:39 F0207 \"renewal\" is not shorter than seven eighths of the lease, the client's "
            "own rebinding"},
        Bad{R"({ "dhcp": { "rebinding": "30min" } })",
            "2:26 F0207 \"rebinding\" is not longer than half the lease, the client's own "
            "renewal"},
        Bad{R"({ "dhcp": { "pool": "10.0.0.9..10.0.0.1" } })",
            "2:21 F0207 \"10.0.0.9..10.0.0.1\" is not a range of 1 to 65536 addresses"},
        Bad{R"({ "dhcp": { "router": "10.0.0.1/24" } })",
            "2:23 F0110 an address without a prefix length is wanted here"},
        Bad{R"({ "dhcp": { "dns": "2001:db8::53" } })",
            "2:20 F0110 DHCP gives IPv4 addresses of DNS servers"},
        Bad{R"({ "dhcp": { "reserve": { "02:00:00": "10.0.0.5" } } })",
            "2:26 F0110 \"02:00:00\" is not a MAC address"},
        Bad{R"({ "dhcp": { "reserve": { "03:00:00:00:00:01": "10.0.0.5" } } })",
            "2:26 F0110 \"03:00:00:00:00:01\" is a group address"},
        Bad{R"({ "dhcp": { "reserve": { "02:00:00:00:00:01": "10.0.0.5",
                                         "02:00:00:00:00:02": "10.0.0.5" } } })",
            "3:63 F0110 \"10.0.0.5\" is reserved already"},
        Bad{R"({ "dhcp": { "reserve": { "02:00:00:00:00:0a": "10.0.0.5",
                                         "02:00:00:00:00:0A": "10.0.0.6" } } })",
            "3:42 F0110 \"02:00:00:00:00:0A\" has an address already"},
        Bad{R"({ "dhcp": { "router": ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5",
                                       "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"] } })",
            "3:76 F0107 a DHCP message carries 8 of them at most"},
        Bad{R"({ "dhcp": {}, "delay": "x" })", "2:24 F0206 unknown distribution \"x\""}));

INSTANTIATE_TEST_SUITE_P(
    Ra, BadOptions,
    ::testing::Values(
        Bad{R"({ "ra": {}, "delay": "1s" })", "2:13 F0108 \"delay\" does not go with \"ra\""},
        Bad{R"({ "ra": { "lifetime": "65536s" } })",
            "2:23 F0207 \"65536s\" is longer than 65535 s"},
        Bad{R"({ "ra": { "lifetime": "5min" } })",
            "2:23 F0207 \"lifetime\" is shorter than \"interval\""},
        Bad{R"({ "ra": { "lifetime": "900500ms" } })",
            "2:23 F0207 advertisements count in whole seconds"},
        Bad{R"({ "ra": { "interval": "3s" } })",
            "2:23 F0207 \"3s\" is not between 4s and 30min"},
        Bad{R"({ "ra": { "valid": "1h", "preferred": "2h" } })",
            "2:39 F0207 \"preferred\" is longer than \"valid\""},
        Bad{R"({ "ra": { "mtu": "1279B" } })",
            "2:18 F0207 \"1279B\" is not between 1280B and 65535B"},
        Bad{R"({ "ra": { "hop_limit": 256 } })", "2:24 F0207 256 is not between 0 and 255"},
        Bad{R"({ "ra": { "on_link": 1 } })", "2:22 F0104 expected true or false, found a number"},
        Bad{R"({ "ra": { "dns": "192.0.2.53" } })",
            "2:18 F0110 advertisements carry IPv6 addresses of DNS servers"},
        Bad{R"({ "ra": { "prefixes": ["2001:db8::1/64"] } })",
            "2:24 F0110 \"2001:db8::1/64\" has bits behind its prefix"},
        Bad{R"({ "ra": { "prefixes": ["10.0.0.0/8"] } })",
            "2:24 F0110 \"10.0.0.0/8\" is not an IPv6 network"},
        Bad{R"({ "ra": { "prefixes": ["fe80::/64"] } })",
            "2:24 F0110 \"fe80::/64\" cannot be advertised"},
        Bad{R"({ "ra": { "prefixes": ["2001:db8::/64", "2001:db8::/64"] } })",
            "2:41 F0110 \"2001:db8::/64\" is there already"}));

TEST(SpecDhcp, OptionsAreReadAsWritten) {
  const Loaded l(with_service(R"({ "delay": "50ms", "dhcp": {
    "iface": "lan", "pool": "10.0.0.10..10.0.0.20", "lease": "10min", "renewal": "4min",
    "rebinding": "8min", "router": "10.0.0.1", "dns": ["10.0.0.2", "10.0.0.3"],
    "reserve": { "02:00:5E:00:53:01": "10.0.0.5" } } })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const ServiceSpec& service = l.spec->nodes[0].services[0];
  EXPECT_EQ(service.kind, "dhcp");
  EXPECT_TRUE(service.delay);
  const DhcpServiceSpec& dhcp = service.dhcp;
  EXPECT_EQ(dhcp.iface->text, "lan");
  EXPECT_EQ(dhcp.pool->last - dhcp.pool->first, 10u);
  EXPECT_EQ(dhcp.lease, seconds(600));
  EXPECT_EQ(dhcp.renewal, seconds(240));
  EXPECT_EQ(dhcp.rebinding, seconds(480));
  ASSERT_EQ(dhcp.routers.size(), 1u);
  EXPECT_EQ(dhcp.routers[0].text, "10.0.0.1");
  EXPECT_EQ(dhcp.dns.size(), 2u);
  ASSERT_EQ(dhcp.reservations.size(), 1u);
  EXPECT_EQ(to_text(dhcp.reservations[0].client), "02:00:5e:00:53:01");
}

TEST(SpecDhcp, WhatARouterAdvertisesIsReadAsWritten) {
  const Loaded l(with_service(R"({ "ra": {
    "iface": "lan", "lifetime": "0s", "interval": "10s", "valid": "1h", "preferred": "30min",
    "on_link": false, "autonomous": false, "mtu": "1400B", "hop_limit": 32,
    "dns": "2001:db8::53", "prefixes": ["2001:db8:7::/64", "2001:db8:8::/48"] } })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const RaServiceSpec& ra = l.spec->nodes[0].services[0].ra;
  EXPECT_EQ(ra.iface->text, "lan");
  EXPECT_EQ(ra.lifetime, Duration{});
  EXPECT_EQ(ra.interval, seconds(10));
  EXPECT_EQ(ra.valid, seconds(3600));
  EXPECT_EQ(ra.preferred, seconds(1800));
  EXPECT_FALSE(ra.on_link || ra.autonomous);
  EXPECT_EQ(ra.mtu, 1400);
  EXPECT_EQ(ra.hop_limit, 32);
  EXPECT_EQ(ra.dns.size(), 1u);
  EXPECT_EQ(ra.prefixes.size(), 2u);
}

}  // namespace
}  // namespace flapjack
