// SPDX-License-Identifier: Apache-2.0
#include "scenarios/schema.h"

#include <cstdint>

#include "scenarios/json_text.h"

namespace flapjack {
namespace {

const std::string kNumber = "[0-9]+(\\.[0-9]+)?";
const std::string kTime = kNumber + "(ns|us|ms|s|min|h)";
const std::string kRate = kNumber + "([kMG]?bit|[kMG]?B)/s";
const std::string kSize = kNumber + "([kMG]?B|[KMG]iB)";
const std::string kSpace = "[ \\t]*";

}  // namespace

std::string schema_any() { return "{}"; }
std::string schema_string() { return "{\"type\":\"string\"}"; }
std::string schema_bool() { return "{\"type\":\"boolean\"}"; }

std::string schema_whole(std::int64_t low, std::int64_t high) {
  return "{\"type\":\"integer\",\"minimum\":" + std::to_string(low) +
         ",\"maximum\":" + std::to_string(high) + "}";
}

std::string schema_pattern(std::string_view regex, std::string_view example) {
  return "{\"type\":\"string\",\"pattern\":" + json_string(regex) + ",\"examples\":[" +
         json_string(example) + "]}";
}

std::string schema_enum(const std::vector<Word>& words) {
  std::string names;
  std::string docs;
  for (const Word& w : words) {
    if (!names.empty()) names += ",", docs += ",";
    names += json_string(w.name);
    docs += json_string(w.doc);
  }
  // draft-07 wants at least one value in an enum.
  if (words.empty()) return "{\"type\":\"string\",\"not\":{}}";
  return "{\"type\":\"string\",\"enum\":[" + names + "],\"enumDescriptions\":[" + docs + "]}";
}

std::string schema_ref(std::string_view definition) {
  return "{\"$ref\":" + json_string("#/definitions/" + std::string(definition)) + "}";
}

std::string schema_array(const std::string& items, std::size_t at_least) {
  return "{\"type\":\"array\",\"items\":" + items +
         (at_least == 0 ? "" : ",\"minItems\":" + std::to_string(at_least)) + "}";
}

std::string schema_map(const std::string& values) {
  return "{\"type\":\"object\",\"patternProperties\":{\"^x-\":{}},"
         "\"propertyNames\":{\"anyOf\":[{\"pattern\":\"^[A-Za-z0-9_-]+$\"},"
         "{\"pattern\":\"^x-\"}]},\"additionalProperties\":" + values + "}";
}

std::string schema_names(const std::string& values) {
  return "{\"type\":\"object\",\"additionalProperties\":" + values + "}";
}

std::string schema_any_of(const std::vector<std::string>& choices) {
  std::string out;
  for (const std::string& c : choices) out.append(out.empty() ? "" : ",").append(c);
  return "{\"anyOf\":[" + out + "]}";
}

std::string schema_object(std::string_view doc, const std::vector<SchemaProperty>& properties,
                          const std::vector<std::string>& required) {
  std::string out = "{\"description\":" + json_string(doc) +
                    ",\"type\":\"object\",\"properties\":{";
  bool first = true;
  for (const SchemaProperty& p : properties) {
    std::string value = "{\"description\":" + json_string(p.doc);
    if (p.schema.size() > 2) value.append(",").append(p.schema, 1, p.schema.size() - 2);
    if (!p.default_json.empty()) value.append(",\"default\":").append(p.default_json);
    out.append(first ? "" : ",").append(json_string(p.key)).append(":").append(value).append("}");
    first = false;
  }
  out += "},\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":false";
  if (!required.empty()) {
    out += ",\"required\":[";
    for (std::size_t i = 0; i < required.size(); ++i) {
      out.append(i == 0 ? "" : ",").append(json_string(required[i]));
    }
    out += "]";
  }
  return out + "}";
}

std::string schema_duration() { return schema_pattern("^" + kTime + "$", "250ms"); }
std::string schema_rate() { return schema_pattern("^" + kRate + "$", "10Mbit/s"); }
std::string schema_size() { return schema_pattern("^" + kSize + "$", "64B"); }
std::string schema_probability() { return schema_pattern("^" + kNumber + "%$", "0.5%"); }

std::string schema_distribution() {
  const std::string argument = kSpace + "(" + kTime + "|" + kNumber + ")" + kSpace;
  return schema_pattern("^(" + kTime + "|" + kSpace +
                            "(fixed|uniform|normal|exp|lognormal|pareto|choice)" + kSpace +
                            "\\(" + argument + "(," + argument + ")*\\))$",
                        "normal(1.2s, 300ms)");
}

std::string schema_duration_range() {
  return schema_pattern("^" + kTime + "(\\.\\." + kTime + ")?$", "5s..2min");
}

std::string schema_time_margin() {
  return schema_pattern("^" + kSpace + kTime + kSpace + "((\\+-|±)" + kSpace + kTime + kSpace +
                            ")?$", "1s +- 100ms");
}

std::string schema_bound() {
  const std::string any = kNumber + "(%|[A-Za-z/]+)?";
  const std::string text = schema_pattern("^" + kSpace + "(==|!=|<=|>=|<|>)?" + kSpace + any +
                                              kSpace + "((\\+-|±)" + kSpace + any + kSpace +
                                              ")?$", ">= 95%");
  return schema_any_of({text, schema_whole(0, INT64_MAX)});
}

}  // namespace flapjack
