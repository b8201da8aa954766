// SPDX-License-Identifier: Apache-2.0
// BridgeTable: which port of a bridge leads to which address (the filtering database of IEEE
// 802.1D-2004 section 7.9). Bounded; what is not heard of for the ageing time is forgotten. Owned
// by the context of a bridge's iface.
#pragma once
#include <map>

#include "stack/base/ids.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

class BridgeTable {
 public:
  BridgeTable(Duration ageing, std::size_t limit) : ageing_(ageing), limit_(limit) {}

  /// A frame from `address` came in by `port`. False when the table is full and has no old entry:
  /// not learned.
  bool learn(const MacAddress& address, IfIndex port, SimTime now);
  /// The port that leads to `address`; not valid when that is unknown or too long ago.
  IfIndex find(const MacAddress& address, SimTime now);
  /// Forgets what was learned from `port`.
  void flush(IfIndex port);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    IfIndex port;
    SimTime seen;
  };
  bool is_old(const Entry& entry, SimTime now) const { return now - entry.seen > ageing_; }
  bool make_room(SimTime now);

  Duration ageing_;
  std::size_t limit_;
  std::map<MacAddress, Entry> entries_;
  SimTime next_sweep_;
};

}  // namespace flapjack
