// SPDX-License-Identifier: Apache-2.0
// PPP's side of a negotiation: JSON -> PppSpec.
#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kMostFailures = 1000;
constexpr std::size_t kMostServers = 2;  // RFC 1877 has a primary and a secondary

std::string address_schema() {
  return schema_pattern("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "100.64.0.2");
}

void bind_servers(LoadContext& ctx, const JsonMember& m, PppSpec& spec) {
  if (!expect_type(ctx, m.value, Type::Array)) return;
  for (const JsonValue& v : m.value.items) {
    if (spec.dns.size() == kMostServers) {
      ctx.error("F0107", v.span, "PPP carries two DNS servers, no more");
      return;
    }
    if (const auto address = read_ipv4(ctx, v, false)) spec.dns.push_back(address->value);
  }
}

}  // namespace

void FormatTables::build_ppp() {
  ppp.add({"peer", "The IPv4 address that the other end gets from this one.", address_schema()},
          [](LoadContext& ctx, const JsonMember& m, PppSpec& s) {
            if (const auto address = read_ipv4(ctx, m.value, false)) s.peer = address->value;
          });
  ppp.add({"dns", "DNS servers for an end that asks, at most two.",
           schema_array(address_schema())},
          &bind_servers);
  ppp.quantity({"echo", "The pause between two echoes; without it none are sent.",
                schema_duration()},
               &parse_positive_duration, "1s", &PppSpec::echo);
  ppp.whole("failures", "Unanswered echoes in a row before the peer counts as lost.", 1,
            kMostFailures, &PppSpec::failures, "3");
  ppp.quantity({"reconnect", "How long after a loss it begins again.", schema_duration(), false,
                false, "\"5s\""},
               &parse_positive_duration, "5s", &PppSpec::reconnect);
  ppp.flag("persistent", "Begin again after a loss.", true, &PppSpec::persistent);
  ppp.check([](LoadContext& ctx, const JsonValue& v, PppSpec& s) {
    if (v.find("echo") == nullptr) refuse_keys(ctx, v, {"failures"}, "a ppp without \"echo\"");
    if (!s.persistent) refuse_keys(ctx, v, {"reconnect"}, "\"persistent\": false");
  });

  iface.add({"ppp", "How this end of a PPP link behaves.", schema_ref(ppp.name())},
            [this](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              i.ppp.emplace();
              i.ppp->place = ctx.place(m.key_span);
              ppp.bind(ctx, m.value, *i.ppp);
              if (i.technology.empty() && i.l2.empty()) i.technology = "ppp";
            });
}

}  // namespace flapjack
