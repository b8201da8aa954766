// SPDX-License-Identifier: Apache-2.0
// The verbs that take a node's means away: its packets, and the turns of its threads.
#include <algorithm>

#include "scenarios/verbs.h"

namespace flapjack {
namespace {

Undo stall_agent(VerbCall& call) {
  App* const agent = call.node().app(call.step.target.name);
  if (agent == nullptr) return {};
  return hold_effect(call.holds, "stall " + call.step.target.path(),
                     [agent](bool on) { static_cast<void>(agent->set_stalled(on)); });
}

}  // namespace

namespace verbs {

Undo exhaust(VerbCall& call) {
  const std::string node = call.step.target.node, pool = call.step.target.name;
  const std::size_t size = call.pools.size(node, pool);
  const auto taken = static_cast<std::size_t>(call.step.take.value_or(0));
  const std::size_t limit = call.step.leave ? static_cast<std::size_t>(*call.step.leave)
                                            : size - std::min(taken, size);
  const std::size_t number = call.pools.squeeze(node, pool, limit);
  PoolBook& pools = call.pools;
  return [&pools, node, pool, number] {
    pools.release(node, pool, number);
    return Status();
  };
}

Undo stall(VerbCall& call) {
  if (call.step.target.kind == TargetKind::Agent) return stall_agent(call);
  const std::string effect = "stall " + call.step.target.path();
  Stack& stack = call.node().stack;
  const auto set = [&stack, queue = call.step.target.name](bool on) {
    if (queue == "net_mgmt") return stack.mgmt.stall(on);
    (queue == "rx_queue" ? stack.rx_queue : stack.tx_queue).stall(on);
  };
  if (call.holds.take(effect)) set(true);
  HoldBook& holds = call.holds;
  return [&holds, effect, set, round = holds.round(effect)] {
    if (holds.release(effect, round)) set(false);
    return Status();
  };
}

}  // namespace verbs
}  // namespace flapjack
