// SPDX-License-Identifier: Apache-2.0
// Connectivity: the contract of a way to get connected (Zephyr: struct conn_mgr_conn_api). It turns
// generic commands into what its technology does, and reports back by the iface's dormancy or
// carrier and by the events CONN_IF_TIMEOUT and CONN_IF_FATAL_ERROR.
//
// Rules every implementation keeps (RetryPolicy keeps most of them for it):
//  1. No call blocks; what takes time happens in scheduler events of its own.
//  2. All state of an iface lives in its BindingContext: one object serves many ifaces.
//  3. It writes the iface's state and never reads it.
//  4. It honours PERSISTENT and the timeout of the binding, as read when they matter.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "stack/base/status.h"

namespace flapjack {

class Binding;

/// Base of whatever an implementation keeps for one binding; owned by that Binding.
class BindingContext {
 public:
  virtual ~BindingContext() = default;
};

/// Which members of Zephyr's api struct are there; calling an absent one is ENOTSUP.
struct ConnectivityTraits {
  std::string_view name;  ///< "wifi"
  bool exists = true;     ///< false: an implementation without api; its ifaces count as unbound
  bool has_init = true;
  bool has_connect = true;
  bool has_disconnect = true;
  bool has_set_option = true;
  bool has_get_option = true;
  bool has_connection_config = false;  ///< see Connectivity::has_connection_config()
};

class Connectivity {
 public:
  virtual ~Connectivity() = default;
  virtual ConnectivityTraits traits() const = 0;
  /// The binding's state, made when the binding is; may be null.
  virtual std::unique_ptr<BindingContext> attach(Binding& binding) = 0;
  /// At boot, before any automatic connect. Must leave the iface dormant or without carrier.
  virtual void init(Binding& binding) = 0;
  /// Starts to associate and returns. Called again on a connected iface it is no error. Any code
  /// is passed on to the caller unchanged.
  virtual Status connect(Binding& binding) = 0;
  /// Starts to leave the network, or gives up the attempt, and returns.
  virtual Status disconnect(Binding& binding) = 0;
  /// Enoprotoopt: no such option; Enobufs: too long.
  virtual Status set_option(Binding& binding, int option, std::span<const std::uint8_t> value) = 0;
  /// `length` comes as the room in `value` and goes as the bytes written; 0 on an error.
  /// Enoprotoopt: no such option; Enobufs: too small.
  virtual Status get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                            std::size_t& length) = 0;
  /// Whether it knows enough to try (Zephyr of 2026). Asked before a connect of a binding that is
  /// not persistent, when the traits have it and ConnMgrConfig::config_check is on.
  virtual bool has_connection_config(Binding&) { return true; }
};

}  // namespace flapjack
