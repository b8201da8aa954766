// SPDX-License-Identifier: Apache-2.0
// build_world(): a checked ScenarioSpec and a Registry -> a World that is ready to boot. What the
// front end cannot know, such as an app that needs TCP on a native path, is found here and reported
// at its place in the file.
#pragma once
#include <memory>

#include "scenarios/diagnostic.h"
#include "scenarios/record_view.h"
#include "scenarios/registry.h"
#include "scenarios/spec.h"

namespace flapjack {

/// Null when `sink` got an error. `nodes` is filled with who has which address.
std::unique_ptr<World> build_world(const ScenarioSpec& spec, const Registry& registry,
                                   NodeNames& nodes, DiagnosticSink& sink);

}  // namespace flapjack
