// SPDX-License-Identifier: Apache-2.0
// A link on which things go wrong: who arrives when and in which order, what is recorded.
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

constexpr std::uint64_t kPercent = kCertain / 100;

// ---- order of the refusals

TEST(LinkFaults, TooBigOverTheMtuAndTheHeaderOnly) {
  LinkConfig config;
  config.mtu = 87;  // 101 less an Ethernet header
  LinkWorld world(config);
  world.send(0, 1, 1, 100);
  world.send(0, 1, 2, 102);
  world.link.set_end_framing(0, Framing::Ppp);
  world.send(0, 1, 3, 89);
  config.mtu = 86;
  world.link.set_config(0, config);
  world.send(0, 1, 4, 89);
  config.mtu = 0;
  world.link.set_config(0, config);
  world.send(0, 1, 5, 1000);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("too_big", "too_big"));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(1, 3, 5));
}

TEST(LinkFaults, ReasonsComeInOneOrder) {
  LinkConfig config;
  config.rate = 8'000;  // 100 ms a frame
  config.queue = 1;
  config.mtu = 100;
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.send(0, 1, 2);
  config.black_hole = true;
  config.loss_ppb = kCertain;
  world.link.set_config(config);
  world.send(0, 1, 3, 200);  // too big, queue full, black hole, lost
  world.send(0, 1, 4);       // queue full, black hole, lost
  world.scheduler.run();
  world.send(0, 1, 5);  // black hole, lost
  config.black_hole = false;
  world.link.set_config(config);
  world.send(0, 1, 6);  // lost
  world.link.set_up(false);
  world.send(0, 1, 7, 200);  // everything
  EXPECT_THAT(world.drops(),
              ElementsAre("too_big", "queue_full", "black_hole", "loss", "link_down"));
}

TEST(LinkFaults, ABlackHoleOfOneDirectionKeepsCarriers) {
  LinkConfig config;
  config.black_hole = true;
  LinkWorld world;
  world.link.set_config(0, config);
  for (int i = 0; i < 3; ++i) world.send(0, 1, i);
  world.send(1, 0, 9);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
  EXPECT_THAT(world.at(0).numbers(), ElementsAre(9));
  EXPECT_THAT(world.drops(), ElementsAre("black_hole", "black_hole", "black_hole"));
  EXPECT_TRUE(world.link.medium_up(0) && world.link.medium_up(1));
  EXPECT_THAT(world.at(0).medium, ElementsAre(true));
}

// ---- duplicates, damage

