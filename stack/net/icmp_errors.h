// SPDX-License-Identifier: Apache-2.0
// IcmpErrors: what a node does with the ICMPv4 errors it receives (RFC 1122 section 3.2.2): it
// tells the context whose datagram it was, remembers the path's MTU, and follows redirects. Icmp
// owns it; it is the oldest of the registered handlers, so that others are asked before.
//
// An error counts only when the datagram it quotes came from an address of this node.
#pragma once
#include "stack/net/icmp_registry.h"
#include "stack/wire/icmp_quote.h"

namespace flapjack {

class Icmp;
class Stack;

/// What a context is told: ECONNREFUSED (port, protocol), EMSGSIZE (fragmentation needed),
/// ENETUNREACH and EHOSTUNREACH (the others; a lifetime that ran out counts as the latter),
/// EPROTO (parameter problem).
Errc icmp_error_code(const IcmpHeader& error);

class IcmpErrors {
 public:
  IcmpErrors(Stack& stack, Icmp& icmp);
  IcmpErrors(const IcmpErrors&) = delete;
  IcmpErrors& operator=(const IcmpErrors&) = delete;

 private:
  Status on_error(NetIf& iface, const IcmpHeader& error, const Packet& packet);
  Status on_redirect(NetIf& iface, const IcmpHeader& redirect, const Packet& packet);

  Stack& stack_;
  IcmpHandler unreachable_, time_exceeded_, parameter_problem_, redirect_;
};

}  // namespace flapjack
