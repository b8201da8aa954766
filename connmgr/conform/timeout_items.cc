// SPDX-License-Identifier: Apache-2.0
// Items 9 to 15: the timeout of an attempt, and its sub-attempts until then.
#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kConnect = seconds(1);
constexpr Duration kHour = seconds(3600);

bool within(Duration at, Duration wanted) {
  return at >= wanted - kTimeoutSlack && at <= wanted + kTimeoutSlack;
}

// The attempt that began last before `at` ends there with its one TIMEOUT, and nothing follows.
void expect_timeout(Examiner& x, const Plan& base, Duration at) {
  const Trace t = x.run(base);
  const Line* timeout = t.first(Timeout);
  x.expect(t, t.count(Timeout) == 1, "not exactly one TIMEOUT");
  x.expect(t, timeout == nullptr || within(timeout->at, at), "TIMEOUT at the wrong time");
  const Duration over = (timeout == nullptr ? at : timeout->at) + kTimeoutSlack;
  x.expect(t, !runs_at(t, over + kTick), "no STOP at the timeout");
  x.expect(t, t.count(Start, at + kTimeoutSlack) == 0, "START after the TIMEOUT");
  x.expect(t, t.count(OperUp, at + kTimeoutSlack) == 0,
           "a late ASSOC_OK is taken after the TIMEOUT");
}

// A CONNECT after the timeout is another attempt, with another timeout.
void expect_next_attempt(Examiner& x, Plan plan, int n) {
  const Duration again = seconds(40 + n), due = again + seconds(n);
  const Trace t = x.run(plan.at(again, Connect));
  const bool known = t.count(Start, {}, again) > 0 && t.count(Timeout, {}, again) == 1;
  if (!known) return;  // said already
  x.expect(t, t.count(Start, again, again + kNextStart) > 0, "no START when asked again");
  const Line* timeout = t.first(Timeout, again);
  x.expect(t, t.count(Timeout, again) == 1 && within(timeout->at, due),
           "the next attempt does not end with its own TIMEOUT");
}

// Also at once, as an application's handler does, and soon after.
void expect_next_attempt_soon(Examiner& x, const Plan& plan, int n) {
  const Duration due = kConnect + seconds(n);
  x.sweep(plan, {{due, Connect}}, due, due + seconds(3),
          [&](const Trace& t, const Trace& after, Duration at) {
            const bool told = t.count(Timeout) - after.count(Timeout) == 1;
            if (!told || t.count(Start, {}, at) == 0) return;
            x.expect(t, after.count(Start, {}, at + kNextStart) > 0, "no START when asked again");
            const Line* timeout = after.first(Timeout);
            x.expect(t, timeout != nullptr && within(timeout->at, at + seconds(n)),
                     "the next attempt does not end with its own TIMEOUT");
          });
}

// A sub-attempt that fails shortly before the timeout is followed by none after it.
void expect_no_retry(Examiner& x, const Plan& plan, Duration due) {
  x.sweep(plan, {{seconds(2), AssocFail}}, kConnect + kTick, due,
          [&](const Trace& t, const Trace& after, Duration) {
            const Line* timeout = t.first(Timeout);
            if (!was_running(t, after) || timeout == nullptr) return;
            const Duration over = timeout->at + kTimeoutSlack;
            x.expect(t, !runs_at(t, over + kTick), "no STOP at the timeout");
            x.expect(t, t.count(Start, over) == 0, "START after the TIMEOUT");
          });
}

void timeout_item(Examiner& x, bool persistent) {
  for (const int n : {1, 5, 30, 100, 5000}) {
    Plan plan = with({}, {persistent, n});
    plan.until = seconds(n * 2 + 600);
    plan.at(kConnect, Connect);
    const Duration due = kConnect + seconds(n);
    expect_timeout(x, plan, due);
    expect_timeout(x, Plan(plan).at(seconds(10 + n), AssocOk), due);
    expect_next_attempt(x, plan, n);
    plan.at(seconds(10 + n), Disconnect).at(seconds(11 + n), Disconnect);  // too late to matter
    expect_timeout(x, plan, due);
  }
  // After a success the countdown of the next attempt is its own.
  Plan second = connected({persistent, 5}).at(seconds(20), Disconnect).at(seconds(40), Connect);
  if (x.run(second).count(Timeout, {}, seconds(40)) == 0) expect_timeout(x, second, seconds(45));
  const Plan five = with({}, {persistent, 5}).at(kConnect, Connect);
  expect_next_attempt_soon(x, five, 5);
  expect_no_retry(x, five, kConnect + seconds(5));
  const Duration odd = milliseconds(1700);  // to the second of no clock
  expect_timeout(x, with({}, {persistent, 5}).at(odd, Connect), odd + seconds(5));
  expect_countdown_kept(x, persistent);
}
void item9(Examiner& x) {
  timeout_item(x, false);
}
void item10(Examiner& x) {
  timeout_item(x, true);
}

