// SPDX-License-Identifier: Apache-2.0
// The timeline: JSON -> StepSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"
#include "scenarios/pattern_parser.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kMostTimes = 1'000'000;
constexpr std::int64_t kMostPackets = 1'000'000;

LinkPatch& patch_of_step(StepSpec& s) { return s.both; }

bool is_about(const VerbWord& word, TargetKind kind) { return word.targets == only(kind); }

void bind_text(LoadContext& ctx, const VerbWord& word, const JsonMember& m, StepSpec& step) {
  const auto text = read_string(ctx, m.value);
  if (!text) return;
  if (is_about(word, TargetKind::Packet) && *text != "packet") {
    ctx.error("F0112", m.value.span, in_quotes(word.name) + " takes the packet that \"on\" names",
              "write \"packet\"", std::string("\"packet\""));
    return;
  }
  step.target.kind = is_about(word, TargetKind::Packet) ? TargetKind::Packet : TargetKind::Text;
  step.target.name = *text;
  step.target.place = ctx.place(m.value.span);
}

/// F0302 when the verb is not for this kind of service.
void check_service(LoadContext& ctx, const VerbWord& word, const TargetRef& ref, SourceSpan span) {
  if (word.services.empty() || ref.kind != TargetKind::Service) return;
  const ServiceSpec& service = *ctx.spec.find_node(ref.node)->find_service(ref.name);
  const auto& kinds = word.services;
  if (service.kind.empty()) return;  // the error is at the service
  if (std::find(kinds.begin(), kinds.end(), service.kind) != kinds.end()) return;
  ctx.error("F0302", span, in_quotes(ref.path()) + " is " + service.kind + ", but " +
                               in_quotes(word.name) + " takes " + join(kinds, " or "));
}

void bind_verb(LoadContext& ctx, const VerbWord& word, const JsonMember& m, StepSpec& step) {
  if (!step.verb.empty()) return;  // two verbs: reported once for the whole step
  step.verb = word.name;
  step.verb_place = ctx.place(m.key_span);
  if (is_about(word, TargetKind::Groups)) return bind_groups(ctx, m, step);
  if (is_about(word, TargetKind::Text) || is_about(word, TargetKind::Packet)) {
    return bind_text(ctx, word, m, step);
  }
  if (!expect_type(ctx, m.value, Type::String, "dev.wifi0")) return;
  const TextSource source(m.value);
  if (auto ref = resolve_path(ctx, source.text, m.value.span, word.targets,
                              in_quotes(word.name))) {
    check_service(ctx, word, *ref, m.value.span);
    step.target = std::move(*ref);
  }
}

/// F0601 when `at` is behind the end of the run.
void check_before_end(LoadContext& ctx, const JsonMember& m, SimTime at, std::string_view what) {
  if (!ctx.spec.until_place.known() || at <= ctx.spec.until) return;
  ctx.error("F0601", m.value.span,
            std::string(what) + " is at " + m.value.text + " but the run ends at " +
                to_text(Duration{ctx.spec.until.ns}),
            "raise \"until\" (declared at " + ctx.line_column(ctx.spec.until_place) + ")");
}

/// One of at, on and every says when; what belongs to only one of them.
void check_when(LoadContext& ctx, const JsonValue& v, StepSpec& step) {
  const JsonMember* at = v.find("at");
  const JsonMember* on = v.find("on");
  const JsonMember* every = v.find("every");
  if (at == nullptr && on == nullptr && every == nullptr) {
    ctx.error("F0103", {v.span.begin, v.span.begin + 1}, "this step does not say when",
              "add \"at\", \"on\" or \"every\"");
    return;
  }
  const JsonMember* when = at != nullptr ? at : on != nullptr ? on : every;
  step.when_place = ctx.place(when->value.span);
  if (on != nullptr) {
    refuse_keys(ctx, v, {"at", "every", "until"}, "\"on\"");
  } else {
    refuse_keys(ctx, v, {"after", "times"}, "a step without \"on\"");
    if (every == nullptr) refuse_keys(ctx, v, {"until"}, "a step without \"every\"");
    if (!step.at) step.at = SimTime{0};
  }
  if (at != nullptr) check_before_end(ctx, *at, *step.at, "this step");
  const JsonMember* until = v.find("until");
  if (until != nullptr && step.until && step.at && *step.until <= *step.at) {
    ctx.error("F0602", until->value.span, "this repetition ends before it begins",
              "\"until\" must be later than \"at\"");
  }
  const JsonMember* hold = v.find("for");
  if (hold != nullptr && step.hold && step.every && *step.hold >= *step.every) {
    ctx.error("F0602", hold->value.span,
              "this is not undone before the next repetition, " + to_text(*step.every) + " later",
              "make \"for\" shorter than \"every\"");
  }
}

