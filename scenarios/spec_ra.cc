// SPDX-License-Identifier: Apache-2.0
// What the service "ra" advertises: JSON -> RaServiceSpec (RFC 4861 section 6.2.1).
#include <algorithm>

#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr Duration kLongestLifetime = seconds(65'535);  // 16 bits; those of prefixes have 32
constexpr Duration kLeastInterval = seconds(4), kMostInterval = seconds(1800);
constexpr std::int64_t kLeastMtu = 1280, kMostMtu = 65'535;
constexpr std::size_t kMostPrefixes = 8, kMostServers = 8;  // so that each fits into 1280 bytes
constexpr int kAutonomousBits = 64;  // what an interface identifier leaves (RFC 4862 5.5.3)

Parsed<Duration> parse_seconds(std::string_view text) {
  Parsed<Duration> d = parse_duration(text);
  if (!d.ok()) return d;
  if (d.value().ns % seconds(1).ns != 0) {
    const std::string up = std::to_string(d.value().ns / seconds(1).ns + 1) + "s";
    return UnitError{"F0207", "advertisements count in whole seconds", "write " + in_quotes(up),
                     up};
  }
  return d;
}

Parsed<Duration> parse_lifetime(std::string_view text) {
  const Parsed<Duration> d = parse_seconds(text);
  if (!d.ok() || d.value() <= kLongestLifetime) return d;
  return UnitError{"F0207", in_quotes(text) + " is longer than 65535 s", {}, {}};
}

Parsed<Duration> parse_interval(std::string_view text) {
  Parsed<Duration> d = parse_duration(text);
  if (d.ok() && (d.value() < kLeastInterval || d.value() > kMostInterval)) {
    return UnitError{"F0207", in_quotes(text) + " is not between 4s and 30min", {}, {}};
  }
  return d;
}

Parsed<std::int64_t> parse_ipv6_mtu(std::string_view text) {
  const Parsed<std::int64_t> bytes = parse_size(text);
  if (bytes.ok() && (bytes.value() < kLeastMtu || bytes.value() > kMostMtu)) {
    return UnitError{"F0207", in_quotes(text) + " is not between 1280B and 65535B", {}, {}};
  }
  return bytes;
}

void bind_servers(LoadContext& ctx, const JsonMember& m, RaServiceSpec& spec) {
  read_dns_servers(ctx, m.value, spec.dns);
  if (spec.dns.size() > kMostServers) {
    ctx.error("F0107", spec.dns[kMostServers].place.span,
              "an advertisement carries eight DNS servers at most", "leave the others out");
  }
  for (const DnsServerSpec& server : spec.dns) {
    if (server.address.is_v6()) continue;
    ctx.error("F0110", server.place.span, "advertisements carry IPv6 addresses of DNS servers",
              "the service \"dhcp\" tells IPv4 ones");
  }
}

void bind_prefix(LoadContext& ctx, const JsonValue& v, RaServiceSpec& spec) {
  if (!expect_type(ctx, v, Type::String, "2001:db8:1::/64")) return;
  const auto prefix = Ipv6Prefix::parse(v.text);
  const auto fail = [&](std::string message, std::string help) {
    ctx.error("F0110", v.span, std::move(message), std::move(help));
  };
  if (!prefix) {
    return fail(in_quotes(v.text) + " is not an IPv6 network", "write \"2001:db8:1::/64\"");
  }
  if (prefix->network() != prefix->address) {
    return fail(in_quotes(v.text) + " has bits behind its prefix", "");
  }
  if (prefix->address.is_link_local() || prefix->address.is_multicast()) {
    return fail(in_quotes(v.text) + " cannot be advertised", "");
  }
  const auto same = [&](const Ipv6Spec& other) { return other.prefix == *prefix; };
  if (std::any_of(spec.prefixes.begin(), spec.prefixes.end(), same)) {
    return fail(in_quotes(v.text) + " is there already", "");
  }
  if (spec.prefixes.size() == kMostPrefixes) return fail("eight prefixes at most", "");
  spec.prefixes.push_back({*prefix, ctx.place(v.span)});
}

constexpr Duration kDefaultValid = seconds(2'592'000), kDefaultInterval = seconds(600);

