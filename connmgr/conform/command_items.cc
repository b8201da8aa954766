// SPDX-License-Identifier: Apache-2.0
// Items 16 to 30: losses, commands, configuration.
#include <algorithm>
#include <array>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kConnect = seconds(1), kUp = seconds(2), kLoss = seconds(20);
constexpr Duration kTick = nanoseconds(1);

// Connected at kUp, by a report; the technology answers nothing by itself.
Plan connected(bool persistent, int timeout_s = 0) {
  Plan plan;
  plan.persistent = persistent;
  plan.timeout_s = timeout_s;
  plan.until = seconds(700);
  plan.at(kConnect, Connect).at(kUp, AssocOk);
  return plan;
}

void item16(Examiner& x) {
  x.sweep(connected(true, 10), {{kLoss, Loss}}, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) {
            if (!was_up(t, after)) return;
            x.expect(t, after.count(Start, {}, at + seconds(5)) > 0,
                     "no new attempt after the LOSS");
            x.expect(t, after.count(Timeout, {}, at + seconds(10) - kTimeoutSlack) == 0,
                     "the countdown of the new attempt is not fresh");
          });
  // A second loss is one like the first.
  const Duration back = x.grace() + seconds(3), next = x.grace() + seconds(23);
  const std::vector<Step> steps = {{kLoss, Loss}, {kLoss + back, AssocOk}, {kLoss + next, Loss}};
  x.sweep(connected(true, 10), steps, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) {
            const Trace again = t.after(Loss, at + next);
            if (!was_up(t, after) || !was_up(t, again)) return;
            x.expect(t, again.count(Start, {}, at + next + seconds(5)) > 0,
                     "no new attempt after a second LOSS");
            x.expect(t, again.count(Timeout, {}, at + next + seconds(10) - kTimeoutSlack) == 0,
                     "the countdown of the attempt after a second LOSS is not fresh");
          });
}

void item17(Examiner& x) {
  x.sweep(connected(true, 10), {{kLoss, Loss}}, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) {
            if (!was_up(t, after)) return;
            const Duration due = at + seconds(10);
            x.expect(t, after.count(Timeout) == 1, "not exactly one TIMEOUT after the LOSS");
            x.expect(t, after.count(Timeout, {}, due + kTimeoutSlack) == 1, "the TIMEOUT is late");
            x.expect(t, after.count(Stop, {}, due + kTimeoutSlack) > 0, "no STOP at the timeout");
            x.expect(t, t.count(Start, due + kTimeoutSlack) == 0, "START after the TIMEOUT");
          });
}

// The technology tries by itself at `from` and twice more, and at last succeeds.
void expect_suppressed(Examiner& x, Plan plan, Duration from) {
  const std::array retries = {from, from + seconds(2), from + seconds(60)};
  for (const Duration at : retries) plan.at(at, TechRetry);
  plan.at(retries.back() + seconds(5), AssocOk);
  const Trace t = x.run(plan);
  for (const Duration at : retries) {
    x.expect(t, t.after(TechRetry, at).count(Stop, at, at + kAtOnce) > 0,
             "TECH_RETRY is not stopped at once");
  }
  x.expect(t, t.count(OperUp, from) == 0, "OPER_UP by the technology's own retry");
}

void item18(Examiner& x) {
  x.sweep(connected(false, 10), {{kLoss, Loss}}, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace& after, Duration) {
            if (!was_up(t, after)) return;
            x.expect(t, after.count(Start) == 0, "START after a LOSS though not persistent");
          });
  expect_suppressed(x, connected(false).at(kLoss, Loss), kLoss + x.grace() + seconds(1));
}

void item19(Examiner& x) {
  for (const bool to : {false, true}) {
    Plan plan = connected(!to);
    plan.at(seconds(10), Persistent, to ? 1 : 0).at(kLoss, Loss);
    const Trace t = x.run(plan);
    const bool again = t.count(Start, kLoss) > 0;
    x.expect(t, again == to, "persistence is not read at the loss");
  }
}

void item20(Examiner& x) {
  constexpr int kValues[][2] = {{5, 30}, {5, 0}, {0, 5}, {30, 5}};
  for (const auto& [before, after] : kValues) {
    Plan plan;
    plan.timeout_s = before;
    plan.until = seconds(400);
    plan.at(kConnect, Connect).at(seconds(3), AssocOk).at(seconds(100), Disconnect);
    plan.at(seconds(200), Connect);
    x.sweep(plan, {{seconds(2), Timeout_, after}}, kConnect, seconds(3),
            [&, n = after](const Trace& t, const Trace&, Duration) {
              x.expect(t, t.count(OperUp, {}, seconds(100)) == 1,
                       "the attempt is lost with the change");
              const Duration due = seconds(200 + n);
              const std::vector<Duration> over = ends(t, seconds(200));
              const bool in_time = std::all_of(over.begin(), over.end(), [&](Duration at) {
                return at >= due - kTimeoutSlack && at < due + kTimeoutSlack;
              });
              x.expect(t, n > 0 ? !over.empty() && in_time : over.empty(),
                       "a new attempt does not use the new timeout");
            });
  }
}

