// SPDX-License-Identifier: Apache-2.0
// The failure matrix: for each failure that can be injected, what each part of a node must do. A
// row is a failure, a column a part; each cell is a test of its own, or says why it is none. Here:
// the base scenario that rows lay their failure over, and the type of a cell.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "tests/scenarios/facts_fixture.h"

namespace flapjack {

/// Of each row, in this order.
inline constexpr const char* kMatrixColumns[] = {"iface", "tx", "rx", "tcp", "dhcp", "conn_mgr"};

/// What a cell is when it is not checked.
inline const std::string kNothingSaid = "the matrix says nothing of this cell";
inline const std::string kNoNativeTcp = "not modelled: there is no native TCP";

struct MatrixCell {
  std::string row, column;
  std::function<void()> check;
  std::string skipped = {};  ///< why there is no check
  friend void PrintTo(const MatrixCell& c, std::ostream* out) { *out << c.row << " " << c.column; }
};

// The rows, by file.
std::vector<MatrixCell> link_rows();     ///< carrier, dormancy, admin state, black holes
std::vector<MatrixCell> address_rows();  ///< addresses and leases
std::vector<MatrixCell> node_rows();     ///< pools and the event queue
std::vector<MatrixCell> engine_rows();   ///< offloaded ifaces
std::vector<MatrixCell> conn_rows();     ///< several ifaces, connectivity implementations

/// What rows change of the base scenario. `dev` has a lease of 10.0.0.100 when the apps begin at
/// 20 s; `peer` is its neighbour, `far` is behind the router `gw`; `new` is a neighbour that has
/// not heard of dev before 31 s. dev's udp_echo is the bound socket.
struct MatrixBase {
  std::string eth0 = R"("ipv4": "dhcp", "gateway": "10.0.0.1")";
  std::string more_ifaces = {};  ///< of dev, with a comma in front
  std::string more_nodes = {}, more_links = {};
  std::string dev_more = {};     ///< e.g. `, "kconfig": {...}`
  std::string more_apps = {};    ///< of dev
  std::string timeline = {};
  std::string until = "60s", every = "100ms", remote_from = "20s", new_from = "31s";
  std::string profile = "zephyr-4";

  std::string text() const {
    const std::string ping = R"(:7", "every": ")" + every + R"(", "from": ")";
    return R"({ "until": ")" + until + R"(", "profile": ")" + profile + R"(",
 "nodes": {
  "dev": { "ifaces": { "eth0": { )" + eth0 + " }" + more_ifaces + R"( },
    "services": ["udp_echo:7"], "apps": {
      "local": { "udp_ping": "10.0.0.9)" + ping + R"(20s" },
      "remote": { "udp_ping": "198.51.100.9)" + ping + remote_from + "\" }" + more_apps + " }" +
           dev_more + R"( },
  "gw": { "router": true, "services": ["dhcp"], "ifaces": {
    "eth0": { "ipv4": "10.0.0.1/24" }, "eth1": { "ipv4": "198.51.100.1/24" } } },
  "peer": { "ifaces": { "eth0": { "ipv4": "10.0.0.9/24" } }, "services": ["udp_echo:7"],
    "apps": { "poke": { "udp_ping": "10.0.0.100)" + ping + R"(20s" } } },
  "new": { "ifaces": { "eth0": { "ipv4": "10.0.0.8/24" } },
    "apps": { "poke": { "udp_ping": "10.0.0.100)" + ping + new_from + R"(" } } },
  "far": { "ifaces": { "eth0": { "ipv4": "198.51.100.9/24", "gateway": "198.51.100.1" } },
    "services": ["udp_echo:7"] })" + more_nodes + R"(
 },
 "links": {
  "lan": { "between": ["dev.eth0", "gw.eth0", "peer.eth0", "new.eth0"], "delay": "1ms" },
  "wan": { "between": ["gw.eth1", "far.eth0"], "delay": "1ms" })" + more_links + R"( },
 "timeline": [ )" + timeline + " ] }\n";
  }
};

/// The run of a scenario, made once however many cells look at it.
const FactsRun& matrix_run(const std::string& text);
inline const FactsRun& matrix_run(const MatrixBase& base) { return matrix_run(base.text()); }

/// Those of `times` that lie in [from, to), in ms.
inline std::vector<SimTime> within_ms(std::vector<SimTime> times, std::int64_t from,
                                      std::int64_t to) {
  std::erase_if(times, [&](SimTime t) { return t < at_ms(from) || t >= at_ms(to); });
  return times;
}
/// Those events of `subject` within [from, to) ms that are among `names`.
inline std::vector<std::string> events_within(const FactsRun& run, const std::string& subject,
                                              const std::vector<std::string>& names,
                                              std::int64_t from, std::int64_t to) {
  std::vector<std::string> found;
  for (const KeptRecord& r : run.trace.records) {
    const bool wanted = std::find(names.begin(), names.end(), r.name) != names.end();
    const bool inside = r.at >= at_ms(from) && r.at < at_ms(to);
    if (r.kind == TraceKind::Event && r.subject == subject && wanted && inside) {
      found.push_back(r.name);
    }
  }
  return found;
}
/// The four events of an iface's state.
inline std::vector<std::string> state_events(const FactsRun& run, const std::string& iface,
                                             std::int64_t from, std::int64_t to) {
  return events_within(run, iface, {"IF_UP", "IF_DOWN", "IF_ADMIN_UP", "IF_ADMIN_DOWN"}, from, to);
}
/// L4_CONNECTED and L4_DISCONNECTED of dev.
inline std::vector<std::string> l4_events(const FactsRun& run, std::int64_t from, std::int64_t to) {
  return events_within(run, "dev", {"L4_CONNECTED", "L4_DISCONNECTED"}, from, to);
}
/// Every message that dev.local and dev.remote sent in [from, to) ms failed with this code.
void expect_sends_fail(const FactsRun& run, const std::string& code, std::int64_t from,
                       std::int64_t to);

}  // namespace flapjack
