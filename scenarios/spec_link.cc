// SPDX-License-Identifier: Apache-2.0
// Links: JSON -> LinkSpec.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "scenarios/link_fields.h"
#include "scenarios/paths.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

LinkPatch& patch_itself(LinkPatch& p) { return p; }
LinkPatch& patch_of_draft(LinkDraft& d) { return d.both; }

bool already_an_end(const LinkDraft& draft, const TargetRef& ref) {
  return std::any_of(draft.link.ends.begin(), draft.link.ends.end(),
                     [&ref](const TargetRef& e) { return e.path() == ref.path(); });
}

const LinkSpec* link_with_end(const ScenarioSpec& spec, const TargetRef& ref) {
  for (const LinkSpec& l : spec.links) {
    for (const TargetRef& e : l.ends) {
      if (e.path() == ref.path()) return &l;
    }
  }
  return nullptr;
}

void bind_between(LoadContext& ctx, const JsonMember& m, LinkDraft& draft) {
  if (!expect_type(ctx, m.value, Type::Array)) return;
  for (const JsonValue& v : m.value.items) {
    if (!expect_type(ctx, v, Type::String, "dev.wifi0")) continue;
    const auto ref = resolve_path(ctx, v.text, v.span, only(TargetKind::Iface), "\"between\"");
    if (!ref) continue;
    if (already_an_end(draft, *ref)) {
      ctx.error("F0303", v.span, in_quotes(v.text) + " is an end of this link twice");
    } else if (const LinkSpec* other = link_with_end(ctx.spec, *ref)) {
      ctx.error("F0303", v.span, in_quotes(v.text) + " is on link " + in_quotes(other->name) +
                                     " already",
                "an interface is on one link (declared at " + ctx.line_column(other->place) + ")");
    } else {
      draft.link.ends.push_back(*ref);
    }
  }
  if (m.value.items.size() < 2) {
    ctx.error("F0107", m.value.span, "a link is between at least two interfaces",
              "write [\"dev.eth0\", \"srv.eth0\"]");
  }
}

void bind_link(LoadContext& ctx, const FormatTables& tables, const JsonMember& m) {
  LinkDraft draft;
  draft.link.name = m.key;
  draft.link.place = ctx.place(m.key_span);
  if (const NodeSpec* node = ctx.spec.find_node(m.key)) {
    ctx.error("F0303", m.key_span, "a node has the name " + in_quotes(m.key) + " already",
              "it is declared at " + ctx.line_column(node->place));
  }
  tables.link.bind(ctx, m.value, draft);
  draft.both.apply_to(draft.link.up);
  draft.both.apply_to(draft.link.down);
  draft.up.apply_to(draft.link.up);
  draft.down.apply_to(draft.link.down);
  ctx.spec.links.push_back(std::move(draft.link));
}

}  // namespace

const std::vector<std::string>& link_keys() {
  static const std::vector<std::string> keys = {"rate", "delay", "jitter", "distribution",
                                                "loss", "queue", "up",     "down"};
  return keys;
}

const std::vector<Word>& jitter_shapes() {
  static const std::vector<Word> shapes = {
      {"uniform", "Evenly between delay - jitter and delay + jitter."},
      {"normal", "Normally around the delay, with jitter as the standard deviation."}};
  return shapes;
}

std::optional<JitterShape> read_jitter_shape(LoadContext& ctx, const JsonValue& v) {
  const auto name = read_word(ctx, v, "distribution", names_of(jitter_shapes()),
                              {"pareto", "paretonormal", "exp", "lognormal"});
  if (!name) return std::nullopt;
  return *name == "normal" ? JitterShape::Normal : JitterShape::Uniform;
}

std::optional<std::int64_t> read_loss(LoadContext& ctx, const JsonValue& v) {
  if (!v.is(Type::Object)) return read_quantity(ctx, v, &parse_probability, "1%");
  static const std::vector<std::string> kModels = {"gilbert_elliott", "every", "trace"};
  for (const JsonMember& m : v.members) {
    if (std::find(kModels.begin(), kModels.end(), m.key) != kModels.end()) {
      ctx.not_supported_yet(m.key_span, m.key);
      return std::nullopt;
    }
  }
  expect_type(ctx, v, Type::String, "1%");
  return std::nullopt;
}

void FormatTables::build_links() {
  add_link_fields(direction, &patch_itself);
  direction.later({"correlation", "duplicate", "reorder", "corrupt", "mtu"});

  link.add({"between", "The interfaces on this link: two make a wire, more a shared medium.",
            schema_array(schema_string(), 2), true},
           &bind_between);
  add_link_fields(link, &patch_of_draft);
  link.add({"up", "What differs for frames from the first end of \"between\".",
            schema_ref(direction.name())},
           [this](LoadContext& ctx, const JsonMember& m, LinkDraft& d) {
             direction.bind(ctx, m.value, d.up);
           });
  link.add({"down", "What differs for frames to the first end of \"between\".",
            schema_ref(direction.name())},
           [this](LoadContext& ctx, const JsonMember& m, LinkDraft& d) {
             direction.bind(ctx, m.value, d.down);
           });
  link.later({"correlation", "duplicate", "reorder", "corrupt", "mtu"});

  top.add({"links", "The media between interfaces, by name.", schema_map(schema_ref(link.name()))},
          [this](LoadContext& ctx, const JsonMember& m, ScenarioSpec&) {
            for_each_named(ctx, m.value, [&](const JsonMember& l) { bind_link(ctx, *this, l); });
          });
}

}  // namespace flapjack
