// SPDX-License-Identifier: Apache-2.0
#include "scenarios/source.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(Source, CountsColumnsInCodePoints) {
  const SourceFile f("a.json", "x\n\"π≠\": 1\n");
  const auto one = static_cast<std::uint32_t>(f.text().find('1'));
  const SourcePlace p = f.place({one, one + 1});
  EXPECT_EQ(p.line, 2u);
  EXPECT_EQ(p.column, 7u);
  EXPECT_EQ(to_text("a.json", p), "a.json:2:7");
  EXPECT_EQ(to_text("a.json", SourcePlace{}), "a.json");
}

TEST(Source, KnowsItsLines) {
  const SourceFile f("a", "one\r\ntwo\n\nlast");
  EXPECT_EQ(f.line_count(), 4u);
  EXPECT_EQ(f.line_text(1), "one");
  EXPECT_EQ(f.line_text(3), "");
  EXPECT_EQ(f.line_text(4), "last");
  EXPECT_EQ(f.line_text(9), "");
  EXPECT_EQ(f.place({999, 1000}).line, 4u);
  EXPECT_EQ(f.place({999, 1000}).column, 5u);
}

// A file may be one long line, with anything in it.
TEST(Source, ColumnsOfLongLines) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 7 == 0 ? "\xE2\x89\xA0" : i % 11 == 0 ? "\x80" : "a";
  const std::string two = text + "\n" + text;
  const SourceFile f("a", two);
  for (std::uint32_t i = 0; i < two.size(); i += 5) {
    const std::size_t begin = i <= text.size() ? 0 : text.size() + 1;
    const std::string_view before = std::string_view(two).substr(begin, i - begin);
    ASSERT_EQ(f.place({i, i + 1}).column, count_code_points(before) + 1) << i;
  }
}

TEST(Source, DoesNotCountAByteOrderMark) {
  const SourceFile f("a", "\xEF\xBB\xBF{}");
  EXPECT_EQ(f.place({3, 4}).column, 1u);
  EXPECT_EQ(f.place({4, 5}).column, 2u);
  EXPECT_EQ(f.line_text(1), "{}");
}

TEST(Source, CountsStrayBytesToo) {
  EXPECT_EQ(count_code_points("\x80\x80"), 2u);
  EXPECT_EQ(count_code_points("a\xC3\xA9z"), 3u);
}

TEST(Source, PlacesWithinAString) {
  const SourceFile f("a", "{\n [\"\xC3\xA9 up\", \"\\u0041\"]");
  const PlacedText exact{"\xC3\xA9 up", f.place({4, 11})}, escaped{"A", f.place({13, 21})};
  const SourcePlace up = place_within(exact, 3, 5);
  EXPECT_EQ(up.span, (SourceSpan{8, 10}));
  EXPECT_EQ(up.line, 2u);
  EXPECT_EQ(up.column, f.place(up.span).column);
  EXPECT_EQ(place_within(exact, 5, 5).span, (SourceSpan{10, 11})) << "the closing quote";
  EXPECT_EQ(place_within(exact, 2, 2).span, (SourceSpan{7, 8})) << "what stands there";
  EXPECT_EQ(place_within(escaped, 0, 1).span, escaped.place.span);
  EXPECT_EQ(place_within(escaped, 0, 1).column, escaped.place.column);
}

}  // namespace
}  // namespace flapjack
