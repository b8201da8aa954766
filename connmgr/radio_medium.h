// SPDX-License-Identifier: Apache-2.0
// RadioMedium: what a wireless implementation knows of the air: whether its peer (access point,
// base station) can be heard. Owned by the caller's side; implemented where the topology is known.
#pragma once
#include <functional>

namespace flapjack {

class RadioMedium {
 public:
  virtual ~RadioMedium() = default;
  /// Never while the iface's own radio is off.
  virtual bool peer_present() const = 0;
  /// False while the iface is admin-down: an association ends with it, at once.
  virtual bool radio_on() const = 0;
  /// Whether the device has joined a network: only then do frames pass to and from it. True until
  /// it says otherwise.
  virtual void set_joined(bool joined) = 0;
  /// Calls `changed` at every change from now on, in the turn of the change. Several may watch;
  /// each watcher outlives the last change.
  virtual void watch(std::function<void(bool present)> changed) = 0;
};

}  // namespace flapjack
