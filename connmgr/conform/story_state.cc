// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story_state.h"

#include <algorithm>

namespace flapjack::conformance {
void StoryState::owe(Owed what, Duration within, int item, std::string_view wrong) {
  debts[static_cast<std::size_t>(what)] = {true, now + within, {item, wrong, now + within}};
}

void StoryState::owe_start(int item, std::string_view wrong) {
  if (!owes(Owed::Start)) owe(Owed::Start, kStartRoom + grace_left(), item, wrong);
}

void StoryState::owe_end(int item, Duration later) {
  if (up) owe(Owed::OperDown, kSoon + later, item, "no OPER_DOWN at the end of a connection");
  if (addresses > 0) owe(Owed::Address, kSoon + later, 34, "an address outlives the connection");
}

const StoryState::Debt* StoryState::overdue(Duration at) const {
  const Debt* first = nullptr;
  for (const Debt& debt : debts) {
    if (debt.owed && debt.due < at && (first == nullptr || debt.due < first->due)) first = &debt;
  }
  return first;
}

bool StoryState::expired(Duration at) const {
  return mode == Mode::Attempt && !any_end && !ends.empty() && last_end() < at;
}

Duration StoryState::last_end() const {
  Duration last{};
  for (const Window& w : ends) last = std::max(last, w.to + kTimeoutSlack);
  return last;
}

void StoryState::begin(Duration slack, int item, int the_end_item) {
  mode = Mode::Attempt;
  running = paused = started = any_end = false;
  end_item = other_timeout ? 20 : the_end_item;
  other_timeout = false;
  ends.clear();
  const Duration end = now + seconds(timeout_s);
  if (timeout_s > 0) ends.push_back({end, end + slack});
  if (configured) owe(Owed::Start, kStartRoom + slack, item, "no START of a new attempt");
}

void StoryState::end(Ended how) {
  mode = Mode::Idle;
  ended = how;
  since = now;
  ends.clear();
  for (const Owed what : {Owed::Start, Owed::OperUp, Owed::AddressBack}) settle(what);
}

void StoryState::lose(Duration grace) {
  associated = running = disturbed = stopped = false;
  had_address = addresses > 0;
  grace_end = grace > Duration{} ? now + grace : Duration{};
}

// With an address, if it had one and lost it.
void StoryState::come_back() {
  mode = Mode::Up;
  associated = running = true;
  ends.clear();
  for (const Owed what : {Owed::Start, Owed::OperDown, Owed::Address}) settle(what);
  if (had_address && addresses <= 0) {
    owe(Owed::AddressBack, kAddressTime, 34, "no address though back within the grace");
  }
  grace_end = {};
}

void StoryState::further() {
  if (end_item == 9) end_item = 15;
  if (end_item == 10) end_item = 11;
}

bool StoryState::near_end() const {
  return mode == Mode::Attempt && std::any_of(ends.begin(), ends.end(), [&](const Window& w) {
           return now >= w.from - kTimeoutSlack && now <= w.to + kTimeoutSlack;
         });
}

int StoryState::again_item() const {
  if (any_end) return 20;
  if (!configured || bad) return 30;
  if (timeout_s == 0) return 12;
  return persistent ? 11 : 15;
}

int StoryState::idle_item(int never, int left_up) const {
  switch (ended) {
    case Ended::LeftUp:
      return left_up;
    case Ended::LeftIdle:
      return 44;
    case Ended::LeftAttempt:
      return 22;
    case Ended::TimedOut:
      return end_item == 17 ? 17 : timeout_item();
    case Ended::Failed:
      return 32;
    case Ended::Lost:
      return lost_item;
    default:
      return never;
  }
}

}  // namespace flapjack::conformance