void expect_left(Examiner& x, const Trace& t, const Trace& after, Duration at) {
  if (!was_up(t, after)) return;
  x.expect(t, after.count(Stop, {}, at + kSoon) > 0, "no STOP at DISCONNECT");
  x.expect(t, after.count(OperDown, {}, at + kSoon) > 0, "no OPER_DOWN at DISCONNECT");
  x.expect(t, after.count(Start) == 0, "START after DISCONNECT");
}

void item21(Examiner& x) {
  for (const bool persistent : {false, true}) {
    for (const Word word : {Disconnect, IdleStop}) {
      // Where the connection manager has idle timeouts, a call without its flag is one (item 44).
      if (word == IdleStop && (x.knows_idle() || persistent)) continue;
      x.sweep(
          connected(persistent, 5), {{kLoss, word}}, kUp + kTick, seconds(60),
          [&](const Trace& t, const Trace& after, Duration at) { expect_left(x, t, after, at); });
    }
  }
}

void item22(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = answering(seconds(3));
    plan.answer.fails_first = 1;
    plan.persistent = persistent;
    plan.timeout_s = 20;
    plan.until = seconds(300);
    plan.at(kConnect, Connect);
    const Trace base = x.run(plan);
    const Line* up = base.first(OperUp);
    const Duration end = up == nullptr ? seconds(20) : up->at;
    const std::vector<Step> steps = {{kLoss, Disconnect}, {kLoss + seconds(1), AssocOk}};
    const auto check = [&](const Trace& t, const Trace& after, Duration at) {
      // A CONNECT that was only noted so far may be forgotten, or begun and stopped.
      const Duration left = at + milliseconds(500);
      const bool ran = was_running(t, after);
      const bool begun = ran || after.count(Start, {}, left) > 0;
      x.expect(t, !begun || after.count(Stop, {}, left) > 0, "no STOP at DISCONNECT");
      x.expect(t, after.count(Timeout) == 0, "TIMEOUT after DISCONNECT");
      // One that comes while the DISCONNECT waits for its turn is not late.
      x.expect(t, after.count(OperUp, at + kAtOnce) == 0 && !t.up_at_end,
               "a late ASSOC_OK is taken after DISCONNECT");
      x.expect(t, after.count(Start, ran ? Duration{} : left) == 0, "START after DISCONNECT");
    };
    x.sweep(plan, steps, kConnect + kTick, end, check);
  }
}

void item23(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan attempting;
    attempting.persistent = persistent;
    attempting.at(kConnect, Connect);
    for (Plan plan : {connected(persistent), attempting}) {
      expect_suppressed(x, plan.at(seconds(30), Disconnect), seconds(31));
    }
  }
}

// DISCONNECT, DISCONNECT in one instant, and a third; nothing was going on.
void expect_idle(Examiner& x, Plan plan, bool persistent) {
  const Duration at = seconds(40) + x.grace();
  plan.persistent = persistent;
  plan.timeout_s = 5;
  plan.at(at, Disconnect).at(at, Disconnect).at(at + seconds(2), Disconnect);
  const Trace t = x.run(plan);
  const Trace after = t.after(Disconnect, at);
  const int events = after.count(Timeout) + after.count(Fatal) + after.count(OperUp) +
                     after.count(OperDown) + after.count(Start);
  x.expect(t, was_up(t, after) || events == 0, "DISCONNECT while idle does something");
}

void item24(Examiner& x) {
  const Plan never = answering(), up = answering().at(kConnect, Connect);
  for (const bool persistent : {false, true}) {
    expect_idle(x, never, persistent);
    expect_idle(x, Plan(up).at(kLoss, Disconnect), persistent);
    expect_idle(x, Plan(up).at(kLoss, Error), persistent);
    expect_idle(x, failing().at(kConnect, Connect), persistent);  // over by its timeout
  }
  expect_idle(x, Plan(up).at(kLoss, Loss), false);
}

// Two STARTs without a failure between them are two associations, also when a STOP ended the first.
void expect_one_association(Examiner& x, const Trace& t) {
  bool running = false;
  for (const Line& line : t.lines) {
    x.expect(t, line.word != Start || !running, "a second START for the same attempt");
    if (line.word == Start) running = true;
    if (line.word == AssocFail || line.word == Loss) running = false;
  }
}

