// SPDX-License-Identifier: Apache-2.0
// FaultyDriver: a driver around another one that loses, damages, doubles and delays frames. Neither
// side knows it is there, and wrappers can be stacked. Every fault has a random stream of its own,
// "<name>.<tx|rx>.<loss|corrupt|duplicate|delay>", so that switching one on shifts no other.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "l2/link_env.h"
#include "stack/contract/driver.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// Faults of one direction, applied in this order.
struct FaultConfig {
  std::uint64_t loss_ppb = 0;       ///< probability of a loss, parts per 10^9 (drop Loss)
  std::uint64_t every_nth = 0;      ///< loses frame n, 2n, ... (drop Loss); 0: none
  std::uint64_t corrupt_ppb = 0;    ///< one bit, anywhere in the frame, is flipped
  std::uint64_t duplicate_ppb = 0;  ///< a second copy follows, with its own delay
  DurationDistribution delay;       ///< of each frame; unequal delays reorder frames
  std::size_t held_limit = 1000;    ///< frames delayed at one time; more are dropped (QueueFull)
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
  /// The inner driver's answer; Ok for a frame that a fault took or delays.
  Status transmit(PacketPtr frame) override;

  /// At run time; frames that are delayed keep their time.
  void set_config(const FaultyDriverConfig& config);
  Driver& inner() const { return *inner_; }

 private:
  struct Held {
    SimTime at;
    std::uint64_t order;  // ties: first in, first out
    PacketPtr frame;
  };
  struct Direction {
    Direction(FaultyDriver& owner, const std::string& path, std::uint64_t index);
    FaultConfig config;
    RandomStream loss, corrupt, duplicate, delay;
    std::uint64_t count = 0, order = 0;
    std::vector<Held> held;  // a heap, earliest first
    Timer release;
  };

  void on_frame(PacketPtr frame) override;
  void on_carrier(bool up) override { user_->on_carrier(up); }
  bool lost(Direction& direction);
  Status pass(Direction& direction, PacketPtr frame);
  Status pass_copy(Direction& direction, PacketPtr frame, bool copy);
  Status forward(Direction& direction, PacketPtr frame);
  void hold(Direction& direction, PacketPtr frame, Duration delay);
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
