// SPDX-License-Identifier: Apache-2.0
// RadioMedium: what an implementation knows of its air or cable: which peer (access point, switch)
// it can hear, if any. Owned by the caller's side; implemented where the topology is known.
#pragma once
#include <cstddef>
#include <functional>

namespace flapjack {

class RadioMedium {
 public:
  virtual ~RadioMedium() = default;
  /// Never while the iface's own radio is off.
  virtual bool peer_present() const = 0;
  /// False while the iface is admin-down: an association ends with it, at once.
  virtual bool radio_on() const = 0;
  /// False with the device's own cable pulled out.
  virtual bool carrier() const { return true; }
  /// The number of the peer that the device would join now; 0: there is none.
  virtual std::size_t peer() const { return peer_present() ? 1 : 0; }
  /// Whether that peer can still be heard.
  virtual bool hears(std::size_t peer) const { return peer != 0 && peer_present(); }
  /// Whether the device has joined a network: only then do frames pass to and from it. True until
  /// it says otherwise.
  virtual void set_joined(bool joined) = 0;
  /// Calls `changed` at every change of peer_present() from now on, in the turn of the change.
  /// Several may watch; each watcher outlives the last change.
  virtual void watch(std::function<void(bool present)> changed) = 0;
  /// The same at every change of anything that the medium says; also when nothing has changed.
  virtual void watch_air(std::function<void()> changed) = 0;
};

}  // namespace flapjack
