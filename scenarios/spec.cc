// SPDX-License-Identifier: Apache-2.0
#include "scenarios/spec.h"

#include <array>

namespace flapjack {
namespace {

template <class T>
const T* find_named(const std::vector<T>& list, std::string_view name) {
  for (const T& t : list) {
    if (t.name == name) return &t;
  }
  return nullptr;
}

}  // namespace

std::string_view target_kind_name(TargetKind kind) {
  switch (kind) {
    case TargetKind::Node: return "node";
    case TargetKind::Iface: return "iface";
    case TargetKind::App: return "app";
    case TargetKind::Service: return "service";
    case TargetKind::Link: return "link";
    case TargetKind::Text: return "text";
    case TargetKind::Packet: return "packet";
    case TargetKind::Groups: return "groups";
    case TargetKind::Pool: return "pool";
    case TargetKind::Queue: return "queue";
    case TargetKind::Agent: return "agent";
  }
  return "?";
}

std::span<const std::string_view> pool_names() {
  static constexpr std::array<std::string_view, 5> kNames = {"rx_pkts", "tx_pkts", "rx_bufs",
                                                             "tx_bufs", "cn_bytes"};
  return kNames;
}

std::span<const std::string_view> queue_names() {
  static constexpr std::array<std::string_view, 3> kNames = {"rx_queue", "tx_queue", "net_mgmt"};
  return kNames;
}

std::string TargetRef::path() const {
  if (node.empty()) return name;
  return name.empty() ? node : node + "." + name;
}

SourcePlace ConnSpec::value_place(std::string_view key) const {
  const WrittenKey* written = find_named(keys, key);
  return written == nullptr ? place : written->value_place;
}

const IfaceSpec* NodeSpec::find_iface(std::string_view n) const { return find_named(ifaces, n); }
const AppSpec* NodeSpec::find_app(std::string_view n) const { return find_named(apps, n); }
const AgentSpec* NodeSpec::find_agent(std::string_view n) const { return find_named(agents, n); }
const ServiceSpec* NodeSpec::find_service(std::string_view n) const {
  return find_named(services, n);
}

std::string_view expect_kind_name(ExpectKind kind) {
  switch (kind) {
    case ExpectKind::Sequence: return "sequence";
    case ExpectKind::Never: return "never";
    case ExpectKind::Eventually: return "eventually";
    case ExpectKind::Whenever: return "whenever";
    case ExpectKind::Counter: return "counter";
    case ExpectKind::Delivered: return "delivered";
  }
  return "?";
}

}  // namespace flapjack
