// SPDX-License-Identifier: Apache-2.0
// Where packets come from. A World has one PacketSlab, the memory; a node has a PacketPool each for
// tx and rx, the count (Zephyr: NET_PKT_TX_COUNT, NET_PKT_RX_COUNT). A packet that changes hands,
// from a node's tx pool to the medium to a peer's rx pool, is re-counted, not copied.
//
// The slab grows in chunks and never shrinks; its free list is last in, first out, so the hot
// packets stay in cache. Pools are bounded, and set_limit() lets a script starve them.
#pragma once
#include <memory>
#include <vector>

#include "stack/base/delegate.h"
#include "stack/packet/packet.h"

namespace flapjack {

/// Room in front of the payload for every header a packet may get on its way down.
inline constexpr std::size_t kPacketHeadroom = 64;

class PacketSlab {
 public:
  /// `frame_bytes_max`: the largest frame, link header included, that a packet can hold.
  explicit PacketSlab(std::size_t frame_bytes_max = 1536);
  ~PacketSlab();
  PacketSlab(const PacketSlab&) = delete;
  PacketSlab& operator=(const PacketSlab&) = delete;

  /// An empty packet with kPacketHeadroom, on nobody's count.
  PacketPtr allocate();
  /// A copy with its own id and `original` as parent, on nobody's count.
  PacketPtr clone(const Packet& original);
  std::size_t capacity() const { return capacity_; }
  /// Packets that exist now, wherever they are.
  std::size_t in_use() const { return in_use_; }

 private:
  friend struct PacketRelease;
  void grow();
  void release(Packet* packet);

  std::size_t capacity_, stride_;
  Packet* free_ = nullptr;
  std::uint64_t next_id_ = 0;
  std::size_t in_use_ = 0;
  struct FreeChunk {
    void operator()(std::uint8_t* chunk) const;
  };
  std::vector<std::unique_ptr<std::uint8_t, FreeChunk>> chunks_;
};

class PacketPool {
 public:
  PacketPool(PacketSlab& slab, std::size_t limit) : slab_(slab), limit_(limit) {}
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  /// Null when the pool is exhausted; counted in failures().
  PacketPtr allocate();
  /// Null when exhausted. The copy has its own id and names its parent.
  PacketPtr clone(const Packet& original);
  /// Puts a packet on this pool's count; false, and nothing changed, when exhausted.
  bool adopt(Packet& packet);
  /// Takes a packet off whatever pool counts it: it is the medium's now.
  static void disown(Packet& packet);

  /// A limit below in_use() only stops further allocations.
  void set_limit(std::size_t limit) { limit_ = limit; }
  std::size_t limit() const { return limit_; }
  std::size_t in_use() const { return in_use_; }
  std::uint64_t failures() const { return failures_; }
  /// Called whenever a packet comes off the count, so that somebody can wait for one; an empty
  /// delegate ends it.
  void on_freed(Delegate freed) { freed_ = freed; }
  PacketSlab& slab() { return slab_; }

 private:
  friend class PacketSlab;
  bool admit();

  PacketSlab& slab_;
  std::size_t limit_, in_use_ = 0;
  std::uint64_t failures_ = 0;
  Delegate freed_;
};

}  // namespace flapjack
