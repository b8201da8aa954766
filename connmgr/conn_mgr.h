// SPDX-License-Identifier: Apache-2.0
// ConnMgr: a node's Connection Manager (Zephyr: conn_mgr). Control: commands to the connectivity
// implementations that ifaces are bound to, and the two automations, connect when admin-up and
// admin-down once given up. Monitoring: see Monitor, whose calls it passes on.
//
// Functions have Zephyr's names without "conn_mgr_"; the table is in README.md. Binding order is
// the order of bind(), iface order that of their indices. Source of the behaviour: conn_mgr of
// Zephyr 4.2 (asynchronous admin-down after a disconnect), that of 2023 by a switch.
#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "connmgr/binding.h"
#include "connmgr/held_lock.h"
#include "connmgr/lock_order.h"
#include "connmgr/monitor.h"
#include "stack/net/net_if.h"

namespace flapjack {

/// Switches of a node's connection manager; defaults are Zephyr's.
struct ConnMgrConfig {
  MonitorConfig monitor{};
  bool auto_if_down = true;  ///< NET_CONNECTION_MANAGER_AUTO_IF_DOWN
  /// Zephyr before 2025-05: if_disconnect() itself takes the iface admin-down, whatever the
  /// implementation answered, instead of waiting for its IF_DOWN.
  bool legacy_sync_autodown = false;
  /// Idle timeouts (since 2025); without, none can be set and traffic is not looked at.
  bool idle_timeout = true;
  /// Ask an implementation that can tell whether it is configured, before a connect of an iface
  /// that is not persistent (2026); if not: CONN_IF_NO_CONFIGURATION and `no_configuration`.
  bool config_check = false;
  /// What such a connect returns; what Zephyr returns has not been seen.
  Errc no_configuration = Errc::Enodata;

  bool operator==(const ConnMgrConfig&) const = default;
};

class ConnMgr {
 public:
  /// Registers nothing yet; see boot(). Must be destroyed before `stack`; `config`, which many
  /// nodes may share, outlives it, too.
  ConnMgr(Stack& stack, const ConnMgrConfig& config);
  ConnMgr(Stack& stack, const ConnMgrConfig&& config) = delete;
  ~ConnMgr();
  ConnMgr(const ConnMgr&) = delete;
  ConnMgr& operator=(const ConnMgr&) = delete;

  /// Ties an iface of this node to an implementation; before boot(). A second binding of the same
  /// iface is initialised but never found, as in Zephyr.
  Binding& bind(NetIf& iface, Connectivity& impl, BindingConfig config = {});

  /// The monitor thread's first turn, after Stack::post_init(): init of every binding, control
  /// callbacks, connect of what is admin-up already, monitor callbacks, snapshot, first pass.
  /// Callbacks registered before it see the first wave of L4 events. An init that takes time
  /// (BindingConfig::init_takes) holds up all that follows. Erange: more ifaces than
  /// MonitorConfig::iface_max, and nothing was done; Ealready: booted before.
  Status boot();

  // Control of one iface. Enotsup: not bound, or the implementation lacks the member. While an init
  // that takes time holds the binding's lock, all but the get functions and if_used() wait in
  // their fiber until it has returned; outside fibers they are Edeadlk. Who waited comes first.

  /// Takes the iface admin-up if it is not (NetIf::up()'s error ends it), then the
  /// implementation's own answer.
  Status if_connect(NetIf& iface);
  /// Ok without a call to the implementation when the iface is not admin-up.
  Status if_disconnect(NetIf& iface);
  bool if_is_bound(const NetIf& iface) const;
  /// Null for an unbound iface and for an implementation that does not exist.
  Binding* if_get_binding(const NetIf& iface) const;
  /// A null data() is Zephyr's NULL: Einval, before the test for a binding.
  Status if_set_opt(NetIf& iface, int option, std::span<const std::uint8_t> value);
  /// `*length` comes as the room to use and goes as the bytes written, 0 when refused here.
  /// Einval: `length` null, or value.data() null.
  Status if_get_opt(NetIf& iface, int option, std::span<std::uint8_t> value, std::size_t* length);
  /// Einval: no such flag, before the test for a binding.
  Status if_set_flag(NetIf& iface, ConnFlag flag, bool value);
  bool if_get_flag(const NetIf& iface, ConnFlag flag) const;
  /// Whole seconds, kNoTimeout for none; not checked. Takes effect with the next attempt.
  Status if_set_timeout(NetIf& iface, int seconds);
  int if_get_timeout(const NetIf& iface) const;
  /// Whole seconds without traffic after which the iface is disconnected, though not as if the
  /// application had asked for it; kNoTimeout for none. Counts from the next IF_UP or packet.
  Status if_set_idle_timeout(NetIf& iface, int seconds);
  int if_get_idle_timeout(const NetIf& iface) const;
  /// Traffic: the idle countdown begins anew. The stack and the engines call it by themselves.
  void if_used(NetIf& iface);

