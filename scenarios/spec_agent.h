// SPDX-License-Identifier: Apache-2.0
// What a scenario says of a node's Connector and of the agents that listen to it. Plain values, a
// part of ScenarioSpec.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/source.h"
#include "scenarios/units.h"
#include "stack/sim/time.h"

namespace flapjack {

/// "connector" of a node; empty: as the profile has it.
struct ConnectorSpec {
  std::string ack;                     ///< "ack+1" or "seq+1"
  std::optional<std::int64_t> users;   ///< CN_NETLINK_USERS
  std::optional<std::int64_t> memory;  ///< bytes for all receive queues of the node
};

/// One thing an agent does: when it hears `on`, it calls `action`.
struct AgentActSpec {
  static constexpr const char* kGap = "gap";
  std::string on;      ///< an event that it hears, "dropped", or kGap
  std::string action;  ///< a name of Vocabulary::agent_actions
  std::string iface;   ///< empty: the one that the event is about
  SourcePlace place;   ///< of its opening brace
};

struct AgentSpec {
  std::string name;
  std::vector<std::string> listen;    ///< names of Vocabulary::agent_groups, at least one
  std::optional<std::int64_t> queue;  ///< bytes of its receive queue
  Duration handle;                    ///< how long it is busy with each message
  std::vector<AgentActSpec> act;      ///< in the order of the file
  SourcePlace place;                  ///< of the name
};

}  // namespace flapjack
