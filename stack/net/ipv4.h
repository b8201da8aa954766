// SPDX-License-Identifier: Apache-2.0
// Ipv4: puts the IPv4 header on and takes it off (RFC 791, host requirements RFC 1122 3.2.1).
// Fragments are not reassembled: they are dropped with a reason of their own.
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/trace/hop.h"
#include "stack/wire/ipv4.h"

namespace flapjack {

class NetIf;
class Stack;

class Ipv4 {
 public:
  explicit Ipv4(Stack& stack) : stack_(stack) {}

  /// Consumes a segment; meta says protocol, iface, source, destination, ttl.
  Status output(PacketPtr segment);
  /// Checks in this order: header, TTL, source, checksum, destination (Zephyr: net_ipv4_input).
  void input(NetIf& iface, PacketPtr packet);

 private:
  DropReason refuse(const NetIf& iface, const Packet& packet, Ipv4Header& header) const;
  bool is_for_us(const NetIf& iface, const Ipv4Header& header, bool loopback) const;

  Stack& stack_;
  std::uint16_t next_id_ = 0;
};

}  // namespace flapjack
