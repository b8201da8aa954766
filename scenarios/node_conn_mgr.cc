// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_conn_mgr.h"

#include <algorithm>

namespace flapjack {
namespace {

Coalescing coalescing_of(std::string_view word) {
  if (word == "queue_drained") return Coalescing::QueueDrained;
  return word == "immediate" ? Coalescing::Immediate : Coalescing::EachEvent;
}

void apply_spec(const ConnMgrSpec& wanted, NodeConfig& config) {
  MonitorConfig& monitor = config.conn_mgr.monitor;
  if (!wanted.coalescing.empty()) monitor.coalescing = coalescing_of(wanted.coalescing);
  if (wanted.iface_max) monitor.iface_max = static_cast<std::size_t>(*wanted.iface_max);
  monitor.allow_untracked = wanted.allow_untracked;
  if (wanted.l4_if_events) monitor.l4_if_events = *wanted.l4_if_events;
  if (wanted.scan_offloaded) monitor.scan_offloaded = *wanted.scan_offloaded;
  if (wanted.per_family) monitor.per_family = *wanted.per_family;
  if (wanted.any_ipv4_add) monitor.any_ipv4_add = *wanted.any_ipv4_add;
  if (wanted.legacy_sync_autodown) {
    config.conn_mgr.legacy_sync_autodown = *wanted.legacy_sync_autodown;
  }
  if (wanted.idle_timeout) config.conn_mgr.idle_timeout = *wanted.idle_timeout;
  if (wanted.config_check) config.conn_mgr.config_check = *wanted.config_check;
}

}  // namespace

void apply_conn_mgr(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink) {
  MonitorConfig& monitor = config.conn_mgr.monitor;
  // CONN_MGR_IFACE_MAX is the larger of both families' limits; one that is not written grows.
  const KconfigSpec* const ipv4 = find_word(spec.kconfig, "NET_IF_MAX_IPV4_COUNT");
  const KconfigSpec* const ipv6 = find_word(spec.kconfig, "NET_IF_MAX_IPV6_COUNT");
  if (ipv4 != nullptr && ipv6 != nullptr) {
    monitor.iface_max = static_cast<std::size_t>(std::max(ipv4->value, ipv6->value));
  }
  if (spec.conn_mgr) apply_spec(*spec.conn_mgr, config);
  if (!monitor.iface_max || monitor.allow_untracked) return;
  if (spec.ifaces.size() <= *monitor.iface_max) return;
  const bool of_kconfig = !spec.conn_mgr || !spec.conn_mgr->iface_max;
  sink.error("F0926",
             "iface index exceeds CONN_MGR_IFACE_MAX: " + std::to_string(spec.ifaces.size()) +
                 " ifaces, but the table holds " + std::to_string(*monitor.iface_max),
             of_kconfig ? ipv6->place : spec.conn_mgr->place,
             of_kconfig ? "raise NET_IF_MAX_IPV4_COUNT or NET_IF_MAX_IPV6_COUNT"
                        : "raise \"iface_max\", or set \"allow_untracked\"");
}

void add_online_check(const NodeSpec& spec, Node& node, DiagnosticSink& sink) {
  if (!spec.conn_mgr || !spec.conn_mgr->online_check) return;
  const OnlineCheckSpec& from = *spec.conn_mgr->online_check;
  const auto& ifaces = node.stack.ifaces();
  if (std::all_of(ifaces.begin(), ifaces.end(),
                  [](const auto& iface) { return iface->is_offloaded(); })) {
    return sink.error("F0930",
                      "an online check needs a native interface, " + spec.name + " has none",
                      from.place, "its pings are the stack's own; an engine has none");
  }
  OnlineCheckConfig config;
  config.host = Ipv4Address{from.address};
  config.answer_within = from.answer_within;
  config.interval = from.interval;
  config.doublings = static_cast<unsigned>(from.doublings);
  config.private_is_proof = from.private_is_proof;
  node.extras->online_check =
      std::make_unique<OnlineCheck>(node.stack, node.conn_mgr.monitor(), config);
}

}  // namespace flapjack
