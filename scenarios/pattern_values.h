// SPDX-License-Identifier: Apache-2.0
// What the values of a pattern's key may look like when they are numbers, times or addresses.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/vocabulary.h"

namespace flapjack {

/// `text` as a key of that kind has it, so that equal addresses have equal texts; nothing when it
/// never has such a value.
std::optional<std::string> value_text(ValueKind kind, std::string_view text);

/// What to write instead of `text`.
std::string value_help(ValueKind kind, std::string_view text);

}  // namespace flapjack
