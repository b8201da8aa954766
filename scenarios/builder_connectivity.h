// SPDX-License-Identifier: Apache-2.0
// The builder's part for connectivity: gives an iface with "conn" its implementation and binds both
// to the node's connection manager.
#pragma once
#include <optional>

#include "scenarios/registry.h"
#include "scenarios/spec.h"
#include "scenarios/spec_problem.h"
#include "scenarios/world.h"

namespace flapjack {

/// `spec.conn` must be set; `at` is where the iface stands. Returns what cannot be (F0907, F0910);
/// then nothing is bound.
std::optional<SpecProblem> bind_connectivity(const IfaceSpec& spec, const Registry& registry,
                                             const Attachment& at, Node& node, NetIf& iface);

}  // namespace flapjack
