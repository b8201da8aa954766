// SPDX-License-Identifier: Apache-2.0
// Items 16 to 20: losses, and what flags and timeouts were when they counted.
#include <algorithm>
#include <array>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kUp = seconds(2), kLoss = seconds(20);

// Whether `at` is `timeout_s` after the LOSS at `loss`, or after the OPER_DOWN that a grace puts
// behind it: the countdown may begin with either.
bool due_after_loss(const Trace& after, Duration loss, int timeout_s, Duration at) {
  const auto near = [&](Duration due) {
    return at >= due - kTimeoutSlack && at <= due + kTimeoutSlack;
  };
  const Line* down = after.first(OperDown);
  return near(loss + seconds(timeout_s)) ||
         (down != nullptr && near(down->at + seconds(timeout_s)));
}

// `after`: what followed the LOSS at `at`.
void expect_fresh_attempt(Examiner& x, const Trace& t, const Trace& after, Duration at,
                          int timeout_s) {
  if (!was_up(t, after)) return;
  x.expect(t, after.count(Start, {}, at + x.grace() + kNextStart) > 0,
           "no new attempt after the LOSS");
  const Duration due = at + seconds(timeout_s);
  const bool early = timeout_s > 0 && after.count(Timeout, {}, due - kTimeoutSlack) > 0;
  x.expect(t, !early, "the countdown of the new attempt is not fresh");
}

// As many as a day may bring, each with a new attempt; some then wait longer for it.
void examine_many_losses(Examiner& x) {
  constexpr int kMany = 24;
  const Duration back = x.grace() + kNextStart * 4, apart = back + seconds(20);
  Plan plan = connected({true, 0});
  for (int i = 0; i < kMany; ++i) {
    plan.at(kLoss + apart * i, Loss).at(kLoss + apart * i + back, AssocOk);
  }
  plan.until = kLoss + apart * kMany;
  const Trace t = x.run(plan);
  for (int i = 0; i < kMany; ++i) {
    const Duration loss = kLoss + apart * i;
    const Trace after = t.after(Loss, loss);
    x.expect(t, !was_up(t, after) || after.count(Start, {}, loss + back) > 0,
             "no new attempt after one of many losses");
  }
}

// One soon after another.
void examine_quick_losses(Examiner& x) {
  constexpr int kMany = 5;
  const Duration back = x.grace() + seconds(3), apart = back + seconds(6);
  Plan plan = connected({true, 0});
  for (int i = 0; i < kMany; ++i) {
    plan.at(kLoss + apart * i, Loss).at(kLoss + apart * i + back, AssocOk);
  }
  const Duration last = kLoss + apart * kMany;
  plan.until = last + x.grace() + kNextStart * 2;
  const Trace t = x.run(plan.at(last, Loss));
  const Trace after = t.after(Loss, last);
  x.expect(t, !was_up(t, after) || after.count(Start, {}, last + x.grace() + kNextStart) > 0,
           "no new attempt after one of several losses in a minute");
}

void item16(Examiner& x) {
  examine_many_losses(x);
  examine_quick_losses(x);
  const int long_enough = 60 + seconds_up(x.grace());
  for (const int timeout : {0, long_enough}) {
    const Plan plan = connected({true, timeout});
    x.sweep(plan, {{kLoss, Loss}}, kUp + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration at) {
              expect_fresh_attempt(x, t, after, at, timeout);
            });
    // A second loss is one like the first.
    const Duration back = x.grace() + seconds(3), next = x.grace() + seconds(23);
    const std::vector<Step> steps = {{kLoss, Loss}, {kLoss + back, AssocOk}, {kLoss + next, Loss}};
    x.sweep(plan, steps, kUp + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration at) {
              if (!was_up(t, after)) return;
              expect_fresh_attempt(x, t, t.after(Loss, at + next), at + next, timeout);
            });
  }
}

// `loss`: the one that nothing makes up for. A CONNECT after the timeout is heard.
void expect_end_after_loss(Examiner& x, const Trace& t, Duration loss, int timeout_s) {
  const Trace after = t.after(Loss, loss);
  const Line* timeout = after.first(Timeout);
  const bool attempted = timeout != nullptr || after.count(Start) > 0;
  if (!was_up(t, after) || !attempted) return;
  x.expect(t, timeout != nullptr, "no TIMEOUT after the LOSS");
  if (timeout == nullptr) return;
  const Line* asked = after.first(Connect);
  const Duration again = asked == nullptr ? t.until : asked->at;
  x.expect(t, after.count(Timeout, {}, again) == 1, "not exactly one TIMEOUT after the LOSS");
  x.expect(t, due_after_loss(after, loss, timeout_s, timeout->at),
           "TIMEOUT at the wrong time after the LOSS");
  x.expect(t, !runs_at(t, timeout->at + kTimeoutSlack + kTick), "no STOP at the timeout");
  x.expect(t, t.count(Start, timeout->at + kTimeoutSlack, again) == 0, "START after the TIMEOUT");
  const bool known = t.count(Start, {}, loss) > 0;
  x.expect(t, asked == nullptr || !known || after.count(Start, again, again + kNextStart) > 0,
           "no START when asked again");
}

