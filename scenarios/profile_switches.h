// SPDX-License-Identifier: Apache-2.0
// The points at which releases of Zephyr differ and flapjack had to decide: one row a switch, with
// its values, where they come from, and how a node's configuration shows which one it has. What a
// profile sets is in builtin_config.cc; nothing is written down twice.
//
// A new switch is a field of NodeConfig, a row here, a line in the profile that differs, and a test
// that shows both behaviours.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "scenarios/world.h"

namespace flapjack {

struct ProfileSwitch {
  int point;               ///< its number, from 1
  std::string_view name;
  std::string_view about;  ///< what it decides
  std::string_view source; ///< where in Zephyr, and since when
  /// The value in a configuration; null when this build has nothing that the switch could change.
  std::string_view (*value)(const NodeConfig& config);
  std::string_view absent = {};  ///< why there is no value
};

/// Every switch, by its number.
std::span<const ProfileSwitch> profile_switches();

}  // namespace flapjack
