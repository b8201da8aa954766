// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/conform/plain_connectivity.h"

#include <utility>

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
        technology_(impl.make_(binding, *this)) {}

  void command(bool connects) {
    connects_ = connects;
    idle_ = binding_.idle_disconnect();
    if (has(Planted::Defers)) return deferred_.start(milliseconds(5));
    on_deferred();
  }
  void connect() {
    if (has(Planted::ForcesFlags)) binding_.set_flag(ConnFlag::NoAutoDown, false);
    if (has(Planted::ReadsIface) && binding_.iface().is_up()) return;
    if (has(Planted::SecondConnectExtends) && wanted()) start_countdown();
    if (has(Planted::ConnectRestarts) && wanted() && configured_ && !pause_.running()) {
      technology_->stop();
      try_now();
    }
    if (wanted() || up_) return;
    persistent_at_connect_ = persistent();
    timed_out_ = failed_ = false;
    begin();
    if (has(Planted::UpBeforeLink)) binding_.iface().dormant_off();
  }
  void disconnect() {
    if (has(Planted::TimeoutAgain) && timed_out_) return tell_timeout();
    if (!wanted() && !up_) return;
    const bool idle = idle_ && persistent() && !has(Planted::NoIdleReturn);
    const bool attempting = !up_;
    outlives_ = has(Planted::AttemptOutlives) && attempting;
    end();
    comes_back_ = idle && !(has(Planted::SecondIdleEnds) && idles_++ > 0);
    if (has(Planted::StopsLater)) return leaving_.start(milliseconds(300));
    leave();
  }

  bool is_up() const { return up_; }

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
    up_ = true;
    set_wanted(false);
    binding_.iface().dormant_off();
    return true;
  }
  void sub_attempt_failed() override {
    if (!wanted() || (has(Planted::GivesUpFirst) && !persistent())) return;
    pause_.start(has(Planted::RetriesSlowly) ? seconds(9) : milliseconds(700));
  }
  void lost() override {
    if (!up_) return;
    up_ = false;
    bool again = has(Planted::CachedPersistence) ? persistent_at_connect_ : persistent();
    again = again || has(Planted::AlwaysPersistent);
    const std::uint32_t before = generation_;
    if (has(Planted::DefaultIface)) binding_.stack().ifaces().front()->carrier_off();
    down();
    if (generation_ != before) return;  // a handler gave another command
    if (has(Planted::SecondLossEnds) && losses_++ > 0) again = false;
    if (has(Planted::ReadsAdmin) && !binding_.iface().is_admin_up()) again = false;
    if (again) return begin();
    tolerates_ = has(Planted::ToleratesRetry);
    technology_->stop();
  }
  void fatal(int reason) override {
    if (!wanted() && !up_) return;
    end();
    failed_ = true;
    technology_->stop();
    NetIf& iface = binding_.iface();
    const std::uint32_t before = generation_;
    if (has(Planted::SetsNoAuto)) binding_.set_flag(ConnFlag::NoAutoConnect, true);
    iface.stack().mgmt.notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{reason});
    if (generation_ == before) down();
  }
  void restarted() override {
    const bool unwanted = !wanted() && !up_;
    if (unwanted && std::exchange(tolerates_, false)) return;
    if (unwanted) technology_->stop();
    tolerates_ = has(Planted::ToleratesNextRetry);
    pause_.cancel();
  }
  void configured(bool usable) override {
    configured_ = usable;
    if (usable && wanted()) try_now();
  }

 private:
  Scheduler& scheduler() const { return binding_.stack().scheduler(); }
  bool has(Planted planted) const { return impl_.planted_ == planted; }
  bool persistent() const { return binding_.flag(ConnFlag::Persistent); }
  bool wanted() const { return has(Planted::SharedState) ? impl_.shared_wanted_ : wanted_; }
  void set_wanted(bool on) { wanted_ = impl_.shared_wanted_ = on; }
  void down() { binding_.iface().dormant_on(); }

  void leave() {
    if (!outlives_) technology_->stop();
    down();
    if (comes_back_ && !wanted()) return begin();
    if (has(Planted::StopsLater) && wanted()) try_now();  // asked for again meanwhile
  }
  void start_countdown() {
    if (binding_.timeout_s() > 0) countdown_.start(seconds(binding_.timeout_s()));
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
    if (!configured_) return;
    if (has(Planted::CountdownEach)) start_countdown();
    if (has(Planted::StopsFirst)) technology_->stop();
    technology_->start();
  }
  void on_deferred() { connects_ ? connect() : disconnect(); }
  void end() {
    ++generation_;
    set_wanted(false);
    up_ = false;
    countdown_.cancel();
    pause_.cancel();
  }
  void on_countdown() {
    end();
    technology_->stop();
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
  bool wanted_ = false, up_ = false, configured_ = true, persistent_at_connect_ = false,
       outlives_ = false, comes_back_ = false, tolerates_ = false, timed_out_ = false,
       failed_ = false, connects_ = false, idle_ = false;
  int idles_ = 0, losses_ = 0;
  std::uint32_t generation_ = 0;
  Timer countdown_, pause_, leaving_, deferred_;
  std::unique_ptr<Technology> technology_;
};

std::unique_ptr<BindingContext> PlainConnectivity::attach(Binding& binding) {
  return std::make_unique<Context>(binding, *this);
}
void PlainConnectivity::init(Binding& binding) {
  binding.iface().dormant_on();
}
Status PlainConnectivity::connect(Binding& binding) {
  if (planted_ == Planted::RefusesWhenUp && binding.context_as<Context>().is_up()) {
    return Errc::Ealready;
  }
  binding.context_as<Context>().command(true);
  return Status();
}
Status PlainConnectivity::disconnect(Binding& binding) {
  binding.context_as<Context>().command(false);
  return Status();
}

}  // namespace flapjack::test
