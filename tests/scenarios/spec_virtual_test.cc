// SPDX-License-Identifier: Apache-2.0
// Ifaces that stand on others: what is refused where, and what the World then has.
#include "scenarios/builder.h"
#include "tests/scenarios/built_world.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

std::string with_ifaces(const std::string& ifaces) {
  return "{ \"until\": \"2s\", \"nodes\": { \"n\": { \"ifaces\": {\n" + ifaces +
         "\n} }, \"m\": { \"ifaces\": { \"eth0\": { \"ipv4\": \"192.0.2.1/24\" } } } },\n"
         "\"links\": { \"wire\": { \"between\": [\"n.eth0\", \"m.eth0\"] } } }";
}

struct Row {
  const char* name;
  const char* ifaces;
  const char* message;
};

class BadStack : public ::testing::TestWithParam<Row> {};

TEST_P(BadStack, IsRefusedOnce) {
  const Ran ran(with_ifaces(GetParam().ifaces));
  EXPECT_FALSE(ran.report);
  ASSERT_EQ(ran.sink.all().size(), 1u) << ran.messages;
  const Diagnostic& d = ran.sink.all()[0];
  const SourcePlace at = ran.file.place(d.span);
  EXPECT_EQ(std::to_string(at.line) + ":" + std::to_string(at.column) + " " + d.code + " " +
                d.message,
            GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadStack,
    ::testing::Values(
        Row{"vlan_without_id", R"("eth0": {}, "v": { "vlan": { "on": "eth0" } })",
            "2:28 F0103 \"id\" is missing"},
        Row{"vlan_without_lower", R"("eth0": {}, "v": { "vlan": { "id": 1 } })",
            "2:28 F0103 \"on\" is missing"},
        Row{"vlan_zero", R"("eth0": {}, "v": { "vlan": { "on": "eth0", "id": 0 } })",
            "2:50 F0207 0 is not between 1 and 4094"},
        Row{"vlan_reserved", R"("eth0": {}, "v": { "vlan": { "on": "eth0", "id": 4095 } })",
            "2:50 F0207 4095 is not between 1 and 4094"},
        Row{"no_such_iface", R"("eth0": {}, "v": { "vlan": { "on": "eth1", "id": 1 } })",
            "2:36 F0301 node \"n\" has no interface \"eth1\""},
        Row{"on_itself", R"("eth0": {}, "v": { "vlan": { "on": "v", "id": 1 } })",
            "2:36 F0303 \"v\" would stand on itself"},
        Row{"key_and_technology",
            R"("eth0": {}, "v": { "technology": "wifi", "vlan": { "on": "eth0", "id": 1 } })",
            "2:20 F0108 \"technology\" does not go with \"vlan\""},
        Row{"key_and_engine",
            R"("eth0": {}, "v": { "offload": "lwip", "vlan": { "on": "eth0", "id": 1 } })",
            "2:20 F0108 \"offload\" does not go with \"vlan\""},
        Row{"technology_alone", R"("eth0": {}, "v": { "technology": "vlan" })",
            "2:34 F0103 technology \"vlan\" needs the key of that name"},
        Row{"l2_alone", R"("eth0": {}, "v": { "l2": "vlan" })",
            "2:13 F0919 l2 \"vlan\" is for interfaces that stand on others"},
        Row{"same_id",
            R"("eth0": {}, "v": { "vlan": { "on": "eth0", "id": 1 } },
               "w": { "vlan": { "on": "eth0", "id": 1 } })",
            "3:39 F0917 a vlan cannot stand on \"eth0\": EALREADY"},
        Row{"not_ethernet",
            R"("eth0": {}, "d": { "technology": "dummy" },
               "v": { "vlan": { "on": "d", "id": 1 } })",
            "3:39 F0917 a vlan cannot stand on \"d\": EINVAL"},
        Row{"larger_mtu",
            R"("eth0": { "mtu": "1400B" },
               "v": { "mtu": "1401B", "vlan": { "on": "eth0", "id": 1 } })",
            "3:55 F0917 a vlan cannot stand on \"eth0\": EINVAL"},
        Row{"tunnel_without_remote", R"("eth0": {}, "t": { "tunnel": { "on": "eth0" } })",
            "2:30 F0103 \"remote\" is missing"},
        Row{"tunnel_to_nobody",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "1.2.3" } })",
            "2:56 F0110 \"1.2.3\" is not an IPv4 address"},
        Row{"tunnel_ttl",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "1.2.3.4", "ttl": 0 } })",
            "2:74 F0207 0 is not between 1 and 255"},
        Row{"two_tunnels_to_one_end",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "1.2.3.4" } },
               "u": { "tunnel": { "on": "eth0", "remote": "1.2.3.4" } })",
            "3:41 F0917 a tunnel cannot stand on \"eth0\": EALREADY"},
        Row{"tunnel_too_large",
            R"("eth0": {},
               "t": { "mtu": "1481B", "tunnel": { "on": "eth0", "remote": "1.2.3.4" } })",
            "3:57 F0917 a tunnel cannot stand on \"eth0\": EINVAL"},
        Row{"bridge_without_ports", R"("eth0": {}, "b": { "bridge": [] })",
            "2:30 F0107 a bridge needs a port"},
        Row{"bridge_port_twice", R"("eth0": {}, "b": { "bridge": ["eth0", "eth0"] })",
            "2:31 F0303 \"eth0\" is there twice"},
        Row{"bridge_port_is_missing", R"("eth0": {}, "b": { "bridge": { "on": ["eth0", "e1"] } })",
            "2:47 F0301 node \"n\" has no interface \"e1\""},
        Row{"bridge_port_with_address",
            R"("eth0": { "ipv4": "10.0.0.1/24" }, "b": { "bridge": ["eth0"] })",
            "2:1 F0919 the port of a bridge has no addresses and no engine"},
        Row{"bridge_of_no_ethernet",
            R"("eth0": {}, "d": { "technology": "dummy" }, "b": { "bridge": ["d"] })",
            "2:63 F0917 a bridge cannot stand on \"d\": EINVAL"},
        Row{"two_bridges",
            R"("eth0": {}, "b": { "bridge": ["eth0"] }, "c": { "bridge": ["eth0"] })",
            "2:60 F0917 a bridge cannot stand on \"eth0\": EBUSY"},
        Row{"two_kinds",
            R"("eth0": {}, "b": { "bridge": ["eth0"], "vlan": { "on": "eth0", "id": 1 } })",
            "2:20 F0108 \"bridge\" does not go with \"vlan\""},
        Row{"ppp_and_another_l2", R"("eth0": { "technology": "wifi", "ppp": {} })",
            "2:33 F0918 \"ppp\" is for an interface whose l2 is \"ppp\""},
        Row{"ppp_with_conn",
            R"("eth0": {}, "p": { "ppp": {}, "conn": { "impl": "wifi" } })",
            "2:49 F0918 a PPP interface is dialled: \"impl\" is \"ppp\""},
        Row{"ppp_dialled_on_ethernet", R"("eth0": {}, "p": { "conn": { "impl": "ppp" } })",
            "2:38 F0918 \"impl\": \"ppp\" is for an interface whose l2 is \"ppp\""},
        Row{"ppp_with_engine", R"("eth0": {}, "p": { "ppp": {}, "offload": "lwip" })",
            "2:13 F0918 an engine cannot use PPP"},
        Row{"ppp_and_ethernet", R"("eth0": { "ppp": {} })",
            "2:1 F0918 the other end of link \"wire\" does not speak PPP"},
        Row{"ppp_failures_of_nothing", R"("eth0": {}, "p": { "ppp": { "failures": 2 } })",
            "2:29 F0108 \"failures\" does not go with a ppp without \"echo\""},
        Row{"ppp_servers",
            R"("eth0": {}, "p": { "ppp": { "dns": ["10.0.0.1", "10.0.0.2", "10.0.0.3"] } })",
            "2:61 F0107 PPP carries two DNS servers, no more"},
        Row{"tunnel_ipv6_auto",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "1.2.3.4" },
               "ipv6": "auto" })",
            "3:24 F0111 a tunnel gets no IPv6 address by itself"},
        Row{"tunnel_ipv4_auto",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "1.2.3.4" },
               "ipv4": "auto" })",
            "3:24 F0111 a tunnel gets no link-local IPv4 address"},
        Row{"ppp_ipv4_auto",
            R"("eth0": {}, "p": { "ppp": {}, "ipv4": ["10.0.0.1/32", "auto"] })",
            "2:55 F0111 a PPP interface gets no link-local IPv4 address"},
        Row{"tunnel_to_loopback",
            R"("eth0": {}, "t": { "tunnel": { "on": "eth0", "remote": "127.0.0.1" } })",
            "2:56 F0110 the tunnel would end at its own node"},
        Row{"tunnel_to_itself",
            R"("eth0": { "ipv4": "10.0.0.1/8" },
               "t": { "tunnel": { "on": "eth0", "remote": "10.0.0.1" } })",
            "3:59 F0110 the tunnel would end at its own node"},
        Row{"ppp_peer_is_itself",
            R"("eth0": {}, "p": { "ipv4": "10.0.0.1/32", "ppp": { "peer": "10.0.0.1" } })",
            "2:60 F0110 \"peer\" is this end's own address"}),
    [](const auto& info) { return info.param.name; });

