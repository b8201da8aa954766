// SPDX-License-Identifier: Apache-2.0
// Expectations: JSON -> ExpectSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/json_text.h"
#include "scenarios/paths.h"
#include "scenarios/pattern_parser.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

/// Which keys go with which kind of expectation.
struct KindRule {
  ExpectKind kind;
  const char* doc;
  std::vector<std::string> required;
  std::vector<std::string> allowed;
};

const std::vector<KindRule>& rules() {
  static const std::vector<KindRule> table = {
      {ExpectKind::Sequence, "These happen in this order.", {}, {"from", "to", "by"}},
      {ExpectKind::Never, "This does not happen.", {}, {"from", "to", "by"}},
      {ExpectKind::Eventually, "This happens at least once.", {}, {"from", "to", "by"}},
      {ExpectKind::Whenever, "After each of these, \"then\" happens \"within\" a time.",
       {"then", "within"}, {"from", "to", "by"}},
      {ExpectKind::Counter,
       "A counter's value at the end of the window, or its increase since \"from\".", {"is"},
       {"from", "to", "by"}},
      {ExpectKind::Delivered, "How much of what an app sent has been answered.", {"is"},
       {"from", "to", "by"}},
  };
  return table;
}

const KindRule& rule_of(ExpectKind kind) {
  return *std::find_if(rules().begin(), rules().end(),
                       [kind](const KindRule& r) { return r.kind == kind; });
}

void bind_event(LoadContext& ctx, const JsonValue& v, std::vector<SequenceEvent>& out) {
  if (auto p = read_pattern(ctx, v)) out.push_back({std::move(*p), std::nullopt});
}

void bind_counter(LoadContext& ctx, const JsonValue& v, ExpectSpec& e) {
  if (!expect_type(ctx, v, Type::String, "dev.eth0.rx_dropped")) return;
  const TextSource source(v);
  const std::size_t dot = source.text.rfind('.');
  if (dot == std::string_view::npos) {
    ctx.error("F0801", v.span, in_quotes(source.text) + " is not a counter",
              "write \"dev.eth0.name\" or \"link.name\"");
    return;
  }
  const std::string name(source.text.substr(dot + 1));
  const CounterWord* word = find_word(ctx.vocabulary.counters, name);
  if (word == nullptr) {
    ctx.error("F0801", source.span(dot + 1, source.text.size()),
              "unknown counter " + in_quotes(name),
              suggestion_help(name, names_of(ctx.vocabulary.counters)));
    return;
  }
  e.counter = name;
  if (auto ref = resolve_path(ctx, source.text.substr(0, dot), source.span(0, dot),
                              word->subjects, "counter " + in_quotes(name))) {
    e.subject = std::move(*ref);
  }
}

/// The value of a key that says the kind.
void bind_kind_value(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
                     ExpectSpec& e) {
  switch (e.kind) {
    case ExpectKind::Sequence:
      if (!expect_type(ctx, m.value, Type::Array)) return;
      if (m.value.items.empty()) ctx.error("F0107", m.value.span, "an empty sequence");
      for (const JsonValue& v : m.value.items) {
        SequenceItem item;
        item.place = ctx.place(v.span);
        if (v.is(Type::Object)) {
          tables.item.bind(ctx, v, item);
        } else {
          bind_event(ctx, v, item.events);
        }
        e.sequence.push_back(std::move(item));
      }
      return;
    case ExpectKind::Never:
    case ExpectKind::Eventually:
    case ExpectKind::Whenever:
      if (auto p = read_pattern(ctx, m.value)) e.pattern = std::move(*p);
      return;
    case ExpectKind::Counter: bind_counter(ctx, m.value, e); return;
    case ExpectKind::Delivered:
      if (!expect_type(ctx, m.value, Type::String, "dev.telemetry")) return;
      if (auto ref = resolve_path(ctx, m.value.text, m.value.span, only(TargetKind::App),
                                  "\"delivered\"")) {
        e.subject = std::move(*ref);
      }
      return;
  }
}

std::string window_text(const JsonValue& v) {
  std::string out;
  for (const char* key : {"from", "to", "by"}) {
    if (const JsonMember* m = v.find(key)) out += std::string(" ") + key + " " + m->value.text;
  }
  return out;
}

std::string item_text(const SequenceItem& item) {
  std::vector<std::string> events;
  for (const SequenceEvent& e : item.events) {
    std::string text = json_string(e.pattern.text);
    if (e.at) {
      text += " at " + to_text(e.at->value);
      if (e.at->margin.ns != 0) text += " +- " + to_text(e.at->margin);
    }
    events.push_back(text);
  }
  std::string text = join(events);
  if (item.any_order) text = "any order of [" + text + "]";
  return (item.next ? "next " : "") + text;
}

