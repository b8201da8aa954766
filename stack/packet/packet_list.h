// SPDX-License-Identifier: Apache-2.0
// PacketList: first in, first out, linked through the packets themselves. Owns what it holds.
#pragma once
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
    Packet* p = packet.release();
    p->next_ = nullptr;
    if (tail_ != nullptr) {
      tail_->next_ = p;
    } else {
      head_ = p;
    }
    tail_ = p;
    ++size_;
  }
  PacketPtr pop_front() {
    assert(head_ != nullptr);
    Packet* p = head_;
    head_ = p->next_;
    if (head_ == nullptr) tail_ = nullptr;
    --size_;
    return PacketPtr(p);
  }
  Packet& front() { return *head_; }
  /// Calls `look(const Packet&)` for each, the oldest first.
  template <class Look>
  void for_each(const Look& look) const {
    for (const Packet* p = head_; p != nullptr; p = p->next_) look(*p);
  }
  bool empty() const { return head_ == nullptr; }
  std::size_t size() const { return size_; }
  void swap(PacketList& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
    std::swap(size_, other.size_);
  }

 private:
  Packet* head_ = nullptr;
  Packet* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace flapjack
