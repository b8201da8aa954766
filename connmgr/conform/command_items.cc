// SPDX-License-Identifier: Apache-2.0
// Items 21 to 27: commands, in every state.
#include <algorithm>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kConnect = seconds(1), kUp = seconds(2), kLoss = seconds(20);

// `late`: how long a report of before may still have its effect.
void expect_left(Examiner& x, const Trace& t, const Trace& after, Duration at, Duration late = {}) {
  if (!was_up(t, after)) return;
  x.expect(t, !runs_at(t, at + kSoon), "no STOP at DISCONNECT");
  x.expect(t, after.count(OperDown, {}, at + kSoon) > 0, "no OPER_DOWN at DISCONNECT");
  x.expect(t, after.count(Start, at + late) == 0, "START after DISCONNECT");
}

// Where the connection manager has idle timeouts, a call without its flag is one (item 44), but all
// others are the application's, also when an idle timeout is set.
void examine_disconnect(Examiner& x, Setting setting, Word word) {
  const auto check = [&](const Trace& t, const Trace& after, Duration at) {
    expect_left(x, t, after, at);
  };
  const Plan plan = connected(setting);
  x.sweep(plan, {{kLoss, word}}, kUp + kTick, seconds(60), check);
  if (word == Disconnect && x.knows_idle()) {
    const Plan idle = Plan(plan).at(seconds(3), IdleTimeout_, kIdleTimeout);
    x.sweep(idle, {{kLoss, word}}, seconds(3) + kTick, seconds(60), check);
  }
  if (x.grace() <= kAtOnce) return;
  const Plan lost = Plan(plan).at(kLoss, Loss);  // but not told
  x.sweep(lost, {{kLoss, word}}, kLoss + kTick, kLoss + x.grace() - kAtOnce,
          [&](const Trace& t, const Trace& after, Duration at) {
            if (t.count(Timeout) > after.count(Timeout)) return;  // over by then
            expect_left(x, t, after, at, kAtOnce + kTick);
          });
}

void item21(Examiner& x) {
  for (const Setting setting : settings(5)) {
    examine_disconnect(x, setting, Disconnect);
    if (!x.knows_idle() && !setting.persistent) examine_disconnect(x, setting, IdleStop);
  }
}

// A DISCONNECT in [from, to), and a success soon after and a second later. Such a success makes up
// for a STOP that was forgotten, so it is tried without one, too.
void expect_attempt_ended(Examiner& x, const Plan& plan, Duration from, Duration to) {
  const auto check = [&](const Trace& t, const Trace& after, Duration at) {
    // A CONNECT that was only noted so far may be forgotten, or begun and stopped.
    const Duration left = at + kSoon - nanoseconds(1);
    const bool ran = was_running(t, after);
    x.expect(t, !runs_at(t, left), "no STOP at DISCONNECT");
    x.expect(t, after.count(Timeout) == 0, "TIMEOUT after DISCONNECT");
    // What comes while the DISCONNECT waits for its turn is not late.
    const Duration late = at + kAtOnce + kTick;
    x.expect(t, after.count(OperUp, late) == 0 && !t.up_at_end,
             "a late ASSOC_OK is taken after DISCONNECT");
    x.expect(t, after.count(Start, ran ? late : left) == 0, "START after DISCONNECT");
  };
  const Step leave = {kLoss, Disconnect};
  const Step soon = {kLoss + kAtOnce * 2, AssocOk}, later = {kLoss + seconds(1), AssocOk};
  x.sweep(plan, {leave}, from, to, check);
  x.sweep(plan, {leave, soon, later}, from, to, check);
}

// In the instant of the report, which may still wait for its turn.
void examine_disconnect_with_report(Examiner& x, Setting setting) {
  for (const Word report : {AssocOk, AssocFail}) {
    const Plan plan = with({}, setting).at(kConnect, Connect).at(kUp, report).at(kUp, Disconnect);
    const Trace t = x.run(plan);
    const bool up = was_up(t, t.after(Disconnect, kUp));  // for item 21
    x.expect(t, up || !t.up_at_end, "a success of that instant is taken after DISCONNECT");
    x.expect(t, !runs_at(t, kUp + kSoon), "no STOP at DISCONNECT");
    x.expect(t, t.count(Start, kUp + kSoon) + t.count(Timeout) == 0,
             "START or TIMEOUT after DISCONNECT");
  }
}

void item22(Examiner& x) {
  for (const Setting setting : settings(20)) {
    Plan plan = with(answering(seconds(3)), setting).at(kConnect, Connect);
    plan.answer.fails_first = 1;
    plan.until = seconds(300);
    const Line up = [&] {
      const Trace base = x.run(plan);
      const Line* line = base.first(OperUp);
      return line == nullptr ? Line{seconds(20)} : *line;
    }();
    expect_attempt_ended(x, plan, kConnect + kTick, up.at);
    examine_disconnect_with_report(x, setting);
    if (!setting.persistent) continue;
    // The attempt after a loss, which ends before its TIMEOUT.
    const Duration soon = std::min(x.grace() + seconds(15), seconds(19));
    expect_attempt_ended(x, connected(setting).at(kLoss, Loss), kLoss + kTick, kLoss + soon);
  }
}

