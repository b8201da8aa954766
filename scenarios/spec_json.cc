// SPDX-License-Identifier: Apache-2.0
#include "scenarios/spec_json.h"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "scenarios/format_tables.h"
#include "scenarios/json_reader.h"
#include "scenarios/json_text.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kFormatVersion = 1;

/// Fills in what the file left to the defaults of the vocabulary.
void apply_defaults(const Vocabulary& vocabulary, ScenarioSpec& spec) {
  if (spec.profile.empty() && !vocabulary.profiles.empty()) {
    spec.profile = vocabulary.profiles.front().name;
  }
  for (NodeSpec& node : spec.nodes) {
    if (node.profile.empty()) node.profile = spec.profile;
    for (IfaceSpec& iface : node.ifaces) {
      const bool left_out = iface.technology.empty() && !iface.has_technology;
      if (left_out && !vocabulary.technologies.empty()) {
        iface.technology = vocabulary.technologies.front().name;
      }
      if (iface.engine.empty() && !vocabulary.engines.empty()) {
        iface.engine = vocabulary.engines.front().name;
      }
      const TechnologyWord* t = find_word(vocabulary.technologies, iface.technology);
      if (t == nullptr) continue;
      if (iface.l2.empty()) iface.l2 = t->default_l2;
      if (!iface.conn && !t->default_conn_impl.empty()) iface.conn.emplace();
      if (iface.conn && iface.conn->impl.empty()) {
        iface.conn->impl = t->default_conn_impl.empty() ? t->conn_impl : t->default_conn_impl;
      }
    }
  }
}

/// An interface with "conn" whose technology has no implementation must name one; where one of the
/// two is a name that is none, that alone is the error.
void check_conn_impls(LoadContext& ctx) {
  for (const NodeSpec& node : ctx.spec.nodes) {
    for (const IfaceSpec& iface : node.ifaces) {
      if (!iface.conn || iface.conn->has_impl || !iface.conn->impl.empty()) continue;
      if (iface.technology.empty()) continue;
      ctx.error("F0103", iface.conn->place.span,
                "technology " + in_quotes(iface.technology) +
                    " has no connectivity implementation of its own",
                "add \"impl\": one of " + join(names_of(ctx.vocabulary.conn_impls)));
    }
  }
}

void check_version(LoadContext& ctx, const JsonMember& m, ScenarioSpec&) {
  if (!expect_type(ctx, m.value, Type::Number)) return;
  if (m.value.integer != kFormatVersion) {
    ctx.error("F0401", m.value.span,
              "this flapjack reads version 1 of the format, the file says " + m.value.text);
  }
}

const std::vector<Word> kAllowances = {{"leaks", "packets that nobody gives back"}};

void bind_allow(LoadContext& ctx, const JsonMember& m, ScenarioSpec& spec) {
  if (!expect_type(ctx, m.value, Type::Array)) return;
  for (const JsonValue& v : m.value.items) {
    if (read_word(ctx, v, "allowance", names_of(kAllowances))) spec.allow_leaks = true;
  }
}

/// {"x": 1} -> "x": 1, to splice one object's members into another.
std::string members_of(const std::string& object) { return object.substr(1, object.size() - 2); }

/// All 64 bits, as `--seed`: more than a JSON integer of ours holds.
void bind_seed(LoadContext& ctx, const JsonMember& m, ScenarioSpec& s) {
  if (!expect_type(ctx, m.value, Type::Number)) return;
  const std::string& text = m.value.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), s.seed);
  if (error == std::errc() && end == text.data() + text.size()) return;
  if (error == std::errc::invalid_argument || error == std::errc::result_out_of_range) {
    ctx.error("F0207", m.value.span,
              text + " is not between 0 and " + std::to_string(UINT64_MAX));
    return;
  }
  ctx.error("F0104", m.value.span, "expected a whole number, found " + text);
}

}  // namespace

FormatTables::FormatTables(const Vocabulary& v) : vocabulary(v) {
  build_link_parts();
  build_link_fields();
  build_device_faults();
  build_conn();
  build_iface();
  build_ppp();
  build_virtual();
  build_app();
  build_dhcp_service();
  build_ra_service();
  build_service();
  build_item();
  build_top();
  build_agent();
  build_cpu();
  build_conn_mgr();
  build_echo_service();
  build_node();
  build_links();
  build_step();
  build_expect();
}

