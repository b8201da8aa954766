// SPDX-License-Identifier: Apache-2.0
// Items 31 to 44: errors, and what an implementation must leave alone.
#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kTick = nanoseconds(1);

Plan story(bool persistent, int timeout_s) {  // connected, lost, perhaps connected again, left
  Plan plan = answering();
  plan.answer.fails_first = 1;
  plan.persistent = persistent;
  plan.timeout_s = timeout_s;
  plan.until = seconds(300);
  plan.at(seconds(1), Connect).at(seconds(20), Loss).at(seconds(40), Connect);
  return plan.at(seconds(80), Disconnect);
}

void expect_no_fault(Examiner& x, const Trace& t, BenchFault fault) {
  for (const Line& line : t.lines) {
    const bool bad = line.word == Fault && line.value == static_cast<int>(fault);
    x.expect(t, !bad, bench_fault_text(static_cast<int>(fault)));
  }
}

void item31(Examiner& x) {
  Plan plan = answering();
  plan.configured = false;
  plan.at(seconds(1), CfgSet).at(seconds(2), Connect);
  const Trace t = x.run(plan);
  x.expect(t, t.up_at_end, "what was configured before CONNECT does not count");
}

void item32(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = answering();
    plan.answer.fails_first = 1;
    plan.persistent = persistent;
    plan.until = seconds(400);
    plan.at(seconds(1), Connect);
    const std::vector<Step> steps = {{seconds(5), Error},
                                     {seconds(5), Error},
                                     {seconds(6), Error},
                                     {seconds(105), AssocOk},
                                     {seconds(205), Connect}};
    const auto check = [&](const Trace& t, const Trace& after, Duration at) {
      if (!was_running(t, after)) return;
      const Duration again = at + seconds(200);
      x.expect(t, t.count(Fatal, {}, again) == 1, "not exactly one FATAL");
      x.expect(t, after.count(Stop, {}, at + kSoon) > 0, "no STOP after an irrecoverable error");
      x.expect(t, !was_up(t, after) || after.count(OperDown, {}, at + kSoon) > 0,
               "still up after FATAL");
      x.expect(t, after.count(Start, {}, again) == 0, "START after FATAL");
      x.expect(t, after.count(OperUp, at + kSoon, again) == 0,
               "a late ASSOC_OK is taken after FATAL");
      x.expect(t, after.count(Start, again) > 0, "no new attempt after FATAL and CONNECT");
    };
    x.sweep(plan, steps, seconds(1) + kTick, seconds(40), check);
  }
}

void item33(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = failing(seconds(2));
    plan.persistent = persistent;
    plan.timeout_s = 7;
    plan.at(seconds(1), Connect);
    x.sweep(plan, {{seconds(5), Error}}, seconds(1) + kTick, seconds(20),
            [&](const Trace& t, const Trace&, Duration) {
              x.expect(t, t.count(Fatal) == 0 || t.count(Timeout) == 0,
                       "both FATAL and TIMEOUT for one attempt");
            });
  }
}

// Above its own technology: there before OPER_UP, gone before OPER_DOWN.
bool examine_own_addresses(Examiner& x) {
  Plan plan;
  plan.own = true;
  plan.until = seconds(900);
  plan.at(seconds(1), Connect).at(seconds(600), Disconnect);
  const Trace t = x.run(plan);
  const Line *add = t.first(IpAdd), *del = t.first(IpDel);
  if (add == nullptr) return false;
  x.expect(t, t.first(OperUp) != nullptr && t.count(OperUp, {}, add->at) == 0,
           "OPER_UP before the address");
  x.expect(t, del != nullptr && t.count(IpAdd) == t.count(IpDel),
           "an address that stays after the end of the connection");
  return true;
}

void item34(Examiner& x) {
  bool any = false;
  for (const bool persistent : {false, true}) {
    const Trace t = x.run(story(persistent, 0));
    int held = 0;
    bool associated = false;
    for (const Line& line : t.lines) {
      if (line.word == IpAdd || line.word == IpDel) held += line.word == IpAdd ? 1 : -1;
      if (line.word == IpAdd) any = true;
      if (line.word == AssocOk) associated = true;
      if (line.word == Loss || line.word == Disconnect) associated = false;
      x.expect(t, line.word != IpAdd || associated, "an address before the association");
    }
    x.expect(t, held <= 0, "an address that stays after the end of the connection");
  }
  if (x.subject().make_own) any = examine_own_addresses(x) || any;
  if (!any) x.not_applicable("it assigns no addresses");
}

