// SPDX-License-Identifier: Apache-2.0
#include "scenarios/registry.h"

namespace flapjack {
namespace {

template <class Entry>
auto words(const std::vector<Entry>& entries) {
  std::vector<std::decay_t<decltype(Entry::word)>> list;
  for (const Entry& entry : entries) list.push_back(entry.word);
  return list;
}

}  // namespace

Vocabulary Registry::vocabulary() const {
  Vocabulary v;
  v.profiles = words(profiles);
  v.l2s = words(l2s);
  v.engines = words(engines);
  v.conn_impls = words(connectivities);
  v.kconfigs = words(kconfigs);
  v.technologies = words(technologies);
  v.verbs = words(verbs);
  v.apps = words(apps);
  v.services = words(services);
  v.agent_groups = agent_groups;
  v.agent_actions = words(agent_actions);
  v.agent_events = agent_events;
  v.events = events;
  v.counters = counters;
  v.packet_keys = packet_keys;
  return v;
}

}  // namespace flapjack
