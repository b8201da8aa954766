// SPDX-License-Identifier: Apache-2.0
// Rows of the failure matrix: several ifaces, and what connectivity implementations say.
#include "tests/scenarios/failure_matrix.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;
using Times = std::vector<SimTime>;

// ---- second iface fails while the first is ready

const FactsRun& second() {
  MatrixBase base;
  base.more_ifaces = R"(, "eth1": { "ipv4": "192.0.2.2/24" })";
  base.more_nodes = R"(, "alt": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } },
                                  "services": ["udp_echo:7"] })";
  base.more_links = R"(, "other": { "between": ["dev.eth1", "alt.eth0"], "delay": "1ms" })";
  base.more_apps = R"(, "aside": { "udp_ping": "192.0.2.1:7", "every": "100ms", "from": "20s" })";
  base.timeline = R"({ "at": "30.05s", "carrier_down": "dev.eth1", "for": "10s" })";
  return matrix_run(base);
}
void second_iface() {
  EXPECT_EQ(second().times("dev.eth1", "IF_DOWN"), all_at_ms({30'050}));
  EXPECT_EQ(state_events(second(), "dev.eth0", 1, 60'000), Strings());
}
// What is for its network is refused and goes no other way.
void second_tx() {
  const Times sent = within_ms(second().times("dev.aside", "sent"), 30'050, 40'050);
  EXPECT_EQ(within_ms(second().times("dev.aside", "send_failed", "errno=ENETDOWN"), 30'050, 40'050),
            sent);
  EXPECT_TRUE(within_ms(second().times("dev.local", "send_failed"), 30'050, 40'050).empty());
}
void second_conn_mgr() { EXPECT_EQ(l4_events(second(), 20'000, 60'000), Strings()); }

// ---- what an implementation says

const FactsRun& conn(const std::string& keys) {
  MatrixBase base;
  base.eth0 = R"("technology": "wifi", "ipv4": "10.0.0.100/24", "conn": { )" + keys + " }";
  return matrix_run(base);
}
const FactsRun& timed_out() { return conn(R"("associate": "10s", "timeout": "3s")"); }
const FactsRun& fatal() { return conn(R"("associate": "500ms", "fatal": "100%")"); }

void timeout_iface() {
  EXPECT_EQ(timed_out().times("dev.eth0", "CONN_IF_TIMEOUT"), all_at_ms({3000}));
}
void timeout_conn_mgr() {
  EXPECT_EQ(timed_out().times("dev.eth0", "auto_down"), all_at_ms({3000}));
  EXPECT_EQ(timed_out().times("dev.eth0", "IF_ADMIN_DOWN"), all_at_ms({3000}));
  EXPECT_EQ(l4_events(timed_out(), 0, 60'000), Strings());
}
void fatal_iface() {
  EXPECT_EQ(fatal().times("dev.eth0", "CONN_IF_FATAL_ERROR"), all_at_ms({500}));
  for (const KeptRecord& r : fatal().trace.records) {
    if (r.name == "CONN_IF_FATAL_ERROR") {
      EXPECT_NE(r.attr("reason"), "");
    }
  }
}
void fatal_conn_mgr() {
  EXPECT_EQ(fatal().times("dev.eth0", "auto_down"), all_at_ms({500}));
  EXPECT_EQ(fatal().times("dev.eth0", "IF_ADMIN_DOWN"), all_at_ms({500}));
  EXPECT_EQ(l4_events(fatal(), 0, 60'000), Strings());
}

// Nothing is sent before 20 s: five seconds after the association it is idle.
const FactsRun& idle() { return conn(R"("associate": "500ms", "idle_timeout": "5s")"); }
const FactsRun& idle_again() {
  return conn(R"("associate": "500ms", "idle_timeout": "5s", "persistent": true)");
}
void idle_iface() {
  EXPECT_EQ(idle().times("dev.eth0", "CONN_IF_IDLE_TIMEOUT"), all_at_ms({5500}));
  EXPECT_EQ(state_events(idle(), "dev.eth0", 5500, 60'000), (Strings{"IF_DOWN", "IF_ADMIN_DOWN"}));
  EXPECT_EQ(within_ms(idle_again().times("dev.eth0", "CONN_IF_IDLE_TIMEOUT"), 0, 20'000),
            all_at_ms({5500, 11'000, 16'500}));
}
// The persistent one stays admin-up and comes back, until there is traffic.
void idle_conn_mgr() {
  EXPECT_EQ(idle().times("dev.eth0", "disconnect", "by=idle"), all_at_ms({5500}));
  EXPECT_EQ(idle().times("dev.eth0", "auto_down"), all_at_ms({5500}));
  EXPECT_EQ(l4_events(idle(), 1000, 60'000), Strings{"L4_DISCONNECTED"});
  EXPECT_EQ(idle_again().times("dev.eth0", "auto_down"), Times());
  EXPECT_EQ(within_ms(idle_again().times("dev.eth0", "IF_UP"), 1000, 20'000),
            all_at_ms({6000, 11'500, 17'000}));
  EXPECT_EQ(l4_events(idle_again(), 20'000, 60'000), Strings());
}

}  // namespace

std::vector<MatrixCell> conn_rows() {
  return {
      {"second_iface", "iface", second_iface},
      {"second_iface", "tx", second_tx},
      {"second_iface", "rx", {}, kNothingSaid},
      {"second_iface", "tcp", {}, kNoNativeTcp},
      {"second_iface", "dhcp", {}, kNothingSaid},
      {"second_iface", "conn_mgr", second_conn_mgr},
      {"conn_timeout", "iface", timeout_iface},
      {"conn_timeout", "tx", {}, kNothingSaid},
      {"conn_timeout", "rx", {}, kNothingSaid},
      {"conn_timeout", "tcp", {}, kNothingSaid},
      {"conn_timeout", "dhcp", {}, kNothingSaid},
      {"conn_timeout", "conn_mgr", timeout_conn_mgr},
      {"conn_fatal", "iface", fatal_iface},
      {"conn_fatal", "tx", {}, kNothingSaid},
      {"conn_fatal", "rx", {}, kNothingSaid},
      {"conn_fatal", "tcp", {}, kNothingSaid},
      {"conn_fatal", "dhcp", {}, kNothingSaid},
      {"conn_fatal", "conn_mgr", fatal_conn_mgr},
      {"idle_timeout", "iface", idle_iface},
      {"idle_timeout", "tx", {}, kNothingSaid},
      {"idle_timeout", "rx", {}, kNothingSaid},
      {"idle_timeout", "tcp", {}, kNoNativeTcp},
      {"idle_timeout", "dhcp", {}, kNothingSaid},
      {"idle_timeout", "conn_mgr", idle_conn_mgr},
  };
}

}  // namespace flapjack
