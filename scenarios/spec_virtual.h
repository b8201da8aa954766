// SPDX-License-Identifier: Apache-2.0
// What an iface says of its link layer beyond a name: the other ifaces that a virtual one stands on
// ("vlan": {...} and the like), and PPP's side of a negotiation ("ppp": {...}).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/source.h"
#include "stack/sim/time.h"

namespace flapjack {

/// Which of the members count is the kind's affair.
struct VirtualSpec {
  std::string kind;            ///< the key: a name of Vocabulary::technologies
  std::vector<PlacedText> on;  ///< ifaces of the same node, at least one
  SourcePlace place;           ///< of the key
  std::int64_t vlan_id = 0;    ///< vlan: 1..4094
  std::uint32_t remote = 0;    ///< tunnel: the other end, an IPv4 address
  SourcePlace remote_place;
  std::int64_t ttl = 64;       ///< tunnel: of the outer header, 1..255
  Duration ageing = seconds(300);     ///< bridge: above 0
  std::int64_t addresses = 1024;      ///< bridge: that it remembers
  std::int64_t flood_limit = 10'000;  ///< bridge: frames in a second
};

struct PppSpec {
  std::optional<std::uint32_t> peer;      ///< the address the other end gets; empty: it has one
  std::vector<std::uint32_t> dns;         ///< servers for an end that asks, at most two
  std::optional<Duration> echo;           ///< between two echoes; empty: none are sent
  std::int64_t failures = 3;              ///< unanswered echoes before the peer counts as lost
  Duration reconnect = seconds(5);        ///< until it begins again
  bool persistent = true;                 ///< it does begin again
  SourcePlace place;                      ///< of the key
};

}  // namespace flapjack
