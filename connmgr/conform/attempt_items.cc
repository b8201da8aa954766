// SPDX-License-Identifier: Apache-2.0
// Items 1 to 15: from init to the end of an attempt.
#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kHour = seconds(3600);

bool within(Duration at, Duration wanted) {
  return at >= wanted - kTimeoutSlack && at <= wanted + kTimeoutSlack;
}
bool has_fault(const Trace& t, BenchFault fault) {
  for (const Line& line : t.lines) {
    if (line.word == Fault && line.value == static_cast<int>(fault)) return true;
  }
  return false;
}

void item1(Examiner& x) {
  for (const int ifaces : {1, 2}) {
    Plan plan = answering();
    plan.ifaces = ifaces;
    const Trace t = x.run(plan);
    x.expect(t, !has_fault(t, BenchFault::NotDown), "init leaves the iface up");
    x.expect(t, t.count(OperUp) == 0, "OPER_UP without a CONNECT");
  }
}

void item2(Examiner& x) {
  for (const bool twice : {false, true}) {
    Plan plan = answering();
    plan.at({}, Connect);
    if (twice) plan.at({}, Connect);
    const Trace t = x.run(plan);
    const Line* ret = t.first(Ret);
    x.expect(t, ret != nullptr && ret->value == 0, "CONNECT after INIT is refused");
    x.expect(t, t.count(Start) > 0, "CONNECT after INIT never leads to a START");
    x.expect(t, t.up_at_end, "CONNECT after INIT never leads to OPER_UP");
  }
}

void item3(Examiner& x) {
  for (const int timeout : {0, 5}) {
    Plan plan;
    plan.timeout_s = timeout;
    plan.at(seconds(1), Connect);
    const Trace t = x.run(plan);
    x.expect(t, !has_fault(t, BenchFault::Blocked), "CONNECT blocks");
    x.expect(t, t.count(Start, {}, seconds(31)) > 0, "no START");
    x.expect(t, t.count(OperUp) == 0, "OPER_UP without ASSOC_OK");
  }
}

void item4(Examiner& x) {
  for (const int timeout : {0, 5}) {
    Plan plan;
    plan.timeout_s = timeout;
    plan.at(seconds(1), Connect);
    x.sweep(plan, {{seconds(2), AssocOk}}, seconds(1) + nanoseconds(1), seconds(5),
            [&](const Trace& t, const Trace& after, Duration) {
              if (!was_running(t, after)) return;
              x.expect(t, t.count(OperUp) == 1, "not exactly one OPER_UP after ASSOC_OK");
              x.expect(t, t.count(Timeout) == 0, "the countdown goes on after ASSOC_OK");
            });
  }
}

// Whether the technology was associated when the iface went up.
void expect_up_only_associated(Examiner& x, const Trace& t) {
  bool associated = false;
  for (const Line& line : t.lines) {
    if (line.word == AssocOk) associated = true;
    if (line.word == Loss || line.word == Stop || line.word == Error) associated = false;
    x.expect(t, line.word != OperUp || associated, "OPER_UP while not associated");
  }
}

void item5(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = answering();
    plan.persistent = persistent;
    plan.at(seconds(1), Connect).at(seconds(10), Loss).at(seconds(30), Connect);
    plan.at(seconds(50), Disconnect).at(seconds(60), Connect);
    const Trace t = x.run(plan);
    expect_up_only_associated(x, t);
    x.expect(t, t.count(OperUp) > 0, "never OPER_UP though associated");
  }
}

