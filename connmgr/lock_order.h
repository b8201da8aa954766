// SPDX-License-Identifier: Apache-2.0
// LockOrder: the locks of a node's connection manager (Zephyr: the monitor's mutex, one recursive
// mutex a binding, one an iface) and the order in which they are taken. Nothing ever blocks here:
// one turn runs at a time. But two orders that contradict each other would block two threads of a
// real node for ever, so the graph "held -> taken" is kept, and the first edge that closes a cycle
// is reported once. Owned by ConnMgr; taken by ConnMgr, Monitor and Binding.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flapjack {

class LockOrder {
 public:
  using Lock = std::uint32_t;

  /// `told` hears of each cycle once, as it is closed: "a -> b -> a".
  explicit LockOrder(std::function<void(const std::string&)> told = {}) : told_(std::move(told)) {}
  LockOrder(const LockOrder&) = delete;
  LockOrder& operator=(const LockOrder&) = delete;

  /// A new lock; names appear in reports, e.g. "binding dev.wifi0".
  Lock add(std::string name);
  /// Takes it, once more if it is held already. False: the order contradicts an earlier one.
  bool take(Lock lock);
  /// Gives back one take().
  void release(Lock lock);
  /// How often it is held now.
  int depth(Lock lock) const { return locks_[lock].depth; }
  /// Locks held, in the order in which they were taken first.
  const std::vector<Lock>& held() const { return held_; }
  const std::vector<std::string>& cycles() const { return cycles_; }

 private:
  struct Node {
    std::string name;
    int depth = 0;
    std::vector<Lock> after;  // taken while this one was held
  };
  bool add_edge(Lock from, Lock to);
  bool path(Lock from, Lock to, std::vector<Lock>& way) const;

  std::function<void(const std::string&)> told_;
  std::vector<Node> locks_;
  std::vector<Lock> held_;
  std::vector<std::string> cycles_;
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
