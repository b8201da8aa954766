// SPDX-License-Identifier: Apache-2.0
#include "stack/packet/packet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "stack/packet/packet_list.h"
#include "stack/packet/packet_pool.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

class PacketTest : public testing::Test {
 protected:
  PacketSlab slab{1514};
};

TEST_F(PacketTest, StartsEmptyWithHeadroom) {
  const PacketPtr p = slab.allocate();
  EXPECT_EQ(p->size(), 0u);
  EXPECT_EQ(p->headroom(), kPacketHeadroom);
  EXPECT_GE(p->tailroom(), 1514u);
  EXPECT_EQ(p->meta.id, PacketId{1});
  EXPECT_FALSE(p->meta.parent.valid());
  EXPECT_FALSE(p->meta.cause.valid());
}

TEST_F(PacketTest, PushPullAppendTrimMoveTheCursor) {
  const PacketPtr p = slab.allocate();
  const std::array<std::uint8_t, 4> payload = {1, 2, 3, 4};
  p->append(payload);
  p->append(std::span<const std::uint8_t>());
  *p->append(1) = 5;
  std::uint8_t* header = p->push(2);
  header[0] = 8;
  header[1] = 9;
  EXPECT_EQ(std::vector<std::uint8_t>(p->bytes().begin(), p->bytes().end()),
            (std::vector<std::uint8_t>{8, 9, 1, 2, 3, 4, 5}));
  p->pull(3);
  p->trim(2);
  EXPECT_EQ(std::vector<std::uint8_t>(p->bytes().begin(), p->bytes().end()),
            (std::vector<std::uint8_t>{2, 3}));
  EXPECT_EQ(p->push(1)[0], 1) << "pulled bytes stay readable";
  EXPECT_EQ(p->headroom(), kPacketHeadroom);
}

TEST_F(PacketTest, EveryByteOfItsCapacityIsItsOwn) {
  std::vector<PacketPtr> packets;
  for (int i = 0; i < 40; ++i) {
    PacketPtr p = slab.allocate();
    p->append(p->tailroom());
    p->push(p->headroom());
    EXPECT_EQ(p->size(), slab.capacity());
    std::fill(p->bytes().begin(), p->bytes().end(), static_cast<std::uint8_t>(i));
    packets.push_back(std::move(p));
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    for (const std::uint8_t byte : packets[i]->bytes()) ASSERT_EQ(byte, i);
    EXPECT_EQ(packets[i]->meta.id.value, i + 1);
  }
}

TEST_F(PacketTest, AReusedPacketRemembersNothing) {
  const Packet* first = nullptr;
  {
    PacketPtr p = slab.allocate();
    first = p.get();
    p->append(100);
    p->meta.priority = 7;
    p->meta.cause = RecordId{5};
    p->meta.l2_ready = true;
  }
  const PacketPtr p = slab.allocate();
  EXPECT_EQ(p.get(), first) << "last in, first out";
  EXPECT_EQ(p->size(), 0u);
  EXPECT_EQ(p->meta.priority, 0);
  EXPECT_FALSE(p->meta.cause.valid());
  EXPECT_FALSE(p->meta.l2_ready);
  EXPECT_EQ(p->meta.id, PacketId{2}) << "ids are never given twice";
}

TEST_F(PacketTest, ACloneHasItsOwnIdBytesAndItsParent) {
  const PacketPtr p = slab.allocate();
  p->append(std::array<std::uint8_t, 3>{1, 2, 3});
  p->pull(1);
  p->meta.priority = 3;
  const PacketPtr copy = slab.clone(*p);
  EXPECT_EQ(copy->meta.parent, p->meta.id);
  EXPECT_NE(copy->meta.id, p->meta.id);
  EXPECT_EQ(copy->meta.priority, 3);
  EXPECT_EQ(copy->headroom(), p->headroom());
  p->data()[0] = 9;
  EXPECT_EQ(copy->data()[0], 2);
  EXPECT_EQ(copy->size(), 2u);
}

