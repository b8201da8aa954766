// SPDX-License-Identifier: Apache-2.0
#include "scenarios/load_context.h"

#include <algorithm>
#include <utility>

#include "scenarios/json_text.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

void LoadContext::error(std::string code, SourceSpan span, std::string message, std::string help,
                        std::optional<std::string> replacement) {
  sink.add({std::move(code), Severity::Error, std::move(message), span, std::move(help), {},
            std::move(replacement)});
}

void LoadContext::not_supported_yet(SourceSpan span, std::string_view name) {
  error("F0105", span, in_quotes(name) + " is not supported yet");
}

std::string LoadContext::line_column(const SourcePlace& p) const {
  return std::to_string(p.line) + ":" + std::to_string(p.column);
}

SourceSpan TextSource::span(std::size_t begin, std::size_t end) const {
  return span_within(value_span, text, begin, end);
}

SourceSpan TextSource::span(std::string_view part) const {
  const auto begin = static_cast<std::size_t>(part.data() - text.data());
  return span(begin, begin + part.size());
}

bool expect_type(LoadContext& ctx, const JsonValue& v, Type type, std::string_view example) {
  if (v.is(type)) return true;
  std::string help;
  if (!example.empty()) help = "write a value like " + in_quotes(example);
  ctx.error("F0104", v.span,
            "expected " + std::string(json_type_name(type)) + ", found " +
                std::string(json_type_name(v.type)), help);
  return false;
}

std::optional<std::string> read_string(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, Type::String)) return std::nullopt;
  return v.text;
}

std::optional<bool> read_bool(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, Type::Bool)) return std::nullopt;
  return v.boolean;
}

std::optional<std::int64_t> read_whole(LoadContext& ctx, const JsonValue& v, std::int64_t low,
                                       std::int64_t high, const std::string& help) {
  if (!expect_type(ctx, v, Type::Number)) return std::nullopt;
  if (!v.integer) {
    ctx.error("F0104", v.span, "expected a whole number, found " + v.text);
    return std::nullopt;
  }
  if (*v.integer < low || *v.integer > high) {
    ctx.error("F0207", v.span,
              v.text + " is not between " + std::to_string(low) + " and " + std::to_string(high),
              help);
    return std::nullopt;
  }
  return v.integer;
}

std::optional<std::string> read_word(LoadContext& ctx, const JsonValue& v, std::string_view noun,
                                     const std::vector<std::string>& known,
                                     const std::vector<std::string>& later) {
  if (!expect_type(ctx, v, Type::String, known.empty() ? "" : known.front())) return std::nullopt;
  if (std::find(known.begin(), known.end(), v.text) != known.end()) return v.text;
  report_unknown_word(ctx, v.span, v.text, noun, known, later);
  return std::nullopt;
}

void report_unknown_word(LoadContext& ctx, SourceSpan span, std::string_view word,
                         std::string_view noun, const std::vector<std::string>& known,
                         const std::vector<std::string>& later) {
  if (std::find(later.begin(), later.end(), word) != later.end()) {
    ctx.error("F0105", span, std::string(noun) + " " + in_quotes(word) + " is not supported yet",
              known.empty() ? "" : "known: " + join(known));
    return;
  }
  const std::string near = suggest(word, known);
  std::optional<std::string> replacement;
  const bool quoted = ctx.file.text()[span.begin] == '"';
  if (!near.empty()) replacement = quoted ? json_string(near) : near;
  ctx.error("F0106", span, "unknown " + std::string(noun) + " " + in_quotes(word),
            suggestion_help(word, known), std::move(replacement));
}

void report(LoadContext& ctx, SourceSpan span, const UnitError& e) {
  ctx.error(e.code, span, e.message, e.help,
            e.replacement.empty() ? std::optional<std::string>() : json_string(e.replacement));
}

Parsed<SimTime> parse_sim_time(std::string_view text) {
  const Parsed<Duration> d = parse_duration(text);
  if (!d.ok()) return d.error();
  return SimTime{d.value().ns};
}

Parsed<Duration> parse_positive_duration(std::string_view text) {
  const Parsed<Duration> d = parse_duration(text);
  if (d.ok() && d.value().ns == 0) {
    return UnitError{"F0207", "this duration must be above 0", {}, {}};
  }
  return d;
}

void for_each_named(LoadContext& ctx, const JsonValue& v,
                    const std::function<void(const JsonMember&)>& each) {
  if (!expect_type(ctx, v, Type::Object)) return;
  for (const JsonMember& m : v.members) {
    if (is_free_key(m.key)) continue;
    if (!is_name(m.key)) {
      ctx.error("F0109", m.key_span, in_quotes(m.key) + " cannot be a name",
                "names have letters, digits, \"_\" and \"-\"");
      continue;
    }
    each(m);
  }
}

}  // namespace flapjack
