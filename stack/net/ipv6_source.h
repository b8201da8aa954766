// SPDX-License-Identifier: Apache-2.0
// Which own address a packet to an IPv6 destination gets (Zephyr: net_if_ipv6_select_src_addr).
// Neither admin nor oper state is looked at, as in the IPv4 selection (route.h).
#pragma once
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;

/// An address and the iface that has it; "::" and null when there is none.
struct Ipv6Source {
  const NetIf* iface = nullptr;
  Ipv6Address address;
};

/// On `iface`, or on any iface when null. Destinations that stay on the link get a link-local
/// address: of `iface`, else of the default iface, else the first there is. Others get the address
/// with the longest prefix in common, counted up to the address's own prefix length; a preferred
/// one beats a deprecated one, and the later of equals wins.
Ipv6Source select_ipv6_source(const Stack& stack, const NetIf* iface,
                              const Ipv6Address& destination);

}  // namespace flapjack
