// SPDX-License-Identifier: Apache-2.0
#include "scenarios/pool_book.h"

#include <algorithm>
#include <cassert>

namespace flapjack {
namespace {

bool is_rx(const std::string& pool) { return pool.starts_with("rx_"); }
bool is_buffers(const std::string& pool) { return pool.ends_with("_bufs"); }
bool is_connector(const std::string& pool) { return pool == "cn_bytes"; }

}  // namespace

PacketPool& PoolBook::pool_of(const Key& key) const {
  Node* node = world_.node(key.first);
  assert(node != nullptr);
  return is_rx(key.second) ? node->stack.rx_pool : node->stack.tx_pool;
}

std::size_t PoolBook::size(const std::string& node, const std::string& pool) const {
  if (is_connector(pool)) {
    return world_.node(node)->stack.config().connector.memory_bytes;
  }
  const PoolLimits& limits = pool_of({node, pool}).size();
  return is_buffers(pool) ? limits.buffers : limits.packets;
}

std::size_t PoolBook::squeeze(const std::string& node, const std::string& pool,
                              std::size_t limit) {
  const Key key{node, pool};
  squeezes_[key].push_back({++next_, limit});
  update(key);
  return next_;
}

void PoolBook::release(const std::string& node, const std::string& pool, std::size_t number) {
  const Key key{node, pool};
  std::erase_if(squeezes_[key], [&](const Squeeze& s) { return s.number == number; });
  update(key);
}

void PoolBook::update(const Key& key) {
  std::size_t limit = size(key.first, key.second);
  for (const Squeeze& squeeze : squeezes_[key]) limit = std::min(limit, squeeze.limit);
  if (is_connector(key.second)) {
    return world_.node(key.first)->stack.cn()->connector.buffers().set_bytes_max(limit);
  }
  PacketPool& pool = pool_of(key);
  is_buffers(key.second) ? pool.set_buffer_limit(limit) : pool.set_limit(limit);
}

std::vector<SpecProblem> pool_step_problems(World& world, const ScenarioSpec& spec) {
  const PoolBook pools(world);
  std::vector<SpecProblem> problems;
  for (const StepSpec& step : spec.timeline) {
    if (!step.leave && !step.take) continue;
    const auto size = static_cast<std::int64_t>(pools.size(step.target.node, step.target.name));
    const std::string has = step.target.path() + " has " + std::to_string(size);
    if (step.leave && *step.leave >= size) {
      problems.push_back({"F0928", has + ": to leave as much takes nothing away",
                          "write a smaller number", step.amount_place});
    } else if (step.take && *step.take > size) {
      problems.push_back({"F0934", has + ", not " + std::to_string(*step.take),
                          "write \"take\": " + std::to_string(size) + " for all of them",
                          step.amount_place});
    }
  }
  return problems;
}

}  // namespace flapjack
