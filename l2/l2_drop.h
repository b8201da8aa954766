// SPDX-License-Identifier: Apache-2.0
// What an L2 does with a received packet that it gives up: it records why; net_core counts.
#pragma once
#include "stack/net/stack.h"

namespace flapjack {

/// Gives a received packet up; leaves the pointer null.
inline Verdict drop_rx(NetIf& iface, PacketPtr& packet, DropReason reason) {
  iface.stack().tracer().drop(reason, iface.subject(), *packet);
  packet.reset();
  return Verdict::Drop;
}

}  // namespace flapjack