void item23(Examiner& x) {
  for (const Setting setting : settings(60)) {
    const Plan attempting = with({}, setting).at(kConnect, Connect);
    const Plan lost = connected(setting).at(kLoss, Loss);
    for (Plan plan : {connected(setting), attempting}) {
      expect_suppressed(x, plan.at(seconds(30), Disconnect), seconds(31));
    }
    if (!setting.persistent) continue;  // over with the loss: see item 18
    expect_suppressed(x, Plan(lost).at(seconds(30), Disconnect), seconds(31));
  }
}

// DISCONNECT, DISCONNECT in one instant, and a third; nothing was going on.
void expect_idle(Examiner& x, Plan plan, Setting setting) {
  const Duration at = seconds(40) + x.grace();
  plan = with(std::move(plan), setting);
  plan.at(at, Disconnect).at(at, Disconnect).at(at + seconds(2), Disconnect);
  const Trace t = x.run(plan);
  const Trace after = t.after(Disconnect, at);
  const int events = after.count(Timeout) + after.count(Fatal) + after.count(OperUp) +
                     after.count(OperDown) + after.count(Start);
  x.expect(t, was_up(t, after) || events == 0, "DISCONNECT while idle does something");
}

void item24(Examiner& x) {
  const Plan never = answering(), up = answering().at(kConnect, Connect);
  for (const Setting setting : settings(5)) {
    expect_idle(x, never, setting);
    expect_idle(x, Plan(up).at(kLoss, Disconnect), setting);
    expect_idle(x, Plan(up).at(kLoss, Error), setting);
    if (setting.timeout_s > 0) expect_idle(x, failing().at(kConnect, Connect), setting);
    if (!setting.persistent) expect_idle(x, Plan(up).at(kLoss, Loss), setting);
  }
}

// Two STARTs without a failure between them are two associations, also when a STOP that came of the
// CONNECT at `second` ended the first. `base`: without it. Some stop and start by themselves, and
// that may wait for a work queue behind the CONNECT.
void expect_one_association(Examiner& x, const Trace& base, const Trace& t, Duration second) {
  bool running = false;
  for (const Line& line : t.lines) {
    x.expect(t, line.word != Start || !running, "a second START for the same attempt");
    const bool by_itself =
        line.word == Stop && (line.at < second || line.at > second + kAtOnce ||
                              base.count(Stop, line.at - kAtOnce, line.at + kTick) > 0);
    if (line.word == Start) running = true;
    const bool over = line.word == AssocFail || line.word == Loss || line.word == Timeout;
    if (over || by_itself) running = false;
  }
}

// A second CONNECT in [from, to).
void examine_connect_twice(Examiner& x, const Plan& plan, Duration from, Duration to) {
  const Trace base = x.run(plan);
  const bool over = base.count(Fatal) + base.count(Timeout, {}, to) > 0;  // by itself
  const bool ends = plan.answer.kind == Answer::Kind::Ok && base.count(OperUp) == 0;
  if (over || ends) return;  // see items 9 to 15
  x.sweep(plan, {{kConnect, Connect}}, from, to,
          [&](const Trace& t, const Trace&, Duration second) {
            for (const Line& line : t.only({Ret})) {
              x.expect(t, line.value == 0, "a second CONNECT is refused");
            }
            expect_one_association(x, base, t, second);
            x.expect(t, t.count(OperUp) == base.count(OperUp),
                     "a second CONNECT changes how often it is OPER_UP");
          });
}

void item25(Examiner& x) {
  for (const Setting setting : settings(120)) {
    for (const int failures : {0, 1}) {
      Plan plan = with(answering(seconds(2)), setting).at(kConnect, Connect);
      plan.answer.fails_first = failures;
      examine_connect_twice(x, plan, kConnect, seconds(7));
    }
    if (!setting.persistent) continue;
    const Plan lost = connected(setting).at(kLoss, Loss);
    const Duration told = kLoss + x.grace();
    if (!told_loss(x, x.run(lost), kLoss)) continue;
    examine_connect_twice(x, lost, told + kTick, told + seconds(10));
  }
  for (const bool persistent : {false, true}) expect_countdown_kept(x, persistent);
}

void item26(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = connected({persistent, 0});
    plan.at(seconds(3), Timeout_, 5);  // a countdown from now on is that of the second CONNECT
    const Trace base = x.run(plan);
    if (base.count(Stop) + base.count(OperDown) + base.count(Timeout) > 0) continue;  // by itself
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
  for (const Setting setting : settings(120)) {
    for (const bool up : {true, false}) {
      Plan plan = with(answering(), setting).at(kConnect, Connect);
      plan.until = seconds(60);
      const std::vector<Step> steps = {{kLoss, up ? Disconnect : Connect},
                                       {kLoss, up ? Connect : Disconnect}};
      x.sweep(plan, steps, kConnect, seconds(30), [&](const Trace& t, const Trace&, Duration) {
        x.expect(t, t.up_at_end == up, "the last command of an instant does not win");
      });
    }
  }
}

}  // namespace

std::vector<ConformItem> command_items() {
  return {
      {21, "disconnect stops and goes down, persistent or not", item21},
      {22, "disconnect ends an attempt; a late success is suppressed", item22},
      {23, "after disconnect the technology's own retry is suppressed", item23},
      {24, "disconnect while idle does nothing", item24},
      {25, "connect twice is one association", item25},
      {26, "connect while connected changes nothing", item26},
      {27, "the last command of an instant wins", item27},
  };
}

}  // namespace flapjack::conformance
