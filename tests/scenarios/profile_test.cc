// SPDX-License-Identifier: Apache-2.0
// The points in which releases of Zephyr differ, each shown by one scenario under both profiles.
#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Lines = std::vector<std::string>;

Ran run(const std::string& profile, const std::string& dev, const std::string& more) {
  return Ran(R"({ "until": "40s", "profile": ")" + profile + R"(", "nodes": { "dev": { )" + dev +
             R"( }, "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
                     "services": ["udp_echo:7", "dhcp"] } },
      "links": { "wire": { "between": ["dev.eth0", "srv.eth0"], "delay": "1ms" } })" +
             more + " }");
}

struct Point {
  const char* name;
  const char* dev;      ///< keys of the node "dev"
  const char* more;     ///< of the scenario
  const char* subject;  ///< whose events count
  Lines events;         ///< "time name" of those that are shown
  Lines zephyr_4, zephyr_1_13;
};

constexpr const char* kStatic = R"("ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } })";
const std::string kOne =
    std::string(kStatic) + R"(, "apps": { "p": { "udp_ping": "srv:7", "count": 1 } })";
const std::string kTwoAtOnce =
    std::string(kStatic) + R"(, "apps": { "p": { "udp_ping": "srv:7", "count": 1 },
                                          "q": { "udp_ping": "srv:7", "count": 1 } })";

class Profiles : public ::testing::TestWithParam<Point> {};

TEST_P(Profiles, Differ) {
  const Point& point = GetParam();
  for (const auto& [profile, lines] : {std::pair("zephyr-4", &point.zephyr_4),
                                       std::pair("zephyr-1.13", &point.zephyr_1_13)}) {
    const Ran ran = run(profile, point.dev, point.more);
    ASSERT_TRUE(ran.report) << ran.messages;
    Lines found;
    for (const KeptRecord& r : ran.trace.records) {
      const bool shown =
          std::find(point.events.begin(), point.events.end(), r.name) != point.events.end();
      if (r.subject != point.subject || !shown || r.kind == TraceKind::Step) continue;
      std::string line = to_text(r.at) + " " + r.name;
      for (const char* key : {"errno", "state", "event", "reason"}) {
        if (!std::string(r.attr(key)).empty()) line += " " + std::string(r.attr(key));
      }
      found.push_back(line);
    }
    EXPECT_EQ(found, *lines) << profile;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Profiles,
    ::testing::Values(
        // the newest is lost, or the oldest, when there is room for one
        Point{"mgmt_overflow",
              R"("kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 1 },
                 "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } })",
              R"(, "timeline": [ { "at": "5s", "stall": "dev.net_mgmt", "for": "1s" },
                                 { "at": "5.5s", "carrier_down": "dev.eth0", "for": "100ms" } ])",
              "dev",
              {"mgmt_event_dropped"},
              {"5.610s mgmt_event_dropped IF_UP"},  // the notifier waited 10 ms for a place
              {"5.600s mgmt_event_dropped IF_DOWN"}},
        // room for two, of what was raised meanwhile; today for all
        Point{"mgmt_room", kStatic,
              R"(, "timeline": [ { "at": "5s", "stall": "dev.net_mgmt", "for": "1s" },
                                 { "at": "5.2s", "carrier_down": "dev.eth0", "for": "100ms" },
                                 { "at": "5.5s", "carrier_down": "dev.eth0", "for": "100ms" } ])",
              "dev",
              {"mgmt_event_dropped"},
              {},
              {"5.500s mgmt_event_dropped IF_DOWN", "5.600s mgmt_event_dropped IF_UP"}},
        Point{"arp_pending", kTwoAtOnce.c_str(), "", "dev.eth0", {"dropped"}, {},
              {"0.000s dropped arp_busy"}},
        // two of four packets, or all
        Point{"class_shares",
              R"("kconfig": { "NET_TC_TX_COUNT": 2, "NET_PKT_TX_COUNT": 4 },
                 "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
                 "apps": { "p": { "udp_ping": "srv:7", "from": "1s", "every": "500ms",
                                  "until": "8s" } })",
              R"(, "timeline": [ { "at": "5.1s", "stall": "dev.tx_queue", "for": "1.6s" } ])",
              "dev.eth0",
              {"dropped"},
              {"6.500s dropped queue_full"},
              {}},
        Point{"l2_order", kOne.c_str(), "", "dev.eth0", {"tx_queue", "l2_out", "arp_wait"},
              {"0.000s tx_queue", "0.000s l2_out", "0.000s arp_wait"},
              // the ARP request has to queue, the datagram not before the answer
              {"0.000s l2_out", "0.000s arp_wait", "0.000s tx_queue", "0.002s tx_queue"}},
        Point{"send_checks_iface",
              R"("ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
                 "apps": { "p": { "udp_ping": "srv:7", "from": "6s", "count": 1 } })",
              R"(, "timeline": [ { "at": "5s", "carrier_down": "dev.eth0" } ])", "dev.p",
              {"send_failed", "sent"}, {"6.000s sent", "6.000s send_failed ENETDOWN"},
              {"6.000s sent", "6.000s send_failed EIO"}},
        Point{"dhcp_down_state", R"("ifaces": { "eth0": { "ipv4": "dhcp" } })",
              R"(, "timeline": [ { "at": "20s", "carrier_down": "dev.eth0", "for": "3s" } ])",
              "dev.eth0", {"dhcp_state", "IF_DOWN"},
              {"0.000s dhcp_state init", "9.000s dhcp_state selecting",
               "9.002s dhcp_state requesting", "9.004s dhcp_state bound", "20.000s IF_DOWN",
               "20.000s dhcp_state init_reboot", "23.002s dhcp_state bound"},
              // its unicast has no way out without an address: it cannot renew
              {"0.000s dhcp_state init", "9.000s dhcp_state selecting",
               "9.002s dhcp_state requesting", "9.004s dhcp_state bound", "20.000s IF_DOWN",
               "20.000s dhcp_state renewing"}}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace flapjack
