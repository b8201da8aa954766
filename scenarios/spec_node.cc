// SPDX-License-Identifier: Apache-2.0
// Nodes, their Kconfig, services: JSON -> NodeSpec.
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kKconfigPrefix = "CONFIG_";

const std::vector<std::string>& later_services() {
  static const std::vector<std::string> names = {"dhcp", "dns",  "tcp_echo", "udp_echo",
                                                 "tcp_sink", "http", "router"};
  return names;
}

/// The name "x" of a part of a node must be free among its interfaces, apps and services.
bool claim_name(LoadContext& ctx, const NodeSpec& node, const std::string& name,
                SourceSpan span) {
  SourcePlace first;
  if (const IfaceSpec* i = node.find_iface(name)) first = i->place;
  if (const AppSpec* a = node.find_app(name)) first = a->place;
  if (const ServiceSpec* s = node.find_service(name)) first = s->place;
  if (!first.known()) return true;
  ctx.error("F0303", span, "node " + in_quotes(node.name) + " has " + in_quotes(name) + " already",
            "the other one is at " + ctx.line_column(first) +
                "; services get names of their own as {\"name\": \"kind:port\"}");
  return false;
}

std::optional<std::uint16_t> read_port(LoadContext& ctx, std::string_view text, SourceSpan span) {
  const auto d = split_decimal(text);
  const Scaled s = d ? scale(*d, 1) : Scaled{};
  if (!d || !d->unit.empty() || !d->fraction.empty() || text[0] == '+' ||
      s.error != ScaleError::None || s.value < 1 || s.value > 65535) {
    ctx.error("F0110", span, in_quotes(text) + " is not a port", "ports are 1 to 65535");
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(s.value);
}

/// "udp_echo:7"; `name` is empty in the list form, where the kind is the name.
void bind_service(LoadContext& ctx, NodeSpec& node, const JsonValue& v, std::string name,
                  SourceSpan name_span) {
  if (!expect_type(ctx, v, Type::String, "udp_echo:7")) return;
  const TextSource source(v);
  const std::size_t colon = source.text.find(':');
  const std::string kind(source.text.substr(0, colon));
  const ServiceWord* word = find_word(ctx.vocabulary.services, kind);
  if (word == nullptr) {
    report_unknown_word(ctx, source.span(0, kind.size()), kind, "service",
                        names_of(ctx.vocabulary.services), later_services());
    return;
  }
  ServiceSpec service;
  service.kind = kind;
  service.name = name.empty() ? kind : std::move(name);
  service.place = ctx.place(name_span);
  if (word->takes_port != (colon != std::string_view::npos)) {
    ctx.error("F0110", v.span,
              kind + (word->takes_port ? " needs a port" : " takes no port"),
              "write " + in_quotes(word->takes_port ? kind + ":7" : kind));
    return;
  }
  if (word->takes_port) {
    const auto port = read_port(ctx, source.text.substr(colon + 1),
                                source.span(colon + 1, source.text.size()));
    if (!port) return;
    service.port = *port;
  }
  if (claim_name(ctx, node, service.name, name_span)) node.services.push_back(std::move(service));
}

void bind_services(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  if (m.value.is(Type::Array)) {
    for (const JsonValue& v : m.value.items) bind_service(ctx, node, v, {}, v.span);
    return;
  }
  if (m.value.is(Type::Object)) {
    for_each_named(ctx, m.value, [&](const JsonMember& s) {
      bind_service(ctx, node, s.value, s.key, s.key_span);
    });
    return;
  }
  expect_type(ctx, m.value, Type::Array);
}

void bind_kconfig_option(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  if (is_free_key(m.key)) return;
  if (find_word(ctx.vocabulary.kconfigs, m.key) == nullptr) {
    std::string help = suggestion_help(m.key, names_of(ctx.vocabulary.kconfigs));
    const std::string_view key = m.key;
    if (key.substr(0, kKconfigPrefix.size()) == kKconfigPrefix) {
      help = "write " + in_quotes(key.substr(kKconfigPrefix.size()));
    }
    ctx.error("F0105", m.key_span, "kconfig " + in_quotes(m.key) + " is not supported yet", help);
    return;
  }
  if (m.value.is(Type::Bool)) {
    node.kconfig.emplace_back(m.key, m.value.boolean ? 1 : 0);
    return;
  }
  constexpr std::int64_t kInt32Max = 2'147'483'647;
  if (auto v = read_whole(ctx, m.value, -kInt32Max - 1, kInt32Max)) {
    node.kconfig.emplace_back(m.key, *v);
  }
}

void bind_kconfig(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  if (m.value.is(Type::String)) {
    ctx.not_supported_yet(m.value.span, m.value.text);
    return;
  }
  if (!expect_type(ctx, m.value, Type::Object)) return;
  for (const JsonMember& option : m.value.members) bind_kconfig_option(ctx, option, node);
}

std::string kconfig_schema(const Vocabulary& vocabulary) {
  std::vector<SchemaProperty> options;
  const std::string value =
      schema_any_of({schema_bool(), schema_whole(-2'147'483'647 - 1, 2'147'483'647)});
  for (const Word& w : vocabulary.kconfigs) options.push_back({w.name, w.doc, value, {}});
  return schema_object("Kconfig options by name, without CONFIG_.", options, {});
}

std::string services_schema() {
  const std::string one = schema_pattern("^[A-Za-z0-9_]+(:[0-9]+)?$", "udp_echo:7");
  return schema_any_of({schema_array(one), schema_map(one)});
}

void bind_node(LoadContext& ctx, const FormatTables& tables, const JsonMember& m) {
  NodeSpec node;
  node.name = m.key;
  node.place = ctx.place(m.key_span);
  tables.node.bind(ctx, m.value, node);
  ctx.spec.nodes.push_back(std::move(node));
}

}  // namespace

