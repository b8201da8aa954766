// SPDX-License-Identifier: Apache-2.0
// What a context does where most faults are planted: attempts begin, go on and end.
#include "tests/connmgr/conform/plain_context.h"

namespace flapjack::test {

void PlainConnectivity::Context::disconnect() {
  if (has(Planted::TimeoutAgain) && timed_out_) return tell_timeout();
  if (!wanted() && !up_) return;
  if (has(Planted::DeafToDisconnectInWait) && !configured_) {
    countdown_.cancel();
    return;
  }
  if (has(Planted::IgnoresDisconnectInGrace) && grace_.running()) return;
  if (has(Planted::OptionResetAtEnd)) impl_.options_.reset(number());
  const bool cached = has(Planted::IdlePersistenceCached);
  const bool persists = cached ? persistent_at_connect_ : persistent();
  const bool idle = idle_ && persists && !has(Planted::NoIdleReturn);
  const bool attempting = !up_;
  if (idle && attempting && !has(Planted::IdleInAttemptEnds)) return;  // it goes on
  if (has(Planted::ClearsPersistence) && attempting) binding_.set_flag(ConnFlag::Persistent, false);
  outlives_ = has(Planted::AttemptOutlives) && attempting;
  end();
  left_ = !idle;
  comes_back_ = idle && !(has(Planted::SecondIdleEnds) && idles_++ > 0) &&
                !(has(Planted::IdleInAttemptEnds) && attempting);
  if (has(Planted::StopsLater)) return leaving_.start(milliseconds(300));
  leave();
}

bool PlainConnectivity::Context::associated() {
  if (!wanted() && !up_) {
    const bool late =
        (has(Planted::LateAfterTimeout) && timed_out_) || (has(Planted::LateAfterFatal) && failed_);
    if (outlives_ || late) {
      up_ = true;
      binding_.iface().dormant_off();
      return true;
    }
    technology_->stop();
    return false;
  }
  if (!has(Planted::StaleCountdown)) countdown_.cancel();
  pause_.cancel();
  if (!has(Planted::StaleGrace)) grace_.cancel();
  sub_.cancel();
  back_ = has(Planted::StaleGrace);
  ever_up_ = true;
  failures_ = 0;
  const bool was_up = std::exchange(up_, true);
  set_wanted(false);
  const bool later = has(Planted::DefersUsable) || has(Planted::UnusableForgotten);
  if (has(Planted::UpAfterLoss) && !was_up) {
    usable_.start(seconds(1));
  } else if (later && !binding_.iface().is_up()) {
    usable_.start(seconds(2));
  } else if (has(Planted::UpByWorkItem)) {
    usable_.start({});
  } else {
    go_up();
  }
  return true;
}

void PlainConnectivity::Context::lose() {
  up_ = false;
  bool again = has(Planted::CachedPersistence) ? persistent_at_connect_ : persistent();
  again = again || has(Planted::AlwaysPersistent) || wanted_;  // asked for within a grace
  const std::uint32_t before = generation_;
  if (has(Planted::DefaultIface)) binding_.stack().ifaces().front()->carrier_off();
  if (has(Planted::StartBeforeDown) && again) begin();
  down(has(Planted::AddressOverLoss) || has(Planted::Address6OverLoss));
  if (dark_.running()) on_dark();     // before the next START
  if (generation_ != before) return;  // a handler gave another command
  lost_ = true;
  ended_at_ = scheduler().now();
  if (has(Planted::UnusableForgotten) && usable_.running()) again = false;
  if (!has(Planted::UpAfterLoss)) usable_.cancel();
  const SimTime recent = std::exchange(loss_before_, std::exchange(last_loss_, ended_at_));
  if (has(Planted::Damps) && losses_ > 2 && ended_at_ - recent < seconds(60)) again = false;
  if (has(Planted::SecondLossEnds) && losses_ > 1) again = false;
  if (has(Planted::TwentiethLossEnds) && losses_ >= 20) again = false;
  if (has(Planted::ReadsAdmin) && !binding_.iface().is_admin_up()) again = false;
  if (again && has(Planted::PausesAtLoss)) return begin_later();
  if (again) return begin();
  if (has(Planted::TimeoutAfterLoss) && binding_.timeout_s() > 0) late_.start(seconds(17));
  tolerates_ = has(Planted::ToleratesRetry);
  technology_->stop();
}

void PlainConnectivity::Context::go_up() {
  NetIf& iface = binding_.iface();
  if (has(Planted::AddressOverGrace) && !had_address_) add_address();
  dark_.cancel();
  const bool soon = has(Planted::Addressed) || has(Planted::AddressAfterEnd);
  const bool first = has(Planted::AddressLostInGrace) && !iface.is_up();
  if (soon || first) address_.start(milliseconds(500));
  if (has(Planted::DefersAddress)) address_.start(seconds(2));
  const bool at_once = has(Planted::DownAfterAddress) || has(Planted::AddressOnFirst) ||
                       has(Planted::AddressOnDecoy) || has(Planted::AddressOverLoss) ||
                       has(Planted::AddressAfterFatal) || has_ipv6() ||
                       (has(Planted::AddressOnce) && !had_address_);
  if (at_once) add_address();
  iface.dormant_off();
  if (!has(Planted::UpTwice) || !persistent()) return;
  iface.dormant_on();
  iface.dormant_off();
}

void PlainConnectivity::Context::start_countdown() {
  int timeout = binding_.timeout_s();
  if (has(Planted::CachedTimeout) && losses_ > 0) timeout = timeout_at_connect_;
  if (has(Planted::IdleTimeoutCached) && comes_back_) timeout = timeout_at_connect_;
  if (has(Planted::FirstLossTimeout) && losses_ == 1) timeout_at_connect_ = timeout;
  if (has(Planted::FirstLossTimeout) && losses_ > 1) timeout = timeout_at_connect_;
  if (has(Planted::OneLossTimeout) && losses_ > 1) timeout = 0;
  if (has(Planted::NoLossTimeout) && losses_ > 0 && !asked_) timeout = 0;
  if (has(Planted::WaitsForConfig) && persistent() && !configured_) timeout = 0;
  if (has(Planted::FirstCountsDown) && number() > 0) timeout = 0;
  if (has(Planted::NoCountdownInGrace) && grace_.running() && !persistent()) timeout = 0;
  if (timeout <= 0) return;
  for (Context* other : impl_.all_) {
    if (has(Planted::SharedCountdown) && other != this) other->countdown_.cancel();
  }
  const auto wrapped = milliseconds(static_cast<std::uint16_t>(timeout * 1000));
  const Duration since = (scheduler().now() - SimTime{}) - nanoseconds(1);
  const Duration odd = has(Planted::WholeSeconds) ? since - seconds(seconds_of(since)) : Duration{};
  countdown_.start(has(Planted::TimeoutWraps) ? wrapped : seconds(timeout) - odd);
}

void PlainConnectivity::Context::try_now() {
  pause_.cancel();
  if (!(has(Planted::SharedConfig) ? impl_.shared_configured_ : configured_)) return;
  const Duration ready = has(Planted::OptionsAnew) ? milliseconds(2500) : seconds(3);
  const Duration early = ready - (scheduler().now() - SimTime{});
  const bool waits = has(Planted::ReadyLate) || has(Planted::OptionsAnew);
  if (waits && early > Duration{}) return pause_.start(early);
  if (has(Planted::OwnSubTimer)) sub_.start(seconds(10));
  if (has(Planted::DefersSubTimer)) sub_.start(seconds(4));
  started_ = true;
  started_at_ = scheduler().now();
  if (has(Planted::CountdownEach)) start_countdown();
  if (has(Planted::StopsFirst)) technology_->stop();
  technology_->start();
}

void PlainConnectivity::Context::on_countdown() {
  if (has(Planted::TimeoutLostInGrace) && grace_.running()) return;
  ends_by_timeout_ = true;
  end();
  ends_by_timeout_ = false;
  timed_out_ = true;
  ended_at_ = scheduler().now();
  if (has(Planted::TellsFirst)) {
    tell_timeout();
    late_.start(milliseconds(50));
    return down();
  }
  if (started_ || !has(Planted::ReadyLate)) technology_->stop();
  if (has(Planted::UnsetsPersistent)) binding_.set_flag(ConnFlag::Persistent, false);
  down();
  NetIf& iface = binding_.iface();
  if (has(Planted::SilentTimeout)) return;
  if (has(Planted::FatalAndTimeout)) iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface);
  tell_timeout();
  if (!has(Planted::RetriesAfterTimeout)) return;
  set_wanted(true);
  pause_.start(seconds(1));
}

