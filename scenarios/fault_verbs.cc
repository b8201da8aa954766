// SPDX-License-Identifier: Apache-2.0
// The verbs that make a medium fail while its carriers stay on.
#include "scenarios/verbs.h"

namespace flapjack::verbs {
namespace {

/// Takes an effect on each direction that the step is about; `set(up, on)` begins and ends it.
template <class Set>
Undo hold_directions(VerbCall& call, Set set) {
  std::vector<Undo> undos;
  for (const bool up : {true, false}) {
    if (!(up ? call.step.direction.up : call.step.direction.down)) continue;
    undos.push_back(hold_effect(call.holds, effect_of(call, up), [set, up](bool on) {
      set(up, on);
    }));
  }
  return [undos = std::move(undos)] {
    for (const Undo& undo : undos) static_cast<void>(undo().ok());  // none of them can fail
    return Status();
  };
}

}  // namespace

Undo black_hole(VerbCall& call) {
  LinkBook& links = call.links;
  const std::string link = call.step.target.path();
  return hold_directions(call, [&links, link](bool up, bool on) {
    links.set_black_hole(link, up, on);
  });
}

Undo hold(VerbCall& call) {
  LinkBook& links = call.links;
  const std::string name = call.step.target.path();
  Link& link = *call.world.link(name);
  return hold_directions(call, [&links, &link, name](bool up, bool on) {
    links.for_each_end(name, up, [&](std::size_t end) { link.set_end_held(end, on); });
  });
}

// Ends every hold at once, whoever began it; what is left of them has nothing more to undo.
Undo release(VerbCall& call) {
  const std::string name = call.step.target.path();
  Link& link = *call.world.link(name);
  for (const bool up : {true, false}) {
    if (!(up ? call.step.direction.up : call.step.direction.down)) continue;
    if (!call.holds.end("hold " + name + (up ? " up" : " down"))) continue;
    call.links.for_each_end(name, up, [&](std::size_t end) { link.set_end_held(end, false); });
  }
  return {};
}

Undo fade(VerbCall& call) {
  LinkBook& links = call.links;
  const std::string link = call.step.target.path();
  const auto to = static_cast<std::uint64_t>(call.step.to_ppb);
  std::size_t up = 0, down = 0;  // numbers start at 1
  const Duration over = call.step.over;
  const bool for_good = !call.step.hold;
  if (call.step.direction.up) up = links.fade(link, true, to, over, for_good);
  if (call.step.direction.down) down = links.fade(link, false, to, over, for_good);
  return [&links, link, up, down] {
    if (up != 0) links.end_fade(link, true, up);
    if (down != 0) links.end_fade(link, false, down);
    return Status();
  };
}

Undo partition(VerbCall& call) {
  std::vector<std::pair<Link*, std::size_t>> made;
  for (const LinkSpec& spec : call.spec.links) {
    Link& link = *call.world.link(spec.name);
    const std::vector<std::uint8_t> groups = groups_of_ends(call.step, spec);
    std::vector<std::uint8_t> of_end(link.end_count(), 0);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (const auto end = link.end_by_name(spec.ends[i].path())) of_end[*end] = groups[i];
    }
    made.emplace_back(&link, link.add_partition(std::move(of_end)));
  }
  return [made = std::move(made)] {
    for (const auto& [link, number] : made) link->remove_partition(number);
    return Status();
  };
}

Undo drop(VerbCall& call) {
  call.takes_packet = true;
  return {};
}

}  // namespace flapjack::verbs
