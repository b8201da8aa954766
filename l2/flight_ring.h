// SPDX-License-Identifier: Apache-2.0
// FlightRing: frames one end has on its medium in the order of arrival, or waiting in the order of
// sending. A circular array that doubles when full and never shrinks: nothing is allocated once it
// has seen its largest number of frames.
#pragma once
#include <cassert>
#include <utility>
#include <vector>

#include "stack/base/prefetch.h"
#include "stack/packet/packet.h"
#include "stack/sim/time.h"

namespace flapjack {

/// A frame on the medium.
struct Flight {
  PacketPtr frame;
  SimTime starts;          ///< its first bit leaves: until then it waits for the transmitter
  SimTime arrives;         ///< its last bit is there
  std::uint64_t cuts = 0;  ///< Link's count of cuts when it entered
  bool overtakes = false;  ///< it is to arrive before frames that were sent earlier
};

class FlightRing {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void prefetch() const {
    if (!slots_.empty()) flapjack::prefetch(&slots_[head_], sizeof(Flight));
  }
  /// The `i`-th oldest, i < size().
  Flight& at(std::size_t i) {
    assert(i < size_);
    return slots_[(head_ + i) & (slots_.size() - 1)];
  }
  Flight& front() { return at(0); }

  void push_back(Flight&& flight) {
    if (size_ == slots_.size()) grow();
    slots_[(head_ + size_++) & (slots_.size() - 1)] = std::move(flight);
  }
  /// Makes it the `i`-th oldest, i <= size(); the ones behind move back.
  void insert(std::size_t i, Flight flight) {
    assert(i <= size_);
    push_back(std::move(flight));
    for (std::size_t now = size_ - 1; now > i; --now) std::swap(at(now), at(now - 1));
  }
  Flight pop_back() {
    Flight flight = std::move(at(size_ - 1));
    --size_;
    return flight;
  }
  Flight pop_front() {
    Flight flight = std::move(front());
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return flight;
  }
  /// Takes every frame out for which `gone(flight)`, hands it to `give_up(flight)`, and leaves the
  /// others in their order.
  template <class Gone, class GiveUp>
  void remove(Gone gone, GiveUp give_up) {
    for (std::size_t left = size_; left > 0; --left) {
      Flight flight = pop_front();
      if (gone(flight)) {
        give_up(std::move(flight));
      } else {
        push_back(std::move(flight));
      }
    }
  }

 private:
  void grow() {
    std::vector<Flight> bigger(slots_.empty() ? 1 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) bigger[i] = std::move(at(i));
    slots_ = std::move(bigger);
    head_ = 0;
  }

  std::vector<Flight> slots_;  // a power of two
  std::uint32_t head_ = 0, size_ = 0;
};

}  // namespace flapjack