void item25(Examiner& x) {
  Plan plan = answering(seconds(2));
  plan.timeout_s = 30;
  plan.at(kConnect, Connect);
  x.sweep(plan, {{kConnect, Connect}}, kConnect, seconds(10),
          [&](const Trace& t, const Trace&, Duration) {
            for (const Line& line : t.only({Ret})) {
              x.expect(t, line.value == 0, "a second CONNECT is refused");
            }
            expect_one_association(x, t);
            x.expect(t, t.count(OperUp) == 1, "not exactly one OPER_UP");
          });
}

void item26(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = connected(persistent);
    plan.at(seconds(3), Timeout_, 5);  // a countdown from now on is that of the second CONNECT
    x.sweep(plan, {{kLoss, Connect}}, seconds(3) + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration) {
              if (!was_up(t, after)) return;
              const Line* ret = after.first(Ret);
              x.expect(t, ret != nullptr && ret->value == 0, "CONNECT while connected is refused");
              x.expect(t, after.count(OperDown) + after.count(OperUp) + after.count(Stop) == 0,
                       "CONNECT while connected takes it down");
              x.expect(t, after.count(Timeout) == 0, "CONNECT while connected runs a countdown");
            });
  }
}

void item27(Examiner& x) {
  for (const bool up : {true, false}) {
    Plan plan = answering();
    plan.until = seconds(60);
    plan.at(kConnect, Connect);
    const std::vector<Step> steps = {{kLoss, up ? Disconnect : Connect},
                                     {kLoss, up ? Connect : Disconnect}};
    x.sweep(plan, steps, kConnect, seconds(30), [&](const Trace& t, const Trace&, Duration) {
      x.expect(t, t.up_at_end == up, "the last command of an instant does not win");
    });
  }
}

Plan unconfigured(int timeout_s) {
  Plan plan = answering();
  plan.configured = false;
  plan.timeout_s = timeout_s;
  plan.until = seconds(600);
  return plan.at(kConnect, Connect);
}

void item28(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = unconfigured(0);
    plan.persistent = persistent;
    const Trace t = x.run(plan);
    const Line* ret = t.first(Ret);
    x.expect(t, ret != nullptr && ret->value == 0, "CONNECT without configuration is refused");
    x.expect(t, t.count(Fatal) == 0, "FATAL for a missing configuration");
    x.expect(t, t.count(Timeout) == 0, "TIMEOUT without a timeout");
  }
}

void item29(Examiner& x) {
  for (const int timeout : {0, 120}) {
    Plan plan = unconfigured(timeout);
    plan.until = seconds(100);
    x.sweep(plan, {{seconds(3), CfgSet}}, kConnect + kTick, seconds(60),
            [&](const Trace& t, const Trace& after, Duration) {
              x.expect(t, after.count(Start) > 0, "no START once configured");
              x.expect(t, t.up_at_end, "configured, but never up");
            });
  }
}

void item30(Examiner& x) {
  for (const bool bad : {false, true}) {
    Plan plan = unconfigured(5);
    if (bad) plan.steps.insert(plan.steps.begin(), Step{milliseconds(500), CfgBad});
    const Trace t = x.run(plan);
    const Duration due = kConnect + seconds(5);
    const std::string_view wrong = bad ? "a wrong configuration is not treated as a failure"
                                       : "a missing configuration has no timeout of its own";
    x.expect(t, t.count(Timeout) == 1 && t.count(Fatal, {}, due - kTimeoutSlack) == 0, wrong);
    x.expect(t, t.count(Timeout, due - kTimeoutSlack, due + kTimeoutSlack) == 1,
             "TIMEOUT at the wrong time");
  }
}

}  // namespace

std::vector<ConformItem> command_items() {
  return {
      {16, "persistent and lost: a new attempt with a fresh countdown", item16},
      {17, "which ends in one timeout", item17},
      {18, "not persistent and lost: no attempt, also not the technology's own", item18},
      {19, "persistence counts as it is at the loss", item19},
      {20, "a changed timeout loses no attempt and counts for the next", item20},
      {21, "disconnect stops and goes down, persistent or not", item21},
      {22, "disconnect ends an attempt; a late success is suppressed", item22},
      {23, "after disconnect the technology's own retry is suppressed", item23},
      {24, "disconnect while idle does nothing", item24},
      {25, "connect twice is one association", item25},
      {26, "connect while connected changes nothing", item26},
      {27, "the last command of an instant wins", item27},
      {28, "without configuration connect waits", item28},
      {29, "and goes on once there is one", item29},
      {30, "until its timeout; a wrong one is a failure that may pass", item30},
  };
}

}  // namespace flapjack::conformance
