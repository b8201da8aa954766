// SPDX-License-Identifier: Apache-2.0
// Items 37 to 44: the binding and nothing else: its iface, its flags, its options, its locks.
#include <algorithm>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

using Steps = std::vector<Step>;

Steps moved(const Steps& steps, int iface, Duration later) {
  Steps out;
  for (Step step : steps) {
    step.iface = iface;
    step.at = step.at + later;
    out.push_back(step);
  }
  return out;
}

// What happens to iface 0 by `first` and to iface 1 by `second`, together and each alone.
void expect_apart(Examiner& x, Plan base, const Steps& first, const Steps& second) {
  constexpr std::string_view kShows = "what happens to one iface shows on another";
  const auto run = [&](const Steps& steps) {
    base.steps = steps;
    return x.run(base);
  };
  base.ifaces = 2;
  const Trace alone = run(first);
  x.expect(alone, alone.only(kOwnWords, 1).empty(), kShows);
  for (const int ms : {0, 1500, 5000, 41'000}) {
    Steps steps = moved(second, 1, milliseconds(ms));
    const Trace other = run(steps);
    x.expect(other, other.only(kOwnWords).empty(), kShows);
    steps.insert(steps.end(), first.begin(), first.end());
    const Trace t = run(steps);
    x.expect(t,
             t.only(kOwnWords) == alone.only(kOwnWords) &&
                 t.only(kOwnWords, 1) == other.only(kOwnWords, 1),
             "what happens to one iface changes another");
  }
}

// A timeout, a success, a loss, a failure; with a timeout the loss of a persistent one is another.
Steps steps_of_timeouts() {
  return Plan()
      .at(seconds(1), Connect)
      .at(seconds(20), Connect)
      .at(seconds(22), AssocOk)
      .at(seconds(40), Loss)
      .at(seconds(60), Connect)
      .at(seconds(61), AssocFail)
      .at(seconds(64), AssocOk)
      .at(seconds(80), Disconnect)
      .steps;
}
// An error while connected, one in an attempt, and a loss that is made up for.
Steps steps_of_errors() {
  return Plan()
      .at(seconds(1), Connect)
      .at(seconds(3), AssocOk)
      .at(seconds(10), Error)
      .at(seconds(20), Connect)
      .at(seconds(22), Error)
      .at(seconds(30), Connect)
      .at(seconds(31), AssocOk)
      .at(seconds(50), Loss)
      .at(seconds(53), AssocOk)
      .at(seconds(70), Disconnect)
      .steps;
}
// Configured before and used, and configured only after a timeout.
Steps steps_configured() {
  return Plan()
      .at(milliseconds(500), CfgSet)
      .at(seconds(1), Connect)
      .at(seconds(2), AssocOk)
      .at(seconds(30), Loss)
      .at(seconds(33), CfgBad)
      .steps;
}
Steps steps_unconfigured() {
  return Plan()
      .at(seconds(1), Connect)
      .at(seconds(20), CfgSet)
      .at(seconds(30), Connect)
      .at(seconds(31), AssocOk)
      .at(seconds(50), Disconnect)
      .steps;
}

// Only the first iface's options are used.
Steps steps_of_options() {
  Plan plan;
  for (const int ms : {500, 1000, 1500, 3000, 6000, 20'000, 21'000, 30'000, 45'000}) {
    plan.at(milliseconds(ms), Options);
  }
  return plan.steps;
}

void item37(Examiner& x) {
  expect_no_fault(x, run_options(x.subject(), false), BenchFault::OptionShared);
  for (const bool persistent : {false, true}) {
    Plan answers = story({persistent, 6});
    const Steps own_story = answers.steps;
    Steps other_story = own_story;
    other_story.push_back({seconds(110), Connect});
    other_story.push_back({seconds(120), Error});
    Plan silent = with({}, {persistent, 6}), unset = silent;
    unset.configured = false;
    // The other binding is set another way.
    const Steps settings = {{{}, Timeout_, 9}, {{}, Persistent, persistent ? 0 : 1}};
    Steps other_errors = settings;
    for (const Step& step : steps_of_errors()) other_errors.push_back(step);
    expect_apart(x, answers, own_story, other_story);
    expect_apart(x, silent, steps_of_timeouts(), steps_of_timeouts());
    expect_apart(x, silent, steps_of_timeouts(), other_errors);
    expect_apart(x, silent, steps_of_errors(), steps_of_timeouts());
    expect_apart(x, unset, steps_configured(), steps_unconfigured());
    expect_apart(x, unset, steps_unconfigured(), steps_configured());
    expect_apart(x, answers, steps_of_options(), own_story);
    expect_apart(x, silent, steps_of_options(), steps_of_timeouts());
  }
}

// One that times out twice, and one with an error in an attempt and one while connected.
Plan story_of_timeouts() {
  return failing().at(seconds(1), Connect).at(seconds(20), Connect);
}
Plan story_of_errors() {
  Plan plan = answering().at(seconds(1), Connect).at(milliseconds(1500), Error);
  return plan.at(seconds(10), Connect).at(seconds(20), Error).at(seconds(30), Connect);
}

// Those of the technology that it ships with: before, in and after an attempt.
void examine_own_options(Examiner& x) {
  Plan plan;
  plan.own = true;
  plan.until = seconds(200);
  plan.at({}, Options).at(seconds(1), Connect).at(seconds(100), Disconnect);
  for (const int ms : {1000, 1001, 1100, 2000, 5000, 60'000, 100'000, 101'000}) {
    plan.at(milliseconds(ms), Options);
  }
  expect_no_fault(x, x.run(plan), BenchFault::OptionState);
}

// Reading an option, or writing what was read, ends and delays nothing; whether it may have to be
// associated anew with it is for the implementation to say.
void examine_option_effects(Examiner& x, const Plan& plan) {
  Plan with_options = plan;
  with_options.at(plan.until - kTick, Options);  // they are read once before everything else, too
  const auto events = [](const Trace& t) { return t.only({Timeout, Fatal}); };
  const Trace alone = x.run(with_options);
  x.sweep(with_options, {{seconds(5), Options}}, milliseconds(500), seconds(60),
          [&](const Trace& t, const Trace&, Duration) {
            x.expect(t, events(t) == events(alone), "the use of an option changes what is told");
            x.expect(t, t.up_at_end == alone.up_at_end && t.count(OperUp) >= alone.count(OperUp),
                     "the use of an option ends an attempt or a connection");
          });
}

// What was set before a CONNECT is still so after it, in whatever state the CONNECT finds it.
void examine_options_kept(Examiner& x, const Plan& plan) {
  constexpr Duration kAfter = kAtOnce * 2;
  const auto use = [](OptionUse how) { return static_cast<int>(how); };
  const std::vector<Step> steps = {{seconds(5), Options, use(OptionUse::Change)},
                                   {seconds(5), Connect},
                                   {seconds(5) + kAfter, Options, use(OptionUse::Compare)}};
  x.sweep(plan, steps, milliseconds(500), seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) {
            const bool alone =
                std::none_of(after.lines.begin(), after.lines.end(), [&](const Line& line) {
                  const bool ours = line.word == Options || (line.word == Connect && line.at == at);
                  return line.input() && !ours && line.at <= at + kAfter;
                });
            if (alone) expect_no_fault(x, t, BenchFault::OptionLost);
          });
}

void item38(Examiner& x) {
  for (const Plan& plan : {story({false, 6}), story({true, 6}), story_of_timeouts()}) {
    examine_options_kept(x, plan);
  }
  for (const Plan& plan :
       {answering(seconds(3)).at(seconds(1), Connect), story_of_timeouts(), story_of_errors()}) {
    examine_option_effects(x, with(plan, {false, 6}));
  }
  for (const bool persistent : {false, true}) {
    for (Plan plan : {story({persistent, 6}), story_of_timeouts(), story_of_errors()}) {
      plan = with(plan, {persistent, 6});
      plan.at(seconds(90), x.knows_idle() ? IdleStop : Disconnect);
      const std::vector<Step> steps = {{seconds(5), Persistent, persistent ? 0 : 1},
                                       {seconds(5), Timeout_, 9},
                                       {seconds(5), NoAuto, 0},
                                       {seconds(5), Options}};
      expect_no_fault(x, x.run(plan), BenchFault::FlagsChanged);
      if (!persistent) continue;  // each flag is set the other way below, too
      x.sweep(plan, steps, milliseconds(500), seconds(100),
              [&](const Trace& t, const Trace&, Duration) {
                expect_no_fault(x, t, BenchFault::FlagsChanged);
                expect_no_fault(x, t, BenchFault::OptionState);
              });
    }
  }
  if (x.subject().make_own) examine_own_options(x);
}

void item39(Examiner& x) {
  for (const bool own : {false, true}) {
    if (own && !x.subject().make_own) continue;
    const Trace t = run_options(x.subject(), own);
    for (const BenchFault fault : {BenchFault::OptionCode, BenchFault::OptionSize}) {
      expect_no_fault(x, t, fault);
    }
  }
}

// What makes the iface `on` at or after `from`, and `call` in the same instant but after it, not
// from within. Whether that is heard is for other items.
bool heard_outside(Examiner& x, const Plan& plan, Duration from, Word on, Word call, bool up) {
  const Trace base = x.run(plan);
  const Line* line = base.first(on, from);
  if (line == nullptr || base.count(OperUp) != 1) return false;
  Plan after = plan;
  after.steps.push_back({line->at, call, 0, 0, Place::Last});
  return x.run(after).up_at_end == up;
}

void item40(Examiner& x) {
  for (const Setting setting : settings(300)) {
    Plan plan = with(answering(), setting).at(seconds(1), Connect);
    if (heard_outside(x, plan, {}, OperUp, Disconnect, false)) {
      plan.reaction = {OperUp, Disconnect};
      const Trace left = x.run(plan);
      expect_no_fault(x, left, BenchFault::Runaway);
      x.expect(left, left.count(OperUp) == 1 && !left.up_at_end,
               "a DISCONNECT from within the call that made it OPER_UP is lost");
    }
    for (const Word end : {Loss, Error, Disconnect}) {
      Plan again = with(answering(), setting).at(seconds(1), Connect).at(seconds(50), end);
      if (!heard_outside(x, again, seconds(50), OperDown, Connect, true)) continue;
      again.reaction = {OperDown, Connect};
      const Trace t = x.run(again);
      expect_no_fault(x, t, BenchFault::Runaway);
      x.expect(t, t.up_at_end, "a CONNECT from within the call that took it down is lost");
    }
  }
}

void item41(Examiner& x) {
  for (const Setting setting : settings(300)) {
    Plan plan = with(answering(), setting);
    plan.at(seconds(1), AssocOk).at(seconds(10), Connect).at(seconds(45), Loss);
    plan.at(x.grace() + seconds(70), Connect);
    const Trace t = x.run(plan);
    x.expect(t, t.count(OperUp, {}, seconds(45)) > 0,
             "an association from outside leaves it stuck");
    x.expect(t, t.up_at_end, "a disassociation from outside leaves it stuck");
  }
}

// A build without the implementation: the bench's iface that is bound to nothing stands for it.
void item42(Examiner& x) {
  Plan plan = answering();
  expect_no_fault(x, x.run(plan.at(seconds(1), Connect)), BenchFault::UnboundConnects);
}

void item43(Examiner& x) {
  for (const Setting setting : settings(5)) {
    Plan plan = story(setting);
    plan.at(seconds(100), Connect).at(seconds(101) + milliseconds(500), Error);
    expect_no_fault(x, x.run(plan), BenchFault::DecoyTouched);
    const Plan vain = with({}, setting).at(seconds(1), Connect);
    expect_no_fault(x, x.run(vain), BenchFault::DecoyTouched);
  }
}

// A disconnect of the idle timeout's, once and once more.
void examine_idle(Examiner& x, Setting setting) {
  Plan plan = with(answering(), setting).at(seconds(1), Connect);
  plan.until = seconds(150);
  const auto check = [&](const Trace& t, const Trace& after, Duration at) {
    if (!was_up(t, after)) return;
    x.expect(t, after.count(OperDown, {}, at + kSoon) > 0, "no OPER_DOWN when idle");
    const bool again = after.count(Start) > 0 && t.up_at_end;
    x.expect(t, again == setting.persistent,
             setting.persistent ? "no new attempt after an idle disconnect"
                                : "a new attempt after an idle disconnect, not persistent");
  };
  const Duration next = seconds(40);
  x.sweep(plan, {{seconds(10), IdleStop}}, seconds(3), seconds(60), check);
  x.sweep(plan, {{seconds(10), IdleStop}, {seconds(10) + next, IdleStop}}, seconds(3), seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) {
            check(t, after, at);
            check(t, t.after(IdleStop, at + next), at + next);
          });
}