void item35(Examiner& x) {
  for (const bool persistent : {false, true}) {
    const std::vector<Step> steps = {{seconds(5), AdminDown}};
    Plan plan = answering();
    plan.persistent = persistent;
    plan.timeout_s = 30;
    plan.at(seconds(1), Connect);
    x.sweep(plan, steps, seconds(1) + kTick, seconds(40),
            [&](const Trace& t, const Trace& after, Duration) {
              x.expect(t, after.count(OperUp) == 0 && !t.up_at_end, "OPER_UP while admin-down");
            });
  }
}

std::vector<Line> deeds(const Trace& t, int iface = 0) {
  return t.only({Start, Stop, Timeout, Fatal, Ret}, iface);
}

// Away and back again, and left behind in each state.
void item36(Examiner& x) {
  for (const bool persistent : {false, true}) {
    for (const int timeout : {0, 5}) {
      const Plan plan = story(persistent, timeout);
      const std::vector<Line> alone = deeds(x.run(plan));
      for (int way = 0; way < 4; ++way) {
        if (way > 0 && timeout == 0) continue;
        const Step flip{seconds(5), Flip, way};
        x.sweep(plan, {flip}, {}, seconds(100), [&](const Trace& t, const Trace&, Duration) {
          x.expect(t, deeds(t) == alone, "the iface's state changes what it does");
        });
      }
      // Admin-down for a second. The connection manager calls nothing for a DISCONNECT meanwhile.
      x.sweep(plan, {{seconds(5), Flip, 4}, {seconds(6), AdminUp}}, {}, seconds(78),
              [&](const Trace& t, const Trace&, Duration) {
                x.expect(t, deeds(t) == alone, "that it is admin-down changes what it does");
              });
    }
  }
}

