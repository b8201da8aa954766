// SPDX-License-Identifier: Apache-2.0
// Services, and everything about DNS: JSON -> ServiceSpec, DnsServerSpec, ZoneEntrySpec.
#include <algorithm>
#include <array>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"
#include "stack/wire/dns_name.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;
using Says = ZoneEntrySpec::Says;

const std::vector<std::string>& later_services() {
  static const std::vector<std::string> names = {"dhcp", "dns", "tcp_echo", "udp_echo",
                                                 "tcp_sink", "http", "router"};
  return names;
}

/// What a name of a zone may be beside its addresses and another name.
constexpr std::array kSays = {
    std::pair<std::string_view, Says>{"ignore", Says::Ignore},
    std::pair<std::string_view, Says>{"nxdomain", Says::NxDomain},
    std::pair<std::string_view, Says>{"servfail", Says::ServFail},
    std::pair<std::string_view, Says>{"refused", Says::Refused},
};

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

// ---- as text

/// "udp_echo:7"; `name` is empty in the list form, where the kind is the name.
void bind_text(LoadContext& ctx, NodeSpec& node, const JsonValue& v, std::string name,
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

/// An object of a service that is written as text: F0104.
bool is_only_text(LoadContext& ctx, const JsonValue& v) {
  for (const JsonMember& m : v.members) {
    const ServiceWord* word = find_word(ctx.vocabulary.services, m.key);
    if (word == nullptr || word->value != ServiceValue::None) continue;
    ctx.error("F0104", v.span, word->name + " is written as a text, not as an object",
              "write " + in_quotes(word->takes_port ? word->name + ":7" : word->name));
    return true;
  }
  return false;
}

void bind_services(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
                   NodeSpec& node) {
  if (m.value.is(Type::Array)) {
    for (const JsonValue& v : m.value.items) bind_text(ctx, node, v, {}, v.span);
    return;
  }
  if (!m.value.is(Type::Object)) {
    expect_type(ctx, m.value, Type::Array);
    return;
  }
  for_each_named(ctx, m.value, [&](const JsonMember& s) {
    if (!s.value.is(Type::Object)) return bind_text(ctx, node, s.value, s.key, s.key_span);
    if (is_only_text(ctx, s.value)) return;
    ServiceSpec service;
    service.name = s.key;
    service.place = ctx.place(s.key_span);
    tables.service.bind(ctx, s.value, service);
    if (claim_name(ctx, node, s.key, s.key_span)) node.services.push_back(std::move(service));
  });
}

// ---- a zone

void bind_address(LoadContext& ctx, const JsonValue& v, ZoneEntrySpec& entry) {
  if (!expect_type(ctx, v, Type::String, "192.0.2.9")) return;
  const auto address = IpAddress::parse(v.text);
  if (!address) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is not an address");
    return;
  }
  entry.addresses.push_back(*address);
}

/// Its last label is digits alone, which that of a host's name is not (RFC 1123 section 2.1).
bool ends_in_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return name.find('.') != std::string_view::npos && !last.empty() &&
         last.find_first_not_of("0123456789") == std::string_view::npos;
}

/// An address, one of the words, or another name; that has a dot, so that no mistyped word is one.
void bind_says(LoadContext& ctx, const JsonValue& v, ZoneEntrySpec& entry) {
  if (!expect_type(ctx, v, Type::String, "192.0.2.9")) return;
  const auto word = std::find_if(kSays.begin(), kSays.end(),
                                 [&](const auto& each) { return each.first == v.text; });
  if (word != kSays.end()) {
    entry.says = word->second;
  } else if (const auto address = IpAddress::parse(v.text)) {
    entry.addresses.push_back(*address);
  } else if (ends_in_number(v.text)) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is neither an address nor another name",
              "an IPv4 address is four numbers of 0 to 255; a name does not end in a number");
  } else if (v.text.find('.') != std::string::npos) {
    entry.says = Says::Alias;
    entry.alias = v.text;
    check_domain_name(ctx, v.span, v.text);
  } else {
    std::vector<std::string> words;
    for (const auto& each : kSays) words.emplace_back(each.first);
    ctx.error("F0110", v.span, in_quotes(v.text) + " is neither an address nor another name",
              suggestion_help(v.text, words, "or one of: "));
  }
}