/// The keys of steps that belong to some verbs only.
const std::vector<std::string>& verb_keys() {
  static const std::vector<std::string> keys = {
      "rate", "delay", "jitter", "distribution", "correlation", "loss", "duplicate", "reorder",
      "corrupt", "mtu", "queue", "up", "down", "direction", "to", "over", "nth", "answer", "pool",
      "leave", "take", "lifetime", "valid", "preferred", "farewell", "key", "flag", "value",
      "timeout", "l2", "skip_ignored", "address", "option", "text", "hex", "room"};
  return keys;
}

/// An "up" or "down" of a link that names nothing.
bool is_empty(const JsonValue& v) { return v.is(Type::Object) && v.members.empty(); }

void check_verb_keys(LoadContext& ctx, const VerbWord& word, const JsonValue& v,
                     const StepSpec& step) {
  std::vector<std::string> refused;
  for (const std::string& key : verb_keys()) {
    if (std::find(word.keys.begin(), word.keys.end(), key) == word.keys.end()) {
      refused.push_back(key);
    }
  }
  if (!word.undoable) refused.push_back("for");
  refuse_keys(ctx, v, refused, in_quotes(word.name));
  for (const std::string& key : word.needs) {
    if (v.find(key) != nullptr) continue;
    ctx.error("F0103", step.verb_place.span, in_quotes(word.name) + " needs " + in_quotes(key));
  }
  const bool has_key = std::any_of(word.keys.begin(), word.keys.end(),
                                   [&v](const std::string& k) {
                                     const JsonMember* m = v.find(k);
                                     return m != nullptr && !is_empty(m->value);
                                   });
  if (!word.keys.empty() && !word.keys_optional && word.needs.empty() && !has_key) {
    ctx.error("F0103", step.verb_place.span, in_quotes(word.name) + " changes nothing",
              "add one of: " + join(word.keys));
  }
}

/// F0302 for a farewell of what is no router.
void check_farewell(LoadContext& ctx, const JsonValue& v, const StepSpec& step) {
  const JsonMember* farewell = v.find("farewell");
  if (farewell == nullptr || step.target.kind != TargetKind::Service) return;
  const ServiceSpec* service =
      ctx.spec.find_node(step.target.node)->find_service(step.target.name);
  if (service->kind == "ra" || service->kind.empty()) return;  // the error is at the service
  ctx.error("F0302", farewell->key_span, in_quotes(step.target.path()) + " is " + service->kind +
                                             ", but \"farewell\" is of ra");
}

/// A verb about a packet takes the one that a packet pattern just matched.
void check_packet_step(LoadContext& ctx, const VerbWord& word, const JsonValue& v,
                       const StepSpec& step) {
  if (!is_about(word, TargetKind::Packet)) return;
  const JsonMember* on = v.find("on");
  if (on == nullptr) {
    ctx.error("F0112", step.verb_place.span, in_quotes(word.name) + " needs \"on\" a packet",
              "add \"on\": \"dev > srv UDP\"");
  } else if (step.on && step.on->kind != PatternKind::Packet) {
    ctx.error("F0112", on->value.span,
              in_quotes(word.name) + " needs a packet, this pattern is of an event",
              "write it like \"dev > srv UDP\"");
  }
  refuse_keys(ctx, v, {"after"}, in_quotes(word.name));
}

