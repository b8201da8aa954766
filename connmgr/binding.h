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
};

class Binding {
 public:
  /// Neither `iface` nor `impl` is owned; both outlive the binding.
  Binding(NetIf& iface, Connectivity& impl, BindingConfig config = {});
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  NetIf& iface() const { return iface_; }
  Stack& stack() const;
  Connectivity& impl() const { return impl_; }
  /// The iface's path in traces, "dev.wifi0"; prefixes the names of random streams.
  const std::string& name() const { return name_; }

  std::uint32_t flags() const { return flags_; }
  bool flag(ConnFlag flag) const { return (flags_ & conn_flag_bit(flag)) != 0; }
  void set_flag(ConnFlag flag, bool on);

  /// Whole seconds as the application gave them, unchecked; 0 or less: no timeout.
  int timeout_s() const { return timeout_s_; }
  void set_timeout_s(int seconds) { timeout_s_ = seconds; }
  /// Back to what the binding started with (Zephyr does so before it calls init).
  void reset_timeout() { timeout_s_ = config_.timeout_s; }

  BindingContext* context() const { return context_.get(); }
  /// The context as the type that the implementation's attach() made.
  template <class T>
  T& context_as() const {
    assert(context_ != nullptr);
    return static_cast<T&>(*context_);
  }

 private:
  NetIf& iface_;
  Connectivity& impl_;
  BindingConfig config_;
  std::string name_;
  std::uint32_t flags_;
  int timeout_s_;
  std::unique_ptr<BindingContext> context_;  // last: its timers go first
};

}  // namespace flapjack
