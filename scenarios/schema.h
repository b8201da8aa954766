// SPDX-License-Identifier: Apache-2.0
// Pieces of a draft-07 JSON schema as JSON text. Patterns are ECMA regular expressions that accept
// what the parsers of units.h accept. Private to the loader.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/vocabulary.h"

namespace flapjack {

struct SchemaProperty {
  std::string key;
  std::string doc;
  std::string schema;
  std::string default_json;
};

std::string schema_any();
std::string schema_string();
std::string schema_bool();
std::string schema_whole(std::int64_t low, std::int64_t high);
std::string schema_pattern(std::string_view regex, std::string_view example);
/// A string among the names, with their explanations.
std::string schema_enum(const std::vector<Word>& words);
std::string schema_ref(std::string_view definition);
std::string schema_array(const std::string& items, std::size_t at_least = 0);
/// An object whose keys are names of the user's choice.
std::string schema_map(const std::string& values);
/// The same with any text for a name.
std::string schema_names(const std::string& values);
std::string schema_any_of(const std::vector<std::string>& choices);
/// Closed but for "x-..." keys.
std::string schema_object(std::string_view doc, const std::vector<SchemaProperty>& properties,
                          const std::vector<std::string>& required);

std::string schema_duration();
std::string schema_rate();
std::string schema_size();
std::string schema_probability();
std::string schema_distribution();
std::string schema_duration_range();
std::string schema_time_margin();
std::string schema_bound();

}  // namespace flapjack
