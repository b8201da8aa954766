// SPDX-License-Identifier: Apache-2.0
// Ipv4: puts the IPv4 header on and takes it off (RFC 791, host requirements RFC 1122 3.2.1). What
// is not for this node goes to Forward on a router, a fragment to Ipv4Fragment. Options are
// checked; a datagram that wants to be routed by its own source route is refused (RFC 1122 section
// 3.2.1.8).
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/trace/hop.h"
#include "stack/wire/ipv4.h"

namespace flapjack {

class Ipv4Config;
class NetIf;
class Stack;

class Ipv4 {
 public:
  explicit Ipv4(Stack& stack) : stack_(stack) {}

  /// Consumes a segment; meta says protocol, iface, source, destination, ttl.
  Status output(PacketPtr segment);
  /// Checks in this order: header, TTL, addresses, checksum, destination (Zephyr: net_ipv4_input).
  void input(NetIf& iface, PacketPtr packet);

 private:
  static bool is_martian(const Ipv4Config& own, const Packet& packet, const Ipv4Header& header);
  DropReason refuse(const NetIf& iface, const Packet& packet, Ipv4Header& header) const;
  DropReason refuse_options(NetIf& iface, const Packet& packet, const Ipv4Header& header);
  void describe(PacketMeta& meta, const Packet& packet, const Ipv4Header& header) const;
  void drop(NetIf& iface, PacketPtr packet, DropReason reason);
  bool is_for_us(const NetIf& iface, const Ipv4Header& header, bool loopback) const;

  Stack& stack_;
};

}  // namespace flapjack
