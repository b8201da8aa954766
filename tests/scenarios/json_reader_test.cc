// SPDX-License-Identifier: Apache-2.0
#include "scenarios/json_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

std::string text_of(const SourceFile& f, SourceSpan s) {
  return std::string(f.text().substr(s.begin, s.end - s.begin));
}

TEST(JsonReader, GivesEveryValueItsSpan) {
  const SourceFile f("a", "{ // c } \"\n \"k\\u00e9\" : [1, -2.5e3 ,true,null, \"a\\\"b\",],\n"
                          " /* , */ \"o\": { \"x\": {} , } , }");
  DiagnosticSink sink;
  const auto v = read_json(f, sink);
  ASSERT_TRUE(v) << render(f, sink);
  EXPECT_EQ(text_of(f, v->span), f.text());
  const JsonMember& k = v->members.at(0);
  EXPECT_EQ(k.key, "ké");
  EXPECT_EQ(text_of(f, k.key_span), "\"k\\u00e9\"");
  ASSERT_EQ(k.value.items.size(), 5u);
  const char* kTexts[] = {"1", "-2.5e3", "true", "null", "\"a\\\"b\""};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(text_of(f, k.value.items[i].span), kTexts[i]);
  EXPECT_EQ(k.value.items[0].integer, 1);
  EXPECT_FALSE(k.value.items[1].integer);
  EXPECT_EQ(k.value.items[1].text, "-2.5e3");
  EXPECT_EQ(k.value.items[4].text, "a\"b");
  EXPECT_EQ(text_of(f, v->find("o")->value.span), "{ \"x\": {} , }");
  EXPECT_EQ(text_of(f, v->find("o")->value.find("x")->value.span), "{}");
  EXPECT_EQ(v->find("nothing"), nullptr);
}

TEST(JsonReader, KeepsWholeNumbersExactly) {
  const SourceFile f("a", "[9223372036854775807, 9223372036854775808, -9223372036854775808, 1.0]");
  DiagnosticSink sink;
  const auto v = read_json(f, sink);
  ASSERT_TRUE(v);
  EXPECT_EQ(v->items[0].integer, INT64_MAX);
  EXPECT_FALSE(v->items[1].integer);
  EXPECT_EQ(v->items[2].integer, INT64_MIN);
  EXPECT_FALSE(v->items[3].integer);
}

struct BadCase {
  const char* text;
  const char* message;  ///< "line:column code message"
  friend void PrintTo(const BadCase& c, std::ostream* out) { *out << c.message; }
};

class BadJson : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadJson, HasAPlaceAndAReason) {
  const SourceFile f("a", GetParam().text);
  DiagnosticSink sink;
  read_json(f, sink);
  ASSERT_EQ(sink.all().size(), 1u);
  const Diagnostic& d = sink.all()[0];
  const SourcePlace p = f.place(d.span);
  EXPECT_EQ(std::to_string(p.line) + ":" + std::to_string(p.column) + " " + d.code + " " +
                d.message,
            GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJson,
    ::testing::Values(
        BadCase{"", "1:1 F0001 expected a value, but the file ends here"},
        BadCase{"{ \"a\": 1", "1:9 F0001 expected \",\" or \"}\", but the file ends here"},
        BadCase{"{ \"a\" 1 }", "1:7 F0001 expected \":\" after the key, found \"1\""},
        BadCase{"{ \"a\": 1 \"b\": 2 }", "1:10 F0001 expected \",\" or \"}\", found \"\"b\"\""},
        BadCase{"[1 2]", "1:4 F0001 expected \",\" or \"]\", found \"2\""},
        BadCase{"{ a: 1 }", "1:3 F0001 expected a key in double quotes, found \"a\""},
        BadCase{"{ 'a': 1 }", "1:3 F0001 expected a key in double quotes, found \"'a'\""},
        BadCase{"{ \"a\": tru }", "1:8 F0001 expected a value, found \"tru\""},
        BadCase{"{ \"a\": 01 }", "1:8 F0001 expected a value, found \"01\""},
        BadCase{"[truex]", "1:2 F0001 expected a value, found \"truex\""},
        BadCase{"[1s]", "1:2 F0001 expected a value, found \"1s\""},
        BadCase{"{ \"a\": \"x\n }", "1:8 F0001 this string is not closed"},
        BadCase{"{ \"a\": \"x\ty\" }",
                "1:8 F0001 this string has a control character or an unknown escape"},
        BadCase{"{ \"a\": \"\\q\" }",
                "1:8 F0001 this string has a control character or an unknown escape"},
        BadCase{"[1,,2]", "1:4 F0001 expected a value, found \",\""},
        BadCase{"[,]", "1:2 F0001 expected a value, found \",\""},
        BadCase{"{,}", "1:2 F0001 expected a key in double quotes, found \",\""},
        BadCase{"{} x", "1:4 F0001 nothing may follow the closing brace, found \"x\""},
        BadCase{"{ /* }", "1:3 F0001 this comment is not closed"},
        BadCase{"{ \"a\": 1,\n  \"a\": 2 }", "2:3 F0002 key \"a\" is here twice"},
        BadCase{"[1e999]", "1:2 F0001 number out of range"},
        BadCase{"[\"\xFF\"]", "1:3 F0004 this is not UTF-8"},
        BadCase{"// \xC3(", "1:4 F0004 this is not UTF-8"}));

// The parser would take it for the end of the text.
TEST(JsonReader, RefusesANulWhereverItIs) {
  const std::string nul(1, '\0');
  const struct {
    std::string text;
    std::uint32_t at;
  } rows[] = {{"{}" + nul, 2},         {"{}\n" + nul + "{}", 3},     {"{} // " + nul, 6},
              {"{ \"a\": \"" + nul + "\" }", 8}, {"{ \"a\": " + nul + " }", 7}};
  for (const auto& row : rows) {
    const SourceFile f("a", row.text);
    DiagnosticSink sink;
    EXPECT_FALSE(read_json(f, sink)) << row.at;
    ASSERT_EQ(sink.all().size(), 1u) << row.at;
    EXPECT_EQ(sink.all()[0].code, "F0001");
    EXPECT_EQ(sink.all()[0].span.begin, row.at);
  }
}

TEST(JsonReader, NamesTheFirstOfTwoKeys) {
  const SourceFile f("a", "{ \"a\": 1,\n  \"a\": 2 }");
  DiagnosticSink sink;
  EXPECT_TRUE(read_json(f, sink));
  ASSERT_EQ(sink.all().at(0).notes.size(), 1u);
  EXPECT_EQ(sink.all()[0].notes[0].span->begin, 2u);
}

TEST(JsonReader, LimitsDepth) {
  const auto nested = [](std::size_t n) {
    return std::string(n, '[') + std::string(n, ']');
  };
  DiagnosticSink fine;
  EXPECT_TRUE(read_json(SourceFile("a", nested(kJsonDepthLimit)), fine));
  DiagnosticSink deep;
  EXPECT_FALSE(read_json(SourceFile("a", nested(kJsonDepthLimit + 1)), deep));
  EXPECT_EQ(deep.all().at(0).code, "F0003");
  DiagnosticSink deeper;
  EXPECT_FALSE(read_json(SourceFile("a", std::string(1'000'000, '[')), deeper));
}

}  // namespace
}  // namespace flapjack
