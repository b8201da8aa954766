// SPDX-License-Identifier: Apache-2.0
// Timeline steps about a medium: the groups of a partition, and the keys direction, to, over, nth.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kMostTimes = 1'000'000;
constexpr std::size_t kMostGroups = 255;  // a group is a byte

const std::vector<Word>& directions() {
  static const std::vector<Word> words = {
      {"both", "Whatever is sent on the link."},
      {"up", "What the first end of \"between\" sends."},
      {"down", "What the other ends send."}};
  return words;
}

bool names_it_already(const StepSpec& step, const TargetRef& ref) {
  for (const PartitionGroup& group : step.groups) {
    for (const TargetRef& member : group.members) {
      if (member.path() == ref.path()) return true;
    }
  }
  return false;
}

void bind_group(LoadContext& ctx, const JsonValue& list, StepSpec& step) {
  step.groups.emplace_back();
  for (const JsonValue& v : list.items) {
    if (!expect_type(ctx, v, Type::String, "dev")) continue;
    const auto ref = resolve_path(ctx, v.text, v.span, TargetKind::Node | TargetKind::Iface,
                                  "\"partition\"");
    if (!ref) continue;
    if (names_it_already(step, *ref)) {
      ctx.error("F0303", v.span, in_quotes(v.text) + " is in this partition twice");
      continue;
    }
    step.groups.back().members.push_back(*ref);
    step.target.name += (step.groups.back().members.size() == 1 ? "" : " ") + ref->path();
  }
}

/// 0: in no group.
std::size_t group_of(const StepSpec& step, const TargetRef& end) {
  std::size_t of_node = 0;
  for (std::size_t i = 0; i < step.groups.size(); ++i) {
    if (step.groups[i].rest && of_node == 0) of_node = i + 1;
    for (const TargetRef& member : step.groups[i].members) {
      if (member.path() == end.path()) return i + 1;
      if (member.kind == TargetKind::Node && member.node == end.node) of_node = i + 1;
    }
  }
  return of_node;
}

bool divides(const StepSpec& step, const LinkSpec& link) {
  std::size_t first = 0;
  for (const TargetRef& end : link.ends) {
    const std::size_t group = group_of(step, end);
    if (group != 0 && first != 0 && group != first) return true;
    if (first == 0) first = group;
  }
  return false;
}

}  // namespace

std::vector<std::uint8_t> groups_of_ends(const StepSpec& step, const LinkSpec& link) {
  std::vector<std::uint8_t> groups;
  for (const TargetRef& end : link.ends) {
    groups.push_back(static_cast<std::uint8_t>(group_of(step, end)));
  }
  return groups;
}

std::string schema_groups() {
  const std::string group = schema_array(schema_string(), 1);
  return schema_any_of({group, schema_array(group, 2)});
}

void bind_groups(LoadContext& ctx, const JsonMember& m, StepSpec& step) {
  step.target.kind = TargetKind::Groups;
  step.target.place = ctx.place(m.value.span);
  if (!expect_type(ctx, m.value, Type::Array)) return;
  const std::size_t before = ctx.sink.error_count();
  const auto& items = m.value.items;
  const bool nested = !items.empty() && items.front().is(Type::Array);
  if (!nested) {
    bind_group(ctx, m.value, step);
    step.groups.push_back({{}, true});
  } else if (items.size() < 2 || items.size() > kMostGroups) {
    ctx.error("F0107", m.value.span, "a partition has 2 to 255 groups",
              "write [[\"a\", \"b\"], [\"c\"]], or [\"a\", \"b\"] for these against the rest");
    return;
  } else {
    for (const JsonValue& v : items) {
      if (!step.groups.empty()) step.target.name += " | ";
      if (expect_type(ctx, v, Type::Array)) bind_group(ctx, v, step);
    }
  }
  if (ctx.sink.error_count() != before) return;
  const auto& links = ctx.spec.links;
  if (std::none_of(links.begin(), links.end(), [&](const auto& l) { return divides(step, l); })) {
    ctx.error("F0107", m.value.span, "this partition divides no link",
              "name nodes or interfaces that share a link, in groups apart");
  }
}

void FormatTables::build_fault_steps() {
  step.add({"direction", "What of a link it is about.", schema_enum(directions()), false, false,
            "\"both\""},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             const auto word = read_word(ctx, m.value, "direction", names_of(directions()));
             if (word) s.direction = {*word != "down", *word != "up"};
           });
  step.quantity({"to", "The share of frames that is lost in the end.", schema_probability()},
                &parse_probability, "100%", &StepSpec::to_ppb);
  step.quantity({"over", "How long it takes until then.", schema_duration()},
                &parse_positive_duration, "5s", &StepSpec::over);
  step.add({"key", "The network's key as the device has it from now on; \"\" is none.",
            schema_string()},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             if (const auto key = read_string(ctx, m.value)) s.key = *key;
           });
  step.whole("nth", "The first match of \"on\" that counts.", 1, kMostTimes, &StepSpec::nth, "1");
}

}  // namespace flapjack
