// SPDX-License-Identifier: Apache-2.0
#include "l2/flight_ring.h"

#include <gtest/gtest.h>

#include "stack/packet/packet_pool.h"

namespace flapjack {
namespace {

TEST(FlightRing, KeepsOrderWhileItGrowsAndWraps) {
  PacketSlab slab;
  FlightRing ring;
  std::int64_t in = 0, out = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 7; ++i) ring.push_back({slab.allocate(), {}, {in++}, 0});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ring.pop_front().arrives.ns, out++);
  }
  ASSERT_EQ(ring.size(), 40u);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    EXPECT_EQ(ring.at(i).arrives.ns, out + static_cast<std::int64_t>(i));
  }
  while (!ring.empty()) EXPECT_EQ(ring.pop_front().arrives.ns, out++);
  EXPECT_EQ(out, in);
  EXPECT_EQ(slab.in_use(), 0u);
}

TEST(FlightRing, InsertsAnywhereAndRemoves) {
  FlightRing ring;
  for (std::int64_t i = 0; i < 6; ++i) ring.push_back({nullptr, {}, {i * 10}, 0});
  for (int i = 0; i < 2; ++i) ring.pop_front();  // so that it wraps
  ring.push_back({nullptr, {}, {60}, 0});
  ring.push_back({nullptr, {}, {70}, 0});
  ring.insert(0, {nullptr, {}, {5}, 0});
  ring.insert(3, {nullptr, {}, {35}, 0});
  ring.insert(ring.size(), {nullptr, {}, {99}, 0});
  std::vector<std::int64_t> gone, left;
  ring.remove([](const Flight& f) { return f.arrives.ns % 10 != 0; },
              [&](const Flight& f) { gone.push_back(f.arrives.ns); });
  EXPECT_EQ(gone, (std::vector<std::int64_t>{5, 35, 99}));
  EXPECT_EQ(ring.pop_back().arrives.ns, 70);
  while (!ring.empty()) left.push_back(ring.pop_front().arrives.ns);
  EXPECT_EQ(left, (std::vector<std::int64_t>{20, 30, 40, 50, 60}));
}

TEST(FlightRing, OwnsItsFrames) {
  PacketSlab slab;
  {
    FlightRing ring;
    for (int i = 0; i < 9; ++i) ring.push_back({slab.allocate(), {}, {}, 0});
    EXPECT_EQ(slab.in_use(), 9u);
  }
  EXPECT_EQ(slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
