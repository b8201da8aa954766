// SPDX-License-Identifier: Apache-2.0
// Ipv6Parts: what only a node that speaks IPv6 needs. The Stack makes them together at the first
// use of one: the handlers of messages have to be there before the first message is.
#pragma once
#include "stack/net/icmpv6.h"
#include "stack/net/ipv6_fragmentation.h"
#include "stack/net/mld.h"
#include "stack/net/nd.h"
#include "stack/net/router_discovery.h"

namespace flapjack {

struct Ipv6Parts {
  explicit Ipv6Parts(Stack& stack)
      : fragmentation(stack),
        icmp(stack),
        nd(stack, icmp),
        router_discovery(stack, icmp),
        mld(stack, icmp) {}

  Ipv6Fragmentation fragmentation;
  Icmpv6 icmp;
  Nd nd;
  RouterDiscovery router_discovery;
  Mld mld;
};

}  // namespace flapjack
