// SPDX-License-Identifier: Apache-2.0
// Static routes of a node: JSON -> RouteSpec.
#include <algorithm>
#include <utility>

#include "scenarios/address_checks.h"
#include "scenarios/format_tables.h"
#include "scenarios/paths.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

std::optional<IpAddress> parse_address(std::string_view text) {
  if (const auto v4 = parse_ipv4(text)) return IpAddress(Ipv4Address{*v4});
  if (const auto v6 = Ipv6Address::parse(text)) return IpAddress(*v6);
  return std::nullopt;
}

bool has_host_bits(const IpAddress& network, std::uint8_t bits) {
  if (network.is_v6()) return Ipv6Prefix{network.v6(), bits}.network() != network.v6();
  const std::uint32_t host = bits == 0 ? ~0u : bits == 32 ? 0 : ~0u >> bits;
  return (network.v4().value & host) != 0;
}

/// "10.0.0.0/8" or "2001:db8::/32"; the bits behind the prefix are zero.
bool read_network(LoadContext& ctx, std::string_view text, SourceSpan span, RouteSpec& route) {
  const auto fail = [&](std::string message) {
    ctx.error("F0110", span, std::move(message), "write \"10.0.0.0/8\" or \"2001:db8::/32\"");
    return false;
  };
  const std::size_t slash = text.find('/');
  const auto value = parse_address(text.substr(0, slash));
  if (!value || slash == std::string_view::npos) {
    return fail(in_quotes(text) + " is not a network");
  }
  const std::string_view digits = text.substr(slash + 1);
  const bool number = !digits.empty() && digits.size() <= 3 &&
                      (digits.size() == 1 || digits[0] != '0') &&
                      std::all_of(digits.begin(), digits.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  int bits = 0;
  for (const char c : digits) bits = bits * 10 + (c - '0');
  if (!number || bits > (value->is_v6() ? 128 : 32)) {
    return fail(in_quotes(digits) + " is not a prefix length");
  }
  route.network = *value;
  route.prefix_len = static_cast<std::uint8_t>(bits);
  if (!has_host_bits(route.network, route.prefix_len)) return true;
  return fail(in_quotes(text) + " has bits behind its prefix");
}

/// "192.0.2.254", "2001:db8::1", or "fe80::1%eth0", whose interface must be said.
bool read_router(LoadContext& ctx, const JsonValue& v, RouteSpec& route) {
  const std::string_view text = v.text;
  const std::size_t percent = text.find('%');
  const auto fail = [&](std::string message, std::string help) {
    ctx.error("F0110", v.span, std::move(message), std::move(help));
    return false;
  };
  route.via = *parse_address(text.substr(0, percent));
  if (percent != std::string_view::npos) route.iface = text.substr(percent + 1);
  if (route.via->family() != route.network.family()) {
    return fail(in_quotes(text) + " is of another family than the network", "");
  }
  if (route.via->is_any() || route.via->is_multicast() || route.via->is_loopback()) {
    return fail(in_quotes(text) + " is not the address of one host", "");
  }
  if (route.via->is_v6() && route.via->is_link_local() && route.iface.empty()) {
    return fail(in_quotes(text) + " is on every interface",
                "write \"" + std::string(text) + "%eth0\"");
  }
  return true;
}

void bind_route(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  RouteSpec route;
  route.place = ctx.place(m.key_span);
  if (!read_network(ctx, m.key, m.key_span, route)) return;
  if (!expect_type(ctx, m.value, Type::String, "192.0.2.254")) return;
  const std::string_view text = m.value.text;
  if (text.empty()) {
    return ctx.error("F0110", m.value.span, "a route needs a router or an interface",
                     "write \"192.0.2.254\" or \"eth0\"");
  }
  if (parse_address(text.substr(0, text.find('%')))) {
    if (!read_router(ctx, m.value, route)) return;
  } else {
    route.iface = text;
  }
  route.via_place = ctx.place(m.value.span);
  node.routes.push_back(std::move(route));
}

bool is_on(const IfaceSpec& iface, const IpAddress& router) {
  if (router.is_v6()) {
    return std::any_of(iface.ipv6.begin(), iface.ipv6.end(), [&](const Ipv6Spec& own) {
      return own.prefix.contains(router.v6());
    });
  }
  return std::any_of(iface.ipv4.begin(), iface.ipv4.end(), [&](const Ipv4Spec& own) {
    const std::uint64_t shift = 32u - own.prefix_len;
    return std::uint64_t{own.value} >> shift == std::uint64_t{router.v4().value} >> shift;
  });
}

/// Each host of the network takes what goes to such an address for its own, no router passes it on.
bool router_is_a_host(LoadContext& ctx, const IfaceSpec& iface, const RouteSpec& route) {
  for (const Ipv4Spec& own : iface.ipv4) {
    if (route.via->is_v6()) break;
    const Ipv4Prefix network{{own.value}, own.prefix_len};
    const std::string_view what = not_a_host(network, route.via->v4());
    if (what.empty()) continue;
    ctx.error("F0912", route.via_place.span,
              "router " + in_quotes(to_text(*route.via)) + std::string(what), host_range(network));
    return false;
  }
  return true;
}

void resolve_route(LoadContext& ctx, const NodeSpec& node, RouteSpec& route) {
  const SourceSpan span = route.via_place.span;
  if (!route.iface.empty()) {
    const std::string path = node.name + "." + route.iface;
    resolve_path(ctx, path, span, only(TargetKind::Iface), "a route");
    const IfaceSpec* iface = node.find_iface(route.iface);
    if (iface != nullptr && route.network.is_v6() && !iface->has_ipv6) {
      ctx.error("F0912", span, "interface " + in_quotes(route.iface) + " has no IPv6",
                "give it \"ipv6\": \"auto\"");
    }
    return;
  }
  const auto found = std::find_if(node.ifaces.begin(), node.ifaces.end(),
                                  [&](const IfaceSpec& i) { return is_on(i, *route.via); });
  if (found != node.ifaces.end()) {
    if (router_is_a_host(ctx, *found, route)) route.iface = found->name;
    return;
  }
  ctx.error("F0912", span,
            "router " + in_quotes(to_text(*route.via)) + " is on none of the node's networks");
}

}  // namespace

void bind_routes(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  if (!expect_type(ctx, m.value, Type::Object)) return;
  for (const JsonMember& route : m.value.members) {
    if (!is_free_key(route.key)) bind_route(ctx, route, node);
  }
}

std::string routes_schema() {
  return "{\"type\":\"object\",\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":" +
         schema_string() + "}";
}

void resolve_routes(LoadContext& ctx) {
  for (NodeSpec& node : ctx.spec.nodes) {
    for (RouteSpec& route : node.routes) resolve_route(ctx, node, route);
  }
}

}  // namespace flapjack
