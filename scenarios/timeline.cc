// SPDX-License-Identifier: Apache-2.0
#include "scenarios/timeline.h"

#include <cassert>

namespace flapjack {
namespace {

bool is_path(TargetKind kind) {
  return kind != TargetKind::Text && kind != TargetKind::Packet && kind != TargetKind::Groups;
}

std::string why_idle(const StepSpec& step, std::int64_t matches) {
  const std::string pattern = "\"" + step.on->text + "\"";
  if (matches == 0) return "nothing was " + pattern;
  const std::string times = std::to_string(matches) + (matches == 1 ? " time" : " times");
  if (matches < step.nth) return pattern + " came " + times + ", \"nth\" is " +
                                 std::to_string(step.nth);
  return pattern + " came, but the run ended before \"after\" had passed";
}

}  // namespace

std::string idle_step_text(const IdleStep& idle) {
  return "the step \"" + idle.step->verb + "\" never happened: " + idle.why;
}

Timeline::Timeline(World& world, const ScenarioSpec& spec, const Registry& registry,
                   const NodeNames& names)
    : world_(world), spec_(spec), links_(world, spec), pools_(world), names_(names) {
  for (const StepSpec& step : spec.timeline) {
    const VerbEntry* verb = find_entry(registry.verbs, step.verb);
    assert(verb != nullptr);
    const bool picks = has_target(verb->word.targets, TargetKind::Packet);
    if (step.on) (picks ? picking_ : waiting_).push_back(steps_.size());
    steps_.push_back({&step, verb});
  }
  if (picking_.empty()) return;
  for (const auto& link : world.links()) link->set_filter(this);
}

Timeline::~Timeline() {
  for (const auto& link : world_.links()) link->set_filter(nullptr);
}

void Timeline::start() {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const StepSpec& step = *steps_[i].spec;
    if (step.on) continue;
    const Delegate call = step.every ? delegate<&Timeline::repeat>(this, i)
                                     : delegate<&Timeline::fire>(this, i);
    world_.scheduler().at(step.at.value_or(SimTime{}), Lane::World, call);
  }
}

void Timeline::repeat(std::uint64_t index) {
  const StepSpec& step = *steps_[index].spec;
  const SimTime next = world_.now() + *step.every;
  if (!step.until || next < *step.until) {
    world_.scheduler().at(next, Lane::World, delegate<&Timeline::repeat>(this, index));
  }
  if (step.until && world_.now() >= *step.until) return;
  carry_out(index, record_step(step, subject_of(step)));
}

void Timeline::see(const RecordView& view, const TraceRecord& record) {
  for (const std::size_t index : waiting_) {
    Step& step = steps_[index];
    if (step.spec->times && step.matches >= *step.spec->times) continue;
    if (!view.matches(*step.spec->on)) continue;
    ++step.matches;
    const CauseScope scope(world_.scheduler(), record.seq);
    const Delegate call = delegate<&Timeline::fire>(this, index);
    if (step.spec->after) {
      world_.scheduler().after(*step.spec->after, Lane::World, call);
    } else {
      world_.scheduler().after(Duration{}, Lane::Settle, call);
    }
  }
}

TraceMask Timeline::kinds() const {
  TraceMask kinds;
  for (const std::size_t index : waiting_) kinds = kinds | kinds_of(*steps_[index].spec->on);
  return kinds;
}

void Timeline::fire(std::uint64_t index) {
  const StepSpec& step = *steps_[index].spec;
  carry_out(index, record_step(step, subject_of(step)));
}

// Every step that is about the packet counts it, also when another one has taken it already.
bool Timeline::takes(SubjectId link, Packet& frame) {
  TraceRecord entered;
  entered.at = world_.now();
  entered.kind = TraceKind::Hop;
  entered.name = hop_name(Hop::LinkIn);
  entered.subject = link;
  entered.packet = frame.meta.id;
  entered.parent = frame.meta.parent;
  entered.frame = &frame;
  const RecordView view(world_.tracer(), entered, names_);
  bool taken = false;
  for (const std::size_t index : picking_) {
    Step& step = steps_[index];
    if (!view.matches(*step.spec->on)) continue;
    const std::int64_t counted = ++step.matches - step.spec->nth;
    if (counted < 0 || (step.spec->times && counted >= *step.spec->times)) continue;
    const RecordId record = record_step(*step.spec, link);
    if (record.valid()) frame.meta.cause = record;
    taken = carry_out(index, record).takes_packet || taken;
  }
  return taken;
}

