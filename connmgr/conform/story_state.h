// SPDX-License-Identifier: Apache-2.0
// StoryState: what the judge of stories knows at one line of a trace: what the attempt or the
// connection is at, what is due and until when, and which item of the checklist tells so.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "connmgr/conform/examiner.h"
#include "connmgr/conform/story_judge.h"

namespace flapjack::conformance {

/// From a step of a story to its START, and from an association to its OPER_UP.
inline constexpr Duration kStartRoom = seconds(30);

struct StoryState {
  enum class Mode : std::uint8_t { Idle, Attempt, Up };
  enum class Ended : std::uint8_t { Never, LeftUp, LeftIdle, LeftAttempt, TimedOut, Failed, Lost };
  enum class Owed : std::uint8_t { Start, Stop, OperUp, OperDown, Fatal, Address, AddressBack };
  static constexpr std::size_t kOwed = 7;

  struct Debt {
    bool owed = false;
    Duration due{};
    StoryVerdict breach{};
  };
  struct Window {
    Duration from, to;
  };

  Duration now{};
  Mode mode = Mode::Idle;
  Ended ended = Ended::Never;  ///< how the last attempt or connection ended
  Duration since{};            ///< when it did
  bool running = false;        ///< the technology is at work, or has succeeded
  bool associated = false;
  bool configured = true, bad = false;  ///< there is a configuration; it is a wrong one
  bool persistent = false, other_persistence = false;  ///< other: than at the last connect
  bool admin_up = true, up = false;
  int timeout_s = 0;
  int addresses = 0;
  std::vector<Window> ends;    ///< when the attempt may end by timeout; empty: never
  int end_item = 9;            ///< that says so
  bool other_timeout = false;  ///< changed since the last attempt began
  bool any_end = false;        ///< changed in the attempt: what follows is not defined
  int lost_item = 18;          ///< that forbids an attempt after the last loss
  bool started = false;        ///< the attempt has had a START
  bool paused = false;         ///< a sub-attempt has failed, and nothing has begun since
  Duration grace_end{};        ///< of the last loss; zero: made up for, or without grace
  bool disturbed = false;      ///< something else has happened within it
  bool stopped = false;        ///< the technology was stopped within it
  bool had_address = false;    ///< at that loss
  std::array<Debt, kOwed> debts{};

  void owe(Owed what, Duration within, int item, std::string_view wrong);
  /// Of a START that is due already, nothing changes.
  void owe_start(int item, std::string_view wrong);
  /// What must follow the end of a connection.
  void owe_end(int item, Duration later = {});
  void settle(Owed what) { debts[static_cast<std::size_t>(what)].owed = false; }
  bool owes(Owed what) const { return debts[static_cast<std::size_t>(what)].owed; }
  /// What is overdue at `at`, the longest first; null: nothing.
  const Debt* overdue(Duration at) const;
  /// The attempt's time has passed before `at`.
  bool expired(Duration at) const;
  /// By when it must have ended; it may by timeout.
  Duration last_end() const;

  /// A loss that need not be told before the end of the grace.
  void lose(Duration grace);
  bool within_grace() const { return now < grace_end - kAtOnce; }
  /// So near to its end that it may be over or not.
  bool near_grace_end() const {
    return grace_end > Duration{} && !within_grace() && now <= grace_end + kSoon;
  }
  Duration grace_left() const { return within_grace() ? grace_end - now : Duration{}; }
  /// Associated again within the grace.
  void come_back();
  /// `item`, unless what makes the difference may be that the iface is admin-down.
  int unless_admin_down(int item) const { return admin_up ? item : 36; }

  /// `slack`: by how much it may begin later. `item` asks for its START, `end_item` for its end.
  void begin(Duration slack, int item, int end_item);
  void end(Ended how);
  /// There is more than one sub-attempt: the time is that of all of them.
  void further();
  /// The attempt may end by timeout about now.
  bool near_end() const;

  int timeout_item() const { return persistent ? 10 : 9; }
  /// The item that asks for another sub-attempt.
  int again_item() const;
  /// The item that forbids what comes while it is idle, by how that came about.
  int idle_item(int never, int left_up) const;
};

}  // namespace flapjack::conformance
