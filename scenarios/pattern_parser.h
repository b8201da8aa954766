// SPDX-License-Identifier: Apache-2.0
// Text of a pattern -> checked Pattern, with exact places of what is wrong. Private to the loader.
#pragma once
#include <optional>

#include "scenarios/load_context.h"
#include "scenarios/pattern.h"

namespace flapjack {

/// The pattern in the string value `v`; nodes and links must be loaded before.
std::optional<Pattern> read_pattern(LoadContext& ctx, const JsonValue& v);

/// A time, or a pattern with perhaps " + 250ms" behind it.
std::optional<WindowEdge> read_window_edge(LoadContext& ctx, const JsonValue& v);

}  // namespace flapjack
