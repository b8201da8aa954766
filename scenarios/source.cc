// SPDX-License-Identifier: Apache-2.0
#include "scenarios/source.h"

#include <algorithm>
#include <utility>

namespace flapjack {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::size_t kBlock = 1024;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void CodePoints::add(std::string_view text) {
  for (const char c : text) {
    const bool more = is_continuation(c);
    if (!more || !in_sequence) ++count;
    in_sequence = more ? in_sequence : static_cast<unsigned char>(c) >= 0xC0;
  }
}

std::uint32_t count_code_points(std::string_view text) {
  CodePoints points;
  points.add(text);
  return points.count;
}

SourceFile::SourceFile(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  const bool marked = std::string_view(text_).substr(0, 3) == kByteOrderMark;
  line_begins_.push_back(marked ? 3 : 0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
  }
  CodePoints points;
  for (std::size_t i = 0; i < text_.size(); i += kBlock) {
    blocks_.push_back(points);
    points.add(std::string_view(text_).substr(i, kBlock));
  }
}

// One line may be the whole file, and every value has a place: only the block is counted anew.
std::uint32_t SourceFile::points_before(std::uint32_t offset) const {
  if (blocks_.empty()) return 0;
  const std::size_t block = std::min(offset / kBlock, blocks_.size() - 1);
  CodePoints points = blocks_[block];
  points.add(std::string_view(text_).substr(block * kBlock, offset - block * kBlock));
  return points.count;
}

SourcePlace SourceFile::place(SourceSpan span) const {
  const auto size = static_cast<std::uint32_t>(text_.size());
  span.begin = std::max(std::min(span.begin, size), line_begins_.front());
  span.end = std::max(std::min(span.end, size), span.begin);
  const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), span.begin);
  const auto line = static_cast<std::uint32_t>(after - line_begins_.begin());
  const std::uint32_t begin = line_begins_[line - 1];
  return {span, line, points_before(span.begin) - points_before(begin) + 1};
}

std::string_view SourceFile::line_text(std::uint32_t line) const {
  if (line == 0 || line > line_count()) return {};
  const std::uint32_t begin = line_begins_[line - 1];
  std::string_view rest = std::string_view(text_).substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

std::uint32_t SourceFile::line_begin(std::uint32_t line) const {
  if (line == 0 || line > line_count()) return static_cast<std::uint32_t>(text_.size());
  return line_begins_[line - 1];
}

std::string to_text(const std::string& file_name, const SourcePlace& place) {
  if (!place.known()) return file_name;
  return file_name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

SourceSpan span_within(SourceSpan whole, std::string_view text, std::size_t begin,
                       std::size_t end) {
  const bool exact = whole.end - whole.begin == text.size() + 2;
  if (!exact || begin >= end || end > text.size()) return whole;
  return {static_cast<std::uint32_t>(whole.begin + 1 + begin),
          static_cast<std::uint32_t>(whole.begin + 1 + end)};
}

SourcePlace place_within(const PlacedText& whole, std::size_t begin, std::size_t end) {
  const std::string shown = whole.text + '"';  // the quote is a place, too
  SourceSpan inner = whole.place.span;
  inner.end += 1;
  const SourceSpan span = span_within(inner, shown, begin, std::max(end, begin + 1));
  if (span == inner) return whole.place;
  // A string stands on one line.
  const auto before = count_code_points(std::string_view(whole.text).substr(0, begin));
  return {span, whole.place.line, whole.place.column + 1 + before};
}

}  // namespace flapjack
