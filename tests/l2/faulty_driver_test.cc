// SPDX-License-Identifier: Apache-2.0
#include "l2/faulty_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "l2/loopback_driver.h"
#include "tests/support/driver_rig.h"

namespace flapjack {
namespace {

using test::DriverRig;
using test::RecordingUser;
using ::testing::ElementsAre;

/// A loopback behind a faulty driver: what is transmitted comes back to `user`.
struct FaultyRig : DriverRig {
  explicit FaultyRig(const FaultyDriverConfig& config, std::uint64_t seed = 1)
      : DriverRig(seed),
        driver(env(), "f", std::make_unique<LoopbackDriver>(env(), "lo", 100'000), config) {
    driver.attach(user);
    EXPECT_TRUE(driver.set_running(true).ok());
  }
  void send(int count, std::size_t bytes = 60) {
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(driver.transmit(frame(static_cast<std::uint8_t>(i), bytes)).ok());
    }
    scheduler.run();
  }
  std::vector<int> numbers() const {
    std::vector<int> out;
    for (const auto& f : user.frames) out.push_back(f[0]);
    return out;
  }
  RecordingUser user{scheduler};
  FaultyDriver driver;
};

/// The same faults in each direction in turn.
class FaultyDriverEach : public ::testing::TestWithParam<bool> {
 protected:
  static FaultyDriverConfig in(const FaultConfig& faults) {
    return GetParam() ? FaultyDriverConfig{faults, {}} : FaultyDriverConfig{{}, faults};
  }
};

TEST_P(FaultyDriverEach, EveryNth) {
  FaultConfig faults;
  faults.every_nth = 3;
  FaultyRig rig(in(faults));
  rig.send(7);
  EXPECT_THAT(rig.numbers(), ElementsAre(0, 1, 3, 4, 6));
  EXPECT_EQ(rig.drops(DropReason::Loss), 2u);
}

TEST_P(FaultyDriverEach, LossIsRecordedAndRepeats) {
  FaultConfig faults;
  faults.loss_ppb = 250'000'000;
  FaultyRig rig(in(faults));
  rig.send(200);
  EXPECT_EQ(rig.user.frames.size() + rig.drops(DropReason::Loss), 200u);
  EXPECT_GT(rig.user.frames.size(), 120u);
  EXPECT_LT(rig.user.frames.size(), 180u);
  FaultyRig again(in(faults));
  again.send(200);
  EXPECT_EQ(again.numbers(), rig.numbers());
  faults.duplicate_ppb = 500'000'000;  // other draws shift no losses
  FaultyRig more(in(faults));
  more.send(200);
  EXPECT_EQ(more.drops(DropReason::Loss), rig.drops(DropReason::Loss));
  FaultyRig other(in(faults), 2);
  other.send(200);
  EXPECT_NE(other.numbers(), more.numbers());
}

TEST_P(FaultyDriverEach, CorruptionFlipsOneBitAnywhere) {
  FaultConfig faults;
  faults.corrupt_ppb = 1'000'000'000;
  FaultyRig rig(in(faults));
  std::vector<std::size_t> places;
  for (int i = 0; i < 300; ++i) {
    EXPECT_TRUE(rig.driver.transmit(rig.frame(0, 16)).ok());
    rig.scheduler.run();
    int bits = 0;
    for (std::size_t b = 0; b < 16; ++b) {
      bits += std::popcount(rig.user.frames.back()[b]);
      if (rig.user.frames.back()[b] != 0) places.push_back(b);
    }
    EXPECT_EQ(bits, 1);
  }
  EXPECT_TRUE(std::count(places.begin(), places.end(), 0u) > 0);
  EXPECT_TRUE(std::count(places.begin(), places.end(), 15u) > 0);
  EXPECT_TRUE(rig.driver.transmit(rig.frame(0, 0)).ok());  // nothing to flip
  rig.scheduler.run();
  EXPECT_FALSE(rig.user.damaged.back());
}

TEST_P(FaultyDriverEach, DamagedFramesSayThatTheyAre) {
  FaultConfig faults;
  faults.corrupt_ppb = 500'000'000;
  FaultyRig rig(in(faults));
  rig.send(100, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(rig.user.damaged[i], rig.user.frames[i][0] != i) << i;
  }
}

TEST_P(FaultyDriverEach, DuplicatesAreEventsOfTheirOwn) {
  FaultConfig faults;
  faults.duplicate_ppb = 1'000'000'000;
  FaultyRig rig(in(faults));
  rig.send(2);
  EXPECT_EQ(rig.numbers().size(), 4u);
  EXPECT_THAT(rig.numbers(), ::testing::UnorderedElementsAre(0, 0, 1, 1));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_NE(rig.user.turns[i], rig.user.turns[i - 1]);
}

TEST_P(FaultyDriverEach, DelaysExactlyAndMayReorder) {
  FaultConfig faults;
  faults.delay = DurationDistribution::fixed(milliseconds(3));
  FaultyRig fixed(in(faults));
  fixed.send(3);
  EXPECT_THAT(fixed.numbers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(fixed.user.times, std::vector<SimTime>(3, SimTime{3'000'000}));
  faults.delay = {DurationDistribution::Kind::Uniform, {}, milliseconds(3), 0, {}};
  FaultyRig uniform(in(faults));
  uniform.send(20);
  std::vector<int> sorted = uniform.numbers();
  EXPECT_FALSE(std::is_sorted(sorted.begin(), sorted.end()));
  std::sort(sorted.begin(), sorted.end());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
  RandomStream draws = uniform.rng.stream(GetParam() ? "f.tx.delay" : "f.rx.delay");
  std::vector<SimTime> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(SimTime{} + faults.delay.sample(draws));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(uniform.user.times, expected);
}

TEST_P(FaultyDriverEach, HoldsABoundedNumberOfFrames) {
  FaultConfig faults;
  faults.delay = DurationDistribution::fixed(seconds(1));
  faults.held_limit = 2;
  FaultyRig rig(in(faults));
  rig.send(5);
  EXPECT_EQ(rig.user.frames.size(), 2u);
  EXPECT_EQ(rig.drops(DropReason::QueueFull), 3u);
}

TEST_P(FaultyDriverEach, FramesHeldWhenItStopsAreDropped) {
  FaultConfig faults;
  faults.delay = DurationDistribution::fixed(seconds(1));
  FaultyRig rig(in(faults));
  EXPECT_TRUE(rig.driver.transmit(rig.frame(1)).ok());
  rig.scheduler.run_until(SimTime{} + milliseconds(500));
  EXPECT_TRUE(rig.driver.set_running(false).ok());
  rig.scheduler.run();
  EXPECT_TRUE(rig.user.frames.empty());
  EXPECT_EQ(rig.drops(DropReason::DriverRefused), 1u);
}

TEST_P(FaultyDriverEach, ABlackHoleAndTooBigFrames) {
  FaultConfig faults;
  faults.mtu = 59;
  faults.framing = Framing::Bare;
  FaultyRig rig(in(faults));
  rig.send(2, 60);
  rig.send(3, 59);
  EXPECT_EQ(rig.drops(DropReason::TooBig), 2u);
  EXPECT_EQ(rig.user.frames.size(), 3u);
  faults.black_hole = true;
  rig.driver.set_config(in(faults));
  rig.send(4, 59);
  EXPECT_EQ(rig.drops(DropReason::BlackHole), 4u);
  EXPECT_EQ(rig.user.frames.size(), 3u);
}

TEST_P(FaultyDriverEach, BurstsAreThoseOfTheSameModelOnALink) {
  FaultConfig faults;
  faults.gilbert_elliott = GilbertElliott{100'000'000, 300'000'000, 1'000'000'000, 0};
  FaultyRig rig(in(faults));
  rig.send(200);
  DriverRig bare;
  FaultModel model(bare.env(), bare.tracer.subject("x"), GetParam() ? "f.tx." : "f.rx.", "");
  model.set(faults);
  std::vector<int> expected;
  for (int i = 0; i < 200; ++i) {
    if (model.pass(bare.frame(0)).frame != nullptr) expected.push_back(i);
  }
  EXPECT_EQ(rig.numbers(), expected);
}

TEST_P(FaultyDriverEach, AFrameOvertakesThoseThatWait) {
  FaultConfig faults;
  faults.delay = DurationDistribution::fixed(milliseconds(5));
  faults.reorder_ppb = kCertain;
  faults.reorder_gap = 3;
  FaultyRig rig(in(faults));
  rig.send(6);
  EXPECT_THAT(rig.numbers(), ElementsAre(2, 5, 0, 1, 3, 4));
  std::vector<std::string> overtaken;
  for (const KeptRecord& r : rig.sink.records) {
    if (r.name == "reordered") overtaken.emplace_back(r.attr("frames"));
  }
  EXPECT_THAT(overtaken, ElementsAre("2", "4"));
  faults.reorder_by = milliseconds(2);
  FaultyRig later(in(faults));
  later.send(3);
  EXPECT_EQ(later.user.times, (std::vector<SimTime>{{3'000'000}, {5'000'000}, {5'000'000}}));
}

TEST_P(FaultyDriverEach, HeldFramesGoOnInOrder) {
  FaultConfig faults;
  faults.held_limit = 3;
  FaultyRig rig(in(faults));
  const auto hold = [&](bool held) {
    GetParam() ? rig.driver.set_tx_held(held) : rig.driver.set_rx_held(held);
  };
  hold(true);
  rig.send(5);
  EXPECT_TRUE(rig.user.frames.empty());
  EXPECT_EQ(rig.drops(DropReason::QueueFull), 2u);
  rig.scheduler.run_until(SimTime{} + seconds(1));
  hold(false);
  EXPECT_TRUE(rig.user.frames.empty()) << "delivered in the turn of the script";
  rig.driver.set_config({});
  EXPECT_TRUE(rig.driver.transmit(rig.frame(9)).ok());  // does not pass those that wait
  rig.scheduler.run();
  EXPECT_THAT(rig.numbers(), ElementsAre(0, 1, 2, 9));
  rig.send(1);
  EXPECT_EQ(rig.user.frames.back()[0], 0);
}

INSTANTIATE_TEST_SUITE_P(Directions, FaultyDriverEach, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "tx" : "rx"; });

TEST(FaultyDriver, DirectionsDrawFromStreamsOfTheirOwn) {
  FaultConfig faults;
  faults.loss_ppb = 500'000'000;
  FaultyRig tx({faults, {}}), both({faults, faults});
  tx.send(100);
  both.send(100);
  const std::vector<int> all = tx.numbers();
  for (const int n : both.numbers()) EXPECT_TRUE(std::count(all.begin(), all.end(), n) == 1);
  EXPECT_LT(both.numbers().size(), all.size());
}

TEST(FaultyDriver, ConfigChangesAtRunTime) {
  FaultConfig faults;
  faults.loss_ppb = 1'000'000'000;
  FaultyRig rig({faults, {}});
  rig.send(2);
  rig.driver.set_config({});
  rig.send(2);
  EXPECT_THAT(rig.numbers(), ElementsAre(0, 1));
}

}  // namespace
}  // namespace flapjack
