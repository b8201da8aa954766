// SPDX-License-Identifier: Apache-2.0
#include "scenarios/link_book.h"

namespace flapjack {
namespace {

std::uint64_t ppb(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// What every frame waits, and what is drawn for each on top of it.
void set_delay(const LinkParams& params, Duration& fixed, DurationDistribution& drawn) {
  fixed = params.delay;
  if (params.spread) {
    drawn = *params.spread;
  } else if (params.jitter.ns != 0) {
    drawn = params.jitter_distribution();
    if (params.shape != JitterShape::Exp) fixed = {};  // it is in there
  }
}

void set_faults(const LinkParams& params, FaultSet& faults) {
  faults.loss_ppb = ppb(params.loss.random_ppb);
  faults.every_nth = ppb(params.loss.every);
  faults.gilbert_elliott = params.loss.gilbert_elliott;
  faults.loss_trace = params.loss.trace;
  faults.loss_correlation_ppb = ppb(params.correlation.loss_ppb);
  faults.delay_correlation_ppb = ppb(params.correlation.delay_ppb);
  faults.duplicate_ppb = ppb(params.duplicate_ppb);
  faults.corrupt_ppb = ppb(params.corrupt_ppb);
  if (!params.reorder) return;
  faults.reorder_ppb = ppb(params.reorder->share_ppb);
  faults.reorder_gap = ppb(params.reorder->gap);
  faults.reorder_by = params.reorder->by;
}

}  // namespace

LinkConfig link_config(const LinkParams& params) {
  LinkConfig config;
  config.rate = ppb(params.rate_bps);
  set_delay(params, config.delay, config.jitter);
  set_faults(params, config);
  config.mtu = static_cast<std::size_t>(params.mtu);
  config.discipline = params.discipline;
  if (params.queue) config.queue = static_cast<std::size_t>(*params.queue);
  return config;
}

FaultConfig device_config(const LinkParams& params, Framing framing) {
  FaultConfig config;
  set_delay(params, config.fixed_delay, config.delay);
  set_faults(params, config);
  config.mtu = static_cast<std::size_t>(params.mtu);
  config.framing = framing;
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
  std::vector<Change>& changes = entries_[link].changes;
  // A repetition that nobody undoes hides the one before it.
  if (!step.hold) std::erase_if(changes, [&](const Change& c) { return c.step == &step; });
  changes.push_back({++next_, &step});
  update(link);
  return next_;
}

void LinkBook::remove(const std::string& link, std::size_t number) {
  std::erase_if(entries_[link].changes, [&](const Change& c) { return c.number == number; });
  update(link);
}

void LinkBook::set_black_hole(const std::string& link, bool up, bool on) {
  entries_[link].of(up).black_hole = on;
  update(link);
}

std::size_t LinkBook::fade(const std::string& link, bool up, std::uint64_t to_ppb, Duration over,
                           bool for_good) {
  Direction& direction = entries_[link].of(up);
  const SimTime now = world_.now();
  const LossRamp present = direction.fade();
  const std::uint64_t level = present.active() ? present.ppb_at(now) : 0;
  if (for_good) direction.fades.clear();  // they never show again
  direction.fades.push_back({++next_, {now, over, level, to_ppb}});
  update(link);
  return next_;
}

void LinkBook::end_fade(const std::string& link, bool up, std::size_t number) {
  std::erase_if(entries_[link].of(up).fades, [=](const Fade& f) { return f.number == number; });
  update(link);
}

void LinkBook::update(const std::string& name) {
  Link& link = *world_.link(name);
  const LinkSpec& spec = *spec_.find_link(name);
  Entry& entry = entries_[name];
  for (std::size_t i = 0; i < spec.ends.size(); ++i) {
    const auto end = link.end_by_name(spec.ends[i].path());
    if (!end) continue;  // an iface whose technology is no link's
    LinkParams params = end_params(spec_, spec, i);
    for (const Change& change : entry.changes) {
      change.step->both.apply_to(params);
      (i == 0 ? change.step->up : change.step->down).apply_to(params);
    }
    LinkConfig config = link_config(params);
    config.black_hole = entry.of(i == 0).black_hole;
    config.fade = entry.of(i == 0).fade();
    link.set_config(*end, config);
  }
}

}  // namespace flapjack