std::vector<IdleStep> Timeline::idle() const {
  std::vector<IdleStep> idle;
  for (const Step& step : steps_) {
    if (!step.spec->on || step.carried_out) continue;
    idle.push_back({step.spec, why_idle(*step.spec, step.matches)});
  }
  return idle;
}

SubjectId Timeline::subject_of(const StepSpec& step) {
  return world_.tracer().subject(is_path(step.target.kind) ? step.target.path() : "timeline");
}

std::string Timeline::source_of(const StepSpec& step) const {
  return to_text(spec_.file_name, step.place);
}

// The record comes first, as it is the cause of what the verb does; the call's result, known only
// afterwards, is an event of its own when it is a refusal.
RecordId Timeline::record_step(const StepSpec& step, SubjectId subject) {
  Tracer& tracer = world_.tracer();
  if (!tracer.wants(TraceKind::Step)) return {};
  const std::string source = source_of(step);
  std::vector<Attr> attrs = {Attr::of("src", source)};
  if (step.hold) attrs.push_back(Attr::of("for", *step.hold));
  if (!is_path(step.target.kind)) attrs.push_back(Attr::of("text", step.target.name));
  return tracer.record(TraceKind::Step, subject, step.verb, attrs);
}

VerbCall Timeline::carry_out(std::size_t index, RecordId record) {
  Step& step = steps_[index];
  step.carried_out = true;
  ++carried_out_;
  const CauseScope scope(world_.scheduler(), record);
  VerbCall call(world_, spec_, *step.spec, holds_, values_, links_, pools_, *this);
  Undo undo = step.verb->apply(call);
  refused(subject_of(*step.spec), *step.spec, call.result, false);
  if (!step.spec->hold || !undo) return call;
  std::size_t slot = pending_.size();
  if (free_.empty()) {
    pending_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  pending_[slot] = {index, std::move(undo)};
  world_.scheduler().after(*step.spec->hold, Lane::World,
                           delegate<&Timeline::take_back>(this, slot));
  return call;
}

// The fiber has the step as its cause, and a call keeps it while it waits.
void Timeline::call_later(const StepSpec& step, bool undo, std::function<Status()> call) {
  const std::string name = "step " + step.verb + " " + step.target.path();
  world_.fibers().start(undo ? "end of " + name : name,
                        [this, &step, undo, call = std::move(call)] {
                          refused(subject_of(step), step, call(), undo);
                        });
}

void Timeline::refused(SubjectId subject, const StepSpec& step, Status result, bool undo) {
  Tracer& tracer = world_.tracer();
  if (result.ok() || !tracer.wants(TraceKind::Event)) return;
  const std::array attrs = {Attr::of("verb", step.verb), Attr::of("errno", result.code()),
                            Attr::of("undo", 1)};
  tracer.record(TraceKind::Event, subject, "step_refused",
                std::span(attrs).first(undo ? 3 : 2));
}

void Timeline::take_back(std::uint64_t slot) {
  const StepSpec& step = *steps_[pending_[slot].step].spec;
  Tracer& tracer = world_.tracer();
  const SubjectId subject = subject_of(step);
  RecordId record;
  if (tracer.wants(TraceKind::Step)) {
    const std::string source = source_of(step);
    const std::array attrs = {Attr::of("src", source), Attr::of("undo", 1)};
    record = tracer.record(TraceKind::Step, subject, step.verb, attrs);
  }
  const CauseScope scope(world_.scheduler(), record);
  const Undo undo = std::move(pending_[slot].undo);
  free_.push_back(slot);
  refused(subject, step, undo(), true);
}

}  // namespace flapjack
