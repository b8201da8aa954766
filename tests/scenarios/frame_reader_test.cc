// SPDX-License-Identifier: Apache-2.0
// The words for packets: neighbour discovery, groups, fragments, in both families.
#include "scenarios/frame_reader.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// A router that advertises, a host without a fixed address, datagrams in pieces both ways. A small
// one first: while a neighbour is asked for, one packet alone may wait (Zephyr).
std::string ipv6_scenario(const std::string& more) {
  return R"({ "until": "6s", "nodes": {
    "gw": { "kconfig": { "NET_IPV6_FRAGMENT": true, "NET_IPV6_FRAGMENT_MAX_PKT": 4,
                         "NET_BUF_TX_COUNT": 128, "NET_BUF_RX_COUNT": 128 },
            "ifaces": { "eth0": { "ipv6": "2001:db8::1/64" } }, "services": ["ra", "udp_echo:7"] },
    "dev": { "kconfig": { "NET_IPV6_FRAGMENT": true, "NET_IPV6_FRAGMENT_MAX_PKT": 4,
                         "NET_BUF_TX_COUNT": 128, "NET_BUF_RX_COUNT": 128 },
             "ifaces": { "eth0": { "ipv6": "auto", "mac": "02:00:5e:00:53:02" } },
             "apps": { "hello": { "udp_ping": "[2001:db8::1]:7", "from": "1500ms", "count": 1 },
                       "big": { "udp_ping": "[2001:db8::1]:7", "send": "3000B", "from": "2s",
                                "count": 2 } } } },
  "links": { "wire": { "between": ["gw.eth0", "dev.eth0"], "delay": "1ms" } },
)" + more + "}";
}

std::string holding(const std::vector<std::string>& hold, const std::vector<std::string>& fail) {
  std::string expect;
  for (const std::string& p : hold) expect += "{\"eventually\": \"" + p + "\"},";
  for (const std::string& p : fail) expect += "{\"never\": \"" + p + "\"},";
  return "\"expect\": [" + expect + "]";
}

void expect_all_pass(const std::string& text) {
  const Ran ran(text);
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) EXPECT_TRUE(r.pass) << r.spec->text;
}

TEST(FrameReader, NamesNeighbourDiscoveryByItsMessages) {
  expect_all_pass(ipv6_scenario(holding(
      {"dev > * RS", "dev > * ICMPv6 type=133", "gw > * RA", "gw > * ICMPv6 type=134 code=0",
       // before it has an address its link address tells who asks; it asks for its own
       "dev > dev NS target=fe80::5eff:fe00:5302", "dev > gw NS", "gw > dev NA",
       "gw > dev NA target=2001:db8::1", "dev > * MLD type=143", "dev > * MLD"},
      {"dev > * RA", "* > * REDIRECT", "* > * ICMP", "* > * IGMP", "dev > * NS type=136",
       "* > * RS link!=wire", "* > * RS len=999"})));
}

TEST(FrameReader, NamesFragmentsByTheirPart) {
  expect_all_pass(ipv6_scenario(holding(
      {"dev > gw FRAGMENT part=first of=UDP offset=0",
       "dev > gw FRAGMENT part=middle offset=1448",
       "gw > dev FRAGMENT part=last of=UDP", "dev > * FRAGMENT offset!=0 part=last|middle"},
      {"dev > gw UDP len=3000", "* > * FRAGMENT of=TCP|ICMP|ICMPv6",
       "* > * FRAGMENT part=first offset=8"})));
  const std::string library = read_text(FLAPJACK_SOURCE_DIR "/scenarios/library/fragments.json");
  std::string more = library;
  more.replace(more.find("\"expect\": ["), 11,
               "\"expect\": [{\"eventually\": \"dev > srv FRAGMENT part=first of=UDP len=1480\"},"
               "{\"eventually\": \"dev > srv FRAGMENT part=middle of=UDP offset=2056 len=576\"},"
               "{\"eventually\": \"dev > srv FRAGMENT part=last of=UDP offset=2960 len=48\"},");
  expect_all_pass(more);
}

// One step of each word, and what is missed when its packet never arrives.
TEST(FrameReader, EachCanBeDropped) {
  struct Case {
    const char* on;
    const char* then;
  };  // an RA comes also without an RS
  constexpr Case kCases[] = {
      {"gw > * RA", "dev.eth0 IPV6_ROUTER_ADD"},
      {"dev > gw NS", "dev.big acked"},
      {"gw > dev NA", "dev.big acked"},
      {"dev > gw FRAGMENT part=first", "dev.big acked"},
      {"dev > gw FRAGMENT part=middle", "dev.big acked"},
      {"gw > dev FRAGMENT part=last", "dev.big acked"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.on);
    const std::string then = c.then;
    expect_all_pass(ipv6_scenario("\"expect\": [{\"eventually\": \"" + then + "\"}]"));
    expect_all_pass(ipv6_scenario("\"timeline\": [{\"on\": \"" + std::string(c.on) +
                                  "\", \"drop\": \"packet\"}], \"expect\": [{\"never\": \"" + then +
                                  "\"}, {\"eventually\": \"wire dropped reason=scripted\"}]"));
  }
  expect_all_pass(ipv6_scenario(
      R"("timeline": [{ "on": "dev > * RS", "nth": 2, "times": 1, "drop": "packet" },
                      { "on": "gw > * RA", "times": 2, "drop": "packet" }],
         "expect": [{ "sequence": ["dev > * RS", "dev > * RS",
                                   "wire dropped reason=scripted"] }])"));
}

TEST(FrameReader, KnowsWhoAsksForALease) {
  expect_all_pass(R"({ "until": "20s", "nodes": {
    "gw": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } }, "services": ["dhcp"] },
    "dev": { "ifaces": { "eth0": { "ipv4": "dhcp" } } } },
  "links": { "wire": { "between": ["gw.eth0", "dev.eth0"] } }, )" +
                  holding({"dev > * UDP dport=67", "gw > * UDP sport=67"},
                          {"gw > * UDP dport=67"}) + "}");
}

TEST(FrameReader, PartsThatNoFragmentHasAreRefused) {
  const Ran ran(pair_scenario(R"(, "expect": [{ "never": "dev > srv FRAGMENT part=frist" }])"));
  EXPECT_FALSE(ran.spec);
  EXPECT_NE(ran.messages.find("a packet never has part=frist [F0706]"), std::string::npos)
      << ran.messages;
  EXPECT_NE(ran.messages.find("did you mean \"first\""), std::string::npos) << ran.messages;
}

}  // namespace
}  // namespace flapjack
