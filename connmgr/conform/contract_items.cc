// SPDX-License-Identifier: Apache-2.0
// Items 32 to 36: errors, addresses, and what an implementation must not look at.
#include <algorithm>
#include <optional>

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

// As soon as the error is told, as an application's handler does, or soon after.
void examine_connect_after_error(Examiner& x) {
  constexpr Duration kError = seconds(5);
  const Plan plan = Plan().at(seconds(1), Connect).at(kError, Error);
  x.sweep(plan, {{kError, Connect}}, kError, kError + seconds(3),
          [&](const Trace& t, const Trace& after, Duration at) {
            const bool told = t.count(Fatal) - after.count(Fatal) == 1;
            if (!told || t.count(Start, {}, kError) == 0) return;
            x.expect(t, after.count(Start, {}, at + kNextStart) > 0,
                     "no new attempt after FATAL and CONNECT");
          });
}

void item32(Examiner& x) {
  for (const Setting setting : settings(60)) {
    Plan plan = with(answering(), setting);
    plan.answer.fails_first = 1;
    plan.until = seconds(400);
    plan.at(seconds(1), Connect).at(seconds(15), Loss);
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
      // One that comes while the report waits for its turn is stopped.
      x.expect(t, after.count(Start, at + kAtOnce + kTick, again) == 0 && !runs_at(t, at + kSoon),
               "START after FATAL");
      x.expect(t, after.count(OperUp, at + kSoon, again) == 0,
               "a late ASSOC_OK is taken after FATAL");
      x.expect(t, after.count(Start, again) > 0, "no new attempt after FATAL and CONNECT");
    };
    x.sweep(plan, steps, seconds(1) + kTick, seconds(40), check);
  }
  examine_connect_after_error(x);
}

