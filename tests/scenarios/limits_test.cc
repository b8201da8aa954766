// SPDX-License-Identifier: Apache-2.0
// Limits of a node that a scenario may set: what a full table of IPv6 does, how many ICMP errors.
#include "tests/scenarios/built_world.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

// A router of two prefixes, and a host with `kconfig`.
std::string slaac(const std::string& kconfig, const std::string& more = {}) {
  return R"({ "until": "5s", "nodes": {
    "gw": { "ifaces": { "eth0": { "ipv6": ["2001:db8:1::1/64", "2001:db8:2::1/64"] } },
            "services": ["ra"] },
    "dev": { "kconfig": {)" + kconfig + R"(},
             "ifaces": { "eth0": { "ipv6": "auto", "mac": "02:00:5e:00:53:02" } } }
  }, "links": { "wire": { "between": ["gw.eth0", "dev.eth0"] } })" + more + "}";
}

// What dev.eth0 got and did not get, without times.
Strings story(const Ran& ran, const std::string& name) {
  EXPECT_TRUE(ran.passed()) << ran.messages;
  Strings found;
  for (const KeptRecord& r : ran.all("dev.eth0", name)) {
    found.push_back(std::string(r.attr("address")));
  }
  return found;
}

TEST(Limits, UnicastAddressesOfAnIface) {
  const std::string own = "fe80::5eff:fe00:5302", first = "2001:db8:1::5eff:fe00:5302",
                    second = "2001:db8:2::5eff:fe00:5302";
  const struct {
    int limit;
    Strings got, refused;
  } rows[] = {{1, {own}, {first, second}}, {2, {own, first}, {second}},
              {3, {own, first, second}, {}}};
  for (const auto& row : rows) {
    const Ran ran(slaac("\"NET_IF_UNICAST_IPV6_ADDR_COUNT\": " + std::to_string(row.limit)));
    EXPECT_EQ(story(ran, "IPV6_ADDR_ADD"), row.got) << row.limit;
    EXPECT_EQ(story(ran, "address_refused"), row.refused) << row.limit;
  }
}

TEST(Limits, GroupsOfAnIface) {  // all nodes, and one for each address
  const struct {
    int limit;
    std::size_t joined, refused;
  } rows[] = {{1, 1, 2}, {2, 2, 0}, {3, 2, 0}};
  for (const auto& row : rows) {
    const Ran ran(slaac("\"NET_IF_MCAST_IPV6_ADDR_COUNT\": " + std::to_string(row.limit)));
    EXPECT_EQ(story(ran, "IPV6_MADDR_ADD").size(), row.joined) << row.limit;
    EXPECT_EQ(story(ran, "group_refused").size(), row.refused) << row.limit;
  }
}

TEST(Limits, PrefixesOfAnIface) {
  const Ran one(slaac("\"NET_IF_IPV6_PREFIX_COUNT\": 1"));
  EXPECT_EQ(story(one, "IPV6_PREFIX_ADD").size(), 1u);
  EXPECT_EQ(story(one, "prefix_refused"), Strings{"2001:db8:2::"});
  const Ran two(slaac(""));
  EXPECT_EQ(story(two, "IPV6_PREFIX_ADD").size(), 2u);
  EXPECT_EQ(story(two, "prefix_refused"), Strings{});
}

TEST(Limits, Routers) {
  const std::string kconfig = "\"NET_MAX_ROUTERS\": 1";
  const Ran ran(R"({ "until": "5s", "nodes": {
    "a": { "ifaces": { "eth0": { "ipv6": "2001:db8:1::1/64" } }, "services": ["ra"] },
    "b": { "ifaces": { "eth0": { "ipv6": "2001:db8:2::1/64" } }, "services": ["ra"] },
    "dev": { "kconfig": {)" + kconfig + R"(}, "ifaces": { "eth0": { "ipv6": "auto" } } } },
  "links": { "bus": { "between": ["a.eth0", "b.eth0", "dev.eth0"] } } })");
  EXPECT_EQ(story(ran, "IPV6_ROUTER_ADD").size(), 1u);
  EXPECT_GE(story(ran, "router_refused").size(), 1u);
}

// The pool of configurations: the iface that asks first has it, the other owns nothing.
TEST(Limits, IfacesWithIpv6) {
  const Ran ran(R"({ "until": "2s", "nodes": {
    "n": { "kconfig": { "NET_IF_MAX_IPV6_COUNT": 1 },
           "ifaces": { "a": { "ipv6": "auto" }, "b": { "ipv6": "auto" } } },
    "m": { "ifaces": { "a": {}, "b": {} } } },
  "links": { "x": { "between": ["n.a", "m.a"] }, "y": { "between": ["n.b", "m.b"] } } })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  const auto hint = ran.all("n", "ipv6_configs_short");
  ASSERT_EQ(hint.size(), 1u);
  EXPECT_EQ(hint[0].attr("ifaces"), "2");
  EXPECT_EQ(hint[0].attr("limit"), "1");
  EXPECT_EQ(ran.all("n.a", "IPV6_ADDR_ADD").size(), 1u);
  EXPECT_EQ(ran.all("n.b", "IPV6_ADDR_ADD").size(), 0u);
  EXPECT_EQ(ran.all("n.b", "address_refused").size(), 1u);
}

