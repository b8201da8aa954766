// SPDX-License-Identifier: Apache-2.0
// Buffers behind packets, and what the memory knows of the packets that live in it.
#include "stack/packet/packet_pool.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

struct Size {
  std::size_t bytes, buffers;
};

TEST(PacketPool, APacketTakesAsManyBuffersAsItFills) {
  PacketSlab slab;
  const PoolLimits limits{100, 100, 128};
  PacketPool pool(slab, limits);
  for (const Size& size : {Size{0, 1}, Size{1, 1}, Size{128, 1}, Size{129, 2}, Size{256, 2},
                           Size{257, 3}, Size{1500, 12}}) {
    const PacketPtr packet = pool.allocate(size.bytes);
    EXPECT_EQ(pool.buffers_in_use(), size.buffers) << size.bytes;
  }
  EXPECT_EQ(pool.buffers_in_use(), 0u);
}

TEST(PacketPool, BuffersRunOutBeforePackets) {
  PacketSlab slab;
  const PoolLimits limits{14, 36, 128};
  PacketPool pool(slab, limits);
  std::vector<PacketPtr> packets;
  while (PacketPtr packet = pool.allocate(1500)) packets.push_back(std::move(packet));
  EXPECT_EQ(packets.size(), 3u) << "36 buffers of 128 bytes are three full frames";
  EXPECT_EQ(pool.failures(), 1u);
  EXPECT_EQ(pool.allocate(1), nullptr);
  packets.pop_back();
  EXPECT_NE(pool.allocate(1), nullptr);
}

TEST(PacketPool, AdoptAndCloneCountWhatIsThere) {
  PacketSlab slab;
  const PoolLimits wide{10}, narrow{10, 3, 100};
  PacketPool tx(slab, wide), rx(slab, narrow);
  PacketPtr packet = tx.allocate();
  packet->append(150);
  ASSERT_TRUE(rx.adopt(*packet));
  EXPECT_EQ(tx.buffers_in_use(), 0u);
  EXPECT_EQ(rx.buffers_in_use(), 2u);
  EXPECT_EQ(rx.clone(*packet), nullptr) << "one buffer is left";
  packet->pull(80);
  const PacketPtr copy = rx.clone(*packet);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(rx.buffers_in_use(), 3u);
  packet.reset();
  EXPECT_EQ(rx.buffers_in_use(), 1u) << "what it took, though it has become shorter";
}

TEST(PacketPool, WhatItCouldHold) {
  PacketSlab slab;
  const PoolLimits one{1, 2, 128}, nothing{0, 2, 128};
  PacketPool pool(slab, one), none(slab, nothing);
  EXPECT_TRUE(pool.could_hold(256));
  EXPECT_FALSE(pool.could_hold(257));
  EXPECT_FALSE(none.could_hold(0));
  pool.set_limit(0);
  EXPECT_TRUE(pool.could_hold(256)) << "a script's limit goes again";
}

TEST(PacketSlab, KnowsWhoLives) {
  PacketSlab slab;
  PacketPtr a = slab.allocate(), b = slab.allocate(), c = slab.allocate();
  EXPECT_EQ(slab.slots(), 32u);
  EXPECT_EQ((std::vector<std::uint32_t>{a->slot(), b->slot(), c->slot()}),
            (std::vector<std::uint32_t>{0, 1, 2}));
  b.reset();
  EXPECT_EQ(slab.live(), (std::vector<const Packet*>{a.get(), c.get()}));
  const PacketPtr again = slab.allocate();
  EXPECT_EQ(again->slot(), 1u) << "the place of the one that has gone";
  std::vector<PacketPtr> more;
  for (int i = 0; i < 40; ++i) more.push_back(slab.allocate());
  EXPECT_EQ(slab.slots(), 64u);
  EXPECT_EQ(more.back()->slot(), 42u);
  EXPECT_EQ(slab.live().size(), 43u);
}

}  // namespace
}  // namespace flapjack
