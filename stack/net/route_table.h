// SPDX-License-Identifier: Apache-2.0
// RouteTable: the static routes of a node, of both families (Zephyr: route.c, which has them for
// IPv6 only). The longest prefix that contains a destination wins, then the route added first. It
// knows nothing of on-link prefixes and gateways: `route` weighs them together.
#pragma once
#include <span>

#include "stack/base/rare_vector.h"
#include "stack/base/status.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;

struct RouteEntry {
  IpAddress network;         ///< bits behind the prefix do not matter
  std::uint8_t length = 0;   ///< of the prefix; 0: the default route
  NetIf* iface = nullptr;
  IpAddress next_hop;        ///< any: the destination itself is on the link
  /// Leading bits it has in common with a destination of its own family that it covers; -1 if not.
  int match(const IpAddress& destination) const;
};

class RouteTable {
 public:
  explicit RouteTable(Stack& stack) : stack_(stack) {}

  /// Raises IPV6_ROUTE_ADD for an IPv6 route. Einval (no iface, mixed families, prefix too long),
  /// Eexist (the same prefix over the same iface), Enomem (full:
  /// StackConfig::max_routes).
  Status add(const RouteEntry& route);
  /// Enoent when there is no such route. Raises IPV6_ROUTE_DEL.
  Status remove(const IpAddress& network, std::uint8_t length, const NetIf& iface);
  /// The best one, over `iface` unless that is null; only over ifaces that are up when `usable`.
  const RouteEntry* lookup(const IpAddress& destination, const NetIf* iface = nullptr,
                           bool usable = false) const;
  std::span<const RouteEntry> entries() const { return {entries_.begin(), entries_.end()}; }

 private:
  void notify(const RouteEntry& route, bool added);

  Stack& stack_;
  RareVector<RouteEntry> entries_;
};

}  // namespace flapjack
