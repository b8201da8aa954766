// SPDX-License-Identifier: Apache-2.0
// PacketList: first in, first out, linked through the packets themselves. Owns what it holds.
#pragma once
#include <cstdint>
#include <utility>

#include "stack/packet/packet.h"

namespace flapjack {

class PacketList {
 public:
  PacketList() = default;
  PacketList(const PacketList&) = delete;
  PacketList& operator=(const PacketList&) = delete;
  PacketList(PacketList&& other) noexcept { swap(other); }
  PacketList& operator=(PacketList&& other) noexcept {
    swap(other);
    return *this;
  }
  ~PacketList() {
    while (!empty()) pop_front();
  }

  void push_back(PacketPtr packet) {
    assert(packet != nullptr);
    Packet* const p = packet.release();
    p->next_ = tail_ != nullptr ? std::exchange(tail_->next_, p) : p;
    tail_ = p;
    ++size_;
  }
  PacketPtr pop_front() {
    assert(tail_ != nullptr);
    Packet* const p = tail_->next_;
    if (p == tail_) {
      tail_ = nullptr;
    } else {
      tail_->next_ = p->next_;
    }
    --size_;
    return PacketPtr(p);
  }
  Packet& front() { return *tail_->next_; }
  /// Calls `look(const Packet&)` for each, the oldest first.
  template <class Look>
  void for_each(const Look& look) const {
    const Packet* p = tail_;
    for (std::uint32_t left = size_; left > 0; --left) look(*(p = p->next_));
  }
  bool empty() const { return tail_ == nullptr; }
  std::size_t size() const { return size_; }
  void swap(PacketList& other) noexcept {
    std::swap(tail_, other.tail_);
    std::swap(size_, other.size_);
  }

 private:
  Packet* tail_ = nullptr;  // the next of the last is the first
  std::uint32_t size_ = 0;
};

}  // namespace flapjack
