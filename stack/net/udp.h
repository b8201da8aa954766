// SPDX-License-Identifier: Apache-2.0
// Udp: puts the UDP header on and takes it off (RFC 768), and answers what nobody listens for with
// an ICMP port unreachable (RFC 1122 section 4.1.3.1).
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class NetIf;
class Stack;

class Udp {
 public:
  explicit Udp(Stack& stack) : stack_(stack) {}

  /// Consumes payload whose meta has source and destination endpoints and the iface.
  Status output(PacketPtr payload);
  /// A datagram with its IP header pulled.
  void input(NetIf& iface, PacketPtr packet);

 private:
  void tell_sender(NetIf& iface, Packet& packet);

  Stack& stack_;
};

}  // namespace flapjack
