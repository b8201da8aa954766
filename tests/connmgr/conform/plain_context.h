// SPDX-License-Identifier: Apache-2.0
// PlainConnectivity::Context: one binding's state and what it does, each planted fault where it
// happens. Only plain_connectivity.cc and plain_context.cc include this.
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
        dark_(scheduler(), Lane::Work, delegate<&Context::on_dark>(this)),
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
    const bool again_soon = (timed_out_ || failed_ || lost_) && connects && cools_down();
    if (again_soon) return;
    if (defers()) return deferred_.start(milliseconds(5));
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
    timed_out_ = failed_ = left_ = lost_ = comes_back_ = tolerates_ = false;
    failures_ = 0;
    asked_ = true;
    begin();
    asked_ = false;
    if (has(Planted::UpBeforeLink)) binding_.iface().dormant_off();
  }
  void disconnect();

  void on_option();

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

  bool associated() override;
  void sub_attempt_failed() override;
  void lost() override {
    const bool late = left_ && scheduler().now() - left_at_ < seconds(1);
    if (late && persistent() && has(Planted::LateLossRestarts)) return begin();
    back_ = false;
    if (!up_ || grace_.running() || std::exchange(deaf_, false)) return;
    ++losses_;
    if (has(Planted::AddressLostInGrace)) address_.cancel();
    const bool over = has(Planted::OneGrace) && losses_ > 1;
    if (over || impl_.grace_of(binding_) == Duration{}) return lose();
    grace_.start(impl_.grace_of(binding_));
    if (has(Planted::AddressOverGrace)) remove_address();
    if (persistent() && !has(Planted::CountsFromGrace)) come_back();
  }
  void lose();
  void fatal(int reason) override {
    if (!wanted() && !up_) return;
    if (deaf_to_error()) return;
    end();
    failed_ = true;
    ended_at_ = scheduler().now();
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
  bool defers() const {
    return has(Planted::Defers) || has(Planted::DefersRetries) || has(Planted::DefersUsable) ||
           has(Planted::DefersAddress) || has(Planted::DefersSubTimer);
  }
  bool cools_down() const {
    return has(Planted::CoolsDown) && scheduler().now() - ended_at_ < seconds(2);
  }
  void set_wanted(bool on) { wanted_ = impl_.shared_wanted_ = on; }
  void down(bool keeps_address = false) {
    if (!has(Planted::AddressAfterEnd)) address_.cancel();
    if (!keeps_address) remove_address();
    if (has(Planted::DownAfterAddress)) return dark_.start(milliseconds(1));
    go_down();
  }
  void go_down() {
    if (!has(Planted::DownIfUp) || binding_.iface().is_up()) binding_.iface().dormant_on();
  }
  bool deaf_to_error() const {
    return (has(Planted::ErrorIfAdminUp) && !binding_.iface().is_admin_up()) ||
           (has(Planted::DeafToErrorInGrace) && grace_.running()) ||
           (has(Planted::DeafToErrorInPause) && pause_.running()) ||
           (has(Planted::DeafToErrorInWait) && !configured_);
  }
  void go_up();
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
    const bool too_new =
        has(Planted::StopLostWhenNew) && scheduler().now() - started_at_ < milliseconds(10);
    if (!outlives_ && !too_new) technology_->stop();
    down();
    if (comes_back_ && !wanted()) return begin();
    if (has(Planted::StopsLater) && wanted()) try_now();  // asked for again meanwhile
  }
  void start_countdown();
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
  void try_now();
  void on_deferred() { connects_ ? connect() : disconnect(); }
  void end() {
    ++generation_;
    set_wanted(false);
    up_ = false;
    const bool pauses_on = has(Planted::PauseOverTimeout) && ends_by_timeout_;
    if (!pauses_on) pause_.cancel();
    if (!has(Planted::UpByWorkItem)) usable_.cancel();
    for (Timer* timer : {&countdown_, &grace_, &sub_, &late_}) timer->cancel();
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
  void on_late() { has(Planted::TellsFirst) ? technology_->stop() : tell_timeout(); }
  void on_sub_timer() {
    if (deferred_.running()) return sub_.start(milliseconds(5));
    technology_->stop();
    pause_.start(seconds(1));
  }
  void on_dark() {
    dark_.cancel();
    go_down();
  }
  static int seconds_of(Duration d) { return static_cast<int>(d.ns / seconds(1).ns); }
  void on_countdown();
  void tell_timeout() {
    NetIf& iface = binding_.iface();
    iface.stack().mgmt.notify(MgmtEvent::ConnIfTimeout, &iface);
  }

  Binding& binding_;
  PlainConnectivity& impl_;
  MgmtCallback admin_;
  SimTime left_at_ = kNever, ended_at_ = kNever, started_at_ = kNever;
  SimTime last_loss_ = kNever, loss_before_ = kNever;
  int timeout_at_connect_ = 0;
  bool holds_address_ = false, had_address_ = false, started_ = false;
  bool wanted_ = false, up_ = false, configured_ = true, persistent_at_connect_ = false,
       outlives_ = false, comes_back_ = false, tolerates_ = false, timed_out_ = false,
       failed_ = false, connects_ = false, idle_ = false, left_ = false, back_ = false,
       asked_ = false, ever_up_ = false, lost_ = false, deaf_ = false, ends_by_timeout_ = false;
  int idles_ = 0, losses_ = 0, failures_ = 0;
  std::uint32_t generation_ = 0;
  Timer countdown_, pause_, leaving_, deferred_, grace_, late_, address_, sub_, usable_, dark_;
  std::unique_ptr<Technology> technology_;
};

}  // namespace flapjack::test
