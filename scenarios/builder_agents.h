// SPDX-License-Identifier: Apache-2.0
// The builder's part for agents and the Connector that they listen to.
#pragma once
#include "scenarios/registry.h"
#include "scenarios/spec.h"

namespace flapjack {

/// What "connector" of a node changes.
void apply_connector(const NodeSpec& spec, StackConfig& config);
/// Every agent; before services and apps, so that they hear what those cause.
void add_agents(const ScenarioSpec& spec, World& world, const Registry& registry);

}  // namespace flapjack
