// SPDX-License-Identifier: Apache-2.0
// What an L2 does with a packet that it gives up: tx: counts it, records why and tells the context
// that sent it; rx: records why (net_core counts).
#pragma once
#include "stack/net/stack.h"

namespace flapjack {

/// Gives `packet` up and returns `code`.
inline Status drop_tx(NetIf& iface, PacketPtr packet, DropReason reason, Errc code) {
  ++iface.stats().tx_dropped;
  iface.stack().tracer().drop(reason, iface.subject(), *packet);
  iface.stack().contexts.on_sent(packet->meta.context, code);
  return code;
}

/// Gives a received packet up; leaves the pointer null.
inline Verdict drop_rx(NetIf& iface, PacketPtr& packet, DropReason reason) {
  iface.stack().tracer().drop(reason, iface.subject(), *packet);
  packet.reset();
  return Verdict::Drop;
}

}  // namespace flapjack
