// SPDX-License-Identifier: Apache-2.0
#include "connmgr/binding.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

std::string_view conn_flag_name(ConnFlag flag) {
  switch (flag) {
    case ConnFlag::Persistent:
      return "persistent";
    case ConnFlag::NoAutoConnect:
      return "no_auto_connect";
    case ConnFlag::NoAutoDown:
      return "no_auto_down";
    case ConnFlag::Disconnecting:
      return "disconnecting";
  }
  return "?";
}

Binding::Binding(NetIf& iface, Connectivity& impl, LockOrder& locks, BindingConfig config)
    : iface_(iface),
      impl_(impl),
      config_(config),
      name_(iface.path()),
      locks_(locks),
      lock_(locks.add("binding " + name_)),
      flags_(config.flags),
      timeout_s_(config.timeout_s),
      idle_timeout_s_(config.idle_timeout_s),
      idle_timer_(iface.stack().scheduler(), Lane::Work, delegate<&Binding::on_idle>(this)),
      context_(impl.attach(*this)) {}

Binding::~Binding() {
  if (watches_use_) iface_.set_used({});
}

Stack& Binding::stack() const {
  return iface_.stack();
}

bool Binding::flag(ConnFlag flag) const {
  const LockGuard guard(locks_, lock_);
  return (flags_ & conn_flag_bit(flag)) != 0;
}

void Binding::set_flag(ConnFlag flag, bool on) {
  const LockGuard guard(locks_, lock_);
  flags_ = on ? flags_ | conn_flag_bit(flag) : flags_ & ~conn_flag_bit(flag);
}

void Binding::watch_use() {
  watches_use_ = true;
  iface_.set_used(delegate<&Binding::used>(this));
}

void Binding::used() {
  if (idle_timeout_s_ == kNoTimeout) return;
  idle_timer_.start(seconds(std::max(idle_timeout_s_, 0)));
}

void Binding::on_idle() {
  stack().mgmt.notify(MgmtEvent::ConnIfIdleTimeout, &iface_);
}

}  // namespace flapjack