void FormatTables::build_node() {
  node.word("profile", "Behaviour switches by release; default: the scenario's.", "profile",
            vocabulary.profiles, {}, &NodeSpec::profile);
  node.add({"kconfig", "Kconfig options of this node.", kconfig_schema(vocabulary)},
           &bind_kconfig);
  node.add({"ifaces", "The node's interfaces, by name, in the order of their index.",
            schema_map(schema_ref(iface.name()))},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             for_each_named(ctx, m.value, [&](const JsonMember& member) {
               IfaceSpec spec;
               spec.name = member.key;
               spec.place = ctx.place(member.key_span);
               iface.bind(ctx, member.value, spec);
               n.ifaces.push_back(std::move(spec));
             });
           });
  node.add({"apps", "Applications, by name.", schema_map(schema_ref(app.name()))},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             for_each_named(ctx, m.value, [&](const JsonMember& member) {
               AppSpec spec;
               spec.name = member.key;
               spec.place = ctx.place(member.key_span);
               app.bind(ctx, member.value, spec);
               if (claim_name(ctx, n, spec.name, member.key_span)) {
                 n.apps.push_back(std::move(spec));
               }
             });
           });
  node.add({"services", "Servers: \"kind:port\" in a list, or by name.", services_schema()},
           &bind_services);
  node.flag("router", "Forwards packets that are for others.", false, &NodeSpec::router);
  node.add({"routes", "Static routes: a network, and its router or interface.", routes_schema()},
           &bind_routes);
  node.later({"threads"});

  top.add({"nodes", "The simulated machines, by name.", schema_map(schema_ref(node.name())), true},
          [this](LoadContext& ctx, const JsonMember& m, ScenarioSpec&) {
            for_each_named(ctx, m.value, [&](const JsonMember& n) { bind_node(ctx, *this, n); });
            if (m.value.is(Type::Object) && m.value.members.empty()) {
              ctx.error("F0103", m.value.span, "a scenario needs at least one node");
            }
          });
}

}  // namespace flapjack