// Addresses of the file that have no room are found before the run, with their place.
TEST(Limits, AddressesOfTheFile) {
  const std::string nodes = R"({ "until": "1s", "nodes": { "n": {
    "kconfig": { "NET_IF_UNICAST_IPV6_ADDR_COUNT": LIMIT },
    "ifaces": { "a": { "ipv6": ["2001:db8:1::1/64", "2001:db8:2::1/64"] } } } } })";
  const auto with = [&](const char* limit) {
    std::string text = nodes;
    return text.replace(text.find("LIMIT"), 5, limit);
  };
  EXPECT_EQ(Ran(with("1")).brief(), "3:53 F0922 the node has no room for this address");
  EXPECT_TRUE(Ran(with("2")).passed());
}

// "dhcp" and "auto" beside static addresses are of those that the file gives: each finds room.
TEST(Limits, DynamicAddressesBesideStaticOnes) {
  const auto run = [](const std::string& word) {
    return Ran(R"({ "until": "30s", "nodes": {
      "a": { "ifaces": { "e": { "ipv4": ["10.0.0.2/24", "10.0.0.3/24", "10.0.0.4/24",
                                         "10.0.0.5/24", )" + word + R"(] } } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, "services": ["dhcp"] } },
    "links": { "l": { "between": ["a.e", "b.e"], "delay": "1ms" } } })");
  };
  const Ran lease = run("\"dhcp\"");
  ASSERT_TRUE(lease.passed()) << lease.messages;
  EXPECT_FALSE(lease.all("a.e", "IPV4_DHCP_BOUND").empty());
  const Ran local = run("\"auto\"");
  ASSERT_TRUE(local.passed()) << local.messages;
  EXPECT_TRUE(local.all("a.e", "ipv4_auto_failed").empty());
  const auto added = local.all("a.e", "IPV4_ADDR_ADD");
  ASSERT_FALSE(added.empty());
  EXPECT_EQ(added.back().attr("address").substr(0, 8), "169.254.");
}

// One that two ifaces learn is two servers, so that it is there as long as one of the two is.
TEST(Limits, ADnsServerLearntOverTwoIfaces) {
  const Ran ran(R"({ "until": "60s", "nodes": {
    "dev": { "ifaces": { "e0": { "ipv4": "dhcp" }, "e1": { "ipv4": "dhcp" } },
             "apps": { "q": { "dns_query": "x.y", "from": "35s", "every": "5s" } } },
    "gw": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
            "services": { "d": { "dhcp": { "dns": "10.0.0.1" } },
                          "n": { "dns": { "x.y": "10.9.9.9" } } } } },
  "links": { "l": { "between": ["dev.e0", "dev.e1", "gw.e"], "delay": "1ms" } },
  "timeline": [{ "at": "31s", "carrier_down": "dev.e1" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_TRUE(ran.all("dev", "dns_server_refused").empty());
  EXPECT_FALSE(ran.all("dev.q", "resolved").empty());
}

// What a node has without an option is its default, or the option says what else.
TEST(Limits, WithoutTheOption) {
  const BuiltWorld built(R"({ "until": "1s", "nodes": {
    "plain": { "ifaces": { "e": { "ipv4": "10.0.0.1/24", "ipv6": "auto" } } },
    "six": { "ifaces": { "e": { "ipv6": ["2001:db8:1::1/64", "2001:db8:2::1/64"] },
                         "f": { "ipv6": "2001:db8:3::1/64" } } },
    "bare": { "ifaces": { "e": { "technology": "dummy" } } },
    "auto": { "dns": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
              "ifaces": { "e": { "ipv4": "auto" } } } } })");
  ASSERT_NE(built.world, nullptr) << built.messages();
  const auto in_force = [&](const char* node, const char* option) {
    return find_entry(built.registry.kconfigs, option)->value(built.world->node(node)->config);
  };
  EXPECT_EQ(in_force("plain", "NET_IF_UNICAST_IPV6_ADDR_COUNT"), 2);
  EXPECT_EQ(in_force("plain", "NET_IF_MCAST_IPV6_ADDR_COUNT"), 3);
  EXPECT_EQ(in_force("six", "NET_IF_UNICAST_IPV6_ADDR_COUNT"), 2 + 2);
  EXPECT_EQ(in_force("six", "NET_IF_MCAST_IPV6_ADDR_COUNT"), 2 + 3);
  EXPECT_EQ(in_force("six", "NET_IF_IPV6_PREFIX_COUNT"), 2 + 2);
  EXPECT_EQ(in_force("bare", "NET_PKT_TX_COUNT"), 4);
  EXPECT_EQ(in_force("bare", "NET_BUF_RX_COUNT"), 16);
  EXPECT_EQ(in_force("auto", "DNS_RESOLVER_MAX_SERVERS"), 3);
  EXPECT_EQ(in_force("auto", "NET_IPV4_ACD"), 1);
  NodeConfig defaults;
  built.registry.profiles.front().apply(defaults);
  for (const KconfigEntry& option : built.registry.kconfigs) {
    for (const NodeSpec& node : built.spec->nodes) {
      const std::int64_t value = in_force(node.name.c_str(), option.word.name.c_str());
      EXPECT_TRUE(value == option.value(defaults) || !option.unset.empty())
          << option.word.name << " is " << value << " on " << node.name;
    }
  }
}

