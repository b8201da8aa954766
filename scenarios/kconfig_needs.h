// SPDX-License-Identifier: Apache-2.0
// Kconfig options of a node: their values (F0902), and those that another option or the profile
// leaves without effect: a part of something that is off, one of a choice that has another, or the
// opposite of what something else selects (F0933).
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/registry.h"
#include "scenarios/spec.h"

namespace flapjack {

/// Applies what `spec` writes; F0902 for what an option cannot be, which is left out then.
void apply_kconfigs(const NodeSpec& spec, const Registry& registry, NodeConfig& config,
                    DiagnosticSink& sink);
/// Once the configuration is whole: F0933 for each option without effect that `spec` writes.
void check_kconfig_needs(const NodeSpec& spec, const NodeConfig& config, const Registry& registry,
                         DiagnosticSink& sink);

}  // namespace flapjack
