// SPDX-License-Identifier: Apache-2.0
// Items 38 and 39: flags, options and timeouts.
#include <algorithm>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

// One that times out twice, and one with an error in an attempt and one while connected.
Plan story_of_timeouts() {
  return failing().at(seconds(1), Connect).at(seconds(20), Connect);
}
Plan story_of_errors() {
  Plan plan = answering().at(seconds(1), Connect).at(milliseconds(1500), Error);
  return plan.at(seconds(10), Connect).at(seconds(20), Error).at(seconds(30), Connect);
}
// The same with time for a new association within each attempt.
Plan long_story_of_errors() {
  Plan plan = answering().at(seconds(1), Connect).at(milliseconds(1500), Error);
  return plan.at(seconds(10), Connect).at(seconds(110), Error).at(seconds(120), Connect);
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
// associated anew with it is for the implementation to say. What is told may wait for a work queue.
void examine_option_effects(Examiner& x, const Plan& plan, Duration to) {
  Plan with_options = plan;
  with_options.at(plan.until - kTick, Options);  // they are read once before everything else, too
  const auto events = [](const Trace& t) { return t.only({Timeout, Fatal}); };
  const Trace alone = x.run(with_options);
  x.sweep(with_options, {{seconds(5), Options}}, milliseconds(500), to,
          [&](const Trace& t, const Trace&, Duration) {
            x.expect(t, alike(events(t), events(alone), kAtOnce),
                     "the use of an option changes what is told");
            x.expect(t, t.up_at_end == alone.up_at_end && t.count(OperUp) >= alone.count(OperUp),
                     "the use of an option ends an attempt or a connection");
          });
}

// Nor does it make a loss go unheard.
void examine_loss_after_options(Examiner& x) {
  constexpr Duration kLoss = seconds(200);
  Plan plan = answering().at(seconds(1), Connect).at(kLoss, Loss);
  plan.until = seconds(300);
  if (!told_loss(x, x.run(plan), kLoss)) return;  // without one, too: see item 6
  x.sweep(plan, {{seconds(5), Options}}, milliseconds(500), seconds(100),
          [&](const Trace& t, const Trace&, Duration) {
            const bool up = was_up(t, t.after(Loss, kLoss));
            x.expect(t, !up || told_loss(x, t, kLoss),
                     "no OPER_DOWN after a LOSS once an option was used");
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
  const Setting long_enough = {false, 120};
  for (Plan plan : {answering(seconds(3)).at(seconds(1), Connect), long_story_of_errors()}) {
    plan.until = seconds(300);
    examine_option_effects(x, with(plan, long_enough), seconds(130));
  }
  examine_option_effects(x, with(story_of_timeouts(), {false, 6}), seconds(60));
  examine_loss_after_options(x);
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
    for (const BenchFault fault :
         {BenchFault::OptionCode, BenchFault::OptionSize, BenchFault::OptionRoom}) {
      expect_no_fault(x, t, fault);
    }
  }
}

}  // namespace

std::vector<ConformItem> option_items() {
  return {
      {38, "flags, options and timeouts belong to the application", item38},
      {39, "options: ENOPROTOOPT, ENOBUFS, length 0 on error", item39},
  };
}

}  // namespace flapjack::conformance
