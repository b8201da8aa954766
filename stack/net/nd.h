// SPDX-License-Identifier: Apache-2.0
// Nd: neighbour discovery of a node (RFC 4861 section 7; Zephyr: ipv6_nbr.c): which link address
// belongs to which IPv6 neighbour, and whether it can still be reached.
//
//   prepare() -> INCOMPLETE --NA--> REACHABLE --time--> STALE --use--> DELAY --5 s--> PROBE
//                                       ^------------------- solicited NA ---------------'
// Invariants
//  1. Only an Incomplete neighbour holds packets, and only one; a further one is dropped.
//  2. timer_ stands at the earliest deadline of a neighbour, or is off.
//
// This file and its .cc record the hop nd_wait.
#pragma once
#include <optional>
#include <vector>

#include "stack/contract/l2.h"
#include "stack/net/icmp_registry.h"
#include "stack/net/ipv6_config.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/trace/hop.h"
#include "stack/wire/nd.h"

namespace flapjack {

class Icmpv6;
class NetIf;
class Stack;

enum class NeighborState : std::uint8_t { Incomplete, Reachable, Stale, Delay, Probe, Static };
/// "incomplete", "reachable", ...
std::string_view neighbor_state_name(NeighborState state);

/// An entry of the table (Zephyr: struct net_nbr with net_ipv6_nbr_data).
struct Neighbor {
  NetIf* iface = nullptr;
  Ipv6Address address;
  MacAddress mac;
  NeighborState state = NeighborState::Incomplete;
  bool is_router = false;
  unsigned solicits = 0;    ///< sent without an answer
  SimTime deadline = kNever;  ///< when its state ends
  SimTime used;             ///< last looked up or learned: the oldest Stale one is evicted first
  PacketPtr parked;
  SimTime parked_until = kNever;
};

class Nd {
 public:
  Nd(Stack& stack, Icmpv6& icmp);
  ~Nd();

  /// A packet whose meta.next_hop is set is about to be sent on `iface`. Continue: its
  /// meta.link_destination is known (or none is needed). Ok: it waits here. Drop: it was dropped.
  Verdict prepare(NetIf& iface, PacketPtr& packet);
  /// The probe of duplicate address detection: a solicitation from :: (RFC 4862 section 5.4.2).
  void send_probe(NetIf& iface, const Ipv6Address& target);
  /// A router's or a redirected host's link address, from one of its messages: a new entry, or one
  /// whose address changed, becomes Stale (RFC 4861 section 6.3.4).
  void learn(NetIf& iface, const Ipv6Address& address, const MacAddress& mac, bool is_router);
  /// Permanent entry (Zephyr: NET_IPV6_NBR_STATE_STATIC). False when the table is full.
  bool add_static(NetIf& iface, const Ipv6Address& address, const MacAddress& mac);
  /// The layer above had an answer from it: Reachable again (RFC 4861 section 7.3.1).
  void confirm(const NetIf& iface, const Ipv6Address& address);
  /// The iface went down: what waits is dropped for `reason`; known neighbours become Stale.
  void iface_down(NetIf& iface, DropReason reason);
  /// Removes an entry; false when it is not there. Raises IPV6_NBR_DEL.
  bool remove(const NetIf& iface, const Ipv6Address& address);
  const Neighbor* find(const NetIf& iface, const Ipv6Address& address) const;
  const std::vector<Neighbor>& neighbors() const { return neighbors_; }

 private:
  Status on_solicit(NetIf& iface, Packet& packet);
  Status on_advert(NetIf& iface, Packet& packet);
  void answer(NetIf& iface, const Packet& packet, const NeighborSolicitation& solicit);
  Status refuse(NetIf& iface, Packet& packet, DropReason reason);
  void update(Neighbor& neighbor, const NeighborAdvertisement& advert);
  Ipv6Address solicit_source(NetIf& iface, const Ipv6Address& target,
                             const Packet* because) const;
  void send_solicit(NetIf& iface, const Ipv6Address& target, const Ipv6Address& destination,
                    const Packet* because);
  void send_advert(NetIf& iface, const Ipv6Address& target, const Ipv6Address& destination,
                   bool solicited, const Packet& because);
  Verdict park(Neighbor& neighbor, PacketPtr& packet);
  Neighbor* entry(const NetIf& iface, const Ipv6Address& address);
  Neighbor* make(NetIf& iface, const Ipv6Address& address);
  bool make_room();
  void resolve(Neighbor& neighbor, const MacAddress& mac);
  void release(Neighbor& neighbor);
  void set_reachable(Neighbor& neighbor);
  void drop_parked(Neighbor& neighbor, DropReason reason);
  void erase(std::size_t index);
  void on_time();
  bool expire_one();
  void expire(std::size_t index);
  void settle();

  Stack& stack_;
  std::vector<Neighbor> neighbors_;
  std::optional<RandomStream> draw_;  // made at the first use: many nodes never need it
  IcmpHandler solicit_handler_, advert_handler_;
  Timer timer_;
};

}  // namespace flapjack
