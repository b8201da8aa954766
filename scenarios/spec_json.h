// SPDX-License-Identifier: Apache-2.0
// Scenario text -> checked ScenarioSpec, and the schema of what is accepted. One field table per
// kind of object does both, so that they cannot disagree.
#pragma once
#include <optional>
#include <string>

#include "scenarios/diagnostic.h"
#include "scenarios/source.h"
#include "scenarios/spec.h"
#include "scenarios/vocabulary.h"

namespace flapjack {

/// The scenario, or nothing when `sink` got at least one error. Never throws, never crashes on any
/// text; reports as many errors as it can find.
std::optional<ScenarioSpec> load_scenario(const SourceFile& file, const Vocabulary& vocabulary,
                                          DiagnosticSink& sink);

/// The draft-07 JSON schema of the format with these names; ends in a line end.
std::string emit_schema(const Vocabulary& vocabulary);

}  // namespace flapjack
