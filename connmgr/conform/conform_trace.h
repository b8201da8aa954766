// SPDX-License-Identifier: Apache-2.0
// The language of a conformance run: what is done to an implementation (Step, Plan) and what came
// of it (Line, Trace). Times are counted from the boot of the bench.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stack/sim/time.h"

namespace flapjack::conformance {

/// A word of a trace; first the inputs, from Ret on the outputs.
enum class Word : std::uint8_t {
  Connect,     ///< conn_mgr_if_connect()
  Disconnect,  ///< conn_mgr_if_disconnect()
  IdleStop,    ///< the disconnect call that an idle timeout makes, without DISCONNECTING
  AdminUp,
  AdminDown,
  AssocOk,       ///< the technology reports success, wanted or not
  AssocFail,     ///< a sub-attempt has ended in vain
  Loss,          ///< nothing happens unless it is associated, or was when it was last stopped
  TechRetry,     ///< the technology begins to associate by itself
  Error,         ///< the technology reports an irrecoverable error
  CfgSet,        ///< the configuration is there and right
  CfgBad,        ///< the configuration is there and wrong
  Persistent,    ///< flag set to the value
  Timeout_,      ///< timeout set to the value, in seconds
  IdleTimeout_,  ///< idle timeout set to the value, in seconds
  NoAuto,        ///< NO_AUTO_CONNECT and NO_AUTO_DOWN set to the value; both set at boot
  Flip,          ///< the iface's state is changed behind the implementation's back; see Bench::flip
  Options,       ///< options are used; see OptionUse
  Ret,           ///< a call has returned; 0 or a negative code
  Start,         ///< the technology was told to associate
  Stop,          ///< the technology was told to stop
  OperUp,
  OperDown,
  Timeout,
  Fatal,
  IpAdd,
  IpDel,
  NoConfig,  ///< NO_CONFIGURATION: the connection manager has refused
  Fault,     ///< the bench saw a rule broken; the value says which of BenchFault
};
std::string_view word_name(Word word);

/// Values of Word::Fault.
enum class BenchFault : int {
  Blocked = 1,      ///< a call took time
  DecoyTouched,     ///< an iface that is not bound was changed
  NotDown,          ///< up after init
  FlagsChanged,     ///< a flag or a timeout is not what the application set
  OptionCode,       ///< an unknown option is not ENOPROTOOPT with length 0
  OptionSize,       ///< a wrong size is not ENOBUFS
  Runaway,          ///< it calls without end
  UnboundConnects,  ///< an iface without binding does not answer ENOTSUP
  OptionShared,     ///< an option of one iface is that of another, too
  OptionState,      ///< an option cannot be used in this state, but could after boot
  OptionLost,       ///< an option is not what the application set
  OptionRoom,       ///< an option does not fit into as many bytes as it has
};
std::string_view bench_fault_text(int fault);

/// Values of Word::Options. Ends: Compare finds what Change has set.
enum class OptionUse : int { WriteBack, Change, Compare };

/// Before or after everything else of its instant.
enum class Place : std::uint8_t { First, Last };

struct Step {
  Duration at;
  Word word = Word::Connect;
  int value = 0;
  int iface = 0;
  Place place = Place::First;
};

/// What the technology answers to START by itself.
struct Answer {
  enum class Kind : std::uint8_t { Nothing, Ok, Fail } kind = Kind::Nothing;
  Duration after = {};
  int fails_first = 0;  ///< so many failures before the first Ok
};

/// What a handler does at once, in the call that raised an event (item 40).
struct Reaction {
  Word on = Word::Ret;  ///< Ret: nothing
  Word call = Word::Connect;
};

struct Plan {
  std::vector<Step> steps;
  Answer answer{};
  int timeout_s = 0;
  bool persistent = false;
  bool configured = true;
  bool own = false;  ///< above the technology that it ships with: only calls can be played
  int ifaces = 1;
  Reaction reaction{};
  Duration until = seconds(120);

  Plan& at(Duration t, Word word, int value = 0, int iface = 0) {
    steps.push_back({t, word, value, iface, Place::First});
    return *this;
  }
};

/// "persistent, timeout 5s, configured, no grace": what the lines of its trace do not show.
std::string setting_text(const Plan& plan, Duration grace);

struct Line {
  Duration at;
  Word word = Word::Ret;
  int value = 0;
  int iface = 0;
  bool input() const { return word < Word::Ret; }
  bool operator==(const Line&) const = default;
};
/// "5.000s  TIMEOUT", outputs further to the right than inputs.
std::string line_text(const Line& line);

/// What the bench saw of a fault, for the reader: "set of 5 bytes to option 0 is EINVAL".
struct Remark {
  BenchFault fault;
  std::string got;
};

struct Trace {
  std::vector<Line> lines;
  std::vector<Remark> remarks;  ///< one for each Word::Fault, in that order
  bool up_at_end = false;       ///< the first iface
  bool refused = false;    ///< a CONNECT though configured, by the connection manager: see item 2
  bool unstarted = false;  ///< a CONNECT though configured, and never a START: see items 2 and 3
  Duration until{};        ///< the end of the run
  std::string setting;     ///< of the plan and of what runs it, in words

  /// How many lines of that word there are at or after `from` and before `to`, on `iface`.
  int count(Word word, Duration from = {}, Duration to = hours(100'000), int iface = 0) const;
  /// The first of them; null: none.
  const Line* first(Word word, Duration from = {}, int iface = 0) const;
  /// What follows the first line of that word at that instant; nothing when there is none.
  Trace after(Word word, Duration at) const;
  /// What the rule is that was broken, and how it was first.
  std::string fault_text(BenchFault fault) const;
  /// Only the words of `which`, of one iface.
  std::vector<Line> only(std::initializer_list<Word> which, int iface = 0) const;

 private:
  static constexpr Duration hours(std::int64_t h) { return seconds(h * 3600); }
};

}  // namespace flapjack::conformance
