// SPDX-License-Identifier: Apache-2.0
// Ip: dispatch by family and protocol: down to ipv4, up to ICMP and UDP. Records the hops l4_out
// and l4_in.
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/wire/ipv4.h"

namespace flapjack {

class NetIf;
class Stack;

/// Hears of every IP packet that is for this node, before its protocol does.
class IpListener {
 public:
  virtual ~IpListener() = default;
  virtual void heard(NetIf& iface, const IpAddress& source) = 0;
};

class Ip {
 public:
  explicit Ip(Stack& stack) : stack_(stack) {}

  /// A segment with its transport header on; meta.iface, source and destination are set. Consumed.
  Status output(PacketPtr segment, IpProtocol protocol);
  /// The payload of a datagram for this node; the IP header is pulled and described by meta.
  void input(NetIf& iface, PacketPtr packet);
  /// One at a time, null for none; it must outlive its registration.
  void set_listener(IpListener* listener);

 private:
  void tunnel_input(NetIf& iface, PacketPtr packet);

  Stack& stack_;
};

}  // namespace flapjack
