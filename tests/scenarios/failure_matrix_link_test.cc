// SPDX-License-Identifier: Apache-2.0
// Rows of the failure matrix: what happens to the iface and to its medium.
#include "tests/scenarios/failure_matrix.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;
using Times = std::vector<SimTime>;

MatrixBase with_step(const std::string& steps, const std::string& profile = "zephyr-4") {
  MatrixBase base;
  base.timeline = steps;
  base.profile = profile;
  return base;
}
std::string down_step(const std::string& verb) {
  return R"({ "at": "30.05s", ")" + verb + R"(": "dev.eth0", "for": "10s" })";
}
/// The iface has an implementation that associates within 100 ms.
MatrixBase bound(const std::string& verb, bool persistent) {
  MatrixBase base = with_step(down_step(verb));
  base.eth0 += std::string(R"(, "technology": "wifi", "conn": { "associate": "100ms")") +
               (persistent ? R"(, "persistent": true })" : " }");
  return base;
}

/// The client gives its address up with the iface, is silent, and asks at IF_UP.
void expect_dhcp_waits(const std::string& verb) {
  for (const std::string profile : {"zephyr-4", "zephyr-1.13"}) {
    const FactsRun& run = matrix_run(with_step(down_step(verb), profile));
    const std::string state = profile == "zephyr-4" ? "init_reboot" : "renewing";
    EXPECT_EQ(run.times("dev.eth0", "dhcp_state", "state=" + state), all_at_ms({30'050}))
        << profile;
    EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL"), all_at_ms({30'050})) << profile;
    EXPECT_EQ(within_ms(run.times("dev.eth0", "dhcp_sent"), 30'050, 40'051),
              all_at_ms({40'050})) << profile;
  }
}
/// The last ready iface is gone. Bound and not persistent: it is taken admin-down, too.
void expect_disconnected(const std::string& verb) {
  const FactsRun& run = matrix_run(with_step(down_step(verb)));
  EXPECT_EQ(l4_events(run, 30'000, 40'050), Strings{"L4_DISCONNECTED"});
  EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), all_at_ms({30'050}));
  const FactsRun& once = matrix_run(bound(verb, false));
  EXPECT_EQ(once.times("dev", "L4_DISCONNECTED"), all_at_ms({30'050}));
  EXPECT_EQ(once.times("dev.eth0", "auto_down"), all_at_ms({30'050}));
  EXPECT_EQ(once.times("dev.eth0", "IF_ADMIN_DOWN"), all_at_ms({30'050}));
  const FactsRun& persistent = matrix_run(bound(verb, true));
  EXPECT_EQ(persistent.times("dev", "L4_DISCONNECTED"), all_at_ms({30'050}));
  EXPECT_TRUE(persistent.times("dev.eth0", "auto_down").empty());
  EXPECT_TRUE(persistent.times("dev.eth0", "IF_ADMIN_DOWN").empty());
}

// ---- carrier_off

void carrier_iface() {
  const FactsRun& run = matrix_run(with_step(down_step("carrier_down")));
  EXPECT_EQ(state_events(run, "dev.eth0", 1, 60'000), (Strings{"IF_DOWN", "IF_UP"}));
  EXPECT_EQ(run.times("dev.eth0", "IF_DOWN"), all_at_ms({30'050}));
}
// At the send, where today's looks first; in 2018 the iface drops it, which comes out as EIO. And
// what waits in the queue is lost behind the sender's back.
void carrier_tx() {
  const std::string down = down_step("carrier_down");
  expect_sends_fail(matrix_run(with_step(down)), "ENETDOWN", 30'050, 40'050);
  expect_sends_fail(matrix_run(with_step(down, "zephyr-1.13")), "EIO", 30'050, 40'050);
  const std::string queued = R"({ "at": "29.95s", "stall": "dev.tx_queue", "for": "200ms" }, )";
  for (const char* profile : {"zephyr-4", "zephyr-1.13"}) {
    const FactsRun& run = matrix_run(with_step(queued + down_step("carrier_down"), profile));
    const Times lost = within_ms(run.drops("dev.eth0", "carrier_down"), 30'150, 30'151);
    EXPECT_FALSE(lost.empty()) << profile;
    EXPECT_EQ(lost, Times(lost.size(), at_ms(30'150)));
  }
}
// What came before and waits is taken; only an iface that is admin-down refuses it.
void carrier_rx() {
  const std::string queued = R"({ "at": "29.95s", "stall": "dev.rx_queue", "for": "200ms" }, )";
  const FactsRun& run = matrix_run(with_step(queued + down_step("carrier_down")));
  EXPECT_FALSE(within_ms(run.times("dev.eth0", "l3_in"), 30'150, 30'151).empty());
  EXPECT_TRUE(run.drops("dev.eth0", "admin_down").empty());
}

// ---- dormant_on

void dormant_iface() {
  const FactsRun& run = matrix_run(with_step(down_step("dormant")));
  EXPECT_EQ(state_events(run, "dev.eth0", 1, 60'000), (Strings{"IF_DOWN", "IF_UP"}));
  EXPECT_EQ(run.times("dev.eth0", "IF_DOWN"), all_at_ms({30'050}));
}
// Today the send looks at the iface; in 2018 only the carrier was looked at, and there is one.
void dormant_tx() {
  expect_sends_fail(matrix_run(with_step(down_step("dormant"))), "ENETDOWN", 30'050, 40'050);
  const FactsRun& old = matrix_run(with_step(down_step("dormant"), "zephyr-1.13"));
  EXPECT_TRUE(within_ms(old.times("dev.local", "send_failed"), 30'050, 40'050).empty());
  EXPECT_FALSE(within_ms(old.times("dev.eth0", "driver_tx"), 30'100, 40'050).empty());
  // what waited before leaves in both: there is a carrier
  const std::string queued = R"({ "at": "29.95s", "stall": "dev.tx_queue", "for": "200ms" }, )";
  for (const char* profile : {"zephyr-4", "zephyr-1.13"}) {
    const FactsRun& run = matrix_run(with_step(queued + down_step("dormant"), profile));
    EXPECT_FALSE(within_ms(run.times("dev.eth0", "driver_tx"), 30'150, 30'151).empty()) << profile;
    EXPECT_TRUE(run.drops("dev.eth0", "carrier_down").empty()) << profile;
  }
}
void dormant_rx() {
  const FactsRun& run = matrix_run(with_step(down_step("dormant")));
  EXPECT_FALSE(within_ms(run.times("dev.eth0", "l3_in"), 30'100, 40'050).empty());
  EXPECT_TRUE(run.drops("dev.eth0", "admin_down").empty());
}

// ---- carrier flap shorter than the queue's delay

std::string flap_steps() {
  return R"({ "at": "30s", "stall": "dev.net_mgmt", "for": "300ms" },
            { "at": "30.11s", "carrier_down": "dev.eth0", "for": "20ms" })";
}
void flap_iface() {
  const FactsRun& run = matrix_run(with_step(flap_steps()));
  EXPECT_EQ(state_events(run, "dev.eth0", 1, 60'000), (Strings{"IF_DOWN", "IF_UP"}));
  EXPECT_EQ(run.times("dev.eth0", "IF_DOWN"), all_at_ms({30'110}));
  EXPECT_EQ(run.times("dev.eth0", "IF_UP"), all_at_ms({0, 30'130}));
  EXPECT_EQ(run.counter("dev.mgmt_dropped"), 0);
}
void flap_tx() {
  const FactsRun& run = matrix_run(with_step(flap_steps()));
  EXPECT_TRUE(within_ms(run.times("dev.local", "send_failed"), 29'000, 30'300).empty());
  EXPECT_LE(run.drops("dev.eth0", "carrier_down").size(), 1u);
}
void flap_rx() {
  const FactsRun& run = matrix_run(with_step(flap_steps()));
  EXPECT_TRUE(within_ms(run.times("peer.poke", "lost"), 30'000, 31'300).empty());
}
// Both events reach it one after the other: it asks again at once.
void flap_dhcp() {
  const FactsRun& run = matrix_run(with_step(flap_steps()));
  EXPECT_EQ(within_ms(run.times("dev.eth0", "dhcp_sent", "type=REQUEST"), 30'000, 31'000),
            all_at_ms({30'300}));
  EXPECT_EQ(within_ms(run.times("dev.eth0", "IPV4_DHCP_BOUND"), 30'000, 31'000),
            all_at_ms({30'302}));
}
// A monitor that looks when the events are through saw nothing of it; with an address that stays.
void flap_conn_mgr() {
  MatrixBase base = with_step(flap_steps());
  base.eth0 = R"("ipv4": "10.0.0.100/24", "gateway": "10.0.0.1")";
  base.dev_more = R"(, "kconfig": { "NET_TC_THREAD_COOPERATIVE": 0 })";
  EXPECT_EQ(l4_events(matrix_run(base), 1000, 60'000), Strings());
  base.dev_more = R"(, "kconfig": { "NET_TC_THREAD_COOPERATIVE": 1 })";
  EXPECT_EQ(l4_events(matrix_run(base), 1000, 60'000),
            (Strings{"L4_DISCONNECTED", "L4_CONNECTED"}));
}

// ---- net_if_down

void admin_iface() {
  const FactsRun& run = matrix_run(with_step(down_step("admin_down")));
  EXPECT_EQ(state_events(run, "dev.eth0", 1, 60'000),
            (Strings{"IF_ADMIN_DOWN", "IF_DOWN", "IF_ADMIN_UP", "IF_UP"}));
}
void admin_tx() {
  expect_sends_fail(matrix_run(with_step(down_step("admin_down"))), "ENETDOWN", 30'050, 40'050);
}
// Its driver is stopped, and refuses the frame before net_recv_data() would with ENETDOWN.
void admin_rx() {
  const FactsRun& run = matrix_run(with_step(down_step("admin_down")));
  EXPECT_TRUE(within_ms(run.times("dev.eth0", "rx_queue"), 30'050, 40'050).empty());
  EXPECT_FALSE(within_ms(run.drops("dev.eth0", "driver_refused"), 30'050, 40'050).empty());
}
// It is admin-down already, so that nothing is left to do; the next net_if_up() connects.
void admin_conn_mgr() {
  const FactsRun& run = matrix_run(with_step(down_step("admin_down")));
  EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), all_at_ms({30'050}));
  const FactsRun& once = matrix_run(bound("admin_down", false));
  EXPECT_EQ(once.times("dev.eth0", "IF_ADMIN_DOWN"), all_at_ms({30'050}));
  EXPECT_TRUE(once.times("dev.eth0", "auto_down").empty());
  EXPECT_EQ(within_ms(once.times("dev.eth0", "connect"), 30'000, 60'000), all_at_ms({40'050}));
  EXPECT_EQ(within_ms(once.times("dev.eth0", "IF_UP"), 30'000, 60'000), all_at_ms({40'150}));
}

// ---- silent black hole

MatrixBase black_hole() {
  MatrixBase base = with_step(R"({ "at": "30s", "black_hole": "lan" })");
  base.until = "40min";
  base.every = "5s";
  return base;
}
void hole_iface() {
  EXPECT_EQ(state_events(matrix_run(black_hole()), "dev.eth0", 1, 3'600'000), Strings());
}
void hole_tx() {
  const FactsRun& run = matrix_run(black_hole());
  EXPECT_TRUE(within_ms(run.times("dev.local", "send_failed"), 30'000, 1'800'000).empty());
  EXPECT_EQ(within_ms(run.times("dev.local", "sent"), 30'000, 1'800'000).size(),
            within_ms(run.times("dev.local", "lost"), 30'001, 1'801'000).size());
}
void hole_rx() {
  const FactsRun& run = matrix_run(black_hole());
  EXPECT_TRUE(within_ms(run.times("dev.eth0", "driver_rx"), 30'002, 3'600'000).empty());
}
// Three REQUESTs of the renewal, then the address goes.
void hole_dhcp() {
  const FactsRun& run = matrix_run(black_hole());
  const Times bound_at = run.times("dev.eth0", "IPV4_DHCP_BOUND");
  ASSERT_EQ(bound_at.size(), 1u);
  EXPECT_EQ(run.times("dev.eth0", "dhcp_state", "state=renewing"),
            Times{bound_at[0] + seconds(1800)});
  const Times gone = run.times("dev.eth0", "IPV4_ADDR_DEL");
  ASSERT_EQ(gone.size(), 1u);
  expect_between(gone[0] - bound_at[0], seconds(1825), seconds(1831), "address");
}
void hole_conn_mgr() {
  const FactsRun& run = matrix_run(black_hole());
  EXPECT_EQ(run.times("dev", "L4_DISCONNECTED"), run.times("dev.eth0", "IPV4_ADDR_DEL"));
}

// ---- gateway vanishes

MatrixBase no_gateway() {
  MatrixBase base = with_step(R"({ "at": "30s", "vanish": "gw" })");
  base.remote_from = "31s";
  base.every = "300ms";
  return base;
}
void gateway_iface() {
  EXPECT_EQ(state_events(matrix_run(no_gateway()), "dev.eth0", 1, 60'000), Strings());
}
// A request every 2 s, as long as somebody sends; what waited for it is dropped.
void gateway_tx() {
  const FactsRun& run = matrix_run(no_gateway());
  Times asked;
  for (const SentFrame& f : run.sent("dev.eth0", "arp_request")) {
    if (f.to == IpAddress(*Ipv4Address::parse("10.0.0.1"))) asked.push_back(f.at);
  }
  asked = within_ms(asked, 31'000, 60'000);
  ASSERT_GE(asked.size(), 10u);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    expect_between(asked[i] - asked[i - 1], seconds(2), milliseconds(2300), "ARP request");
  }
  EXPECT_FALSE(run.drops("dev.eth0", "arp_timeout").empty());
  EXPECT_TRUE(run.times("dev.remote", "acked").empty());
}
void gateway_rx() {
  const FactsRun& run = matrix_run(no_gateway());
  EXPECT_EQ(run.times("dev.local", "lost").size(), 0u);
  EXPECT_FALSE(within_ms(run.times("dev.local", "acked"), 31'000, 60'000).empty());
}
// The server is gone with the router: nobody answers the unicast renewal.
void gateway_dhcp() {
  MatrixBase base = no_gateway();
  base.until = "40min";
  base.every = "20s";
  const FactsRun& run = matrix_run(base);
  EXPECT_EQ(run.times("dev.eth0", "dhcp_state", "state=renewing").size(), 1u);
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL").size(), 1u);
}
void gateway_conn_mgr() {
  EXPECT_EQ(l4_events(matrix_run(no_gateway()), 20'000, 60'000), Strings());
}

}  // namespace

std::vector<MatrixCell> link_rows() {
  const auto dhcp = [](const char* verb) { return [verb] { expect_dhcp_waits(verb); }; };
  const auto gone = [](const char* verb) { return [verb] { expect_disconnected(verb); }; };
  return {
      {"carrier_off", "iface", carrier_iface},
      {"carrier_off", "tx", carrier_tx},
      {"carrier_off", "rx", carrier_rx},
      {"carrier_off", "tcp", {}, kNoNativeTcp},
      {"carrier_off", "dhcp", dhcp("carrier_down")},
      {"carrier_off", "conn_mgr", gone("carrier_down")},
      {"dormant_on", "iface", dormant_iface},
      {"dormant_on", "tx", dormant_tx},
      {"dormant_on", "rx", dormant_rx},
      {"dormant_on", "tcp", {}, kNoNativeTcp},
      {"dormant_on", "dhcp", dhcp("dormant")},
      {"dormant_on", "conn_mgr", gone("dormant")},
      {"short_flap", "iface", flap_iface},
      {"short_flap", "tx", flap_tx},
      {"short_flap", "rx", flap_rx},
      {"short_flap", "tcp", {}, kNoNativeTcp},
      {"short_flap", "dhcp", flap_dhcp},
      {"short_flap", "conn_mgr", flap_conn_mgr},
      {"net_if_down", "iface", admin_iface},
      {"net_if_down", "tx", admin_tx},
      {"net_if_down", "rx", admin_rx},
      {"net_if_down", "tcp", {}, kNoNativeTcp},
      {"net_if_down", "dhcp", dhcp("admin_down")},
      {"net_if_down", "conn_mgr", admin_conn_mgr},
      {"black_hole", "iface", hole_iface},
      {"black_hole", "tx", hole_tx},
      {"black_hole", "rx", hole_rx},
      {"black_hole", "tcp", {}, kNoNativeTcp},
      {"black_hole", "dhcp", hole_dhcp},
      {"black_hole", "conn_mgr", hole_conn_mgr},
      {"gateway_vanishes", "iface", gateway_iface},
      {"gateway_vanishes", "tx", gateway_tx},
      {"gateway_vanishes", "rx", gateway_rx},
      {"gateway_vanishes", "tcp", {}, kNoNativeTcp},
      {"gateway_vanishes", "dhcp", gateway_dhcp},
      {"gateway_vanishes", "conn_mgr", gateway_conn_mgr},
  };
}

}  // namespace flapjack
