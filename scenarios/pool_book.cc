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
    return world_.node(key.first)->stack.cn->connector.buffers().set_bytes_max(limit);
  }
  PacketPool& pool = pool_of(key);
  is_buffers(key.second) ? pool.set_buffer_limit(limit) : pool.set_limit(limit);
}

std::vector<PlacedText> pool_step_errors(World& world, const ScenarioSpec& spec) {
  const PoolBook pools(world);
  std::vector<PlacedText> errors;
  for (const StepSpec& step : spec.timeline) {
    if (!step.leave) continue;
    const std::size_t size = pools.size(step.target.node, step.target.name);
    if (static_cast<std::size_t>(*step.leave) < size) continue;
    errors.push_back({step.target.path() + " has " + std::to_string(size) +
                          ": to leave as much takes nothing away",
                      step.leave_place});
  }
  return errors;
}

}  // namespace flapjack
