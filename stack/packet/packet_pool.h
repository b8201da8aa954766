// SPDX-License-Identifier: Apache-2.0
// PacketPool: a node's count of packets and of the data buffers behind them, one pool each for tx
// and rx (Zephyr: NET_PKT_TX_COUNT with NET_BUF_TX_COUNT, and RX). The memory is PacketSlab's. A
// packet that changes hands, from a node's tx pool to the medium to a peer's rx pool, is
// re-counted, not copied.
//
// A pool is bounded. Who finds it empty gets null at once or waits in line with a PacketRequest:
// first come, first served, and nobody overtakes the line. set_limit() lets a script starve it.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stack/base/delegate.h"
#include "stack/packet/packet.h"
#include "stack/packet/packet_slab.h"

namespace flapjack {

/// A place in the line for a packet of a pool; leaves the line when it is destroyed. The pool puts
/// the packet into `packet` and calls `granted`, in the middle of whoever gave one back: it may
/// only schedule. Most code uses PacketWaits (stack/net/) instead, which adds deadlines and turns.
struct PacketRequest {
  PacketRequest(std::size_t bytes, Delegate granted) : bytes(bytes), granted(granted) {}
  ~PacketRequest();
  PacketRequest(const PacketRequest&) = delete;
  PacketRequest& operator=(const PacketRequest&) = delete;

  bool in_line() const { return pool_ != nullptr; }

  const std::size_t bytes;
  const Delegate granted;
  PacketPtr packet;

 private:
  friend class PacketPool;
  PacketPool* pool_ = nullptr;  // in whose line it is
  PacketRequest *next_ = nullptr, *prev_ = nullptr;  // null behind the last; the first's: the last
};

/// Whose a pool is, for reports: "dev" and "tx_pkts".
struct PoolOwner {
  SubjectId node;
  std::string_view name;
};

/// What a pool counts. A count of 2^32 - 1 or more is no limit.
struct PoolLimits {
  static constexpr std::size_t kUnlimited = ~std::uint32_t{0};
  std::size_t packets;
  std::size_t buffers = kUnlimited;
  std::size_t buffer_bytes = 128;  ///< of each buffer (NET_BUF_DATA_SIZE)
  std::uint8_t priority = 0;       ///< of the packets it gives out
  std::string_view name = {};      ///< of the pool, for reports; static

  bool operator==(const PoolLimits&) const = default;
};

class PacketPool {
 public:
  /// Both outlive it.
  PacketPool(PacketSlab& slab, const PoolLimits& made, SubjectId owner = {})
      : slab_(slab),
        made_(made),
        packets_(count_of(made.packets)),
        buffers_(count_of(made.buffers)),
        owner_(owner) {}
  PacketPool(PacketSlab&, const PoolLimits&&, SubjectId = {}) = delete;  // it would not outlive it
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  /// Null when the pool is exhausted, counted in failures(). `bytes`: what will be put in, headers
  /// above the link's included; they take as many buffers as they fill, at least one.
  PacketPtr allocate(std::size_t bytes = 0);
  /// Null when exhausted. The copy has its own id and names its parent.
  PacketPtr clone(const Packet& original);
  /// Puts a packet on this pool's count; false, and nothing changed, when exhausted.
  bool adopt(Packet& packet);
  /// Takes a packet off whatever pool counts it: it is the medium's now.
  static void disown(Packet& packet);

  /// Lines up for a packet; `request` must not be in a line and has no packet yet. Only worth it
  /// when could_hold(request.bytes).
  void wait(PacketRequest& request);
  /// Leaves the line; nothing happens when it was not in it.
  void cancel(PacketRequest& request);
  /// Whether the pool, were it all free, has room for so many bytes.
  bool could_hold(std::size_t bytes) const {
    return made_.packets > 0 && buffers_for(bytes) <= made_.buffers;
  }

  /// Whether allocate() would give a packet for so many bytes now.
  bool has_room(std::size_t bytes) const {
    return first_ == nullptr && fits(buffers_for(bytes));
  }

  /// Limits below what is in use only stop further allocations; raised ones serve the line.
  void set_limit(std::size_t packets);
  void set_buffer_limit(std::size_t buffers);
  std::size_t limit() const { return packets_; }
  std::size_t buffer_limit() const { return buffers_; }
  /// What the pool was made with.
  const PoolLimits& size() const { return made_; }
  std::size_t buffer_bytes() const { return made_.buffer_bytes; }
  PoolOwner owner() const { return {owner_, made_.name}; }
  std::size_t in_use() const { return in_use_; }
  std::size_t buffers_in_use() const { return buffers_in_use_; }
  /// Allocations that found it empty, those that then waited included; at most 2^32 - 1.
  std::uint64_t failures() const { return failures_; }
  /// Counts an allocation that was not tried, as has_room() had said what would come of it.
  void note_failure() { failures_ += failures_ + 1 != 0; }
  PacketSlab& slab() const { return slab_; }

 private:
  friend class PacketSlab;
  std::size_t buffers_for(std::size_t bytes) const {
    const std::size_t each = made_.buffer_bytes;
    return bytes <= each ? 1 : (bytes + each - 1) / each;
  }
  static std::uint32_t count_of(std::size_t number) {
    return static_cast<std::uint32_t>(std::min(number, PoolLimits::kUnlimited));
  }
  bool fits(std::size_t buffers) const {
    return in_use_ < packets_ && buffers <= buffers_ && buffers_in_use_ <= buffers_ - buffers;
  }
  bool admit(std::size_t buffers);
  PacketPtr make(std::size_t buffers);
  PacketPtr count(PacketPtr packet, std::size_t buffers);
  void give_back(std::size_t buffers);
  void unlink(PacketRequest& request);
  void serve();

  PacketSlab& slab_;
  const PoolLimits& made_;  // mostly the same for all nodes
  std::uint32_t packets_, buffers_;  // the present limits
  std::uint32_t in_use_ = 0, buffers_in_use_ = 0;
  PacketRequest* first_ = nullptr;  // in line; the last one is before it
  const SubjectId owner_;
  std::uint32_t failures_ = 0;
};

}  // namespace flapjack
