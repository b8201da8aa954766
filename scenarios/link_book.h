// SPDX-License-Identifier: Apache-2.0
// LinkBook: the parameters of every link as the scenario wrote them, and all that steps have
// changed and not taken back. Steps change the book; the book tells the links.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "l2/faulty_driver.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// What the file says of the frames that the iface at `end` of `link` sends; an iface's own "queue"
/// goes before the link's.
LinkParams end_params(const ScenarioSpec& spec, const LinkSpec& link, std::size_t end);

/// LinkParams of the file as the link's configuration.
LinkConfig link_config(const LinkParams& params);

/// The same of one direction of a device.
FaultConfig device_config(const LinkParams& params, Framing framing);

class LinkBook {
 public:
  LinkBook(World& world, const ScenarioSpec& spec) : world_(world), spec_(spec) {}
  /// Puts the step's patches in force; the number takes them back.
  std::size_t apply(const std::string& link, const StepSpec& step);
  void remove(const std::string& link, std::size_t number);

  /// One direction swallows everything; `up`: what the first end sends.
  void set_black_hole(const std::string& link, bool up, bool on);
  /// The losses of a direction go from where they are now to `to_ppb`; the number ends them at
  /// once. The latest fade counts: when it ends, the one before it goes on where it would be now,
  /// unless the latest had taken its place `for_good`.
  std::size_t fade(const std::string& link, bool up, std::uint64_t to_ppb, Duration over,
                   bool for_good);
  void end_fade(const std::string& link, bool up, std::size_t number);

  /// Calls `each(end)` for every end of the link that sends in that direction.
  template <class Each>
  void for_each_end(const std::string& link, bool up, Each each) const {
    const LinkSpec& spec = *spec_.find_link(link);
    for (std::size_t i = up ? 0 : 1; i < (up ? 1 : spec.ends.size()); ++i) {
      // an iface whose technology is no link's has no end
      if (const auto end = world_.link(link)->end_by_name(spec.ends[i].path())) each(*end);
    }
  }

 private:
  struct Change {
    std::size_t number;
    const StepSpec* step;
  };
  struct Fade {
    std::size_t number;
    LossRamp ramp;
  };
  struct Direction {
    bool black_hole = false;
    std::vector<Fade> fades;
    LossRamp fade() const { return fades.empty() ? LossRamp() : fades.back().ramp; }
  };
  struct Entry {
    std::vector<Change> changes;
    Direction up, down;
    Direction& of(bool is_up) { return is_up ? up : down; }
  };
  void update(const std::string& link);

  World& world_;
  const ScenarioSpec& spec_;
  std::map<std::string, Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace flapjack
