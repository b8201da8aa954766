// SPDX-License-Identifier: Apache-2.0
// What FaultModel does to long rows of frames: near theory (3 standard deviations), and exactly the
// same each time; what it records.
#include "l2/fault_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>

#include "tests/support/driver_rig.h"

namespace flapjack {
namespace {

using test::DriverRig;
using ::testing::ElementsAre;

constexpr std::uint64_t kPercent = kCertain / 100;

/// The fate of each of a row of frames, one a microsecond.
struct Fates {
  std::vector<bool> lost, copied, corrupted, early;
  std::int64_t count(const std::vector<bool>& what) const {
    return std::count(what.begin(), what.end(), true);
  }
};

struct ModelRig : DriverRig {
  explicit ModelRig(const FaultSet& faults, std::uint64_t seed = 1) : DriverRig(seed) {
    model.set(faults);
  }
  Fates pass(std::size_t frames) {
    Fates fates;
    for (std::size_t i = 0; i < frames; ++i) {
      scheduler.run_until(scheduler.now() + microseconds(1));
      PacketPtr sent = slab.allocate();
      std::memset(sent->append(16), 0, 16);
      const FaultModel::Passed passed = model.pass(std::move(sent));
      fates.lost.push_back(passed.frame == nullptr);
      fates.copied.push_back(passed.copy != nullptr);
      fates.early.push_back(passed.overtakes);
      int bits = 0;
      if (passed.frame != nullptr) {
        for (const std::uint8_t byte : passed.frame->bytes()) bits += std::popcount(byte);
      }
      EXPECT_LE(bits, 1);
      fates.corrupted.push_back(bits == 1);
    }
    return fates;
  }
  std::vector<std::string> drops(std::string_view key) const {
    std::vector<std::string> found;
    for (const KeptRecord& r : sink.records) {
      if (r.kind == TraceKind::Drop) found.emplace_back(r.attr(key));
    }
    return found;
  }