TEST(Limits, DadCanBeLeftOut) {
  const Ran ran(slaac("\"NET_IPV6_DAD\": false"));
  EXPECT_EQ(story(ran, "IPV6_DAD_SUCCEED"), Strings{});
  EXPECT_FALSE(story(ran, "IPV6_ADDR_ADD").empty());
}

// 100 datagrams in 10 s to a port where nobody listens.
std::size_t errors_sent(const std::string& key, const std::string& address) {
  const bool six = address[0] == '[';
  const Ran ran(R"({ "until": "10s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "ipv6": "2001:db8::2/64" } },
             "apps": { "ping": { "udp_ping": ")" + address + R"(:9", "from": "1s",
                                 "every": "100ms", "until": "9s" } } },
    "srv": { )" + key + R"("ifaces": { "eth0": { "ipv4": "192.0.2.1/24",
                                                 "ipv6": "2001:db8::1/64" } } } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } } })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  const std::size_t limited = ran.all("srv.eth0", "icmp_error_limited").size();
  EXPECT_EQ(ran.counter("srv.icmp_errors_limited"), static_cast<std::int64_t>(limited)) << six;
  std::size_t drops = 0;
  for (const KeptRecord& r : ran.records(TraceKind::Drop, "srv", "dropped")) {
    drops += r.attr("reason") == "no_listener";
  }
  EXPECT_EQ(drops, 80u) << six;
  return drops - limited;
}

TEST(Limits, IcmpErrors) {
  for (const char* address : {"192.0.2.1", "[2001:db8::1]"}) {
    SCOPED_TRACE(address);
    EXPECT_EQ(errors_sent("", address), 80u);
    EXPECT_EQ(errors_sent(R"("icmp_errors": { "rate": 0 }, )", address), 80u);
    // a full bucket, then one a second for 7.9 s
    EXPECT_EQ(errors_sent(R"("icmp_errors": { "rate": 1, "burst": 3 }, )", address), 3u + 7u);
    EXPECT_EQ(errors_sent(R"("icmp_errors": { "rate": 5, "burst": 1 }, )", address), 40u);
  }
  const Ran wrong(R"({ "until": "1s", "nodes": { "n": { "icmp_errors": { "burst": 0 } } } })");
  EXPECT_FALSE(wrong.spec);
  EXPECT_NE(wrong.messages.find("between 1 and 1000000"), std::string::npos) << wrong.messages;
}

// CONN_MGR_IFACE_MAX: of a family whose limit is not written there are as many as are needed.
TEST(Limits, TheConnectionManagersTableIsTheLargerOfBothFamilies) {
  const struct {
    const char* kconfig;
    bool fits;
  } rows[] = {{R"("NET_IF_MAX_IPV4_COUNT": 1, "NET_IF_MAX_IPV6_COUNT": 1)", false},
              {R"("NET_IF_MAX_IPV4_COUNT": 1, "NET_IF_MAX_IPV6_COUNT": 2)", true},
              {R"("NET_IF_MAX_IPV4_COUNT": 1)", true}};
  for (const auto& row : rows) {
    const Ran ran(std::string(R"({ "until": "1s", "nodes": { "n": { "kconfig": { )") +
                  row.kconfig + R"( }, "ifaces": { "a": {}, "b": {} } } } })");
    EXPECT_EQ(ran.passed(), row.fits) << ran.messages;
    EXPECT_EQ(ran.messages.find("F0926") == std::string::npos, row.fits) << ran.messages;
  }
}

}  // namespace
}  // namespace flapjack
