// SPDX-License-Identifier: Apache-2.0
// PlainConnectivity::Context: one binding's state and what it does, each planted fault where it
// happens. Only plain_connectivity.cc includes this.
#pragma once
#include <algorithm>
#include <utility>

#include "tests/connmgr/conform/plain_connectivity.h"

namespace flapjack::test {

class PlainConnectivity::Context : public BindingContext, public TechnologyUser {
 public:
  Context(Binding& binding, PlainConnectivity& impl)
      : binding_(binding),
        impl_(impl),
        countdown_(scheduler(), Lane::Work, delegate<&Context::on_countdown>(this)),
        pause_(scheduler(), Lane::Work, delegate<&Context::try_now>(this)),
        leaving_(scheduler(), Lane::Work, delegate<&Context::leave>(this)),
        deferred_(scheduler(), Lane::Work, delegate<&Context::on_deferred>(this)),
        grace_(scheduler(), Lane::Work, delegate<&Context::on_grace_over>(this)),
        late_(scheduler(), Lane::Work, delegate<&Context::on_late>(this)),
        address_(scheduler(), Lane::Work, delegate<&Context::add_address>(this)),
        sub_(scheduler(), Lane::Work, delegate<&Context::on_sub_timer>(this)),
        usable_(scheduler(), Lane::Work, delegate<&Context::go_up>(this)),
        technology_(impl.make_(binding, *this)) {
    admin_ = {mgmt_mask(MgmtEvent::IfAdminUp), [this](const MgmtNotice& notice) {
                if (notice.iface == &binding_.iface()) binding_.iface().dormant_off();
              }};
  }
  ~Context() override {
    if (has(Planted::UpAtAdminUp)) binding_.stack().mgmt.remove(admin_);
  }
  void init() {
    binding_.iface().dormant_on();
    if (has(Planted::UpAtAdminUp)) binding_.stack().mgmt.add(admin_);
  }

  void command(bool connects) {
    connects_ = connects;
    idle_ =
        has(Planted::IdleByTimeout) ? binding_.idle_timeout_s() > 0 : binding_.idle_disconnect();
    const bool again = connects && persistent() && scheduler().now() == left_at_;
    if (again && has(Planted::LastCommandLoses)) return;
    if (!connects) left_at_ = scheduler().now();
    if (has(Planted::Defers)) return deferred_.start(milliseconds(5));
    on_deferred();
  }
  void connect() {
    if (has(Planted::ForcesFlags)) binding_.set_flag(ConnFlag::NoAutoDown, false);
    if (has(Planted::ClearsNoAuto) && binding_.timeout_s() > 0)
      binding_.set_flag(ConnFlag::NoAutoConnect, false);
    if (has(Planted::OptionShowsLate)) impl_.options_.take_over(number());
    if (has(Planted::OptionReset)) impl_.options_.reset(number());
    if (has(Planted::ReadsIface) && binding_.iface().is_up()) return;
    if (has(Planted::SecondConnectExtends) && wanted()) start_countdown();
    if (has(Planted::ConnectRestarts) && wanted() && configured_ && !pause_.running()) {
      technology_->stop();
      try_now();
    }
    if (has(Planted::SecondConnectEndsCountdown) && wanted()) countdown_.cancel();
    if (grace_.running() && !wanted() && !has(Planted::IgnoresConnectInGrace)) return come_back();
    if (wanted() || up_) return;
    if (has(Planted::DeadAfterTimeout) && timed_out_) return;
    persistent_at_connect_ = persistent();
    timeout_at_connect_ = binding_.timeout_s();
    timed_out_ = failed_ = left_ = comes_back_ = tolerates_ = false;
    failures_ = 0;
    asked_ = true;
    begin();
    asked_ = false;
    if (has(Planted::UpBeforeLink)) binding_.iface().dormant_off();
  }
  void disconnect() {
    if (has(Planted::TimeoutAgain) && timed_out_) return tell_timeout();
    if (!wanted() && !up_) return;
    if (has(Planted::DeafToDisconnectInWait) && !configured_) {
      countdown_.cancel();
      return;
    }
    if (has(Planted::IgnoresDisconnectInGrace) && grace_.running()) return;
    const bool cached = has(Planted::IdlePersistenceCached);
    const bool persists = cached ? persistent_at_connect_ : persistent();
    const bool idle = idle_ && persists && !has(Planted::NoIdleReturn);
    const bool attempting = !up_;
    if (has(Planted::ClearsPersistence) && attempting)
      binding_.set_flag(ConnFlag::Persistent, false);
    outlives_ = has(Planted::AttemptOutlives) && attempting;
    end();
    left_ = !idle;
    comes_back_ = idle && !(has(Planted::SecondIdleEnds) && idles_++ > 0);
    if (has(Planted::StopsLater)) return leaving_.start(milliseconds(300));
    leave();
  }

