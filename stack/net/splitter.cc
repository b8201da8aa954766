// SPDX-License-Identifier: Apache-2.0
#include "stack/net/splitter.h"

#include <algorithm>
#include <utility>

#include "stack/net/stack.h"

namespace flapjack {

Splitter::Caller::Caller(Splitter* splitter, const Refusal& refused)
    : splitter_(splitter != nullptr && splitter->stack_.fibers().current() == nullptr ? splitter
                                                                                      : nullptr) {
  if (splitter_ != nullptr) before_ = std::exchange(splitter_->caller_, &refused);
}

Splitter::Caller::~Caller() {
  if (splitter_ != nullptr) splitter_->caller_ = before_;
}

Status Splitter::send_parts(Split split) {
  while (split.offset < split.total) {
    PacketPtr piece = allocate(split);
    if (piece == nullptr) {
      if (!may_wait(split)) return give_up(std::move(split.whole));
      wait(std::move(split));
      return Status();
    }
    const Status sent = send_part(split, std::move(piece));
    if (!sent.ok()) return sent;
  }
  const NetIf& iface = *stack_.iface(split.whole->meta.iface);
  stack_.tracer().event(
      iface.subject(), "fragmented",
      {Attr::of("id", std::int64_t{split.id}), Attr::of("fragments", split.sent)});
  return Status();
}

Splitter::Part Splitter::next_part(const Split& split) {
  const std::size_t left = split.total - split.offset;
  return {split.offset, std::min(split.most, left), left <= split.most};
}

std::size_t Splitter::next_bytes(const Split& split) {
  return split.header + next_part(split).bytes;
}

PacketPtr Splitter::allocate(const Split& split) {
  split.whole->meta.parked = true;
  PacketPtr piece = stack_.waits().allocate(stack_.tx_pool, next_bytes(split),
                                          stack_.config().alloc.fragment);
  split.whole->meta.parked = false;
  return piece;
}

// A fiber has waited already.
bool Splitter::may_wait(const Split& split) {
  return stack_.fibers().current() == nullptr &&
         stack_.waits().may_wait(stack_.tx_pool, next_bytes(split), stack_.config().alloc.fragment);
}

void Splitter::wait(Split split) {
  if (caller_ != nullptr) split.refused = *caller_;
  split.whole->meta.parked = true;
  const std::size_t bytes = next_bytes(split);
  stack_.waits().wait_within(stack_.tx_pool, bytes, stack_.config().alloc.fragment,
                           [this, split = std::move(split)](PacketPtr piece) mutable {
                             go_on(std::move(split), std::move(piece));
                           });
}

void Splitter::go_on(Split split, PacketPtr piece) {
  split.whole->meta.parked = false;
  split.whole->meta.cause = stack_.scheduler().cause();  // the wait
  const Refusal refused = split.refused;
  Status sent = piece != nullptr ? send_part(split, std::move(piece))
                                 : give_up(std::move(split.whole));
  if (sent.ok() && split.whole != nullptr) sent = send_parts(std::move(split));
  if (!sent.ok() && refused) refused(sent.code());
}

// Who sent the datagram hears of its last part, or of the first that is refused.
Status Splitter::send_part(Split& split, PacketPtr piece) {
  const Packet& whole = *split.whole;
  const Part part = next_part(split);
  const PacketId id = piece->meta.id;
  piece->meta = whole.meta;
  piece->meta.id = id;
  piece->meta.parent = whole.meta.id;
  const PacketId told = part.last ? id : whole.meta.id;
  if (part.last) {
    stack_.contexts.follow(whole.meta.context, whole.meta.id, id);
  } else {
    piece->meta.context = 0;
    piece->meta.payload_bytes = 0;
  }
  fill(split, part, *piece);
  split.offset += part.bytes;
  ++split.sent;
  const CauseScope scope(stack_.scheduler());
  const Status sent = stack_.core().send_data(std::move(piece));
  if (!sent.ok()) stack_.contexts.on_sent(whole.meta.context, told, sent.code());
  return sent;
}

}  // namespace flapjack
