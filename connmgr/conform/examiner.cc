// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/examiner.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace flapjack::conformance {

int item_of(BenchFault fault) {
  switch (fault) {
    case BenchFault::NotDown:
      return 1;
    case BenchFault::Blocked:
      return 3;
    case BenchFault::FlagsChanged:
    case BenchFault::OptionState:
    case BenchFault::OptionLost:
      return 38;
    case BenchFault::OptionShared:
      return 37;
    case BenchFault::OptionCode:
    case BenchFault::OptionSize:
    case BenchFault::OptionRoom:
      return 39;
    case BenchFault::UnboundConnects:
      return 42;
    case BenchFault::DecoyTouched:
      return 43;
    case BenchFault::Runaway:  // only where a call comes from within a call (item 40)
      break;
  }
  return 0;
}

Trace Examiner::run(const Plan& plan) {
  ++result_.runs;
  Plan longer = plan;
  longer.until = plan.until + grace();
  Trace trace = run_plan(subject_, config_, longer);
  trace.refused = plan.configured && trace.first(Word::NoConfig) != nullptr;
  const auto has = [&](Word word) {
    return std::ranges::any_of(trace.lines, [&](const Line& line) { return line.word == word; });
  };
  const bool asked = !plan.own && has(Word::Connect) && (plan.configured || !starts_);
  trace.unstarted = asked && !has(Word::Start);
  for (const Line& line : trace.lines) {
    if (line.word != Word::Fault) continue;
    Trace& kept = broken_[static_cast<BenchFault>(line.value)];
    if (kept.lines.empty() || trace.lines.size() < kept.lines.size()) kept = trace;
  }
  return trace;
}

bool starts(const ConformSubject& subject, const ConnMgrConfig& config) {
  const Plan plan = Plan().at(seconds(1), Word::Connect);
  const Trace t = run_plan(subject, config, plan);
  return t.first(Word::Start) != nullptr || t.first(Word::NoConfig) != nullptr;
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
  const bool for_item2 = trace.refused && result_.number != 2;
  // Where nothing was started, only the iface's state (36) may be why.
  const bool for_item3 = trace.unstarted && result_.number > 3 && result_.number != 36;
  if (!good && !for_item2 && !for_item3) result_.fail(trace, wrong);
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

bool runs_at(const Trace& t, Duration at) {
  bool running = false;
  for (const Line& line : t.lines) {
    if (line.at < at) running = runs_after(line, running);
  }
  return running;
}

std::vector<Duration> ends(const Trace& t, Duration from) {
  std::vector<Duration> found;
  std::optional<Duration> stopped, told;
  bool running = false;
  const auto close = [&](std::optional<Duration> at) {
    if (at && *at >= from) found.push_back(*at);
    stopped.reset();
  };
  for (const Line& line : t.lines) {
    if (line.iface != 0) continue;
    if (line.word == Word::Connect) close(stopped);
    if (line.word == Word::Timeout) {
      told = line.at;
      close(told);
    }
    if (line.word == Word::Start) stopped.reset();
    const bool belongs = told && line.at <= *told + kTimeoutSlack;  // to a TIMEOUT
    if (line.word == Word::Stop && running && !belongs) stopped = line.at;
    running = runs_after(line, running);
  }
  const bool over = stopped && *stopped + kNextStart <= t.until;
  close(over ? stopped : std::nullopt);
  return found;
}

bool has_fault(const Trace& t, BenchFault fault) {
  return std::any_of(t.lines.begin(), t.lines.end(), [&](const Line& line) {
    return line.word == Word::Fault && line.value == static_cast<int>(fault);
  });
}

bool alike(const std::vector<Line>& one, const std::vector<Line>& other, Duration apart) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](const Line& a, const Line& b) {
                      const Duration between = a.at < b.at ? b.at - a.at : a.at - b.at;
                      return a.word == b.word && a.value == b.value && between <= apart;
                    });
}

void expect_no_fault(Examiner& x, const Trace& t, BenchFault fault) {
  if (has_fault(t, fault)) x.expect(t, false, t.fault_text(fault));
}

