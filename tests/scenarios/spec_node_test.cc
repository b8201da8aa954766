// SPDX-License-Identifier: Apache-2.0
// Nodes, interfaces, apps and links: what is refused, and where.
#include <gtest/gtest.h>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

struct BadPart {
  const char* text;
  const char* message;
  friend void PrintTo(const BadPart& c, std::ostream* out) { *out << c.text; }
};

class BadIfaces : public ::testing::TestWithParam<BadPart> {};

TEST_P(BadIfaces, AreRefusedOnce) {
  const Loaded l(std::string("{ \"until\": \"1s\", \"nodes\": { \"n\": { \"ifaces\": { \"e\":\n") +
                 GetParam().text + "\n}}}}");
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadIfaces,
    ::testing::Values(
        BadPart{R"({ "ipv4": ["dhcp", "dhcp"] })",
                "2:20 F0110 \"dhcp\" is on this interface already"},
        BadPart{R"({ "ipv4": ["auto", "10.0.0.1/8", "auto"] })",
                "2:34 F0110 \"auto\" is on this interface already"},
        BadPart{R"({ "ipv6": ["auto", "2001:db8::1/64", "auto"] })",
                "2:38 F0110 \"auto\" is on this interface already"},
        BadPart{R"({ "ipv4": "127.0.0.1/8" })",
                "2:11 F0110 \"127.0.0.1/8\" is not the address of one host"},
        BadPart{R"({ "ipv4": ["10.0.0.1/8", "127.9.0.1/32"] })",
                "2:26 F0110 \"127.9.0.1/32\" is not the address of one host"},
        BadPart{R"({ "ipv6": "dhcp" })", "2:11 F0105 \"dhcp\" is not supported yet"},
        BadPart{R"({ "ipv6": "2001:db8::2" })", "2:11 F0110 the prefix length is missing"},
        BadPart{R"({ "ipv6": "2001:db8::g/64" })",
                "2:11 F0110 \"2001:db8::g/64\" is not an IPv6 address"},
        BadPart{R"({ "ipv6": "ff02::1/64" })",
                "2:11 F0110 \"ff02::1/64\" is not the address of one host"},
        BadPart{R"({ "ipv6": "2001:db8::2/129" })", "2:11 F0110 \"129\" is not a prefix length"},
        BadPart{R"({ "ipv4": "192.0.2.2" })", "2:11 F0110 the prefix length is missing"},
        BadPart{R"({ "ipv4": "192.0.2.2/33" })", "2:11 F0110 \"33\" is not a prefix length"},
        BadPart{R"({ "ipv4": "192.0.2.256/24" })",
                "2:11 F0110 \"192.0.2.256/24\" is not an IPv4 address"},
        BadPart{R"({ "ipv4": "192.0.02.2/24" })",
                "2:11 F0110 \"192.0.02.2/24\" is not an IPv4 address"},
        BadPart{R"({ "ipv4": "224.0.0.1/24" })",
                "2:11 F0110 \"224.0.0.1/24\" is not the address of one host"},
        BadPart{R"({ "ipv4": ["10.0.0.1/8", "10.0.0.1/24"] })",
                "2:26 F0110 \"10.0.0.1\" is on this interface already"},
        BadPart{R"({ "gateway": "192.0.2.1/24" })",
                "2:14 F0110 an address without a prefix length is wanted here"},
        BadPart{R"({ "mtu": 1500 })", "2:10 F0204 a size needs a unit"},
        BadPart{R"({ "mtu": "67B" })", "2:10 F0207 \"67B\" is not between 68B and 65535B"},
        BadPart{R"({ "mac": "01:00:5e:00:00:01" })",
                "2:10 F0110 \"01:00:5e:00:00:01\" is a group address"},
        BadPart{R"({ "mac": "02-00-5e-00-00-01" })",
                "2:10 F0110 \"02-00-5e-00-00-01\" is not a MAC address"},
        BadPart{R"({ "technology": "wfi" })", "2:17 F0106 unknown technology \"wfi\""},
        BadPart{R"({ "technology": "ppp" })",
                "2:17 F0105 technology \"ppp\" is not supported yet"},
        BadPart{R"({ "offload": "host" })", "2:14 F0105 engine \"host\" is not supported yet"},
        BadPart{R"({ "offload": "scripted:modem" })",
                "2:14 F0105 \"scripted:modem\" is not supported yet"},
        BadPart{R"({ "queue": 0 })", "2:12 F0207 0 is not between 1 and 1000000"},
        BadPart{R"({ "auto_start": 1 })",
                "2:17 F0104 expected true or false, found a number"},
        BadPart{R"({ "conn": {} })",
                "2:3 F0103 technology \"ethernet\" has no connectivity implementation of its "
                "own"},
        BadPart{R"({ "conn": { "impl": "wfi" } })",
                "2:21 F0106 unknown connectivity implementation \"wfi\""},
        BadPart{R"({ "conn": { "impl": "" } })",
                "2:21 F0106 unknown connectivity implementation \"\""},
        BadPart{R"({ "conn": { "impl": 5 } })", "2:21 F0104 expected a string, found a number"},
        BadPart{R"({ "technology": "wfi", "conn": {} })",
                "2:17 F0106 unknown technology \"wfi\""},
        BadPart{R"({ "technology": "wifi", "conn": { "timeout": "1.5s" } })",
                "2:46 F0207 Zephyr keeps this timeout in whole seconds"},
        BadPart{R"({ "technology": "wifi", "conn": { "fail": 0.5 } })",
                "2:43 F0205 \"0.5\" is ambiguous: half, or half a percent?"},
        BadPart{R"({ "technology": "wifi", "conn": { "presistent": true } })",
                "2:35 F0101 unknown key \"presistent\""},
        BadPart{R"j({ "technology": "wifi", "conn": { "associate": "nromal(1s, 2s)" } })j",
                "2:48 F0206 unknown distribution \"nromal\""}));

