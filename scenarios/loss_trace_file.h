// SPDX-License-Identifier: Apache-2.0
// Files of recorded losses: text -> LossTrace. A line is "kept", "lost", either with a count behind
// it ("kept 12"), or else, in all lines, a span of time "5s..5.2s" in which every frame is lost.
// Empty lines and what follows "#" do not count. Private to the loader.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "l2/loss_trace.h"
#include "scenarios/load_context.h"

namespace flapjack {

/// The trace, or what is wrong ("line 3: ..."). Never throws on any text.
std::variant<LossTrace, std::string> parse_loss_trace(std::string_view text);

/// The trace in the file that the string `v` names, relative to the scenario's folder; null after
/// an error (F0403).
std::shared_ptr<const LossTrace> read_loss_trace(LoadContext& ctx, const JsonValue& v);

}  // namespace flapjack