void bind_zone_entry(LoadContext& ctx, const JsonMember& m, ServiceSpec& service) {
  ZoneEntrySpec entry;
  entry.name = m.key;
  entry.place = ctx.place(m.key_span);
  if (m.key != "*" && !check_domain_name(ctx, m.key_span, m.key)) return;
  const auto known = [&](const ZoneEntrySpec& other) {
    return other.name == entry.name ||
           (other.name != "*" && m.key != "*" &&
            DnsName::parse(other.name) == DnsName::parse(entry.name));
  };
  if (std::any_of(service.zone.begin(), service.zone.end(), known)) {
    ctx.error("F0110", m.key_span, "the zone has " + in_quotes(m.key) + " already",
              "names are the same in upper and lower case");
    return;
  }
  if (m.value.is(Type::Array)) {
    for (const JsonValue& v : m.value.items) bind_address(ctx, v, entry);
    if (m.value.items.empty()) ctx.error("F0107", m.value.span, "a name needs an address");
  } else {
    bind_says(ctx, m.value, entry);
  }
  service.zone.push_back(std::move(entry));
}

std::string zone_schema() {
  return schema_names(schema_any_of({schema_string(), schema_array(schema_string(), 1)}));
}

std::string value_schema(const FormatTables& tables, const ServiceWord& word) {
  switch (word.value) {
    case ServiceValue::Dhcp:
      return schema_ref(tables.dhcp_service.name());
    case ServiceValue::Ra:
      return schema_ref(tables.ra_service.name());
    case ServiceValue::Echo:
      return schema_ref(tables.echo_service.name());
    case ServiceValue::None:
    case ServiceValue::Zone:
      break;
  }
  return zone_schema();
}

void bind_value(LoadContext& ctx, const FormatTables& tables, const ServiceWord& word,
                const JsonMember& m, ServiceSpec& service) {
  switch (word.value) {
    case ServiceValue::Dhcp:
      service.dhcp.place = ctx.place(m.value.span);
      return tables.dhcp_service.bind(ctx, m.value, service.dhcp);
    case ServiceValue::Ra:
      service.ra.place = ctx.place(m.value.span);
      return tables.ra_service.bind(ctx, m.value, service.ra);
    case ServiceValue::Echo:
      tables.echo_service.bind(ctx, m.value, service.echo);
      service.port = static_cast<std::uint16_t>(service.echo.port.value_or(0));
      return;
    case ServiceValue::Zone:
      for (const JsonMember& entry : m.value.members) bind_zone_entry(ctx, entry, service);
      return;
    case ServiceValue::None:
      return;
  }
}

/// A key that is no option: an error of its own tells about that.
bool says_another_kind(const JsonValue& v) {
  return std::any_of(v.members.begin(), v.members.end(), [](const JsonMember& m) {
    return !is_free_key(m.key) && m.key != "delay";
  });
}

void check_service(LoadContext& ctx, const FormatTables& tables, const JsonValue& v,
                   const ServiceSpec& service) {
  const auto kinds = tables.service.selectors_in(v);
  if (kinds.size() == 1) {
    const ServiceWord* word = find_word(ctx.vocabulary.services, kinds[0]->key);
    std::vector<std::string> refused = {"delay"};
    std::erase_if(refused, [&](const std::string& key) {
      return std::find(word->options.begin(), word->options.end(), key) != word->options.end();
    });
    refuse_keys(ctx, v, refused, in_quotes(word->name));
  } else if (kinds.size() > 1) {
    ctx.error("F0102", kinds[1]->key_span,
              "a service is of one kind, found " + in_quotes(kinds[0]->key) + " and " +
                  in_quotes(kinds[1]->key));
  } else if (!says_another_kind(v)) {
    ctx.error("F0102", {v.span.begin, v.span.begin + 1},
              "service " + in_quotes(service.name) + " does not say what it is",
              "one of: " + join(names_of(ctx.vocabulary.services)));
  }
}

}  // namespace

