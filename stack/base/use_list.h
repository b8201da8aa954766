// SPDX-License-Identifier: Apache-2.0
// UseList: a few elements in order of use, latest first. The latest stands in the object itself, as
// mostly it is the one that is wanted, and often the only one.
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "stack/base/rare_vector.h"

namespace flapjack {

/// Room for others is kept once it was needed. A change of the order or of the number makes
/// references invalid.
template <class T>
class UseList {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t place) {
    assert(place < size_);
    return place == 0 ? first_ : others_[place - 1];
  }
  const T& operator[](std::size_t place) const { return const_cast<UseList&>(*this)[place]; }
  T& front() { return (*this)[0]; }
  /// Where the first one is for which `fits(const T&)`; size() when there is none.
  template <class Fits>
  std::size_t find(const Fits& fits) const {
    std::size_t place = 0;
    while (place < size_ && !fits((*this)[place])) ++place;
    return place;
  }
  /// Where the last one is for which `fits(const T&)`; size() when there is none.
  template <class Fits>
  std::size_t find_last(const Fits& fits) const {
    for (std::size_t place = size_; place-- > 0;) {
      if (fits((*this)[place])) return place;
    }
    return size_;
  }
  void push_front(T value) {
    if (!empty()) others_.all().insert(others_.all().begin(), std::move(first_));
    first_ = std::move(value);
    ++size_;
  }
  /// It was used.
  void to_front(std::size_t place) {
    assert(place < size_);
    for (; place > 0; --place) std::swap((*this)[place], (*this)[place - 1]);
  }
  void erase(std::size_t place) {
    assert(place < size_);
    for (; place + 1 < size_; ++place) (*this)[place] = std::move((*this)[place + 1]);
    if (place > 0) others_.pop_back();
    --size_;
  }
  void clear() {
    if (size_ > 1) others_.all().clear();
    size_ = 0;
  }

 private:
  T first_{};
  std::uint32_t size_ = 0;
  RareVector<T> others_;  // behind the first
};

}  // namespace flapjack
