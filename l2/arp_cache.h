// SPDX-License-Identifier: Apache-2.0
// ArpCache: the neighbours of one Ethernet iface (RFC 826; Zephyr: subsys/net/l2/ethernet/arp.c).
//
// Invariants
//  1. entries_ are in order of use; the last one that is not pending is evicted first.
//  2. An entry never ages. A pending one lives until its answer or request_timeout, whichever comes
//     first; the request is not repeated.
//  3. Each pending entry has one request, which holds the packets parked for it, oldest first, at
//     most pending_limit of them. Who asks nobody has no memory for that, either.
//
// This file and its .cc record the hop arp_wait.
#pragma once
#include <memory>
#include <vector>

#include "stack/base/arena.h"
#include "stack/base/lazy.h"
#include "stack/base/use_list.h"
#include "stack/contract/arp_port.h"
#include "stack/contract/l2.h"
#include "stack/packet/packet_list.h"
#include "stack/sim/scheduler.h"
#include "stack/trace/hop.h"
#include "stack/wire/arp.h"

namespace flapjack {

class EthernetL2;
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

/// What an ArpCache has only while it asks.
struct ArpAsking {
  explicit ArpAsking(NetIf& its_iface) : iface(&its_iface) {}
  struct Request {
    Ipv4Address address;
    SimTime deadline;
    PacketList parked;
  };
  NetIf* iface;                   // whose cache asks
  std::vector<Request> requests;  // by deadline
  EventHandle timeout;            // of the first
  std::unique_ptr<ArpAsking> next;  // of ArpSpares
};

/// Those that are done, for whoever asks next: nothing is allocated once there were enough of them.
class ArpSpares {
 public:
  ArpSpares() = default;
  ~ArpSpares() {
    while (first_ != nullptr) first_ = std::move(first_->next);  // one by one, as they may be many
  }
  ArpSpares(const ArpSpares&) = delete;
  ArpSpares& operator=(const ArpSpares&) = delete;

  std::unique_ptr<ArpAsking> take(NetIf& iface) {
    if (first_ == nullptr) return std::make_unique<ArpAsking>(iface);
    std::unique_ptr<ArpAsking> taken = std::move(first_);
    first_ = std::move(taken->next);
    taken->iface = &iface;
    return taken;
  }
  void give(std::unique_ptr<ArpAsking> done) {
    done->next = std::move(first_);
    first_ = std::move(done);
  }

 private:
  std::unique_ptr<ArpAsking> first_;
};

class ArpCache : public ArpPort, public ArenaObject<ArpCache> {
 public:
  /// `iface`, whose L2 is an EthernetL2 with the configuration, outlives the cache.
  explicit ArpCache(NetIf& iface) : asking_(iface) {}
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

  NetIf& iface() const {
    const ArpAsking* const asking = asking_.made();
    return asking != nullptr ? *asking->iface : asking_.owner();
  }
  Arena* arena() const;
  std::size_t size() const { return entries_.size(); }
  bool is_pending(Ipv4Address neighbour) const;

 private:
  using Request = ArpAsking::Request;
  struct Entry {
    Ipv4Address address;
    MacAddress mac;
    bool pending = false;  // until it was answered
  };

  EthernetL2& l2() const;
  const ArpConfig& config() const;
  std::size_t place_of(Ipv4Address neighbour) const;
  Request& request_of(const Entry& entry);
  Status no_source(PacketPtr packet);
  Status park_first(PacketPtr packet, Ipv4Address neighbour);
  Status park_more(Entry& entry, PacketPtr packet);
  PacketList make_room();
  Request& begin_request(Entry& entry);
  PacketList end_request(Entry& entry);
  void learn(const ArpHeader& arp, bool for_us);
  void add(Ipv4Address neighbour, const MacAddress& mac);
  void resolve(std::size_t place, const MacAddress& mac);
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
  Message question_for(Ipv4Address neighbour, const Packet& because) const;
  void ask(const Message& question);
  void give_up(Ipv4Address neighbour);
  Ipv4Address sender_for(Ipv4Address neighbour, const Packet& packet) const;
  void expire();
  void arm();
  void end_asking();
  void drop_all(PacketList packets, DropReason reason, Errc code);

  UseList<Entry> entries_;  // in front: what every packet needs
  Lazy<ArpAsking, NetIf> asking_;  // there while somebody is asked for
};
static_assert(sizeof(ArpCache) == 40);

}  // namespace flapjack
