// SPDX-License-Identifier: Apache-2.0
#include "stack/net/route_table.h"

#include <algorithm>
#include <bit>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

unsigned bits_of(const IpAddress& address) { return address.is_v4() ? 32 : 128; }

unsigned equal_bits(const IpAddress& a, const IpAddress& b) {
  if (a.is_v6()) return common_bits(a.v6(), b.v6());
  return static_cast<unsigned>(std::countl_zero(a.v4().value ^ b.v4().value));
}

bool same_prefix(const RouteEntry& a, const IpAddress& network, std::uint8_t length) {
  return a.length == length && a.network.family() == network.family() &&
         equal_bits(a.network, network) >= length;
}

}  // namespace

int RouteEntry::match(const IpAddress& destination) const {
  const bool covers =
      network.family() == destination.family() && equal_bits(network, destination) >= length;
  return covers ? int{length} : -1;
}

Status RouteTable::add(const RouteEntry& route) {
  const bool mixed = !route.next_hop.is_any() && route.next_hop.family() != route.network.family();
  if (route.iface == nullptr || mixed || route.length > bits_of(route.network)) {
    return Errc::Einval;
  }
  for (const RouteEntry& known : entries_) {
    const bool same = known.iface == route.iface && same_prefix(known, route.network, route.length);
    if (same) return Errc::Eexist;
  }
  const std::size_t limit = stack_.config().max_routes;
  if (entries_.size() >= limit) return Errc::Enomem;
  entries_.all().reserve(limit);
  entries_.push_back(route);
  stack_.routes_changed();
  notify(route, true);
  return Status();
}

Status RouteTable::remove(const IpAddress& network, std::uint8_t length, const NetIf& iface) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const RouteEntry& entry) {
    return entry.iface == &iface && same_prefix(entry, network, length);
  });
  if (found == entries_.end()) return Errc::Enoent;
  const RouteEntry gone = *found;
  entries_.all().erase(entries_.all().begin() + (found - entries_.begin()));
  stack_.routes_changed();
  notify(gone, false);
  return Status();
}

const RouteEntry* RouteTable::lookup(const IpAddress& destination, const NetIf* iface,
                                     bool usable) const {
  const RouteEntry* best = nullptr;
  for (const RouteEntry& entry : entries_) {
    if (iface != nullptr && entry.iface != iface) continue;
    if (usable && !entry.iface->is_up()) continue;
    const int bits = entry.match(destination);
    if (bits >= 0 && (best == nullptr || bits > int{best->length})) best = &entry;
  }
  return best;
}

void RouteTable::notify(const RouteEntry& route, bool added) {
  if (route.network.is_v4()) return;  // Zephyr has no event for those
  stack_.mgmt.notify(added ? MgmtEvent::Ipv6RouteAdd : MgmtEvent::Ipv6RouteDel, route.iface,
                     MgmtRoute{route.network, route.length, route.next_hop});
}

}  // namespace flapjack
