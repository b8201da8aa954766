// SPDX-License-Identifier: Apache-2.0
// ConnMgr: what it does by itself.
#include "connmgr/conn_mgr.h"
#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {

// Does not ask whether the iface is still admin-up: a stale event brings it up again, as in Zephyr.
void ConnMgr::auto_connect(NetIf& iface) {
  const Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || binding->flag(ConnFlag::NoAutoConnect)) return;
  const Status status = connect(iface, "auto_connect");
  static_cast<void>(status);  // recorded; there is nobody to return it to
}

void ConnMgr::auto_down(NetIf& iface, std::string_view reason) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr) return;
  binding->cancel_idle();  // also where the automation itself is off
  if (!config_.auto_if_down || binding->flag(ConnFlag::NoAutoDown)) return;
  if (!iface.is_admin_up()) return;
  const Status status = down(iface);
  stack_.tracer().event(iface.subject(), conn_event::kAutoDown,
                        {Attr::of("reason", reason), Attr::of("result", status.code())});
}

void ConnMgr::on_iface(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  if (notice.is(MgmtEvent::IfAdminUp)) return auto_connect(*notice.iface);
  if (notice.is(MgmtEvent::IfUp)) return if_used(*notice.iface);
  if (notice.is(MgmtEvent::IfDown)) on_if_down(*notice.iface);
}

void ConnMgr::on_if_down(NetIf& iface) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr) return;
  const bool meant = binding->flag(ConnFlag::Disconnecting) && !config_.legacy_sync_autodown;
  if (binding->flag(ConnFlag::Persistent) && !meant) return;  // it is to come back by itself
  binding->set_flag(ConnFlag::Disconnecting, false);
  auto_down(iface, "if_down");
}

void ConnMgr::on_self(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  if (notice.is(MgmtEvent::ConnIfTimeout)) return auto_down(*notice.iface, "timeout");
  if (notice.is(MgmtEvent::ConnIfFatalError)) return auto_down(*notice.iface, "fatal");
  if (notice.is(MgmtEvent::ConnIfIdleTimeout)) {
    static_cast<void>(disconnect(*notice.iface, "idle", true));  // recorded
  }
}

}  // namespace flapjack
