// SPDX-License-Identifier: Apache-2.0
// FaultyDriver: a driver around another one that loses, damages, doubles, delays, reorders and
// holds frames of either direction. Neither side knows it is there, and wrappers can be stacked.
// What goes wrong is FaultModel's, as on a link; every fault has a random stream of its own,
// "<name>.<tx|rx>.<loss|corrupt|duplicate|delay|...>", so that switching one on shifts no other.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "l2/fault_model.h"
#include "l2/framing.h"
#include "l2/link_env.h"
#include "stack/contract/driver.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// Faults of one direction.
struct FaultConfig : FaultSet {
  Duration fixed_delay;             ///< of every frame, >= 0
  DurationDistribution delay;       ///< drawn on top of it; unequal delays reorder frames
  std::size_t held_limit = 1000;    ///< frames delayed at one time; more are dropped (QueueFull)
  std::size_t mtu = 0;  ///< frames with larger packets are dropped (TooBig); 0: no limit
  Framing framing = Framing::Ethernet;  ///< of its frames
};

struct FaultyDriverConfig {
  FaultConfig tx, rx;
};

class FaultyDriver : public Driver, private DriverUser {
 public:
  /// `name` is the subject of its drops and prefixes its random streams.
  FaultyDriver(const LinkEnv& env, const std::string& name, std::unique_ptr<Driver> inner,
               const FaultyDriverConfig& config);

  DriverCaps caps() const override { return inner_->caps(); }
  void attach(DriverUser& user) override;
  Status set_running(bool running) override;
  Status set_promiscuous(bool on) override { return inner_->set_promiscuous(on); }
  /// The inner driver's answer; Ok for a frame that a fault took or delays.
  Status transmit(PacketPtr frame) override;

  /// At run time; frames that are delayed keep their time.
  void set_config(const FaultyDriverConfig& config);
  /// While held, frames of the direction wait, `held_limit` of them at most; let go, those that are
  /// due go on at once, one event a frame, in their order.
  void set_tx_held(bool held) { set_held(tx_, held); }
  void set_rx_held(bool held) { set_held(rx_, held); }
  Driver& inner() const { return *inner_; }

 private:
  struct Waiting {
    SimTime at;
    std::uint64_t order;  // ties: first in, first out
    PacketPtr frame;
  };
  struct Direction {
    Direction(FaultyDriver& owner, const std::string& path, std::uint64_t index);
    FaultConfig config;
    FaultModel model;
    RandomStream delay;
    std::uint64_t order = 0;
    std::vector<Waiting> waiting;  // a heap, earliest first
    Timer release;
    bool held = false;
    bool faulty = false;  // frames cannot just go through
  };

  void on_frame(PacketPtr frame) override;
  void on_carrier(bool up) override { user_->on_carrier(up); }
  Status pass(Direction& direction, PacketPtr frame);
  Status delay(Direction& direction, PacketPtr frame, bool overtakes);
  Status forward(Direction& direction, PacketPtr frame);
  Duration delay_of(Direction& direction);
  bool overdue(const Direction& direction) const;
  void report_overtaking(Direction& direction, Packet& frame, Duration wait);
  void keep(Direction& direction, PacketPtr frame, Duration delay);
  void arm(Direction& direction);
  void set_held(Direction& direction, bool held);
  void release(std::uint64_t index);
  void drop(DropReason reason, PacketPtr frame);

  LinkEnv env_;
  SubjectId subject_;
  std::unique_ptr<Driver> inner_;
  Direction tx_, rx_;
  DriverUser* user_ = nullptr;
  bool running_ = false;
};

}  // namespace flapjack