TEST(LinkFaults, DuplicatesFollowAndTakeTheTransmittersTime) {
  LinkConfig config;
  config.rate = 8'000'000;  // 100 us a frame
  config.duplicate_ppb = kCertain;
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.send(0, 1, 2);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals,
              ElementsAre(Arrival{{100'000}, 1}, Arrival{{200'000}, 1}, Arrival{{300'000}, 2},
                          Arrival{{400'000}, 2}));
  EXPECT_EQ(world.at(1).parents[0], PacketId{});
  const auto in = world.records( "link_in");
  EXPECT_EQ(world.at(1).parents[1], in[0]->packet);
  const auto out = world.records( "link_out");
  EXPECT_EQ(out[1]->cause, world.records( "duplicated")[0]->seq);
}

TEST(LinkFaults, ADuplicateFindsTheQueueFull) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.queue = 1;
  config.duplicate_ppb = kCertain;
  LinkWorld world(config);
  world.send(0, 1, 1);  // is sent, its copy waits
  world.send(0, 1, 2);  // no room
  EXPECT_THAT(world.drops(), ElementsAre("queue_full"));
  world.scheduler.run_until({100'000});
  world.send(0, 1, 3);  // room for the frame, not for its copy
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full"));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(1, 1, 3));
}

// ---- reordering

TEST(LinkFaults, AFrameOvertakesByItsWholeDelay) {
  LinkConfig config;
  config.delay = milliseconds(10);
  config.reorder_ppb = kCertain;
  config.reorder_gap = 3;
  LinkWorld world(config);
  for (int i = 1; i <= 6; ++i) {
    world.send(0, 1, i);
    world.scheduler.run_until(world.scheduler.now() + milliseconds(1));
  }
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals,
              ElementsAre(Arrival{{2'000'000}, 3}, Arrival{{5'000'000}, 6},
                          Arrival{{10'000'000}, 1}, Arrival{{11'000'000}, 2},
                          Arrival{{13'000'000}, 4}, Arrival{{14'000'000}, 5}));
  const auto events = world.records( "reordered");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0]->attr("frames"), "2");
  EXPECT_EQ(events[1]->attr("frames"), "4");
  EXPECT_EQ(world.records( "link_out")[0]->cause, events[0]->seq);
}

TEST(LinkFaults, AFrameOvertakesByATime) {
  LinkConfig config;
  config.delay = milliseconds(10);
  config.reorder_ppb = kCertain;
  config.reorder_gap = 2;
  config.reorder_by = microseconds(1500);
  LinkWorld world(config);
  for (int i = 1; i <= 4; ++i) {
    world.send(0, 1, i);
    world.scheduler.run_until(world.scheduler.now() + milliseconds(1));
  }
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals,
              ElementsAre(Arrival{{9'500'000}, 2}, Arrival{{10'000'000}, 1},
                          Arrival{{11'500'000}, 4}, Arrival{{12'000'000}, 3}));
}

// Its own transmission has to end first, and it leaves the queue in its turn.
TEST(LinkFaults, OvertakingHappensOnTheWayNotInTheQueue) {
  LinkConfig config;
  config.rate = 800'000;  // 1 ms a frame
  config.delay = microseconds(2500);
  config.queue = 2;
  config.reorder_ppb = kCertain;
  config.reorder_gap = 3;
  LinkWorld world(config);
  for (int i = 1; i <= 4; ++i) world.send(0, 1, i);
  EXPECT_THAT(world.drops(), ElementsAre("queue_full"));
  EXPECT_EQ(world.link.in_flight(0), 3u);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals,  // the third has left at 3 ms and is there
              ElementsAre(Arrival{{3'000'000}, 3}, Arrival{{3'500'000}, 1},
                          Arrival{{4'500'000}, 2}));
}

TEST(LinkFaults, NothingToOvertakeIsNoEvent) {
  LinkConfig config;
  config.reorder_ppb = kCertain;
  LinkWorld world(config);
  for (int i = 1; i <= 3; ++i) world.send(0, 1, i);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(world.records( "reordered"), IsEmpty());
}

// ---- queues

TEST(LinkFaults, HeadDropKeepsTheFreshest) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.queue = 2;
  config.discipline = QueueDiscipline::HeadDrop;
  LinkWorld world(config);
  for (int i = 0; i < 6; ++i) world.send(0, 1, i);
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full", "queue_full"));
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 0}, Arrival{{200'000}, 4},
                                                Arrival{{300'000}, 5}));
}

TEST(LinkFaults, HighPrioritiesGoFirst) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.discipline = QueueDiscipline::Priority;
  LinkWorld world(config);
  const std::uint8_t priorities[] = {1, 1, 0, 7, 0, 5};
  for (int i = 0; i < 6; ++i) {
    PacketPtr frame = world.frame(LinkWorld::mac(1), i);
    frame->meta.priority = priorities[i];
    world.link.carry(0, std::move(frame));
  }
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(0, 3, 5, 2, 4, 1));
  EXPECT_EQ(world.at(1).arrivals.back().at.ns, 600'000);
}

TEST(LinkFaults, DscpGoesByTheFrame) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.queue = 2;
  config.discipline = QueueDiscipline::Dscp;
  LinkWorld world(config);
  const std::uint8_t classes[] = {0, 0, 46, 0, 48};
  for (int i = 0; i < 5; ++i) {
    PacketPtr frame = world.frame(LinkWorld::mac(1), 0x45);  // the first byte of IPv4, too
    frame->data()[15] = static_cast<std::uint8_t>(classes[i] << 2);
    frame->data()[20] = static_cast<std::uint8_t>(i);
    world.link.carry(0, std::move(frame));
  }
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full"));
  world.scheduler.run();
  EXPECT_EQ(world.at(1).arrivals.size(), 3u);
}

TEST(LinkFaults, BackToFifoNobodyIsForgotten) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.discipline = QueueDiscipline::HeadDrop;
  LinkWorld world(config);
  for (int i = 0; i < 3; ++i) world.send(0, 1, i);
  world.scheduler.run_until({50'000});
  config.discipline = QueueDiscipline::Fifo;
  world.link.set_config(config);
  world.send(0, 1, 3);
  config.discipline = QueueDiscipline::HeadDrop;
  world.link.set_config(config);
  world.send(0, 1, 4);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals,
              ElementsAre(Arrival{{100'000}, 0}, Arrival{{200'000}, 1}, Arrival{{300'000}, 2},
                          Arrival{{400'000}, 3}, Arrival{{500'000}, 4}));
}

// Whatever the discipline: the frame being sent keeps its time, those behind it are faster.
TEST(LinkFaults, AnotherRateHoldsForWhatWaits) {
  using Q = QueueDiscipline;
  for (const Q before : {Q::Fifo, Q::HeadDrop, Q::Priority, Q::Dscp}) {
    for (const Q after : {Q::Fifo, Q::HeadDrop, Q::Priority, Q::Dscp}) {
      LinkConfig config;
      config.rate = 8'000'000;  // 100 us a frame
      config.discipline = before;
      LinkWorld world(config);
      for (int i = 0; i < 4; ++i) world.send(0, 1, i);
      world.scheduler.run_until({150'000});
      config.rate = config.rate * 10;
      config.delay = microseconds(5);
      config.discipline = after;
      world.link.set_config(config);
      world.scheduler.run_until({212'000});
      world.send(0, 1, 4);
      world.scheduler.run();
      SCOPED_TRACE(static_cast<int>(before) * 10 + static_cast<int>(after));
      EXPECT_THAT(world.at(1).arrivals,
                  ElementsAre(Arrival{{100'000}, 0}, Arrival{{200'000}, 1}, Arrival{{215'000}, 2},
                              Arrival{{225'000}, 3}, Arrival{{235'000}, 4}));
      EXPECT_EQ(world.link.in_flight(0), 0u);
    }
  }
}

TEST(LinkFaults, ReorderingThatBeginsLetsNobodyPassWhoWaits) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.queue = 5;
  LinkWorld world(config);
  for (int i = 0; i < 4; ++i) world.send(0, 1, i);
  world.scheduler.run_until({50'000});
  config.reorder_ppb = 1;
  world.link.set_config(config);
  for (int i = 4; i < 8; ++i) world.send(0, 1, i);
  world.scheduler.run_until({60'000});
  config.delay = microseconds(1);
  world.link.set_config(config);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full"));
  EXPECT_THAT(world.at(1).arrivals,
              ElementsAre(Arrival{{100'000}, 0}, Arrival{{201'000}, 1}, Arrival{{301'000}, 2},
                          Arrival{{401'000}, 3}, Arrival{{501'000}, 4}, Arrival{{601'000}, 5}));
}

TEST(LinkFaults, ALimitOfTheQueueCountsWhatWasRecalled) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.queue = 2;
  LinkWorld world(config);
  for (int i = 0; i < 3; ++i) world.send(0, 1, i);
  config.rate = config.rate / 2;
  world.link.set_config(config);
  world.send(0, 1, 3);
  EXPECT_THAT(world.drops(), ElementsAre("queue_full"));
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 0}, Arrival{{300'000}, 1},
                                                Arrival{{500'000}, 2}));
}

TEST(LinkFaults, ACutTakesWhatWaitsInTheQueueToo) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.discipline = QueueDiscipline::HeadDrop;
  LinkWorld world(config, 3);
  world.send(0, 1, 0);
  world.send(0, 2, 1);
  world.send(0, 1, 2);
  world.send(0, 2, 3);
  world.link.set_end_present(2, false);
  EXPECT_THAT(world.drops(), ElementsAre("carrier_lost_in_flight", "carrier_lost_in_flight"));
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 0}, Arrival{{200'000}, 2}));
  world.send(0, 1, 4);
  world.send(0, 1, 5);
  world.link.set_up(false);
  world.link.set_up(true);
  EXPECT_EQ(world.drops().size(), 4u);
  EXPECT_EQ(world.link.in_flight(0), 0u);
  world.send(0, 1, 6);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(0, 2, 6));
}

// ---- delays

TEST(LinkFaults, CorrelatedJitterKeepsItsDistribution) {
  LinkConfig config;
  config.jitter = {DurationDistribution::Kind::Uniform, {}, milliseconds(1), 0, {}};
  config.delay_correlation_ppb = 80 * kPercent;
  LinkWorld world(config);
  int same = 0;
  std::int64_t sum = 0, last = -1;
  for (int i = 0; i < 4000; ++i) {  // far enough apart that none waits for another
    const SimTime sent = world.scheduler.now();
    world.send(0, 1, 0);
    world.scheduler.run_until(sent + milliseconds(2));
    const std::int64_t took = (world.at(1).arrivals.back().at - sent).ns;
    same += took == last ? 1 : 0;
    sum += last = took;
  }
  EXPECT_NEAR(same, 3200, 3 * 25);
  EXPECT_NEAR(static_cast<double>(sum) / 4000, 500'000, 3 * 288'675 / 63 * 3);
}

// Switched off and on again, a fault goes on with its numbers.
TEST(LinkFaults, OffAndOnAgainIsNotAReplay) {
  LinkConfig lossy;
  lossy.loss_ppb = 50 * kPercent;
  LinkWorld world(lossy);
  std::string fates;
  for (int round = 0; round < 2; ++round) {
    world.link.set_config(lossy);
    for (int i = 0; i < 40; ++i) {
      const std::size_t before = world.drops().size();
      world.send(0, 1, i);
      fates += world.drops().size() > before ? 'x' : '.';
    }
    world.link.set_config({});
    world.send(0, 1, 1);
  }
  EXPECT_NE(fates.substr(0, 40), fates.substr(40));
}

}  // namespace
}  // namespace flapjack