class BadNodes : public ::testing::TestWithParam<BadPart> {};

TEST_P(BadNodes, AreRefusedOnce) {
  const Loaded l(std::string("{ \"until\": \"1s\", \"nodes\": { \"b\": { \"ifaces\": { \"e\": { "
                             "\"ipv4\": \"10.0.0.2/8\" } }, \"services\": [\"udp_echo:7\"] },"
                             " \"c\": {}, \"n\":\n") +
                 GetParam().text + "\n}}");
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadNodes,
    ::testing::Values(
        BadPart{R"({ "threads": {} })", "2:3 F0105 \"threads\" is not supported yet"},
        BadPart{R"({ "profile": "zephyr-5" })", "2:14 F0106 unknown profile \"zephyr-5\""},
        BadPart{R"({ "kconfig": { "NET_IPV7": 1 } })",
                "2:16 F0105 kconfig \"NET_IPV7\" is not supported yet"},
        BadPart{R"({ "kconfig": "prj.conf" })", "2:14 F0105 \"prj.conf\" is not supported yet"},
        BadPart{R"({ "router": 1 })", "2:13 F0104 expected true or false, found a number"},
        BadPart{R"({ "routes": [] })", "2:13 F0104 expected an object, found an array"},
        BadPart{R"({ "routes": { "10.0.0.0": "e" } })",
                "2:15 F0110 \"10.0.0.0\" is not a network"},
        BadPart{R"({ "routes": { "10.0.0.1/8": "e" } })",
                "2:15 F0110 \"10.0.0.1/8\" has bits behind its prefix"},
        BadPart{R"({ "routes": { "10.0.0.0/33": "e" } })",
                "2:15 F0110 \"33\" is not a prefix length"},
        BadPart{R"({ "routes": { "10.0.0.0/8": 1 } })",
                "2:29 F0104 expected a string, found a number"},
        BadPart{R"({ "routes": { "10.0.0.0/8": "e9" }, "ifaces": { "e": {} } })",
                "2:29 F0301 node \"n\" has no interface \"e9\""},
        BadPart{R"({ "routes": { "10.0.0.0/8": "192.0.3.1" },
                     "ifaces": { "e": { "ipv4": "192.0.2.1/24" } } })",
                "2:29 F0912 router \"192.0.3.1\" is on none of the node's networks"},
        BadPart{R"({ "routes": { "10.0.0.0/8": "192.0.2.255" },
                     "ifaces": { "e": { "ipv4": "192.0.2.1/24" } } })",
                "2:29 F0912 router \"192.0.2.255\" is the broadcast address of its network"},
        BadPart{R"({ "services": ["udp_echo"] })", "2:16 F0110 udp_echo needs a port"},
        BadPart{R"({ "services": ["udp_ecko:7"] })",
                "2:17 F0106 unknown service \"udp_ecko\""},
        BadPart{R"({ "services": ["http"] })", "2:17 F0105 service \"http\" is not supported yet"},
        BadPart{R"({ "services": ["udp_echo:70000"] })", "2:26 F0110 \"70000\" is not a port"},
        BadPart{R"({ "services": ["udp_echo:7", "udp_echo:8"] })",
                "2:30 F0303 node \"n\" has \"udp_echo\" already"},
        BadPart{R"({ "ifaces": { "x": {} }, "services": { "x": "udp_echo:7" } })",
                "2:40 F0303 node \"n\" has \"x\" already"},
        BadPart{R"({ "ifaces": { "wifi 0": {} } })", "2:15 F0109 \"wifi 0\" cannot be a name"},
        BadPart{R"({ "ifaces": [] })", "2:13 F0104 expected an object, found an array"},
        BadPart{R"({ "apps": { "a": {} } })", "2:18 F0102 app \"a\" does not say what it is"},
        BadPart{R"({ "apps": { "a": { "udp_pong": "b:7" } } })",
                "2:20 F0101 unknown app \"udp_pong\""},
        BadPart{R"({ "apps": { "a": { "http_get": "b:80" } } })",
                "2:20 F0105 \"http_get\" is not supported yet"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b" } } })",
                "2:32 F0110 \"b\" is not \"node:port\""},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:0" } } })",
                "2:35 F0110 \"0\" is not a port"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "d:7" } } })",
                "2:33 F0301 there is no node \"d\""},
        BadPart{R"({ "apps": { "a": { "udp_ping": "c:7" } } })",
                "2:33 F0304 node \"c\" has no IPv4 address"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:8" } } })",
                "2:32 F0304 node \"b\" has no service udp_echo on port 8"},
        BadPart{R"({ "apps": { "a": { "udp_ping": ["b:7", "b:7"] } } })",
                "2:32 F0107 \"udp_ping\" has one peer, not a list"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "timeout": "1s" } } })",
                "2:39 F0108 \"timeout\" does not go with \"udp_ping\""},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "every": "0s" } } })",
                "2:48 F0207 this duration must be above 0"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "from": "2s" } } })",
                "2:47 F0601 this app begins at 2s but the run ends at 1s"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "from": "1s" } } })",
                "2:47 F0601 this app begins at 1s but the run ends at 1s"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "from": "1ms", "until": "1ms" } } })",
                "2:63 F0602 this app ends before it begins"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "until": "0s" } } })",
                "2:48 F0602 this app ends before it begins"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "send": 64 } } })",
                "2:47 F0204 a size needs a unit"},
        BadPart{R"({ "apps": { "a": { "udp_ping": "b:7", "reconnecting_client": "b:7" } } })",
                "2:39 F0102 an app is of one kind, found \"udp_ping\" and "
                "\"reconnecting_client\""}));

