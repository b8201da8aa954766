// SPDX-License-Identifier: Apache-2.0
// Binding: one iface tied to one connectivity implementation (Zephyr: struct
// conn_mgr_conn_binding), with the flags and the timeout that the application sets and the
// implementation reads. Owned by ConnMgr; lives as long.
#pragma once
#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connmgr/connectivity.h"
#include "connmgr/lock_order.h"
#include "stack/sim/timer.h"

namespace flapjack {

class NetIf;
class Stack;

/// Bit numbers in the flag word (Zephyr: enum conn_mgr_if_flag).
enum class ConnFlag : std::uint32_t {
  Persistent = 0,     ///< reconnect after an unintended loss
  NoAutoConnect = 1,  ///< do not connect when the iface goes admin-up
  NoAutoDown = 2,     ///< do not take the iface admin-down once it has given up
  Disconnecting = 3,  ///< internal: a disconnect was asked for, the next IF_DOWN is its effect
};
/// One past the last flag (CONN_MGR_NUM_IF_FLAGS).
inline constexpr std::uint32_t kConnFlagCount = 4;
/// "persistent", "no_auto_connect", "no_auto_down", "disconnecting"; "?" for anything else.
std::string_view conn_flag_name(ConnFlag flag);
constexpr std::uint32_t conn_flag_bit(ConnFlag flag) {
  return std::uint32_t{1} << static_cast<std::uint32_t>(flag);
}

/// CONN_MGR_IF_NO_TIMEOUT.
inline constexpr int kNoTimeout = 0;

/// What a binding starts with, as an implementation's Kconfig defaults would say.
struct BindingConfig {
  std::uint32_t flags = 0;     ///< conn_flag_bit()s
  int timeout_s = kNoTimeout;  ///< whole seconds
  int idle_timeout_s = kNoTimeout;  ///< whole seconds without traffic
  /// How long the implementation's init blocks the monitor's thread, as one that waits for its
  /// supplicant does. Until then the node's connection manager is not booted.
  Duration init_takes{};
};

class Binding {
 public:
  /// Neither `iface`, `impl` nor `locks` is owned; all outlive the binding.
  Binding(NetIf& iface, Connectivity& impl, LockOrder& locks, BindingConfig config = {});
  ~Binding();
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  NetIf& iface() const { return iface_; }
  Stack& stack() const;
  Connectivity& impl() const { return impl_; }
  /// The iface's path in traces, "dev.wifi0"; prefixes the names of random streams.
  const std::string& name() const { return name_; }

  std::uint32_t flags() const { return flags_; }
  /// Takes the lock, as set_flag() does (conn_mgr_binding_get_flag()).
  bool flag(ConnFlag flag) const;
  void set_flag(ConnFlag flag, bool on);

  /// Whole seconds as the application gave them, unchecked; 0 or less: no timeout.
  int timeout_s() const { return timeout_s_; }
  void set_timeout_s(int seconds) { timeout_s_ = seconds; }
  /// As timeout_s().
  int idle_timeout_s() const { return idle_timeout_s_; }
  void set_idle_timeout_s(int seconds) { idle_timeout_s_ = seconds; }
  /// Back to what the binding started with (Zephyr does so before it calls init).
  void reset_timeouts() {
    timeout_s_ = config_.timeout_s;
    idle_timeout_s_ = config_.idle_timeout_s;
  }
  Duration init_takes() const { return config_.init_takes; }

  // The idle countdown; at its end CONN_IF_IDLE_TIMEOUT is raised.
  /// From now on the iface's traffic begins it anew; for the binding that the iface goes by.
  void watch_use();
  /// Begins it anew (conn_mgr_if_used()); nothing without an idle timeout.
  void used();
  void cancel_idle() { idle_timer_.cancel(); }

  /// The implementation's own; the caller holds the lock.
  Status connect() { return fails_calls_ ? Status(Errc::Eio) : impl_.connect(*this); }
  Status disconnect() { return fails_calls_ ? Status(Errc::Eio) : impl_.disconnect(*this); }
  /// A scripted fault: while on, both are Eio and do not reach the implementation.
  void fail_calls(bool on) { fails_calls_ = on; }

  /// The binding's lock, recursive (conn_mgr_binding_lock()). The manager holds it around every
  /// call of the implementation; an implementation holds it when it acts by itself, which is what
  /// std::lock_guard is for.
  void lock() { locks_.take(lock_); }
  void unlock() { locks_.release(lock_); }
  LockOrder::Lock lock_id() const { return lock_; }

  /// Within disconnect(): the call comes from the idle timeout and not from a user. Zephyr tells
  /// both apart by its internal flag alone; before idle timeouts every call was a user's.
  bool idle_disconnect() const { return tells_idle_ && !flag(ConnFlag::Disconnecting); }
  /// Whether this release has idle timeouts, and its flag tells whose a disconnect is.
  void set_tells_idle(bool on) { tells_idle_ = on; }

  BindingContext* context() const { return context_.get(); }
  /// The context as the type that the implementation's attach() made.
  template <class T>
  T& context_as() const {
    assert(context_ != nullptr);
    return static_cast<T&>(*context_);
  }

 private:
  void on_idle();
  NetIf& iface_;
  Connectivity& impl_;
  BindingConfig config_;
  std::string name_;
  LockOrder& locks_;
  LockOrder::Lock lock_;
  std::uint32_t flags_;
  int timeout_s_, idle_timeout_s_;
  Timer idle_timer_;
  bool watches_use_ = false, fails_calls_ = false, tells_idle_ = false;
  std::unique_ptr<BindingContext> context_;  // last: its timers go first
};

}  // namespace flapjack
