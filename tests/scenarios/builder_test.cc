// SPDX-License-Identifier: Apache-2.0
// What is only found when a World is built: each refusal with its place, and what gets through.
#include "scenarios/builder.h"

#include <set>

#include "tests/scenarios/built_world.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* name;
  std::string text;
  const char* message;
};

// One node with an iface like this, on a link with a peer; `node` are further members of the node.
std::string with_iface(const std::string& iface, const std::string& node = {}) {
  return "{ \"until\": \"5s\", \"nodes\": {\n"
         "  \"dev\": { \"ifaces\": { \"if0\": {" + iface + "} }" + node + " },\n"
         "  \"srv\": { \"ifaces\": { \"eth0\": { \"ipv4\": \"192.0.2.1/24\" } },\n"
         "             \"services\": [\"udp_echo:7\"] } },\n"
         "  \"links\": { \"wire\": { \"between\": [\"dev.if0\", \"srv.eth0\"] } } }";
}

const std::string kAddress = "\"ipv4\": \"192.0.2.2/24\"";

const Row kRows[] = {
    {"app_needs_tcp",
     with_iface(kAddress, R"(, "apps": { "c": { "reconnecting_client": "192.0.2.9:80" } })"),
     "2:69 F0901 native TCP is not supported yet, and \"c\" needs TCP"},
    {"service_needs_tcp", with_iface(kAddress, R"(, "services": ["tcp_echo:7"])"),
     "2:72 F0901 native TCP is not supported yet, and \"tcp_echo\" needs TCP"},
    {"kconfig_too_low", with_iface("", R"(, "kconfig": { "NET_PKT_TX_COUNT": 0 })"),
     "2:70 F0902 NET_PKT_TX_COUNT is 0, but must be 1 to 1000000"},
    {"kconfig_too_high", with_iface("", R"(, "kconfig": { "NET_TC_TX_COUNT": 9 })"),
     "2:69 F0902 NET_TC_TX_COUNT is 9, but must be 0 to 8"},
    {"kconfig_word_for_a_number", with_iface("", R"(, "kconfig": { "NET_TC_TX_COUNT": true })"),
     "2:69 F0902 NET_TC_TX_COUNT is a number, not true"},
    {"loopback_on_a_link", with_iface(R"("technology": "loopback")"),
     "5:36 F0903 a loopback iface cannot be on a link"},
    {"engine_without_a_link",
     R"({ "until": "5s", "nodes": { "d": { "ifaces": { "lte0": {
          "offload": "lwip", "ipv4": "192.0.2.2/24" } } } } })",
     "1:48 F0904 an iface with an engine needs a link"},
    {"engine_without_an_address", with_iface(R"("offload": "lwip")"),
     "2:24 F0905 an iface with an engine needs exactly one IPv4 address"},
    {"engine_with_two", with_iface(R"("offload": "lwip", "ipv4": ["10.0.0.1/8", "11.0.0.1/8"])"),
     "2:24 F0905 an iface with an engine needs exactly one IPv4 address"},
    {"wifi_retry_too_short",
     with_iface(R"("technology": "wifi", "conn": { "retry": "1us" })"),
     "2:73 F0907 the retry delay is below 1ms"},
    {"own_retry_too_short",
     with_iface(R"("technology": "wifi", "conn": { "self_retry": "1us" })"),
     "2:78 F0907 the device's own retry delay is below 1ms"},
    {"a_key_of_another",
     with_iface(R"("technology": "wifi", "conn": { "fail": "1%", "dial": "1s" })"),
     "2:78 F0907 \"impl\": \"wifi\" does not take \"dial\""},
    {"a_key_that_says_the_default",
     with_iface(R"("conn": { "impl": "ethernet", "fail": "0%" })"),
     "2:62 F0907 \"impl\": \"ethernet\" does not take \"fail\""},
    {"nsos_takes_a_fixed_time",
     with_iface(R"x("conn": { "impl": "nsos", "associate": "uniform(1s, 2s)" })x"),
     "2:71 F0907 \"nsos\" connects after a fixed time"},
    {"wifi_with_a_script",
     with_iface(R"("technology": "wifi", "conn": { "script": ["connect up"] })"),
     "2:75 F0907 \"script\" belongs to \"impl\": \"scripted\""},
    {"scripted_without", with_iface(R"("conn": { "impl": "scripted" })"),
     "2:32 F0907 \"impl\": \"scripted\" needs a \"script\""},
    {"scripted_with_times",
     with_iface(R"("conn": { "impl": "scripted", "script": ["connect up"], "fail": "1%" })"),
     "2:88 F0907 a scripted implementation takes its times from \"script\" alone"},
    {"script_entry", with_iface(R"("conn": { "impl": "scripted", "script": [
      "connect 1s up",
      "conect up"] })"),
     "4:8 F0907 expected a trigger: init, connect, disconnect, lost, found, set_option, "
     "get_option"},
    {"script_unit",
     with_iface(R"("conn": { "impl": "scripted", "script": ["connect 1m up"] })"),
     "2:83 F0907 expected a unit: ns, us, ms, s, min, h"},
    {"peers_of_two_kinds", R"({ "until": "5s", "nodes": {
      "a": { "ifaces": { "m": { "ipv4": "10.0.0.1/24", "offload": "lwip" } }, "apps": {
        "c": { "reconnecting_client": ["b:1", "b:2"] } } },
      "b": { "ifaces": { "m": { "ipv4": "10.0.0.2/24", "offload": "lwip" } },
             "services": ["udp_echo:1", "tcp_echo:2"] } },
      "links": { "l": { "between": ["a.m", "b.m"] } } })",
     "3:47 F0908 the peers of an app must all be of TCP or all of UDP"},
    {"datagram_too_long", with_iface(kAddress, R"(, "apps": {
      "p": { "udp_ping": "srv:7", "send": "65508B" } })"),
     "3:7 F0909 a datagram carries at most 65507B"},
    {"idle_timeout", with_iface(R"("technology": "wifi", "conn": { "idle_timeout": "5s" })",
                                R"(, "profile": "zephyr-3.7")"),
     "2:54 F0910 this profile's connection manager has no idle timeout"},
    {"iface_max", with_iface(R"("ipv4": "10.0.0.1/24" }, "two": {)",
                             R"(, "conn_mgr": { "iface_max": 1 })"),
     "2:70 F0926 iface index exceeds CONN_MGR_IFACE_MAX: 2 ifaces, but the table holds 1"},
};

