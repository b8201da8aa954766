// SPDX-License-Identifier: Apache-2.0
#include "stack/net/fragment_piece.h"

#include "stack/net/stack.h"

namespace flapjack {

PacketPtr new_fragment(Stack& stack, Packet& whole, std::size_t bytes) {
  whole.meta.parked = true;
  PacketPtr piece = stack.waits.allocate(stack.tx_pool, bytes, stack.config().alloc.fragment);
  whole.meta.parked = false;
  if (piece == nullptr) return nullptr;
  const PacketId id = piece->meta.id;
  piece->meta = whole.meta;
  piece->meta.id = id;
  piece->meta.parent = whole.meta.id;
  piece->meta.context = 0;
  piece->meta.payload_bytes = 0;
  return piece;
}

Status send_fragment(Stack& stack, const Packet& whole, PacketPtr piece, bool last) {
  if (last) {
    piece->meta.payload_bytes = whole.meta.payload_bytes;
    piece->meta.context = whole.meta.context;
    stack.contexts.follow(whole.meta.context, whole.meta.id, piece->meta.id);
  }
  const CauseScope scope(stack.scheduler());
  const Status sent = stack.core.send_data(std::move(piece));
  if (!sent.ok()) stack.contexts.on_sent(whole.meta.context, whole.meta.id, sent.code());
  return sent;
}

}  // namespace flapjack
