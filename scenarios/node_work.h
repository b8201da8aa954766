// SPDX-License-Identifier: Apache-2.0
// A node's "cpu" key and its traffic classes: spec -> configuration, and what of them does not go
// together (F0924, F0916, F0932, F0935 to F0937).
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// Profile and Kconfig options must be in `config` already.
void apply_work(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink);
/// What nothing would come of: steps that stop a thread which their node does not have or never
/// uses, suspend what an engine drives, or have vanish what is on no link; service times of what
/// passes no queue.
void check_work(const ScenarioSpec& spec, World& world, DiagnosticSink& sink);

}  // namespace flapjack
