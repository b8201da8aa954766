// SPDX-License-Identifier: Apache-2.0
// Media that look into frames find the same packet whatever carries it: MTUs and queues by DSCP, on
// links and devices, of plain Ethernet, of a VLAN and of PPP on a byte line.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Carrier {
  const char* name;
  std::string a, b;     // the ifaces of the two nodes
  std::string end;      // what stands on the link
  std::string to;       // the service
};

std::string with(std::string text, const std::string& keys) {
  return text.replace(text.find("KEYS"), 4, keys);
}

std::vector<Carrier> carriers() {
  const auto vlan = [](const std::string& host) {
    return R"("e": { KEYS }, "v": { "vlan": { "on": "e", "id": 5 }, "ipv4": "10.0.0.)" + host +
           "/24\" }";
  };
  return {
      {"ethernet", R"("e": { "ipv4": "10.0.0.1/24" KEYS })", R"("e": { "ipv4": "10.0.0.2/24" })",
       "e", "10.0.0.2:7"},
      {"vlan", vlan("1"), with(vlan("2"), ""), "e", "10.0.0.2:7"},
      {"ppp", R"("e": { "ppp": {} KEYS })",
       R"("e": { "ipv4": "10.0.0.2/32", "ppp": { "peer": "10.0.0.1" } })", "e", "10.0.0.2:7"},
  };
}

std::string scenario(const Carrier& c, const std::string& device, const std::string& apps,
                     const std::string& link) {
  const bool first = c.name == std::string("vlan");  // KEYS stand alone there
  const std::string keys = device.empty() ? "" : (first ? "" : ", ") + device;
  return R"({ "until": "9s", "nodes": {
    "a": { "ifaces": { )" + with(c.a, keys) + R"( }, "apps": { )" + apps + R"( } },
    "b": { "ifaces": { )" + c.b + R"( }, "services": ["udp_echo:7"] } },
    "links": { "l": { "between": ["a.e", "b.e"])" + link + " } } }";
}

std::string ping(const Carrier& c, const std::string& options) {
  return R"({ "udp_ping": ")" + c.to + "\", " + options + " }";
}

// 20 + 8 bytes of headers: a packet of 1000 bytes passes, one of 1001 does not.
TEST(FramingScenario, AnMtuCountsThePacketAlone) {
  for (const Carrier& c : carriers()) {
    const std::string apps =
        R"("fits": )" + ping(c, R"("send": "972B", "from": "5s", "count": 1)") +
        R"(, "large": )" + ping(c, R"("send": "973B", "from": "6s", "count": 1)");
    const std::string limit = R"("mtu": "1000B")";
    for (const bool on_device : {false, true}) {
      SCOPED_TRACE(std::string(c.name) + (on_device ? ", device" : ", link"));
      const Ran ran(on_device
                        ? scenario(c, R"("faults": { "tx": { )" + limit + " } }", apps, "")
                        : scenario(c, "", apps, ", " + limit));
      ASSERT_TRUE(ran.report) << ran.messages;
      EXPECT_EQ(ran.events("a.fits acked").size(), 1u);
      EXPECT_EQ(ran.events("a.large acked").size(), 0u);
      std::size_t too_big = 0;
      for (const KeptRecord& r : ran.trace.records) too_big += r.attr("reason") == "too_big";
      EXPECT_EQ(too_big, 1u);
    }
  }
}

// An engine makes its own frames, whatever the L2 of the iface would.
TEST(FramingScenario, AnMtuOfAnEnginesDevice) {
  const Ran ran(R"({ "until": "5s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24", "offload": "lwip", "l2": "dummy",
                              "faults": { "tx": { "mtu": "1000B" } } } },
           "apps": { "fits": { "udp_ping": "b:7", "send": "972B", "from": "1s", "count": 1 },
                     "large": { "udp_ping": "b:7", "send": "973B", "from": "2s", "count": 1 } } },
    "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
    "links": { "l": { "between": ["a.e", "b.e"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("a.fits acked").size(), 1u);
  EXPECT_EQ(ran.events("a.large acked").size(), 0u);
}

// Of five datagrams that wait, the one of the highest class is the second to leave.
TEST(FramingScenario, AQueueByDscpKnowsIp) {
  for (const Carrier& c : carriers()) {
    SCOPED_TRACE(c.name);
    const std::string apps =
        R"("warm": )" + ping(c, R"("from": "4s", "count": 1)") + R"(, "low": )" +
        ping(c, R"("from": "5s", "every": "100us", "count": 4)") + R"(, "high": )" +
        ping(c, R"("from": "5.00035s", "count": 1, "tos": 224)");
    const Ran ran(scenario(c, "", apps, R"(, "delay": "1ms", "rate": "100kbit/s",
                             "queue": { "limit": 10, "discipline": "dscp" })"));
    ASSERT_TRUE(ran.report) << ran.messages;
    const auto low = ran.records(TraceKind::Event, "a.low", "acked");
    const auto high = ran.records(TraceKind::Event, "a.high", "acked");
    ASSERT_EQ(low.size(), 4u);
    ASSERT_EQ(high.size(), 1u);
    EXPECT_LT(low[0].at, high[0].at);
    EXPECT_LT(high[0].at, low[1].at);
  }
}

}  // namespace
}  // namespace flapjack