  FaultModel model{env(), tracer.subject("air"), "air.", ".dev"};
};

FaultSet with(const std::function<void(FaultSet&)>& change) {
  FaultSet faults;
  change(faults);
  return faults;
}

// ---- how many

struct Row {
  const char* name;
  FaultSet faults;
  std::vector<bool> Fates::*what;
  double mean, deviation;  // of the count, in theory
  std::int64_t exactly;    // what it came to when this was written
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr std::size_t kFrames = 20'000;
constexpr double kN = kFrames;

double spread(double p, double autocorrelation = 0) {
  return std::sqrt(kN * p * (1 - p) * (1 + autocorrelation) / (1 - autocorrelation));
}

class FaultModelCounts : public ::testing::TestWithParam<Row> {};

TEST_P(FaultModelCounts, NearTheoryAndRepeatable) {
  const Row& row = GetParam();
  ModelRig rig(row.faults);
  const Fates fates = rig.pass(kFrames);
  const std::int64_t count = fates.count(fates.*row.what);
  EXPECT_NEAR(static_cast<double>(count), row.mean, 3 * row.deviation);
  EXPECT_EQ(count, row.exactly);
}

GilbertElliott burst(std::uint64_t enter, std::uint64_t leave, std::uint64_t bad,
                     std::uint64_t good) {
  return {enter, leave, bad, good};
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FaultModelCounts,
    ::testing::Values(
        Row{"loss_1", with([](FaultSet& f) { f.loss_ppb = kPercent; }), &Fates::lost, kN * 0.01,
            spread(0.01), 183},
        Row{"loss_30", with([](FaultSet& f) { f.loss_ppb = 30 * kPercent; }), &Fates::lost,
            kN * 0.3, spread(0.3), 5973},
        Row{"loss_30_correlated", with([](FaultSet& f) {
              f.loss_ppb = 30 * kPercent;
              f.loss_correlation_ppb = 60 * kPercent;
            }),
            &Fates::lost, kN * 0.3, spread(0.3, 0.6), 6085},
        Row{"every_7", with([](FaultSet& f) { f.every_nth = 7; }), &Fates::lost,
            std::floor(kN / 7), 0, 2857},
        // bad one frame in five, for five at a time: the state of two frames correlates by 0.75
        Row{"burst", with([](FaultSet& f) {
              f.gilbert_elliott = burst(5 * kPercent, 20 * kPercent, kCertain, 0);
            }),
            &Fates::lost, kN * 0.2, spread(0.2, 0.75), 4106},
        Row{"burst_elliott", with([](FaultSet& f) {
              f.gilbert_elliott = burst(5 * kPercent, 20 * kPercent, 50 * kPercent, kPercent);
            }),
            &Fates::lost, kN * (0.2 * 0.5 + 0.8 * 0.01),
            spread(0.108) + 0.49 * spread(0.2, 0.75), 2182},
        Row{"corrupt", with([](FaultSet& f) { f.corrupt_ppb = 5 * kPercent; }),
            &Fates::corrupted, kN * 0.05, spread(0.05), 1015},
        Row{"duplicate", with([](FaultSet& f) { f.duplicate_ppb = 5 * kPercent; }),
            &Fates::copied, kN * 0.05, spread(0.05), 972},
        Row{"reorder", with([](FaultSet& f) { f.reorder_ppb = 25 * kPercent; }), &Fates::early,
            kN * 0.25, spread(0.25), 5014},
        // four in order, then a chance of a half for each: one in 4 + 2
        Row{"reorder_gap", with([](FaultSet& f) {
              f.reorder_ppb = 50 * kPercent;
              f.reorder_gap = 5;
            }),
            &Fates::early, kN / 6, std::sqrt(kN * 2 / 216), 3340}),
    [](const auto& info) { return info.param.name; });

// ---- how they follow each other

/// The share of frames with `what` among those right behind one with it.
double share_behind(const std::vector<bool>& what) {
  double before = 0, both = 0;
  for (std::size_t i = 1; i < what.size(); ++i) {
    before += what[i - 1] ? 1 : 0;
    both += what[i - 1] && what[i] ? 1 : 0;
  }
  return both / before;
}

TEST(FaultModel, CorrelatedLossesComeTogetherAtTheSameRate) {
  FaultSet faults;
  faults.loss_ppb = 10 * kPercent;
  const std::vector<bool> apart = ModelRig(faults).pass(kFrames).lost;
  EXPECT_NEAR(share_behind(apart), 0.1, 3 * std::sqrt(0.1 * 0.9 / (kN * 0.1)));
  faults.loss_correlation_ppb = 50 * kPercent;
  const std::vector<bool> together = ModelRig(faults).pass(kFrames).lost;
  EXPECT_NEAR(share_behind(together), 0.55, 3 * std::sqrt(0.55 * 0.45 / (kN * 0.1)));
}

// Where the draw is a fresh one, it is that of the frame without correlation.
TEST(FaultModel, CorrelationKeepsTheDraws) {
  FaultSet faults;
  faults.loss_ppb = 40 * kPercent;
  const std::vector<bool> free = ModelRig(faults).pass(1000).lost;
  faults.loss_correlation_ppb = 30 * kPercent;
  const std::vector<bool> tied = ModelRig(faults).pass(1000).lost;
  DriverRig draws;
  RandomStream repeat = draws.rng.stream("air.loss_repeat.dev");
  bool last = false;
  for (std::size_t i = 0; i < 1000; ++i) {
    const bool again = repeat.chance(30 * kPercent) && i > 0;
    last = again ? last : free[i];
    ASSERT_EQ(tied[i], last) << i;
  }
}

TEST(FaultModel, BurstsAreAsLongAsTheBadStateLasts) {
  FaultSet faults;
  faults.gilbert_elliott = burst(2 * kPercent, 25 * kPercent, kCertain, 0);
  const std::vector<bool> lost = ModelRig(faults).pass(kFrames).lost;
  double frames = 0, bursts = 0;
  for (std::size_t i = 1; i < lost.size(); ++i) {
    frames += lost[i] ? 1 : 0;
    bursts += lost[i] && !lost[i - 1] ? 1 : 0;
  }
  EXPECT_NEAR(frames / bursts, 4, 3 * std::sqrt(12 / bursts));  // geometric, variance 12
}

TEST(FaultModel, ReorderLeavesTheGapInOrder) {
  FaultSet faults;
  faults.reorder_ppb = kCertain;
  faults.reorder_gap = 3;
  EXPECT_THAT(ModelRig(faults).pass(7).early,
              ElementsAre(false, false, true, false, false, true, false));
}

// ---- independence

// Every fault on at once: each does to the n-th frame what it does alone.
TEST(FaultModel, NoFaultShiftsAnother) {
  const FaultSet alone[] = {
      with([](FaultSet& f) { f.loss_ppb = 10 * kPercent; }),
      with([](FaultSet& f) { f.gilbert_elliott = burst(kPercent, 10 * kPercent, kCertain, 0); }),
      with([](FaultSet& f) { f.fade = {{}, {}, 5 * kPercent, 5 * kPercent}; }),
      with([](FaultSet& f) { f.every_nth = 11; }),
      with([](FaultSet& f) { f.corrupt_ppb = 10 * kPercent; }),
      with([](FaultSet& f) { f.duplicate_ppb = 10 * kPercent; }),
      with([](FaultSet& f) { f.reorder_ppb = 10 * kPercent; }),
  };
  FaultSet all = alone[0];
  all.gilbert_elliott = alone[1].gilbert_elliott;
  all.fade = alone[2].fade;
  all.every_nth = 11;
  all.corrupt_ppb = all.duplicate_ppb = all.reorder_ppb = 10 * kPercent;
  const Fates together = ModelRig(all).pass(2000);
  std::vector<bool> lost(2000, false);
  for (const FaultSet& faults : alone) {
    const Fates single = ModelRig(faults).pass(2000);
    for (std::size_t i = 0; i < 2000; ++i) {
      lost[i] = lost[i] || single.lost[i];
      if (together.lost[i]) continue;
      if (faults.corrupt_ppb != 0) {
        ASSERT_EQ(together.corrupted[i], single.corrupted[i]) << i;
      }
      if (faults.duplicate_ppb != 0) {
        ASSERT_EQ(together.copied[i], single.copied[i]) << i;
      }
      if (faults.reorder_ppb != 0) {
        ASSERT_EQ(together.early[i], single.early[i]) << i;
      }
    }
  }
  EXPECT_EQ(together.lost, lost);
}

TEST(FaultModel, ABlackHoleShiftsNothingEither) {
  FaultSet faults;
  faults.loss_ppb = 40 * kPercent;
  ModelRig open(faults), swallowed(faults);
  open.pass(300);
  swallowed.pass(100);
  faults.black_hole = true;
  swallowed.model.set(faults);
  const Fates gone = swallowed.pass(200);
  EXPECT_EQ(gone.count(gone.lost), 200);
  faults.black_hole = false;
  swallowed.model.set(faults);
  EXPECT_EQ(swallowed.pass(100).lost, open.pass(100).lost);
}

// ---- what is recorded

TEST(FaultModel, LossesSayWhichModelAndWhichState) {
  struct {
    FaultSet faults;
    const char *reason, *by, *state;
  } const rows[] = {
      {with([](FaultSet& f) { f.loss_ppb = kCertain; }), "loss", "random", ""},
      {with([](FaultSet& f) { f.every_nth = 1; }), "loss", "every", ""},
      {with([](FaultSet& f) { f.gilbert_elliott = burst(kCertain, 0, kCertain, 0); }), "loss",
       "gilbert_elliott", "bad"},
      {with([](FaultSet& f) { f.gilbert_elliott = burst(0, 0, 0, kCertain); }), "loss",
       "gilbert_elliott", "good"},
      {with([](FaultSet& f) { f.fade = {{}, {}, 0, kCertain}; }), "loss", "fade", ""},
      {with([](FaultSet& f) {
         f.loss_trace = std::make_shared<LossTrace>(LossTrace{{{true, 1}}, {}});
       }),
       "loss", "trace", ""},
      {with([](FaultSet& f) {
         f.black_hole = true;
         f.loss_ppb = kCertain;
       }),
       "black_hole", "", ""},
  };
  for (const auto& row : rows) {
    ModelRig rig(row.faults);
    rig.pass(1);
    EXPECT_THAT(rig.drops("reason"), ElementsAre(row.reason));
    EXPECT_THAT(rig.drops("by"), ElementsAre(row.by));
    EXPECT_THAT(rig.drops("state"), ElementsAre(row.state)) << row.by;
    EXPECT_EQ(rig.slab.in_use(), 0u);
  }
}

TEST(FaultModel, StateChangesAreEvents) {
  FaultSet faults;
  faults.gilbert_elliott = burst(kCertain, kCertain, 0, 0);
  ModelRig rig(faults);
  rig.pass(3);
  std::vector<std::string> states;
  for (const KeptRecord& r : rig.sink.records) {
    if (r.name == "loss_state") states.emplace_back(r.attr("state"));
  }
  EXPECT_THAT(states, ElementsAre("bad", "good", "bad"));
  EXPECT_TRUE(rig.model.in_bad_state());
}

TEST(FaultModel, DamageAndCopiesAreCausesOfWhatFollows) {
  FaultSet faults;
  faults.corrupt_ppb = faults.duplicate_ppb = kCertain;
  ModelRig rig(faults);
  PacketPtr sent = rig.slab.allocate();
  std::memset(sent->append(16), 0, 16);
  rig.tracer.hop(Hop::LinkIn, rig.tracer.subject("air"), *sent);
  const FaultModel::Passed passed = rig.model.pass(std::move(sent));
  ASSERT_EQ(rig.sink.records.size(), 3u);
  const auto& [hop, corrupted, duplicated] =
      std::tie(rig.sink.records[0], rig.sink.records[1], rig.sink.records[2]);
  EXPECT_EQ(corrupted.name, "corrupted");
  EXPECT_EQ(corrupted.cause, hop.seq);
  EXPECT_EQ(corrupted.packet, passed.frame->meta.id);
  const int bit = std::stoi(std::string(corrupted.attr("bit")));
  EXPECT_EQ(passed.frame->data()[bit / 8], 1 << bit % 8);
  EXPECT_EQ(duplicated.name, "duplicated");
  EXPECT_EQ(duplicated.cause, corrupted.seq);
  EXPECT_EQ(duplicated.attr("copy"), std::to_string(passed.copy->meta.id.value));
  EXPECT_EQ(passed.copy->meta.parent, passed.frame->meta.id);
  EXPECT_EQ(passed.copy->meta.cause, duplicated.seq);
  EXPECT_EQ(passed.copy->data()[bit / 8], 1 << bit % 8) << "made before the damage";
}

// ---- fade, delay

TEST(LossRamp, GoesEvenlyAndStays) {
  const LossRamp ramp{SimTime{} + seconds(10), seconds(4), 20 * kPercent, 100 * kPercent};
  EXPECT_EQ(ramp.ppb_at(SimTime{} + seconds(9)), 20 * kPercent);
  EXPECT_EQ(ramp.ppb_at(SimTime{} + seconds(10)), 20 * kPercent);
  EXPECT_EQ(ramp.ppb_at(SimTime{} + seconds(11)), 40 * kPercent);
  EXPECT_EQ(ramp.ppb_at(SimTime{} + seconds(14)), 100 * kPercent);
  EXPECT_EQ(ramp.ppb_at(SimTime{} + seconds(99)), 100 * kPercent);
  const LossRamp down{{}, seconds(3), kCertain, 0};
  EXPECT_EQ(down.ppb_at(SimTime{} + seconds(1)), 666'666'667u);
  EXPECT_EQ(down.ppb_at(SimTime{} + seconds(3)), 0u);
  const LossRamp at_once{{}, {}, 0, kPercent};
  EXPECT_EQ(at_once.ppb_at(SimTime{}), kPercent);
  const LossRamp long_one{{}, seconds(900'000'000), 0, kCertain};  // 28 years
  EXPECT_EQ(long_one.ppb_at(SimTime{} + seconds(450'000'000)), kCertain / 2);
}

TEST(FaultModel, FadeFollowsTheRamp) {
  FaultSet faults;
  faults.fade = {{}, milliseconds(20), 0, kCertain};  // 20000 frames
  const std::vector<bool> lost = ModelRig(faults).pass(kFrames).lost;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const auto begin = lost.begin() + quarter * 5000;
    const double p = 0.125 + 0.25 * quarter;
    EXPECT_NEAR(static_cast<double>(std::count(begin, begin + 5000, true)), 5000 * p,
                3 * std::sqrt(5000 * 0.25));
  }
}

TEST(FaultModel, CorrelatedDelaysRepeat) {
  FaultSet faults;
  faults.delay_correlation_ppb = 75 * kPercent;
  ModelRig rig(faults);
  int same = 0;
  Duration last{-1};
  for (int i = 0; i < 10'000; ++i) {
    const Duration given = rig.model.correlate({i});
    EXPECT_TRUE(given == last || given.ns == i);
    same += given == last ? 1 : 0;
    last = given;
  }
  EXPECT_NEAR(same, 7500, 3 * std::sqrt(10'000 * 0.75 * 0.25));
  ModelRig free{FaultSet{}};
  EXPECT_EQ(free.model.correlate({5}).ns, 5);
}

}  // namespace
}  // namespace flapjack
