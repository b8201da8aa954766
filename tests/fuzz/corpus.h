// SPDX-License-Identifier: Apache-2.0
// The seeds of a target: text files corpus/TARGET/*.hex, hex digits with any spaces between,
// '#' starts a comment. Text, so that a reader sees what an input is and what it once broke.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

struct Seed {
  std::string name;  ///< of its file, without .hex
  Buffer bytes;
};

/// Nothing when there is anything but digits, in pairs, spaces and comments.
std::optional<Buffer> read_hex(std::string_view text);
/// The seeds of a folder by name; nothing, with a message on stderr, when one cannot be read.
std::optional<std::vector<Seed>> read_corpus(const std::string& folder);

}  // namespace flapjack::fuzz
