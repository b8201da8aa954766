// SPDX-License-Identifier: Apache-2.0
#include "scenarios/json_text.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(JsonText, BlanksOnlyWhatIsNotJson) {
  struct Case {
    const char* text;
    const char* clean;
  };
  constexpr Case kCases[] = {{"[1, // x\n2]", "[1,     \n2]"},
                             {"[1,]", "[1 ]"},
                             {"{\"a\":1 , /* , */ }", "{\"a\":1           }"},
                             {"[\"//,]\",]", "[\"//,]\" ]"},
                             {"[\"a\\\",]\"]", "[\"a\\\",]\"]"},
                             {"[,]", "[,]"},
                             {"[1,,]", "[1,,]"},
                             {"\xEF\xBB\xBF[]", "   []"}};
  for (const Case& c : kCases) {
    const CleanJson clean = clean_json(c.text);
    EXPECT_EQ(clean.text, c.clean) << c.text;
    EXPECT_FALSE(clean.open_comment);
  }
  EXPECT_TRUE(clean_json("{ /* ").open_comment);
}

TEST(JsonText, FindsInvalidUtf8) {
  EXPECT_FALSE(first_invalid_utf8("aé≠😀"));
  EXPECT_EQ(first_invalid_utf8("ab\x80"), 2u);
  EXPECT_EQ(first_invalid_utf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(first_invalid_utf8("x\xED\xA0\x80"), 1u);     // surrogate
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(first_invalid_utf8("\xE2\x89"), 0u);          // cut short
}

TEST(JsonText, QuotesWhatMustBe) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\x01é"), "\"a\\\"b\\\\c\\n\\t\\u0001é\"");
}

// A file may have any name.
TEST(JsonText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(json_string("a\xFF\xC3é≠😀\xE2\x89"), "\"a\uFFFD\uFFFDé≠😀\uFFFD\uFFFD\"");
}

TEST(JsonText, CutsTokens) {
  const std::string_view text = "  {\"a b\":12}";
  EXPECT_EQ(next_json_token(text, 0).span, (SourceSpan{2, 3}));
  EXPECT_EQ(next_json_token(text, 3).span, (SourceSpan{3, 8}));
  EXPECT_EQ(next_json_token(text, 9).span, (SourceSpan{9, 11}));
  EXPECT_EQ(next_json_token(text, 12).span, (SourceSpan{12, 12}));
  EXPECT_FALSE(next_json_token("\"ab", 0).closed);
}

}  // namespace
}  // namespace flapjack
