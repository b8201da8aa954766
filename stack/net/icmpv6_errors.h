// SPDX-License-Identifier: Apache-2.0
// Icmpv6Errors: what a node does with the ICMPv6 errors it receives (RFC 4443 section 2.4 d, RFC
// 8201 section 4): it tells the context whose datagram it was and remembers the path's MTU. Icmpv6
// owns it; it is the oldest of the registered handlers, so that others are asked before. Redirects
// belong to RouterDiscovery.
//
// An error counts only when the datagram it quotes came from an address of this node.
#pragma once
#include "stack/net/icmp_registry.h"
#include "stack/wire/icmp_quote.h"

namespace flapjack {

class Icmpv6;
class Stack;

/// What a context is told: ENETUNREACH (no route), EACCES (prohibited), EHOSTUNREACH (address,
/// scope, hop limit, reassembly), ECONNREFUSED (port), EMSGSIZE (packet too big), EPROTO (parameter
/// problem).
Errc icmpv6_error_code(std::uint8_t type, std::uint8_t code);

class Icmpv6Errors {
 public:
  Icmpv6Errors(Stack& stack, Icmpv6& icmpv6);
  Icmpv6Errors(const Icmpv6Errors&) = delete;
  Icmpv6Errors& operator=(const Icmpv6Errors&) = delete;

 private:
  Status on_error(NetIf& iface, const IcmpHeader& error, const Packet& packet);

  Stack& stack_;
  IcmpHandler unreachable_, too_big_, time_exceeded_, parameter_problem_;
};

}  // namespace flapjack