std::string describe(const ExpectSpec& e, const JsonValue& v) {
  std::string out(expect_kind_name(e.kind));
  out += " ";
  switch (e.kind) {
    case ExpectKind::Sequence: {
      std::vector<std::string> items;
      for (const SequenceItem& i : e.sequence) items.push_back(item_text(i));
      out += "[" + join(items) + "]";
      break;
    }
    case ExpectKind::Never:
    case ExpectKind::Eventually: out += json_string(e.pattern.text); break;
    case ExpectKind::Whenever:
      out += json_string(e.pattern.text) + " then " + json_string(e.then.text) + " within " +
             to_text(e.within);
      break;
    case ExpectKind::Counter:
      out += e.subject.path() + "." + e.counter + " is " + to_text(e.is);
      break;
    case ExpectKind::Delivered: out += e.subject.path() + " is " + to_text(e.is); break;
  }
  return out + window_text(v);
}

void check_window(LoadContext& ctx, const JsonValue& v, const ExpectSpec& e) {
  const JsonMember* to = v.find("to");
  const JsonMember* by = v.find("by");
  if (to != nullptr && by != nullptr) {
    ctx.error("F0108", by->key_span, "\"to\" and \"by\" mean the same", "keep one of them");
  }
  const JsonMember* end = to != nullptr ? to : by;
  const auto& from = e.window.from;
  const auto& until = e.window.to;
  if (end != nullptr && from && until && !from->pattern && !until->pattern &&
      until->time < from->time) {
    ctx.error("F0602", end->value.span, "this window ends before it begins");
  }
}

void check_bound_unit(LoadContext& ctx, const JsonValue& v, const ExpectSpec& e) {
  const JsonMember* is = v.find("is");
  if (is == nullptr) return;
  const bool percent = e.kind == ExpectKind::Delivered && e.is.unit == BoundUnit::Percent;
  if (percent || e.is.unit == BoundUnit::Count) return;
  ctx.error("F0208", is->value.span,
            e.kind == ExpectKind::Delivered ? "\"delivered\" is a percentage or a count"
                                            : "a counter is a number without a unit",
            e.kind == ExpectKind::Delivered ? "write \">= 95%\"" : "write \">= 1\"");
}

/// What no run can fulfil: a first item next to something, an item after the end.
void check_sequence(LoadContext& ctx, const ExpectSpec& e) {
  if (!e.sequence.empty() && e.sequence.front().next &&
      !e.sequence.front().events.empty()) {
    ctx.error("F0108", e.sequence.front().place.span,
              "the first item has nothing before it to be \"next\" to");
  }
  for (const SequenceItem& item : e.sequence) {
    for (const SequenceEvent& event : item.events) {
      if (!event.at || !ctx.spec.until_place.known()) continue;
      if (event.at->value - event.at->margin <= ctx.spec.until - SimTime{}) continue;
      ctx.error("F0601", event.pattern.place.span,
                "this is to happen at " + to_text(event.at->value) + " but the run ends at " +
                    to_text(ctx.spec.until - SimTime{}),
                "raise \"until\" (declared at " + ctx.line_column(ctx.spec.until_place) + ")");
    }
  }
}

void check_expect(LoadContext& ctx, const FormatTables& tables, const JsonValue& v,
                  ExpectSpec& e) {
  const auto kinds = tables.expect.selectors_in(v);
  const SourceSpan brace{v.span.begin, v.span.begin + 1};
  if (kinds.empty()) {
    const auto& fields = tables.expect.fields();
    for (const JsonMember& m : v.members) {
      const bool known = std::any_of(fields.begin(), fields.end(),
                                     [&m](const FieldInfo& f) { return f.key == m.key; });
      if (!known && !is_free_key(m.key)) return;  // it has its own message
    }
    ctx.error("F0102", brace, "this expectation does not say what must hold",
              "for example \"eventually\": \"dev L4_CONNECTED\"");
    return;
  }
  if (kinds.size() > 1) {
    ctx.error("F0102", brace, "an expectation says one thing, found " +
                                  in_quotes(kinds[0]->key) + " and " + in_quotes(kinds[1]->key));
    return;
  }
  const KindRule& rule = rule_of(e.kind);
  std::vector<std::string> refused;
  for (const char* key : {"then", "within", "is", "from", "to", "by"}) {
    const auto in = [key](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), key) != list.end();
    };
    if (!in(rule.required) && !in(rule.allowed)) refused.emplace_back(key);
    if (in(rule.required) && v.find(key) == nullptr) {
      ctx.error("F0103", kinds[0]->key_span,
                in_quotes(kinds[0]->key) + " needs " + in_quotes(key));
    }
  }
  refuse_keys(ctx, v, refused, in_quotes(kinds[0]->key));
  check_window(ctx, v, e);
  if (rule.required == std::vector<std::string>{"is"}) check_bound_unit(ctx, v, e);
  check_sequence(ctx, e);
  e.text = describe(e, v);
}