void item37(Examiner& x) {
  const std::initializer_list<Word> all = {Start, Stop, OperUp, OperDown, Timeout, Fatal, Ret};
  for (const bool persistent : {false, true}) {
    const Plan one = story(persistent, 6);
    Plan pair = one;
    pair.ifaces = 2;
    const std::vector<Line> alone = x.run(one).only(all);
    for (const int ms : {0, 1, 400, 1000, 1500, 19'000, 20'000, 38'500, 41'000}) {
      Plan other = pair;
      other.steps.clear();
      for (Step step : one.steps) {
        step.iface = 1;
        step.at = step.at + milliseconds(ms);
        other.steps.push_back(step);
      }
      other.steps.push_back({seconds(130), Connect, 0, 1, Place::First});
      other.steps.push_back({seconds(140), Error, 0, 1, Place::First});
      const std::vector<Line> other_alone = x.run(other).only(all, 1);
      Plan both = other;
      both.steps.insert(both.steps.end(), one.steps.begin(), one.steps.end());
      const Trace t = x.run(both);
      x.expect(t, t.only(all) == alone && t.only(all, 1) == other_alone,
               "what happens to one iface changes another");
    }
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

void item38(Examiner& x) {
  for (const bool persistent : {false, true}) {
    for (Plan plan : {story(persistent, 6), story_of_timeouts(), story_of_errors()}) {
      plan.persistent = persistent;
      plan.timeout_s = 6;
      plan.at(seconds(90), x.knows_idle() ? IdleStop : Disconnect);
      const std::vector<Step> steps = {{seconds(5), Persistent, persistent ? 0 : 1},
                                       {seconds(5), Timeout_, 9},
                                       {seconds(5), NoAuto, 0}};
      expect_no_fault(x, x.run(plan), BenchFault::FlagsChanged);
      x.sweep(plan, steps, milliseconds(500), seconds(100),
              [&](const Trace& t, const Trace&, Duration) {
                expect_no_fault(x, t, BenchFault::FlagsChanged);
              });
    }
  }
}

void item39(Examiner& x) {
  for (const bool own : {false, true}) {
    if (own && !x.subject().make_own) continue;
    Trace t;
    t.lines = run_options(x.subject(), own);
    for (const Line& line : t.lines) {
      if (line.word == Fault) x.expect(t, false, bench_fault_text(line.value));
    }
  }
}

void item40(Examiner& x) {
  Plan plan = answering();
  plan.at(seconds(1), Connect);
  plan.reaction = {OperUp, Disconnect};
  const Trace left = x.run(plan);
  expect_no_fault(x, left, BenchFault::Runaway);
  x.expect(left, left.count(OperUp) == 1 && !left.up_at_end,
           "a DISCONNECT from within the call that made it OPER_UP is lost");
  for (const Word end : {Loss, Error, Disconnect}) {
    for (const bool persistent : {false, true}) {
      Plan again = answering();
      again.persistent = persistent;
      again.reaction = {OperDown, Connect};
      again.until = seconds(60);
      again.at(seconds(1), Connect).at(seconds(20), end);
      const Trace t = x.run(again);
      expect_no_fault(x, t, BenchFault::Runaway);
      x.expect(t, t.up_at_end, "a CONNECT from within the call that took it down is lost");
    }
  }
}

void item41(Examiner& x) {
  for (const bool persistent : {false, true}) {
    Plan plan = answering();
    plan.persistent = persistent;
    plan.at(seconds(1), AssocOk).at(seconds(10), Connect).at(seconds(30), Loss);
    plan.at(seconds(50), Connect);
    const Trace t = x.run(plan);
    x.expect(t, t.count(OperUp, seconds(10), seconds(20)) + t.count(OperUp, {}, seconds(10)) > 0,
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
  for (const bool persistent : {false, true}) {
    for (const int timeout : {0, 5}) {
      Plan plan = story(persistent, timeout);
      plan.at(seconds(100), Connect).at(seconds(101) + milliseconds(500), Error);
      const Trace t = x.run(plan);
      expect_no_fault(x, t, BenchFault::DecoyTouched);
    }
    Plan plan;
    plan.persistent = persistent;
    plan.timeout_s = 5;
    const Trace t = x.run(plan.at(seconds(1), Connect));
    expect_no_fault(x, t, BenchFault::DecoyTouched);
  }
}

void item44(Examiner& x) {
  if (!x.knows_idle()) return x.not_applicable("no idle timeouts in this release: see item 21");
  for (const bool persistent : {true, false}) {
    Plan plan = answering();
    plan.persistent = persistent;
    plan.until = seconds(150);
    plan.at(seconds(1), Connect);
    const auto check = [&](const Trace& t, const Trace& after, Duration at) {
      if (!was_up(t, after)) return;
      x.expect(t, after.count(OperDown, {}, at + kSoon) > 0, "no OPER_DOWN when idle");
      const bool again = after.count(Start) > 0 && t.up_at_end;
      x.expect(t, again == persistent,
               persistent ? "no new attempt after an idle disconnect"
                          : "a new attempt after an idle disconnect, not persistent");
    };
    const Duration next = seconds(40);  // idle once more
    x.sweep(plan, {{seconds(10), IdleStop}}, seconds(3), seconds(60), check);
    x.sweep(plan, {{seconds(10), IdleStop}, {seconds(10) + next, IdleStop}}, seconds(3),
            seconds(60), [&](const Trace& t, const Trace& after, Duration at) {
              check(t, after, at);
              check(t, t.after(IdleStop, at + next), at + next);
            });
  }
}

}  // namespace

std::vector<ConformItem> contract_items() {
  return {
      {31, "all configuration can be set before connect", item31},
      {32, "an irrecoverable error is one event, and the end until connect", item32},
      {33, "never a fatal error and a timeout for one attempt", item33},
      {34, "addresses come with the connection and go with it", item34},
      {35, "admin-down: never up before admin-up", item35},
      {36, "nothing is read from the iface", item36},
      {37, "two ifaces are as each alone", item37},
      {38, "flags and timeouts belong to the application", item38},
      {39, "options: ENOPROTOOPT, ENOBUFS, length 0 on error", item39},
      {40, "a call from within a call counts", item40},
      {41, "use from outside is a loss or a gain, never stuck", item41},
      {42, "without it the iface is there, unbound: connect is ENOTSUP", item42},
      {43, "only the binding's own iface is touched", item43},
      {44, "idle and persistent: a new attempt follows", item44},
  };
}

}  // namespace flapjack::conformance
