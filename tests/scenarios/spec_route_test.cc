// SPDX-License-Identifier: Apache-2.0
// Static routes of both families: how their interfaces are found, and what is refused where.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

std::string with_routes(const std::string& routes) {
  return R"({ "until": "1s", "nodes": { "n": { "ifaces": {
    "a": { "ipv4": "10.0.0.1/24", "ipv6": ["2001:db8:1::1/64", "2001:db8:5::1/64"] },
    "b": { "ipv6": "auto" }, "c": { "ipv4": "192.0.2.1/24" } }, "routes":
)" + routes + "\n} } }";
}

TEST(SpecRoute, Ipv6RoutesFindTheirInterfaces) {
  const Loaded l(with_routes(R"({ "2001:db8:9::/48": "2001:db8:5::9", "::/0": "fe80::1%b",
    "2001:db8:7::/64": "b", "2001:db8:8::1/128": "2001:db8:f::1%a", "10.9.0.0/16": "10.0.0.9" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  struct {
    const char *network, *via, *iface;
    int length;
  } const rows[] = {{"2001:db8:9::", "2001:db8:5::9", "a", 48},
                    {"::", "fe80::1", "b", 0},
                    {"2001:db8:7::", nullptr, "b", 64},
                    {"2001:db8:8::1", "2001:db8:f::1", "a", 128},
                    {"10.9.0.0", "10.0.0.9", "a", 16}};
  const auto& routes = l.spec->nodes[0].routes;
  ASSERT_EQ(routes.size(), std::size(rows));
  for (std::size_t i = 0; i < routes.size(); ++i) {
    EXPECT_EQ(to_text(routes[i].network), rows[i].network);
    EXPECT_EQ(routes[i].prefix_len, rows[i].length) << rows[i].network;
    EXPECT_EQ(routes[i].iface, rows[i].iface) << rows[i].network;
    ASSERT_EQ(routes[i].via.has_value(), rows[i].via != nullptr) << rows[i].network;
    if (routes[i].via) {
      EXPECT_EQ(to_text(*routes[i].via), rows[i].via);
    }
  }
}

struct Bad {
  const char* text;
  const char* message;
};

TEST(SpecRoute, WhatIsRefused) {
  const Bad rows[] = {
      {R"({ "2001:db8::/129": "b" })", "4:3 F0110 \"129\" is not a prefix length"},
      {R"({ "2001:db8::1/64": "b" })", "4:3 F0110 \"2001:db8::1/64\" has bits behind its prefix"},
      {R"({ "10.0.0.0/33": "a" })", "4:3 F0110 \"33\" is not a prefix length"},
      {R"({ "2001:db8::": "b" })", "4:3 F0110 \"2001:db8::\" is not a network"},
      {R"({ "2001:db8:9::/48": "10.0.0.9" })",
       "4:22 F0110 \"10.0.0.9\" is of another family than the network"},
      {R"({ "10.9.0.0/16": "2001:db8:1::9" })",
       "4:18 F0110 \"2001:db8:1::9\" is of another family than the network"},
      {R"({ "2001:db8:9::/48": "fe80::1" })", "4:22 F0110 \"fe80::1\" is on every interface"},
      {R"({ "2001:db8:9::/48": "ff02::1" })",
       "4:22 F0110 \"ff02::1\" is not the address of one host"},
      {R"({ "2001:db8:9::/48": "2001:db8:f::1" })",
       "4:22 F0912 router \"2001:db8:f::1\" is on none of the node's networks"},
      {R"({ "10.9.0.0/16": "" })", "4:18 F0110 a route needs a router or an interface"},
      {R"({ "2001:db8:9::/48": "c" })", "4:22 F0912 interface \"c\" has no IPv6"},
  };
  for (const Bad& row : rows) {
    const Loaded l(with_routes(row.text));
    EXPECT_FALSE(l.spec) << row.text;
    ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
    EXPECT_EQ(l.brief(), row.message);
  }
  const Loaded unknown(with_routes(R"({ "2001:db8:9::/48": "fe80::1%d" })"));
  EXPECT_FALSE(unknown.spec);
}

}  // namespace
}  // namespace flapjack
