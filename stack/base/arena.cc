// SPDX-License-Identifier: Apache-2.0
#include "stack/base/arena.h"

#include <algorithm>
#include <cassert>

namespace flapjack {
namespace {

// Small at first, as most worlds have a few nodes.
constexpr std::size_t kFirstChunk = 16 * 1024, kLargestChunk = 1024 * 1024;

std::uintptr_t round_up(std::uintptr_t n, std::size_t align) {
  return (n + align - 1) & ~(std::uintptr_t{align} - 1);
}

}  // namespace

Arena::~Arena() {
  for (void* const chunk : chunks_) ::operator delete(chunk);
}

void* Arena::allocate(std::size_t bytes, std::size_t align) {
  assert(align > 0 && (align & (align - 1)) == 0);
  std::uintptr_t start = round_up(next_, align);
  if (start + bytes > end_) {
    grow(bytes + align);
    start = round_up(next_, align);
  }
  next_ = start + bytes;
  return reinterpret_cast<void*>(start);
}

void Arena::grow(std::size_t bytes) {
  chunk_bytes_ = chunk_bytes_ == 0 ? kFirstChunk : std::min(2 * chunk_bytes_, kLargestChunk);
  const std::size_t size = std::max(bytes, chunk_bytes_);
  chunks_.push_back(nullptr);
  chunks_.back() = ::operator new(size);
  next_ = reinterpret_cast<std::uintptr_t>(chunks_.back());
  end_ = next_ + size;
}

}  // namespace flapjack
