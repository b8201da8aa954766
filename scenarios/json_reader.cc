// SPDX-License-Identifier: Apache-2.0
// nlohmann's SAX parser judges the syntax; it gives no positions of values, but it calls back
// before it reads on, so the next token behind the last one is the value's span.
#include "scenarios/json_reader.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "scenarios/json_text.h"
#include "scenarios/suggest.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

/// False for words and numbers that JSON does not have; misses a few odd numbers.
bool is_word(std::string_view text) {
  if (text == "true" || text == "false" || text == "null") return true;
  const std::string_view digits = text.substr(text[0] == '-' ? 1 : 0);
  if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') return false;
  return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
         text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

/// Builds the document; an open array or object waits on the stack until it closes.
class DocumentBuilder {
 public:
  using Integer = nlohmann::json::number_integer_t;
  using Unsigned = nlohmann::json::number_unsigned_t;

  DocumentBuilder(std::string_view clean, DiagnosticSink& sink) : clean_(clean), sink_(sink) {}

  bool null() { return scalar(Type::Null); }
  bool boolean(bool b) {
    JsonValue v = token_value(Type::Bool);
    v.boolean = b;
    return is_whole(v) && place(std::move(v));
  }
  bool number_integer(Integer i) { return number(static_cast<std::int64_t>(i)); }
  bool number_unsigned(Unsigned u) {
    const bool fits = u <= static_cast<Unsigned>(std::numeric_limits<std::int64_t>::max());
    return fits ? number(static_cast<std::int64_t>(u)) : number(std::nullopt);
  }
  bool number_float(double, const std::string&) { return number(std::nullopt); }
  bool string(std::string& text) {
    JsonValue v = token_value(Type::String);
    v.text = std::move(text);
    return place(std::move(v));
  }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Type::Object); }
  bool start_array(std::size_t) { return open(Type::Array); }
  bool key(std::string& text) {
    Open& top = open_.back();
    top.key_span = take_token().span;
    top.key = std::move(text);
    return true;
  }
  bool end_object() {
    drop_duplicates(open_.back().value);
    return close();
  }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error);

  JsonValue take_root() { return std::move(root_); }

 private:
  struct Open {
    JsonValue value;
    std::string key;
    SourceSpan key_span;
  };

  /// The next token that is not a separator, or the given punctuation.
  JsonToken take_token() {
    JsonToken t = next_json_token(clean_, cursor_);
    while (t.span.begin < clean_.size() &&
           (clean_[t.span.begin] == ',' || clean_[t.span.begin] == ':')) {
      t = next_json_token(clean_, t.span.end);
    }
    cursor_ = t.span.end;
    return t;
  }
  JsonValue token_value(Type type) {
    JsonValue v;
    v.type = type;
    v.span = take_token().span;
    return v;
  }
  bool scalar(Type type) {
    JsonValue v = token_value(type);
    return is_whole(v) && place(std::move(v));
  }
  bool number(std::optional<std::int64_t> integer) {
    JsonValue v = token_value(Type::Number);
    v.integer = integer;
    v.text = std::string(text_of(v.span));
    return is_whole(v) && place(std::move(v));
  }
  std::string_view text_of(SourceSpan s) const { return clean_.substr(s.begin, s.end - s.begin); }
  /// The parser takes "01" for 0 and then finds a 1, and "truex" likewise: one wrong token for us.
  bool is_whole(const JsonValue& v) {
    if (is_word(text_of(v.span))) return true;
    sink_.add({"F0001", Severity::Error, "expected a value, found " + in_quotes(text_of(v.span)),
               v.span, "", {}, std::nullopt});
    return false;
  }
  bool open(Type type) {
    JsonValue v = token_value(type);
    if (open_.size() >= kJsonDepthLimit) {
      sink_.add({"F0003", Severity::Error,
                 "nested deeper than " + std::to_string(kJsonDepthLimit) + " levels", v.span,
                 "", {}, std::nullopt});
      return false;
    }
    open_.push_back({std::move(v), {}, {}});
    return true;
  }
  bool close() {
    JsonValue v = std::move(open_.back().value);
    open_.pop_back();
    v.span.end = take_token().span.end;
    return place(std::move(v));
  }
  bool place(JsonValue v) {
    if (open_.empty()) {
      root_ = std::move(v);
      return true;
    }
    Open& top = open_.back();
    if (top.value.is(Type::Array)) {
      top.value.items.push_back(std::move(v));
    } else {
      top.value.members.push_back({std::move(top.key), top.key_span, std::move(v)});
    }
    return true;
  }
  void drop_duplicates(JsonValue& object);
  JsonToken wrong_token(std::size_t position) const;

  std::string_view clean_;
  DiagnosticSink& sink_;
  std::uint32_t cursor_ = 0;
  std::vector<Open> open_;
  JsonValue root_;
};

