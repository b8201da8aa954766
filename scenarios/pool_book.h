// SPDX-License-Identifier: Apache-2.0
// PoolBook: how far scripted steps have squeezed the pools of the nodes. While several squeeze one
// pool, the tightest counts.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/spec.h"
#include "scenarios/spec_problem.h"
#include "scenarios/world.h"

namespace flapjack {

class PoolBook {
 public:
  explicit PoolBook(World& world) : world_(world) {}
  /// At most `limit` packets or buffers of the pool `node`.`pool` may be in use from now on; what
  /// is in use already stays. The number takes it back.
  std::size_t squeeze(const std::string& node, const std::string& pool, std::size_t limit);
  void release(const std::string& node, const std::string& pool, std::size_t number);
  /// How much the pool has when nobody squeezes it.
  std::size_t size(const std::string& node, const std::string& pool) const;

 private:
  struct Squeeze {
    std::size_t number, limit;
  };
  using Key = std::pair<std::string, std::string>;
  void update(const Key& key);
  PacketPool& pool_of(const Key& key) const;

  World& world_;
  std::map<Key, std::vector<Squeeze>> squeezes_;
  std::size_t next_ = 0;
};

/// Steps that leave a pool as much as it has, or more: they would change nothing. And those that
/// take more than there is.
std::vector<SpecProblem> pool_step_problems(World& world, const ScenarioSpec& spec);

}  // namespace flapjack