void PlainConnectivity::Context::on_option() {
  if (has(Planted::OptionEnds)) disconnect();
  deaf_ = has(Planted::DeafAfterOption);
  if (!has(Planted::OptionsAnew) || (!wanted() && !up_) || pause_.running()) return;
  technology_->stop();
  if (std::exchange(up_, false)) {
    down();
    set_wanted(true);
    start_countdown();
  }
  try_now();
}

void PlainConnectivity::Context::sub_attempt_failed() {
  sub_.cancel();
  if (!wanted() && left_ && has(Planted::LateFailureRestarts)) try_now();
  if (!wanted() || (has(Planted::GivesUpFirst) && !persistent())) return;
  if (has(Planted::FatalAfterLoss) && losses_ > 0) return fatal(-5);
  if (has(Planted::FirstFailureFatal) && persistent() && !ever_up_) return fatal(-5);
  if (has(Planted::GivesUpAfterHundred) && ++failures_ >= 100) return;
  if (has(Planted::FirstTriesAgain) && number() > 0) return;
  if (has(Planted::ClearedEndsAttempt) && losses_ > 0 && !persistent()) return end();
  if (has(Planted::RetriesAtOnce) || has(Planted::DefersRetries)) return try_now();
  const Duration pause = milliseconds(has(Planted::PauseOverTimeout) ? 150 : 700);
  pause_.start(has(Planted::RetriesSlowly) ? seconds(9) : pause);
}

}  // namespace flapjack::test
