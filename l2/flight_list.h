// SPDX-License-Identifier: Apache-2.0
// FlightList: frames one end has on its medium in the order of arrival, or waiting in the order of
// sending, linked through the packets themselves (Packet::flight). Owns what it holds.
//
// It knows which of them have not left yet without looking at each: who enters is taken to wait,
// and waiting() lets go of those whose time has come.
#pragma once
#include <cassert>
#include <cstdint>
#include <utility>

#include "stack/packet/packet.h"

namespace flapjack {

class FlightList {
 public:
  FlightList() = default;
  FlightList(FlightList&& other) noexcept { swap(other); }
  FlightList& operator=(FlightList&& other) noexcept {
    swap(other);
    return *this;
  }
  ~FlightList() {
    while (!empty()) pop_front();
  }

  std::size_t size() const { return size_; }
  bool empty() const { return head_ == nullptr; }
  Packet& front() { return *head_; }
  Packet& back() { return *head_->prev_; }
  /// The one whose first bit left last; mostly back(), but for those that overtake. Not empty.
  const Packet& latest() const {
    const Packet* found = head_;
    for (const Packet* p = head_; p != nullptr; p = p->next_) {
      if (p->flight.starts >= found->flight.starts) found = p;
    }
    return *found;
  }

  void push_back(PacketPtr frame) { link(last(), std::move(frame), true); }
  /// Puts it in front of those that arrive later; returns how many these are. When it is not the
  /// last, it has started, or waits behind others that do.
  std::size_t insert(PacketPtr frame) {
    std::size_t overtaken = 0;
    bool waits = true;
    Packet* before = last();
    for (; before != nullptr && before->flight.arrives > frame->flight.arrives; ++overtaken) {
      if (first_waiting_ == nullptr || before == first_waiting_) waits = false;
      before = before != head_ ? before->prev_ : nullptr;
    }
    link(before, std::move(frame), waits);
    return overtaken;
  }
  PacketPtr pop_front() {
    assert(!empty());
    if (first_waiting_ == head_) {
      first_waiting_ = head_->next_;
      --waiting_;
    }
    return unlink(head_);
  }
  PacketPtr pop_back() {
    if (waiting_ > 0 && --waiting_ == 0) first_waiting_ = nullptr;
    return unlink(last());
  }
  /// How many at the end have not started by `now`, where frames start in the order of the list.
  std::size_t waiting(SimTime now) {
    while (first_waiting_ != nullptr && first_waiting_->flight.starts <= now) {
      first_waiting_ = first_waiting_->next_;
      --waiting_;
    }
    return waiting_;
  }
  /// How many at the front arrive by `now`.
  std::size_t due(SimTime now) const {
    std::size_t count = 0;
    for (const Packet* p = head_; p != nullptr && p->flight.arrives <= now; p = p->next_) ++count;
    return count;
  }
  /// Takes every frame out for which `gone(const Packet&)`, hands it to `give_up(PacketPtr)`, and
  /// leaves the others in their order.
  template <class Gone, class GiveUp>
  void remove(Gone gone, GiveUp give_up) {
    for (std::size_t left = size_; left > 0; --left) {
      PacketPtr frame = pop_front();
      if (gone(*frame)) {
        give_up(std::move(frame));
      } else {
        push_back(std::move(frame));
      }
    }
  }

 private:
  Packet* last() const { return head_ != nullptr ? head_->prev_ : nullptr; }
  void link(Packet* before, PacketPtr frame, bool waits) {
    assert(frame != nullptr);
    Packet* const p = frame.release();
    Packet* const after = before != nullptr ? before->next_ : head_;
    p->prev_ = before != nullptr ? before : last();
    p->next_ = after;
    (before != nullptr ? before->next_ : head_) = p;
    (after != nullptr ? after : head_)->prev_ = p;
    ++size_;
    if (!waits) return;
    if (++waiting_ == 1) first_waiting_ = p;
  }
  PacketPtr unlink(Packet* p) {
    assert(p != nullptr);
    Packet* const after = p->next_;
    (p != head_ ? p->prev_->next_ : head_) = after;
    if (head_ != nullptr) (after != nullptr ? after : head_)->prev_ = p->prev_;
    --size_;
    return PacketPtr(p);
  }
  void swap(FlightList& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(first_waiting_, other.first_waiting_);
    std::swap(size_, other.size_);
    std::swap(waiting_, other.waiting_);
  }

  Packet* head_ = nullptr;  // its prev_ is the last one
  Packet* first_waiting_ = nullptr;
  std::uint32_t size_ = 0, waiting_ = 0;
};

}  // namespace flapjack
