// SPDX-License-Identifier: Apache-2.0
#include "tools/views/modules.h"

#include <gtest/gtest.h>

#include "scenarios/builtin.h"
#include "stack/trace/hop.h"

namespace flapjack {
namespace {

std::string_view module_of(std::string_view name) {
  TraceRecord record;
  record.name = name;
  if (name == "dropped") record.kind = TraceKind::Drop;
  return module_of(record);
}

bool is_hop(std::string_view name) {
  for (std::size_t hop = 0; hop < kHops; ++hop) {
    if (hop_name(static_cast<Hop>(hop)) == name) return true;
  }
  return false;
}

TEST(Modules, WhatAnIfaceOrANodeRaisesIsNotTheScenarios) {
  for (const EventWord& event : builtin_registry().events) {
    const TargetSet others = static_cast<TargetSet>(
        event.subjects & ~(TargetKind::Iface | TargetKind::Node | TargetKind::Link));
    if (others != 0 || is_hop(event.name)) continue;
    if (event.name == "step_refused" || event.name == "dhcp_start_failed") continue;
    EXPECT_NE(module_of(event.name), "scenarios") << event.name;
  }
}

TEST(Modules, ByTheFolderThatRaisesIt) {
  const std::pair<const char*, const char*> rows[] = {
      {"IF_UP", "stack"},       {"dns_query", "stack"},  {"L4_CONNECTED", "connmgr"},
      {"ppp_phase", "l2"},      {"associated", "connmgr"}, {"dns_answered", "scenarios"},
      {"corrupted", "l2"},      {"resolved", "scenarios"},
  };
  for (const auto& [name, module] : rows) EXPECT_EQ(module_of(name), module) << name;
}

}  // namespace
}  // namespace flapjack
