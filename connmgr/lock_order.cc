// SPDX-License-Identifier: Apache-2.0
#include "connmgr/lock_order.h"

#include <algorithm>
#include <cassert>

namespace flapjack {

LockOrder::Graph& LockOrder::graph() {
  if (graph_ != nullptr) return *graph_;
  graph_ = std::make_unique<Graph>();
  graph_->locks.push_back({"monitor", depth_, {}});
  if (depth_ > 0) graph_->held.push_back(kMonitor);
  return *graph_;
}

void LockOrder::tell(Told told, void* self) {
  graph().told = told;
  graph().self = self;
}

LockOrder::Lock LockOrder::add(std::string name) {
  Graph& all = graph();
  all.locks.push_back({std::move(name), 0, {}});
  all.held.reserve(all.locks.size());
  return static_cast<Lock>(all.locks.size() - 1);
}

bool LockOrder::take(Lock lock) {
  if (graph_ == nullptr) {
    ++depth_;
    return true;
  }
  if (graph_->locks[lock].depth++ > 0) return true;
  bool fine = true;
  for (const Lock holder : graph_->held) fine = add_edge(holder, lock) && fine;
  graph_->held.push_back(lock);
  return fine;
}

void LockOrder::release(Lock lock) {
  assert(depth(lock) > 0);
  if (graph_ == nullptr) {
    --depth_;
    return;
  }
  if (--graph_->locks[lock].depth > 0) return;
  std::vector<Lock>& held = graph_->held;
  held.erase(std::find(held.begin(), held.end(), lock));
}

std::vector<LockOrder::Lock> LockOrder::held() const {
  if (graph_ != nullptr) return graph_->held;
  return depth_ > 0 ? std::vector<Lock>{kMonitor} : std::vector<Lock>{};
}

std::vector<std::string> LockOrder::cycles() const {
  return graph_ != nullptr ? graph_->cycles : std::vector<std::string>{};
}

bool LockOrder::add_edge(Lock from, Lock to) {
  std::vector<Lock>& after = graph_->locks[from].after;
  if (std::find(after.begin(), after.end(), to) != after.end()) return true;
  std::vector<Lock> way{from, to};
  const bool cycle = path(to, from, way);
  after.push_back(to);
  if (!cycle) return true;
  std::string text;
  for (const Lock lock : way) text += (text.empty() ? "" : " -> ") + graph_->locks[lock].name;
  graph_->cycles.push_back(text);
  if (graph_->told != nullptr) graph_->told(graph_->self, text);
  return false;
}

// Depth first, in the order in which the edges came; the graph had no cycle before, or its cycles
// were told of: `way` keeps the search from going round in one.
bool LockOrder::path(Lock from, Lock to, std::vector<Lock>& way) const {
  for (const Lock next : graph_->locks[from].after) {
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
