// SPDX-License-Identifier: Apache-2.0
// The verbs that call a node's connection manager, and admin-up.
#include "connmgr/lte_connectivity.h"
#include "connmgr/station.h"
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
namespace {

using Call = std::function<Status()>;

// A function of the connection manager, by its name in reports of blocked calls.
struct Function {
  std::string_view name;
  Call call;
};

// A call and its undo. Each may have to wait for a lock (`blocked`); `wait` does so, in a fiber.
struct ManagerCall {
  std::function<bool()> blocked;
  std::function<Status(std::string_view)> wait;
  Function does, undone;
  bool undo_refused = false;  // part of a refused bulk call may have taken effect
};

// Everything is asked when it is the call's turn: what it finds may have changed meanwhile.
Call in_turn(const ManagerCall& made, std::string_view name, const Call& call) {
  return [wait = made.wait, name, call] {
    const Status waited = wait(name);
    return waited.ok() ? call() : waited;
  };
}

Undo call_manager(VerbCall& call, const ManagerCall& made) {
  const auto refused = std::make_shared<bool>(false);
  const Call does = [made, refused] {
    const Status status = made.does.call();
    *refused = !status.ok() && !made.undo_refused;
    return status;
  };
  const Call undone = [made, refused] { return *refused ? Status() : made.undone.call(); };
  if (made.blocked()) {
    call.late.call_later(call.step, false, in_turn(made, made.does.name, does));
  } else {
    call.result = does();
  }
  if (*refused) return {};
  return [made, undone, &late = call.late, &step = call.step] {
    if (!made.blocked()) return undone();
    late.call_later(step, true, in_turn(made, made.undone.name, undone));
    return Status();
  };
}

Undo call_iface(VerbCall& call, Function does, Function undone) {
  ConnMgr& manager = call.node().conn_mgr;
  NetIf& iface = call.iface();
  return call_manager(call, {[&manager, &iface] { return manager.blocked(iface); },
                             [&manager, &iface](std::string_view name) {
                               return manager.wait_for(iface, name);
                             },
                             std::move(does), std::move(undone)});
}

// The monitor's calls wait by themselves, all at their place in line: each in a fiber of its own.
class MonitorCalls {
 public:
  explicit MonitorCalls(VerbCall& call)
      : manager_(call.node().conn_mgr), late_(call.late), step_(call.step) {}
  void make(const std::function<void()>& call, bool undo = false) const {
    if (!manager_.blocked()) return call();
    late_.call_later(step_, undo, [call] {
      call();
      return Status();
    });
  }

 private:
  const ConnMgr& manager_;
  LateCalls& late_;
  const StepSpec& step_;
};

using BulkCall = Status (ConnMgr::*)(bool);

// Only to skip the ignored ones takes the monitor's lock.
Undo bulk(VerbCall& call, std::string_view name, BulkCall does, std::string_view undo_name,
          BulkCall undone) {
  ConnMgr& manager = call.node().conn_mgr;
  const bool skip_ignored = call.step.args.skip_ignored;
  return call_manager(
      call,
      {[&manager, skip_ignored] { return skip_ignored && manager.blocked(); },
       [&manager](std::string_view waiting) { return manager.wait_for_monitor(waiting); },
       {name, [&manager, skip_ignored, does] { return (manager.*does)(skip_ignored); }},
       {undo_name, [&manager, skip_ignored, undone] { return (manager.*undone)(skip_ignored); }},
       true});
}

// A call that sets `wanted`. Its undo takes away this value only: of steps that overlap, the latest
// that still holds shows, else what was there before them.
template <class Value, class Get, class Set>
Undo set_value(VerbCall& call, const std::string& what, Value wanted, Get get, Set set) {
  ValueBook& values = call.values;
  const std::string effect = what + " " + call.step.target.path();
  const bool for_good = !call.step.hold;
  const auto number = std::make_shared<std::size_t>(0);
  const Call does = [&values, effect, for_good, number, wanted, get, set] {
    const Value before = get();
    const Status status = set(wanted);
    if (status.ok()) *number = values.put(effect, before, wanted, for_good);
    return status;
  };
  const Call undone = [&values, effect, number, set] {
    const auto shown = values.take_back(effect, *number);
    return shown ? set(static_cast<Value>(*shown)) : Status();
  };
  return call_iface(call, {call.step.verb, does}, {call.step.verb, undone});
}

template <int (ConnMgr::*Get)(const NetIf&) const, Status (ConnMgr::*Set)(NetIf&, int)>
Undo set_seconds(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  return set_value(
      call, call.step.verb, static_cast<int>(call.step.args.timeout_s),
      [&manager, &iface] { return (manager.*Get)(iface); },
      [&manager, &iface](int seconds) { return (manager.*Set)(iface, seconds); });
}

ConnFlag flag_of(const std::string& name) {
  for (const ConnFlag flag : {ConnFlag::Persistent, ConnFlag::NoAutoConnect}) {
    if (conn_flag_name(flag) == name) return flag;
  }
  return ConnFlag::NoAutoDown;
}

// To ignore and to watch, alone or with the L2, set one value of an iface. What it is before a call
// that waits, the calls ahead of it say.
struct Ignoring {
  bool ignored;
  std::vector<NetIf*> ifaces;
  std::function<void(bool ignored)> set;  // all of them in one call, so that one pass sees them
};

Undo set_ignored(VerbCall& call, const Ignoring& wanted) {
  ConnMgr& manager = call.node().conn_mgr;
  ValueBook& values = call.values;
  const MonitorCalls calls(call);
  const auto effect = [node = call.step.target.node](const NetIf& iface) {
    return "ignored " + node + "." + std::string(iface.name());
  };
  std::vector<std::size_t> numbers;
  for (NetIf* iface : wanted.ifaces) {
    const std::string of = effect(*iface);
    const auto before = values.shown(of).value_or(manager.is_iface_ignored(*iface));
    numbers.push_back(values.put(of, before, wanted.ignored, !call.step.hold));
  }
  calls.make([set = wanted.set, on = wanted.ignored] { set(on); });
  return [&manager, &values, wanted, effect, calls, numbers] {
    const bool on = !wanted.ignored;
    std::vector<NetIf*> ended;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (values.take_back(effect(*wanted.ifaces[i]), numbers[i])) {
        ended.push_back(wanted.ifaces[i]);
      }
    }
    if (ended.size() == numbers.size()) {
      calls.make([set = wanted.set, on] { set(on); }, true);
      return Status();
    }
    for (NetIf* iface : ended) {
      calls.make(
          [&manager, iface, on] {
            on ? manager.ignore_iface(*iface) : manager.watch_iface(*iface);
          },
          true);
    }
    return Status();
  };
}

