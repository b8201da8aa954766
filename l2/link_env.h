// SPDX-License-Identifier: Apache-2.0
// LinkEnv: what media and drivers get from their World.
#pragma once
#include "stack/packet/packet_pool.h"
#include "stack/sim/rng.h"
#include "stack/sim/scheduler.h"
#include "stack/trace/tracer.h"

namespace flapjack {

/// References to parts of the World; all of them outlive whoever gets them.
struct LinkEnv {
  Scheduler& scheduler;
  Tracer& tracer;
  PacketSlab& slab;
  const Rng& rng;
};

/// Forgets what the sending node noted about a packet that leaves it: off its pool's count, and of
/// the meta data only the identity (id, parent, cause) is left, whether a fault damaged it, and how
/// many bridges it has passed.
inline void leave_node(Packet& packet) {
  PacketPool::disown(packet);
  PacketMeta& meta = packet.meta;
  const PacketId id = meta.id, parent = meta.parent;
  const RecordId cause = meta.cause;
  const bool damaged = meta.damaged;
  const std::uint8_t bridged = meta.bridged;
  meta = kFreshMeta;
  meta.id = id;
  meta.parent = parent;
  meta.cause = cause;
  meta.damaged = damaged;
  meta.bridged = bridged;
}

}  // namespace flapjack
