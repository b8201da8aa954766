// SPDX-License-Identifier: Apache-2.0
// LeakLedger: who still has a packet when a run is over. A packet may rest where something goes on
// with it by itself: in a queue, on a link, parked behind a timer, with an app. One that rests
// anywhere else, or that is still there after all nodes and links are gone, has leaked: it is
// named with its last known place and its way there.
#pragma once
#include <string>
#include <vector>

#include "scenarios/world.h"
#include "stack/trace/packet_stories.h"

namespace flapjack {

/// A packet that is alive.
struct HeldPacket {
  PacketId id, parent;
  std::string counted;  ///< "dev.tx_pkts", "dev.rx_pkts"; empty: on a medium
  std::string holder;   ///< "tx queue of dev.eth0"
  bool rests = false;   ///< something goes on with it by itself
  std::vector<std::string> story;  ///< one hop a line, the earliest first

  /// "packet 17 of dev.tx_pkts, last seen in l4_out of dev.eth0".
  std::string text() const;
};

class LeakLedger {
 public:
  /// Watches from now on; the World outlives the ledger. With `stories` off nothing is watched, at
  /// no cost: then only what survives the World's end counts, without a name for its place.
  explicit LeakLedger(World& world, bool stories = true);
  ~LeakLedger();
  LeakLedger(const LeakLedger&) = delete;
  LeakLedger& operator=(const LeakLedger&) = delete;

  /// Every packet that is alive, in the order of their ids.
  std::vector<HeldPacket> held() const;
  /// Shuts the World down, after which only its destructor may follow, and names what leaked.
  std::vector<HeldPacket> close();

 private:
  // What is noted of a packet before its node goes.
  struct Alive {
    PacketId id, parent;
    std::uint32_t slot = 0;
    PoolOwner owner;
    bool rests = false;
  };
  std::vector<Alive> census() const;
  bool rests(const Packet& packet) const;
  HeldPacket describe(const Alive& alive) const;

  World& world_;
  const bool watching_;
  PacketStories stories_;
};

}  // namespace flapjack
