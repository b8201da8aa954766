// SPDX-License-Identifier: Apache-2.0
#include "scenarios/field_table.h"

#include <algorithm>

#include "scenarios/json_text.h"

namespace flapjack {

const FieldInfo* FieldTableBase::find(std::string_view key) const {
  for (const FieldInfo& f : fields_) {
    if (f.key == key) return &f;
  }
  return nullptr;
}

bool FieldTableBase::check_keys(LoadContext& ctx, const JsonValue& v) const {
  if (!expect_type(ctx, v, JsonValue::Type::Object)) return false;
  for (const JsonMember& m : v.members) {
    if (is_free_key(m.key) || find(m.key) != nullptr) continue;
    if (std::find(later_.begin(), later_.end(), m.key) != later_.end()) {
      ctx.not_supported_yet(m.key_span, m.key);
    } else {
      report_unknown(ctx, m);
    }
  }
  std::vector<std::string> missing;
  std::string doc;
  for (const FieldInfo& f : fields_) {
    if (!f.required || v.find(f.key) != nullptr) continue;
    missing.push_back(in_quotes(f.key));
    doc = f.doc;
  }
  if (!missing.empty()) {
    const bool one = missing.size() == 1;
    ctx.error("F0103", {v.span.begin, v.span.begin + 1},
              join(missing, " and ") + (one ? " is missing" : " are missing"), one ? doc : "");
  }
  return true;
}

void FieldTableBase::report_unknown(LoadContext& ctx, const JsonMember& m) const {
  for (const auto& [key, owner] : elsewhere_) {
    if (key != m.key) continue;
    return ctx.error("F0101", m.key_span, "unknown key " + in_quotes(m.key),
                     "it belongs to " + owner);
  }
  std::vector<std::string> selectors;
  std::vector<std::string> all;
  for (const FieldInfo& f : fields_) {
    all.push_back(f.key);
    if (f.selector) selectors.push_back(f.key);
  }
  const std::string near = suggest(m.key, all);
  const FieldInfo* meant = find(near);
  const bool selector = meant != nullptr ? meant->selector : !selectors.empty();
  const std::string& noun = selector ? selector_noun_ : "key";
  ctx.error("F0101", m.key_span, "unknown " + noun + " " + in_quotes(m.key),
            suggestion_help(m.key, selector ? selectors : all),
            near.empty() ? std::optional<std::string>() : json_string(near));
}

std::vector<const JsonMember*> FieldTableBase::selectors_in(const JsonValue& v) const {
  std::vector<const JsonMember*> found;
  for (const JsonMember& m : v.members) {
    const FieldInfo* f = find(m.key);
    if (f != nullptr && f->selector) found.push_back(&m);
  }
  return found;
}

std::string FieldTableBase::schema() const {
  std::vector<SchemaProperty> properties;
  std::vector<std::string> required;
  for (const FieldInfo& f : fields_) {
    properties.push_back({f.key, f.doc, f.schema, f.default_json});
    if (f.required) required.push_back(f.key);
  }
  return schema_object(doc_, properties, required);
}

}  // namespace flapjack
