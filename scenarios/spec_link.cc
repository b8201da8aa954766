// SPDX-License-Identifier: Apache-2.0
// Links: JSON -> LinkSpec.
#include <algorithm>
#include <array>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

LinkPatch& patch_of_draft(LinkDraft& d) { return d.both; }

bool already_an_end(const LinkDraft& draft, const TargetRef& ref) {
  return std::any_of(draft.link.ends.begin(), draft.link.ends.end(), [&ref](const TargetRef& e) {
    return e.node == ref.node && e.name == ref.name;
  });
}

// The link read before this one that has the iface; null for none.
const LinkSpec* link_with_end(const LoadContext& ctx, const TargetRef& ref) {
  const auto found = ctx.link_of_iface.find(ref.path());
  return found != ctx.link_of_iface.end() ? ctx.spec.find_link(found->second) : nullptr;
}

void bind_between(LoadContext& ctx, const JsonMember& m, LinkDraft& draft) {
  if (!expect_type(ctx, m.value, Type::Array)) return;
  for (const JsonValue& v : m.value.items) {
    if (!expect_type(ctx, v, Type::String, "dev.wifi0")) continue;
    const auto ref = resolve_path(ctx, v.text, v.span, only(TargetKind::Iface), "\"between\"");
    if (!ref) continue;
    if (already_an_end(draft, *ref)) {
      ctx.error("F0303", v.span, in_quotes(v.text) + " is an end of this link twice");
    } else if (const LinkSpec* other = link_with_end(ctx, *ref)) {
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

/// What is on one direction of a link at some time, and what is of no use without it.
struct Needs {
  bool rate = false, delay = false, jitter = false, loss = false;
  bool amount = false;  // of the jitter, which a "distribution" with parameters has in itself
  bool loss_correlates = false, jitter_correlates = false;
  SourcePlace shape, correlation, reorder, queue, discipline;

  void add(const LinkPatch& patch) {
    rate = rate || patch.rate_bps.has_value();
    amount = amount || (patch.jitter && patch.jitter->ns != 0);
    jitter = jitter || amount || patch.spread;
    delay = delay || jitter || (patch.delay && patch.delay->ns != 0);
    loss = loss || (patch.loss && patch.loss->random_ppb != 0);
    if (patch.correlation && !correlation.known()) {
      loss_correlates = patch.correlation->loss_ppb != 0;
      jitter_correlates = patch.correlation->delay_ppb != 0;
    }
    for (const auto& [mine, theirs] : {std::pair(&shape, &patch.shape_place),
                                       {&correlation, &patch.correlation_place},
                                       {&reorder, &patch.reorder_place},
                                       {&queue, &patch.queue_place},
                                       {&discipline, &patch.discipline_place}}) {
      if (!mine->known()) *mine = *theirs;
    }
  }
  bool correlates() const {
    return (loss && (loss_correlates || !jitter_correlates)) ||
           (jitter && (jitter_correlates || !loss_correlates));
  }
  /// `other`: the other direction, where a word that both have may be of use; null: there is none.
  void report(LoadContext& ctx, const Needs* other) const {
    const auto shared = [&](SourcePlace Needs::*place) {
      return other != nullptr && (other->*place).span == (this->*place).span;
    };
    const auto useless = [&ctx](const SourcePlace& place, bool there, const std::string& what,
                                const std::string& help) {
      if (place.known() && !there) ctx.error("F0111", place.span, what, help);
    };
    const bool shapes = amount || (shared(&Needs::shape) && other->amount);
    useless(shape, shapes, "a \"distribution\" without \"jitter\" changes nothing",
            "add \"jitter\", or write it with parameters, as in \"exp(2ms)\"");
    const bool drawn = correlates() || (shared(&Needs::correlation) && other->correlates());
    useless(correlation, drawn, "nothing here is drawn that could correlate",
            "\"correlation\" of \"loss\" goes with one in percent, of \"delay\" with \"jitter\"");
    useless(reorder, delay, "on a link without delay there is nothing to overtake",
            "add \"delay\" or \"jitter\"");
    for (const SourcePlace& place : {discipline, queue}) {
      useless(place, rate, "on a link without a rate nothing waits", "add \"rate\"");
      if (place.known() && !rate) break;  // it is one key
    }
  }
};

/// The queue of a device on a link is the link's own at that end.
void check_device_queues(LoadContext& ctx, const LinkSpec& link, bool up, bool rate) {
  for (std::size_t end = 0; end < link.ends.size() && !rate; ++end) {
    if ((end == 0) != up) continue;
    const NodeSpec* node = ctx.spec.find_node(link.ends[end].node);
    const IfaceSpec* iface = node->find_iface(link.ends[end].name);
    if (!iface->queue) continue;
    ctx.error("F0111", iface->queue_place.span, "on a link without a rate nothing waits",
              "give link " + in_quotes(link.name) + " a \"rate\"");
  }
}

void check_unlinked_queues(LoadContext& ctx) {
  for (const NodeSpec& node : ctx.spec.nodes) {
    for (const IfaceSpec& iface : node.ifaces) {
      if (!iface.queue || ctx.link_of_iface.count(node.name + "." + iface.name) != 0) continue;
      ctx.error("F0111", iface.queue_place.span, "nothing waits at an interface without a link",
                "name it in the \"between\" of a link that has a \"rate\"");
    }
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
  draft.link.written = draft.both;
  draft.link.written_up = draft.up;
  draft.link.written_down = draft.down;
  draft.both.apply_to(draft.link.up);
  draft.both.apply_to(draft.link.down);
  draft.up.apply_to(draft.link.up);
  draft.down.apply_to(draft.link.down);
  for (const TargetRef& end : draft.link.ends) ctx.link_of_iface[end.path()] = draft.link.name;
  ctx.spec.links.push_back(std::move(draft.link));
}

}  // namespace

void FormatTables::build_links() {
  link.add({"between", "The interfaces on this link: two make a wire, more a shared medium.",
            schema_array(schema_string(), 2), true},
           &bind_between);
  link.include(direction, &patch_of_draft);
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
  link.check([](LoadContext& ctx, const JsonValue& v, LinkDraft& d) {
    check_jitter(ctx, v, d.both);
  });

  top.add({"links", "The media between interfaces, by name.", schema_map(schema_ref(link.name()))},
          [this](LoadContext& ctx, const JsonMember& m, ScenarioSpec&) {
            for_each_named(ctx, m.value, [&](const JsonMember& l) { bind_link(ctx, *this, l); });
          });
}

void check_device_needs(LoadContext& ctx, const LinkPatch& patch) {
  Needs needs;
  needs.add(patch);
  needs.report(ctx, nullptr);
}

void check_link_needs(LoadContext& ctx) {
  check_unlinked_queues(ctx);
  for (const LinkSpec& link : ctx.spec.links) {
    std::array<Needs, 2> directions;
    for (const bool up : {true, false}) {
      Needs& needs = directions[up ? 0 : 1];
      needs.add(link.written);
      needs.add(up ? link.written_up : link.written_down);
      for (const StepSpec& step : ctx.spec.timeline) {
        if (step.target.kind != TargetKind::Link || step.target.name != link.name) continue;
        needs.add(step.both);
        needs.add(up ? step.up : step.down);
      }
    }
    for (const bool up : {true, false}) {
      const Needs& needs = directions[up ? 0 : 1];
      needs.report(ctx, &directions[up ? 1 : 0]);
      check_device_queues(ctx, link, up, needs.rate);
    }
  }
}

}  // namespace flapjack
