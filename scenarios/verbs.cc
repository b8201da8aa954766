// SPDX-License-Identifier: Apache-2.0
#include "scenarios/verbs.h"

#include <cassert>

namespace flapjack {

Node& VerbCall::node() const {
  Node* found = world.node(step.target.node);
  assert(found != nullptr);
  return *found;
}

NetIf& VerbCall::iface() const {
  NetIf* found = node().stack.iface_by_name(step.target.name);
  assert(found != nullptr);
  return *found;
}

App& VerbCall::service() const {
  App* const found = node().app(step.target.name);
  assert(found != nullptr);
  return *found;
}

std::string effect_of(const VerbCall& call) {
  return call.step.verb + " " + call.step.target.path();
}

std::string effect_of(const VerbCall& call, bool up) {
  return effect_of(call) + (up ? " up" : " down");
}

namespace verbs {
namespace {

void set_iface_carrier(World& world, NetIf& iface, bool on) {
  const Attachment at = world.attachment(iface);
  if (at.link != nullptr) {
    at.link->set_end_carrier(at.end, on);
  } else if (iface.driver() != nullptr) {  // without one, there is no carrier to take
    on ? iface.carrier_on() : iface.carrier_off();
  }
}

// A virtual iface has no medium of its own: its carrier is the state of what it stands on.
bool refuse_virtual(VerbCall& call, const NetIf& iface) {
  if (iface.virtual_iface() == nullptr) return false;
  call.result = Errc::Enotsup;
  return true;
}

// A mode that an iface takes, or refuses, as it is in it already. Of steps with "for", one that
// begins within another keeps the iface in it; who was in it before it left the mode meanwhile
// does not count any more.
Undo hold_mode(VerbCall& call, Status (*set)(NetIf& iface, bool on)) {
  NetIf& iface = call.iface();
  const std::string effect = effect_of(call);
  HoldBook& holds = call.holds;
  call.result = set(iface, true);
  if (call.result.ok()) {
    holds.end(effect);
  } else if (call.result.code() == Errc::Ealready && call.step.hold && holds.is_held(effect)) {
    call.result = Status();
  } else {
    return {};
  }
  holds.take(effect);
  const HoldBook::Round round = holds.round(effect);
  return [&holds, &iface, set, effect, round] {
    return holds.release(effect, round) ? set(iface, false) : Status();
  };
}

}  // namespace

Undo carrier_down(VerbCall& call) {
  World& world = call.world;
  if (call.step.target.kind == TargetKind::Link) {
    Link& link = *world.link(call.step.target.path());
    return hold_effect(call.holds, effect_of(call), [&link](bool down) { link.set_up(!down); });
  }
  NetIf& iface = call.iface();
  if (refuse_virtual(call, iface)) return {};
  return hold_effect(call.holds, effect_of(call), [&world, &iface](bool down) {
    set_iface_carrier(world, iface, !down);
  });
}

Undo dormant(VerbCall& call) {
  NetIf& iface = call.iface();
  return hold_effect(call.holds, effect_of(call), [&iface](bool on) { iface.hold_dormant(on); });
}

Undo admin_down(VerbCall& call) {
  return hold_mode(call, [](NetIf& iface, bool on) { return on ? iface.down() : iface.up(); });
}

Undo suspend(VerbCall& call) {
  return hold_mode(call,
                   [](NetIf& iface, bool on) { return on ? iface.suspend() : iface.resume(); });
}

// A device that is gone: it sees no carrier itself, and its peers lose it. Its memory stays.
Undo vanish(VerbCall& call) {
  std::vector<Attachment> gone;
  if (call.step.target.kind == TargetKind::Iface) {
    if (refuse_virtual(call, call.iface())) return {};
    gone.push_back(call.world.attachment(call.iface()));
  } else {
    for (const auto& iface : call.node().stack.ifaces()) {
      gone.push_back(call.world.attachment(*iface));
    }
  }
  std::vector<Undo> undos;
  for (const Attachment& at : gone) {
    if (at.link == nullptr) continue;
    undos.push_back(hold_effect(call.holds, "vanish " + std::string(at.link->end_name(at.end)),
                                [at](bool gone) { at.link->set_end_present(at.end, !gone); }));
  }
  return [undos = std::move(undos)] {
    for (const Undo& undo : undos) static_cast<void>(undo().ok());  // none of them can fail
    return Status();
  };
}

Undo set_link(VerbCall& call) {
  const std::string link = call.step.target.path();
  const std::size_t number = call.links.apply(link, call.step);
  LinkBook& links = call.links;
  return [&links, link, number] {
    links.remove(link, number);
    return Status();
  };
}

Undo note(VerbCall&) { return {}; }

}  // namespace verbs
}  // namespace flapjack