void item17(Examiner& x) {
  const Duration again = seconds(40) + x.grace();
  const std::vector<Step> once = {{kLoss, Loss}, {kLoss + again, Connect}};
  x.sweep(connected({true, 10}), once, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace&, Duration at) { expect_end_after_loss(x, t, at, 10); });
  const Duration next = seconds(23);
  const std::vector<Step> twice = {
      {kLoss, Loss}, {kLoss + seconds(3), AssocOk}, {kLoss + next, Loss}};
  x.sweep(connected({true, 10}), twice, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace&, Duration at) {
            expect_end_after_loss(x, t, at + next, 10);
          });
  // Over before the grace is.
  if (const int shorter = seconds_down(x.grace() / 2); shorter > 0) {
    Plan plan = connected({true, shorter}).at(kLoss, Loss);
    expect_end_after_loss(x, x.run(plan.at(kLoss + again, Connect)), kLoss, shorter);
  }
  // The technology says each time that it cannot.
  Plan vain = connected({true, 10}).at(kLoss, Loss);
  vain.answer = {Answer::Kind::Fail, seconds(2), 0};
  const Trace t = x.run(vain);
  if (t.count(Fatal) == 0) expect_end_after_loss(x, t, kLoss, 10);  // see item 14
}

void item18(Examiner& x) {
  for (const int timeout : {0, 10}) {
    const Plan plan = connected({false, timeout});
    x.sweep(plan, {{kLoss, Loss}}, kUp + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration at) {
              if (!was_up(t, after)) return;
              x.expect(t, after.count(Start) == 0, "START after a LOSS though not persistent");
              // The countdown of the attempt itself is for item 4.
              const bool told = after.count(Timeout) + after.count(Fatal) > 0;
              x.expect(t, at < seconds(1 + timeout) + kTimeoutSlack || !told,
                       "an event after a LOSS though not persistent");
            });
    expect_suppressed(x, Plan(plan).at(kLoss, Loss), kLoss + x.grace() + seconds(1));
  }
}

// Changed at any time before the loss, also during the attempt.
void item19(Examiner& x) {
  for (const int timeout : {0, 60}) {
    for (const bool to : {false, true}) {
      const Plan plan = connected({!to, timeout}).at(kLoss, Loss);
      x.sweep(plan, {{seconds(10), Persistent, to ? 1 : 0}}, seconds(1) + kTick, kLoss,
              [&](const Trace& t, const Trace&, Duration) {
                const Trace after = t.after(Loss, kLoss);
                if (!was_up(t, after)) return;
                const bool again = after.count(Start) > 0;
                x.expect(t, again == to, "persistence is not read at the loss");
              });
    }
  }
}

// Each value, before and after.
constexpr std::array<std::array<int, 2>, 4> kChanges = {{{5, 30}, {5, 0}, {0, 5}, {30, 5}}};

// Changed before a CONNECT or during the attempt before it.
void examine_changed_timeout(Examiner& x, int before, int after) {
  constexpr Duration kAgain = seconds(200);
  Plan plan;
  plan.timeout_s = before;
  plan.until = seconds(400);
  plan.at(seconds(1), Connect).at(seconds(3), AssocOk).at(seconds(100), Disconnect);
  plan.at(kAgain, Connect);
  x.sweep(plan, {{seconds(2), Timeout_, after}}, seconds(1), kAgain,
          [&](const Trace& t, const Trace&, Duration) {
            x.expect(t, t.count(OperUp, {}, seconds(100)) == 1,
                     "the attempt is lost with the change");
            const Duration due = kAgain + seconds(after);
            const std::vector<Duration> over = ends(t, kAgain);
            const bool in_time = std::all_of(over.begin(), over.end(), [&](Duration at) {
              return at >= due - kTimeoutSlack && at < due + kTimeoutSlack;
            });
            x.expect(t, after > 0 ? !over.empty() && in_time : over.empty(),
                     "a new attempt does not use the new timeout");
          });
}

// The attempt after the LOSS at `loss` ends `timeout_s` after it, or never.
bool ends_as_set(const Trace& t, Duration loss, int timeout_s) {
  const std::vector<Duration> over = ends(t, loss + kTick);
  if (timeout_s == 0) return over.empty();
  const Trace lost = t.after(Loss, loss);
  return !over.empty() && std::all_of(over.begin(), over.end(), [&](Duration at) {
    return due_after_loss(lost, loss, timeout_s, at);
  });
}

// Changed before the LOSS at `loss`, the last of `plan`: the attempt that follows is a new one.
void examine_changed_before_loss(Examiner& x, Plan plan, Duration loss, int after) {
  plan.until = seconds(400);
  // Where it goes wrong without a change, too: see items 8 and 17.
  if (!ends_as_set(x.run(with(plan, {true, after})), loss, after)) return;
  x.sweep(plan, {{seconds(10), Timeout_, after}}, seconds(1) + kTick, loss,
          [&](const Trace& t, const Trace&, Duration) {
            const Trace lost = t.after(Loss, loss);
            if (!was_up(t, lost) || lost.count(Start) == 0) return;
            x.expect(t, ends_as_set(t, loss, after),
                     "the attempt after a LOSS does not use the new timeout");
          });
}

void item20(Examiner& x) {
  for (const auto& [before, after] : kChanges) {
    examine_changed_timeout(x, before, after);
    const Plan lost = connected({true, before}).at(kLoss, Loss);
    examine_changed_before_loss(x, lost, kLoss, after);
    constexpr Duration kNext = seconds(43);
    const Plan twice = Plan(lost).at(seconds(23), AssocOk).at(kNext, Loss);
    examine_changed_before_loss(x, twice, kNext, after);
  }
}

}  // namespace

std::vector<ConformItem> loss_items() {
  return {
      {16, "persistent and lost: a new attempt with a fresh countdown", item16},
      {17, "which ends in one timeout", item17},
      {18, "not persistent and lost: no attempt, also not the technology's own", item18},
      {19, "persistence counts as it is at the loss", item19},
      {20, "a changed timeout loses no attempt and counts for the next", item20},
  };
}

}  // namespace flapjack::conformance