bool claim_name(LoadContext& ctx, const NodeSpec& node, const std::string& name,
                SourceSpan span) {
  SourcePlace first;
  if (const IfaceSpec* i = node.find_iface(name)) first = i->place;
  if (const AppSpec* a = node.find_app(name)) first = a->place;
  if (const ServiceSpec* s = node.find_service(name)) first = s->place;
  if (const AgentSpec* a = node.find_agent(name)) first = a->place;
  if (!first.known()) return true;
  ctx.error("F0303", span, "node " + in_quotes(node.name) + " has " + in_quotes(name) + " already",
            "the other one is at " + ctx.line_column(first) +
                "; services get names of their own as {\"name\": \"kind:port\"}");
  return false;
}

bool check_domain_name(LoadContext& ctx, SourceSpan span, const std::string& name) {
  if (DnsName::parse(name)) return true;
  ctx.error("F0110", span, in_quotes(name) + " is not a domain name",
            "labels have 1 to 63 bytes, a name at most 255, like \"host.example\"");
  return false;
}

std::string dns_servers_schema() {
  return schema_any_of({schema_string(), schema_array(schema_string())});
}

void read_dns_servers(LoadContext& ctx, const JsonValue& v, std::vector<DnsServerSpec>& out) {
  if (v.is(Type::Array)) {
    for (const JsonValue& item : v.items) {
      if (item.is(Type::Array)) {
        expect_type(ctx, item, Type::String, "192.0.2.53");
      } else {
        read_dns_servers(ctx, item, out);
      }
    }
    return;
  }
  if (!expect_type(ctx, v, Type::String, "192.0.2.53")) return;
  const auto address = IpAddress::parse(v.text);
  if (!address || address->is_any() || address->is_multicast() ||
      address->is_limited_broadcast()) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is not the address of one host",
              "write \"192.0.2.53\" or \"2001:db8::53\"; the port is always 53");
    return;
  }
  const bool twice = std::any_of(out.begin(), out.end(), [&](const DnsServerSpec& each) {
    return each.address == *address;
  });
  if (twice) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is there already");
    return;
  }
  out.push_back({*address, ctx.place(v.span)});
}

void FormatTables::build_service() {
  for (const ServiceWord& word : vocabulary.services) {
    if (word.value == ServiceValue::None) continue;
    FieldInfo info{word.name, word.doc, value_schema(*this, word)};
    info.selector = true;
    service.add(std::move(info),
                [this, &word](LoadContext& ctx, const JsonMember& m, ServiceSpec& s) {
                  if (!s.kind.empty() || !expect_type(ctx, m.value, Type::Object)) return;
                  s.kind = word.name;
                  bind_value(ctx, *this, word, m, s);
                });
  }
  service.quantity({"delay", "How long an answer takes.", schema_distribution()},
                   &parse_distribution, "50ms", &ServiceSpec::delay);
  service.later(later_services());
  service.check([this](LoadContext& ctx, const JsonValue& v, ServiceSpec& s) {
    check_service(ctx, *this, v, s);
  });
}

void FormatTables::build_services() {
  const std::string text = schema_pattern("^[A-Za-z0-9_]+(:[0-9]+)?$", "udp_echo:7");
  const std::string named = schema_map(schema_any_of({text, schema_ref(service.name())}));
  node.add({"services", "Servers: \"kind:port\" in a list, or by name.",
            schema_any_of({schema_array(text), named})},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             bind_services(ctx, *this, m, n);
           });
}

}  // namespace flapjack