TEST(SpecNode, PrefersThePeersAddressOnASharedSubnet) {
  const Loaded l(R"({ "until": "1s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
           "apps": { "p": { "udp_ping": "b:7" }, "q": { "udp_ping": "203.0.113.9:7" } } },
    "b": { "ifaces": { "f": { "ipv4": "192.0.2.9/24" },
                       "g": { "ipv4": ["198.51.100.1/24", "10.0.0.2/24"] } },
           "services": { "echo": "udp_echo:7" } } } })");
  ASSERT_TRUE(l.spec) << l.messages;
  EXPECT_EQ(l.spec->nodes[0].apps[0].peers[0].address.text, "10.0.0.2");
  EXPECT_EQ(l.spec->nodes[0].apps[1].peers[0].address.text, "203.0.113.9");
  EXPECT_TRUE(l.spec->nodes[0].apps[1].peers[0].node.empty());
  EXPECT_EQ(l.spec->nodes[1].services[0].name, "echo");
  EXPECT_EQ(l.spec->find_node("b")->find_service("echo")->port, 7);
}

TEST(SpecNode, RoutesFindTheirInterfaces) {
  const Loaded l(R"({ "until": "1s", "nodes": { "a": { "router": true,
    "ifaces": { "e": { "ipv4": "10.0.0.1/24" }, "f": { "ipv4": ["192.0.2.9/24", "auto"] } },
    "routes": { "172.16.0.0/12": "192.0.2.254", "0.0.0.0/0": "e", "x-note": 1 } } } })");
  ASSERT_TRUE(l.spec) << l.messages;
  const NodeSpec& node = l.spec->nodes[0];
  EXPECT_TRUE(node.router);
  ASSERT_EQ(node.routes.size(), 2u);
  EXPECT_EQ(node.routes[0].iface, "f");
  EXPECT_EQ(node.routes[0].prefix_len, 12);
  EXPECT_EQ(to_text(*node.routes[0].via), "192.0.2.254");
  EXPECT_EQ(node.routes[1].iface, "e");
  EXPECT_FALSE(node.routes[1].via);
  EXPECT_FALSE(node.ifaces[0].ipv4_auto);
  EXPECT_TRUE(node.ifaces[1].ipv4_auto);
}

}  // namespace
}  // namespace flapjack
