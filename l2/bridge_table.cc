// SPDX-License-Identifier: Apache-2.0
#include "l2/bridge_table.h"

namespace flapjack {

bool BridgeTable::learn(const MacAddress& address, IfIndex port, SimTime now) {
  const auto known = entries_.find(address);
  if (known != entries_.end()) {
    known->second = {port, now};
    return true;
  }
  if (entries_.size() >= limit_ && !make_room(now)) return false;
  entries_.emplace(address, Entry{port, now});
  return true;
}

// The whole table is looked through once a second at most, however many strangers come.
bool BridgeTable::make_room(SimTime now) {
  if (now < next_sweep_) return false;
  next_sweep_ = now + seconds(1);
  std::erase_if(entries_, [&](const auto& entry) { return is_old(entry.second, now); });
  return entries_.size() < limit_;
}

IfIndex BridgeTable::find(const MacAddress& address, SimTime now) {
  const auto known = entries_.find(address);
  if (known == entries_.end()) return {};
  if (!is_old(known->second, now)) return known->second.port;
  entries_.erase(known);
  return {};
}

void BridgeTable::flush(IfIndex port) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.port == port; });
}

}  // namespace flapjack