TEST(VirtualIfaces, MayComeBeforeWhatTheyStandOn) {
  const std::string text = with_ifaces(
      R"("v": { "vlan": { "on": "eth0", "id": 7 }, "ipv4": "10.0.0.1/24" },
         "eth0": { "mtu": "1400B" })");
  const BuiltWorld built(text);
  ASSERT_TRUE(built.spec) << built.messages();
  ASSERT_NE(built.world, nullptr) << built.messages();
  built.world->boot();
  Node& node = *built.world->node("n");
  NetIf& vlan = *node.stack.iface_by_name("v");
  NetIf& eth = *node.stack.iface_by_name("eth0");
  EXPECT_EQ(vlan.stacking().lower(), &eth);
  EXPECT_EQ(vlan.mtu(), 1400) << "that of the iface below";
  EXPECT_EQ(vlan.link_address(), eth.link_address());
  EXPECT_TRUE(vlan.is_up());
  EXPECT_EQ(built.names.find(*Ipv4Address::parse("10.0.0.1")), "n");
}

TEST(VirtualIfaces, AMacOfTheirOwn) {
  const std::string text = with_ifaces(
      R"("eth0": {}, "v": { "vlan": { "on": "eth0", "id": 7 }, "mac": "02:00:5e:00:53:09" })");
  const BuiltWorld built(text);
  ASSERT_TRUE(built.spec) << built.messages();
  ASSERT_NE(built.world, nullptr) << built.messages();
  EXPECT_EQ(to_text(built.world->node("n")->stack.iface_by_name("v")->link_address()),
            "02:00:5e:00:53:09");
}

