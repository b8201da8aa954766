// SPDX-License-Identifier: Apache-2.0
// ArpPort: what the stack asks of an L2 that has ARP (RFC 826) to check an address for conflicts
// (RFC 5227). Called by Ipv4Acd; implemented in l2/, found through the iface's L2Context. What the
// L2 receives it hands to NetIf::on_arp().
#pragma once
#include "stack/base/status.h"
#include "stack/contract/l2.h"
#include "stack/wire/address.h"

namespace flapjack {

/// The context of an iface whose L2 has ARP.
class ArpPort : public L2Context {
 public:
  ArpPort* arp_port() override { return this; }
  /// Asks who has `address`, from 0.0.0.0. The driver's answer, or Ok when it waits for a tx packet
  /// (event arp_failed when none comes in time).
  virtual Status probe(Ipv4Address address) = 0;
  /// Tells everybody that `address` is here. Errors as those of probe().
  virtual Status announce(Ipv4Address address) = 0;
};

}  // namespace flapjack
