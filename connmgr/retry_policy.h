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
//  5. A technology without configuration is waited for: the countdown runs, and the sub-attempt
//     begins as soon as there is one.
//  6. With a grace, a loss is told only when it has lasted that long; the new attempt of a
//     persistent binding and its countdown begin with the loss all the same.
//  7. A disconnect of conn_mgr's idle timeout ends the connection, but a persistent binding wants
//     it back: a new attempt begins at once. See Binding::idle_disconnect().
//  8. A technology that was switched off ends what there is, at once and without an event, also for
//     a persistent binding: connecting again is up to who switches it on.
//  9. It writes the iface's dormancy and never reads the iface.
// 10. What its timers and the technology bring is done under the binding's lock.
#pragma once
#include <cstdint>

#include "connmgr/binding.h"
#include "connmgr/technology.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// Pause between sub-attempts: `first`, then doubled each time up to `cap`; equal: fixed.
struct RetryDelay {
  Duration first = seconds(1);
  Duration cap = seconds(1);
};
/// A pause shorter than this could keep simulated time from moving on.
inline constexpr Duration kRetryDelayMin = milliseconds(1);

class RetryPolicy : public TechnologyUser {
 public:
  enum class State : std::uint8_t { Idle, Attempting, Connected };

  /// Both outlive the policy. `retry`: kRetryDelayMin <= first <= cap. `grace`: how long a loss may
  /// last before it is told; not negative.
  RetryPolicy(Binding& binding, Technology& technology, RetryDelay retry, Duration grace = {});
  RetryPolicy(const RetryPolicy&) = delete;
  RetryPolicy& operator=(const RetryPolicy&) = delete;

  // Commands.
  /// Puts the iface dormant.
  void init();
  /// Ends a pause between sub-attempts; otherwise no effect while attempting or connected.
  void connect();
  void disconnect();

  // What the technology reports.
  bool associated() override;
  void sub_attempt_failed() override;
  void lost() override;
  void switched_off() override;
  void fatal(int reason) override;
  void restarted() override;
  void configured(bool usable) override;

  /// Connected also while a loss is in its grace.
  State state() const { return state_; }
  /// Sub-attempts begun in the present or last attempt.
  std::uint32_t sub_attempts() const { return sub_attempts_; }

 private:
  bool attempting() const { return state_ == State::Attempting || again_; }
  void begin_attempt();
  void begin_countdown();
  void start_sub_attempt();
  void end_attempt(State next);
  void on_grace_over();
  void on_timeout();

  Binding& binding_;
  Technology& technology_;
  RetryDelay retry_;
  Duration grace_;
  State state_ = State::Idle;
  bool configured_ = true;
  bool awaiting_ = false;  // the sub-attempt is due, the configuration is not there
  bool again_ = false;     // Connected, in its grace, and already trying again
  Duration next_delay_;
  std::uint32_t sub_attempts_ = 0;
  Timer retry_timer_, timeout_timer_, grace_timer_;
};

}  // namespace flapjack
