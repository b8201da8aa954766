// SPDX-License-Identifier: Apache-2.0
// ConnMgr: how it comes to life, and its locks.
#include <cassert>

#include "connmgr/conn_mgr.h"
#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {

ConnMgr::ConnMgr(Stack& stack, const ConnMgrConfig& config)
    : stack_(stack),
      config_(config),
      monitor_(*this) {}

ConnMgr::Held::Held(ConnMgr& mgr)
    : monitor(mgr.stack_.fibers(), "the monitor's lock"),
      binding(mgr.stack_.fibers(), "a binding's lock"),
      init_timer(mgr.stack_.scheduler(), Lane::Work, delegate<&ConnMgr::init_returned>(&mgr)),
      resume_timer(mgr.stack_.scheduler(), Lane::App, delegate<&ConnMgr::init_bindings>(&mgr)) {}

ConnMgr::~ConnMgr() { stack_.mgmt.remove_methods(this); }

ConnMgr::Control& ConnMgr::control() {
  if (control_ == nullptr) control_ = std::make_unique<Control>();
  return *control_;
}

std::span<const std::unique_ptr<Binding>> ConnMgr::bindings() const {
  if (control_ == nullptr) return {};
  return control_->bindings;
}

Binding& ConnMgr::bind(NetIf& iface, Connectivity& impl, BindingConfig config) {
  assert(!booted_ && &iface.stack() == &stack_);
  if (!config_.idle_timeout) config.idle_timeout_s = kNoTimeout;
  Binding& made = *control().bindings.emplace_back(
      std::make_unique<Binding>(iface, impl, told_locks(), config));
  made.set_tells_idle(config_.idle_timeout && !config_.legacy_sync_autodown);
  return made;
}

Status ConnMgr::boot() {
  if (booted_) return Errc::Ealready;
  if (!monitor_.fits()) return Errc::Erange;
  booted_ = true;
  for (const auto& binding : bindings()) {
    if (config_.idle_timeout && if_get_binding(binding->iface()) == binding.get()) {
      binding->watch_use();
    }
  }
  init_bindings();
  return Status();
}

// The monitor's lock is held all the time; an init that takes time ends this turn.
void ConnMgr::init_bindings() {
  while (control_ != nullptr && control_->next_init < control_->bindings.size()) {
    Binding& binding = *control_->bindings[control_->next_init++];
    const ConnectivityTraits traits = binding.impl().traits();
    if (!traits.exists || !traits.has_init) continue;
    monitor_.lock();
    {
      const LockGuard guard(locks_, binding.lock_id());
      binding.reset_timeouts();
      binding.impl().init(binding);
    }
    if (binding.init_takes() > Duration{}) {
      if (held() == nullptr) control_->held = std::make_unique<Held>(*this);
      held()->in_init = &binding;
      held()->binding.hold();
      held()->monitor.hold();
      stack_.tracer().event(stack_.subject(), conn_event::kMonitorBlocked,
                            {Attr::of("iface", binding.iface().name())});
      return held()->init_timer.start(binding.init_takes());
    }
    monitor_.unlock();
  }
  finish_boot();
}

// The lock is handed to who waits for it, so they go ahead of all that the boot still has to do.
void ConnMgr::init_returned() {
  monitor_.unlock();
  held()->in_init = nullptr;
  if (held()->binding.free()) return held()->resume_timer.start(Duration{});
  init_bindings();
}

void ConnMgr::finish_boot() {
  if (blocked()) stack_.tracer().event(stack_.subject(), conn_event::kMonitorFreed);
  monitor_.lock();
  stack_.mgmt.add<
      MgmtHears<&ConnMgr::on_self, mgmt_mask(MgmtEvent::ConnIfTimeout, MgmtEvent::ConnIfFatalError,
                                             MgmtEvent::ConnIfIdleTimeout)>,
      MgmtHears<&ConnMgr::on_iface,
                mgmt_mask(MgmtEvent::IfAdminUp, MgmtEvent::IfUp, MgmtEvent::IfDown)>>(this);
  for (const auto& binding : bindings()) {
    const bool exists = binding->impl().traits().exists;
    if (exists && binding->iface().is_admin_up()) auto_connect(binding->iface());
  }
  // Registered last, the monitor's handlers run before those of control and of older apps.
  monitor_.start();
  monitor_.unlock();
  if (held() == nullptr) return;
  for (const Waiting& call : held()->waiting) {
    const CauseScope scope(stack_.scheduler(), call.cause);
    carry_out(call);
  }
  held()->waiting.clear();
  static_cast<void>(held()->monitor.free());
}

