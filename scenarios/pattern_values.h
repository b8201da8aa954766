// SPDX-License-Identifier: Apache-2.0
// What the values of a pattern's key may look like when they are numbers, times or addresses.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/vocabulary.h"

namespace flapjack {

/// `text` as a key of that kind has it, so that equal addresses have equal texts; nothing when it
/// never has such a value.
std::optional<std::string> value_text(ValueKind kind, std::string_view text);

/// The locks of a cycle, "iface:dev.wifi0->monitor->iface:dev.wifi0".
std::vector<std::string_view> locks_of(std::string_view cycle);
/// The path of the interface that such a lock is of; empty: of none.
std::string_view iface_of_lock(std::string_view lock);

/// What to write instead of `text`.
std::string value_help(ValueKind kind, std::string_view text);

}  // namespace flapjack
