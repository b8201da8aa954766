// SPDX-License-Identifier: Apache-2.0
// Nodes and their Kconfig: JSON -> NodeSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::size_t kMostClasses = 8;
constexpr std::string_view kKconfigPrefix = "CONFIG_";

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
    node.kconfig.push_back({m.key, m.value.boolean ? 1 : 0, true, ctx.place(m.value.span)});
    return;
  }
  constexpr std::int64_t kInt32Max = 2'147'483'647;
  if (auto v = read_whole(ctx, m.value, -kInt32Max - 1, kInt32Max)) {
    node.kconfig.push_back({m.key, *v, false, ctx.place(m.value.span)});
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

/// "20us", or one for each class: ["20us", "5us"].
std::vector<Duration> read_costs(LoadContext& ctx, const JsonValue& v) {
  std::vector<Duration> costs;
  const auto read = [&](const JsonValue& one) {
    if (const auto cost = read_quantity<Duration>(ctx, one, &parse_duration, "20us")) {
      costs.push_back(*cost);
    }
  };
  if (!v.is(Type::Array)) {
    read(v);
    return costs;
  }
  if (v.items.empty() || v.items.size() > kMostClasses) {
    ctx.error("F0110", v.span, "a list of service times has one to eight entries",
              "one a traffic class, the lowest first");
  }
  for (const JsonValue& one : v.items) read(one);
  return costs;
}

Parsed<Duration> parse_decline_wait(std::string_view text) {
  constexpr Duration kLongest = seconds(3600);
  const Parsed<Duration> wait = parse_duration(text);
  if (wait.ok() && wait.value() > kLongest) {
    return UnitError{"F0207", in_quotes(text) + " is longer than 1h", {}, {}};
  }
  return wait;
}

// What is said about the node's DHCP clients, but there are none.
void check_dhcp_client(LoadContext& ctx, const JsonValue& v, NodeSpec& node) {
  const bool asks = std::any_of(node.ifaces.begin(), node.ifaces.end(),
                                [](const IfaceSpec& iface) { return iface.dhcp; });
  for (const char* const key : {"dhcp_renewal", "dhcp_decline_wait"}) {
    const JsonMember* const written = v.find(key);
    if (written == nullptr || asks) continue;
    ctx.error("F0111", written->key_span, "no interface of this node asks for a lease",
              "write \"ipv4\": \"dhcp\" at one of them");
  }
}

void bind_node(LoadContext& ctx, const FormatTables& tables, const JsonMember& m) {
  NodeSpec node;
  node.name = m.key;
  node.place = ctx.place(m.key_span);
  tables.node.bind(ctx, m.value, node);
  ctx.spec.nodes.push_back(std::move(node));
}

}  // namespace

void FormatTables::build_cpu() {
  const std::string costs = schema_any_of({schema_duration(), schema_array(schema_duration())});
  cpu.add({"rx", "A received packet, or one time a traffic class.", costs},
          [](LoadContext& ctx, const JsonMember& m, CpuSpec& c) {
            c.rx = read_costs(ctx, m.value);
            c.rx_place = ctx.place(m.value.span);
          });
  cpu.add({"tx", "A sent packet, or one time a traffic class.", costs},
          [](LoadContext& ctx, const JsonMember& m, CpuSpec& c) {
            c.tx = read_costs(ctx, m.value);
            c.tx_place = ctx.place(m.value.span);
          });
  cpu.quantity({"rx_byte", "Each byte of a received packet.", schema_duration()}, &parse_duration,
               "10ns", &CpuSpec::rx_byte);
  cpu.quantity({"tx_byte", "Each byte of a sent packet.", schema_duration()}, &parse_duration,
               "10ns", &CpuSpec::tx_byte);
  cpu.quantity({"mgmt", "A call of a net_mgmt handler.", schema_duration()}, &parse_duration,
               "5ms", &CpuSpec::mgmt);
}

void FormatTables::build_icmp_errors() {
  constexpr std::int64_t kMostErrors = 1'000'000;
  icmp_errors.whole("rate", "Errors a second, of ICMP and ICMPv6 each; 0: no limit.", 0,
                    kMostErrors, &IcmpErrorsSpec::rate, "0");
  icmp_errors.whole("burst", "Errors at once, before the rate counts.", 1, kMostErrors,
                    &IcmpErrorsSpec::burst, "10");
  node.object("icmp_errors", "How many ICMP errors it sends; default: no limit.", icmp_errors,
              &NodeSpec::icmp_errors);
}

void FormatTables::build_node() {
  node.word("profile", "Behaviour switches by release; default: the scenario's.", "profile",
            vocabulary.profiles, {}, &NodeSpec::profile);
  node.add({"kconfig", "Kconfig options of this node.", kconfig_schema(vocabulary)},
           &bind_kconfig);
  node.object("cpu", "What the node's work takes; without it, nothing.", cpu, &NodeSpec::cpu);
  node.add({"ifaces", "The node's interfaces, by name, in the order of their index.",
            schema_map(schema_ref(iface.name()))},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             for_each_named(ctx, m.value, [&](const JsonMember& member) {
               IfaceSpec spec;
               spec.name = member.key;
               spec.place = ctx.place(member.key_span);
               iface.bind(ctx, member.value, spec);
               spec.has_technology = member.value.find("technology") != nullptr;
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
  build_services();
  build_agents();
  build_icmp_errors();
  node.flag("router", "Forwards packets that are for others.", false, &NodeSpec::router);
  node.add({"routes", "Static routes: a network, and its router or interface.", routes_schema()},
           &bind_routes);
  node.word("dhcp_renewal", "How DHCP clients extend a lease; default: attempts.", "renewal",
            {{"attempts", "three requests with the usual pauses, then anew (Zephyr)"},
             {"until_expiry", "half of the time that is left, until the lease ends (RFC 2131)"}},
            {}, &NodeSpec::dhcp_renewal);
  node.quantity({"dhcp_decline_wait",
                 "How long DHCP clients wait after a DECLINE, to 1h; RFC 2131: 10s.",
                 schema_duration(), false, false, "\"0s\""},
                &parse_decline_wait, "10s", &NodeSpec::dhcp_decline_wait);
  node.check(&check_dhcp_client);
  node.add({"dns", "DNS servers of the node, whatever the interface.", dns_servers_schema()},
           [](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             read_dns_servers(ctx, m.value, n.dns);
           });
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
