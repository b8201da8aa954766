// SPDX-License-Identifier: Apache-2.0
// What a scenario says of a node's connection manager ("conn_mgr"). Plain values, part of NodeSpec.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "scenarios/source.h"
#include "stack/sim/time.h"

namespace flapjack {

/// The online check of a node's connection manager.
struct OnlineCheckSpec {
  PlacedText host;            ///< a node's name or an IPv4 address
  std::uint32_t address = 0;  ///< of the host; what a node's name stands for
  Duration answer_within = seconds(2);
  Duration interval = seconds(60);
  std::int64_t doublings = 3;
  bool private_is_proof = true;
  SourcePlace place;
};

/// Switches that no Kconfig option has. What is empty is as the profile and Kconfig say.
struct ConnMgrSpec {
  std::string coalescing;                    ///< empty: as the profile and Kconfig say
  std::optional<std::int64_t> iface_max;     ///< CONN_MGR_IFACE_MAX
  bool allow_untracked = false;              ///< ifaces beyond it are no error
  std::optional<bool> l4_if_events, config_check, scan_offloaded;
  std::optional<bool> per_family, any_ipv4_add, legacy_sync_autodown, idle_timeout;
  std::optional<OnlineCheckSpec> online_check;
  SourcePlace place;
};

}  // namespace flapjack
