// SPDX-License-Identifier: Apache-2.0
// What every verb does first: find scenario files, read them, check them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "scenarios/registry.h"
#include "scenarios/spec_json.h"

namespace flapjack {

/// A file in memory, or nothing and a message on stderr. "-" is standard input.
std::optional<SourceFile> read_scenario(const std::string& path);

/// Every *.json below the folders, in order of path; files as they are. Nothing, and a message on
/// stderr, when a path does not exist; an empty list, and a message too, when there is none.
std::optional<std::vector<std::string>> find_scenarios(const std::vector<std::string>& paths);

}  // namespace flapjack
