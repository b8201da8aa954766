// SPDX-License-Identifier: Apache-2.0
// RouterTable: the routers a node has heard of, of both families in one linear table (Zephyr:
// net_if_router). It knows nothing of destinations: who has a route for one is `route`'s business.
//
// A lifetime and being a default router are two things; an entry without a lifetime stays for
// ever. One timer serves all entries. Raises IPV4_ROUTER_ADD and _DEL, IPV6_ROUTER_ADD and _DEL.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stack/sim/timer.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;

struct RouterEntry {
  NetIf* iface = nullptr;
  IpAddress address;
  bool is_default = false;
  SimTime expires = kNever;  ///< kNever: no lifetime
};

class RouterTable {
 public:
  explicit RouterTable(Stack& stack) : stack_(stack) {}

  /// A new entry, or the one for this iface and address with its lifetime and default flag set anew
  /// (no event then). `lifetime` in whole seconds, zero: for ever. Null when the table is full
  /// (StackConfig::max_routers).
  const RouterEntry* add(NetIf& iface, const IpAddress& address, Duration lifetime,
                         bool is_default);
  /// False when it was not there.
  bool remove(const NetIf& iface, const IpAddress& address);
  /// With a null `iface`: on any.
  const RouterEntry* find(const NetIf* iface, const IpAddress& address) const;
  /// The first default router of a family, on `iface` unless that is null.
  const RouterEntry* default_router(Family family, const NetIf* iface = nullptr) const;
  /// In the order in which they were added.
  std::span<const RouterEntry> entries() const {
    if (known_ == nullptr) return {};
    return known_->entries;
  }

 private:
  struct Known {
    explicit Known(RouterTable& table);
    std::vector<RouterEntry> entries;
    Timer lifetimes;
  };
  void erase(std::size_t place);
  void expire();
  void arm();

  Stack& stack_;
  std::unique_ptr<Known> known_;  // from the first router on: most nodes have none
};

}  // namespace flapjack
