// SPDX-License-Identifier: Apache-2.0
// Driver: the contract of the device end of an iface. Owned by the caller's side (NetIf, or an
// engine that has a radio of its own); implemented in l2/, faults and taps by wrapping.
#pragma once
#include <string_view>

#include "stack/base/prefetch.h"
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/wire/address.h"
#include "stack/wire/checksum.h"

namespace flapjack {

/// Who a driver delivers to.
class DriverUser {
 public:
  virtual ~DriverUser() = default;
  /// The first step to what on_frame() will need; so many bytes of the user itself are there.
  virtual Foresight foresee_frame() const { return {}; }
  static constexpr std::size_t kForeseen = 3 * kCacheLine;
  /// A whole frame, link header first; consumed. Called from a scheduler event of its own.
  virtual void on_frame(PacketPtr frame) = 0;
  /// The device found or lost its medium; also called once when attached, with the present state.
  virtual void on_carrier(bool up) = 0;
};

struct DriverCaps {
  MacAddress mac;
  bool promiscuous = false;   ///< can deliver frames for other addresses: set_promiscuous()
  ChecksumPolicy checksum;    ///< what the stack still has to do itself
};

class Driver {
 public:
  virtual ~Driver() = default;
  /// May change only while the device does not run.
  virtual DriverCaps caps() const = 0;
  /// The first step to what transmit() will need; the first line of the driver itself is there.
  virtual Foresight foresee_transmit() const { return {}; }
  /// Once, before anything else. The user must outlive the driver's use.
  virtual void attach(DriverUser& user) = 0;
  /// Admin up and down. A stopped driver delivers nothing and refuses to transmit.
  virtual Status set_running(bool running) = 0;
  /// Whether frames for other addresses are delivered, too. Enotsup when the device cannot.
  virtual Status set_promiscuous(bool on) = 0;
  /// Consumes the frame, on an error too. Never calls the user in the same turn.
  virtual Status transmit(PacketPtr frame) = 0;
};

}  // namespace flapjack
