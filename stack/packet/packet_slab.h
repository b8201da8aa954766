// SPDX-License-Identifier: Apache-2.0
// PacketSlab: the memory of all packets of a World. It grows in chunks and never shrinks; its free
// list is last in, first out, so the hot packets stay in cache. Who may have how many is counted
// elsewhere, by each node's PacketPools.
#pragma once
#include <memory>
#include <vector>

#include "stack/base/arena.h"
#include "stack/packet/packet.h"

namespace flapjack {

/// Room in front of the payload for every header a packet may get on its way down.
inline constexpr std::size_t kPacketHeadroom = 128;

class PacketSlab {
 public:
  /// `frame_bytes_max`: the largest frame, link header included, that a packet can hold. `arena`:
  /// where the World makes what lives as long as it; null: on the heap.
  explicit PacketSlab(std::size_t frame_bytes_max = 1536, Arena* arena = nullptr);
  ~PacketSlab();
  PacketSlab(const PacketSlab&) = delete;
  PacketSlab& operator=(const PacketSlab&) = delete;

  /// An empty packet with kPacketHeadroom, on nobody's count.
  PacketPtr allocate();
  /// A copy with its own id and `original` as parent, on nobody's count.
  PacketPtr clone(const Packet& original);
  std::size_t capacity() const { return capacity_; }
  Arena* arena() const { return arena_; }
  /// Packets that exist now, wherever they are.
  std::size_t in_use() const { return in_use_; }
  /// How many there is memory for; see Packet::slot().
  std::size_t slots() const;
  /// Every packet that exists now, in the order of its slot.
  std::vector<const Packet*> live() const;
  /// Whoever still has a packet has been reported and must not touch it again: the slab may go.
  void abandon();

 private:
  friend struct PacketRelease;
  void grow();
  void release(Packet* packet);

  std::size_t capacity_, stride_;
  Arena* arena_;
  Packet* free_ = nullptr;
  std::uint64_t next_id_ = 0;
  std::size_t in_use_ = 0;
  bool abandoned_ = false;
  struct FreeChunk {
    void operator()(std::uint8_t* chunk) const;
  };
  std::vector<std::unique_ptr<std::uint8_t, FreeChunk>> chunks_;
};

}  // namespace flapjack