// In an attempt that was asked for, and in one that follows a loss.
void item33(Examiner& x) {
  const auto check = [&](const Trace& t, const Trace&, Duration) {
    x.expect(t, t.count(Fatal) == 0 || t.count(Timeout) == 0,
             "both FATAL and TIMEOUT for one attempt");
  };
  for (const bool persistent : {false, true}) {
    Plan plan = with(failing(seconds(2)), {persistent, 7}).at(seconds(1), Connect);
    x.sweep(plan, {{seconds(5), Error}}, seconds(1) + kTick, seconds(20), check);
  }
  Plan lost = connected({true, 7}).at(seconds(20), Loss);
  lost.answer = {Answer::Kind::Fail, seconds(2), 0};
  x.sweep(lost, {{seconds(25), Error}}, seconds(20) + kTick, seconds(40) + x.grace(), check);
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

// There while the iface is up, gone once the connection is.
class AddressJudge {
 public:
  AddressJudge(Examiner& x, const Trace& t, int iface) : x_(x), t_(t), iface_(iface) {}

  void judge() {
    for (const Line& line : t_.lines) {
      if (line.iface == iface_) take(line);
      const bool elsewhere = line.word == IpAdd && line.iface != iface_;
      x_.expect(t_, !elsewhere, "an address on another iface");
    }
    wait(t_.until);
  }

 private:
  void wait(Duration now) {
    x_.expect(t_, held_ <= 0 || !gone_by_ || now <= *gone_by_,
              "an address that stays after the end of the connection");
    x_.expect(t_, held_ > 0 || !there_by_ || now <= *there_by_, "no address though up");
  }
  void end(Duration due) {
    if (!gone_by_ || due < *gone_by_) gone_by_ = due;
    if (associated_) ended_ = last_;
    associated_ = false;
    there_by_.reset();
  }
  void take(const Line& line) {
    if (line.at > last_) wait(line.at);
    last_ = line.at;
    if (line.word == AssocOk) {
      associated_ = true;
      gone_by_.reset();
    }
    if (line.word == OperUp) up_ = true;
    if (line.word == OperDown) up_ = false;
    const bool back = line.word == AssocOk && up_ && !there_by_;  // within a grace
    const bool begun = (line.word == OperUp && associated_) || back;
    if (begun) there_by_ = line.at + kAddressTime;
    if (line.word == OperDown) there_by_.reset();
    if (line.word == IpAdd || line.word == IpDel) held_ += line.word == IpAdd ? 1 : -1;
    if (line.word == IpAdd) {  // what ends it may still wait for a work queue
      const bool in_time = associated_ || (ended_ && line.at <= *ended_ + kAtOnce);
      x_.expect(t_, in_time, "an address without an association");
    }
    if (line.word == Loss) end(line.at + x_.grace() + kSoon);
    const bool idle = line.word == IdleStop && up_;  // else it may go unheard
    const bool ends_at_once =
        line.word == Disconnect || idle || line.word == Error || line.word == Timeout;
    if (ends_at_once) end(line.at + kSoon);
  }

  Examiner& x_;
  const Trace& t_;
  int iface_, held_ = 0;
  bool associated_ = false, up_ = false;
  Duration last_{};
  std::optional<Duration> gone_by_, there_by_, ended_;
};

// Each way that a connection ends, and a second one.
std::vector<Plan> connections(const Examiner& x, int iface) {
  std::vector<Plan> plans;
  for (const Setting setting : settings(6)) {
    for (const Word end : {Loss, Error, Disconnect, IdleStop}) {
      Plan plan = with(answering(), setting);
      plan.ifaces = iface + 1;
      plan.at(seconds(1), Connect, 0, iface).at(seconds(20), end, 0, iface);
      plan.at(x.grace() + seconds(50), Connect, 0, iface);
      plan.at(x.grace() + seconds(80), Disconnect, 0, iface);
      plans.push_back(plan);
    }
  }
  if (iface == 0) plans.push_back(connected({true, 6}).at(seconds(20), Loss));
  return plans;
}

// An address may come a while after the OPER_UP: the end comes before it, or the technology is back
// within the grace.
void examine_address_due(Examiner& x) {
  const auto check = [&](const Trace& t, const Trace&, Duration) { AddressJudge(x, t, 0).judge(); };
  constexpr Duration kFrom = seconds(2) + kTick, kTo = seconds(2) + kAddressTime;
  for (const Word end : {Loss, Error, Disconnect, IdleStop}) {
    Plan plan = connected({false, 0});
    plan.until = seconds(60);
    x.sweep(plan, {{seconds(3), end}}, kFrom, kTo, check);
  }
  if (x.grace() <= kAtOnce * 2) return;
  for (const bool persistent : {false, true}) {
    x.sweep(connected({persistent, 0}), {{seconds(3), Loss}, {seconds(3) + x.grace() / 2, AssocOk}},
            kFrom, kTo, check);
  }
}

void item34(Examiner& x) {
  bool any = false;
  for (const int iface : {0, 1}) {
    if (iface > 0 && !any) break;
    for (const Plan& plan : connections(x, iface)) {
      const Trace t = x.run(plan);
      const bool assigns = std::any_of(t.lines.begin(), t.lines.end(),
                                       [](const Line& line) { return line.word == IpAdd; });
      if (assigns || any) AddressJudge(x, t, iface).judge();
      any = any || assigns;
    }
  }
  if (any) examine_address_due(x);
  if (x.subject().make_own) any = examine_own_addresses(x) || any;
  if (!any) x.not_applicable("it assigns no addresses");
}

// Down, and up again a while later: what is up then is associated.
void item35(Examiner& x) {
  for (const Setting setting : settings(30)) {
    const Plan plan = with(answering(), setting).at(seconds(1), Connect);
    x.sweep(plan, {{seconds(5), AdminDown}}, seconds(1) + kTick, seconds(40),
            [&](const Trace& t, const Trace& after, Duration) {
              x.expect(t, after.count(OperUp) == 0 && !t.up_at_end, "OPER_UP while admin-down");
            });
    const Plan left = Plan(plan).at(seconds(50), Disconnect).at(seconds(80), Connect);
    const std::vector<Step> steps = {{seconds(5), AdminDown}, {seconds(8), AdminUp}};
    x.sweep(left, steps, seconds(1) + kTick, seconds(75),
            [&](const Trace& t, const Trace& after, Duration at) {
              x.expect(t, after.count(OperUp, {}, at + seconds(3)) == 0,
                       "OPER_UP while admin-down");
              expect_up_only_associated(x, t, at + seconds(3), seconds(80));
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
      if (timeout == 0 && !persistent) continue;
      const Plan plan = story({persistent, timeout});
      const std::vector<Line> alone = deeds(x.run(plan));
      for (int way = 0; way < 4; ++way) {
        if (way > 0 && (timeout == 0 || !persistent)) break;
        const Step flip{seconds(5), Flip, way};
        x.sweep(plan, {flip}, {}, seconds(100), [&](const Trace& t, const Trace&, Duration) {
          x.expect(t, deeds(t) == alone, "the iface's state changes what it does");
        });
      }
      if (timeout == 0) continue;
      // Admin-down for a second. The connection manager calls nothing for a DISCONNECT meanwhile.
      x.sweep(plan, {{seconds(5), Flip, 4}, {seconds(6), AdminUp}}, {}, seconds(78),
              [&](const Trace& t, const Trace&, Duration) {
                x.expect(t, deeds(t) == alone, "that it is admin-down changes what it does");
              });
    }
  }
}

}  // namespace

std::vector<ConformItem> contract_items() {
  return {
      {32, "an irrecoverable error is one event, and the end until connect", item32},
      {33, "never a fatal error and a timeout for one attempt", item33},
      {34, "addresses come with the connection and go with it", item34},
      {35, "admin-down: never up before admin-up", item35},
      {36, "nothing is read from the iface", item36},
  };
}

}  // namespace flapjack::conformance
