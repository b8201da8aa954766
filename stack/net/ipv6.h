// SPDX-License-Identifier: Apache-2.0
// Ipv6: puts the IPv6 header on and takes it off, extension headers included (RFC 8200; Zephyr:
// ipv6.c).
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/trace/hop.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack {

class NetIf;
class Stack;
struct Ipv6Header;

class Ipv6 {
 public:
  explicit Ipv6(Stack& stack) : stack_(stack) {}

  /// Consumes a segment; meta says protocol, iface, source, destination, ttl and router_alert.
  Status output(PacketPtr segment);
  /// Checks in this order: header, source and destination, who it is for (a router forwards what is
  /// for others), extension headers (a parameter problem tells the sender what RFC 8200 section 4
  /// wants it to know). A fragment goes to Ipv6Fragmentation.
  void input(NetIf& iface, PacketPtr packet);
  /// Tells the sender that nobody here knows the protocol of a packet whose headers are pulled
  /// (RFC 8200 section 4).
  void refuse_protocol(NetIf& iface, const Packet& packet);
  /// Whether `destination` is this node's, as seen from `iface`. An address that is still tentative
  /// is not.
  bool is_for_us(const NetIf& iface, const Ipv6Address& destination, bool loopback) const;

 private:
  static bool is_martian(const NetIf& iface, const Packet& packet, const Ipv6Header& header);
  static bool is_usable(const NetIf& iface, const Ipv6Address& address);
  void drop(NetIf& iface, PacketPtr packet, DropReason reason);

  Stack& stack_;
};

}  // namespace flapjack
