// SPDX-License-Identifier: Apache-2.0
#include "stack/net/reassembly.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

Reassembly::Reassembly(Stack& stack, const ReassemblyConfig& config, Expired expired)
    : stack_(stack),
      config_(config),
      expired_(std::move(expired)),
      timer_(stack.scheduler(), Lane::Work, delegate<&Reassembly::expire>(this)) {
  assert(config.slots >= 1 && config.packets >= 2);
}

// With the first fragment: most nodes never see one.
void Reassembly::make_slots() {
  slots_.resize(config_.slots);
  for (Slot& slot : slots_) slot.pieces.reserve(config_.packets + 1);
}

PacketPtr Reassembly::add(NetIf& iface, PacketPtr fragment, const FragmentKey& key,
                          const FragmentPart& part) {
  assert(part.header_bytes + part.bytes == fragment->size());
  Slot* slot = slot_of(iface, key);
  if (slot == nullptr) {
    drop(iface, std::move(fragment), DropReason::ReassemblyBusy);
    return nullptr;
  }
  const DropReason wrong = insert(*slot, {std::move(fragment), part});
  if (wrong != DropReason::None) {
    give_up(*slot, wrong);
    arm();
    return nullptr;
  }
  PacketPtr whole = complete(*slot) ? join(*slot) : nullptr;
  arm();
  return whole;
}

Reassembly::Slot* Reassembly::slot_of(NetIf& iface, const FragmentKey& key) {
  if (slots_.empty()) make_slots();
  Slot* unused = nullptr;
  for (Slot& slot : slots_) {
    if (slot.iface != nullptr && slot.key == key) return &slot;
    if (slot.iface == nullptr && unused == nullptr) unused = &slot;
  }
  if (unused == nullptr) return nullptr;
  unused->key = key;
  unused->iface = &iface;
  unused->deadline = stack_.scheduler().now() + config_.timeout;
  return unused;
}

// Why the datagram cannot be put together any more, or None; the piece is among the others.
DropReason Reassembly::insert(Slot& slot, Piece piece) {
  const auto behind = std::find_if(slot.pieces.begin(), slot.pieces.end(), [&](const Piece& p) {
    return p.part.offset >= piece.part.offset;
  });
  const FragmentPart& part = piece.part;
  const std::uint32_t end = part.offset + part.bytes;
  const bool full = slot.pieces.size() >= config_.packets;
  bool fits = true;
  if (behind != slot.pieces.end()) {
    fits = end <= behind->part.offset && part.more && part.offset != behind->part.offset;
  }
  if (behind != slot.pieces.begin()) {
    const FragmentPart& before = std::prev(behind)->part;
    fits = fits && before.offset + before.bytes <= part.offset && before.more;
  }
  piece.packet->meta.parked = true;
  slot.pieces.insert(behind, std::move(piece));
  if (!fits) return DropReason::FragmentOverlap;
  return full ? DropReason::FragmentCount : DropReason::None;
}

bool Reassembly::complete(const Slot& slot) {
  std::uint32_t expected = 0;
  for (const Piece& piece : slot.pieces) {
    if (piece.part.offset != expected) return false;
    expected += piece.part.bytes;
  }
  return !slot.pieces.back().part.more;
}

PacketPtr Reassembly::join(Slot& slot) {
  std::size_t more = 0;
  for (std::size_t i = 1; i < slot.pieces.size(); ++i) more += slot.pieces[i].part.bytes;
  if (more > slot.pieces.front().packet->tailroom()) {
    give_up(slot, DropReason::TooBig);
    return nullptr;
  }
  PacketPtr whole = std::move(slot.pieces.front().packet);
  whole->meta.parked = false;
  for (std::size_t i = 1; i < slot.pieces.size(); ++i) {
    const Piece& piece = slot.pieces[i];
    whole->append(piece.packet->bytes().subspan(piece.part.header_bytes));
    whole->meta.damaged = whole->meta.damaged || piece.packet->meta.damaged;
  }
  stack_.tracer().event(slot.iface->subject(), "reassembled",
                        {Attr::of("id", std::int64_t{slot.key.id}),
                         Attr::of("fragments", static_cast<std::int64_t>(slot.pieces.size()))});
  NetIf& iface = *slot.iface;
  slot.pieces.clear();
  slot.iface = nullptr;
  PacketPool::disown(*whole);  // counted anew: it takes the buffers of all of them now
  if (stack_.rx_pool.adopt(*whole)) return whole;
  drop(iface, std::move(whole), DropReason::NoBuffers);
  return nullptr;
}

std::size_t Reassembly::used() const {
  return static_cast<std::size_t>(std::count_if(
      slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.iface != nullptr; }));
}

void Reassembly::give_up(Slot& slot, DropReason reason) {
  NetIf& iface = *slot.iface;
  for (Piece& piece : slot.pieces) drop(iface, std::move(piece.packet), reason);
  slot.pieces.clear();
  slot.iface = nullptr;
}

void Reassembly::drop(NetIf& iface, PacketPtr packet, DropReason reason) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(reason, iface.subject(), *packet);
}

void Reassembly::expire() {
  const SimTime now = stack_.scheduler().now();
  for (Slot& slot : slots_) {
    if (slot.iface == nullptr || slot.deadline > now) continue;
    Piece& first = slot.pieces.front();
    const CauseScope scope(stack_.scheduler(), first.packet->meta.cause);
    if (first.part.offset == 0) expired_(*slot.iface, *first.packet);
    give_up(slot, DropReason::ReassemblyTimeout);
  }
  arm();
}

void Reassembly::arm() {
  SimTime earliest = kNever;
  for (const Slot& slot : slots_) {
    if (slot.iface != nullptr) earliest = std::min(earliest, slot.deadline);
  }
  if (earliest == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(earliest);
  }
}

}  // namespace flapjack
