// SPDX-License-Identifier: Apache-2.0
#include "scenarios/builder_connectivity.h"

#include "scenarios/link_radio.h"

namespace flapjack {
namespace {

BindingConfig binding_config(const ConnSpec& conn) {
  BindingConfig binding;
  const auto flag = [&](ConnFlag f, bool on) { binding.flags |= on ? conn_flag_bit(f) : 0; };
  flag(ConnFlag::Persistent, conn.persistent);
  flag(ConnFlag::NoAutoConnect, !conn.auto_connect);
  flag(ConnFlag::NoAutoDown, !conn.auto_down);
  binding.timeout_s = static_cast<int>(conn.timeout_s);
  binding.idle_timeout_s = static_cast<int>(conn.idle_timeout_s);
  binding.init_takes = conn.init_takes;
  return binding;
}

std::optional<SpecProblem> misfit(const IfaceSpec& spec, const ConnectivityEntry& entry,
                                  const ConnMgrConfig& config) {
  const ConnSpec& conn = *spec.conn;
  if (conn.idle_timeout_s != 0 && !config.idle_timeout) {
    return SpecProblem{"F0910", "this profile's connection manager has no idle timeout",
                       "leave \"idle_timeout\" out, or use a profile of 2025 or later", conn.place};
  }
  if (!entry.carries_ipv4 && (!spec.ipv4.empty() || spec.ipv4_auto || spec.dhcp)) {
    return SpecProblem{"F0907", "\"" + conn.impl + "\" carries IPv6 only, no \"ipv4\"", {},
                       conn.place};
  }
  return std::nullopt;
}

}  // namespace

std::optional<SpecProblem> bind_connectivity(const IfaceSpec& spec, const Registry& registry,
                                             const Attachment& at, Node& node, NetIf& iface) {
  const ConnSpec& conn = *spec.conn;
  const ConnectivityEntry& entry = *find_entry(registry.connectivities, conn.impl);
  if (auto wrong = misfit(spec, entry, node.conn_mgr.config())) return wrong;
  RadioMedium* radio = nullptr;
  if (at.link != nullptr) {
    node.extras->radios.push_back(std::make_unique<LinkRadio>(*at.link, at.end));
    radio = node.extras->radios.back().get();
  }
  ConnectivityResult made = entry.make(conn, radio);
  if (made.connectivity == nullptr) return SpecProblem{"F0907", made.error, made.help, made.place};
  if (made.starts_dormant) iface.dormant_on();
  node.extras->connectivities.push_back(std::move(made.connectivity));
  node.conn_mgr.bind(iface, *node.extras->connectivities.back(), binding_config(conn));
  return std::nullopt;
}

}  // namespace flapjack
