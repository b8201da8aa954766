// SPDX-License-Identifier: Apache-2.0
#include "stack/packet/packet_pool.h"

#include <new>

namespace flapjack {
namespace {

constexpr std::size_t kAlign = 64;
constexpr std::size_t kChunkPackets = 32;

std::size_t round_up(std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

}  // namespace

void PacketRelease::operator()(Packet* packet) const { packet->slab_->release(packet); }

void PacketSlab::FreeChunk::operator()(std::uint8_t* chunk) const {
  ::operator delete(chunk, std::align_val_t{kAlign});
}

PacketSlab::PacketSlab(std::size_t frame_bytes_max)
    : capacity_(round_up(frame_bytes_max + kPacketHeadroom)),
      stride_(round_up(sizeof(Packet)) + capacity_) {}

PacketSlab::~PacketSlab() { assert(in_use_ == 0); }

void PacketSlab::grow() {
  auto* chunk = static_cast<std::uint8_t*>(
      ::operator new(stride_* kChunkPackets, std::align_val_t{kAlign}));
  chunks_.emplace_back(chunk);
  for (std::size_t i = kChunkPackets; i-- > 0;) {
    auto* packet = new (chunk + i * stride_) Packet;
    packet->slab_ = this;
    packet->capacity_ = static_cast<std::uint32_t>(capacity_);
    packet->next_ = free_;
    free_ = packet;
  }
}

PacketPtr PacketSlab::allocate() {
  if (free_ == nullptr) grow();
  Packet* packet = free_;
  free_ = packet->next_;
  packet->meta = {};
  packet->meta.id.value = ++next_id_;
  packet->cursor_ = kPacketHeadroom;
  packet->size_ = 0;
  packet->pool_ = nullptr;
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

void PacketSlab::release(Packet* packet) {
  PacketPool::disown(*packet);
  packet->next_ = free_;
  free_ = packet;
  --in_use_;
}

bool PacketPool::admit() {
  if (in_use_ < limit_) return true;
  ++failures_;
  return false;
}

PacketPtr PacketPool::allocate() {
  if (!admit()) return nullptr;
  PacketPtr packet = slab_.allocate();
  packet->pool_ = this;
  ++in_use_;
  return packet;
}

PacketPtr PacketPool::clone(const Packet& original) {
  if (!admit()) return nullptr;
  PacketPtr packet = slab_.clone(original);
  packet->pool_ = this;
  ++in_use_;
  return packet;
}

bool PacketPool::adopt(Packet& packet) {
  if (packet.pool_ == this) return true;
  if (!admit()) return false;
  disown(packet);
  packet.pool_ = this;
  ++in_use_;
  return true;
}

void PacketPool::disown(Packet& packet) {
  if (packet.pool_ == nullptr) return;
  PacketPool& pool = *packet.pool_;
  packet.pool_ = nullptr;
  --pool.in_use_;
  if (pool.freed_) pool.freed_();
}

}  // namespace flapjack
