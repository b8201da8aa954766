// SPDX-License-Identifier: Apache-2.0
// Kconfig options of a node that another of its options leaves without effect: a part of something
// that is off, one of a choice that has another, or the opposite of what something else selects
// (F0933). Called by the builder when a node's configuration is whole.
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/registry.h"
#include "scenarios/spec.h"

namespace flapjack {

/// One error for each such option that `spec` writes; `config` is what came of all of them.
void check_kconfig_needs(const NodeSpec& spec, const NodeConfig& config, const Registry& registry,
                         DiagnosticSink& sink);

}  // namespace flapjack
