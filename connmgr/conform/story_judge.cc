// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story_judge.h"

#include "connmgr/conform/examiner.h"
#include "connmgr/conform/story_state.h"

namespace flapjack::conformance {
namespace {

using Mode = StoryState::Mode;
using Ended = StoryState::Ended;
using Owed = StoryState::Owed;

class Judge {
 public:
  Judge(const Plan& plan, const StoryTerms& terms) : terms_(terms) {
    s_.configured = plan.configured;
    s_.persistent = plan.persistent;
    s_.timeout_s = plan.timeout_s;
  }

  std::optional<StoryVerdict> follow(const Trace& t, Duration until) {
    for (const Line& line : t.lines) {
      if (line.iface != 0) continue;
      check_debts(line.at);
      if (over()) return verdict_;
      s_.now = line.at;
      if (line.input()) {
        take(line);
      } else {
        see(line);
      }
      if (over()) return verdict_;
    }
    check_debts(until);
    return verdict_;
  }

 private:
  bool over() const { return verdict_ || unclear_; }
  void breach(int item, std::string_view wrong) {
    if (!over()) verdict_ = StoryVerdict{item, wrong, s_.now};
  }
  void unclear() { unclear_ = true; }
  // A breach, unless what comes in the same instant shows that it is another one.
  void suspect(int item, std::string_view wrong) {
    if (!suspected_) suspected_ = StoryVerdict{item, wrong, s_.now};
  }

  // The earliest that is overdue tells.
  void check_debts(Duration now) {
    if (suspected_ && suspected_->at < now) verdict_ = suspected_;
    if (over()) return;
    if (const StoryState::Debt* debt = s_.overdue(now)) {
      verdict_ = debt->breach;
    } else if (s_.expired(now)) {
      breach(s_.end_item, "no TIMEOUT when the time of the attempt is over");
    }
  }

  bool admin_just_now() const {
    return (last_ == Word::AdminDown || last_ == Word::AdminUp) && s_.now <= last_at_ + kAtOnce;
  }

  void take(const Line& line);
  void take_setting(const Line& line);
  void take_connect();
  void take_disconnect();
  void take_idle_stop();
  void take_success();
  void take_failure();
  void take_loss();
  void take_retry();
  void take_error();
  void take_config(bool bad);
  void take_admin(bool up);
  void see(const Line& line);
  void see_return(int value);
  void see_start();
  void see_stop();
  void see_up();
  void see_down();
  void see_timeout();
  void see_fatal();
  void see_address(bool added);

