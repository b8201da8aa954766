// SPDX-License-Identifier: Apache-2.0
// LockOrder: the locks of a node's connection manager (Zephyr: the monitor's mutex, one recursive
// mutex a binding, one an iface) and the order in which they are taken. Nothing ever blocks here:
// one turn runs at a time. But two orders that contradict each other would block two threads of a
// real node for ever, so the graph "held -> taken" is kept, and the first edge that closes a cycle
// is reported once. The monitor's lock, all that most nodes have, is there from the start and needs
// no graph. Owned by ConnMgr; taken by ConnMgr, Monitor and Binding.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flapjack {

class LockOrder {
 public:
  using Lock = std::uint32_t;
  using Told = void (*)(void* self, const std::string& cycle);

  static constexpr Lock kMonitor = 0;

  LockOrder() = default;
  LockOrder(const LockOrder&) = delete;
  LockOrder& operator=(const LockOrder&) = delete;

  /// A new lock; names appear in reports, e.g. "binding dev.wifi0".
  Lock add(std::string name);
  /// `told` hears of each cycle once, as it is closed: "a -> b -> a". Until this is called, nobody
  /// does: soon enough before the first add(), as one lock makes no cycle.
  void tell(Told told, void* self);
  /// Takes it, once more if it is held already. False: the order contradicts an earlier one.
  bool take(Lock lock);
  /// Gives back one take().
  void release(Lock lock);
  /// How often it is held now.
  int depth(Lock lock) const { return graph_ != nullptr ? graph_->locks[lock].depth : depth_; }
  /// Locks held, in the order in which they were taken first.
  std::vector<Lock> held() const;
  std::vector<std::string> cycles() const;

 private:
  struct Node {
    std::string name;
    int depth = 0;
    std::vector<Lock> after;  // taken while this one was held
  };
  struct Graph {
    std::vector<Node> locks;
    std::vector<Lock> held;
    std::vector<std::string> cycles;
    Told told = nullptr;
    void* self = nullptr;
  };
  Graph& graph();
  bool add_edge(Lock from, Lock to);
  bool path(Lock from, Lock to, std::vector<Lock>& way) const;

  std::unique_ptr<Graph> graph_;
  int depth_ = 0;  // how often the monitor's lock is held, without a graph
};

/// Holds a lock for a scope.
class LockGuard {
 public:
  LockGuard(LockOrder& order, LockOrder::Lock lock) : order_(order), lock_(lock) {
    order_.take(lock_);
  }
  ~LockGuard() { order_.release(lock_); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  LockOrder& order_;
  LockOrder::Lock lock_;
};

}  // namespace flapjack
