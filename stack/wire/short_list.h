// SPDX-License-Identifier: Apache-2.0
// ShortList: at most N values in place, for what a message may carry several of. Never allocates.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace flapjack {

template <class T, std::size_t N>
class ShortList {
 public:
  ShortList() = default;
  /// What does not fit is left out.
  ShortList(std::initializer_list<T> items) {  // NOLINT: a list is a list
    for (const T& item : items) static_cast<void>(push(item));
  }
  /// What does not fit is left out.
  void assign(std::span<const T> items) {
    clear();
    for (const T& item : items) static_cast<void>(push(item));
  }

  /// False, and nothing changed, when the list is full.
  bool push(const T& item) {
    if (size_ == N) return false;
    items_[size_++] = item;
    return true;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& front() const { return items_[0]; }
  std::span<const T> view() const { return {items_.data(), size_}; }
  bool contains(const T& item) const {
    return std::find(view().begin(), view().end(), item) != view().end();
  }
  bool operator==(const ShortList& other) const {
    return std::equal(view().begin(), view().end(), other.view().begin(), other.view().end());
  }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

}  // namespace flapjack
