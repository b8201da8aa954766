// SPDX-License-Identifier: Apache-2.0
// EthernetL2: IPv4 and IPv6 over Ethernet II (RFC 894, RFC 2464; groups: RFC 1112 section 6.4). The
// state of each iface is its ArpCache; the object itself has only what they share.
#pragma once
#include <cassert>

#include "l2/arp_cache.h"
#include "stack/contract/l2.h"
#include "stack/wire/ethernet.h"

namespace flapjack {

/// 01:00:5e and the low 23 bits of the group.
MacAddress ethernet_multicast(Ipv4Address group);

/// 33:33 and the low 32 bits of the group (RFC 2464 section 7).
MacAddress ethernet_multicast(const Ipv6Address& group);

/// Puts an Ethernet header in front of a packet; it needs kEthernetHeaderBytes of headroom.
void push_ethernet_header(Packet& packet, const EthernetHeader& header);

/// Takes the tag out of a received frame, whose priority becomes the packet's (Zephyr maps the
/// numbers one to one).
void take_tag_off(Packet& packet, const VlanTag& tag);

class EthernetL2 : public L2 {
 public:
  explicit EthernetL2(const ArpConfig& arp = {}) : arp_(arp) {
    assert(arp_.table_size >= 1 && arp_.pending_limit >= 1);
  }

  const ArpConfig& config() const { return arp_; }
  L2Traits traits() const override;
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  /// Down empties the ARP cache; packets parked there are dropped (IfaceDown).
  Status enable(NetIf& iface, bool up) override;
  /// To meta.next_hop. Enetunreach without one, which is what routing says when there is no gateway
  /// (drop NoRoute); Enomem without headroom (L2Refused); otherwise ArpCache::park()'s or
  /// NetIf::output_frame()'s answer.
  Status send(NetIf& iface, PacketPtr packet) override;
  /// Continue with another iface in meta.iface: one that stands on this and claims the frame.
  /// Drop: BadLinkHeader (shorter than a header), NotForUs, UnknownVlan, UnknownProtocol (not IPv4,
  /// IPv6 or ARP). A tag of priority only is taken off; the rest of the frame is this iface's.
  Verdict recv(NetIf& iface, PacketPtr& packet) override;

  /// For the caches of its ifaces.
  ArpSpares& arp_spares() { return arp_spares_; }
  /// The neighbours of an iface that uses this L2.
  static ArpCache& arp(NetIf& iface);

 private:
  Status send_ipv6(NetIf& iface, PacketPtr packet);
  Status send_datagram(NetIf& iface, PacketPtr packet);

  ArpConfig arp_;
  ArpSpares arp_spares_;
};

}  // namespace flapjack
