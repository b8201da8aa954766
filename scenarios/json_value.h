// SPDX-License-Identifier: Apache-2.0
// A parsed JSON document that remembers where everything stands. Members keep the file's order.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/source.h"

namespace flapjack {

struct JsonMember;

struct JsonValue {
  enum class Type { Null, Bool, Number, String, Array, Object };
  Type type = Type::Null;
  SourceSpan span;
  bool boolean = false;
  std::optional<std::int64_t> integer;  ///< Number: when it is a whole number that fits
  std::string text;                     ///< String: decoded. Number: as written
  std::vector<JsonValue> items;         ///< Array
  std::vector<JsonMember> members;      ///< Object

  bool is(Type t) const { return type == t; }
  /// The member of that key, or nullptr; linear.
  const JsonMember* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  SourceSpan key_span;  ///< with the quotes
  JsonValue value;
};

/// "a string", "an object": for messages.
std::string_view json_type_name(JsonValue::Type type);

}  // namespace flapjack
