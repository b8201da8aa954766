// SPDX-License-Identifier: Apache-2.0
// Hand-made packets for tests of an L2: an IPv4 packet ready for L2::send(), an ARP packet ready
// for ArpCache::input(), a whole frame ready for L2::recv().
#pragma once
#include "stack/net/stack.h"
#include "stack/wire/arp.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/ipv4.h"

namespace flapjack::test {

/// `payload` bytes of protocol 253 (for experiments, RFC 3692) from the iface's address; next hop
/// is the destination. Null when the tx pool is exhausted.
inline PacketPtr ip_packet(NetIf& iface, Ipv4Address to, std::size_t payload = 10) {
  PacketPtr packet = iface.stack().tx_pool.allocate();
  if (packet == nullptr) return packet;
  std::memset(packet->append(payload), 0x5a, payload);
  const Ipv4IfAddress* own = iface.ipv4().first_global();
  Ipv4Header header;
  header.total_length = static_cast<std::uint16_t>(payload + kIpv4HeaderBytes);
  header.protocol = 253;
  header.source = own != nullptr ? own->prefix.address : Ipv4Address{};
  header.destination = to;
  header.emit(packet->push(kIpv4HeaderBytes));
  packet->meta.iface = iface.index();
  packet->meta.next_hop = to;
  packet->meta.source = {header.source, 0};
  packet->meta.destination = {to, 0};
  return packet;
}

inline PacketPtr arp_packet(PacketSlab& slab, const ArpHeader& arp) {
  PacketPtr packet = slab.allocate();
  arp.emit(packet->append(kArpBytes));
  return packet;
}

/// A frame with `body` behind an Ethernet header.
inline PacketPtr ethernet_frame(PacketSlab& slab, const MacAddress& to, std::uint16_t type,
                                std::span<const std::uint8_t> body) {
  PacketPtr packet = slab.allocate();
  EthernetHeader{to, {{0x02, 0, 0, 0, 0, 0x77}}, type}.emit(packet->append(kEthernetHeaderBytes));
  packet->append(body);
  return packet;
}

}  // namespace flapjack::test
