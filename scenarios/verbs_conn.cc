// SPDX-License-Identifier: Apache-2.0
// The verbs that call a node's connection manager, and admin-up.
#include "connmgr/lte_connectivity.h"
#include "connmgr/station.h"
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
namespace {

using Call = std::function<Status()>;

// A call of the connection manager and its undo. Each may have to wait for a lock (`blocked`) and
// is then made in a fiber, one behind the other.
struct ManagerCall {
  std::function<bool()> blocked;
  Call does, undone;
  bool undo_refused = false;  // part of a refused bulk call may have taken effect
};

Undo call_manager(VerbCall& call, const ManagerCall& made) {
  const auto refused = std::make_shared<bool>(false);
  const Call does = [made, refused] {
    const Status status = made.does();
    *refused = !status.ok() && !made.undo_refused;
    return status;
  };
  if (made.blocked()) {
    call.late.call_later(call.step, does);
  } else {
    call.result = does();
  }
  if (*refused) return {};
  return [made, refused, &late = call.late, &step = call.step] {
    if (*refused) return Status();
    if (!made.blocked()) return made.undone();
    late.call_later(step, made.undone);
    return Status();
  };
}

Undo call_iface(VerbCall& call, Call does, Call undone) {
  ConnMgr& manager = call.node().conn_mgr;
  NetIf& iface = call.iface();
  return call_manager(call, {[&manager, &iface] { return manager.blocked(iface); },
                             std::move(does), std::move(undone)});
}

template <Status (ConnMgr::*Do)(bool), Status (ConnMgr::*Undone)(bool)>
Undo bulk(VerbCall& call) {
  ConnMgr& manager = call.node().conn_mgr;
  const bool skip_ignored = call.step.args.skip_ignored;
  return call_manager(call,
                      {[&manager] { return manager.blocked(); },
                       [&manager, skip_ignored] { return (manager.*Do)(skip_ignored); },
                       [&manager, skip_ignored] { return (manager.*Undone)(skip_ignored); },
                       true});
}

// The undo sets what it was before.
template <int (ConnMgr::*Get)(const NetIf&) const, Status (ConnMgr::*Set)(NetIf&, int)>
Undo set_seconds(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const int before = (manager.*Get)(iface);
  const int wanted = static_cast<int>(call.step.args.timeout_s);
  return call_iface(
      call, [&manager, &iface, wanted] { return (manager.*Set)(iface, wanted); },
      [&manager, &iface, before] { return (manager.*Set)(iface, before); });
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

// Any of its name stands for all.
const L2* find_l2(const VerbCall& call) {
  for (const auto& l2 : call.node().l2s) {
    if (l2->traits().name == call.step.args.l2) return l2.get();
  }
  return nullptr;
}

Undo set_l2_ignored(VerbCall& call, bool ignored) {
  const L2* l2 = find_l2(call);
  if (l2 == nullptr && call.step.args.l2 != kNoL2) {
    // A call about nothing: Zephyr's would not say so either, but a script should know.
    call.result = Errc::Enodev;
    return {};
  }
  ConnMgr& manager = call.node().conn_mgr;
  const std::string whose = call.step.target.path() + " " + call.step.args.l2;
  return set_ignored(call, whose, ignored, [&manager, l2](bool on) {
    on ? manager.ignore_l2(l2) : manager.watch_l2(l2);
  });
}

template <Status (ConnMgr::*Do)(NetIf&), Status (ConnMgr::*Undone)(NetIf&)>
Undo connect_or_not(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  return call_iface(
      call, [&manager, &iface] { return (manager.*Do)(iface); },
      [&manager, &iface] { return (manager.*Undone)(iface); });
}

// By the options of implementations: the result is theirs, or ENOTSUP on an unbound iface.
void set_option(VerbCall& call, int option, std::vector<std::uint8_t> bytes) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const auto set = [&manager, &iface, option, bytes = std::move(bytes)] {
    const std::uint8_t none = 0;  // an empty value is not a null one
    return manager.if_set_opt(iface, option, {bytes.empty() ? &none : bytes.data(), bytes.size()});
  };
  call_iface(call, set, {});
}

}  // namespace

Undo connect(VerbCall& call) {
  return connect_or_not<&ConnMgr::if_connect, &ConnMgr::if_disconnect>(call);
}
Undo disconnect(VerbCall& call) {
  return connect_or_not<&ConnMgr::if_disconnect, &ConnMgr::if_connect>(call);
}

Undo set_key(VerbCall& call) {
  const std::string& key = call.step.key;
  set_option(call, kStationKey, {key.begin(), key.end()});
  return {};
}

Undo modem_reset(VerbCall& call) {
  set_option(call, kLteReset, {1});
  return {};
}

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
  const bool before = manager.if_get_flag(iface, flag), wanted = call.step.args.value;
  return call_iface(
      call, [&manager, &iface, flag, wanted] { return manager.if_set_flag(iface, flag, wanted); },
      [&manager, &iface, flag, before] { return manager.if_set_flag(iface, flag, before); });
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

// What an implementation should not say, and what it and the device should not do.
Undo conn_timeout(VerbCall& call) {
  call.node().stack.mgmt.notify(MgmtEvent::ConnIfTimeout, &call.iface());
  return {};
}
Undo conn_fatal(VerbCall& call) {
  call.node().stack.mgmt.notify(MgmtEvent::ConnIfFatalError, &call.iface());
  return {};
}

Undo fail_calls(VerbCall& call) {
  Binding* const binding = call.node().conn_mgr.if_get_binding(call.iface());
  if (binding == nullptr) {
    call.result = Errc::Enotsup;
    return {};
  }
  return hold_effect(call.holds, effect_of(call),
                     [binding](bool on) { binding->fail_calls(on); });
}

Undo refuse_admin(VerbCall& call) {
  return hold_effect(call.holds, effect_of(call),
                     [&iface = call.iface()](bool on) { iface.refuse_admin(on); });
}

Undo check_online(VerbCall& call) {
  OnlineCheck* const check = call.node().online_check.get();
  call.result = check == nullptr ? Errc::Enotsup : check->trigger();
  return {};
}

}  // namespace verbs
}  // namespace flapjack
