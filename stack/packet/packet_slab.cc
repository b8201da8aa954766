// SPDX-License-Identifier: Apache-2.0
#include "stack/packet/packet_slab.h"

#include <new>

#include "stack/packet/packet_pool.h"

namespace flapjack {
namespace {

constexpr std::size_t kAlign = 64;
constexpr std::size_t kChunkPackets = 32;

std::size_t round_up(std::size_t n) {
  return (n + kAlign - 1) / kAlign * kAlign;
}

}  // namespace

void PacketRelease::operator()(Packet* packet) const {
  packet->slab_->release(packet);
}

void PacketSlab::FreeChunk::operator()(std::uint8_t* chunk) const {
  ::operator delete(chunk, std::align_val_t{kAlign});
}

PacketSlab::PacketSlab(std::size_t frame_bytes_max, Arena* arena)
    : capacity_(round_up(frame_bytes_max + kPacketHeadroom)),
      stride_(round_up(sizeof(Packet)) + capacity_),
      arena_(arena) {}

PacketSlab::~PacketSlab() {
  assert(in_use_ == 0 || abandoned_);
}

void PacketSlab::abandon() {
  abandoned_ = true;
}

void PacketSlab::grow() {
  auto* chunk = static_cast<std::uint8_t*>(
      ::operator new(stride_* kChunkPackets, std::align_val_t{kAlign}));
  const std::size_t first = slots();
  chunks_.emplace_back(chunk);
  for (std::size_t i = kChunkPackets; i-- > 0;) {
    auto* packet = new (chunk + i * stride_) Packet;
    packet->slab_ = this;
    packet->capacity_ = static_cast<std::uint32_t>(capacity_);
    packet->slot_ = static_cast<std::uint32_t>(first + i);
    packet->next_ = free_;
    free_ = packet;
  }
}

PacketPtr PacketSlab::allocate() {
  if (free_ == nullptr) grow();
  Packet* packet = free_;
  free_ = packet->next_;
  packet->meta = kFreshMeta;
  packet->meta.id.value = ++next_id_;
  packet->cursor_ = kPacketHeadroom;
  packet->size_ = 0;
  packet->pool_ = nullptr;
  packet->live_ = true;
  ++in_use_;
  return PacketPtr(packet);
}

PacketPtr PacketSlab::clone(const Packet& original) {
  PacketPtr copy = allocate();
  const PacketId id = copy->meta.id;
  copy->meta = original.meta;
  copy->meta.id = id;
  copy->meta.parent = original.meta.id;
  copy->cursor_ = original.cursor_;
  copy->size_ = original.size_;
  std::memcpy(copy->data(), original.data(), original.size());
  return copy;
}

// The count comes last: whoever waits for it may get this very packet.
void PacketSlab::release(Packet* packet) {
  assert(packet->live_);
  PacketPool* pool = packet->pool_;
  const std::uint32_t buffers = packet->buffers_;
  packet->pool_ = nullptr;
  packet->live_ = false;
  packet->next_ = free_;
  free_ = packet;
  --in_use_;
  if (pool != nullptr) pool->give_back(buffers);
}

std::size_t PacketSlab::slots() const {
  return chunks_.size() * kChunkPackets;
}

std::vector<const Packet*> PacketSlab::live() const {
  std::vector<const Packet*> packets;
  packets.reserve(in_use_);
  for (const auto& chunk : chunks_) {
    for (std::size_t i = 0; i < kChunkPackets; ++i) {
      const auto* packet = reinterpret_cast<const Packet*>(chunk.get() + i * stride_);
      if (packet->live_) packets.push_back(packet);
    }
  }
  return packets;
}

}  // namespace flapjack
