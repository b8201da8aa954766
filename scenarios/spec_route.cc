// SPDX-License-Identifier: Apache-2.0
// Static routes of a node: JSON -> RouteSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

/// "10.0.0.0/8"; the bits behind the prefix are zero.
std::optional<Ipv4Spec> read_network(LoadContext& ctx, std::string_view text, SourceSpan span) {
  const auto fail = [&](std::string message) {
    ctx.error("F0110", span, std::move(message), "write \"10.0.0.0/8\"");
    return std::nullopt;
  };
  const std::size_t slash = text.find('/');
  const auto value = parse_ipv4(text.substr(0, slash));
  if (!value || slash == std::string_view::npos) {
    return fail(in_quotes(text) + " is not a network");
  }
  const std::string_view digits = text.substr(slash + 1);
  const bool number = !digits.empty() && digits.size() <= 2 &&
                      (digits.size() == 1 || digits[0] != '0') &&
                      std::all_of(digits.begin(), digits.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  int bits = 0;
  for (const char c : digits) bits = bits * 10 + (c - '0');
  if (!number || bits > 32) return fail(in_quotes(digits) + " is not a prefix length");
  const std::uint32_t host = bits == 0 ? ~0u : bits == 32 ? 0 : ~0u >> bits;
  if ((*value & host) != 0) return fail(in_quotes(text) + " has bits behind its prefix");
  return Ipv4Spec{std::string(text.substr(0, slash)), *value, static_cast<std::uint8_t>(bits),
                  ctx.place(span)};
}

void bind_route(LoadContext& ctx, const JsonMember& m, NodeSpec& node) {
  RouteSpec route;
  route.place = ctx.place(m.key_span);
  auto network = read_network(ctx, m.key, m.key_span);
  if (!network || !expect_type(ctx, m.value, Type::String, "192.0.2.254")) return;
  route.network = std::move(*network);
  if (parse_ipv4(m.value.text)) {
    route.via = read_ipv4(ctx, m.value, false);
    if (!route.via) return;
  } else {
    route.iface = m.value.text;
    route.place = ctx.place(m.value.span);
  }
  node.routes.push_back(std::move(route));
}

/// The interface on whose network the router is; null when there is none.
const IfaceSpec* iface_of(const NodeSpec& node, const Ipv4Spec& router) {
  for (const IfaceSpec& iface : node.ifaces) {
    for (const Ipv4Spec& own : iface.ipv4) {
      const std::uint64_t shift = 32u - own.prefix_len;
      const bool same = std::uint64_t{own.value} >> shift == std::uint64_t{router.value} >> shift;
      if (same) return &iface;
    }
  }
  return nullptr;
}

void resolve_route(LoadContext& ctx, const NodeSpec& node, RouteSpec& route) {
  if (!route.via) {
    const std::string path = node.name + "." + route.iface;
    resolve_path(ctx, path, route.place.span, only(TargetKind::Iface), "a route");
    return;
  }
  const IfaceSpec* iface = iface_of(node, *route.via);
  if (iface != nullptr) {
    route.iface = iface->name;
    return;
  }
  ctx.error("F0912", route.via->place.span,
            "router " + in_quotes(route.via->text) + " is on none of the node's networks");
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
