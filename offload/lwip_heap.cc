// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_heap.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

namespace flapjack {
namespace {

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool kChunks = false;
#else
constexpr bool kChunks = true;
#endif

// Block sizes, header included. 1664 holds a full Ethernet frame in a pbuf with its bookkeeping.
constexpr std::array<std::size_t, 12> kSizes = {32,  48,  64,  96,  128,  192,
                                                256, 384, 512, 768, 1664, 3328};
constexpr std::uint32_t kLarge = kSizes.size();
constexpr std::size_t kFirstChunk = 8 * 1024, kBiggestChunk = 256 * 1024;

// Size class of a block of up to 16 * index bytes.
constexpr auto kClassOf = [] {
  std::array<std::uint8_t, kSizes.back() / 16 + 1> table{};
  std::uint8_t size_class = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    while (kSizes[size_class] < 16 * i) ++size_class;
    table[i] = size_class;
  }
  return table;
}();

}  // namespace

// A block of the system's, in a list so that it can be found at the end.
struct LwipHeap::LargeBlock {
  LargeBlock *next, **link;
  Header header;
};

LwipHeap::~LwipHeap() {
  while (large_ != nullptr) release_large(&large_->header);
}

void* LwipHeap::allocate(std::size_t bytes, bool exempt) {
  if (!exempt && !fits(bytes)) return nullptr;
  const std::size_t whole = bytes + sizeof(Header);
  if (!kChunks || whole > kSizes.back()) return allocate_large(bytes);
  const std::size_t size_class = kClassOf[(whole + 15) / 16];
  void* block = free_[size_class];
  if (block != nullptr) {
    free_[size_class] = free_[size_class]->next;
  } else {
    block = carve(size_class);
    if (block == nullptr) return nullptr;
  }
  auto* header = static_cast<Header*>(block);
  header->bytes = static_cast<std::uint32_t>(bytes);
  header->size_class = static_cast<std::uint32_t>(size_class);
  used_ += bytes;
  return header + 1;
}

void LwipHeap::release(void* memory) {
  assert(memory != nullptr);
  Header* header = static_cast<Header*>(memory) - 1;
  assert(header->bytes <= used_);
  used_ -= header->bytes;
  if (header->size_class == kLarge) return release_large(header);
  const std::size_t size_class = header->size_class;
  auto* block = reinterpret_cast<FreeBlock*>(header);
  block->next = free_[size_class];
  free_[size_class] = block;
}

void* LwipHeap::carve(std::size_t size_class) {
  const std::size_t size = kSizes[size_class];
  if (chunk_left_ < size) {  // what is left of the old chunk is given up: at most one block
    const std::size_t bytes =
        std::min(kBiggestChunk, kFirstChunk << std::min<std::size_t>(chunks_.size(), 8));
    chunks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(bytes));
    chunk_next_ = chunks_.back().get();
    chunk_left_ = bytes;
  }
  std::uint8_t* block = chunk_next_;
  chunk_next_ += size;
  chunk_left_ -= size;
  return block;
}

void* LwipHeap::allocate_large(std::size_t bytes) {
  if (bytes > UINT32_MAX) return nullptr;
  auto* block = static_cast<LargeBlock*>(std::malloc(sizeof(LargeBlock) + bytes));
  if (block == nullptr) return nullptr;
  *block = {large_, &large_, {static_cast<std::uint32_t>(bytes), kLarge}};
  if (large_ != nullptr) large_->link = &block->next;
  large_ = block;
  used_ += bytes;
  return block + 1;
}

void LwipHeap::release_large(Header* header) {
  auto* block = reinterpret_cast<LargeBlock*>(header + 1) - 1;
  *block->link = block->next;
  if (block->next != nullptr) block->next->link = block->link;
  std::free(block);
}

}  // namespace flapjack
