// SPDX-License-Identifier: Apache-2.0
// JSON with comments and trailing commas -> JsonValue with exact spans. Duplicate keys, invalid
// UTF-8 and deep nesting are errors with a place. No exceptions leave it.
#pragma once
#include <optional>

#include "scenarios/diagnostic.h"
#include "scenarios/json_value.h"
#include "scenarios/source.h"

namespace flapjack {

/// Arrays and objects inside one another, at most.
inline constexpr std::size_t kJsonDepthLimit = 64;

/// The document, or nothing with an error in `sink`. Duplicate keys are reported and left out, and
/// the document is still given, so that more can be checked.
std::optional<JsonValue> read_json(const SourceFile& file, DiagnosticSink& sink);

}  // namespace flapjack