  bool is_up() const { return up_; }
  bool pauses() const { return pause_.running(); }
  bool configured() const { return configured_; }
  bool persistent() const { return binding_.flag(ConnFlag::Persistent); }
  bool options_usable() const {
    if (has(Planted::OptionsBusy)) return !wanted() && !up_;
    return !has(Planted::ReadsOptionsWhenDown) || !up_;
  }
  // Of all ifaces of the implementation, in the order of their binding.
  std::size_t number() const {
    const auto at = std::find(impl_.all_.begin(), impl_.all_.end(), this);
    return static_cast<std::size_t>(at - impl_.all_.begin());
  }

  bool associated() override {
    if (!wanted() && !up_) {
      const bool late = (has(Planted::LateAfterTimeout) && timed_out_) ||
                        (has(Planted::LateAfterFatal) && failed_);
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
    if (has(Planted::UpAfterLoss) && !was_up) {
      usable_.start(seconds(1));
    } else {
      go_up();
    }
    return true;
  }
  void sub_attempt_failed() override {
    sub_.cancel();
    if (!wanted() && left_ && has(Planted::LateFailureRestarts)) try_now();
    if (!wanted() || (has(Planted::GivesUpFirst) && !persistent())) return;
    if (has(Planted::FatalAfterLoss) && losses_ > 0) return fatal(-5);
    if (has(Planted::FirstFailureFatal) && persistent() && !ever_up_) return fatal(-5);
    if (has(Planted::GivesUpAfterHundred) && ++failures_ >= 100) return;
    if (has(Planted::RetriesAtOnce)) return try_now();
    pause_.start(has(Planted::RetriesSlowly) ? seconds(9) : milliseconds(700));
  }
  void lost() override {
    const bool late = left_ && scheduler().now() - left_at_ < seconds(1);
    if (late && persistent() && has(Planted::LateLossRestarts)) return begin();
    back_ = false;
    if (!up_ || grace_.running()) return;
    ++losses_;
    const bool over = has(Planted::OneGrace) && losses_ > 1;
    if (over || impl_.grace_of(binding_) == Duration{}) return lose();
    grace_.start(impl_.grace_of(binding_));
    if (has(Planted::AddressOverGrace)) remove_address();
    if (persistent() && !has(Planted::CountsFromGrace)) come_back();
  }
  void lose() {
    up_ = false;
    bool again = has(Planted::CachedPersistence) ? persistent_at_connect_ : persistent();
    again = again || has(Planted::AlwaysPersistent) || wanted_;  // asked for within a grace
    const std::uint32_t before = generation_;
    if (has(Planted::DefaultIface)) binding_.stack().ifaces().front()->carrier_off();
    if (has(Planted::StartBeforeDown) && again) begin();
    down(has(Planted::AddressOverLoss) || has(Planted::Address6OverLoss));
    if (generation_ != before) return;  // a handler gave another command
    if (has(Planted::SecondLossEnds) && losses_ > 1) again = false;
    if (has(Planted::TwentiethLossEnds) && losses_ >= 20) again = false;
    if (has(Planted::ReadsAdmin) && !binding_.iface().is_admin_up()) again = false;
    if (again && has(Planted::PausesAtLoss)) return begin_later();
    if (again) return begin();
    if (has(Planted::TimeoutAfterLoss) && binding_.timeout_s() > 0) late_.start(seconds(17));
    tolerates_ = has(Planted::ToleratesRetry);
    technology_->stop();
  }
  void fatal(int reason) override {
    if (!wanted() && !up_) return;
    if (deaf_to_error()) return;
    end();
    failed_ = true;
    technology_->stop();
    NetIf& iface = binding_.iface();
    const std::uint32_t before = generation_;
    if (has(Planted::SetsNoAuto)) binding_.set_flag(ConnFlag::NoAutoConnect, true);
    const bool silent = has(Planted::SilentFatal) && persistent() && binding_.timeout_s() > 0;
    if (!silent) iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{reason});
    if (generation_ == before) down(has(Planted::AddressAfterFatal));
    if (has(Planted::RetriesAfterFatal) && binding_.timeout_s() > 0) begin_later();
    for (Context* other : impl_.all_) {
      if (has(Planted::FatalToAll) && other != this) other->disconnect();
    }
  }
  void restarted() override {
    const bool unwanted = !wanted() && !up_;
    if (unwanted && std::exchange(tolerates_, false)) return;
    if (unwanted) technology_->stop();
    tolerates_ = has(Planted::ToleratesNextRetry);
    pause_.cancel();
    if (has(Planted::RetryEndsGrace)) grace_.cancel();
  }
  void configured(bool usable) override {
    configured_ = impl_.shared_configured_ = usable;
    if (has(Planted::DeafToConfig) && persistent()) return;
    if (usable && wanted()) try_now();
  }

