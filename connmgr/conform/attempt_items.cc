// SPDX-License-Identifier: Apache-2.0
// Items 1 to 8: from init to the loss of what was gained.
#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kHour = seconds(3600);

void item1(Examiner& x) {
  for (const Setting setting : settings(30)) {
    Plan plan = with(answering(), setting);
    plan.ifaces = setting.persistent ? 2 : 1;
    const Trace t = x.run(plan);
    x.expect(t, !has_fault(t, BenchFault::NotDown), "init leaves the iface up");
    const int ups = t.count(OperUp) + t.count(OperUp, {}, t.until, 1);
    x.expect(t, ups == 0, "OPER_UP without a CONNECT");
  }
}

void item2(Examiner& x) {
  for (const Setting setting : settings(60)) {
    for (const bool twice : {false, true}) {
      Plan plan = with(answering(), setting);
      plan.at({}, Connect);
      if (twice) plan.at({}, Connect);
      const Trace t = x.run(plan);
      const Line* ret = t.first(Ret);
      x.expect(t, ret != nullptr && ret->value == 0, "CONNECT after INIT is refused");
      x.expect(t, t.count(Start) > 0, "CONNECT after INIT never leads to a START");
      x.expect(t, t.count(OperUp) > 0, "CONNECT after INIT never leads to OPER_UP");
    }
  }
}

// Not persistent, lost, and asked for while the grace still lasts.
void examine_connect_in_grace(Examiner& x) {
  for (const int timeout : {0, 300}) {
    const Plan plan = connected({false, timeout}).at(seconds(20), Loss);
    x.sweep(plan, {{seconds(20), Connect}}, seconds(20) + kTick, seconds(20) + x.grace() - kAtOnce,
            [&](const Trace& t, const Trace& after, Duration) {
              const Duration due = seconds(20) + x.grace() + kNextStart;
              const bool known = t.count(Start, {}, seconds(20)) > 0;
              x.expect(t, !known || after.count(Start, {}, due) > 0,
                       "a CONNECT within the grace never leads to a START");
            });
  }
}

// Not persistent, lost, and asked for as soon as that is told, or soon after.
void examine_connect_after_loss(Examiner& x) {
  constexpr Duration kLoss = seconds(20);
  const Plan plan = connected({false, 0}).at(kLoss, Loss);
  x.sweep(plan, {{kLoss, Connect}}, kLoss, kLoss + x.grace() + seconds(3),
          [&](const Trace& t, const Trace& after, Duration at) {
            const int downs = t.count(OperDown, kLoss), later = after.count(OperDown);
            if (downs == later || t.count(Start, {}, kLoss) == 0) return;  // not told yet
            x.expect(t, t.count(Start, kLoss, at + kNextStart) > 0,
                     "a CONNECT after a LOSS never leads to a START");
          });
}

void item3(Examiner& x) {
  for (const Setting setting : settings(60)) {
    const Trace t = x.run(with({}, setting).at(seconds(1), Connect));
    x.expect(t, !has_fault(t, BenchFault::Blocked), "CONNECT blocks");
    x.expect(t, t.count(Start, {}, seconds(1) + kNextStart) > 0, "no START");
    x.expect(t, t.count(OperUp) == 0, "OPER_UP without ASSOC_OK");
  }
  if (x.grace() > kAtOnce) examine_connect_in_grace(x);
  examine_connect_after_loss(x);
}

// The first attempt, one after a DISCONNECT, one after a loss: each ends with its success.
void item4(Examiner& x) {
  constexpr Duration kAgain = seconds(40);
  for (const Setting setting : settings(5)) {
    const auto check = [&](const Trace& t, const Trace& after, Duration) {
      if (!was_running(t, after)) return;
      x.expect(t, was_up(t, after) || after.count(OperUp) == 1,
               "not exactly one OPER_UP after ASSOC_OK");
      x.expect(t, after.count(OperDown) == 0 && t.up_at_end, "not up after ASSOC_OK");
      x.expect(t, after.count(Timeout) == 0, "the countdown goes on after ASSOC_OK");
    };
    const Plan plan = with({}, setting).at(seconds(1), Connect);
    x.sweep(plan, {{seconds(2), AssocOk}}, seconds(1) + kTick, seconds(5), check);
    const Plan second = connected(setting).at(seconds(20), Disconnect).at(kAgain, Connect);
    x.sweep(second, {{kAgain, AssocOk}}, kAgain + kTick, kAgain + seconds(4), check);
    if (!setting.persistent) continue;
    // Within its time, also where that begins with the loss and not with the OPER_DOWN.
    const int graces = seconds_down(x.grace()) + 1;
    const Setting later{true, setting.timeout_s > 0 ? setting.timeout_s + graces : 0};
    const Plan lost = connected(later).at(kAgain, Loss);
    x.sweep(lost, {{kAgain, AssocOk}}, kAgain + x.grace() + kAtOnce * 2,
            kAgain + x.grace() + seconds(4), check);
  }
}