void item6(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan;
    plan.persistent = persistent;
    plan.at(seconds(1), Connect).at(seconds(2), AssocOk);
    x.sweep(plan, {{seconds(10), Loss}}, seconds(2) + nanoseconds(1), seconds(60),
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
  for (const bool persistent : {false, true}) {
    Plan plan;
    plan.persistent = persistent;
    plan.at(seconds(1), Connect).at(seconds(2), AssocOk).at(seconds(10), Loss);
    x.sweep(plan, {{seconds(10), AssocOk}}, seconds(10) + nanoseconds(1),
            seconds(10) + x.grace() - milliseconds(1), [&](const Trace& t, const Trace&, Duration) {
              x.expect(t, t.count(OperDown) == 0, "OPER_DOWN although back within the grace");
            });
  }
}

void item8(Examiner& x) {
  for (const int none : {0, -1}) {
    for (const bool persistent : {false, true}) {
      Plan plan;
      plan.timeout_s = none;
      plan.persistent = persistent;
      plan.until = kHour * 25;
      plan.at(seconds(1), Connect).at(kHour * 24, AssocOk);
      const Trace t = x.run(plan);
      x.expect(t, t.count(Timeout) == 0, "TIMEOUT without a timeout");
      x.expect(t, t.up_at_end, "the attempt does not go on for ever");
    }
  }
}

void expect_timeout(Examiner& x, const Plan& base, Duration at, Duration start) {
  const Trace t = x.run(base);
  const Line* timeout = t.first(Timeout);
  x.expect(t, t.count(Timeout) == 1, "not exactly one TIMEOUT");
  x.expect(t, timeout == nullptr || within(timeout->at, at), "TIMEOUT at the wrong time");
  x.expect(t, t.count(Stop, start + nanoseconds(1), at + kTimeoutSlack) > 0,
           "no STOP at the timeout");
  x.expect(t, t.count(Start, at + kTimeoutSlack) == 0, "START after the TIMEOUT");
  x.expect(t, t.count(OperUp, at + kTimeoutSlack) == 0,
           "a late ASSOC_OK is taken after the TIMEOUT");
}

void timeout_item(Examiner& x, bool persistent) {
  for (const int n : {1, 5, 30}) {
    Plan plan;
    plan.persistent = persistent;
    plan.timeout_s = n;
    plan.until = kHour;
    plan.at(seconds(1), Connect);
    expect_timeout(x, plan, seconds(1 + n), seconds(1));
    expect_timeout(x, Plan(plan).at(seconds(10 + n), AssocOk), seconds(1 + n), seconds(1));
    plan.at(seconds(10 + n), Disconnect).at(seconds(11 + n), Disconnect);  // too late to matter
    expect_timeout(x, plan, seconds(1 + n), seconds(1));
  }
}
void item9(Examiner& x) {
  timeout_item(x, false);
}
void item10(Examiner& x) {
  timeout_item(x, true);
}

// Sub-attempts that fail are followed by others; nothing is said about any of them, and together
// they have the time of one attempt. What comes after its TIMEOUT is for items 9 and 10.
void expect_restarts(Examiner& x, int timeout, bool persistent, Duration fail_after) {
  Plan plan = failing(fail_after);
  plan.timeout_s = timeout;
  plan.persistent = persistent;
  const Duration end = timeout > 0 ? seconds(1 + timeout) : kHour;
  plan.until = timeout > 0 ? end * 3 : end - seconds(1);
  plan.at(seconds(1), Connect);
  const Trace t = x.run(plan);
  const Duration before = end - kTimeoutSlack, behind = end + kTimeoutSlack;
  x.expect(t, t.count(Start, {}, before) >= 2, "no START after a failed sub-attempt");
  x.expect(t, t.count(Start, end / 2, before) > 0, "it stops trying before the timeout");
  x.expect(t, t.count(Timeout, {}, before) + t.count(Fatal, {}, before) == 0,
           "an event for a failed sub-attempt");
  x.expect(t, t.count(Timeout, before, behind) > 0 || t.count(Start, behind) == 0,
           "each sub-attempt has a countdown of its own");
}

void item11(Examiner& x) {
  expect_restarts(x, 60, true, seconds(1));
  expect_restarts(x, 60, true, milliseconds(50));
}
void item12(Examiner& x) {
  expect_restarts(x, 0, false, seconds(1));
  expect_restarts(x, 0, true, seconds(1));
}

void item13(Examiner& x) {
  Plan plan = failing(seconds(20));
  plan.timeout_s = 5;
  plan.at(seconds(1), Connect);
  const Trace t = x.run(plan);
  x.expect(t, t.count(Stop, seconds(5), seconds(6) + kTimeoutSlack) > 0,
           "the technology runs on after the timeout, until its own");
}

void item14(Examiner& x) {
  for (const int timeout : {0, 60}) {
    Plan plan = answering();
    plan.answer.fails_first = 2;
    plan.timeout_s = timeout;
    plan.until = seconds(60);
    plan.at(seconds(1), Connect);
    const Trace t = x.run(plan);
    x.expect(t, t.count(Timeout) + t.count(Fatal) == 0, "an event for a passing failure");
    x.expect(t, t.up_at_end, "the attempt ends with a passing failure");
  }
}

void item15(Examiner& x) {
  expect_restarts(x, 60, false, seconds(1));
  expect_restarts(x, 60, false, milliseconds(50));
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
      {9, "a timeout stops the attempt, one event, nothing more", item9},
      {10, "so does that of a persistent binding", item10},
      {11, "sub-attempts repeat until the timeout", item11},
      {12, "without a timeout they repeat for ever, persistent or not", item12},
      {13, "a technology with a longer timeout of its own is stopped", item13},
      {14, "a failure that may pass is no event", item14},
      {15, "sub-attempts repeat also when not persistent", item15},
  };
}

}  // namespace flapjack::conformance