void check_times(LoadContext& ctx, const JsonValue& v, const RaServiceSpec& spec) {
  const Duration valid = spec.valid.value_or(kDefaultValid);
  if (spec.preferred && *spec.preferred > valid) {
    ctx.error("F0207", v.find("preferred")->value.span, "\"preferred\" is longer than \"valid\"",
              "an address stops being preferred before it stops being valid");
  }
  const Duration interval = spec.interval.value_or(kDefaultInterval);
  for (const Ipv6Spec& each : spec.prefixes) {
    if (!spec.autonomous || each.prefix.length == kAutonomousBits) continue;
    ctx.error("F0110", each.place.span, "hosts make addresses of /64 networks only (RFC 4862)",
              "write \"autonomous\": false, or a /64");
  }
  if (spec.lifetime && spec.lifetime->ns != 0 && *spec.lifetime < interval) {
    ctx.error("F0207", v.find("lifetime")->value.span,
              "\"lifetime\" is shorter than \"interval\"",
              "write \"0s\" for a router that is no default router");
  }
}

}  // namespace

void check_ra_step(LoadContext& ctx, const JsonValue& v, const StepSpec& step) {
  if (!step.ra.preferred || step.target.kind != TargetKind::Service) return;
  const ServiceSpec* service =
      ctx.spec.find_node(step.target.node)->find_service(step.target.name);
  const Duration valid = step.ra.valid.value_or(service->ra.valid.value_or(kDefaultValid));
  if (*step.ra.preferred <= valid) return;
  ctx.error("F0207", v.find("preferred")->value.span, "\"preferred\" is longer than \"valid\"",
            "the prefixes are valid for " + to_text(valid));
}

void FormatTables::build_step_ra() {
  const auto lifetime = [this](const char* key, const char* doc,
                               Parsed<Duration> (*parse)(std::string_view),
                               std::optional<Duration> RaChangeSpec::*member) {
    step.add({key, doc, schema_duration()},
             [parse, member](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
               if (auto v = read_quantity<Duration>(ctx, m.value, parse, "0s")) s.ra.*member = *v;
             });
  };
  lifetime("lifetime", "How long an ra service is a default router from now on; 0s: it is none.",
           &parse_lifetime, &RaChangeSpec::lifetime);
  lifetime("valid", "How long its prefixes hold from now on.", &parse_seconds,
           &RaChangeSpec::valid);
  lifetime("preferred", "How long their addresses are for new connections from now on.",
           &parse_seconds, &RaChangeSpec::preferred);
  step.flag("farewell", "A last advertisement takes the router back.", false,
            &StepSpec::farewell);
}

void FormatTables::build_ra_service() {
  ra_service.add({"iface", "The interface; default: every one with IPv6.", schema_string()},
                 [](LoadContext& ctx, const JsonMember& m, RaServiceSpec& s) {
                   if (read_string(ctx, m.value)) s.iface = ctx.placed(m.value);
                 });
  ra_service.quantity({"lifetime", "How long it is a default router; 0s: it is none.",
                       schema_duration(), false, false, "\"30min\""},
                      &parse_lifetime, "30min", &RaServiceSpec::lifetime);
  ra_service.quantity({"interval", "The longest time between two advertisements.",
                       schema_duration(), false, false, "\"10min\""},
                      &parse_interval, "10min", &RaServiceSpec::interval);
  ra_service.quantity({"valid", "How long its prefixes hold.", schema_duration(), false, false,
                       "\"720h\""},
                      &parse_seconds, "720h", &RaServiceSpec::valid);
  ra_service.quantity({"preferred", "How long their addresses are for new connections.",
                       schema_duration(), false, false, "\"168h\""},
                      &parse_seconds, "168h", &RaServiceSpec::preferred);
  ra_service.flag("on_link", "The prefixes are on the link.", true, &RaServiceSpec::on_link);
  ra_service.flag("autonomous", "Hosts make addresses from them.", true,
                  &RaServiceSpec::autonomous);
  ra_service.quantity({"mtu", "What the link carries, for its hosts.", schema_size()},
                      &parse_ipv6_mtu, "1400B", &RaServiceSpec::mtu);
  ra_service.whole("hop_limit", "What hosts put into their packets; 0: their choice.", 0, 255,
                   &RaServiceSpec::hop_limit, "64");
  ra_service.add({"dns", "DNS servers for the hosts (RFC 8106).", dns_servers_schema()},
                 &bind_servers);
  ra_service.add({"prefixes", "Networks to advertise; default: those of the interface.",
                  schema_array(schema_string(), 1)},
                 [](LoadContext& ctx, const JsonMember& m, RaServiceSpec& s) {
                   if (!expect_type(ctx, m.value, Type::Array)) return;
                   for (const JsonValue& v : m.value.items) bind_prefix(ctx, v, s);
                 });
  ra_service.check([](LoadContext& ctx, const JsonValue& v, RaServiceSpec& s) {
    check_times(ctx, v, s);
  });
}

}  // namespace flapjack
