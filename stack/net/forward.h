// SPDX-License-Identifier: Apache-2.0
// Forward: what a router does with packets for others (RFC 1812 section 5; Zephyr has this for IPv6
// only). The Stack owns it; Ipv4 and Ipv6 hand it what is not for this node when
// StackConfig::router is set. The packet keeps its identity: only its header changes.
//
// Told to the sender: lifetime exceeded, no route, packet too big, a better first hop, a next hop
// that does not answer. Never forwarded: link-local and multicast, what came as a link broadcast,
// what goes to a broadcast (RFC 2644), what asks for a route of its own; back to a medium without
// link addresses, nothing. IPv6 is never split on its way (RFC 8200 section 5), and only its hop
// limit changes.
#pragma once
#include "stack/packet/packet.h"
#include "stack/trace/hop.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"

namespace flapjack {

class NetIf;
class Stack;
struct NextHop;

class Forward {
 public:
  explicit Forward(Stack& stack) : stack_(stack) {}

  /// A datagram that came in by `in`, its header on and checked, its meta filled in.
  void ipv4(NetIf& in, PacketPtr packet, const Ipv4Header& header);
  void ipv6(NetIf& in, PacketPtr packet, const Ipv6Header& header);
  /// A forwarded packet is given up because its next hop has no link address.
  void unresolved(const Packet& packet);

 private:
  bool is_for_link_only(const NetIf& in, const Packet& packet) const;
  static bool went_to_all(const NetIf& in, const NextHop& hop);
  bool pass_options(NetIf& in, Packet& packet, const Ipv4Header& header, Ipv4Address own);
  void redirect(NetIf& in, const Packet& packet, const NetIf& out, const IpAddress& next_hop);
  void tell_of_scope(NetIf& in, const Packet& packet);
  void redirect_ipv6(NetIf& in, const Packet& packet, const NextHop& better);
  void send(PacketPtr packet, NetIf& out, const IpAddress& next_hop);
  void drop(NetIf& in, PacketPtr packet, DropReason reason);

  Stack& stack_;
};

}  // namespace flapjack
