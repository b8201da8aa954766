// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_conn_mgr.h"

namespace flapjack {
namespace {

Coalescing coalescing_of(std::string_view word) {
  if (word == "queue_drained") return Coalescing::QueueDrained;
  return word == "immediate" ? Coalescing::Immediate : Coalescing::EachEvent;
}

}  // namespace

void apply_conn_mgr(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink) {
  if (!spec.conn_mgr) return;
  const ConnMgrSpec& wanted = *spec.conn_mgr;
  MonitorConfig& monitor = config.conn_mgr.monitor;
  if (!wanted.coalescing.empty()) monitor.coalescing = coalescing_of(wanted.coalescing);
  if (wanted.iface_max) monitor.iface_max = static_cast<std::size_t>(*wanted.iface_max);
  monitor.allow_untracked = wanted.allow_untracked;
  if (wanted.l4_if_events) monitor.l4_if_events = *wanted.l4_if_events;
  if (wanted.scan_offloaded) monitor.scan_offloaded = *wanted.scan_offloaded;
  if (wanted.config_check) config.conn_mgr.config_check = *wanted.config_check;
  if (!monitor.iface_max || monitor.allow_untracked) return;
  if (spec.ifaces.size() <= *monitor.iface_max) return;
  Diagnostic d;
  d.code = "F0926";
  d.message = "iface index exceeds CONN_MGR_IFACE_MAX: " + std::to_string(spec.ifaces.size()) +
              " ifaces, but the table holds " + std::to_string(*monitor.iface_max);
  d.span = wanted.place.span;
  d.help = "raise \"iface_max\", or set \"allow_untracked\"";
  sink.add(std::move(d));
}

}  // namespace flapjack
