// SPDX-License-Identifier: Apache-2.0
#include "connmgr/binding.h"

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

Binding::Binding(NetIf& iface, Connectivity& impl, BindingConfig config)
    : iface_(iface),
      impl_(impl),
      config_(config),
      name_(iface.stack().tracer().path(iface.subject())),
      flags_(config.flags),
      timeout_s_(config.timeout_s),
      context_(impl.attach(*this)) {}

Stack& Binding::stack() const {
  return iface_.stack();
}

void Binding::set_flag(ConnFlag flag, bool on) {
  flags_ = on ? flags_ | conn_flag_bit(flag) : flags_ & ~conn_flag_bit(flag);
}

}  // namespace flapjack
