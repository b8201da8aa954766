// SPDX-License-Identifier: Apache-2.0
#include "connmgr/retry_policy.h"

#include <algorithm>
#include <cassert>

#include "stack/net/stack.h"

namespace flapjack {

RetryPolicy::RetryPolicy(Binding& binding, Technology& technology, RetryDelay retry)
    : binding_(binding),
      technology_(technology),
      retry_(retry),
      retry_timer_(binding.stack().scheduler(), Lane::Work,
                   delegate<&RetryPolicy::start_sub_attempt>(this)),
      timeout_timer_(binding.stack().scheduler(), Lane::Work,
                     delegate<&RetryPolicy::on_timeout>(this)) {
  assert(retry.first >= kRetryDelayMin && retry.first <= retry.cap);
}

void RetryPolicy::init() {
  binding_.iface().dormant_on();
}

void RetryPolicy::connect() {
  if (state_ == State::Idle) return begin_attempt();
  if (retry_timer_.cancel()) start_sub_attempt();
}

void RetryPolicy::disconnect() {
  if (state_ == State::Idle) return;
  end_attempt(State::Idle);
  technology_.stop();
  binding_.iface().dormant_on();
}

bool RetryPolicy::associated() {
  if (state_ == State::Idle) {  // the technology went on by itself
    technology_.stop();
    return false;
  }
  if (state_ == State::Attempting) {
    end_attempt(State::Connected);
    binding_.iface().dormant_off();
  }
  return true;
}

void RetryPolicy::sub_attempt_failed() {
  if (state_ != State::Attempting || retry_timer_.running()) return;
  retry_timer_.start(next_delay_);
  next_delay_ = std::min(next_delay_ * 2, retry_.cap);
}

void RetryPolicy::lost() {
  if (state_ != State::Connected) return;
  const bool again = binding_.flag(ConnFlag::Persistent);
  end_attempt(State::Idle);
  binding_.iface().dormant_on();
  if (state_ != State::Idle) return;  // a handler called on the spot gave a new command
  if (again) return begin_attempt();
  technology_.stop();
}

void RetryPolicy::fatal(int reason) {
  if (state_ == State::Idle) return;
  end_attempt(State::Idle);
  NetIf& iface = binding_.iface();
  iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{reason});
  if (state_ != State::Idle) return;  // as above
  technology_.stop();
  iface.dormant_on();
}

void RetryPolicy::begin_attempt() {
  state_ = State::Attempting;
  sub_attempts_ = 0;
  next_delay_ = retry_.first;
  if (binding_.timeout_s() > kNoTimeout) timeout_timer_.start(seconds(binding_.timeout_s()));
  start_sub_attempt();
}

void RetryPolicy::start_sub_attempt() {
  ++sub_attempts_;
  technology_.start();
}

void RetryPolicy::end_attempt(State next) {
  state_ = next;
  retry_timer_.cancel();
  timeout_timer_.cancel();
}

void RetryPolicy::on_timeout() {
  end_attempt(State::Idle);
  technology_.stop();
  NetIf& iface = binding_.iface();
  iface.stack().mgmt.notify(MgmtEvent::ConnIfTimeout, &iface);
}

}  // namespace flapjack
