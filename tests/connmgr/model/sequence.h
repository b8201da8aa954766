// SPDX-License-Identifier: Apache-2.0
// A sequence of operations on one node, and what came of it: common to the reference, to the
// player that drives the real connection manager, and to the generator. Plain data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flapjack::model {

enum class Op : std::uint8_t {
  AdminUp, AdminDown, CarrierOn, CarrierOff,
  DormantOn,   ///< a loss: a persistent implementation associates again
  DormantOff,
  Add4, Del4,          ///< value: which of two addresses
  AddLocal4, DelLocal4,  ///< link-local
  Add6, Del6,
  Ignore, Watch, IgnoreAll, WatchAll,  ///< All: by L2
  Connect, Disconnect,
  Timeout, Fatal,      ///< the implementation raises the event
  Flag,                ///< value: bit 0 to 2 the flag, bit 3 on
  IdleTimeout,         ///< value: seconds
  Use,
  AllUp, AllDown, AllConnect, AllDisconnect,  ///< value: skip ignored
  Resend,
  FailCalls,           ///< value: the implementation's calls fail from now on, with EIO
  RefuseAdmin,         ///< value: the L2 refuses to be switched from now on
  kCount,
};
const char* op_name(Op op);

struct Step {
  int at_ms = 0;      ///< below 0: before the boot
  bool late = false;  ///< at the end of its instant instead of at its beginning
  Op op = Op::AdminUp;
  int iface = 0;
  int value = 0;
};

struct Setup {
  int ifaces = 1;        ///< 1 to 6
  unsigned bound = 0;    ///< a bit an iface
  int policy = 0;        ///< as Coalescing
  int queue = 64;        ///< places of net_mgmt
  bool drop_oldest = false;
  bool sync_down = false, one_aggregate = false, any_add = false, if_events = false;
  bool auto_down = true, idle = true;
  unsigned unconfigured = 0;  ///< a bit an iface: its implementation says so, and is asked
  int associate_ms = 0;  ///< 0: within the call
  bool lan = false;      ///< not point-to-point: IPv6 makes a link-local address when it comes up
  int dad_ms = 0, acd_ms = 0;  ///< of a lan: how long an address is checked; 0: not at all
};

struct Sequence {
  Setup setup;
  std::vector<Step> steps;
};

enum class Ev : std::uint8_t {
  AdminUp, AdminDown, Up, Down, Add4, Del4, Acd4, Add6, Del6, Dad6, Timeout, Fatal, Idle,
  NoConfig,
  L4Up, L4Down, V4Up, V4Down, V6Up, V6Down, IfUp, IfDown,
  kCount,
};
/// As net_mgmt names it.
const char* ev_name(Ev ev);

/// One line of a log. Event: `code` is the Ev, `iface` its index or -1. Lost: an event that found
/// no place. Result: of the step `iface`, `code` as Zephyr returns it. Call: of the implementation
/// of `iface`; `code` is 0 for connect, 1 for disconnect. Flags: of a binding, behind a step that
/// finds others than the last one, and in the end. Word: of an iface, in the end.
struct Line {
  enum class Kind : std::uint8_t { Event, Lost, Result, Call, Flags, Word } kind;
  int at_ms;
  int code;
  int iface;
  bool operator==(const Line&) const = default;
};
using Log = std::vector<Line>;

std::string to_text(const Line& line);
/// The sequence as a scenario. What that cannot say, such as the order within an instant, is a
/// comment in it.
std::string to_scenario(const Sequence& sequence);

/// How long after its last step a sequence is watched.
inline constexpr int kTailMs = 4000;
/// Where a log ends at the latest: stale events can take an iface up and down for ever, without any
/// time passing.
inline constexpr std::size_t kMostLines = 600;

}  // namespace flapjack::model
