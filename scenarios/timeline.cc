// SPDX-License-Identifier: Apache-2.0
#include "scenarios/timeline.h"

#include <cassert>

namespace flapjack {

Timeline::Timeline(World& world, const ScenarioSpec& spec, const Registry& registry)
    : world_(world), spec_(spec), links_(world, spec) {
  for (const StepSpec& step : spec.timeline) {
    const VerbEntry* verb = find_entry(registry.verbs, step.verb);
    assert(verb != nullptr);
    if (step.on) waiting_.push_back(steps_.size());
    steps_.push_back({&step, verb});
  }
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
  carry_out(index);
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

void Timeline::fire(std::uint64_t index) { carry_out(index); }

SubjectId Timeline::subject_of(const StepSpec& step) {
  const bool text = step.target.kind == TargetKind::Text;
  return world_.tracer().subject(text ? "timeline" : step.target.path());
}

std::string Timeline::source_of(const StepSpec& step) const {
  return to_text(spec_.file_name, step.place);
}

// The record comes first, as it is the cause of what the verb does; the call's result, known only
// afterwards, is an event of its own when it is a refusal.
void Timeline::carry_out(std::size_t index) {
  const Step& step = steps_[index];
  ++carried_out_;
  Tracer& tracer = world_.tracer();
  const SubjectId subject = subject_of(*step.spec);
  RecordId record;
  if (tracer.wants(TraceKind::Step)) {
    const std::string source = source_of(*step.spec);
    std::vector<Attr> attrs = {Attr::of("src", source)};
    if (step.spec->hold) attrs.push_back(Attr::of("for", *step.spec->hold));
    if (step.spec->target.kind == TargetKind::Text) {
      attrs.push_back(Attr::of("text", step.spec->target.name));
    }
    record = tracer.record(TraceKind::Step, subject, step.verb->word.name, attrs);
  }
  const CauseScope scope(world_.scheduler(), record);
  VerbCall call(world_, *step.spec, holds_, links_);
  Undo undo = step.verb->apply(call);
  refused(subject, *step.spec, call.result);
  if (!step.spec->hold || !undo) return;
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
}

void Timeline::refused(SubjectId subject, const StepSpec& step, Status result) {
  if (result.ok()) return;
  world_.tracer().event(subject, "step_refused",
                        {Attr::of("verb", step.verb), Attr::of("errno", result.code())});
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
  refused(subject, step, undo());
}

}  // namespace flapjack
