// SPDX-License-Identifier: Apache-2.0
// ArpCache: the neighbours of one Ethernet iface (RFC 826; Zephyr: subsys/net/l2/ethernet/arp.c).
//
// Invariants
//  1. entries_ is in order of use, latest first; the last one that is not pending is evicted first.
//  2. An entry never ages. A pending one lives until its answer or request_timeout, whichever comes
//     first; the request is not repeated.
//  3. Only pending entries hold parked packets, oldest first, at most pending_limit of them.
//
// This file and its .cc record the hop arp_wait.
#pragma once
#include <memory>

#include "stack/base/small_vector.h"
#include "stack/contract/arp_port.h"
#include "stack/contract/l2.h"
#include "stack/packet/packet_list.h"
#include "stack/sim/timer.h"
#include "stack/trace/hop.h"
#include "stack/wire/arp.h"

namespace flapjack {

class NetIf;

/// Sizes, times and switches of an ArpCache.
struct ArpConfig {
  std::size_t table_size = 8;     ///< entries, pending ones included; >= 1
  std::size_t pending_limit = 8;  ///< packets parked for one address; >= 1
  /// As Zephyr was before its per-entry FIFO: one parked packet; each further one for the same
  /// address sends a new request and is lost.
  bool single_pending = false;
  Duration request_timeout = seconds(2);
  /// Unasked announcements update entries that exist (NET_ARP_GRATUITOUS). None ever adds one.
  bool gratuitous = true;

  bool operator==(const ArpConfig&) const = default;
};

class ArpCache : public ArpPort {
 public:
  /// Iface and config outlive the cache.
  ArpCache(NetIf& iface, const ArpConfig& config);
  ~ArpCache() override;

  /// The neighbour's address, which becomes the most recently used; null when not known (yet).
  const MacAddress* find(Ipv4Address neighbour);
  /// Parks a packet until the neighbour's address is known and asks for it if nobody has yet. A
  /// request that finds no tx packet waits for one (AllocTimeouts::arp); without one all that waits
  /// for the answer is dropped (NoBuffers). Enobufs: at once dropped for this, or no room
  /// (ArpBusy).
  Status park(PacketPtr packet, Ipv4Address neighbour);
  /// An ARP packet, link header already off. Ok, or Drop (BadHeader). A request that cannot be
  /// answered for want of a tx packet is dropped once its wait is over (NoBuffers).
  Verdict input(PacketPtr& packet);
  Status probe(Ipv4Address address) override;
  Status announce(Ipv4Address address) override;
  /// Forgets everything; parked packets are dropped for `reason`.
  void clear(DropReason reason);

  NetIf& iface() const { return iface_; }
  std::size_t size() const { return entries_.size(); }
  bool is_pending(Ipv4Address neighbour) const;

 private:
  struct Request {
    SimTime deadline;
    PacketList parked;
    std::unique_ptr<Request> next;  // of spare_
  };
  struct Entry {
    bool pending() const { return request != nullptr; }
    Ipv4Address address;
    MacAddress mac;
    std::unique_ptr<Request> request;  // null once it was answered
  };
  using Entries = SmallVector<Entry, 1>;
  using Iterator = Entries::iterator;

  Iterator find_entry(Ipv4Address neighbour);
  Status no_source(PacketPtr packet);
  Status park_first(PacketPtr packet, Ipv4Address neighbour);
  Status park_more(Entry& entry, PacketPtr packet);
  PacketList make_room();
  void begin_request(Entry& entry);
  PacketList end_request(Entry& entry);
  void learn(const ArpHeader& arp, bool for_us);
  void add(Ipv4Address neighbour, const MacAddress& mac);
  void resolve(Iterator entry, const MacAddress& mac);
  struct Message {
    ArpHeader arp;
    MacAddress to;
    PacketId parent;
  };
  template <class Fn>
  void allocate(Fn go_on);
  void answer(const ArpHeader& request, PacketPtr packet);
  Status output(const Message& message, PacketPtr packet);
  Status tell_all(const ArpHeader& arp);
  Message request(Ipv4Address neighbour, const Packet& because) const;
  void ask(const Message& question);
  void give_up(Ipv4Address neighbour);
  Ipv4Address sender_for(Ipv4Address neighbour, const Packet& packet) const;
  void expire();
  void arm();
  void drop_all(PacketList packets, DropReason reason, Errc code);

  Entries entries_;  // in front: what every packet needs
  NetIf& iface_;
  const ArpConfig& config_;
  Timer timeout_;
  std::unique_ptr<Request> spare_;  // of those that have ended
};

}  // namespace flapjack
