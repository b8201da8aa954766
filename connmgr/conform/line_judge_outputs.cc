// SPDX-License-Identifier: Apache-2.0
// The walk along the trace, and what each output settles or breaks.
#include <utility>

#include "connmgr/conform/line_judge.h"

namespace flapjack::conformance {
namespace {

using Mode = StoryState::Mode;
using Ended = StoryState::Ended;
using Owed = StoryState::Owed;

}  // namespace

std::optional<StoryVerdict> LineJudge::follow(const Trace& t, Duration until) {
  for (told_at_ = 0; told_at_ < t.lines.size(); ++told_at_) {
    const Line& line = t.lines[told_at_];
    if (line.iface != 0) continue;
    check_debts(line.at);
    if (over()) return verdict_;
    s_.now = line.at;
    if (line.input()) {
      take(line);
    } else if (unusable_) {
      see_unusable(line.word);
    } else {
      see(line);
    }
    if (over()) return verdict_;
  }
  check_debts(until);
  return verdict_;
}

// The earliest that is overdue tells.
void LineJudge::check_debts(Duration now) {
  if (suspected_ && suspected_->at < now) {
    verdict_ = suspected_;
    told_at_ = suspected_at_;
  }
  if (over()) return;
  if (const StoryState::Debt* debt = s_.overdue(now)) {
    verdict_ = debt->breach;
  } else if (s_.expired(now)) {
    verdict_ = StoryVerdict{s_.unless_admin_down(s_.end_item),
                            "no TIMEOUT when the time of the attempt is over", s_.last_end()};
  }
}

void LineJudge::see(const Line& line) {
  switch (line.word) {
    case Word::Ret:
      return see_return(line.value);
    case Word::Start:
      return see_start();
    case Word::Stop:
      return see_stop();
    case Word::OperUp:
      return see_up();
    case Word::OperDown:
      return see_down();
    case Word::Timeout:
      return see_timeout();
    case Word::Fatal:
      return see_fatal();
    case Word::IpAdd:
    case Word::IpDel:
      return see_address(line.word == Word::IpAdd);
    default:
      return unclear();  // a fault of the bench: told elsewhere
  }
}

// Whether the attempt goes on or was a connection that is lost is left open. A persistent one tries
// again either way, unless its time is over.
void LineJudge::see_unusable(Word word) {
  if (word == Word::OperUp) breach(5, "OPER_UP though lost before it");
  if (word == Word::Start || word == Word::Timeout) s_.settle(Owed::Start);
}

void LineJudge::see_return(int value) {
  if (last_ != Word::Connect || value == 0) return;
  const StoryState& was = before_connect_;
  if (terms_.config_check && !was.configured && !was.persistent) {
    s_ = was;
    return;
  }
  if (was.mode == Mode::Up) return breach(26, "CONNECT while connected is refused");
  if (was.mode == Mode::Attempt) return breach(25, "CONNECT while connecting is refused");
  breach(was.configured ? (was.ended == Ended::Never ? 2 : 3) : 28, "CONNECT is refused");
}

void LineJudge::see_start() {
  if (s_.mode == Mode::Attempt && s_.grace_end == Duration{})
    early_start_ = s_.owes(Owed::OperDown);
  s_.settle(Owed::Start);
  if (std::exchange(s_.started, true)) s_.further();
  s_.running = true;
  s_.paused = false;
  if (s_.mode == Mode::Up && last_ == Word::Connect) breach(26, "START though connected");
  if (s_.mode != Mode::Idle) return;
  if (admin_just_now()) return breach(36, "START because of the iface's admin state");
  // A command may wait in a queue behind a START.
  if (s_.ended == Ended::Never || s_.now > s_.since + kAtOnce) {
    return breach(s_.idle_item(3, 21), "START though nobody asked for it");
  }
  s_.owe(Owed::Stop, kSoon, s_.idle_item(3, 21), "no STOP of what began at that instant");
}

void LineJudge::see_stop() {
  s_.settle(Owed::Stop);
  s_.running = s_.associated = false;
  s_.stopped = s_.stopped || s_.within_grace();
  if (s_.mode == Mode::Up) {
    if (s_.owes(Owed::OperUp)) return unclear();
    if (admin_just_now()) return breach(36, "STOP because of the iface's admin state");
    return suspect(last_ == Word::Connect ? 26 : 5, "STOP though connected and wanted");
  }
  if (s_.mode != Mode::Attempt || !s_.configured) return;
  if (s_.any_end) return unclear();
  if (s_.near_end()) return;
  const int item = admin_just_now() ? 36 : s_.again_item();
  s_.owe_start(item, "the attempt does not go on after a STOP");
}

void LineJudge::see_up() {
  s_.settle(Owed::OperUp);
  s_.up = true;
  if (s_.mode == Mode::Up && s_.admin_up) return;
  if (!s_.admin_up || last_ == Word::AdminUp) return breach(35, "OPER_UP without an association");
  const bool lost = s_.mode == Mode::Idle && s_.ended == Ended::Lost && !s_.associated;
  if (s_.mode == Mode::Attempt || lost) return breach(5, "OPER_UP while not associated");
  const int left_up = last_ == Word::Disconnect ? 21 : 23;  // else something came of its own
  breach(s_.idle_item(5, left_up), "OPER_UP though nobody wants it");
}

void LineJudge::see_down() {
  const bool told = s_.owes(Owed::OperDown);
  s_.settle(Owed::OperDown);
  s_.up = false;
  const bool after_start = told && early_start_ && s_.ended == Ended::Lost;
  if (after_start) return breach(16, "OPER_DOWN after the START that follows a LOSS");
  const bool over = s_.mode == Mode::Idle && s_.ended == Ended::TimedOut;
  const bool early = s_.within_grace() && !s_.disturbed && !s_.stopped && !s_.near_end() && !over;
  if (early) return breach(7, "OPER_DOWN before the grace is over");
  if (s_.mode != Mode::Up || !s_.admin_up) return;
  if (last_ == Word::Connect) return suspect(26, "CONNECT while connected takes it down");
  suspect(last_ == Word::AssocOk ? 4 : 5, "OPER_DOWN while associated");
}

void LineJudge::see_timeout() {
  if (s_.mode == Mode::Up) {
    if (s_.owes(Owed::OperUp)) return unclear();  // associated, but not usable yet
    return breach(last_ == Word::Connect ? 26 : 4, "TIMEOUT though connected");
  }
  if (s_.mode == Mode::Idle) {
    const int item = s_.ended == Ended::Failed ? 33 : s_.idle_item(s_.timeout_item(), 21);
    return breach(item, "TIMEOUT though no attempt runs");
  }
  if (!s_.any_end && s_.ends.empty()) {
    return breach(s_.end_item == 20 ? 20 : 8, "TIMEOUT without a timeout");
  }
  if (!s_.any_end && !s_.near_end()) return breach(s_.end_item, "TIMEOUT at the wrong time");
  if (s_.running) s_.owe(Owed::Stop, kTimeoutSlack, s_.end_item, "no STOP at the timeout");
  s_.end(Ended::TimedOut);
}

void LineJudge::see_fatal() {
  if (s_.owes(Owed::Fatal)) return s_.settle(Owed::Fatal);
  if (s_.mode == Mode::Attempt) {
    if (s_.near_end()) return breach(33, "FATAL instead of the TIMEOUT, or before it");
    const int item = s_.configured ? 14 : 28;
    return breach(s_.bad ? 30 : item, "FATAL for what may pass");
  }
  const bool both = s_.mode == Mode::Idle && s_.ended == Ended::TimedOut;
  breach(both ? 33 : 32, both ? "FATAL after the TIMEOUT" : "FATAL without an error");
}

void LineJudge::see_address(bool added) {
  s_.addresses += added ? 1 : -1;
  if (s_.addresses <= 0) s_.settle(Owed::Address);
  if (added) s_.settle(Owed::AddressBack);
  if (added && s_.mode != Mode::Up) breach(34, "an address without a connection");
}

}  // namespace flapjack::conformance