// What was up before an admin-down, and should not have been, is so again after it: what made it up
// first is told, not this.
void expect_up_only_associated(Examiner& x, const Trace& t, Duration from, Duration to) {
  bool associated = false, up = false, held_up = false, admin = false;
  for (const Line& line : t.lines) {
    if (line.iface != 0) continue;
    const bool ends_it =
        line.word == Word::Loss || line.word == Word::Stop || line.word == Word::Error;
    if (line.word == Word::AssocOk) associated = true;
    if (ends_it) associated = false;
    if (line.word == Word::AdminDown) admin = held_up = up;
    if (line.word == Word::OperDown) {
      if (!std::exchange(admin, false)) held_up = false;
      up = false;
    }
    if (line.word != Word::OperUp) continue;
    up = true;
    const bool judged = line.at >= from && line.at < to && !std::exchange(held_up, false);
    x.expect(t, associated || !judged, "OPER_UP while not associated");
  }
}

bool told_loss(const Examiner& x, const Trace& t, Duration loss) {
  return t.count(Word::OperDown, loss, loss + x.grace() + kTimeoutSlack) > 0;
}

void expect_suppressed(Examiner& x, Plan plan, Duration from) {
  const std::array retries = {from, from + seconds(2), from + seconds(60)};
  for (const Duration at : retries) plan.at(at, Word::TechRetry);
  plan.at(retries.back() + seconds(5), Word::AssocOk);
  const Trace t = x.run(plan);
  // The end was not told, or not heard: see 6, 21 and 22.
  if (was_up(t, t.after(Word::TechRetry, from)) || runs_at(t, from)) return;
  for (const Duration at : retries) {
    x.expect(t, t.after(Word::TechRetry, at).count(Word::Stop, at, at + kAtOnce) > 0,
             "TECH_RETRY is not stopped at once");
  }
  x.expect(t, t.count(Word::OperUp, from) == 0, "OPER_UP by the technology's own retry");
}

// It may begin the countdown anew. One that comes while the TIMEOUT is on its way is a new attempt.
void expect_countdown_kept(Examiner& x, bool persistent) {
  constexpr Duration kFirst = seconds(1), kTimeout = seconds(8);
  for (const Plan& base : {Plan(), failing()}) {
    const Plan plan = with(base, {persistent, 8}).at(kFirst, Word::Connect);
    const Trace alone = x.run(plan);  // at another time: see items 9 to 15
    const Duration due = kFirst + kTimeout, early = due - kTimeoutSlack;
    if (alone.count(Word::Timeout) != 1 || alone.count(Word::Timeout, early) != 1) continue;
    x.sweep(plan, {{seconds(2), Word::Connect}}, kFirst + kTick, due - kAtOnce * 2,
            [&](const Trace& t, const Trace&, Duration second) {
              const Line* timeout = t.first(Word::Timeout);
              x.expect(t, t.count(Word::Timeout) == 1,
                       "not exactly one TIMEOUT after a second CONNECT");
              const auto near = [&](Duration end) {
                return timeout->at >= end - kTimeoutSlack && timeout->at <= end + kTimeoutSlack;
              };
              x.expect(t, timeout == nullptr || near(due) || near(second + kTimeout),
                       "TIMEOUT at the wrong time after a second CONNECT");
            });
  }
}

Plan with(Plan plan, Setting setting) {
  plan.persistent = setting.persistent;
  plan.timeout_s = setting.timeout_s;
  return plan;
}

Plan connected(Setting setting) {
  Plan plan = with({}, setting);
  plan.until = seconds(700);
  return plan.at(seconds(1), Word::Connect).at(seconds(2), Word::AssocOk);
}

Plan story(Setting setting) {
  Plan plan = with(answering(), setting);
  plan.answer.fails_first = 1;
  plan.until = seconds(300);
  plan.at(seconds(1), Word::Connect).at(seconds(20), Word::Loss).at(seconds(40), Word::Connect);
  return plan.at(seconds(80), Word::Disconnect);
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