  StoryTerms terms_;
  StoryState s_, before_connect_;
  Word last_ = Word::Ret;  // input
  Duration last_at_{};
  bool unclear_ = false;
  std::optional<StoryVerdict> verdict_, suspected_;
};

void Judge::take(const Line& line) {
  if (s_.near_end() || line.at <= s_.lost_until) return unclear();
  if (line.word != Word::Timeout_ && line.word != Word::Persistent) last_ = line.word;
  last_at_ = line.at;
  switch (line.word) {
    case Word::Connect:
      return take_connect();
    case Word::Disconnect:
      return take_disconnect();
    case Word::IdleStop:
      return take_idle_stop();
    case Word::AssocOk:
      return take_success();
    case Word::AssocFail:
      return take_failure();
    case Word::Loss:
      return take_loss();
    case Word::TechRetry:
      return take_retry();
    case Word::Error:
      return take_error();
    default:
      return take_setting(line);
  }
}

void Judge::take_setting(const Line& line) {
  switch (line.word) {
    case Word::CfgSet:
    case Word::CfgBad:
      return take_config(line.word == Word::CfgBad);
    case Word::AdminDown:
    case Word::AdminUp:
      return take_admin(line.word == Word::AdminUp);
    case Word::Persistent:
      if (s_.persistent != (line.value != 0)) s_.other_persistence = !s_.other_persistence;
      s_.persistent = line.value != 0;
      return;
    case Word::Timeout_:
      s_.timeout_s = line.value;
      s_.other_timeout = true;
      s_.any_end = s_.mode == Mode::Attempt;
      return;
    default:
      return;
  }
}

// The connection manager takes an iface admin-up that is to connect.
void Judge::take_connect() {
  before_connect_ = s_;
  s_.other_persistence = false;
  if (!s_.admin_up) take_admin(true);
  if (s_.mode == Mode::Idle) {
    if (s_.associated) return unclear();  // somebody else's, or one that nobody stopped
    const bool ended = s_.ended == Ended::TimedOut || s_.ended == Ended::Failed;
    return s_.begin({}, ended ? s_.idle_item(2, 2) : 2, s_.configured ? s_.timeout_item() : 30);
  }
  if (s_.mode != Mode::Attempt) return;
  // Whether the second one begins the countdown anew is said nowhere.
  const Duration end = s_.now + seconds(s_.timeout_s);
  if (!s_.ends.empty()) s_.ends.push_back({end, end});
  s_.end_item = 25;
}

// The connection manager does not ask the implementation while the iface is admin-down.
void Judge::take_disconnect() {
  if (!s_.admin_up || s_.mode == Mode::Idle) return;
  const bool was_up = s_.mode == Mode::Up;
  const int item = was_up ? 21 : 22;
  if (was_up || s_.running) s_.owe(Owed::Stop, kSoon, item, "no STOP at DISCONNECT");
  s_.owe_end(item);
  s_.end(was_up ? Ended::LeftUp : Ended::LeftAttempt);
}

void Judge::take_idle_stop() {
  if (s_.mode != Mode::Up || !s_.admin_up) return unclear();
  s_.owe(Owed::Stop, kSoon, 44, "no STOP when idle");
  s_.owe_end(44);
  s_.end(Ended::LeftUp);
  if (s_.persistent) s_.begin(kSoon, 44, 44);  // from when it has left
}

void Judge::take_success() {
  s_.associated = true;
  if (s_.mode == Mode::Up) return;
  if (s_.mode == Mode::Idle) {
    if (s_.ended == Ended::Never || s_.now <= s_.since + kAtOnce) unclear();
    return;
  }
  if (!s_.running) return unclear();
  s_.mode = Mode::Up;
  s_.ends.clear();
  s_.settle(Owed::Start);
  if (s_.admin_up && !s_.up) s_.owe(Owed::OperUp, kStartRoom, 4, "no OPER_UP after ASSOC_OK");
}

void Judge::take_failure() {
  const bool ran = s_.running;
  s_.running = false;
  if (s_.mode != Mode::Attempt || !ran || !s_.configured) return;
  s_.further();
  s_.owe_start(s_.again_item(), "no START after a failed sub-attempt");
}

void Judge::take_loss() {
  if (!s_.associated) return;
  if (s_.mode != Mode::Up) return unclear();
  s_.associated = s_.running = false;
  s_.lost_item = s_.other_persistence ? 19 : 18;
  if (terms_.grace > Duration{}) s_.lost_until = s_.now + terms_.grace + kSoon;
  s_.owe_end(6, terms_.grace);
  s_.end(Ended::Lost);
  if (s_.persistent) s_.begin(terms_.grace, s_.other_persistence ? 19 : 16, 17);
}

void Judge::take_retry() {
  if (s_.mode == Mode::Up) return;
  s_.running = true;
  if (s_.mode == Mode::Attempt) return s_.settle(Owed::Start);
  if (s_.ended == Ended::Never) return unclear();
  if (s_.ended == Ended::TimedOut || s_.ended == Ended::Failed) return;
  const int item = s_.ended == Ended::Lost ? s_.idle_item(41, 41) : 23;
  s_.owe(Owed::Stop, kAtOnce, item, "the technology's own retry is not stopped");
}

void Judge::take_error() {
  if (s_.mode == Mode::Idle) {
    const bool told = s_.ended == Ended::TimedOut || s_.ended == Ended::Failed;
    return told ? void() : unclear();
  }
  if (s_.mode == Mode::Attempt && !s_.running) return unclear();
  s_.associated = false;
  s_.owe(Owed::Fatal, kSoon, 32, "no FATAL after an irrecoverable error");
  s_.owe(Owed::Stop, kSoon, 32, "no STOP after an irrecoverable error");
  s_.owe_end(32);
  s_.end(Ended::Failed);
}

void Judge::take_config(bool bad) {
  s_.configured = true;
  s_.bad = bad;
  if (s_.mode == Mode::Up) return unclear();  // another one: it may take it, or keep its own
  if (s_.mode == Mode::Attempt) s_.further();
  if (s_.mode != Mode::Attempt || s_.running || bad) return;
  s_.owe_start(29, "no START once configured");
}

void Judge::take_admin(bool up) {
  s_.admin_up = up;
  if (!up) s_.settle(Owed::OperUp);
  if (!up && s_.up) s_.owe(Owed::OperDown, kSoon, 35, "up while admin-down");
  if (up && s_.mode == Mode::Up && !s_.up) {
    s_.owe(Owed::OperUp, kStartRoom, 35, "no OPER_UP when admin-up again, though associated");
  }
}

void Judge::see(const Line& line) {
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

void Judge::see_return(int value) {
  if (last_ != Word::Connect || value == 0) return;
  const StoryState& was = before_connect_;
  if (terms_.config_check && !was.configured && !was.persistent) {
    s_ = was;
    return;
  }
  if (was.mode == Mode::Up) return breach(26, "CONNECT while connected is refused");
  if (was.mode == Mode::Attempt) return breach(25, "CONNECT while connecting is refused");
  breach(was.configured ? 2 : 28, "CONNECT is refused");
}

void Judge::see_start() {
  s_.settle(Owed::Start);
  s_.running = true;
  if (s_.mode == Mode::Up && last_ == Word::Connect) breach(26, "START though connected");
  if (s_.mode != Mode::Idle) return;
  if (admin_just_now()) return breach(36, "START because of the iface's admin state");
  // A command may wait in a queue behind a START.
  if (s_.ended == Ended::Never || s_.now > s_.since + kAtOnce) {
    return breach(s_.idle_item(3, 21), "START though nobody asked for it");
  }
  s_.owe(Owed::Stop, kSoon, s_.idle_item(3, 21), "no STOP of what began at that instant");
}

void Judge::see_stop() {
  s_.settle(Owed::Stop);
  s_.running = s_.associated = false;
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

void Judge::see_up() {
  s_.settle(Owed::OperUp);
  s_.up = true;
  if (s_.mode == Mode::Up && s_.admin_up) return;
  if (!s_.admin_up || last_ == Word::AdminUp) return breach(35, "OPER_UP without an association");
  if (s_.mode == Mode::Attempt) return breach(5, "OPER_UP while not associated");
  breach(s_.idle_item(5, 23), "OPER_UP though nobody wants it");
}

void Judge::see_down() {
  s_.settle(Owed::OperDown);
  s_.up = false;
  if (s_.mode != Mode::Up || !s_.admin_up) return;
  if (last_ == Word::Connect) return suspect(26, "CONNECT while connected takes it down");
  suspect(last_ == Word::AssocOk ? 4 : 5, "OPER_DOWN while associated");
}

void Judge::see_timeout() {
  if (s_.mode == Mode::Up) {
    if (s_.owes(Owed::OperUp)) return unclear();  // associated, but not usable yet
    return breach(last_ == Word::Connect ? 26 : 4, "TIMEOUT though connected");
  }
  if (s_.mode == Mode::Idle) {
    const int item = s_.ended == Ended::Failed ? 33 : s_.idle_item(s_.timeout_item(), 21);
    return breach(item, "TIMEOUT though no attempt runs");
  }
  if (!s_.any_end && s_.ends.empty()) return breach(8, "TIMEOUT without a timeout");
  if (!s_.any_end && !s_.near_end()) return breach(s_.end_item, "TIMEOUT at the wrong time");
  if (s_.running) s_.owe(Owed::Stop, kTimeoutSlack, s_.end_item, "no STOP at the timeout");
  s_.end(Ended::TimedOut);
}

void Judge::see_fatal() {
  if (s_.owes(Owed::Fatal)) return s_.settle(Owed::Fatal);
  if (s_.mode == Mode::Attempt) {
    if (s_.near_end()) return breach(33, "FATAL instead of the TIMEOUT, or before it");
    const int item = s_.configured ? 14 : 28;
    return breach(s_.bad ? 30 : item, "FATAL for what may pass");
  }
  const bool both = s_.mode == Mode::Idle && s_.ended == Ended::TimedOut;
  breach(both ? 33 : 32, both ? "FATAL after the TIMEOUT" : "FATAL without an error");
}

void Judge::see_address(bool added) {
  s_.addresses += added ? 1 : -1;
  if (s_.addresses <= 0) s_.settle(Owed::Address);
  if (added && s_.mode != Mode::Up) breach(34, "an address without a connection");
}

}  // namespace

std::optional<StoryVerdict> judge_story(const Plan& plan, const StoryTerms& terms, const Trace& t) {
  return Judge(plan, terms).follow(t, plan.until);
}

}  // namespace flapjack::conformance