TEST_F(PacketTest, PoolsCountUpToTheirLimit) {
  const PoolLimits limits{2};
  PacketPool pool(slab, limits);
  PacketPtr a = pool.allocate(), b = pool.allocate();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(pool.allocate(), nullptr);
  EXPECT_EQ(pool.clone(*a), nullptr);
  EXPECT_EQ(pool.failures(), 2u);
  EXPECT_EQ(slab.in_use(), 2u) << "a refusal takes no memory";
  b.reset();
  EXPECT_EQ(pool.in_use(), 1u);
  b = pool.clone(*a);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->meta.parent, a->meta.id);
  EXPECT_EQ(pool.in_use(), 2u);
}

TEST_F(PacketTest, AScriptCanStarveAPool) {
  const PoolLimits limits{3};
  PacketPool pool(slab, limits);
  PacketPtr a = pool.allocate(), b = pool.allocate();
  pool.set_limit(0);
  EXPECT_EQ(pool.allocate(), nullptr);
  EXPECT_EQ(pool.in_use(), 2u) << "what is out stays valid";
  a.reset();
  EXPECT_EQ(pool.allocate(), nullptr);
  pool.set_limit(2);
  EXPECT_NE(pool.allocate(), nullptr);
  EXPECT_EQ(pool.limit(), 2u);
}

TEST_F(PacketTest, APacketIsReCountedAsItChangesHands) {
  const PoolLimits limits{1};
  PacketPool tx(slab, limits), rx(slab, limits);
  PacketPtr p = tx.allocate();
  EXPECT_TRUE(tx.adopt(*p)) << "its own already";
  EXPECT_EQ(tx.in_use(), 1u);
  PacketPool::disown(*p);
  PacketPool::disown(*p);
  EXPECT_EQ(tx.in_use(), 0u);
  EXPECT_EQ(slab.in_use(), 1u);
  EXPECT_TRUE(rx.adopt(*p));
  EXPECT_EQ(rx.in_use(), 1u);
  PacketPtr q = tx.allocate();
  EXPECT_FALSE(rx.adopt(*q));
  EXPECT_EQ(rx.failures(), 1u);
  EXPECT_EQ(tx.in_use(), 1u) << "refused: nothing changed";
  p.reset();
  EXPECT_EQ(rx.in_use(), 0u);
  EXPECT_TRUE(rx.adopt(*q)) << "straight from pool to pool";
  EXPECT_EQ(tx.in_use(), 0u);
  EXPECT_EQ(rx.in_use(), 1u);
  q.reset();
  EXPECT_EQ(rx.in_use(), 0u);
  EXPECT_EQ(slab.in_use(), 0u);
}

TEST_F(PacketTest, TheSlabGrowsOnceAndThenServesFromItsList) {
  const PoolLimits limits{1000};
  PacketPool pool(slab, limits);
  const auto burst = [&] {
    PacketList list;
    for (int i = 0; i < 200; ++i) list.push_back(pool.allocate());
    EXPECT_EQ(slab.in_use(), 200u);
  };
  burst();
  EXPECT_EQ(slab.in_use(), 0u);
  const std::uint64_t before = test::allocation_count();
  for (int i = 0; i < 100; ++i) burst();
  EXPECT_EQ(test::allocation_count(), before);
}

TEST_F(PacketTest, AListIsFirstInFirstOutAndOwnsWhatItHolds) {
  PacketList list;
  for (int i = 0; i < 3; ++i) list.push_back(slab.allocate());
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.front().meta.id.value, 1u);
  EXPECT_EQ(list.pop_front()->meta.id.value, 1u);
  PacketList other(std::move(list));
  EXPECT_TRUE(list.empty());  // NOLINT: moved from is empty, by contract
  list.push_back(slab.allocate());
  other.swap(list);
  EXPECT_EQ(other.front().meta.id.value, 4u);
  EXPECT_EQ(list.pop_front()->meta.id.value, 2u);
  EXPECT_EQ(list.pop_front()->meta.id.value, 3u);
  EXPECT_TRUE(list.empty());
  list.push_back(slab.allocate());
  EXPECT_EQ(list.size(), 1u) << "usable again after it was drained";
  EXPECT_EQ(slab.in_use(), 2u);
}

}  // namespace
}  // namespace flapjack
