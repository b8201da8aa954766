// SPDX-License-Identifier: Apache-2.0
#include "stack/base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

namespace flapjack {
namespace {

struct Base {
  virtual ~Base() = default;
};

class alignas(64) Item : public Base, public ArenaObject<Item> {
 public:
  Item(Arena* arena, int& live) : arena_(arena), live_(live) {
    if (live == 99) throw std::runtime_error("no more");
    ++live_;
  }
  ~Item() override { --live_; }
  Arena* arena() const { return arena_; }

 private:
  Arena* arena_;
  int& live_;
};

TEST(Arena, PiecesAreAlignedAndDoNotOverlap) {
  Arena arena;
  std::vector<std::pair<std::uint8_t*, std::size_t>> pieces;
  for (std::size_t i = 0; i < 4000; ++i) {
    const std::size_t bytes = 1 + i * 37 % 3000, align = std::size_t{1} << i % 8;
    auto* const piece = static_cast<std::uint8_t*>(arena.allocate(bytes, align));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(piece) % align, 0u);
    std::memset(piece, static_cast<int>(i & 255), bytes);
    pieces.emplace_back(piece, bytes);
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto [piece, bytes] = pieces[i];
    ASSERT_EQ(piece[0], i & 255);
    ASSERT_EQ(piece[bytes - 1], i & 255);
  }
}

TEST(Arena, APieceMayBeLargerThanAnyChunk) {
  Arena arena;
  constexpr std::size_t kBytes = 5 * 1024 * 1024;
  auto* const large = static_cast<std::uint8_t*>(arena.allocate(kBytes, 64));
  std::memset(large, 1, kBytes);
  auto* const next = static_cast<std::uint8_t*>(arena.allocate(8, 8));
  *next = 2;
  EXPECT_EQ(large[kBytes - 1], 1);
}

TEST(Arena, LargeChunksAreCountedAsFarAsTheyAreHandedOut) {
  constexpr std::size_t kPiece = 1000 * 64, kPieces = 400;
  Arena arena;
  EXPECT_EQ(arena.mapped_bytes(), 0u);
  for (std::size_t i = 0; i < kPieces; ++i) {
    const std::size_t before = arena.mapped_bytes();
    std::memset(arena.allocate(kPiece, 64), 1, kPiece);
    EXPECT_GE(arena.mapped_bytes(), before);
    EXPECT_LT(arena.mapped_bytes(), before + 3 * kPiece) << "at most the end of a chunk is left";
  }
  const std::size_t all = kPiece * kPieces;  // less what was handed out of smaller chunks
  EXPECT_LE(arena.mapped_bytes(), all + 8 * kPiece);
#if defined(__linux__)
  EXPECT_GE(arena.mapped_bytes(), all - (std::size_t{4} << 20));
#endif
}

TEST(Arena, AnObjectIsDestroyedWhereverItWasMade) {
  Arena arena;
  int live = 0;
  for (Arena* const place : {&arena, static_cast<Arena*>(nullptr)}) {
    const std::unique_ptr<Item> item = make_in<Item>(place, place, live);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(item.get()) % 64, 0u);
    const std::unique_ptr<Base> by_base = make_in<Item>(place, place, live);
    EXPECT_EQ(live, 2);
  }
  EXPECT_EQ(live, 0);
}

// make_in() refuses it: its memory would be aligned as its base's.
struct Wide : Item {
  alignas(128) char bytes[128];
};
static_assert(FitsArena<Item> && !FitsArena<Wide>);

TEST(Arena, AConstructorMayFail) {
  Arena arena;
  int live = 99;
  for (Arena* const place : {&arena, static_cast<Arena*>(nullptr)}) {
    EXPECT_THROW(static_cast<void>(make_in<Item>(place, place, live)), std::runtime_error);
  }
}

}  // namespace
}  // namespace flapjack
