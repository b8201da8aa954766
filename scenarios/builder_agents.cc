// SPDX-License-Identifier: Apache-2.0
#include "scenarios/builder_agents.h"

#include "scenarios/agent.h"

namespace flapjack {

void apply_connector(const NodeSpec& spec, StackConfig& config) {
  const ConnectorSpec& from = spec.connector;
  ConnectorConfig& to = config.connector;
  if (from.ack == "ack+1") to.ack = CnAckRule::AckPlusOne;
  if (from.ack == "seq+1") to.ack = CnAckRule::SeqPlusOne;
  if (from.users) to.users = static_cast<std::uint32_t>(*from.users);
  if (from.memory) to.memory_bytes = static_cast<std::size_t>(*from.memory);
  // One socket an agent, and some for whoever comes from outside.
  to.max_sockets = std::max(to.max_sockets, spec.agents.size() + to.max_sockets / 2);
}

void add_agents(const ScenarioSpec& spec, World& world, const Registry& registry) {
  for (const NodeSpec& of : spec.nodes) {
    Node& node = *world.node(of.name);
    for (const AgentSpec& agent : of.agents) {
      const AppEnv env{node, world.tracer().subject(of.name + "." + agent.name), spec.until};
      node.apps.push_back(std::make_unique<Agent>(env, agent, registry));
    }
  }
}

}  // namespace flapjack
