// SPDX-License-Identifier: Apache-2.0
// A part of a datagram that is split on its way out, for both families: which packet it is, and who
// hears what became of it. What its headers say is for Ipv4Fragment and Ipv6Fragmentation.
#pragma once
#include <cstddef>

#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class Stack;

/// A packet for `bytes` bytes of `whole`, which is its parent; empty. Null when none is free in
/// time (AllocTimeouts::fragment); meanwhile `whole` is parked.
PacketPtr new_fragment(Stack& stack, Packet& whole, std::size_t bytes);
/// Sends it through NetCore. Who sent the datagram hears of its last part, or of the first that is
/// refused.
Status send_fragment(Stack& stack, const Packet& whole, PacketPtr piece, bool last);

}  // namespace flapjack