// Sub-attempts that fail are followed by others; nothing is said about any of them, and together
// they have the time of one attempt, which begins in [from, from + late]. What comes after its
// TIMEOUT is for items 9, 10 and 17.
void expect_restarts(Examiner& x, const Trace& t, int timeout, Duration from, Duration late,
                     bool counts) {
  const Duration end = timeout > 0 ? from + seconds(timeout) : t.until;
  const Duration before = end - kTimeoutSlack, behind = end + late + kTimeoutSlack;
  x.expect(t, t.count(Start, from, before) >= 2, "no START after a failed sub-attempt");
  x.expect(t, t.count(Start, from + (end - from) / 2, before) > 0,
           "it stops trying before the timeout");
  x.expect(t, t.count(Timeout, {}, before) + t.count(Fatal, {}, before) == 0,
           "an event for a failed sub-attempt");
  if (!counts) return;  // it has no countdown at all
  x.expect(t, t.count(Timeout, before, behind) > 0 || t.count(Start, behind) == 0,
           "each sub-attempt has a countdown of its own");
}

void examine_restarts(Examiner& x, Setting setting) {
  for (const Duration fail_after : {seconds(1), milliseconds(50)}) {
    Plan plan = with(failing(fail_after), setting).at(kConnect, Connect);
    plan.until = setting.timeout_s > 0 ? seconds(3 * setting.timeout_s) : kHour;
    Plan silent = plan;
    silent.answer = {};
    const bool counts = x.run(silent).count(Timeout) > 0;  // if not: see 9 and 10
    expect_restarts(x, x.run(plan), setting.timeout_s, kConnect, {}, counts);
  }
}

// The attempt is one that follows a loss. Nothing fails before the grace is over.
void examine_restarts_after_loss(Examiner& x, int timeout) {
  constexpr Duration kLoss = seconds(50);
  Plan plan = with(failing(seconds(1) + x.grace()), {true, timeout}).at(kConnect, Connect);
  plan.until = timeout > 0 ? kLoss + seconds(3 * timeout) : kHour;
  const Trace t = x.run(plan.at(seconds(45), AssocOk).at(kLoss, Loss));
  if (!was_up(t, t.after(Loss, kLoss)) || !told_loss(x, t, kLoss)) return;
  // Whether it begins, and when it ends, is for items 16 and 17.
  const Line* failed = t.first(AssocFail, kLoss);
  if (t.count(Start, kLoss) == 0 || failed == nullptr) return;
  if (t.count(Timeout, kLoss, kLoss + seconds(timeout) - kTimeoutSlack) > 0) return;
  plan.answer = {};
  const Duration due = kLoss + seconds(timeout);  // if it does not, or at another time: see 17
  const bool counts = x.run(plan).count(Timeout, kLoss, due + x.grace() + kTimeoutSlack) > 0;
  expect_restarts(x, t, timeout, kLoss, x.grace(), counts);
}

void item11(Examiner& x) {
  examine_restarts(x, {true, 60});
  examine_restarts_after_loss(x, 60 + seconds_down(x.grace()) * 4);
}
void item12(Examiner& x) {
  for (const bool persistent : {false, true}) examine_restarts(x, {persistent, 0});
  examine_restarts_after_loss(x, 0);
}

void item13(Examiner& x) {
  for (const bool persistent : {false, true}) {
    const Plan plan = with(failing(seconds(20)), {persistent, 5}).at(kConnect, Connect);
    const Trace t = x.run(plan);
    x.expect(t, !runs_at(t, seconds(6) + kTimeoutSlack * 2),
             "the technology runs on after the timeout, until its own");
  }
}

// In the attempt that follows a loss.
void examine_passing_failure_after_loss(Examiner& x, int timeout) {
  const Duration lost = seconds(60), fail = lost + x.grace() + seconds(31);
  const Duration back = fail + seconds(31);
  Plan plan = connected({true, timeout}).at(lost, Loss);
  const Trace t = x.run(plan.at(fail, AssocFail).at(back, AssocOk));
  const Trace after = t.after(AssocFail, fail);
  if (!was_running(t, after) || !told_loss(x, t, lost)) return;
  x.expect(t, after.count(Timeout, {}, back) + after.count(Fatal) == 0,
           "an event for a passing failure after a loss");
  x.expect(t, after.count(OperUp) > 0, "the attempt ends with a passing failure after a loss");
}

void item14(Examiner& x) {
  for (const Setting setting : settings(65)) {
    Plan plan = with(answering(), setting).at(kConnect, Connect);
    plan.answer.fails_first = setting.timeout_s > 0 ? 1 : 2;  // each may take half a minute
    const Trace t = x.run(plan);
    const Line* up = t.first(OperUp);
    const Duration end = up == nullptr ? t.until : up->at;
    x.expect(t, t.count(Timeout, {}, end) + t.count(Fatal) == 0, "an event for a passing failure");
    x.expect(t, t.count(OperUp) > 0, "the attempt ends with a passing failure");
  }
  examine_passing_failure_after_loss(x, 0);
  examine_passing_failure_after_loss(x, 65 + seconds_down(x.grace()));
}

void item15(Examiner& x) {
  examine_restarts(x, {false, 60});
}

}  // namespace

std::vector<ConformItem> timeout_items() {
  return {
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
