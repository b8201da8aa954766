// SPDX-License-Identifier: Apache-2.0
// The emitted schema says what the binder does.
#include "scenarios/schema.h"

#if defined(__GNUC__) && !defined(__clang__)  // gcc 12 doubts its own <regex> under sanitizers
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "scenarios/json_reader.h"
#include "scenarios/units.h"
#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

/// The schema as our own reader sees it.
struct Schema {
  SourceFile file{"schema.json", emit_schema(test_vocabulary())};
  JsonValue root;
  Schema() {
    DiagnosticSink sink;
    auto v = read_json(file, sink);
    EXPECT_TRUE(v) << render(file, sink);
    if (v) root = std::move(*v);
  }
  const JsonValue* at(std::initializer_list<const char*> path) const {
    const JsonValue* v = &root;
    for (const char* key : path) {
      const JsonMember* m = v->find(key);
      if (m == nullptr) return nullptr;
      v = &m->value;
    }
    return v;
  }
};

TEST(Schema, IsDraft07AndAllowsWhatTheReaderAllows) {
  const Schema s;
  EXPECT_EQ(s.at({"$schema"})->text, "http://json-schema.org/draft-07/schema#");
  EXPECT_TRUE(s.at({"allowComments"})->boolean);
  EXPECT_TRUE(s.at({"allowTrailingCommas"})->boolean);
  EXPECT_FALSE(s.at({"additionalProperties"})->boolean);
  EXPECT_NE(s.at({"patternProperties", "^x-"}), nullptr);
  ASSERT_EQ(s.at({"required"})->items.size(), 2u);
}

TEST(Schema, KnowsEveryNameOfTheVocabulary) {
  const Schema s;
  const Vocabulary v = test_vocabulary();
  for (const VerbWord& w : v.verbs) {
    ASSERT_NE(s.at({"definitions", "step", "properties", w.name.c_str()}), nullptr) << w.name;
    EXPECT_EQ(s.at({"definitions", "step", "properties", w.name.c_str(), "description"})->text,
              w.doc);
  }
  for (const AppWord& w : v.apps) {
    EXPECT_NE(s.at({"definitions", "app", "properties", w.name.c_str()}), nullptr) << w.name;
  }
  const JsonValue* technologies =
      s.at({"definitions", "iface", "properties", "technology", "enum"});
  ASSERT_NE(technologies, nullptr);
  EXPECT_EQ(technologies->items.size(), v.technologies.size());
}

TEST(Schema, NamesNoKeyThatIsRefused) {
  const Schema s;
  for (const char* key : {"include", "params", "seeds", "lesson"}) {
    EXPECT_EQ(s.at({"properties", key}), nullptr) << key;
  }
  EXPECT_EQ(s.at({"definitions", "step", "properties", "modem_reset"}), nullptr);
  EXPECT_EQ(s.at({"definitions", "iface", "properties", "ipv7"}), nullptr);
}

/// Each $ref leads to a definition.
void check_refs(const Schema& s, const JsonValue& v) {
  for (const JsonMember& m : v.members) {
    if (m.key == "$ref") {
      const std::string name = m.value.text.substr(std::string("#/definitions/").size());
      EXPECT_NE(s.at({"definitions", name.c_str()}), nullptr) << m.value.text;
    }
    check_refs(s, m.value);
  }
  for (const JsonValue& item : v.items) check_refs(s, item);
}

TEST(Schema, HasNoDeadReferences) {
  const Schema s;
  check_refs(s, s.root);
}

std::string pattern_in(const std::string& schema) {
  const SourceFile f("s", schema);
  DiagnosticSink sink;
  const auto v = read_json(f, sink);
  return v && v->find("pattern") ? v->find("pattern")->value.text : "";
}

TEST(Schema, PatternsAgreeWithTheParsers) {
  struct Case {
    std::string schema;
    bool (*parses)(std::string_view);
    std::vector<const char*> texts;
  };
  const Case cases[] = {
      {schema_duration(), [](std::string_view t) { return parse_duration(t).ok(); },
       {"1s", "1.5s", "250ms", "2", "1m", "1 s", "", "s", "1.s", ".5s", "10us", "1h", "3min"}},
      {schema_rate(), [](std::string_view t) { return parse_rate(t).ok(); },
       {"10Mbit/s", "10mbps", "10MB/s", "1.5Gbit/s", "5bit/s", "10", "10Mbit", "2kB/s"}},
      {schema_size(), [](std::string_view t) { return parse_size(t).ok(); },
       {"64B", "256KiB", "1MB", "64", "1KB", "1kiB", "2GiB"}},
      {schema_probability(), [](std::string_view t) { return parse_probability(t).ok(); },
       {"0%", "0.5%", "0.5", "5 %", "%"}},
      {schema_duration_range(), [](std::string_view t) { return parse_duration_range(t).ok(); },
       {"5s..2min", "5s", "5s..", "..5s", "5..6s"}},
      {schema_time_margin(), [](std::string_view t) { return parse_time_margin(t).ok(); },
       {"1s +- 100ms", "1s ± 1ms", "1s", "1s+-1ms", "1s +- 5", "+- 5s"}},
      {schema_distribution(), [](std::string_view t) { return parse_distribution(t).ok(); },
       {"2s", "normal(1.2s, 300ms)", "exp(2s)", "lognormal(4s,0.6)", "choice(1s, 2s)", "normal",
        "nromal(1s, 2s)", "normal(1s, 2s"}},
  };
  for (const Case& c : cases) {
    const std::regex regex(pattern_in(c.schema), std::regex::ECMAScript);
    for (const char* text : c.texts) {
      EXPECT_EQ(std::regex_match(text, regex), c.parses(text)) << text << " in " << c.schema;
    }
  }
}

}  // namespace
}  // namespace flapjack