// Each time that nothing is associated, the iface goes admin-down and back.
void item5(Examiner& x) {
  const Duration g = x.grace();
  for (const Setting setting : settings(60)) {
    Plan plan = with(answering(), setting);
    plan.until = seconds(200);
    plan.at(seconds(1), Connect).at(seconds(40), Loss);
    plan.at(g + seconds(45), AdminDown).at(g + seconds(46), AdminUp);
    plan.at(g + seconds(80), Connect).at(g + seconds(120), Disconnect);
    plan.at(g + seconds(122), AdminDown).at(g + seconds(123), AdminUp);
    plan.at(g + seconds(130), Connect);
    const Trace t = x.run(plan);
    expect_up_only_associated(x, t, {}, t.until);
    x.expect(t, t.count(OperUp) > 0, "never OPER_UP though associated");
    Plan vain = with({}, setting).at(seconds(1), Connect).at(seconds(40), Error);
    vain.at(seconds(50), Connect);
    for (const int at : {5, 45, 55, 115}) {
      vain.at(seconds(at), AdminDown).at(seconds(at + 1), AdminUp);
    }
    const Trace v = x.run(vain);
    expect_up_only_associated(x, v, {}, v.until);
  }
}

void item6(Examiner& x) {
  for (const Setting setting : settings(5)) {
    x.sweep(connected(setting), {{seconds(10), Loss}}, seconds(2) + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration at) {
              if (!was_up(t, after)) return;
              const Line* down = after.first(OperDown);
              x.expect(t, down != nullptr && down->at <= at + x.grace() + kTimeoutSlack,
                       "no OPER_DOWN after LOSS and the grace");
            });
  }
}

void item7(Examiner& x) {
  if (x.grace() == Duration{}) return x.not_applicable("it has no grace");
  const int timeout = seconds_down(x.grace()) + 10;  // outlasts the grace
  for (const Setting setting : settings(timeout)) {
    const Duration again = seconds(30) + x.grace() * 2;  // and once more
    Plan plan = connected(setting).at(seconds(10), Loss).at(again, Loss);
    plan.at(again + x.grace() / 2, AssocOk);
    x.sweep(plan, {{seconds(10), AssocOk}}, seconds(10) + kTick, seconds(10) + x.grace() - kAtOnce,
            [&](const Trace& t, const Trace& after, Duration) {
              x.expect(t, t.count(OperDown) == 0, "OPER_DOWN although back within the grace");
              x.expect(t, after.count(Timeout) + after.count(Fatal) == 0,
                       "an event although back within the grace");
            });
  }
}

void item8(Examiner& x) {
  for (const int none : {0, -1}) {
    for (const bool persistent : {false, true}) {
      const Plan first = with({}, {persistent, none}).at(seconds(1), Connect);
      std::vector<Plan> plans = {Plan(first).at(kHour * 24, AssocOk)};
      const Plan lost = Plan(first).at(seconds(40), AssocOk).at(seconds(60), Loss);
      if (persistent) plans.push_back(Plan(lost).at(kHour * 24, AssocOk));
      for (Plan& plan : plans) {
        plan.until = kHour * 25;
        const Trace t = x.run(plan);
        x.expect(t, t.count(Timeout) == 0, "TIMEOUT without a timeout");
        const Line* loss = t.first(Loss);
        if (loss != nullptr && t.count(Start, loss->at) == 0) continue;  // see item 16
        x.expect(t, t.up_at_end, "the attempt does not go on for ever");
      }
    }
  }
}

}  // namespace

std::vector<ConformItem> attempt_items() {
  return {
      {1, "init leaves the iface dormant or without carrier", item1},
      {2, "connect right after init leads to an attempt", item2},
      {3, "connect returns at once; up only after the association", item3},
      {4, "success is one OPER_UP and ends the countdown", item4},
      {5, "up only while associated", item5},
      {6, "a loss is told at once or after the grace", item6},
      {7, "back within the grace is no loss", item7},
      {8, "without a timeout an attempt goes on for ever", item8},
  };
}

}  // namespace flapjack::conformance
