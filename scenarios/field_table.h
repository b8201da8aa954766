// SPDX-License-Identifier: Apache-2.0
// One table per kind of JSON object: it binds the object to a struct, checks its keys, and gives
// its schema, so that none of the three can disagree with the others. Private to the loader.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/load_context.h"
#include "scenarios/schema.h"

namespace flapjack {

/// What the key checks and the schema need to know of one key.
struct FieldInfo {
  std::string key;
  std::string doc;
  std::string schema;        ///< the JSON text of the value's schema
  bool required = false;
  bool selector = false;     ///< one of the keys that say what the object is (a verb, an app)
  std::string default_json = {};  ///< shown in the schema; empty: none
};

/// The part of a table that does not depend on the struct.
class FieldTableBase {
 public:
  /// `name` is the schema's definition, `selector_noun` what a selector key is called.
  FieldTableBase(std::string name, std::string doc, std::string selector_noun = "key")
      : name_(std::move(name)), doc_(std::move(doc)), selector_noun_(std::move(selector_noun)) {}

  /// Keys of the format that this version does not have; a key that is also a field is a field.
  void later(std::vector<std::string> keys) { later_ = std::move(keys); }
  /// A key of another object, and which one to say: "it belongs to ...".
  void elsewhere(std::string key, std::string owner) {
    elsewhere_.emplace_back(std::move(key), std::move(owner));
  }
  const std::string& name() const { return name_; }
  const std::vector<FieldInfo>& fields() const { return fields_; }
  const std::string& doc() const { return doc_; }
  /// The schema of an object of this kind, as JSON text.
  std::string schema() const;
  /// Reports unknown, unsupported and missing keys; false when `v` is not an object.
  bool check_keys(LoadContext& ctx, const JsonValue& v) const;
  /// The selector keys that `v` has, in its order.
  std::vector<const JsonMember*> selectors_in(const JsonValue& v) const;

 protected:
  const FieldInfo* find(std::string_view key) const;
  std::vector<FieldInfo> fields_;

 private:
  void report_unknown(LoadContext& ctx, const JsonMember& m) const;
  std::string name_;
  std::string doc_;
  std::string selector_noun_;
  std::vector<std::string> later_;
  std::vector<std::pair<std::string, std::string>> elsewhere_;  // key, owner
};

template <class T>
class FieldTable : public FieldTableBase {
 public:
  using Bind = std::function<void(LoadContext&, const JsonMember&, T&)>;
  using FieldTableBase::FieldTableBase;

  void add(FieldInfo info, Bind bind) {
    fields_.push_back(std::move(info));
    binds_.push_back(std::move(bind));
  }

  using Check = std::function<void(LoadContext&, const JsonValue&, T&)>;
  /// What must hold between the keys; runs once all are bound.
  void check(Check check) { check_ = std::move(check); }

  /// Fills `target` in the order of the table, whatever the order in the file.
  void bind(LoadContext& ctx, const JsonValue& v, T& target) const {
    if (!check_keys(ctx, v)) return;
    for (std::size_t i = 0; i < binds_.size(); ++i) {
      if (const JsonMember* m = v.find(fields_[i].key)) binds_[i](ctx, *m, target);
    }
    if (check_) check_(ctx, v, target);
  }

  /// Adds every field of `other` for the part of a T that `part` finds.
  template <class P>
  void include(const FieldTable<P>& other, P& (*part)(T&)) {
    for (std::size_t i = 0; i < other.fields().size(); ++i) {
      add(other.fields()[i], [&other, i, part](LoadContext& ctx, const JsonMember& m, T& t) {
        other.bind_field(i, ctx, m, part(t));
      });
    }
  }
  /// Binds field `i` alone.
  void bind_field(std::size_t i, LoadContext& ctx, const JsonMember& m, T& target) const {
    binds_[i](ctx, m, target);
  }

  template <class V, class M>
  void quantity(FieldInfo info, Parsed<V> (*parse)(std::string_view), std::string example,
                M T::*member) {
    add(std::move(info), [parse, example, member](LoadContext& ctx, const JsonMember& m, T& t) {
      if (auto v = read_quantity<V>(ctx, m.value, parse, example)) t.*member = *v;
    });
  }

  template <class M>
  void whole(std::string key, std::string doc, std::int64_t low, std::int64_t high, M T::*member,
             std::string default_json = {}) {
    add({key, doc, schema_whole(low, high), false, false, std::move(default_json)},
        [low, high, member](LoadContext& ctx, const JsonMember& m, T& t) {
          using V = std::remove_reference_t<decltype(t.*member)>;
          if (auto v = read_whole(ctx, m.value, low, high)) t.*member = V(*v);
        });
  }

  void flag(std::string key, std::string doc, bool default_value, bool T::*member) {
    add({key, doc, schema_bool(), false, false, default_value ? "true" : "false"},
        [member](LoadContext& ctx, const JsonMember& m, T& t) {
          if (auto v = read_bool(ctx, m.value)) t.*member = *v;
        });
  }

  /// An object with a table of its own, which must outlive this one.
  template <class P>
  void object(std::string key, std::string doc, const FieldTable<P>& table,
              std::optional<P> T::*member) {
    add({key, doc, schema_ref(table.name())},
        [&table, member](LoadContext& ctx, const JsonMember& m, T& t) {
          P& part = (t.*member).emplace();
          if constexpr (requires { part.place; }) part.place = ctx.place(m.key_span);
          table.bind(ctx, m.value, part);
        });
  }

  void word(std::string key, std::string doc, std::string noun, const std::vector<Word>& known,
            std::vector<std::string> later, std::string T::*member,
            std::string default_json = {}) {
    add({key, doc, schema_enum(known), false, false, std::move(default_json)},
        [noun, names = names_of(known), later, member](LoadContext& ctx, const JsonMember& m,
                                                       T& t) {
          if (auto v = read_word(ctx, m.value, noun, names, later)) t.*member = *v;
        });
  }

 private:
  std::vector<Bind> binds_;
  Check check_;
};

}  // namespace flapjack
