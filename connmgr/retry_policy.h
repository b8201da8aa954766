// SPDX-License-Identifier: Apache-2.0
// RetryPolicy: the persistence and timeout behaviour that every connectivity implementation owes
// its users, written once. An implementation's context owns one, tells it what its technology
// reports, and starts and stops the technology when told.
//
//              connect                    associated
//     Idle ----------------> Attempting ------------> Connected
//       ^   disconnect,        | ^  ^                    |
//       |   timeout, fatal     | |  |  lost, persistent  |
//       +----------------------+ |  +--------------------+
//       |        sub_attempt_failed: again after a pause |
//       +------------------------------------------------+
//          disconnect, fatal, lost and not persistent
//
//  1. An attempt lasts from connect, or from a loss, until associated or given up. Its sub-attempts
//     repeat until the timeout, whatever the persistence; without a timeout for ever.
//  2. The timeout is read when an attempt begins, the persistence when the connection is lost.
//  3. Timeout: stop, then one CONN_IF_TIMEOUT, and nothing more until the next connect, persistent
//     or not. Fatal: one CONN_IF_FATAL_ERROR. Never both for one attempt.
//  4. The last command counts, also at one instant. An association that completes at the instant of
//     the timeout counts (Lane::Frame comes before Lane::Work).
//  5. It writes the iface's dormancy and never reads the iface.
#pragma once
#include <cstdint>

#include "connmgr/binding.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// The technology as the policy sees it; implemented by an implementation's context.
class Technology {
 public:
  virtual ~Technology() = default;
  /// Begins one sub-attempt. Its end is reported later, in an event of its own.
  virtual void start() = 0;
  /// Gives up the sub-attempt or leaves the network; also called when there is nothing to stop.
  virtual void stop() = 0;
};

/// Pause between sub-attempts: `first`, then doubled each time up to `cap`; equal: fixed.
struct RetryDelay {
  Duration first = seconds(1);
  Duration cap = seconds(1);
};
/// A pause shorter than this could keep simulated time from moving on.
inline constexpr Duration kRetryDelayMin = milliseconds(1);

class RetryPolicy {
 public:
  enum class State : std::uint8_t { Idle, Attempting, Connected };

  /// Both outlive the policy. `retry`: kRetryDelayMin <= first <= cap.
  RetryPolicy(Binding& binding, Technology& technology, RetryDelay retry);
  RetryPolicy(const RetryPolicy&) = delete;
  RetryPolicy& operator=(const RetryPolicy&) = delete;

  // Commands.
  /// Puts the iface dormant.
  void init();
  /// Ends a pause between sub-attempts; otherwise no effect while attempting or connected.
  void connect();
  void disconnect();

  // What the technology reports.
  /// The network is joined: the iface becomes non-dormant. False when nobody wants it any more;
  /// the technology has then been stopped again.
  bool associated();
  /// One sub-attempt failed; the next follows after the pause.
  void sub_attempt_failed();
  /// An established connection is gone.
  void lost();
  /// It can never work again without a new connect. `reason` goes with the event.
  void fatal(int reason);

  State state() const { return state_; }
  /// Sub-attempts begun in the present or last attempt.
  std::uint32_t sub_attempts() const { return sub_attempts_; }

 private:
  void begin_attempt();
  void start_sub_attempt();
  void end_attempt(State next);
  void on_timeout();

  Binding& binding_;
  Technology& technology_;
  RetryDelay retry_;
  State state_ = State::Idle;
  Duration next_delay_;
  std::uint32_t sub_attempts_ = 0;
  Timer retry_timer_, timeout_timer_;
};

}  // namespace flapjack
