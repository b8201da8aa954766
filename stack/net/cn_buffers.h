// SPDX-License-Identifier: Apache-2.0
// CnBuffers: the memory that a node's Connector has for messages in its receive queues (Linux: the
// socket buffers of netlink). A datagram is there once, however many queues it stands in. Owned by
// Connector; blocks are used again, so that a steady load allocates nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "stack/base/ids.h"

namespace flapjack {

class CnBuffers;

/// A share in one datagram; it goes back when the last share is gone. Must not outlive CnBuffers.
class CnDatagram {
 public:
  CnDatagram() = default;
  CnDatagram(const CnDatagram& other);
  CnDatagram(CnDatagram&& other) noexcept : block_(other.block_) { other.block_ = nullptr; }
  CnDatagram& operator=(CnDatagram other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~CnDatagram();

  explicit operator bool() const { return block_ != nullptr; }
  /// One or more whole messages.
  std::span<const std::uint8_t> bytes() const;
  /// Who sent it; 0: the kernel side.
  std::uint32_t from() const;
  /// The record because of which it was sent.
  RecordId cause() const;

 private:
  friend class CnBuffers;
  struct Block;
  explicit CnDatagram(Block* block) : block_(block) {}
  Block* block_ = nullptr;
};

class CnBuffers {
 public:
  /// `bytes_max`: of all datagrams together.
  explicit CnBuffers(std::size_t bytes_max);
  ~CnBuffers();
  CnBuffers(const CnBuffers&) = delete;
  CnBuffers& operator=(const CnBuffers&) = delete;

  /// A copy of `bytes`; empty when there is no room for it.
  CnDatagram copy(std::span<const std::uint8_t> bytes, std::uint32_t from, RecordId cause);
  std::size_t used() const { return used_; }
  std::size_t bytes_max() const { return bytes_max_; }
  /// Memory pressure: at most this from now on; what is there stays.
  void set_bytes_max(std::size_t bytes) { bytes_max_ = bytes; }

 private:
  friend class CnDatagram;
  void release(CnDatagram::Block* block);

  std::vector<std::unique_ptr<CnDatagram::Block>> blocks_;
  std::vector<CnDatagram::Block*> free_;
  std::size_t used_ = 0, bytes_max_;
};

}  // namespace flapjack
