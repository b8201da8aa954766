// SPDX-License-Identifier: Apache-2.0
// Rows of the failure matrix: an iface whose stack is in its modem. What the modem shows of itself
// is its own business; the node believes what it is shown.
#include "tests/scenarios/failure_matrix.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;
using Times = std::vector<SimTime>;

/// A modem with a TCP connection and datagrams to its tower, and `steps`.
const FactsRun& modem(const std::string& steps, const std::string& every = "1s") {
  return matrix_run(R"({ "until": "60s", "nodes": {
    "dev": { "ifaces": { "lte0": { "technology": "lte", "ipv4": "100.64.0.2/30",
                                   "offload": "lwip" } },
             "apps": { "client": { "reconnecting_client": "tower:4242", "every": ")" +
                    every + R"(", "wait": "50s" },
                       "ping": { "udp_ping": "tower:7", "every": "100ms", "from": "10s" } } },
    "tower": { "ifaces": { "s1": { "ipv4": "100.64.0.1/30", "offload": "lwip" } },
               "services": ["tcp_echo:4242", "udp_echo:7"] } },
    "links": { "cell": { "between": ["dev.lte0", "tower.s1"], "delay": "10ms" } },
    "timeline": [ )" + steps + R"( ],
    "expect": [ { "never": "tower > dev TCP FA", "from": "30.05s", "to": "40.05s" },
                { "never": "tower > dev TCP R", "from": "30.05s", "to": "40.05s" },
                { "never": "tower > dev TCP RA", "from": "30.05s", "to": "40.05s" } ] })");
}

// ---- the link is lost, and the driver says nothing

const FactsRun& silent() {
  return modem(R"({ "at": "30.05s", "black_hole": "cell", "for": "10s" })");
}
void silent_iface() { EXPECT_EQ(state_events(silent(), "dev.lte0", 1000, 60'000), Strings()); }
void silent_tx() {
  EXPECT_FALSE(within_ms(silent().times("dev.ping", "sent"), 30'050, 40'050).empty());
  EXPECT_TRUE(within_ms(silent().times("dev.ping", "send_failed"), 30'050, 40'050).empty());
}
void silent_rx() {
  EXPECT_TRUE(within_ms(silent().times("dev.ping", "acked"), 30'061, 40'050).empty());
  EXPECT_TRUE(within_ms(silent().times("dev.client", "acked"), 30'061, 40'050).empty());
}
// Nobody closes it: what was sent meanwhile is answered after the hole, on the same connection.
void silent_tcp() {
  EXPECT_EQ(silent().times("dev.client", "connected").size(), 1u);
  EXPECT_TRUE(silent().times("dev.client", "connection_lost").empty());
  EXPECT_FALSE(within_ms(silent().times("dev.client", "acked"), 40'050, 60'000).empty());
}
void silent_conn_mgr() { EXPECT_EQ(l4_events(silent(), 1000, 60'000), Strings()); }

// ---- the driver sets dormant

const FactsRun& dormant() {
  return modem(R"({ "at": "30.05s", "dormant": "dev.lte0", "for": "10s" })");
}
/// The same at the other end, whose server does not watch the events.
const FactsRun& dormant_server() {
  return modem(R"({ "at": "30.05s", "dormant": "tower.s1", "for": "10s" })");
}
void dormant_iface() {
  EXPECT_EQ(state_events(dormant(), "dev.lte0", 1000, 60'000), (Strings{"IF_DOWN", "IF_UP"}));
  EXPECT_EQ(dormant().times("dev.lte0", "IF_DOWN"), all_at_ms({30'050}));
}
// net_context refuses a send on an iface that is not up before it asks the engine.
void dormant_tx() {
  const Times sent = within_ms(dormant().times("dev.ping", "sent"), 30'050, 40'050);
  EXPECT_EQ(within_ms(dormant().times("dev.ping", "send_failed", "errno=ENETDOWN"), 30'050, 40'050),
            sent);
}
// The engine is not told: it takes what comes.
void dormant_rx() {
  EXPECT_FALSE(within_ms(dormant_server().times("tower.udp_echo", "app_recv"), 30'100, 40'050)
                   .empty());
}
// A server that says nothing meanwhile keeps its connection: no FIN, no RST, and the next message
// is answered on it. (One that does has its send refused, and closes.)
void dormant_tcp() {
  const FactsRun& quiet =
      modem(R"({ "at": "30.05s", "dormant": "tower.s1", "for": "10s" })", "14s");
  for (const ExpectResult& result : quiet.report->expectations) {
    EXPECT_TRUE(result.pass) << result.spec->text;
  }
  EXPECT_EQ(quiet.times("dev.client", "connected").size(), 1u);
  EXPECT_TRUE(within_ms(quiet.times("dev.client", "sent"), 30'050, 40'050).empty());
  EXPECT_FALSE(within_ms(quiet.times("dev.client", "acked"), 40'050, 60'000).empty());
}
void dormant_conn_mgr() {
  EXPECT_EQ(l4_events(dormant(), 1000, 60'000), (Strings{"L4_DISCONNECTED", "L4_CONNECTED"}));
  EXPECT_EQ(within_ms(dormant().times("dev", "L4_DISCONNECTED"), 1000, 60'000),
            all_at_ms({30'050}));
}

}  // namespace

std::vector<MatrixCell> engine_rows() {
  return {
      {"engine_silent", "iface", silent_iface},
      {"engine_silent", "tx", silent_tx},
      {"engine_silent", "rx", silent_rx},
      {"engine_silent", "tcp", silent_tcp},
      {"engine_silent", "dhcp", {}, kNothingSaid},
      {"engine_silent", "conn_mgr", silent_conn_mgr},
      {"engine_dormant", "iface", dormant_iface},
      {"engine_dormant", "tx", dormant_tx},
      {"engine_dormant", "rx", dormant_rx},
      {"engine_dormant", "tcp", dormant_tcp},
      {"engine_dormant", "dhcp", {}, kNothingSaid},
      {"engine_dormant", "conn_mgr", dormant_conn_mgr},
  };
}

}  // namespace flapjack
