// SPDX-License-Identifier: Apache-2.0
#include "stack/base/arena.h"

#include <algorithm>
#include <cassert>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace flapjack {
namespace {

// Small at first, as most worlds have a few nodes.
constexpr std::size_t kFirstChunk = 16 * 1024, kLargestChunk = 4 * 1024 * 1024;

std::uintptr_t round_up(std::uintptr_t n, std::size_t align) {
  return (n + align - 1) & ~(std::uintptr_t{align} - 1);
}

// Only advice: one large page costs a machine much less than the 512 small ones that it replaces.
void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  constexpr std::size_t kPage = 4096;
  const auto start = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = round_up(start, kPage);
  static_cast<void>(madvise(reinterpret_cast<void*>(first), start + bytes - first, MADV_HUGEPAGE));
#endif
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
  if (size == kLargestChunk) ask_for_large_pages(chunks_.back(), size);
  next_ = reinterpret_cast<std::uintptr_t>(chunks_.back());
  end_ = next_ + size;
}

}  // namespace flapjack
