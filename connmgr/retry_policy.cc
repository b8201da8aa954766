// SPDX-License-Identifier: Apache-2.0
#include "connmgr/retry_policy.h"

#include <algorithm>
#include <cassert>
#include <mutex>

#include "stack/net/stack.h"

namespace flapjack {

RetryPolicy::RetryPolicy(Binding& binding, Technology& technology, RetryDelay retry, Duration grace)
    : binding_(binding),
      technology_(technology),
      retry_(retry),
      grace_(grace),
      retry_timer_(binding.stack().scheduler(), Lane::Work,
                   delegate<&RetryPolicy::start_sub_attempt>(this)),
      timeout_timer_(binding.stack().scheduler(), Lane::Work,
                     delegate<&RetryPolicy::on_timeout>(this)),
      grace_timer_(binding.stack().scheduler(), Lane::Work,
                   delegate<&RetryPolicy::on_grace_over>(this)) {
  assert(retry.first >= kRetryDelayMin && retry.first <= retry.cap);
  assert(grace >= Duration{});
}

void RetryPolicy::init() {
  binding_.iface().dormant_on();
}

void RetryPolicy::connect() {
  if (state_ == State::Idle) return begin_attempt();
  if (grace_timer_.running() && !again_) {  // not persistent, but now asked for
    again_ = true;
    begin_countdown();
    return start_sub_attempt();
  }
  if (retry_timer_.cancel()) start_sub_attempt();
}

void RetryPolicy::disconnect() {
  if (state_ == State::Idle) return;
  const bool again = binding_.idle_disconnect() && binding_.flag(ConnFlag::Persistent);
  end_attempt(State::Idle);
  technology_.stop();
  binding_.iface().dormant_on();
  if (again && state_ == State::Idle) begin_attempt();
}

bool RetryPolicy::associated() {
  const std::lock_guard guard(binding_);
  if (state_ == State::Idle) {  // the technology went on by itself
    technology_.stop();
    return false;
  }
  const bool told = state_ == State::Connected;  // then this ends a grace, or repeats itself
  end_attempt(State::Connected);
  if (!told) binding_.iface().dormant_off();
  return true;
}

void RetryPolicy::sub_attempt_failed() {
  const std::lock_guard guard(binding_);
  if (!attempting() || retry_timer_.running()) return;
  retry_timer_.start(next_delay_);
  next_delay_ = std::min(next_delay_ * 2, retry_.cap);
}

void RetryPolicy::lost() {
  const std::lock_guard guard(binding_);
  if (state_ != State::Connected || grace_timer_.running()) return;
  const bool again = binding_.flag(ConnFlag::Persistent);
  if (grace_ > Duration{}) {
    grace_timer_.start(grace_);
    again_ = again;
    if (!again) return;
    begin_countdown();
    return start_sub_attempt();
  }
  end_attempt(State::Idle);
  binding_.iface().dormant_on();
  if (state_ != State::Idle) return;  // a handler called on the spot gave a new command
  if (again) return begin_attempt();
  technology_.stop();
}

void RetryPolicy::switched_off() {
  const std::lock_guard guard(binding_);
  if (state_ == State::Idle) return;
  end_attempt(State::Idle);
  technology_.stop();
  binding_.iface().dormant_on();
}

void RetryPolicy::fatal(int reason) {
  const std::lock_guard guard(binding_);
  if (state_ == State::Idle) return;
  end_attempt(State::Idle);
  NetIf& iface = binding_.iface();
  iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{reason});
  if (state_ != State::Idle) return;  // as above
  technology_.stop();
  iface.dormant_on();
}

void RetryPolicy::restarted() {
  const std::lock_guard guard(binding_);
  if (state_ == State::Idle) return technology_.stop();
  retry_timer_.cancel();  // its failure begins a pause of its own
}

void RetryPolicy::configured(bool usable) {
  const std::lock_guard guard(binding_);
  configured_ = usable;
  if (!usable || !attempting()) return;
  if (awaiting_ || retry_timer_.cancel()) start_sub_attempt();
}

void RetryPolicy::begin_attempt() {
  state_ = State::Attempting;
  begin_countdown();
  start_sub_attempt();
}

void RetryPolicy::begin_countdown() {
  sub_attempts_ = 0;
  next_delay_ = retry_.first;
  if (binding_.timeout_s() > kNoTimeout) timeout_timer_.start(seconds(binding_.timeout_s()));
}

void RetryPolicy::start_sub_attempt() {
  const std::lock_guard guard(binding_);
  awaiting_ = !configured_;
  if (awaiting_) return;
  ++sub_attempts_;
  technology_.start();
}

void RetryPolicy::end_attempt(State next) {
  state_ = next;
  awaiting_ = again_ = false;
  retry_timer_.cancel();
  timeout_timer_.cancel();
  grace_timer_.cancel();
}

// The loss was real. A new attempt that has begun with it goes on.
void RetryPolicy::on_grace_over() {
  const std::lock_guard guard(binding_);
  state_ = again_ ? State::Attempting : State::Idle;
  again_ = false;
  binding_.iface().dormant_on();
  if (state_ == State::Idle) technology_.stop();
}

void RetryPolicy::on_timeout() {
  const std::lock_guard guard(binding_);
  end_attempt(State::Idle);
  technology_.stop();
  NetIf& iface = binding_.iface();
  iface.dormant_on();  // up until now only within a grace
  iface.stack().mgmt.notify(MgmtEvent::ConnIfTimeout, &iface);
}

}  // namespace flapjack