void FormatTables::build_top() {
  // The order is the order of binding: the end of the run and the nodes are needed by the rest.
  top.add({"$schema", "The schema an editor uses.", schema_string()},
          [](LoadContext& ctx, const JsonMember& m, ScenarioSpec&) { read_string(ctx, m.value); });
  top.add({"flapjack", "The version of the format.", "{\"const\":1}"}, &check_version);
  top.add({"about", "What the scenario shows, in one sentence.", schema_string()},
          [](LoadContext& ctx, const JsonMember& m, ScenarioSpec& s) {
            if (auto v = read_string(ctx, m.value)) s.about = *v;
          });
  top.add({"tags", "Words to select scenarios by.", schema_array(schema_string())},
          [](LoadContext& ctx, const JsonMember& m, ScenarioSpec& s) {
            if (!expect_type(ctx, m.value, Type::Array)) return;
            for (const JsonValue& v : m.value.items) {
              if (auto tag = read_string(ctx, v)) s.tags.push_back(*tag);
            }
          });
  top.word("profile", "Behaviour switches by release.", "profile", vocabulary.profiles, {},
           &ScenarioSpec::profile);
  FieldInfo seed{"seed", "The number that all random streams come from.",
                 R"({"type":"integer","minimum":0,"maximum":18446744073709551615})"};
  seed.default_json = "1";
  top.add(std::move(seed), &bind_seed);
  top.add({"allow", "What does not fail the run: \"leaks\", packets that nobody gives back.",
           schema_array(schema_enum(kAllowances))},
          &bind_allow);
  FieldInfo until{"until", "When the run ends, for example \"until\": \"40s\".",
                  schema_duration()};
  until.required = true;
  top.add(std::move(until), [](LoadContext& ctx, const JsonMember& m, ScenarioSpec& s) {
    if (auto v = read_quantity(ctx, m.value, &parse_positive_duration, "40s")) {
      s.until = SimTime{v->ns};
      s.until_place = ctx.place(m.value.span);
    }
  });
  top.later({"include", "define", "params", "exclude", "seeds", "lesson", "output", "timeline+",
             "expect+"});
}

std::optional<ScenarioSpec> load_scenario(const SourceFile& file, const Vocabulary& vocabulary,
                                          DiagnosticSink& sink) {
  const std::size_t before = sink.error_count();
  const std::optional<JsonValue> document = read_json(file, sink);
  if (!document) return std::nullopt;
  ScenarioSpec spec;
  spec.file_name = file.name();
  LoadContext ctx{file, vocabulary, sink, spec};
  const FormatTables tables(vocabulary);
  tables.top.bind(ctx, *document, spec);
  check_virtual_ifaces(ctx);
  resolve_peers(ctx);
  resolve_online_checks(ctx);
  resolve_routes(ctx);
  check_link_needs(ctx);
  apply_defaults(vocabulary, spec);
  check_conn_impls(ctx);
  if (sink.error_count() != before) return std::nullopt;
  return spec;
}

std::string emit_schema(const Vocabulary& vocabulary) {
  const FormatTables tables(vocabulary);
  const FieldTableBase* definitions[] = {
      &tables.node, &tables.cpu, &tables.icmp_errors, &tables.conn_mgr,
      &tables.online_check, &tables.iface,
      &tables.vlan, &tables.tunnel, &tables.bridge, &tables.ppp, &tables.conn, &tables.app,
      &tables.service, &tables.connector, &tables.agent, &tables.agent_act, &tables.echo_service,
      &tables.dhcp_service, &tables.ra_service, &tables.link, &tables.direction, &tables.loss,
      &tables.gilbert_elliott, &tables.correlation, &tables.reorder, &tables.link_queue,
      &tables.device_direction, &tables.device_faults, &tables.step, &tables.expect,
      &tables.item};
  std::string text = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\","
                     "\"title\":\"flapjack scenario\",\"allowComments\":true,"
                     "\"allowTrailingCommas\":true," + members_of(tables.top.schema()) +
                     ",\"definitions\":{";
  bool first = true;
  for (const FieldTableBase* d : definitions) {
    text.append(first ? "" : ",").append(json_string(d->name())).append(":").append(d->schema());
    first = false;
  }
  return nlohmann::ordered_json::parse(text + "}}").dump(2) + "\n";
}

}  // namespace flapjack
