// SPDX-License-Identifier: Apache-2.0
// What all parts of the loader share: the file, the names, where errors go, the scenario so far;
// and the readers of single values. Private to the loader.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostic.h"
#include "scenarios/json_value.h"
#include "scenarios/spec.h"
#include "scenarios/suggest.h"
#include "scenarios/units.h"
#include "scenarios/vocabulary.h"

namespace flapjack {

struct LoadContext {
  const SourceFile& file;
  const Vocabulary& vocabulary;
  DiagnosticSink& sink;
  ScenarioSpec& spec;
  /// Which link an iface is on, by their paths ("dev.eth0" -> "wire").
  std::map<std::string, std::string, std::less<>> link_of_iface = {};

  void error(std::string code, SourceSpan span, std::string message, std::string help = {},
             std::optional<std::string> replacement = std::nullopt);
  /// F0105: a name of the format that this version does not have.
  void not_supported_yet(SourceSpan span, std::string_view name);
  /// Nothing was read of the nodes, and the sink knows why: a name that stands for none of them is
  /// no mistake of its own.
  bool lacks_nodes() const { return spec.nodes.empty() && sink.has_errors(); }
  SourcePlace place(SourceSpan span) const { return file.place(span); }
  PlacedText placed(const JsonValue& v) const { return {v.text, place(v.span)}; }
  /// "3:12", for help texts.
  std::string line_column(const SourcePlace& p) const;
};

/// A string value's text and how its bytes map to the file: parts of a text that has no escapes
/// have exact spans, parts of others the span of the whole value.
struct TextSource {
  std::string_view text;
  SourceSpan value_span;
  explicit TextSource(const JsonValue& v) : text(v.text), value_span(v.span) {}
  SourceSpan span(std::size_t begin, std::size_t end) const;
  /// The span of `part`, a view into `text`.
  SourceSpan span(std::string_view part) const;
};

/// F0104 unless the value has that type.
bool expect_type(LoadContext& ctx, const JsonValue& v, JsonValue::Type type,
                 std::string_view example = {});
std::optional<std::string> read_string(LoadContext& ctx, const JsonValue& v);
std::optional<bool> read_bool(LoadContext& ctx, const JsonValue& v);
/// A whole number from `low` to `high`; `help` says what could be written instead of another one.
std::optional<std::int64_t> read_whole(LoadContext& ctx, const JsonValue& v, std::int64_t low,
                                       std::int64_t high, const std::string& help = {});
/// A name among `known`; names in `later` are refused as not supported yet. `noun` for messages.
std::optional<std::string> read_word(LoadContext& ctx, const JsonValue& v, std::string_view noun,
                                     const std::vector<std::string>& known,
                                     const std::vector<std::string>& later = {});
/// The error of read_word() about a name that stands, perhaps without quotes, at `span`.
void report_unknown_word(LoadContext& ctx, SourceSpan span, std::string_view word,
                         std::string_view noun, const std::vector<std::string>& known,
                         const std::vector<std::string>& later);
/// An error about `v` from a UnitError.
void report(LoadContext& ctx, SourceSpan span, const UnitError& e);

/// A quantity; a bare number gets the parser's message about its unit.
template <class V>
std::optional<V> read_quantity(LoadContext& ctx, const JsonValue& v,
                               Parsed<V> (*parse)(std::string_view), std::string_view example) {
  if (!v.is(JsonValue::Type::Number) &&
      !expect_type(ctx, v, JsonValue::Type::String, example)) {
    return std::nullopt;
  }
  const Parsed<V> parsed = parse(v.text);
  if (parsed.ok()) return parsed.value();
  report(ctx, v.span, parsed.error());
  return std::nullopt;
}

/// A duration as a point in time, and one that must be above 0.
Parsed<SimTime> parse_sim_time(std::string_view text);
Parsed<Duration> parse_positive_duration(std::string_view text);

/// Calls `each` for every member of a map by name whose name is well formed; "x-..." are skipped.
void for_each_named(LoadContext& ctx, const JsonValue& v,
                    const std::function<void(const JsonMember&)>& each);

/// The names of a list of words.
template <class W>
std::vector<std::string> names_of(const std::vector<W>& words) {
  std::vector<std::string> names;
  for (const W& w : words) names.push_back(w.name);
  return names;
}

/// True for keys that belong to the user.
inline bool is_free_key(std::string_view key) { return key.substr(0, 2) == "x-"; }

}  // namespace flapjack
