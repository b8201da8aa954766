// SPDX-License-Identifier: Apache-2.0
// The verbs that call a node's connection manager about all of its ifaces, and admin-up.
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
namespace {

template <Status (ConnMgr::*Do)(bool), Status (ConnMgr::*Undone)(bool)>
Undo bulk(VerbCall& call) {
  ConnMgr& manager = call.node().conn_mgr;
  call.result = (manager.*Do)(false);
  return [&manager] { return (manager.*Undone)(false); };
}

}  // namespace

Undo admin_up(VerbCall& call) {
  NetIf& iface = call.iface();
  call.result = iface.up();
  if (!call.result.ok()) return {};
  return [&iface] { return iface.down(); };
}

Undo all_up(VerbCall& call) { return bulk<&ConnMgr::all_if_up, &ConnMgr::all_if_down>(call); }
Undo all_down(VerbCall& call) { return bulk<&ConnMgr::all_if_down, &ConnMgr::all_if_up>(call); }
Undo all_connect(VerbCall& call) {
  return bulk<&ConnMgr::all_if_connect, &ConnMgr::all_if_disconnect>(call);
}
Undo all_disconnect(VerbCall& call) {
  return bulk<&ConnMgr::all_if_disconnect, &ConnMgr::all_if_connect>(call);
}

Undo resend_status(VerbCall& call) {
  call.node().conn_mgr.mon_resend_status();
  return {};
}

}  // namespace verbs
}  // namespace flapjack