Undo set_iface_ignored(VerbCall& call, bool ignored) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const auto set = [&manager, &iface](bool on) {
    on ? manager.ignore_iface(iface) : manager.watch_iface(iface);
  };
  return set_ignored(call, {ignored, {&iface}, set});
}

// Any of its name stands for all.
const L2* find_l2(const VerbCall& call) {
  for (const auto& l2 : call.node().extras->l2s) {
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
  std::vector<NetIf*> ifaces;
  for (const auto& iface : call.node().stack.ifaces()) {
    if (Monitor::is_of(*iface, l2)) ifaces.push_back(iface.get());
  }
  const auto set = [&manager, l2](bool on) {
    on ? manager.ignore_l2(l2) : manager.watch_l2(l2);
  };
  return set_ignored(call, {ignored, std::move(ifaces), set});
}

Function connection(VerbCall& call, bool connects) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  if (!connects) return {"disconnect", [&] { return manager.if_disconnect(iface); }};
  return {"connect", [&] { return manager.if_connect(iface); }};
}

// By the options of implementations: the result is theirs, or ENOTSUP on an unbound iface.
void set_option(VerbCall& call, int option, std::vector<std::uint8_t> bytes) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const auto set = [&manager, &iface, option, bytes = std::move(bytes)] {
    const std::uint8_t none = 0;  // an empty value is not a null one
    return manager.if_set_opt(iface, option, {bytes.empty() ? &none : bytes.data(), bytes.size()});
  };
  call_iface(call, {"set_opt", set}, {});
}

}  // namespace

Undo connect(VerbCall& call) {
  return call_iface(call, connection(call, true), connection(call, false));
}
Undo disconnect(VerbCall& call) {
  return call_iface(call, connection(call, false), connection(call, true));
}

Undo set_key(VerbCall& call) {
  const std::string& key = call.step.key;
  set_option(call, kStationKey, {key.begin(), key.end()});
  return {};
}

Undo set_opt(VerbCall& call) {
  set_option(call, static_cast<int>(call.step.args.option), call.step.args.bytes);
  return {};
}

// What it brings is in the event.
Undo get_opt(VerbCall& call) {
  const CallArgsSpec& args = call.step.args;
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const auto get = [&manager, &iface, option = static_cast<int>(args.option),
                    room = static_cast<std::size_t>(args.room)] {
    std::vector<std::uint8_t> value(room + 1);  // no room is no null pointer
    std::size_t length = room;
    return manager.if_get_opt(iface, option, std::span(value).first(room), &length);
  };
  call_iface(call, {"get_opt", get}, {});
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

Undo all_up(VerbCall& call) {
  return bulk(call, "all_if_up", &ConnMgr::all_if_up, "all_if_down", &ConnMgr::all_if_down);
}
Undo all_down(VerbCall& call) {
  return bulk(call, "all_if_down", &ConnMgr::all_if_down, "all_if_up", &ConnMgr::all_if_up);
}
Undo all_connect(VerbCall& call) {
  return bulk(call, "all_if_connect", &ConnMgr::all_if_connect, "all_if_disconnect",
              &ConnMgr::all_if_disconnect);
}
Undo all_disconnect(VerbCall& call) {
  return bulk(call, "all_if_disconnect", &ConnMgr::all_if_disconnect, "all_if_connect",
              &ConnMgr::all_if_connect);
}

Undo ignore(VerbCall& call) { return set_iface_ignored(call, true); }
Undo watch(VerbCall& call) { return set_iface_ignored(call, false); }
Undo ignore_l2(VerbCall& call) { return set_l2_ignored(call, true); }
Undo watch_l2(VerbCall& call) { return set_l2_ignored(call, false); }

Undo set_flag(VerbCall& call) {
  NetIf& iface = call.iface();
  ConnMgr& manager = call.node().conn_mgr;
  const ConnFlag flag = flag_of(call.step.args.flag);
  return set_value(
      call, "set_flag " + call.step.args.flag, call.step.args.value,
      [&manager, &iface, flag] { return manager.if_get_flag(iface, flag); },
      [&manager, &iface, flag](bool value) { return manager.if_set_flag(iface, flag, value); });
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
  ConnMgr& manager = call.node().conn_mgr;
  MonitorCalls(call).make([&manager] { manager.mon_resend_status(); });
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
  OnlineCheck* const check = call.node().extras->online_check.get();
  call.result = check == nullptr ? Errc::Enotsup : check->trigger();
  return {};
}

}  // namespace verbs
}  // namespace flapjack
