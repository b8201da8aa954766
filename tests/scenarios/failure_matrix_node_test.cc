// SPDX-License-Identifier: Apache-2.0
// Rows of the failure matrix: the node runs out of packets or of room for its events.
#include "tests/scenarios/failure_matrix.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;
using Times = std::vector<SimTime>;

std::string exhaust(const std::string& pool, const std::string& at = "30s",
                    const std::string& span = "5s") {
  return R"({ "at": ")" + at + R"(", "exhaust": "dev.)" + pool + R"(", "leave": 0, "for": ")" +
         span + "\" }";
}
MatrixBase with_step(const std::string& steps) {
  MatrixBase base;
  base.timeline = steps;
  return base;
}

// ---- tx pool empty

const FactsRun& no_tx() { return matrix_run(with_step(exhaust("tx_pkts"))); }
void tx_pool_iface() { EXPECT_EQ(state_events(no_tx(), "dev.eth0", 1, 60'000), Strings()); }
// The first message of each app that is due then waits for a second, in vain; so does the next.
void tx_pool_tx() {
  for (const char* app : {"dev.local", "dev.remote"}) {
    const Times failed = within_ms(no_tx().times(app, "send_failed"), 30'000, 35'000);
    ASSERT_FALSE(failed.empty());
    const Times sent = within_ms(no_tx().times(app, "sent"), 30'000, 35'000);
    EXPECT_EQ(failed[0], sent[0] + seconds(1)) << app;
    EXPECT_EQ(failed[1], sent[1] + seconds(1)) << app;
    EXPECT_EQ(within_ms(no_tx().times(app, "send_failed", "errno=ENOBUFS"), 30'000, 35'000),
              failed);
  }
}
// It cannot answer: neither ARP, which waits 100 ms for a packet, nor echoes, which wait a second;
// both hold up the rx thread, so that ARP's turn comes behind the echoes'.
void tx_pool_rx() {
  EXPECT_EQ(within_ms(no_tx().times("new.poke", "acked"), 31'000, 35'000), Times());
  EXPECT_FALSE(within_ms(no_tx().drops("dev.eth0", "no_buffers"), 31'100, 35'000).empty());
  EXPECT_FALSE(within_ms(no_tx().times("new.poke", "acked"), 35'000, 60'000).empty());
}
// A REQUEST is due at 32 s. It leaves when there is a packet again.
void tx_pool_dhcp() {
  const FactsRun& run = matrix_run(with_step(
      exhaust("tx_pkts") + R"(, { "at": "31s", "carrier_down": "dev.eth0", "for": "1s" })"));
  EXPECT_EQ(run.times("dev.eth0", "dhcp_waits"), all_at_ms({32'000}));
  EXPECT_EQ(within_ms(run.times("dev.eth0", "dhcp_sent"), 31'000, 36'000), all_at_ms({35'000}));
}
void tx_pool_conn_mgr() { EXPECT_EQ(l4_events(no_tx(), 20'000, 60'000), Strings()); }

// ---- rx pool empty

const FactsRun& no_rx() { return matrix_run(with_step(exhaust("rx_pkts"))); }
void rx_pool_iface() { EXPECT_EQ(state_events(no_rx(), "dev.eth0", 1, 60'000), Strings()); }
void rx_pool_rx() {
  const Times lost = no_rx().drops("dev.eth0", "no_buffers");
  EXPECT_EQ(within_ms(lost, 30'000, 35'000), lost);
  EXPECT_EQ(static_cast<std::int64_t>(lost.size()), no_rx().counter("dev.eth0.rx_alloc_failed"));
  EXPECT_GE(lost.size(), 100u);
  EXPECT_TRUE(within_ms(no_rx().times("dev.eth0", "rx_queue"), 30'000, 35'000).empty());
  EXPECT_TRUE(within_ms(no_rx().times("dev.local", "send_failed"), 30'000, 35'000).empty());
}
// DISCOVERs leave, offers are lost, until there are packets again.
void rx_pool_dhcp() {
  const FactsRun& run = matrix_run(with_step(exhaust("rx_pkts", "0s", "18s")));
  EXPECT_FALSE(within_ms(run.times("dev.eth0", "dhcp_sent", "type=DISCOVER"), 0, 18'000).empty());
  EXPECT_FALSE(within_ms(run.times("gw.dhcp", "dhcp_offer"), 0, 18'000).empty());
  EXPECT_TRUE(within_ms(run.times("dev.eth0", "dhcp_received"), 0, 18'000).empty());
  EXPECT_EQ(run.times("dev.eth0", "IPV4_DHCP_BOUND").size(), 1u);
}
void rx_pool_conn_mgr() { EXPECT_EQ(l4_events(no_rx(), 20'000, 60'000), Strings()); }

// ---- net_mgmt queue overflow

/// IF_DOWN and IF_UP while the event thread stands still, with room for one event.
const FactsRun& overflow(const std::string& profile) {
  MatrixBase base = with_step(R"({ "at": "30s", "stall": "dev.net_mgmt", "for": "5s" },
                                 { "at": "31s", "carrier_down": "dev.eth0", "for": "1s" })");
  base.profile = profile;
  base.dev_more = R"(, "kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 1 })";
  return matrix_run(base);
}
// Raised both; the newest is lost today, 10 ms after it was raised; the oldest, at once, before.
void overflow_iface() {
  const FactsRun& now = overflow("zephyr-4");
  EXPECT_EQ(state_events(now, "dev.eth0", 1, 60'000), (Strings{"IF_DOWN", "IF_UP"}));
  EXPECT_EQ(now.times("dev", "mgmt_event_dropped", "event=IF_UP"), all_at_ms({32'010}));
  const FactsRun& old = overflow("zephyr-1.13");
  EXPECT_EQ(old.times("dev", "mgmt_event_dropped", "event=IF_DOWN"), all_at_ms({32'000}));
  for (const FactsRun* run : {&now, &old}) EXPECT_GE(run->counter("dev.mgmt_dropped"), 1);
}
// Without IF_UP it waits for one for ever; without IF_DOWN it believes in its lease.
void overflow_dhcp() {
  const FactsRun& now = overflow("zephyr-4");
  EXPECT_EQ(now.times("dev.eth0", "dhcp_state", "state=init_reboot"), all_at_ms({35'000}));
  EXPECT_TRUE(within_ms(now.times("dev.eth0", "dhcp_sent"), 30'000, 60'000).empty());
  EXPECT_EQ(now.times("dev.eth0", "IPV4_ADDR_DEL"), all_at_ms({35'000}));
  const FactsRun& old = overflow("zephyr-1.13");
  EXPECT_TRUE(old.times("dev.eth0", "IPV4_ADDR_DEL").empty());
  EXPECT_TRUE(within_ms(old.times("dev.eth0", "dhcp_sent"), 30'000, 60'000).empty());
}
// The iface is up in both; one believes that it is not, the other never knew that it was down.
void overflow_conn_mgr() {
  const FactsRun& now = overflow("zephyr-4");
  EXPECT_EQ(l4_events(now, 20'000, 60'000), Strings{"L4_DISCONNECTED"});
  EXPECT_EQ(now.times("dev", "L4_DISCONNECTED"), all_at_ms({35'000}));
  EXPECT_EQ(l4_events(overflow("zephyr-1.13"), 20'000, 60'000), Strings());
}

}  // namespace

std::vector<MatrixCell> node_rows() {
  return {
      {"tx_pool_empty", "iface", tx_pool_iface},
      {"tx_pool_empty", "tx", tx_pool_tx},
      {"tx_pool_empty", "rx", tx_pool_rx},
      {"tx_pool_empty", "tcp", {}, kNoNativeTcp},
      {"tx_pool_empty", "dhcp", tx_pool_dhcp},
      {"tx_pool_empty", "conn_mgr", tx_pool_conn_mgr},
      {"rx_pool_empty", "iface", rx_pool_iface},
      {"rx_pool_empty", "tx", {}, kNothingSaid},
      {"rx_pool_empty", "rx", rx_pool_rx},
      {"rx_pool_empty", "tcp", {}, kNoNativeTcp},
      {"rx_pool_empty", "dhcp", rx_pool_dhcp},
      {"rx_pool_empty", "conn_mgr", rx_pool_conn_mgr},
      {"mgmt_overflow", "iface", overflow_iface},
      {"mgmt_overflow", "tx", {}, kNothingSaid},
      {"mgmt_overflow", "rx", {}, kNothingSaid},
      {"mgmt_overflow", "tcp", {}, kNothingSaid},
      {"mgmt_overflow", "dhcp", overflow_dhcp},
      {"mgmt_overflow", "conn_mgr", overflow_conn_mgr},
  };
}

}  // namespace flapjack
