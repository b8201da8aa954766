// SPDX-License-Identifier: Apache-2.0
// A link that is held, divided, or robbed of chosen frames; its carriers stay on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "l2/link.h"
#include "tests/support/link_world.h"

namespace flapjack {
namespace {

using test::Arrival;
using test::LinkWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- holding

TEST(LinkScript, HeldFramesArriveInOrderWhenLetGo) {
  LinkConfig config;
  config.delay = milliseconds(2);
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.scheduler.run_until({1'000'000});
  world.link.set_end_held(0, true);
  world.send(0, 1, 2);
  world.send(1, 0, 9);  // the other direction is free
  world.scheduler.run_until({10'000'000});
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
  EXPECT_THAT(world.at(0).numbers(), ElementsAre(9));
  world.send(0, 1, 3);
  world.scheduler.run_until({11'000'000});
  const std::uint64_t before = world.scheduler.executed();
  world.link.set_end_held(0, false);
  EXPECT_THAT(world.at(1).numbers(), IsEmpty()) << "delivered in the turn of the script";
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{11'000'000}, 1}, Arrival{{11'000'000}, 2},
                                                Arrival{{12'000'000}, 3}));
  EXPECT_EQ(world.scheduler.executed() - before, 3u);
  const auto released = world.records( "released");
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0]->attr("frames"), "2");
  EXPECT_EQ(released[0]->attr("end"), "s0");
  EXPECT_THAT(world.drops(), IsEmpty());
}

TEST(LinkScript, HoldingIsBoundedAndACutEmptiesIt) {
  LinkConfig config;
  config.hold_limit = 3;
  LinkWorld world(config);
  world.link.set_end_held(0, true);
  for (int i = 0; i < 5; ++i) world.send(0, 1, i);
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full"));
  world.link.set_end_carrier(1, false);
  EXPECT_EQ(world.drops().size(), 5u);
  world.link.set_end_carrier(1, true);
  world.send(0, 1, 7);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
  world.link.set_end_held(0, false);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(7));
}

// ---- partitions

TEST(LinkScript, APartitionDividesABusSilently) {
  LinkWorld world({}, 4);
  const std::size_t number = world.link.add_partition({1, 1, 2, 0});  // 3 hears everybody
  world.send(0, 1, 1);
  world.send(0, 2, 2);
  world.send(2, 3, 3);
  world.link.carry(0, world.frame(MacAddress::broadcast(), 4));
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(1, 4));
  EXPECT_THAT(world.at(2).numbers(), IsEmpty());
  EXPECT_THAT(world.at(3).numbers(), ElementsAre(3, 4));
  EXPECT_THAT(world.drops(), ElementsAre("partitioned"));
  const auto unheard = world.records( "unheard");
  ASSERT_EQ(unheard.size(), 1u);
  EXPECT_EQ(unheard[0]->attr("end"), "s2");
  EXPECT_THAT(world.at(2).medium, ElementsAre(true));
  world.link.remove_partition(number);
  world.send(0, 2, 5);
  world.scheduler.run();
  EXPECT_THAT(world.at(2).numbers(), ElementsAre(5));
}

TEST(LinkScript, PartitionsAddUpAndCountWhenAFrameArrives) {
  LinkConfig config;
  config.delay = milliseconds(10);
  LinkWorld world(config);
  world.send(0, 1, 1);  // on its way when it begins
  const std::size_t first = world.link.add_partition({1, 2});
  const std::size_t second = world.link.add_partition({2, 1});
  world.scheduler.run();
  world.link.remove_partition(first);
  world.send(0, 1, 2);
  world.scheduler.run();
  world.send(0, 1, 3);  // sent before it ends, there afterwards
  world.link.remove_partition(second);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("partitioned", "partitioned"));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(3));
}

TEST(LinkScript, ABroadcastThatNobodyHearsIsDropped) {
  LinkWorld world({}, 3);
  world.link.add_partition({1, 2, 2});
  world.link.carry(0, world.frame(MacAddress::broadcast(), 1));
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("partitioned"));
  EXPECT_THAT(world.records( "unheard"), IsEmpty());
}

TEST(LinkScript, AnEndAddedLaterIsInNoGroup) {
  LinkWorld world({}, 2);
  world.link.add_partition({1, 2});
  world.add_end();
  world.send(2, 0, 1);
  world.send(2, 1, 2);
  world.send(0, 1, 3);
  world.scheduler.run();
  EXPECT_THAT(world.at(0).numbers(), ElementsAre(1));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(2));
}

// ---- a chosen frame

TEST(LinkScript, AFilterChoosesFrames) {
  struct Odd : LinkFilter {
    bool takes(SubjectId, Packet& frame) override {
      ++asked;
      return frame.data()[kEthernetHeaderBytes] % 2 == 1;
    }
    int asked = 0;
  } odd;
  LinkWorld world;
  world.link.set_filter(&odd);
  for (int i = 0; i < 4; ++i) world.send(0, 1, i);
  world.link.set_up(false);
  world.send(0, 1, 5);
  world.link.set_up(true);
  world.link.set_filter(nullptr);
  world.send(0, 1, 7);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("scripted", "scripted", "carrier_lost_in_flight",
                                         "carrier_lost_in_flight", "scripted"));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(7));
  EXPECT_EQ(odd.asked, 5);
}

}  // namespace
}  // namespace flapjack