void check_step(LoadContext& ctx, const FormatTables& tables, const JsonValue& v,
                StepSpec& step) {
  const auto verbs = tables.step.selectors_in(v);
  if (verbs.size() > 1) {
    ctx.error("F0102", {v.span.begin, v.span.begin + 1},
              "a step needs exactly one action, found " + in_quotes(verbs[0]->key) + " and " +
                  in_quotes(verbs[1]->key));
    return;
  }
  if (verbs.empty()) {
    // A misspelt or unsupported verb has its own message.
    for (const JsonMember& m : v.members) {
      if (is_free_key(m.key)) continue;
      const auto& fields = tables.step.fields();
      if (std::none_of(fields.begin(), fields.end(),
                       [&m](const FieldInfo& f) { return f.key == m.key; })) {
        return;
      }
    }
    ctx.error("F0102", {v.span.begin, v.span.begin + 1},
              "a step needs exactly one action, found none",
              "for example \"carrier_down\": \"dev.wifi0\"");
    return;
  }
  check_when(ctx, v, step);
  if (v.find("leave") != nullptr) refuse_keys(ctx, v, {"take"}, "\"leave\"");
  const VerbWord& word = *find_word(ctx.vocabulary.verbs, verbs[0]->key);
  check_verb_keys(ctx, word, v, step);
  check_packet_step(ctx, word, v, step);
  check_farewell(ctx, v, step);
  check_ra_step(ctx, v, step);
  check_jitter(ctx, v, step.both);
  if (v.find("text") != nullptr) refuse_keys(ctx, v, {"hex"}, "\"text\"");
}

}  // namespace

void FormatTables::build_step_times() {
  step.quantity({"at", "When it happens first.", schema_duration()}, &parse_sim_time, "5s",
                &StepSpec::at);
  step.add({"on", "The event or packet at which it happens.", schema_string()},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             s.on = read_pattern(ctx, m.value);
           });
  step.quantity({"after", "How long after \"on\"; 0ns is before anything else of that instant.",
                 schema_duration()},
                &parse_duration, "1ms", &StepSpec::after);
  step.whole("times", "How many matches of \"on\" count.", 1, kMostTimes, &StepSpec::times);
  step.quantity({"every", "Repeat it in this interval.", schema_duration()},
                &parse_positive_duration, "20ms", &StepSpec::every);
  step.quantity({"until", "The end of the repetition; no repetition at this instant.",
                 schema_duration()},
                &parse_sim_time, "5.4s", &StepSpec::until);
  step.quantity({"for", "Undo it after that; 0s: at the same instant.", schema_duration()},
                &parse_duration, "2s", &StepSpec::hold);
}

void FormatTables::build_step() {
  build_step_times();
  for (const VerbWord& word : vocabulary.verbs) {
    FieldInfo info{word.name, word.doc,
                   is_about(word, TargetKind::Groups) ? schema_groups() : schema_string()};
    info.selector = true;
    step.add(std::move(info), [&word](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
      bind_verb(ctx, word, m, s);
    });
  }
  step.add({"leave", "What of the pool may be in use.", schema_whole(0, kMostPackets)},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             if (auto v = read_whole(ctx, m.value, 0, kMostPackets)) s.leave = *v;
             s.amount_place = ctx.place(m.value.span);
           });
  step.add({"take", "What of the pool may not be in use.", schema_whole(1, kMostPackets)},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             if (auto v = read_whole(ctx, m.value, 1, kMostPackets)) s.take = *v;
             s.amount_place = ctx.place(m.value.span);
           });
  step.include(direction, &patch_of_step);
  build_step_lease();
  build_step_ra();
  build_step_call();
  for (const auto& [key, patch] : {std::pair{"up", &StepSpec::up},
                                   std::pair{"down", &StepSpec::down}}) {
    step.add({key, "What differs in this direction of the link.", schema_ref(direction.name())},
             [this, patch = patch](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
               direction.bind(ctx, m.value, s.*patch);
             });
  }
  build_fault_steps();
  step.later({"carrier_down", "dormant", "admin_down", "vanish", "fade", "set_link", "hold",
              "release", "drop", "partition", "connect", "disconnect", "ignore", "modem_reset",
              "stall", "exhaust", "leave", "service_down", "lease", "ra", "lie", "call", "note"});
  step.check([this](LoadContext& ctx, const JsonValue& v, StepSpec& s) {
    check_step(ctx, *this, v, s);
  });

  top.add({"timeline", "What happens when.", schema_array(schema_ref(step.name()))},
          [this](LoadContext& ctx, const JsonMember& m, ScenarioSpec& spec) {
            if (!expect_type(ctx, m.value, Type::Array)) return;
            for (const JsonValue& v : m.value.items) {
              StepSpec s;
              s.place = ctx.place({v.span.begin, v.span.begin + 1});
              step.bind(ctx, v, s);
              spec.timeline.push_back(std::move(s));
            }
          });
}

}  // namespace flapjack
