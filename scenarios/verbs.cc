// SPDX-License-Identifier: Apache-2.0
#include "scenarios/verbs.h"

#include <cassert>

namespace flapjack {

LinkConfig link_config(const LinkParams& params) {
  LinkConfig config;
  config.rate = static_cast<std::uint64_t>(params.rate_bps);
  if (params.jitter.ns == 0) {
    config.delay = params.delay;
  } else {
    config.jitter = params.delay_distribution();  // around the delay, so it includes it
  }
  config.loss_ppb = static_cast<std::uint64_t>(params.loss_ppb);
  if (params.queue) config.queue = static_cast<std::size_t>(*params.queue);
  return config;
}

LinkParams end_params(const ScenarioSpec& spec, const LinkSpec& link, std::size_t end) {
  LinkParams params = end == 0 ? link.up : link.down;
  const TargetRef& ref = link.ends.at(end);
  const IfaceSpec* iface = spec.find_node(ref.node)->find_iface(ref.name);
  if (iface->queue) params.queue = iface->queue;
  return params;
}

std::size_t LinkBook::apply(const std::string& link, const StepSpec& step) {
  // A repetition that nobody undoes hides the one before it.
  if (!step.hold) {
    std::erase_if(changes_[link], [&](const Change& c) { return c.step == &step; });
  }
  changes_[link].push_back({++next_, &step});
  update(link);
  return next_;
}

void LinkBook::remove(const std::string& link, std::size_t number) {
  std::erase_if(changes_[link], [&](const Change& c) { return c.number == number; });
  update(link);
}

void LinkBook::update(const std::string& name) {
  Link& link = *world_.link(name);
  const LinkSpec& spec = *spec_.find_link(name);
  for (std::size_t i = 0; i < spec.ends.size(); ++i) {
    const auto end = link.end_by_name(spec.ends[i].path());
    if (!end) continue;  // an iface whose technology is no link's
    LinkParams params = end_params(spec_, spec, i);
    for (const Change& change : changes_[name]) {
      change.step->both.apply_to(params);
      (i == 0 ? change.step->up : change.step->down).apply_to(params);
    }
    link.set_config(*end, link_config(params));
  }
}

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

namespace verbs {
namespace {

std::string effect_of(const VerbCall& call) {
  return call.step.verb + " " + call.step.target.path();
}

// An effect that begins with its first holder and ends with its last.
template <class Set>
Undo hold(VerbCall& call, Set set) {
  const std::string effect = effect_of(call);
  if (call.holds.take(effect)) set(true);
  HoldBook& holds = call.holds;
  return [&holds, effect, set] {
    if (holds.release(effect)) set(false);
    return Status();
  };
}

void set_iface_carrier(World& world, NetIf& iface, bool on) {
  const Attachment at = world.attachment(iface);
  if (at.link != nullptr) {
    at.link->set_end_carrier(at.end, on);
  } else if (iface.driver() != nullptr) {  // without one, there is no carrier to take
    on ? iface.carrier_on() : iface.carrier_off();
  }
}

}  // namespace

Undo carrier_down(VerbCall& call) {
  World& world = call.world;
  if (call.step.target.kind == TargetKind::Link) {
    Link& link = *world.link(call.step.target.path());
    return hold(call, [&link](bool down) { link.set_up(!down); });
  }
  NetIf& iface = call.iface();
  return hold(call, [&world, &iface](bool down) { set_iface_carrier(world, iface, !down); });
}

Undo dormant(VerbCall& call) {
  NetIf& iface = call.iface();
  return hold(call, [&iface](bool on) { iface.hold_dormant(on); });
}

Undo admin_down(VerbCall& call) {
  NetIf& iface = call.iface();
  const std::string effect = effect_of(call);
  HoldBook& holds = call.holds;
  if (holds.take(effect)) call.result = iface.down();
  if (!call.result.ok()) {  // down already, but not by a step
    holds.release(effect);
    return {};
  }
  return [&holds, &iface, effect] { return holds.release(effect) ? iface.up() : Status(); };
}

// A device that is gone: it sees no carrier itself, and its peers lose it. Its memory stays.
Undo vanish(VerbCall& call) {
  std::vector<Attachment> gone;
  if (call.step.target.kind == TargetKind::Iface) {
    gone.push_back(call.world.attachment(call.iface()));
  } else {
    for (const auto& iface : call.node().stack.ifaces()) {
      gone.push_back(call.world.attachment(*iface));
    }
  }
  std::vector<Undo> undos;
  for (const Attachment& at : gone) {
    if (at.link == nullptr) continue;
    const std::string effect = "vanish " + at.link->end_name(at.end);
    if (call.holds.take(effect)) at.link->set_end_present(at.end, false);
    HoldBook& holds = call.holds;
    undos.push_back([&holds, effect, at] {
      if (holds.release(effect)) at.link->set_end_present(at.end, true);
      return Status();
    });
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

Undo connect(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  call.result = manager.if_connect(iface);
  if (!call.result.ok()) return {};
  return [&manager, &iface] { return manager.if_disconnect(iface); };
}

Undo disconnect(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  call.result = manager.if_disconnect(iface);
  if (!call.result.ok()) return {};
  return [&manager, &iface] { return manager.if_connect(iface); };
}

Undo ignore(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  return hold(call, [&manager, &iface](bool on) {
    on ? manager.ignore_iface(iface) : manager.watch_iface(iface);
  });
}

Undo note(VerbCall&) { return {}; }

}  // namespace verbs
}  // namespace flapjack
