// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/examiner.h"

#include <algorithm>
#include <span>

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

namespace {

std::span<const Line> before(const Trace& t, const Trace& after) {
  return std::span(t.lines).first(t.lines.size() - after.lines.size());
}

// What the first iface's technology is at, line by line.
bool runs_after(const Line& line, bool running) {
  if (line.iface != 0) return running;
  switch (line.word) {
    case Word::Start:
    case Word::TechRetry:
      return true;
    case Word::Stop:
    case Word::AssocFail:
    case Word::Loss:
    case Word::Error:
      return false;
    default:
      return running;
  }
}

}  // namespace

bool was_up(const Trace& t, const Trace& after) {
  bool up = false;
  for (const Line& line : before(t, after)) {
    if (line.iface != 0) continue;
    if (line.word == Word::OperUp) up = true;
    if (line.word == Word::OperDown) up = false;
  }
  return up;
}

// The line just before `after` is the step that was moved.
bool was_running(const Trace& t, const Trace& after) {
  bool running = false;
  const std::span<const Line> lines = before(t, after);
  for (const Line& line : lines.first(lines.empty() ? 0 : lines.size() - 1)) {
    running = runs_after(line, running);
  }
  return running;
}

std::vector<Duration> ends(const Trace& t, Duration from) {
  std::vector<Duration> found;
  bool running = false;
  for (const Line& line : t.lines) {
    const bool starts = line.word == Word::Start && line.iface == 0;
    if (starts && !found.empty() && found.back() == line.at) found.pop_back();
    const bool stops = running && line.word == Word::Stop && line.iface == 0;
    running = runs_after(line, running);
    if (stops && line.at >= from) found.push_back(line.at);
  }
  return found;
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