class BuilderTable : public testing::TestWithParam<Row> {};

TEST_P(BuilderTable, Refuses) {
  const Ran ran(GetParam().text);
  EXPECT_EQ(ran.brief(), GetParam().message) << ran.messages;
  EXPECT_TRUE(ran.spec);
  EXPECT_FALSE(ran.report);
}
INSTANTIATE_TEST_SUITE_P(All, BuilderTable, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

// In a script, the word alone is marked; where something is missing, what stands in its place.
TEST(Builder, AScriptIsMarkedAtTheWord) {
  const struct {
    const char *entry, *marked, *help;
  } kRows[] = {
      {"conect up", "conect", "did you mean \"connect\"?"},
      {"connect upp", "upp", "did you mean \"up\"?"},
      {"connect 1s fatl=3", "fatl", "did you mean \"fatal\"?"},
      {"connect return=-ECHLD", "-ECHLD", "did you mean \"-ECHILD\"?"},
      {"connect return=ECHLD", "ECHLD", "did you mean \"-ECHILD\"?"},
      {"connect -5s up", "-5s", ""},
      {"connect 5 up", " ", ""},
      {"connect", "\"", ""},
      {"\\u0063onnect upp", "\"\\u0063onnect upp\"", "did you mean \"up\"?"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.entry);
    const std::string text = with_iface(R"("conn": { "impl": "scripted", "script": [")" +
                                        std::string(row.entry) + R"("] })");
    const Ran ran(text);
    ASSERT_EQ(ran.sink.all().size(), 1u) << ran.messages;
    const Diagnostic& d = ran.sink.all()[0];
    EXPECT_EQ(text.substr(d.span.begin, d.span.end - d.span.begin), row.marked);
    EXPECT_EQ(d.help, row.help);
  }
}

TEST(Builder, ReportsEverythingItFinds) {
  const Ran ran(with_iface(R"("technology": "loopback")",
                           R"(, "kconfig": { "NET_PKT_TX_COUNT": 0, "NET_PKT_RX_COUNT": -1 },
                              "services": ["tcp_echo:7"])"));
  std::set<std::string> codes;
  for (const Diagnostic& d : ran.sink.all()) codes.insert(d.code);
  EXPECT_EQ(codes, (std::set<std::string>{"F0901", "F0902", "F0903"})) << ran.messages;
}

// Both ends of each range run; the values beside them are refused.
TEST(Builder, KconfigRanges) {
  for (const KconfigEntry& entry : builtin_registry().kconfigs) {
    const auto run = [&](std::int64_t value) {
      std::string text = pair_scenario("");
      const std::string node = "\"dev\": { ";
      std::string options = "\"" + entry.word.name + "\": " + std::to_string(value);
      // these two say which two classes there are
      if (entry.word.name.starts_with("NET_TC_MAPPING_SR")) {
        options += R"(, "NET_TC_TX_COUNT": 2, "NET_TC_RX_COUNT": 2)";
      }
      for (const std::string main : {"NET_IPV4_IGMP", "NET_IPV4_FRAGMENT", "NET_IPV6_FRAGMENT",
                                     "NET_IPV4_PMTU", "NET_IPV6_PMTU"}) {
        const bool part = entry.word.name.starts_with(main) && entry.word.name != main;
        if (part) options += ", \"" + main + "\": 1";  // F0933 without it
      }
      text.insert(text.find(node) + node.size(), "\"kconfig\": { " + options + " }, ");
      return Ran(text);
    };
    EXPECT_TRUE(run(entry.low).passed()) << entry.word.name << " " << entry.low;
    EXPECT_TRUE(run(entry.high).passed()) << entry.word.name << " " << entry.high;
    const Ran below = run(entry.low - 1), above = run(entry.high + 1);
    EXPECT_NE(below.brief().find("F0902"), std::string::npos) << below.messages;
    EXPECT_NE(above.brief().find("F0902"), std::string::npos) << above.messages;
  }
}

TEST(Builder, APeerMayBeAnAddressOfANode) {
  const Ran ran(with_iface(kAddress, R"(, "apps": {
      "c": { "reconnecting_client": "192.0.2.1:7" } })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.counts("dev.c").delivered, 4u);
}

