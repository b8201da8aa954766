// SPDX-License-Identifier: Apache-2.0
// A node's "conn_mgr" key: spec -> configuration, a table too small for the node's ifaces (F0926),
// and the online check.
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// Profile and Kconfig options must be in `config` already.
void apply_conn_mgr(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink);

/// Nothing without "online_check". F0930 when all ifaces of the node, which must be there, belong
/// to engines.
void add_online_check(const NodeSpec& spec, Node& node, DiagnosticSink& sink);

}  // namespace flapjack
