// SPDX-License-Identifier: Apache-2.0
// What a DHCP service is told, at first and by lease steps: JSON -> ServiceSpec, StepSpec.
#include <algorithm>

#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kRangeExample = "10.0.0.10..10.0.0.99";
constexpr std::uint32_t kMostAddresses = 65536;

const std::vector<Word>& answers() {
  static const std::vector<Word> words = {
      {"normal", "every request is looked at"},
      {"nak", "every REQUEST is refused"},
      {"ignore", "nothing is answered"},
  };
  return words;
}

/// A lease of at least a second, as the option has it (RFC 2132 section 9.2): in 32 bits, which is
/// more than a duration can be.
Parsed<Duration> parse_lease_time(std::string_view text) {
  Parsed<Duration> d = parse_positive_duration(text);
  if (!d.ok()) return d;
  if (d.value().ns % seconds(1).ns != 0) {
    const std::string up = std::to_string(d.value().ns / seconds(1).ns + 1) + "s";
    return UnitError{"F0207", "a lease is counted in whole seconds", "write " + in_quotes(up), up};
  }
  return d;
}

/// True, and an error, when there are as many as a message may carry.
template <class T>
bool is_full(LoadContext& ctx, const JsonValue& v, const std::vector<T>& list) {
  if (list.size() < kDhcpListMost) return false;
  ctx.error("F0107", v.span, "a DHCP message carries " + std::to_string(kDhcpListMost) +
                                 " of them at most");
  return true;
}

void bind_routers(LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& spec) {
  const auto bind = [&](const JsonValue& v) {
    auto router = is_full(ctx, v, spec.routers) ? std::nullopt : read_ipv4(ctx, v, false);
    if (router) spec.routers.push_back(std::move(*router));
  };
  if (!m.value.is(Type::Array)) return bind(m.value);
  for (const JsonValue& v : m.value.items) bind(v);
}

void bind_servers(LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& spec) {
  read_dns_servers(ctx, m.value, spec.dns);
  for (const DnsServerSpec& server : spec.dns) {
    if (server.address.is_v4()) continue;
    ctx.error("F0110", server.place.span, "DHCP gives IPv4 addresses of DNS servers",
              "the service \"ra\" tells IPv6 ones");
  }
  if (spec.dns.size() > kDhcpListMost) static_cast<void>(is_full(ctx, m.value, spec.dns));
}

void bind_reservation(LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& spec) {
  if (is_free_key(m.key)) return;
  const Parsed<std::string> mac = parse_mac(m.key);
  if (!mac.ok()) return report(ctx, m.key_span, mac.error());
  const auto address = read_ipv4(ctx, m.value, false);
  if (!address) return;
  const DhcpServiceSpec::Reservation made{*MacAddress::parse(mac.value()),
                                          Ipv4Address{address->value}, ctx.place(m.value.span)};
  for (const auto& other : spec.reservations) {
    if (other.client == made.client) {
      return ctx.error("F0110", m.key_span, in_quotes(m.key) + " has an address already");
    }
    if (other.address == made.address) {
      return ctx.error("F0110", m.value.span, in_quotes(m.value.text) + " is reserved already");
    }
  }
  spec.reservations.push_back(made);
}