void DocumentBuilder::drop_duplicates(JsonValue& object) {
  std::vector<std::size_t> order(object.members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&object](std::size_t i) -> const std::string& {
    return object.members[i].key;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&key](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<std::size_t> extra;
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (key(order[i]) != key(order[first])) {
      first = i;
      continue;
    }
    extra.push_back(order[i]);
    const JsonMember& again = object.members[order[i]];
    sink_.add({"F0002", Severity::Error, "key " + in_quotes(again.key) + " is here twice",
               again.key_span, "remove one of them",
               {{"the first one", object.members[order[first]].key_span}}, std::nullopt});
  }
  std::sort(extra.begin(), extra.end());
  for (std::size_t i = extra.size(); i > 0; --i) {
    object.members.erase(object.members.begin() + static_cast<std::ptrdiff_t>(extra[i - 1]));
  }
}

/// The token at which the parser stopped after reading `position` bytes.
JsonToken DocumentBuilder::wrong_token(std::size_t position) const {
  JsonToken t = next_json_token(clean_, cursor_);
  while (t.span.end < position && t.span.end > t.span.begin) {
    const char first = clean_[t.span.begin];
    const bool punctuation = std::string_view("{}[],:").find(first) != std::string_view::npos;
    const bool bad_word = !punctuation && first != '"' &&
                          !is_word(text_of(t.span));
    if (bad_word || !t.closed) break;
    t = next_json_token(clean_, t.span.end);
  }
  return t;
}

struct SyntaxText {
  const char* expected;  ///< how the parser's text goes on behind "expected "
  const char* message;
};

constexpr SyntaxText kSyntaxTexts[] = {
    {"string literal", "expected a key in double quotes"},
    {"object key", "expected a key in double quotes"},
    {"':'", "expected \":\" after the key"},
    {"'}'", "expected \",\" or \"}\""},
    {"']'", "expected \",\" or \"]\""},
    {"end of input", "nothing may follow the closing brace"},
};

bool DocumentBuilder::parse_error(std::size_t position, const std::string&,
                                  const nlohmann::json::exception& error) {
  const std::string_view what = error.what();
  const JsonToken token = wrong_token(position);
  const std::string_view text = text_of(token.span);
  std::string message = "expected a value";
  const std::size_t expected = what.rfind("expected ");
  for (const SyntaxText& s : kSyntaxTexts) {
    if (expected != std::string_view::npos && what.substr(expected + 9).rfind(s.expected, 0) == 0) {
      message = s.message;
    }
  }
  std::string help;
  if (text.empty()) {
    message += ", but the file ends here";
    if (!open_.empty()) help = "an opening brace or bracket has no closing one";
  } else if (!token.closed) {
    message = "this string is not closed";
    help = "add the closing quote on the same line";
  } else if (text[0] == '"' && what.find("invalid string") != std::string_view::npos) {
    message = "this string has a control character or an unknown escape";
    help = "escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000";
  } else if (what.find("number overflow") != std::string_view::npos) {
    message = "number out of range";
  } else {
    message += ", found " + in_quotes(text);
    if (text[0] == '\'') help = "JSON strings stand in double quotes";
  }
  sink_.add({"F0001", Severity::Error, message, token.span, help, {}, std::nullopt});
  return false;
}

}  // namespace

std::optional<JsonValue> read_json(const SourceFile& file, DiagnosticSink& sink) {
  if (const auto bad = first_invalid_utf8(file.text())) {
    sink.add({"F0004", Severity::Error, "this is not UTF-8", {*bad, *bad + 1},
              "save the file as UTF-8", {}, std::nullopt});
    return std::nullopt;
  }
  // To the parser a NUL is the end of the text: what follows would never be read.
  if (const std::size_t nul = file.text().find('\0'); nul != std::string_view::npos) {
    const auto at = static_cast<std::uint32_t>(nul);
    sink.add({"F0001", Severity::Error, "this is a NUL byte", {at, at + 1},
              "a scenario is text", {}, std::nullopt});
    return std::nullopt;
  }
  const CleanJson clean = clean_json(file.text());
  if (clean.open_comment) {
    sink.add({"F0001", Severity::Error, "this comment is not closed", *clean.open_comment,
              "add \"*/\"", {}, std::nullopt});
    return std::nullopt;
  }
  DocumentBuilder builder(clean.text, sink);
  if (!nlohmann::json::sax_parse(clean.text, &builder)) return std::nullopt;
  return builder.take_root();
}

const JsonMember* JsonValue::find(std::string_view key) const {
  for (const JsonMember& m : members) {
    if (m.key == key) return &m;
  }
  return nullptr;
}

std::string_view json_type_name(JsonValue::Type type) {
  switch (type) {
    case Type::Null: return "null";
    case Type::Bool: return "true or false";
    case Type::Number: return "a number";
    case Type::String: return "a string";
    case Type::Array: return "an array";
    case Type::Object: return "an object";
  }
  return "?";
}

}  // namespace flapjack