 private:
  Scheduler& scheduler() const { return binding_.stack().scheduler(); }
  bool has(Planted planted) const { return impl_.planted_ == planted; }
  bool wanted() const { return has(Planted::SharedState) ? impl_.shared_wanted_ : wanted_; }
  void set_wanted(bool on) { wanted_ = impl_.shared_wanted_ = on; }
  void down(bool keeps_address = false) {
    address_.cancel();
    if (!keeps_address) remove_address();
    if (!has(Planted::DownIfUp) || binding_.iface().is_up()) binding_.iface().dormant_on();
  }
  bool deaf_to_error() const {
    return (has(Planted::ErrorIfAdminUp) && !binding_.iface().is_admin_up()) ||
           (has(Planted::DeafToErrorInGrace) && grace_.running()) ||
           (has(Planted::DeafToErrorInPause) && pause_.running()) ||
           (has(Planted::DeafToErrorInWait) && !configured_);
  }
  void go_up() {
    NetIf& iface = binding_.iface();
    if (has(Planted::AddressOverGrace) && !had_address_) add_address();
    if (has(Planted::Addressed)) address_.start(milliseconds(500));
    const bool at_once = has(Planted::AddressOnFirst) || has(Planted::AddressOnDecoy) ||
                         has(Planted::AddressOverLoss) || has(Planted::AddressAfterFatal) ||
                         has_ipv6() || (has(Planted::AddressOnce) && !had_address_);
    if (at_once) add_address();
    iface.dormant_off();
    if (!has(Planted::UpTwice) || !persistent()) return;
    iface.dormant_on();
    iface.dormant_off();
  }
  NetIf& address_iface() {
    if (has(Planted::AddressOnFirst)) return impl_.all_.front()->binding_.iface();
    return has(Planted::AddressOnDecoy) ? *binding_.stack().ifaces().front() : binding_.iface();
  }
  // 198.51.100.x, another one for each iface
  Ipv4Address address() const {
    return Ipv4Address{0xc6336410u + static_cast<std::uint32_t>(number())};
  }
  bool has_ipv6() const { return has(Planted::Addressed6) || has(Planted::Address6OverLoss); }
  // 2001:db8::x
  Ipv6Address address6() const { return {0x20010db800000000u, 1 + number()}; }
  void add_address() {
    if (std::exchange(holds_address_, true)) return;
    had_address_ = true;
    if (has_ipv6()) return static_cast<void>(binding_.iface().ipv6()->addr_add({address6(), 64}));
    static_cast<void>(address_iface().ipv4_addr_add({address(), 24}));
  }
  void remove_address() {
    if (!std::exchange(holds_address_, false)) return;
    if (has_ipv6()) return static_cast<void>(binding_.iface().ipv6()->addr_rm(address6()));
    static_cast<void>(address_iface().ipv4_addr_rm(address()));
  }