TEST(VirtualIfaces, HaveNoCarrierOfTheirOwnToTake) {
  const std::string text = R"({ "until": "3s", "nodes": { "n": { "ifaces": {
      "eth0": {}, "v": { "vlan": { "on": "eth0", "id": 7 } } } },
      "m": { "ifaces": { "eth0": {} } } },
      "links": { "wire": { "between": ["n.eth0", "m.eth0"] } },
      "timeline": [ { "at": "1s", "carrier_down": "n.v" }, { "at": "2s", "vanish": "n.v" } ],
      "expect": [ { "never": "n.v IF_DOWN" },
                  { "sequence": ["n.v step_refused verb=carrier_down errno=ENOTSUP",
                                 "n.v step_refused verb=vanish errno=ENOTSUP"] } ] })";
  const Ran ran(text);
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(VirtualIfaces, TakeTheMtuThatIsLeft) {
  const std::string text = with_ifaces(
      R"("t": { "tunnel": { "on": "v", "remote": "198.51.100.1" } },
         "v": { "vlan": { "on": "br0", "id": 7 } }, "br0": { "bridge": ["eth0", "eth1"] },
         "eth0": {}, "eth1": { "mtu": "1400B" })");
  const BuiltWorld built(text);
  ASSERT_TRUE(built.spec) << built.messages();
  ASSERT_NE(built.world, nullptr) << built.messages();
  const Stack& stack = built.world->node("n")->stack;
  EXPECT_EQ(stack.iface_by_name("br0")->mtu(), 1400);
  EXPECT_EQ(stack.iface_by_name("v")->mtu(), 1400);
  EXPECT_EQ(stack.iface_by_name("t")->mtu(), 1380);
  EXPECT_EQ(stack.iface_by_name("eth0")->mtu(), 1500);
}

TEST(PppLine, MustHaveTwoEnds) {
  const Ran ran(R"({ "until": "1s", "nodes": {
      "a": { "ifaces": { "p": { "ppp": {} } } }, "b": { "ifaces": { "p": { "ppp": {} } } },
      "c": { "ifaces": { "p": { "ppp": {} } } } },
      "links": { "l": { "between": ["a.p", "b.p", "c.p"] } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.messages.find("F0918"), std::string::npos) << ran.messages;
}

TEST(PppLine, AnAddressThatIsGivenBelongsToTheNodeThatGetsIt) {
  const Ran ran(R"({ "until": "3s", "nodes": {
      "modem": { "ifaces": { "ppp0": { "technology": "ppp" } }, "services": ["udp_echo:7"] },
      "isp": { "ifaces": { "ppp0": { "ipv4": "100.64.0.1/32", "ppp": { "peer": "100.64.0.2" } } },
               "apps": { "ping": { "udp_ping": "100.64.0.2:7", "from": "1s", "count": 1 } } } },
      "links": { "line": { "between": ["modem.ppp0", "isp.ppp0"], "delay": "1ms" } },
      "expect": [ { "eventually": "isp > modem UDP" }, { "eventually": "modem > isp UDP" },
                  { "delivered": "isp.ping", "is": "== 1" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(PppLine, TheKconfigOptionsAreItsTimers) {
  const Ran ran(R"({ "until": "10s", "nodes": {
      "a": { "ifaces": { "p": { "ppp": { "persistent": false } } },
             "kconfig": { "NET_L2_PPP_TIMEOUT": 500,
                          "NET_L2_PPP_MAX_CONFIGURE_REQ_RETRANSMITS": 4 } },
      "b": { "ifaces": { "p": { "technology": "ppp", "auto_start": false } } } },
      "links": { "l": { "between": ["a.p", "b.p"] } },
      "expect": [ { "sequence": [ { "event": "a.p ppp_phase phase=establish", "at": "0s" },
                                  { "event": "a.p PPP_PHASE_DEAD", "at": "2s" } ] },
                  { "counter": "a.p.tx_packets", "is": "== 4" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

}  // namespace
}  // namespace flapjack
