// SPDX-License-Identifier: Apache-2.0
// SmallVector: a vector whose first N elements stand in the object itself, for tables that mostly
// have one or two entries: no block of its own, and no way to it, for each of thousands of nodes.
// Moving one moves the elements. Kept as long as it lives: it never gives room back. It has at most
// 2^32 - 1 of them, so that its counts take half a word each.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace flapjack {

/// The heap, with sizes of 32 bits.
template <class T>
struct ShortAllocator {
  using value_type = T;
  using size_type = std::uint32_t;
  ShortAllocator() = default;
  template <class Other>
  explicit ShortAllocator(const ShortAllocator<Other>&) {}
  T* allocate(size_type n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* at, size_type n) { std::allocator<T>().deallocate(at, n); }
  bool operator==(const ShortAllocator&) const { return true; }
};

template <class T, std::size_t N>
using SmallVector = boost::container::small_vector<T, N, ShortAllocator<T>>;

}  // namespace flapjack
