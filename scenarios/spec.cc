// SPDX-License-Identifier: Apache-2.0
#include "scenarios/spec.h"

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
  }
  return "?";
}

std::string TargetRef::path() const {
  if (node.empty()) return name;
  return name.empty() ? node : node + "." + name;
}

const IfaceSpec* NodeSpec::find_iface(std::string_view n) const { return find_named(ifaces, n); }
const AppSpec* NodeSpec::find_app(std::string_view n) const { return find_named(apps, n); }
const ServiceSpec* NodeSpec::find_service(std::string_view n) const {
  return find_named(services, n);
}
const NodeSpec* ScenarioSpec::find_node(std::string_view n) const { return find_named(nodes, n); }
const LinkSpec* ScenarioSpec::find_link(std::string_view n) const { return find_named(links, n); }

DistributionSpec LinkParams::delay_distribution() const {
  if (jitter.ns == 0) return DistributionSpec::fixed(delay);
  DistributionSpec d;
  if (shape == JitterShape::Normal) {
    d.kind = DistributionKind::Normal;
    d.a = delay;
    d.b = jitter;
    return d;
  }
  d.kind = DistributionKind::Uniform;
  d.a = delay - jitter;
  d.b = delay + jitter;
  return d;
}

void LinkPatch::apply_to(LinkParams& params) const {
  if (rate_bps) params.rate_bps = *rate_bps;
  if (delay) params.delay = *delay;
  if (jitter) params.jitter = *jitter;
  if (shape) params.shape = *shape;
  if (loss_ppb) params.loss_ppb = *loss_ppb;
  if (queue) params.queue = queue;
}

bool LinkPatch::empty() const {
  return !rate_bps && !delay && !jitter && !shape && !loss_ppb && !queue;
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