// T1 < T2 < lease, as far as they are written (RFC 2131 section 4.4.5).
void check_times(LoadContext& ctx, const JsonValue& v, const DhcpServiceSpec& spec) {
  const auto too_long = [&](const char* key, const char* than) {
    ctx.error("F0207", v.find(key)->value.span,
              in_quotes(key) + " is not shorter than " + in_quotes(than));
  };
  constexpr Duration kDefaultLease = seconds(3600);  // DhcpServerConfig
  const Duration lease = spec.lease.value_or(kDefaultLease);
  if (spec.rebinding && *spec.rebinding >= lease) return too_long("rebinding", "lease");
  if (spec.renewal && *spec.renewal >= lease) return too_long("renewal", "lease");
  if (spec.renewal && spec.rebinding && *spec.renewal >= *spec.rebinding) {
    return too_long("renewal", "rebinding");
  }
  // Who gets one of them alone takes the other as a part of the lease, and both or none.
  if (spec.renewal && !spec.rebinding && spec.renewal->ns >= lease.ns / 8 * 7) {
    ctx.error("F0207", v.find("renewal")->value.span,
              "\"renewal\" is not shorter than seven eighths of the lease, the client's own "
              "rebinding",
              "add a \"rebinding\"");
  }
  if (spec.rebinding && !spec.renewal && spec.rebinding->ns <= lease.ns / 2) {
    ctx.error("F0207", v.find("rebinding")->value.span,
              "\"rebinding\" is not longer than half the lease, the client's own renewal",
              "add a \"renewal\"");
  }
}

}  // namespace

void FormatTables::build_dhcp_service() {
  const std::string address = schema_pattern("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "192.0.2.1");
  dhcp_service.add({"iface", "The interface it serves; default: the first native one with an IPv4 "
                             "address.",
                    schema_string()},
                   [](LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& s) {
                     if (read_string(ctx, m.value)) s.iface = ctx.placed(m.value);
                   });
  dhcp_service.add({"pool", "The addresses it gives; default: hosts 100 to 199 of the network.",
                    schema_string()},
                   [](LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& s) {
                     s.pool = read_ipv4_range(ctx, m.value);
                   });
  dhcp_service.quantity({"lease", "How long an address is lent.", schema_duration(), false, false,
                         "\"1h\""},
                        &parse_lease_time, "1h", &DhcpServiceSpec::lease);
  dhcp_service.quantity({"renewal", "When a client asks its server (T1); default: its choice.",
                         schema_duration()},
                        &parse_lease_time, "30min", &DhcpServiceSpec::renewal);
  dhcp_service.quantity({"rebinding", "When it asks every server (T2); default: its choice.",
                         schema_duration()},
                        &parse_lease_time, "52min", &DhcpServiceSpec::rebinding);
  dhcp_service.add({"router", "The gateway of the network, or several.",
                    schema_any_of({address, schema_array(address)})},
                   &bind_routers);
  dhcp_service.add({"dns", "DNS servers for the clients.", dns_servers_schema()}, &bind_servers);
  dhcp_service.add({"reserve", "Addresses for clients of their own, by MAC address.",
                    schema_names(address)},
                   [](LoadContext& ctx, const JsonMember& m, DhcpServiceSpec& s) {
                     if (!expect_type(ctx, m.value, Type::Object)) return;
                     for (const JsonMember& each : m.value.members) bind_reservation(ctx, each, s);
                   });
  dhcp_service.check([](LoadContext& ctx, const JsonValue& v, DhcpServiceSpec& s) {
    check_times(ctx, v, s);
  });
}

std::optional<Ipv4RangeSpec> read_ipv4_range(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, Type::String, kRangeExample)) return std::nullopt;
  const std::string_view text = v.text;
  const std::size_t dots = text.find("..");
  const auto first = parse_ipv4(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_ipv4(text.substr(dots + 2));
  if (!first || !last) {
    ctx.error("F0110", v.span, in_quotes(text) + " is not a range of IPv4 addresses",
              "write " + in_quotes(kRangeExample));
    return std::nullopt;
  }
  if (*last < *first || *last - *first >= kMostAddresses) {
    ctx.error("F0207", v.span, in_quotes(text) + " is not a range of 1 to 65536 addresses",
              *last < *first ? "the lower address comes first" : "");
    return std::nullopt;
  }
  return Ipv4RangeSpec{*first, *last, ctx.place(v.span)};
}

void FormatTables::build_step_lease() {
  step.word("answer", "What a DHCP service does with requests from now on.", "answer", answers(),
            {}, &StepSpec::answer);
  step.add({"pool", "The addresses that a DHCP service gives from now on.", schema_string()},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             s.pool = read_ipv4_range(ctx, m.value);
           });
}

}  // namespace flapjack
