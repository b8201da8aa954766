// SPDX-License-Identifier: Apache-2.0
#include "scenarios/paths.h"

#include <algorithm>
#include <span>
#include <utility>

#include "scenarios/json_text.h"
#include "scenarios/pattern_values.h"

namespace flapjack {
namespace {

constexpr std::size_t kListAll = 5;

struct NamedPlace {
  std::string name;
  SourcePlace place;
};

struct KindNoun {
  TargetKind kind;
  const char* noun;
  const char* with_article;
};

constexpr KindNoun kNouns[] = {
    {TargetKind::Node, "node", "a node"},
    {TargetKind::Iface, "interface", "an interface"},
    {TargetKind::App, "app", "an app"},
    {TargetKind::Service, "service", "a service"},
    {TargetKind::Agent, "agent", "an agent"},
    {TargetKind::Link, "link", "a link"},
    {TargetKind::Pool, "pool", "a pool"},
    {TargetKind::Queue, "queue", "a queue"},
};

std::string nouns(TargetSet set, bool with_article) {
  std::string out;
  for (const KindNoun& n : kNouns) {
    if (!has_target(set, n.kind)) continue;
    out += (out.empty() ? "" : " or ") + std::string(with_article ? n.with_article : n.noun);
  }
  return out;
}

// What the file declares inside a node, and what every node has.
constexpr TargetSet kDeclared =
    TargetKind::Iface | TargetKind::App | TargetKind::Service | TargetKind::Agent;
constexpr TargetSet kInNode =
    static_cast<TargetSet>(kDeclared | TargetKind::Pool | TargetKind::Queue);

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<NamedPlace> parts_of(const NodeSpec& node, TargetSet kinds) {
  std::vector<NamedPlace> out;
  if (has_target(kinds, TargetKind::Iface)) {
    for (const IfaceSpec& i : node.ifaces) out.push_back({i.name, i.place});
  }
  if (has_target(kinds, TargetKind::App)) {
    for (const AppSpec& a : node.apps) out.push_back({a.name, a.place});
  }
  if (has_target(kinds, TargetKind::Service)) {
    for (const ServiceSpec& s : node.services) out.push_back({s.name, s.place});
  }
  if (has_target(kinds, TargetKind::Agent)) {
    for (const AgentSpec& a : node.agents) out.push_back({a.name, a.place});
  }
  if (has_target(kinds, TargetKind::Pool)) {
    for (const std::string_view name : pool_names()) out.push_back({std::string(name), {}});
  }
  if (has_target(kinds, TargetKind::Queue)) {
    for (const std::string_view name : queue_names()) out.push_back({std::string(name), {}});
  }
  return out;
}

/// "dev has: wifi0 (declared at 2:35)".
std::string inventory(const LoadContext& ctx, const NodeSpec& node, TargetSet kinds) {
  std::string out;
  for (const NamedPlace& p : parts_of(node, kinds)) {
    out += (out.empty() ? "" : ", ") + p.name;
    if (p.place.known()) out += " (declared at " + ctx.line_column(p.place) + ")";
  }
  return out.empty() ? node.name + " has none" : node.name + " has: " + out;
}

void report_missing_part(LoadContext& ctx, const NodeSpec& node, std::string_view name,
                         SourceSpan span, TargetSet allowed) {
  const TargetSet kinds = (allowed & kInNode) != 0 ? (allowed & kInNode) : kDeclared;
  std::vector<std::string> names;
  for (const NamedPlace& p : parts_of(node, kinds)) names.push_back(p.name);
  const std::string help = names.size() <= kListAll ? inventory(ctx, node, kinds)
                                                    : suggestion_help(name, names);
  ctx.error("F0301", span, "node " + in_quotes(node.name) + " has no " + nouns(kinds, false) +
                               " " + in_quotes(name), help);
}

void report_missing_first(LoadContext& ctx, std::string_view first, SourceSpan span,
                          TargetSet allowed, bool has_second) {
  if (ctx.lacks_nodes()) return;
  TargetSet kinds = has_second ? only(TargetKind::Node) : allowed;
  if ((allowed & kInNode) != 0) kinds = kinds | TargetKind::Node;
  kinds &= TargetKind::Node | TargetKind::Link;
  if (kinds == 0) kinds = TargetKind::Node | TargetKind::Link;
  ctx.error("F0301", span, "there is no " + nouns(kinds, false) + " " + in_quotes(first),
            suggestion_help(first, all_paths(ctx.spec, kinds)));
}

TargetRef make_ref(TargetKind kind, std::string node, std::string name) {
  TargetRef ref;
  ref.kind = kind;
  ref.node = std::move(node);
  ref.name = std::move(name);
  return ref;
}

}  // namespace

std::string target_set_text(TargetSet set) { return nouns(set, true); }

std::vector<std::string> all_paths(const ScenarioSpec& spec, TargetSet kinds) {
  std::vector<std::string> out;
  for (const NodeSpec& n : spec.nodes) {
    if (has_target(kinds, TargetKind::Node)) out.push_back(n.name);
    for (const NamedPlace& p : parts_of(n, kinds)) out.push_back(n.name + "." + p.name);
  }
  if (has_target(kinds, TargetKind::Link)) {
    for (const LinkSpec& l : spec.links) out.push_back(l.name);
  }
  return out;
}

std::optional<TargetRef> look_up_path(const LoadContext& ctx, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string first(path.substr(0, dot));
  const NodeSpec* node = ctx.spec.find_node(first);
  if (dot == std::string_view::npos) {
    if (node != nullptr) return make_ref(TargetKind::Node, first, "");
    if (ctx.spec.find_link(first) != nullptr) return make_ref(TargetKind::Link, "", first);
    return std::nullopt;
  }
  if (node == nullptr) return std::nullopt;
  const std::string second(path.substr(dot + 1));
  if (node->find_iface(second)) return make_ref(TargetKind::Iface, first, second);
  if (node->find_app(second)) return make_ref(TargetKind::App, first, second);
  if (node->find_service(second)) return make_ref(TargetKind::Service, first, second);
  if (node->find_agent(second)) return make_ref(TargetKind::Agent, first, second);
  if (contains(pool_names(), second)) return make_ref(TargetKind::Pool, first, second);
  if (contains(queue_names(), second)) return make_ref(TargetKind::Queue, first, second);
  return std::nullopt;
}

bool knows_locks(const LoadContext& ctx, std::string_view cycle) {
  const auto locks = locks_of(cycle);
  return std::all_of(locks.begin(), locks.end(), [&ctx](std::string_view lock) {
    const std::string_view iface = iface_of_lock(lock);
    const auto ref = look_up_path(ctx, iface);
    return iface.empty() || (ref && ref->kind == TargetKind::Iface);
  });
}

std::optional<TargetRef> resolve_path(LoadContext& ctx, std::string_view path, SourceSpan span,
                                      TargetSet allowed, std::string_view user) {
  std::optional<TargetRef> ref = look_up_path(ctx, path);
  const std::size_t dot = path.find('.');
  const std::string_view first = path.substr(0, dot);
  const NodeSpec* node = ctx.spec.find_node(first);
  if (!ref) {
    if (node != nullptr && dot != std::string_view::npos) {
      report_missing_part(ctx, *node, path.substr(dot + 1), span, allowed);
    } else {
      report_missing_first(ctx, first, span, allowed, dot != std::string_view::npos);
    }
    return std::nullopt;
  }
  if (has_target(allowed, ref->kind)) {
    ref->place = ctx.place(span);
    return ref;
  }
  std::string help;
  std::optional<std::string> replacement;
  if (ref->kind == TargetKind::Node && (allowed & kInNode) != 0) {
    const auto parts = parts_of(*node, allowed & kInNode);
    help = inventory(ctx, *node, allowed & kInNode);
    if (parts.size() == 1) help = "write " + in_quotes(node->name + "." + parts[0].name);
  }
  ctx.error("F0302", span,
            in_quotes(path) + " is " + nouns(only(ref->kind), true) + ", but " +
                std::string(user) + " takes " + nouns(allowed, true),
            help);
  return std::nullopt;
}

}  // namespace flapjack
