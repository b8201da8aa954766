// SPDX-License-Identifier: Apache-2.0
// JSON as text: quoting, and what must happen to commented JSON before a strict parser sees it.
// Every byte keeps its place, so that spans of the cleaned text are spans of the file.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/source.h"

namespace flapjack {

/// `text` as a JSON string with its quotes; only what must be escaped is.
std::string json_string(std::string_view text);

/// The first byte that is not part of well-formed UTF-8 (RFC 3629), if any.
std::optional<std::uint32_t> first_invalid_utf8(std::string_view text);

struct CleanJson {
  std::string text;  ///< comments and trailing commas are blanks
  std::optional<SourceSpan> open_comment;  ///< a block comment that does not end
};

/// Blanks // and /* */ comments, a byte order mark, and commas right before ] or }.
CleanJson clean_json(std::string_view text);

/// One token of cleaned JSON, told by its first character; may be malformed.
struct JsonToken {
  SourceSpan span;
  bool closed = true;  ///< false: a string without its closing quote on its line
};

/// The token that begins at or after `from`; empty at the end of the text. A string runs to its
/// closing quote or to the line's end, a word or number to the next blank or punctuation.
JsonToken next_json_token(std::string_view clean, std::uint32_t from);

}  // namespace flapjack
