// SPDX-License-Identifier: Apache-2.0
// What an L2 without a link header does with what it receives: the packet itself says which IP it
// is.
#pragma once
#include "l2/l2_drop.h"
#include "stack/wire/ethernet.h"

namespace flapjack {

/// Continue with the ether type set. Drop: BadLinkHeader (nothing in it), UnknownProtocol.
inline Verdict recv_bare_ip(NetIf& iface, PacketPtr& packet) {
  if (packet->size() == 0) return drop_rx(iface, packet, DropReason::BadLinkHeader);
  const int version = packet->data()[0] >> 4;
  if (version != 4 && version != 6) return drop_rx(iface, packet, DropReason::UnknownProtocol);
  packet->meta.ether_type = version == 4 ? kEtherTypeIpv4 : kEtherTypeIpv6;
  packet->meta.l2_ready = true;
  return Verdict::Continue;
}

}  // namespace flapjack
