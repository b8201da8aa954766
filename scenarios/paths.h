// SPDX-License-Identifier: Apache-2.0
// Dotted paths of a scenario: dev, dev.wifi0, dev.telemetry, air. Private to the loader.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load_context.h"

namespace flapjack {

/// What `path` stands for, of the kinds in `allowed`; an F0301 or F0302 error otherwise. `span` is
/// the path's own, `user` says who asks ("\"vanish\"") in messages about the wrong kind.
std::optional<TargetRef> resolve_path(LoadContext& ctx, std::string_view path, SourceSpan span,
                                      TargetSet allowed, std::string_view user);

/// What `path` stands for, of any kind; nothing and no message when it does not exist.
std::optional<TargetRef> look_up_path(const LoadContext& ctx, std::string_view path);
/// Whether every lock of a cycle (ValueKind::Locks) that is an interface's is of one that there is.
bool knows_locks(const LoadContext& ctx, std::string_view cycle);

/// "an interface", "a node or a link".
std::string target_set_text(TargetSet set);

/// All paths that exist of these kinds, in the order of the file.
std::vector<std::string> all_paths(const ScenarioSpec& spec, TargetSet kinds);

}  // namespace flapjack
