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