  void leave() {
    if (!outlives_) technology_->stop();
    down();
    if (comes_back_ && !wanted()) return begin();
    if (has(Planted::StopsLater) && wanted()) try_now();  // asked for again meanwhile
  }
  void start_countdown() {
    int timeout = binding_.timeout_s();
    if (has(Planted::CachedTimeout) && losses_ > 0) timeout = timeout_at_connect_;
    if (has(Planted::IdleTimeoutCached) && comes_back_) timeout = timeout_at_connect_;
    if (has(Planted::FirstLossTimeout) && losses_ == 1) timeout_at_connect_ = timeout;
    if (has(Planted::FirstLossTimeout) && losses_ > 1) timeout = timeout_at_connect_;
    if (has(Planted::OneLossTimeout) && losses_ > 1) timeout = 0;
    if (has(Planted::NoLossTimeout) && losses_ > 0 && !asked_) timeout = 0;
    if (has(Planted::WaitsForConfig) && persistent() && !configured_) timeout = 0;
    if (timeout <= 0) return;
    for (Context* other : impl_.all_) {
      if (has(Planted::SharedCountdown) && other != this) other->countdown_.cancel();
    }
    const auto wrapped = milliseconds(static_cast<std::uint16_t>(timeout * 1000));
    countdown_.start(has(Planted::TimeoutWraps) ? wrapped : seconds(timeout));
  }
  void begin() {
    ++generation_;
    set_wanted(true);
    start_countdown();
    if (!configured_ && binding_.timeout_s() > 0 && has(Planted::TimeoutWithoutConfig)) {
      end();
      return tell_timeout();
    }
    try_now();
  }
  void try_now() {
    pause_.cancel();
    if (!(has(Planted::SharedConfig) ? impl_.shared_configured_ : configured_)) return;
    const Duration early = seconds(3) - (scheduler().now() - SimTime{});
    if (has(Planted::ReadyLate) && early > Duration{}) return pause_.start(early);
    if (has(Planted::OwnSubTimer)) sub_.start(seconds(10));
    started_ = true;
    if (has(Planted::CountdownEach)) start_countdown();
    if (has(Planted::StopsFirst)) technology_->stop();
    technology_->start();
  }
  void on_deferred() { connects_ ? connect() : disconnect(); }
  void end() {
    ++generation_;
    set_wanted(false);
    up_ = false;
    for (Timer* timer : {&countdown_, &pause_, &grace_, &sub_, &late_, &usable_}) timer->cancel();
  }
  // Asked for, or persistent, within a grace.
  void come_back() {
    set_wanted(true);
    start_countdown();
    if (!has(Planted::StartsAfterGrace)) try_now();
  }
  void on_grace_over() {
    if (back_) return;
    if (has(Planted::CountsFromGrace)) return lose();
    up_ = false;
    const std::uint32_t before = generation_;
    down();
    if (generation_ != before) return;
    if (!wanted()) return technology_->stop();
    if (has(Planted::StartsAfterGrace)) try_now();
  }
  // With the countdown from now on.
  void begin_later() {
    ++generation_;
    set_wanted(true);
    start_countdown();
    pause_.start(seconds(6));
  }
  void on_late() { tell_timeout(); }
  void on_sub_timer() {
    technology_->stop();
    pause_.start(seconds(1));
  }
  void on_countdown() {
    end();
    if (started_ || !has(Planted::ReadyLate)) technology_->stop();
    timed_out_ = true;
    if (has(Planted::UnsetsPersistent)) binding_.set_flag(ConnFlag::Persistent, false);
    down();
    NetIf& iface = binding_.iface();
    if (has(Planted::SilentTimeout)) return;
    if (has(Planted::FatalAndTimeout))
      iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface);
    tell_timeout();
    if (!has(Planted::RetriesAfterTimeout)) return;
    set_wanted(true);
    pause_.start(seconds(1));
  }
  void tell_timeout() {
    NetIf& iface = binding_.iface();
    iface.stack().mgmt.notify(MgmtEvent::ConnIfTimeout, &iface);
  }

  Binding& binding_;
  PlainConnectivity& impl_;
  MgmtCallback admin_;
  SimTime left_at_ = kNever;
  int timeout_at_connect_ = 0;
  bool holds_address_ = false, had_address_ = false, started_ = false;
  bool wanted_ = false, up_ = false, configured_ = true, persistent_at_connect_ = false,
       outlives_ = false, comes_back_ = false, tolerates_ = false, timed_out_ = false,
       failed_ = false, connects_ = false, idle_ = false, left_ = false, back_ = false,
       asked_ = false, ever_up_ = false;
  int idles_ = 0, losses_ = 0, failures_ = 0;
  std::uint32_t generation_ = 0;
  Timer countdown_, pause_, leaving_, deferred_, grace_, late_, address_, sub_, usable_;
  std::unique_ptr<Technology> technology_;
};

}  // namespace flapjack::test
