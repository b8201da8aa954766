// SPDX-License-Identifier: Apache-2.0
// RareVector: a vector for what most of its owners never have. Empty it costs one word; the first
// element makes a std::vector on the heap, which stays until clear().
#pragma once
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace flapjack {

/// Elements and iterators as those of std::vector, and valid as long.
template <class T>
class RareVector {
 public:
  bool empty() const { return all_ == nullptr || all_->empty(); }
  std::size_t size() const { return all_ != nullptr ? all_->size() : 0; }
  T* begin() { return all_ != nullptr ? all_->data() : nullptr; }
  T* end() { return begin() + size(); }
  const T* begin() const { return all_ != nullptr ? all_->data() : nullptr; }
  const T* end() const { return begin() + size(); }
  T& operator[](std::size_t place) { return (*all_)[place]; }
  const T& operator[](std::size_t place) const { return (*all_)[place]; }
  T& front() { return all_->front(); }
  T& back() { return all_->back(); }
  const T& front() const { return all_->front(); }
  const T& back() const { return all_->back(); }

  void push_back(T value) { all().push_back(std::move(value)); }
  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    return all().emplace_back(std::forward<Arguments>(arguments)...);
  }
  void pop_back() { all_->pop_back(); }
  void clear() { all_ = nullptr; }
  /// The vector itself, to change it as one.
  std::vector<T>& all() {
    if (all_ == nullptr) all_ = std::make_unique<std::vector<T>>();
    return *all_;
  }

 private:
  std::unique_ptr<std::vector<T>> all_;
};

}  // namespace flapjack
