// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_heap.h"

#include <gtest/gtest.h>

#include <cstring>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

TEST(LwipHeap, CountsAndRefuses) {
  LwipHeap heap(1000);
  void* a = heap.allocate(600);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(heap.used(), 600u);
  EXPECT_EQ(heap.allocate(401), nullptr);
  void* b = heap.allocate(401, true);
  ASSERT_NE(b, nullptr) << "exempt";
  EXPECT_FALSE(heap.charge(1));
  heap.release(b);
  EXPECT_TRUE(heap.charge(400));
  EXPECT_EQ(heap.allocate(1), nullptr);
  heap.refund(400);
  heap.set_limit(500);
  EXPECT_EQ(heap.allocate(1), nullptr);
  heap.release(a);
  EXPECT_EQ(heap.used(), 0u);
  EXPECT_EQ(heap.allocate(SIZE_MAX), nullptr);
}

TEST(LwipHeap, BlocksOfAllSizesNeverOverlap) {
  struct Block {
    std::uint8_t* at;
    std::size_t bytes;
    std::uint8_t mark;
  };
  LwipHeap heap(SIZE_MAX);
  RandomStream random(7);
  std::vector<Block> blocks;
  for (int i = 0; i < 20'000; ++i) {
    if (blocks.size() > 200 || (!blocks.empty() && random.below(3) == 0)) {
      const std::size_t victim = random.below(blocks.size());
      const Block block = blocks[victim];
      for (std::size_t k = 0; k < block.bytes; ++k) ASSERT_EQ(block.at[k], block.mark);
      heap.release(block.at);
      blocks[victim] = blocks.back();
      blocks.pop_back();
      continue;
    }
    const std::size_t bytes = random.below(random.below(8) == 0 ? 9000 : 1700);
    auto* at = static_cast<std::uint8_t*>(heap.allocate(bytes));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(at) % 8, 0u);
    const auto mark = static_cast<std::uint8_t>(i);
    std::memset(at, mark, bytes);
    blocks.push_back({at, bytes, mark});
  }
  // What is left goes with the heap.
}

}  // namespace
}  // namespace flapjack