void check_item(LoadContext& ctx, const JsonValue& v, SequenceItem& item) {
  const JsonMember* event = v.find("event");
  const JsonMember* any = v.find("any_order");
  if ((event == nullptr) == (any == nullptr)) {
    ctx.error("F0102", {v.span.begin, v.span.begin + 1},
              "an item needs either \"event\" or \"any_order\"");
  } else if (any != nullptr) {
    refuse_keys(ctx, v, {"at"}, "\"any_order\"");
    item.any_order = true;
  }
}

}  // namespace

void FormatTables::build_item() {
  const std::string event_at = schema_object(
      "An event and when.", {{"event", "The pattern.", schema_string(), {}},
                             {"at", "When it must happen.", schema_time_margin(), {}}},
      {"event"});
  item.add({"event", "The event or packet.", schema_string()},
           [](LoadContext& ctx, const JsonMember& m, SequenceItem& i) {
             bind_event(ctx, m.value, i.events);
           });
  item.add({"any_order", "All of these, in any order.",
            schema_array(schema_any_of({schema_string(), event_at}), 1)},
           [this](LoadContext& ctx, const JsonMember& m, SequenceItem& i) {
             if (!expect_type(ctx, m.value, Type::Array)) return;
             if (m.value.items.empty()) ctx.error("F0107", m.value.span, "an empty list");
             for (const JsonValue& v : m.value.items) {
               if (!v.is(Type::Object)) {
                 bind_event(ctx, v, i.events);
                 continue;
               }
               refuse_keys(ctx, v, {"any_order", "next"}, "an item inside \"any_order\"");
               SequenceItem inner;
               if (v.find("any_order") == nullptr) item.bind(ctx, v, inner);
               for (SequenceEvent& e : inner.events) i.events.push_back(std::move(e));
             }
           });
  item.add({"at", "When it must happen.", schema_time_margin()},
           [](LoadContext& ctx, const JsonMember& m, SequenceItem& i) {
             const auto at = read_quantity(ctx, m.value, &parse_time_margin, "5s +- 10ms");
             if (at && i.events.size() == 1) i.events[0].at = *at;
           });
  item.flag("next", "No other event lies between this and the one before.", false,
            &SequenceItem::next);
  item.check(&check_item);
}

void FormatTables::build_expect_kinds() {
  for (const KindRule& rule : rules()) {
    FieldInfo info{std::string(expect_kind_name(rule.kind)), rule.doc, schema_string()};
    info.selector = true;
    if (rule.kind == ExpectKind::Sequence) {
      info.schema = schema_array(schema_any_of({schema_string(), schema_ref(item.name())}), 1);
    }
    expect.add(std::move(info),
               [this, kind = rule.kind](LoadContext& ctx, const JsonMember& m, ExpectSpec& e) {
                 if (e.place.known()) return;  // two kinds: reported once
                 e.kind = kind;
                 e.place = ctx.place(m.key_span);
                 bind_kind_value(ctx, *this, m, e);
               });
  }
}

void FormatTables::build_expect() {
  build_expect_kinds();
  expect.add({"then", "With \"whenever\": what follows.", schema_string()},
             [](LoadContext& ctx, const JsonMember& m, ExpectSpec& e) {
               if (auto p = read_pattern(ctx, m.value)) e.then = std::move(*p);
             });
  expect.quantity({"within", "With \"whenever\": how soon.", schema_duration()}, &parse_duration,
                  "20ms", &ExpectSpec::within);
  expect.quantity({"is", "What the number must be.", schema_bound()}, &parse_bound, ">= 95%",
                  &ExpectSpec::is);
  for (const char* key : {"from", "to", "by"}) {
    const bool begin = std::string_view(key) == "from";
    expect.add({key, begin ? "Begin of the window: a time, or a pattern with perhaps + time."
                           : "End of the window, inclusive: a time, or a pattern.",
                schema_string()},
               [begin](LoadContext& ctx, const JsonMember& m, ExpectSpec& e) {
                 auto& edge = begin ? e.window.from : e.window.to;
                 if (auto w = read_window_edge(ctx, m.value)) edge = std::move(*w);
               });
  }
  expect.later({"always", "invariant", "settle", "measure", "p95", "max", "sometimes", "packets",
                "golden"});
  expect.check([this](LoadContext& ctx, const JsonValue& v, ExpectSpec& e) {
    check_expect(ctx, *this, v, e);
  });
  top.add({"expect", "What must hold.", schema_array(schema_ref(expect.name()))},
          [this](LoadContext& ctx, const JsonMember& m, ScenarioSpec& spec) {
            if (!expect_type(ctx, m.value, Type::Array)) return;
            for (const JsonValue& v : m.value.items) {
              ExpectSpec e;
              expect.bind(ctx, v, e);
              spec.expect.push_back(std::move(e));
            }
          });
}

}  // namespace flapjack
