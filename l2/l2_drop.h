// SPDX-License-Identifier: Apache-2.0
// What an L2 does with a packet that it gives up: it records why. Who called counts: net_core what
// was received, NetIf::transmit() what VirtualIface::output() cannot send, and tells its sender.
#pragma once
#include "stack/net/stack.h"

namespace flapjack {

/// Gives a received packet up; leaves the pointer null.
inline Verdict drop_rx(NetIf& iface, PacketPtr& packet, DropReason reason) {
  iface.stack().tracer().drop(reason, iface.subject(), *packet);
  packet.reset();
  return Verdict::Drop;
}

/// Gives up a frame that output() was to send by `iface`.
inline Status refuse_output(const NetIf& iface, PacketPtr frame, DropReason reason, Errc code) {
  iface.stack().tracer().drop(reason, iface.subject(), *frame);
  return code;
}

}  // namespace flapjack