TEST(Builder, APeerMayBeAnIpv6AddressOfANode) {
  const Ran ran(R"({ "until": "10s", "nodes": {
    "a": { "ifaces": { "e": { "ipv6": "2001:db8::1/64" } },
           "apps": { "d": { "reconnecting_client": "[2001:db8::2]:7" } } },
    "b": { "ifaces": { "e": { "ipv6": "2001:db8::2/64" } }, "services": ["udp_echo:7"] } },
  "links": { "l": { "between": ["a.e", "b.e"], "delay": "1ms" } } })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_GE(ran.counts("a.d").delivered, 8u);
}

TEST(Builder, LargestDatagramAndJumboFrames) {
  const Ran ran(with_iface(kAddress + R"(, "mtu": "65535B")", R"(, "apps": {
      "p": { "udp_ping": "srv:7", "send": "65507B" } })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.counts("dev.p").sent, 5u);
}

TEST(Builder, RoutersRoutesAndLinkLocalAddresses) {
  const std::string text = R"({ "until": "1s", "nodes": { "n": { "router": true,
      "ifaces": { "e0": { "ipv4": ["10.0.0.1/24", "auto"] }, "e1": {} },
      "routes": { "172.16.0.0/12": "10.0.0.254", "192.168.0.0/16": "e1" } } } })";
  const BuiltWorld built(text);
  ASSERT_TRUE(built.spec) << built.messages();
  ASSERT_NE(built.world, nullptr) << built.messages();
  const Stack& stack = built.world->node("n")->stack;
  EXPECT_TRUE(stack.config().router);
  EXPECT_TRUE(stack.config().acd.enabled) << "link-local addresses need it";
  ASSERT_EQ(stack.routes.entries().size(), 2u);
  EXPECT_EQ(stack.routes.entries()[0].iface->name(), "e0");
  EXPECT_EQ(to_text(stack.routes.entries()[0].next_hop), "10.0.0.254");
  EXPECT_EQ(stack.routes.entries()[1].iface->name(), "e1");
  EXPECT_TRUE(stack.routes.entries()[1].next_hop.is_any());
}

TEST(Builder, TooManyRoutesOrAddresses) {
  for (const char* node :
       {R"("kconfig": { "NET_MAX_ROUTES": 1 }, "ifaces": { "e": {} },
           "routes": { "10.0.0.0/8": "e", "11.0.0.0/8": "e" })",
        R"("kconfig": { "NET_IF_UNICAST_IPV4_ADDR_COUNT": 1 },
           "ifaces": { "e": { "ipv4": ["10.0.0.1/8", "11.0.0.1/8"] } })"}) {
    const Ran ran(std::string(R"({ "until": "1s", "nodes": { "n": { )") + node + " } } }");
    EXPECT_FALSE(ran.report);
    EXPECT_NE(ran.messages.find("more "), std::string::npos) << ran.messages;
  }
}

TEST(Builder, AddressesMacsGatewaysAndFlags) {
  const std::string text = R"({ "until": "1s", "nodes": { "n": { "ifaces": {
      "e0": { "ipv4": ["10.0.0.1/24", "10.0.1.1/24", "10.0.2.1/24"], "gateway": "10.0.0.254",
              "mac": "02:00:5E:00:53:01", "mtu": "1280B" },
      "e1": { "auto_start": false, "ignore": true } } } } })";
  const BuiltWorld built(text);
  ASSERT_TRUE(built.spec) << built.messages();
  ASSERT_NE(built.world, nullptr) << built.messages();
  built.world->boot();
  Node& node = *built.world->node("n");
  NetIf& e0 = *node.stack.iface_by_name("e0");
  NetIf& e1 = *node.stack.iface_by_name("e1");
  EXPECT_EQ(built.names.find(*Ipv4Address::parse("10.0.2.1")), "n");
  EXPECT_EQ(built.names.find(*Ipv4Address::parse("10.0.2.2")), "");
  EXPECT_EQ(e0.mtu(), 1280);
  EXPECT_EQ(e1.mtu(), 1500);
  EXPECT_TRUE(e0.is_admin_up());
  EXPECT_FALSE(e1.is_admin_up());
  EXPECT_FALSE(e0.is_carrier_ok());  // on no link
  EXPECT_TRUE(node.conn_mgr.is_iface_ignored(e1));
  EXPECT_FALSE(node.conn_mgr.is_iface_ignored(e0));
}

}  // namespace
}  // namespace flapjack
