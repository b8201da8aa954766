// SPDX-License-Identifier: Apache-2.0
// The verbs that call a node's connection manager, all but connect and disconnect of one iface, and
// admin-up.
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
namespace {

template <Status (ConnMgr::*Do)(bool), Status (ConnMgr::*Undone)(bool)>
Undo bulk(VerbCall& call) {
  ConnMgr& manager = call.node().conn_mgr;
  const bool skip_ignored = call.step.args.skip_ignored;
  call.result = (manager.*Do)(skip_ignored);
  return [&manager, skip_ignored] { return (manager.*Undone)(skip_ignored); };
}

// The undo sets what it was before.
template <int (ConnMgr::*Get)(const NetIf&) const, Status (ConnMgr::*Set)(NetIf&, int)>
Undo set_seconds(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const int before = (manager.*Get)(iface);
  call.result = (manager.*Set)(iface, static_cast<int>(call.step.args.timeout_s));
  if (!call.result.ok()) return {};
  return [&manager, &iface, before] { return (manager.*Set)(iface, before); };
}

ConnFlag flag_of(const std::string& name) {
  for (const ConnFlag flag : {ConnFlag::Persistent, ConnFlag::NoAutoConnect}) {
    if (conn_flag_name(flag) == name) return flag;
  }
  return ConnFlag::NoAutoDown;
}

// To ignore and to watch are calls without a count: the latest holds, and ends all steps that have
// asked for the opposite. Among steps that want the same, the last one to be undone counts.
template <class Set>
Undo set_ignored(VerbCall& call, const std::string& whose, bool ignored, Set set) {
  HoldBook& holds = call.holds;
  const auto effect = [&whose](bool on) { return (on ? "ignored " : "watched ") + whose; };
  holds.end(effect(!ignored));
  holds.take(effect(ignored));
  set(ignored);
  return [&holds, held = effect(ignored), round = holds.round(effect(ignored)), ignored, set] {
    if (holds.release(held, round)) set(!ignored);
    return Status();
  };
}

Undo set_iface_ignored(VerbCall& call, bool ignored) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  return set_ignored(call, call.step.target.path(), ignored, [&manager, &iface](bool on) {
    on ? manager.ignore_iface(iface) : manager.watch_iface(iface);
  });
}

// An L2 of Zephyr is one for all of its ifaces, here there may be several of one name.
std::vector<const L2*> l2s_of(const VerbCall& call) {
  if (call.step.args.l2 == kNoL2) return {nullptr};
  std::vector<const L2*> found;
  for (const auto& l2 : call.node().l2s) {
    if (l2->traits().name == call.step.args.l2) found.push_back(l2.get());
  }
  return found;
}

Undo set_l2_ignored(VerbCall& call, bool ignored) {
  std::vector<const L2*> l2s = l2s_of(call);
  if (l2s.empty()) {  // a call about nothing: Zephyr's would say so neither, a script should know
    call.result = Errc::Enodev;
    return {};
  }
  ConnMgr& manager = call.node().conn_mgr;
  const std::string whose = call.step.target.path() + " " + call.step.args.l2;
  return set_ignored(call, whose, ignored, [&manager, l2s = std::move(l2s)](bool on) {
    for (const L2* l2 : l2s) on ? manager.ignore_l2(l2) : manager.watch_l2(l2);
  });
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

Undo ignore(VerbCall& call) { return set_iface_ignored(call, true); }
Undo watch(VerbCall& call) { return set_iface_ignored(call, false); }
Undo ignore_l2(VerbCall& call) { return set_l2_ignored(call, true); }
Undo watch_l2(VerbCall& call) { return set_l2_ignored(call, false); }

Undo set_flag(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const ConnFlag flag = flag_of(call.step.args.flag);
  const bool before = manager.if_get_flag(iface, flag);
  call.result = manager.if_set_flag(iface, flag, call.step.args.value);
  if (!call.result.ok()) return {};
  return [&manager, &iface, flag, before] { return manager.if_set_flag(iface, flag, before); };
}

Undo set_timeout(VerbCall& call) {
  return set_seconds<&ConnMgr::if_get_timeout, &ConnMgr::if_set_timeout>(call);
}
Undo set_idle_timeout(VerbCall& call) {
  return set_seconds<&ConnMgr::if_get_idle_timeout, &ConnMgr::if_set_idle_timeout>(call);
}

// The call tells nobody; where its iface has no binding, or the release no idle timeouts, there is
// nothing that it could do.
Undo used(VerbCall& call) {
  ConnMgr& manager = call.node().conn_mgr;
  const bool heard = manager.config().idle_timeout && manager.if_is_bound(call.iface());
  if (!heard) call.result = Errc::Enotsup;
  manager.if_used(call.iface());
  return {};
}

Undo resend_status(VerbCall& call) {
  call.node().conn_mgr.mon_resend_status();
  return {};
}

}  // namespace verbs
}  // namespace flapjack
