// SPDX-License-Identifier: Apache-2.0
#include "l2/flight_list.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "stack/packet/packet_pool.h"
#include "stack/sim/rng.h"

namespace flapjack {
namespace {

struct Frames {
  PacketPtr make(std::int64_t arrives, std::int64_t starts = 0) {
    PacketPtr frame = slab.allocate();
    frame->flight = {{starts}, {arrives}, 0, false};
    return frame;
  }
  std::vector<std::int64_t> pop_all() {
    std::vector<std::int64_t> arrivals;
    while (!list.empty()) arrivals.push_back(list.pop_front()->flight.arrives.ns);
    return arrivals;
  }
  PacketSlab slab;
  FlightList list;
};

TEST(FlightList, KeepsOrder) {
  Frames f;
  std::int64_t in = 0, out = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 7; ++i) f.list.push_back(f.make(in++));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(f.list.pop_front()->flight.arrives.ns, out++);
  }
  ASSERT_EQ(f.list.size(), 40u);
  EXPECT_EQ(f.slab.in_use(), 40u);
  EXPECT_EQ(f.list.due({out + 9}), 10u);
  while (!f.list.empty()) EXPECT_EQ(f.list.pop_front()->flight.arrives.ns, out++);
  EXPECT_EQ(out, in);
  EXPECT_EQ(f.slab.in_use(), 0u);
}

TEST(FlightList, InsertsByArrivalAndRemoves) {
  Frames f;
  for (std::int64_t i = 2; i < 8; ++i) f.list.push_back(f.make(i * 10));
  EXPECT_EQ(f.list.insert(f.make(5)), 6u);
  EXPECT_EQ(f.list.insert(f.make(35)), 4u);
  EXPECT_EQ(f.list.insert(f.make(50)), 2u);  // not before the one of the same time
  EXPECT_EQ(f.list.insert(f.make(99)), 0u);
  std::vector<std::int64_t> gone;
  f.list.remove([](const Packet& p) { return p.flight.arrives.ns % 10 != 0; },
                [&](const PacketPtr& p) { gone.push_back(p->flight.arrives.ns); });
  EXPECT_EQ(gone, (std::vector<std::int64_t>{5, 35, 99}));
  EXPECT_EQ(f.list.pop_back()->flight.arrives.ns, 70);
  EXPECT_EQ(f.pop_all(), (std::vector<std::int64_t>{20, 30, 40, 50, 50, 60}));
}

TEST(FlightList, IsMovedWithItsFrames) {
  Frames f;
  for (int i = 0; i < 9; ++i) f.list.push_back(f.make(i, i));
  FlightList other = std::move(f.list);
  EXPECT_TRUE(f.list.empty());
  EXPECT_EQ(other.size(), 9u);
  EXPECT_EQ(other.waiting({4}), 4u);
  f.list = std::move(other);
  EXPECT_EQ(f.list.waiting({5}), 3u);
  EXPECT_EQ(f.slab.in_use(), 9u);
  f.list = FlightList();
  EXPECT_EQ(f.slab.in_use(), 0u);
}

// Against a plain vector, with frames that start in order and now and then one that is early.
TEST(FlightList, CountsWhoWaits) {
  Frames f;
  struct Row {
    std::int64_t starts, arrives;
  };
  std::vector<Row> model;
  RandomStream random(7);
  std::int64_t now = 0, free = 0;
  for (int i = 0; i < 5000; ++i) {
    switch (random.below(8)) {
      case 0: case 1: case 2:
        free = std::max(free, now) + 1 + random.between(0, 2);
        f.list.push_back(f.make(free + 20, free));
        model.push_back({free, free + 20});
        break;
      case 3: {  // sent at once, as the transmitter is free
        if (free > now) break;
        const Row row{now, now + 1 + random.between(0, 19)};
        const auto later = [&](const Row& r) { return r.arrives > row.arrives; };
        const auto place = std::find_if(model.begin(), model.end(), later);
        EXPECT_EQ(f.list.insert(f.make(row.arrives, row.starts)),
                  static_cast<std::size_t>(model.end() - place));
        model.insert(place, row);
        break;
      }
      case 4:
        if (model.empty()) break;
        EXPECT_EQ(f.list.pop_back()->flight.starts.ns, model.back().starts);
        model.pop_back();
        break;
      case 5:
        f.list.remove([](const Packet& p) { return p.flight.starts.ns % 7 == 0; },
                      [](PacketPtr) {});
        std::erase_if(model, [](const Row& r) { return r.starts % 7 == 0; });
        break;
      default:
        ++now;
        if (model.empty() || model.front().starts > now) break;
        EXPECT_EQ(f.list.pop_front()->flight.starts.ns, model.front().starts);
        model.erase(model.begin());
    }
    ASSERT_EQ(f.list.size(), model.size());
    const auto waits = [&](const Row& r) { return r.starts > now; };
    ASSERT_EQ(f.list.waiting({now}),
              static_cast<std::size_t>(std::count_if(model.begin(), model.end(), waits)))
        << i;
  }
}

TEST(FlightList, OwnsItsFrames) {
  PacketSlab slab;
  {
    FlightList list;
    for (int i = 0; i < 9; ++i) list.push_back(slab.allocate());
    EXPECT_EQ(slab.in_use(), 9u);
  }
  EXPECT_EQ(slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
