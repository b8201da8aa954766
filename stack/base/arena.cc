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
constexpr std::size_t kLargePage = 2 * 1024 * 1024;

std::uintptr_t round_up(std::uintptr_t n, std::size_t align) {
  return (n + align - 1) & ~(std::uintptr_t{align} - 1);
}

// Memory that begins with a large page and consists of them, if the machine has any: one costs much
// less than the 512 small ones that it replaces, when it is first touched and whenever it is looked
// up. Null when there is none to be had.
void* map_large_pages([[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  void* const got = mmap(nullptr, bytes + kLargePage, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  const auto start = reinterpret_cast<std::uintptr_t>(got);
  const std::uintptr_t first = round_up(start, kLargePage);
  const std::uintptr_t end = start + bytes + kLargePage;
  if (first > start) munmap(got, first - start);
  if (end > first + bytes) {
    munmap(reinterpret_cast<void*>(first + bytes), end - first - bytes);
  }
  void* const memory = reinterpret_cast<void*>(first);
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));  // only advice
  return memory;
#else
  return nullptr;
#endif
}

void unmap([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  munmap(memory, bytes);
#endif
}

}  // namespace

Arena::~Arena() {
  for (const Chunk& chunk : chunks_) {
    if (chunk.mapped > 0) {
      unmap(chunk.memory, chunk.mapped);
    } else {
      ::operator delete(chunk.memory);
    }
  }
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
  Chunk& chunk = chunks_.emplace_back(Chunk{nullptr, 0});
  if (size == kLargestChunk || size == kLargePage) chunk.memory = map_large_pages(size);
  in_mapped_ = chunk.memory != nullptr;
  if (in_mapped_) {
    mapped_ += chunk.mapped = size;
  } else {
    chunk.memory = ::operator new(size);
  }
  next_ = reinterpret_cast<std::uintptr_t>(chunk.memory);
  end_ = next_ + size;
}

}  // namespace flapjack
