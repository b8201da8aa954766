// SPDX-License-Identifier: Apache-2.0
// When frames arrive, and which are lost: rate, delay, jitter, queue, loss. All times exact.
#include "l2/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/link_world.h"

namespace flapjack {
namespace {

using test::Arrival;
using test::LinkWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct TimingRow {
  const char* name;
  std::uint64_t rate;
  Duration delay;
  std::size_t bytes, extra;
  std::vector<std::int64_t> arrives_ns;  // of three frames sent at 0
};

class LinkTiming : public ::testing::TestWithParam<TimingRow> {};

TEST_P(LinkTiming, ArrivesToTheNanosecond) {
  const TimingRow& row = GetParam();
  LinkConfig config;
  config.rate = row.rate;
  config.delay = row.delay;
  config.extra_bytes = row.extra;
  LinkWorld world(config);
  for (int i = 0; i < 3; ++i) world.send(0, 1, i, row.bytes);
  EXPECT_THAT(world.at(1).arrivals, IsEmpty()) << "delivered in the sender's turn";
  world.scheduler.run();
  std::vector<std::int64_t> at;
  for (const Arrival& a : world.at(1).arrivals) at.push_back(a.at.ns);
  EXPECT_EQ(at, row.arrives_ns);
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(0, 1, 2));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LinkTiming,
    ::testing::Values(
        TimingRow{"instant", 0, {}, 100, 0, {0, 0, 0}},
        TimingRow{"delay_only", 0, microseconds(5), 100, 0, {5'000, 5'000, 5'000}},
        TimingRow{"rate_10M", 10'000'000, {}, 125, 0, {100'000, 200'000, 300'000}},
        TimingRow{"rate_and_delay",
                  10'000'000,
                  milliseconds(2),
                  125,
                  0,
                  {2'100'000, 2'200'000, 2'300'000}},
        TimingRow{"extra_24", 8'000'000, {}, 76, 24, {100'000, 200'000, 300'000}},
        // 800 bits at 3 Mbit/s are 266666.67 ns, rounded up for each frame
        TimingRow{"rounds_up", 3'000'000, {}, 100, 0, {266'667, 533'334, 800'001}},
        TimingRow{
            "one_bit_a_second", 1, {}, 15, 0, {120'000'000'000, 240'000'000'000, 360'000'000'000}},
        TimingRow{"400G", 400'000'000'000, {}, 1514, 0, {31, 62, 93}}),
    [](const auto& info) { return info.param.name; });

TEST(Link, DirectionsHaveTransmittersOfTheirOwn) {
  LinkConfig config;
  config.rate = 8'000'000;  // 100 bytes: 100 us
  LinkWorld world(config);
  config.rate = 800'000;
  world.link.set_config(1, config);
  world.send(0, 1, 1);
  world.send(1, 0, 2);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 1}));
  EXPECT_THAT(world.at(0).arrivals, ElementsAre(Arrival{{1'000'000}, 2}));
}

TEST(Link, AnIdleTransmitterStartsAtOnce) {
  LinkConfig config;
  config.rate = 8'000'000;
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.scheduler.run_until({250'000});
  world.send(0, 1, 2);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 1}, Arrival{{350'000}, 2}));
}

TEST(Link, QueueCountsOnlyWhatWaitsForTheTransmitter) {
  LinkConfig config;
  config.rate = 8'000'000;  // 100 us a frame
  config.delay = seconds(1);
  config.queue = 2;
  LinkWorld world(config);
  for (int i = 0; i < 5; ++i) world.send(0, 1, i);  // one is sent, two wait, two are dropped
  EXPECT_THAT(world.drops(), ElementsAre("queue_full", "queue_full"));
  world.scheduler.run_until({100'000});  // frame 1 starts, one still waits
  world.send(0, 1, 5);
  world.send(0, 1, 6);
  EXPECT_EQ(world.drops().size(), 3u);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(0, 1, 2, 5));
}

TEST(Link, QueueZeroHasNoLimitAndWithoutARateNothingWaits) {
  LinkConfig config;
  config.rate = 1'000'000;
  config.queue = 0;
  LinkWorld slow(config);
  for (int i = 0; i < 200; ++i) slow.send(0, 1, i);
  EXPECT_THAT(slow.drops(), IsEmpty());
  EXPECT_EQ(slow.link.in_flight(0), 200u);
  config.rate = 0;
  config.delay = seconds(1);
  config.queue = 1;
  LinkWorld fast(config);
  for (int i = 0; i < 200; ++i) fast.send(0, 1, i);
  EXPECT_THAT(fast.drops(), IsEmpty());
}

TEST(Link, JitterKeepsTheOrderAndUsesTheWholeRange) {
  LinkConfig config;
  config.delay = milliseconds(1);
  config.jitter.kind = DurationDistribution::Kind::Uniform;
  config.jitter.b = milliseconds(10);
  config.queue = 0;
  LinkWorld world(config);
  for (int i = 0; i < 200; ++i) {
    world.send(0, 1, i);
    world.scheduler.run_until(world.scheduler.now() + milliseconds(1));
  }
  world.scheduler.run();
  const auto& arrivals = world.at(1).arrivals;
  ASSERT_EQ(arrivals.size(), 200u);
  bool waited = false;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(arrivals[i].number, i);
    const Duration took = arrivals[i].at - SimTime{} - milliseconds(i);
    EXPECT_GE(took, milliseconds(1));
    EXPECT_LE(took, milliseconds(11));
    if (i > 0) waited = waited || arrivals[i].at == arrivals[i - 1].at;
  }
  EXPECT_TRUE(waited) << "no frame ever had to wait for an earlier one: nothing was tested";
}

std::vector<int> survivors(std::uint64_t seed, bool other_direction, bool jitter) {
  LinkConfig config;
  config.loss_ppb = 300'000'000;
  config.queue = 0;
  if (jitter) config.jitter.b = config.jitter.a = microseconds(1);
  LinkWorld world(config, 2, seed);
  for (int i = 0; i < 200; ++i) {
    world.send(0, 1, i);
    if (other_direction) world.send(1, 0, i);
  }
  world.scheduler.run();
  return world.at(1).numbers();
}

TEST(Link, LossHasAStreamOfItsOwnForEachEnd) {
  const std::vector<int> reference = survivors(7, false, false);
  EXPECT_GT(reference.size(), 100u);
  EXPECT_LT(reference.size(), 180u);
  EXPECT_EQ(survivors(7, false, false), reference);
  EXPECT_EQ(survivors(7, true, false), reference) << "the other direction's draws shift this one";
  EXPECT_EQ(survivors(7, false, true), reference) << "jitter draws shift the losses";
  EXPECT_NE(survivors(8, false, false), reference);
}

TEST(Link, LossOfAllAndNone) {
  LinkConfig config;
  config.loss_ppb = 1'000'000'000;
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.link.set_config({});
  world.send(0, 1, 2);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("loss"));
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(2));
}

TEST(Link, ANewConfigLeavesWhatIsInFlightAlone) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.delay = milliseconds(5);
  LinkWorld world(config);
  world.send(0, 1, 1);
  world.send(0, 1, 2);
  world.scheduler.run_until({150'000});  // the second has begun to leave
  world.link.set_config({});  // instant from now on, but never past an earlier frame
  world.send(0, 1, 3);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{5'100'000}, 1}, Arrival{{5'200'000}, 2},
                                                Arrival{{5'200'000}, 3}));
}

TEST(Link, AConfigOfOneEndHoldsUntilAllGetAnother) {
  LinkConfig slow, slower;
  slow.delay = milliseconds(5);
  slower.delay = milliseconds(8);
  LinkWorld world;
  world.link.set_config(0, slower);
  world.link.set_config(0, slow);
  world.send(0, 1, 1);
  world.send(1, 0, 2);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{5'000'000}, 1}));
  EXPECT_THAT(world.at(0).arrivals, ElementsAre(Arrival{{0}, 2}));
  EXPECT_EQ(world.link.config(0), slow);
  EXPECT_EQ(world.link.config(1), LinkConfig{});
  world.link.set_config(slower);
  world.add_end();
  for (const std::size_t end : {0u, 1u, 2u}) EXPECT_EQ(world.link.config(end), slower);
  world.send(0, 1, 3);
  world.scheduler.run();
  EXPECT_EQ(world.at(1).arrivals.back(), (Arrival{{13'000'000}, 3}));
}

// A transmitter learns its new rate from what it was told last, whoever told it.
TEST(Link, WhatWaitsGoesByTheLatestConfig) {
  LinkConfig fast, slow;
  fast.rate = 8'000'000;  // 100 bytes in 100 us
  slow.rate = 800'000;
  LinkWorld world(fast);
  for (int i = 1; i <= 3; ++i) world.send(0, 1, i);
  world.link.set_config(0, slow);
  world.link.set_config(slow);  // the same again
  world.scheduler.run_until({150'000});
  world.link.set_config(fast);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, ElementsAre(Arrival{{100'000}, 1}, Arrival{{1'100'000}, 2},
                                                Arrival{{1'200'000}, 3}));
}

TEST(Link, OneSchedulerEventADirection) {
  LinkConfig config;
  config.delay = seconds(1);
  LinkWorld world(config);
  for (int i = 0; i < 50; ++i) world.send(0, 1, i);
  EXPECT_EQ(world.scheduler.pending_count(), 1u);
  for (int i = 0; i < 50; ++i) world.send(1, 0, i);
  EXPECT_EQ(world.scheduler.pending_count(), 2u);
  world.scheduler.run();
  EXPECT_EQ(world.scheduler.executed(), 100u);
}

TEST(Link, RecordsItsHopsAndTakesThePacketOffThePool) {
  LinkWorld world;
  const PoolLimits limits{4};
  PacketPool pool(world.slab, limits);
  PacketPtr frame = pool.allocate();
  frame->append(60);
  frame->meta.context = 3;
  frame->meta.cause = RecordId{};
  const PacketId id = frame->meta.id;
  world.link.carry(0, std::move(frame));
  EXPECT_EQ(pool.in_use(), 0u);
  world.scheduler.run();
  ASSERT_EQ(world.sink.records.size(), 2u);
  const KeptRecord& in = world.sink.records[0];
  const KeptRecord& out = world.sink.records[1];
  EXPECT_EQ(in.name, "link_in");
  EXPECT_EQ(in.subject, "air");
  EXPECT_EQ(out.name, "link_out");
  EXPECT_EQ(out.cause, in.seq);
  EXPECT_EQ(out.packet, id);
}

TEST(Link, DestroyedWithFramesInFlight) {
  LinkConfig config;
  config.delay = seconds(1);
  LinkWorld world(config);
  for (int i = 0; i < 5; ++i) world.send(0, 1, i);
  EXPECT_EQ(world.slab.in_use(), 5u);  // the slab's destructor asserts that none is left
}

}  // namespace
}  // namespace flapjack
