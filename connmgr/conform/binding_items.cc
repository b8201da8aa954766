// SPDX-License-Identifier: Apache-2.0
// Items 37 and 40 to 44: the binding and nothing else: its iface and its locks.
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
             alike(t.only(kOwnWords), alone.only(kOwnWords), kAtOnce) &&
                 alike(t.only(kOwnWords, 1), other.only(kOwnWords, 1), kAtOnce),
             "what happens to one iface changes another");
  }
}

// The second iface alone has what the first has alone: countdowns, sub-attempts, associations.
void expect_as_first(Examiner& x, Plan plan) {
  plan.ifaces = 2;
  const Trace first = x.run(plan);
  plan.steps = moved(plan.steps, 1, {});
  const Trace second = x.run(plan);
  const auto told = [](const Trace& t, int iface) { return t.only({Timeout, Fatal}, iface); };
  x.expect(second, alike(told(first, 0), told(second, 1), kTimeoutSlack),
           "the second iface is not told what the first is");
  const auto tries = [&](const Trace& t, Word word, int iface) {
    return std::min(t.count(word, {}, plan.until, iface), 2);  // how soon is its own choice
  };
  x.expect(second, tries(first, Start, 0) == tries(second, Start, 1),
           "the second iface is not tried as the first is");
  x.expect(second, tries(first, OperUp, 0) == tries(second, OperUp, 1),
           "the second iface does not come up as the first does");
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
    expect_as_first(x, with(failing(), {persistent, 60}).at(seconds(1), Connect));
    expect_as_first(x, with(answering(), {persistent, 0}).at(seconds(1), Connect));
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
            if (!was_up(t, after)) return;
            check(t, after, at);
            check(t, t.after(IdleStop, at + next), at + next);
          });
}

// The idle timeout of a connection may be over only during the attempt that follows its loss. It
// goes on, or another one begins.
void examine_idle_in_attempt(Examiner& x) {
  const Duration lost = seconds(50), told = lost + x.grace() + kAtOnce;
  Plan plan = with(answering(seconds(2)), {true, 300}).at(seconds(1), Connect).at(lost, Loss);
  plan.until = told + seconds(200);
  const Trace base = x.run(plan);
  if (!told_loss(x, base, lost) || !base.up_at_end) return;  // see items 6 and 16
  x.sweep(plan, {{told, IdleStop}}, told, told + seconds(40),
          [&](const Trace& t, const Trace&, Duration) {
            x.expect(t, t.up_at_end, "an idle disconnect ends the attempt after a loss");
          });
}

void item44(Examiner& x) {
  if (!x.knows_idle()) return x.not_applicable("no idle timeouts in this release: see item 21");
  examine_idle_in_attempt(x);
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
      {40, "a call from within a call counts", item40},
      {41, "use from outside is a loss or a gain, never stuck", item41},
      {42, "without it the iface is there, unbound: connect is ENOTSUP", item42},
      {43, "only the binding's own iface is touched", item43},
      {44, "idle and persistent: a new attempt follows", item44},
  };
}

}  // namespace flapjack::conformance
