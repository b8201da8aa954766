// SPDX-License-Identifier: Apache-2.0
// Rows of the failure matrix: the address goes, by a call or because its lease is over.
#include "tests/scenarios/built_world.h"
#include "tests/scenarios/failure_matrix.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;
using Times = std::vector<SimTime>;

// ---- address removed by API

/// The base scenario, run to 30.05 s, net_if_ipv4_addr_rm(), run to 31 s. No step can do this.
struct Removed {
  BuiltWorld built{MatrixBase().text()};
  World* world = built.world.get();
  MemorySink trace;
  bool removed = false;

  Removed() {
    world->tracer().add_sink(trace);
    world->boot();
    world->run_for(milliseconds(30'050));
    trace.records.clear();
    removed = eth0().ipv4_addr_rm(*Ipv4Address::parse("10.0.0.100"));
    world->run_for(milliseconds(950));
  }
  ~Removed() { world->tracer().remove_sink(trace); }
  NetIf& eth0() { return *world->node("dev")->stack.iface_by_name("eth0"); }
  std::size_t count(const std::string& subject, const std::string& name) const {
    return static_cast<std::size_t>(
        std::count_if(trace.records.begin(), trace.records.end(), [&](const KeptRecord& r) {
          return r.subject == subject && r.name == name;
        }));
  }
  std::size_t drops(const std::string& reason) const {
    return static_cast<std::size_t>(
        std::count_if(trace.records.begin(), trace.records.end(), [&](const KeptRecord& r) {
          return r.kind == TraceKind::Drop && r.attr("reason") == reason;
        }));
  }
};

void removed_iface() {
  Removed run;
  EXPECT_TRUE(run.removed);
  ASSERT_FALSE(run.trace.records.empty());
  EXPECT_EQ(run.trace.records[0].name, "IPV4_ADDR_DEL");
  EXPECT_EQ(run.trace.records[0].at, at_ms(30'050));
  EXPECT_EQ(run.count("dev.eth0", "IF_DOWN"), 0u);
}
// No other address is there: the source is 0.0.0.0, so that nobody can answer.
void removed_tx() {
  Removed run;
  EXPECT_GT(run.count("dev.local", "sent"), 0u);
  EXPECT_EQ(run.count("dev.local", "acked"), 0u);
  EXPECT_TRUE(run.world->node("dev")
                  ->stack.route().source(&run.eth0(), *Ipv4Address::parse("10.0.0.9"))
                  .is_any());
}
void removed_rx() {
  Removed run;
  EXPECT_GT(run.drops("not_for_us"), 0u);
  EXPECT_EQ(run.count("dev.udp_echo", "app_recv"), 0u);
}
void removed_conn_mgr() {
  Removed run;
  EXPECT_EQ(run.count("dev", "L4_DISCONNECTED"), 1u);
  EXPECT_FALSE(run.world->node("dev")->conn_mgr.monitor().ready_count() > 0);
}

// ---- lease expiry

MatrixBase expired() {
  MatrixBase base;
  base.timeline = R"({ "at": "20min", "service_down": "gw.dhcp" })";
  base.until = "40min";
  base.every = "5s";
  return base;
}
SimTime expiry() {
  const Times gone = matrix_run(expired()).times("dev.eth0", "IPV4_ADDR_DEL");
  EXPECT_EQ(gone.size(), 1u);
  return gone.empty() ? SimTime{} : gone[0];
}
Times after_expiry(Times times) {
  const SimTime from = expiry();
  std::erase_if(times, [&](SimTime t) { return t <= from; });
  return times;
}
void lease_iface() {
  const FactsRun& run = matrix_run(expired());
  EXPECT_EQ(state_events(run, "dev.eth0", 1, 2'400'000), Strings());
  EXPECT_EQ(run.times("dev.eth0", "IPV4_ADDR_DEL").size(), 1u);
}
void lease_tx() {
  const FactsRun& run = matrix_run(expired());
  EXPECT_FALSE(after_expiry(run.times("dev.local", "sent")).empty());
  EXPECT_TRUE(after_expiry(run.times("dev.local", "acked")).empty());
}
void lease_rx() {
  const FactsRun& run = matrix_run(expired());
  EXPECT_FALSE(after_expiry(run.times("peer.poke", "sent")).empty());
  EXPECT_TRUE(after_expiry(run.times("dev.udp_echo", "app_recv")).empty());
  EXPECT_FALSE(after_expiry(run.drops("dev.eth0", "not_for_us")).empty());
}
void lease_dhcp() {
  const FactsRun& run = matrix_run(expired());
  EXPECT_EQ(run.times("dev.eth0", "dhcp_state", "state=selecting").back(), expiry());
  EXPECT_EQ(within_ms(run.times("dev.eth0", "dhcp_sent", "type=DISCOVER"), 30'000, 2'400'000)
                .front(),
            expiry());
}
void lease_conn_mgr() {
  EXPECT_EQ(matrix_run(expired()).times("dev", "L4_DISCONNECTED"), Times{expiry()});
}

}  // namespace

std::vector<MatrixCell> address_rows() {
  return {
      {"address_removed", "iface", removed_iface},
      {"address_removed", "tx", removed_tx},
      {"address_removed", "rx", removed_rx},
      {"address_removed", "tcp", {}, kNoNativeTcp},
      {"address_removed", "dhcp", {}, kNothingSaid},
      {"address_removed", "conn_mgr", removed_conn_mgr},
      {"lease_expiry", "iface", lease_iface},
      {"lease_expiry", "tx", lease_tx},
      {"lease_expiry", "rx", lease_rx},
      {"lease_expiry", "tcp", {}, kNoNativeTcp},
      {"lease_expiry", "dhcp", lease_dhcp},
      {"lease_expiry", "conn_mgr", lease_conn_mgr},
  };
}

}  // namespace flapjack
