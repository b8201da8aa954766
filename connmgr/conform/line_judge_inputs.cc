// SPDX-License-Identifier: Apache-2.0
// What each input changes, and what must follow it.
#include "connmgr/conform/line_judge.h"

namespace flapjack::conformance {
namespace {

using Mode = StoryState::Mode;
using Ended = StoryState::Ended;
using Owed = StoryState::Owed;

constexpr Duration kAnyTime = seconds(1'000'000'000);

}  // namespace

void LineJudge::take(const Line& line) {
  if (unusable_ || s_.near_end() || s_.near_grace_end()) return unclear();
  if (line.word != Word::Timeout_ && line.word != Word::Persistent) last_ = line.word;
  last_at_ = line.at;
  return s_.within_grace() ? take_in_grace(line) : take_event(line);
}

// Whether a loss counts when it happens or when the grace is over is the implementation's choice:
// so is what a setting does that changes between the two.
void LineJudge::take_in_grace(const Line& line) {
  const bool over = s_.mode == Mode::Idle && s_.ended != Ended::Lost;
  if (over || !s_.up || !s_.admin_up) return unclear();
  s_.disturbed = true;
  switch (line.word) {
    case Word::Connect:
      return take_connect_in_grace();
    case Word::AssocOk:
      return s_.stopped && !s_.running ? unclear() : s_.come_back();
    case Word::TechRetry:
      s_.running = true;
      return s_.settle(Owed::Start);
    case Word::Disconnect:
    case Word::AssocFail:
    case Word::Error:
      return take_event(line);
    default:
      return line.word == Word::Loss ? void() : unclear();
  }
}

void LineJudge::take_event(const Line& line) {
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

void LineJudge::take_setting(const Line& line) {
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

// Right after init or later.
int LineJudge::first_item() const {
  return s_.ended == Ended::Never ? 2 : 3;
}

// The connection manager takes an iface admin-up that is to connect.
void LineJudge::take_connect() {
  before_connect_ = s_;
  s_.other_persistence = false;
  if (!s_.admin_up) take_admin(true);
  if (s_.mode == Mode::Idle) {
    if (s_.associated) return unclear();  // somebody else's, or one that nobody stopped
    const bool ended = s_.ended == Ended::TimedOut || s_.ended == Ended::Failed;
    // One that has no end for what came before it is not over: the DISCONNECT did nothing.
    const bool left = s_.ended == Ended::LeftAttempt;
    const int end_item = left ? 22 : s_.configured ? s_.timeout_item() : 30;
    return s_.begin({}, ended ? s_.idle_item(2, 2) : first_item(), end_item);
  }
  if (s_.mode != Mode::Attempt) return;
  // Whether the second one begins the countdown anew is said nowhere.
  const Duration end = s_.now + seconds(s_.timeout_s);
  if (!s_.ends.empty()) s_.ends.push_back({end, end});
  s_.end_item = 25;
}

// When its time is over depends on what it counts from: this, the end of the grace, or the loss, if
// that leaves any time.
void LineJudge::take_connect_in_grace() {
  before_connect_ = s_;
  const Duration time = seconds(s_.timeout_s), left = s_.grace_left();
  const Duration from_loss = s_.grace_end - terms_.grace + time;
  if (s_.mode == Mode::Idle) {
    s_.begin(left, 3, s_.timeout_item());
    if (s_.timeout_s > 0 && from_loss > s_.now) s_.ends.push_back({from_loss, from_loss});
  } else if (!s_.ends.empty()) {
    s_.ends.push_back({s_.now + time, s_.now + time + left});
    s_.end_item = 25;
  }
}

// The connection manager does not ask the implementation while the iface is admin-down.
void LineJudge::take_disconnect() {
  const bool in_grace = s_.within_grace();
  if (!s_.admin_up || (s_.mode == Mode::Idle && !in_grace)) return;
  const bool was_up = (s_.mode == Mode::Up && !s_.owes(Owed::OperUp)) || in_grace;
  const int item = was_up ? 21 : 22;
  s_.grace_end = {};
  if (s_.mode == Mode::Up || s_.running) s_.owe(Owed::Stop, kSoon, item, "no STOP at DISCONNECT");
  s_.owe_end(item);
  s_.end(was_up ? Ended::LeftUp : Ended::LeftAttempt);
}

void LineJudge::take_idle_stop() {
  if (s_.mode != Mode::Up || s_.owes(Owed::OperUp) || !s_.admin_up) return unclear();
  s_.owe(Owed::Stop, kSoon, 44, "no STOP when idle");
  s_.owe_end(44);
  s_.end(Ended::LeftIdle);
  if (s_.persistent) s_.begin(kSoon, 44, 44);  // from when it has left
}

void LineJudge::take_success() {
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

void LineJudge::take_failure() {
  const bool ran = s_.running;
  s_.running = false;
  if (s_.mode != Mode::Attempt || !ran || !s_.configured) return;
  s_.paused = true;
  s_.further();
  if (s_.within_grace()) return;  // some wait for the end of it, or for the technology itself
  s_.owe_start(s_.unless_admin_down(s_.again_item()), "no START after a failed sub-attempt");
}

void LineJudge::take_loss() {
  if (!s_.associated) return;
  if (s_.mode != Mode::Up) return unclear();
  if (s_.owes(Owed::OperUp)) {
    if (terms_.grace > Duration{}) return unclear();
    s_.debts = {};
    unusable_ = true;
    if (s_.persistent) s_.owe(Owed::Start, kStartRoom, 16, "no START after a LOSS before OPER_UP");
    return;
  }
  s_.lose(terms_.grace);
  early_start_ = false;
  s_.lost_item = s_.other_persistence ? 19 : 18;
  s_.owe_end(6, terms_.grace);
  s_.end(Ended::Lost);
  const int item = s_.other_persistence ? 19 : 16;
  if (s_.persistent) s_.begin(terms_.grace, s_.unless_admin_down(item), 17);
}

void LineJudge::take_retry() {
  if (s_.mode == Mode::Up) return;
  s_.running = true;
  if (s_.mode == Mode::Attempt) return s_.settle(Owed::Start);
  if (s_.ended == Ended::Never) return unclear();
  const bool over = s_.ended == Ended::Lost || s_.ended == Ended::TimedOut;
  const int item = over || s_.ended == Ended::Failed ? s_.idle_item(41, 41) : 23;
  s_.owe(Owed::Stop, kAtOnce, s_.unless_admin_down(item),
         "the technology's own retry is not stopped");
}

// It is heard between two sub-attempts, too, and while there is no configuration. Whether anybody
// is told of it within a grace that no attempt follows is left open.
void LineJudge::take_error() {
  const bool graced = s_.within_grace();
  if (s_.mode == Mode::Idle && !graced) {
    const bool told = s_.ended == Ended::TimedOut || s_.ended == Ended::Failed;
    return told ? void() : unclear();
  }
  const bool heard = s_.running || s_.paused || !s_.configured || graced;
  if (s_.mode == Mode::Attempt && !heard) return unclear();
  const int item = s_.unless_admin_down(32);
  const Duration room = s_.mode == Mode::Idle ? kAnyTime : kSoon + s_.grace_left();
  s_.owe(Owed::Fatal, room, item, "no FATAL after an irrecoverable error");
  if (s_.mode == Mode::Up || s_.running) {
    s_.owe(Owed::Stop, kSoon + s_.grace_left(), item, "no STOP after an irrecoverable error");
  }
  s_.associated = s_.paused = false;
  if (!graced) s_.owe_end(32);  // else it is owed already
  s_.end(Ended::Failed);
}

void LineJudge::take_config(bool bad) {
  s_.configured = true;
  s_.bad = bad;
  if (s_.mode == Mode::Up) return unclear();  // another one: it may take it, or keep its own
  if (s_.mode == Mode::Attempt && bad) s_.further();
  if (s_.mode != Mode::Attempt || s_.running || bad) return;
  s_.owe_start(29, "no START once configured");
}

void LineJudge::take_admin(bool up) {
  s_.admin_up = up;
  if (!up) s_.settle(Owed::OperUp);
  if (!up && s_.up) s_.owe(Owed::OperDown, kSoon, 35, "up while admin-down");
  if (up && s_.mode == Mode::Up && !s_.up) {
    s_.owe(Owed::OperUp, kStartRoom, 35, "no OPER_UP when admin-up again, though associated");
  }
}

}  // namespace flapjack::conformance