  // All ifaces in index order, never stopping at an error; the first error met is returned.
  // `skip_ignored` leaves out those that the monitor ignores; to know them takes the monitor's
  // lock, so that such a call waits for the end of a blocked boot, as above.

  Status all_if_up(bool skip_ignored);
  Status all_if_down(bool skip_ignored);
  /// First all_if_up(), also of unbound ifaces, then if_connect() of every bound one.
  Status all_if_connect(bool skip_ignored);
  /// if_disconnect() of every bound iface; leaves them admin-up.
  Status all_if_disconnect(bool skip_ignored);

  const Monitor& monitor() const { return monitor_; }
  /// While an init blocks the boot, this and the four below take effect at its end; in a fiber they
  /// return then, elsewhere at once.
  void mon_resend_status();
  void ignore_iface(NetIf& iface);
  void watch_iface(NetIf& iface);
  bool is_iface_ignored(const NetIf& iface) const { return monitor_.is_iface_ignored(iface); }
  void ignore_l2(const L2* l2);
  void watch_l2(const L2* l2);
  std::uint16_t if_state(const NetIf& iface) const { return monitor_.if_state(iface); }

  Stack& stack() const { return stack_; }
  const ConnMgrConfig& config() const { return config_; }
  /// Who took which lock while holding which other; cycles are recorded as "lock_cycle", too.
  const LockOrder& locks() const { return locks_; }
  /// A call that takes the monitor's lock has to wait now.
  bool blocked() const { return held() != nullptr && held()->monitor.held(); }
  /// A call about `iface` has to wait now.
  bool blocked(const NetIf& iface) const;
  /// Waits as those calls do, and says so under `call`; Ok at once when nothing is blocked, or the
  /// call does not take the monitor's lock.
  Status wait_for(const NetIf& iface, std::string_view call);
  Status wait_for_monitor(std::string_view call, bool takes_lock = true);

 private:
  friend class Monitor;  // takes its locks
  // A call that waits for the monitor's lock.
  struct Waiting {
    enum class Call : std::uint8_t { Resend, IgnoreIface, WatchIface, IgnoreL2, WatchL2 } call;
    NetIf* iface;
    const L2* l2;
    RecordId cause{};
  };
  // What an init that takes time holds up. Lasts, as fibers may be on their way out of the locks.
  struct Held {
    explicit Held(ConnMgr& mgr);
    HeldLock monitor, binding;
    const Binding* in_init = nullptr;  // whose lock `binding` is
    std::vector<Waiting> waiting;
    Timer init_timer, resume_timer;
  };
  // What most nodes have no use for; made by the first binding or the first lock of an iface.
  struct Control {
    std::vector<LockOrder::Lock> iface_locks;  // by iface index - 1; kMonitor: none yet
    std::vector<std::unique_ptr<Binding>> bindings;
    std::size_t next_init = 0;
    std::unique_ptr<Held> held;  // from the first such init on
  };
  Control& control();
  std::span<const std::unique_ptr<Binding>> bindings() const;
  Held* held() const { return control_ != nullptr ? control_->held.get() : nullptr; }
  void monitor_call(Waiting call);
  void carry_out(const Waiting& call);
  Status wait_for(const Binding& binding, std::string_view call);
  void init_bindings();
  void init_returned();
  void finish_boot();
  Status up(NetIf& iface);
  Status down(NetIf& iface);
  LockOrder& told_locks();
  LockOrder::Lock lock_of(const NetIf& iface);
  void on_lock_cycle(const std::string& locks);
  Status connect(NetIf& iface, std::string_view by);
  Status disconnect(NetIf& iface, std::string_view by, bool idle = false);
  Status call_connect(NetIf& iface);
  Status call_disconnect(NetIf& iface, bool idle);
  bool lacks_config(Binding& binding) const;
  Status set_opt(NetIf& iface, int option, std::span<const std::uint8_t> value);
  Status get_opt(NetIf& iface, int option, std::span<std::uint8_t> value, std::size_t& length);
  bool is_flag(ConnFlag flag) const;
  bool skipped(const NetIf& iface, bool skip_ignored) const;
  void bulk_up(bool skip_ignored, std::string_view by, Status& first);
  void auto_connect(NetIf& iface);
  void auto_down(NetIf& iface, std::string_view reason);
  void on_iface(const MgmtNotice& notice);
  void on_if_down(NetIf& iface);
  void on_self(const MgmtNotice& notice);

  Stack& stack_;
  const ConnMgrConfig& config_;
  LockOrder locks_;
  Monitor monitor_;
  std::unique_ptr<Control> control_;
  bool booted_ = false;
};
static_assert(sizeof(ConnMgr) <= 2 * kCacheLine);

}  // namespace flapjack