void item44(Examiner& x) {
  if (!x.knows_idle()) return x.not_applicable("no idle timeouts in this release: see item 21");
  for (const Setting setting : settings(300)) examine_idle(x, setting);
  // An application's, while there is an idle timeout, is another thing.
  Plan plan = with(answering(), {true, 0}).at(seconds(1), Connect);
  const bool plain =
      x.run(Plan(plan).at(seconds(50), Disconnect)).first(Start, seconds(50)) == nullptr;
  const Trace t =
      x.run(plan.at(seconds(2), IdleTimeout_, kIdleTimeout).at(seconds(50), Disconnect));
  x.expect(t, !plain || t.first(Start, seconds(50)) == nullptr,
           "a DISCONNECT of the application's is taken for an idle one");
}

}  // namespace

std::vector<ConformItem> binding_items() {
  return {
      {37, "two ifaces are as each alone", item37},
      {38, "flags, options and timeouts belong to the application", item38},
      {39, "options: ENOPROTOOPT, ENOBUFS, length 0 on error", item39},
      {40, "a call from within a call counts", item40},
      {41, "use from outside is a loss or a gain, never stuck", item41},
      {42, "without it the iface is there, unbound: connect is ENOTSUP", item42},
      {43, "only the binding's own iface is touched", item43},
      {44, "idle and persistent: a new attempt follows", item44},
  };
}

}  // namespace flapjack::conformance
