// SPDX-License-Identifier: Apache-2.0
// A node's "conn_mgr" key: spec -> configuration, and a table too small for the node's ifaces
// (F0926).
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// Profile and Kconfig options must be in `config` already.
void apply_conn_mgr(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink);

}  // namespace flapjack
