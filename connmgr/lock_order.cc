// SPDX-License-Identifier: Apache-2.0
#include "connmgr/lock_order.h"

#include <algorithm>
#include <cassert>

namespace flapjack {

LockOrder::Lock LockOrder::add(std::string name) {
  locks_.push_back({std::move(name), 0, {}});
  held_.reserve(locks_.size());
  return static_cast<Lock>(locks_.size() - 1);
}

bool LockOrder::take(Lock lock) {
  Node& node = locks_[lock];
  if (node.depth++ > 0) return true;
  bool fine = true;
  for (const Lock holder : held_) fine = add_edge(holder, lock) && fine;
  held_.push_back(lock);
  return fine;
}

void LockOrder::release(Lock lock) {
  assert(locks_[lock].depth > 0);
  if (--locks_[lock].depth > 0) return;
  held_.erase(std::find(held_.begin(), held_.end(), lock));
}

bool LockOrder::add_edge(Lock from, Lock to) {
  std::vector<Lock>& after = locks_[from].after;
  if (std::find(after.begin(), after.end(), to) != after.end()) return true;
  std::vector<Lock> way{from, to};
  const bool cycle = path(to, from, way);
  after.push_back(to);
  if (!cycle) return true;
  std::string text;
  for (const Lock lock : way) text += (text.empty() ? "" : " -> ") + locks_[lock].name;
  cycles_.push_back(text);
  if (told_) told_(text);
  return false;
}

// Depth first, in the order in which the edges came; the graph had no cycle before, or its cycles
// were told of: `way` keeps the search from going round in one.
bool LockOrder::path(Lock from, Lock to, std::vector<Lock>& way) const {
  for (const Lock next : locks_[from].after) {
    if (next == to) {
      way.push_back(to);
      return true;
    }
    if (std::find(way.begin(), way.end(), next) != way.end()) continue;
    way.push_back(next);
    if (path(next, to, way)) return true;
    way.pop_back();
  }
  return false;
}

}  // namespace flapjack