bool ConnMgr::blocked(const NetIf& iface) const {
  return held() != nullptr && held()->in_init != nullptr &&
         held()->in_init == if_get_binding(iface);
}

Status ConnMgr::wait_for(const Binding& binding, std::string_view call) {
  if (held() == nullptr || held()->in_init != &binding) return Status();
  stack_.tracer().event(binding.iface().subject(), conn_event::kBindingBlocked,
                        {Attr::of("waiting", call)});
  return held()->binding.pass();
}

Status ConnMgr::wait_for(const NetIf& iface, std::string_view call) {
  const Binding* const binding = if_get_binding(iface);
  return binding == nullptr ? Status() : wait_for(*binding, call);
}

Status ConnMgr::wait_for_monitor(std::string_view call, bool takes_lock) {
  if (!takes_lock || !blocked()) return Status();
  stack_.tracer().event(stack_.subject(), conn_event::kMonitorBlocked,
                        {Attr::of("waiting", call)});
  return held()->monitor.pass();
}

void ConnMgr::monitor_call(Waiting call) {
  if (!blocked()) return carry_out(call);
  const bool resend = call.call == Waiting::Call::Resend;
  stack_.tracer().event(stack_.subject(), conn_event::kMonitorBlocked,
                        {Attr::of("waiting", resend ? "resend" : "ignore")});
  call.cause = stack_.scheduler().cause();
  held()->waiting.push_back(call);
  if (stack_.fibers().current() != nullptr) static_cast<void>(held()->monitor.pass());
}

void ConnMgr::carry_out(const Waiting& call) {
  switch (call.call) {
    case Waiting::Call::Resend:
      return monitor_.resend_status();
    case Waiting::Call::IgnoreIface:
      return monitor_.ignore_iface(*call.iface);
    case Waiting::Call::WatchIface:
      return monitor_.watch_iface(*call.iface);
    case Waiting::Call::IgnoreL2:
      return monitor_.ignore_l2(call.l2);
    case Waiting::Call::WatchL2:
      return monitor_.watch_l2(call.l2);
  }
}

void ConnMgr::mon_resend_status() {
  monitor_call({Waiting::Call::Resend, nullptr, nullptr});
}
void ConnMgr::ignore_iface(NetIf& iface) {
  monitor_call({Waiting::Call::IgnoreIface, &iface, nullptr});
}
void ConnMgr::watch_iface(NetIf& iface) {
  monitor_call({Waiting::Call::WatchIface, &iface, nullptr});
}
void ConnMgr::ignore_l2(const L2* l2) {
  monitor_call({Waiting::Call::IgnoreL2, nullptr, l2});
}
void ConnMgr::watch_l2(const L2* l2) {
  monitor_call({Waiting::Call::WatchL2, nullptr, l2});
}

// For who adds a lock to that of the monitor, which alone can be in no cycle.
LockOrder& ConnMgr::told_locks() {
  locks_.tell(
      [](void* self, const std::string& cycle) {
        static_cast<ConnMgr*>(self)->on_lock_cycle(cycle);
      },
      this);
  return locks_;
}

LockOrder::Lock ConnMgr::lock_of(const NetIf& iface) {
  std::vector<LockOrder::Lock>& all = control().iface_locks;
  const std::size_t place = iface.index().value - 1;
  if (place >= all.size()) all.resize(place + 1, LockOrder::kMonitor);
  LockOrder::Lock& lock = all[place];
  if (lock == LockOrder::kMonitor) lock = told_locks().add("iface " + std::string(iface.path()));
  return lock;
}

Status ConnMgr::up(NetIf& iface) {
  const LockGuard guard(locks_, lock_of(iface));
  return iface.up();
}

Status ConnMgr::down(NetIf& iface) {
  const LockGuard guard(locks_, lock_of(iface));
  return iface.down();
}

// Without spaces, as a pattern can name it: "iface:dev.wifi0->monitor->iface:dev.wifi0".
void ConnMgr::on_lock_cycle(const std::string& cycle) {
  std::string locks = cycle;
  for (auto at = locks.find(' '); at != std::string::npos; at = locks.find(' ', at)) {
    const bool arrow = locks.compare(at, 4, " -> ") == 0;
    locks.replace(at, arrow ? 4 : 1, arrow ? "->" : ":");
  }
  stack_.tracer().event(stack_.subject(), conn_event::kLockCycle, {Attr::of("locks", locks)});
}

}  // namespace flapjack
