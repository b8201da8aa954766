// SPDX-License-Identifier: Apache-2.0
// The text of one scenario file and where things are in it. Offsets are bytes, columns count UTF-8
// code points. Knows nothing of JSON.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flapjack {

/// Bytes [begin, end) of a SourceFile.
struct SourceSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const SourceSpan&) const = default;
};

/// A span with the position of its first byte as people count it: line and column from 1.
/// Line 0 means "nowhere": a default that no file wrote.
struct SourcePlace {
  SourceSpan span;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool known() const { return line != 0; }
};

/// Counts the UTF-8 code points of a text that comes in pieces; a stray byte counts as one.
struct CodePoints {
  std::uint32_t count = 0;
  bool in_sequence = false;  ///< the last byte began a sequence or went on with it
  void add(std::string_view text);
};

/// One file held in memory. Immutable; at most 4 GiB.
class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  /// The position of a span; offsets behind the end are taken as the end.
  SourcePlace place(SourceSpan span) const;
  /// The text of line `line` (from 1) without its line end; empty when there is no such line.
  std::string_view line_text(std::uint32_t line) const;
  /// The byte offset at which line `line` (from 1) begins.
  std::uint32_t line_begin(std::uint32_t line) const;
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_begins_.size()); }

 private:
  std::uint32_t points_before(std::uint32_t offset) const;

  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_begins_;
  std::vector<CodePoints> blocks_;  // what came before each block of the text
};

/// The number of UTF-8 code points in `text`; a stray byte counts as one.
std::uint32_t count_code_points(std::string_view text);

/// "file:line:column", or the file's name alone for a place that is not known.
std::string to_text(const std::string& file_name, const SourcePlace& place);

/// A text and where it stands.
struct PlacedText {
  std::string text;
  SourcePlace place;
};

/// A key of an object, where it stands, and where its value does.
struct WrittenKey {
  std::string name;
  SourcePlace place, value_place;
};

/// The bytes from `begin` to `end` of a string that stands, with its quotes, at `whole`: exact
/// when it has no escapes, else `whole`.
SourceSpan span_within(SourceSpan whole, std::string_view text, std::size_t begin,
                       std::size_t end);
/// The same with its line and column; where begin == end, of the byte before which something is
/// missing, the closing quote at the end.
SourcePlace place_within(const PlacedText& whole, std::size_t begin, std::size_t end);

}  // namespace flapjack
