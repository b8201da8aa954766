// SPDX-License-Identifier: Apache-2.0
// LoopbackDriver: a device that hands back what it is given (Zephyr: drivers/net/loopback.c). Each
// frame comes back in an event of its own at the same instant, so no call chain ever grows with the
// conversation. Zephyr swaps the addresses; here a frame that reaches the device already has one of
// the node's own addresses as destination.
#pragma once
#include <string>

#include "l2/link_env.h"
#include "stack/contract/driver.h"
#include "stack/packet/packet_list.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// The MTU of Zephyr's loopback iface, bytes.
inline constexpr std::uint16_t kLoopbackMtu = 536;

class LoopbackDriver : public Driver {
 public:
  /// `name` is the iface's path, the subject of its drops.
  LoopbackDriver(const LinkEnv& env, const std::string& name, std::size_t queue = 100);

  DriverCaps caps() const override { return {}; }
  /// The carrier is always on.
  void attach(DriverUser& user) override;
  Status set_running(bool running) override;
  Status set_promiscuous(bool) override { return Errc::Enotsup; }
  /// Enetdown when not running (drop DriverRefused); Enobufs when `queue` frames wait (QueueFull).
  Status transmit(PacketPtr frame) override;

 private:
  void drop(DropReason reason, PacketPtr frame);
  void deliver_next();

  Tracer& tracer_;
  SubjectId subject_;
  std::size_t queue_;
  DriverUser* user_ = nullptr;
  bool running_ = false;
  PacketList waiting_;
  Timer turn_;
};

}  // namespace flapjack
