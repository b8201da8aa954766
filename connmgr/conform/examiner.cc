// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/examiner.h"

#include <algorithm>

namespace flapjack::conformance {

Trace Examiner::run(const Plan& plan) {
  ++result_.runs;
  return run_plan(subject_, config_, plan);
}

// Boundaries are where the base trace has a line; between two of them one instant in the middle
// stands for all.
void Examiner::sweep(const Plan& plan, const std::vector<Step>& steps, Duration from, Duration to,
                     const Check& check) {
  std::set<Duration> boundaries = {from, to};
  for (const Line& line : run(plan).lines) boundaries.insert(line.at);
  std::set<std::pair<Duration, Place>> instants;
  Duration before = from;
  for (const Duration at : boundaries) {
    if (at > before) instants.insert({before + (at - before) / 2, Place::First});
    before = at;
    instants.insert({at, Place::First});
    instants.insert({at, Place::Last});
    instants.insert({at + nanoseconds(1), Place::First});
    if (at > Duration{}) instants.insert({at - nanoseconds(1), Place::First});
  }
  for (const auto& [at, place] : instants) {
    if (at < from || at >= to) continue;
    Plan with = plan;
    const Duration shift = at - steps.front().at;
    for (Step step : steps) {
      step.at = step.at + shift;
      step.place = place;
      with.steps.push_back(step);
    }
    const Trace trace = run(with);
    check(trace, trace.after(steps.front().word, at), at);
  }
}

void Examiner::expect(const Trace& trace, bool good, std::string_view wrong) {
  if (good) return;
  const bool longer = result_.example && trace.lines.size() >= result_.example->lines.size();
  result_.verdict = ItemVerdict::Fail;
  if (!longer) result_.example = CounterExample{std::string(wrong), trace.lines};
}

void Examiner::not_applicable(std::string_view why) {
  result_.verdict = ItemVerdict::NotApplicable;
  result_.why = why;
}

bool was_up(const Trace& t, const Trace& after) {
  bool up = false;
  const std::size_t end = t.lines.size() - after.lines.size();
  for (std::size_t i = 0; i < end; ++i) {
    const Line& line = t.lines[i];
    if (line.iface != 0) continue;
    if (line.word == Word::OperUp) up = true;
    if (line.word == Word::OperDown) up = false;
  }
  return up;
}

Plan answering(Duration after) {
  Plan plan;
  plan.answer = {Answer::Kind::Ok, after, 0};
  return plan;
}

Plan failing(Duration after) {
  Plan plan;
  plan.answer = {Answer::Kind::Fail, after, 0};
  return plan;
}

}  // namespace flapjack::conformance
