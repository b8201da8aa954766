// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

using testing::ElementsAre;

// Notes what ran; `then` is done inside the event, to schedule from there.
class SchedulerTest : public testing::Test {
 public:
  EventHandle add(std::int64_t at, Lane lane, char name) {
    return scheduler.at(SimTime{at}, lane, delegate<&SchedulerTest::note>(this, name));
  }
  void note(std::uint64_t name) { ran += static_cast<char>(name); }

  Scheduler scheduler;
  std::string ran;
};

TEST_F(SchedulerTest, RunsByTimeThenLaneThenSeq) {
  add(10, Lane::App, 'e');
  add(10, Lane::World, 'b');
  add(5, Lane::Settle, 'a');
  add(10, Lane::Work, 'd');
  add(10, Lane::World, 'c');
  add(11, Lane::World, 'f');
  scheduler.run();
  EXPECT_EQ(ran, "abcdef");
  EXPECT_EQ(scheduler.now(), SimTime{11});
  EXPECT_EQ(scheduler.executed(), 6u);
}

TEST_F(SchedulerTest, ALowerLaneGoesFirstEvenWhenAHigherOneOfTheInstantAsksForIt) {
  struct Chain {
    SchedulerTest* test;
    void run() {
      test->ran += '1';
      test->add(7, Lane::App, '4');
      test->add(7, Lane::World, '2');
      test->add(7, Lane::Work, '3');
    }
  } chain{this};
  scheduler.at(SimTime{7}, Lane::Work, delegate<&Chain::run>(&chain));
  add(7, Lane::App, '4');
  add(7, Lane::Settle, '5');
  scheduler.run();
  EXPECT_EQ(ran, "123445");
}

TEST_F(SchedulerTest, RunUntilIncludesItsLimitAndMovesTimeThere) {
  add(100, Lane::World, 'a');
  add(101, Lane::World, 'b');
  scheduler.run_until(SimTime{99});
  EXPECT_EQ(ran, "");
  EXPECT_EQ(scheduler.now(), SimTime{99});
  scheduler.run_until(SimTime{100});
  EXPECT_EQ(ran, "a");
  scheduler.run_until(SimTime{50});
  EXPECT_EQ(scheduler.now(), SimTime{100}) << "time never goes back";
  scheduler.run_until(SimTime{1000});
  EXPECT_EQ(ran, "ab");
  EXPECT_EQ(scheduler.now(), SimTime{1000});
}

TEST_F(SchedulerTest, ALimitInsideASlotLeavesRoomForEarlierEvents) {
  add(1000, Lane::World, 'c');
  add(1010, Lane::World, 'd');  // one slot of level 1, from 960 on
  scheduler.run_until(SimTime{970});
  add(980, Lane::World, 'a');
  add(990, Lane::World, 'b');
  scheduler.run();
  EXPECT_EQ(ran, "abcd");
}

TEST_F(SchedulerTest, ANegativeLimitRunsNothing) {
  add(0, Lane::World, 'a');
  add(5, Lane::World, 'b');
  scheduler.run_until(SimTime{-1});
  EXPECT_EQ(ran, "");
  EXPECT_EQ(scheduler.now(), SimTime{0});
}

TEST_F(SchedulerTest, StopEndsTheRunAfterThePresentEvent) {
  add(1, Lane::World, 'a');
  scheduler.at(SimTime{1}, Lane::Frame, delegate<&Scheduler::stop>(&scheduler));
  add(1, Lane::App, 'b');
  add(2, Lane::World, 'c');
  scheduler.run_until(SimTime{10});
  EXPECT_EQ(ran, "a");
  EXPECT_EQ(scheduler.now(), SimTime{1});
  EXPECT_EQ(scheduler.pending_count(), 2u);
  scheduler.run_until(SimTime{10});
  EXPECT_EQ(ran, "abc");
}

TEST_F(SchedulerTest, CancelOfAnEventOfThePresentInstant) {
  struct Canceller {
    Scheduler* scheduler;
    EventHandle victim;
    void run() { EXPECT_TRUE(scheduler->cancel(victim)); }
  } canceller{&scheduler, {}};
  scheduler.at(SimTime{3}, Lane::World, delegate<&Canceller::run>(&canceller));
  canceller.victim = add(3, Lane::World, 'x');
  add(3, Lane::World, 'a');
  scheduler.run();
  EXPECT_EQ(ran, "a");
}

TEST_F(SchedulerTest, PostedEventsKeepTheirPlaceAndTheirCause) {
  struct Poster {
    SchedulerTest* test;
    std::vector<std::uint64_t> causes = {};
    void start() {
      Scheduler& scheduler = test->scheduler;
      scheduler.set_cause(RecordId{7});
      scheduler.post(Lane::Work, delegate<&Poster::look>(this));
      EXPECT_EQ(scheduler.pending_count(), 1u);
      scheduler.set_cause(RecordId{8});
      scheduler.post(Lane::Work, delegate<&Poster::look>(this));  // behind the first
      test->add(3, Lane::App, 'c');                               // behind both
      test->add(3, Lane::Frame, 'a');                             // in front of them
    }
    void look() {
      causes.push_back(test->scheduler.cause().value);
      test->note('b');
      test->scheduler.post(Lane::World, delegate<&SchedulerTest::note>(test, 'w'));
    }
  } poster{this};
  scheduler.at(SimTime{3}, Lane::World, delegate<&Poster::start>(&poster));
  scheduler.run_until(SimTime{3});
  EXPECT_EQ(ran, "abwbwc");
  EXPECT_EQ(poster.causes, (std::vector<std::uint64_t>{7, 8}));
  EXPECT_EQ(scheduler.executed(), 7u);
  EXPECT_EQ(scheduler.pending_count(), 0u);
}

TEST_F(SchedulerTest, ALoneTurnIsPostedAgainAndAgain) {
  struct Poster {
    Scheduler* scheduler;
    int turns = 0;
    void turn() {
      if (++turns < 5) scheduler->post(Lane::Work, delegate<&Poster::turn>(this));
    }
  } poster{&scheduler};
  scheduler.at(SimTime{3}, Lane::Work, delegate<&Poster::turn>(&poster));
  add(4, Lane::World, 'z');
  EXPECT_TRUE(scheduler.run_one());
  EXPECT_EQ(poster.turns, 1);
  EXPECT_FALSE(scheduler.run_one(SimTime{2})) << "a limit in the past";
  EXPECT_TRUE(scheduler.run_one(SimTime{3}));
  EXPECT_EQ(poster.turns, 2);
  scheduler.run_until(SimTime{3});
  EXPECT_EQ(poster.turns, 5);
  EXPECT_EQ(ran, "");
  EXPECT_EQ(scheduler.now(), SimTime{3});
}

TEST_F(SchedulerTest, AHandleIsHarmlessAfterItsNodeIsUsedAgain) {
  const EventHandle old = add(1, Lane::World, 'a');
  scheduler.run();
  const EventHandle fresh = add(2, Lane::World, 'b');
  EXPECT_EQ(old.index, fresh.index) << "the freed node is taken first";
  EXPECT_FALSE(scheduler.pending(old));
  EXPECT_FALSE(scheduler.cancel(old));
  EXPECT_FALSE(scheduler.rearm(old, SimTime{5}));
  EXPECT_FALSE(scheduler.pending(EventHandle{}));
  EXPECT_FALSE(scheduler.cancel(EventHandle{12345, 7}));
  EXPECT_TRUE(scheduler.cancel(fresh));
  EXPECT_FALSE(scheduler.cancel(fresh));
}

TEST_F(SchedulerTest, RearmGivesANewSeqAndKeepsTheHandle) {
  const EventHandle first = add(5, Lane::World, 'a');
  add(5, Lane::World, 'b');
  EXPECT_TRUE(scheduler.rearm(first, SimTime{5}));
  EXPECT_TRUE(scheduler.pending(first));
  scheduler.run();
  EXPECT_EQ(ran, "ba");
}

TEST_F(SchedulerTest, RescheduleMovesWhatIsPendingAndElseSchedules) {
  EventHandle handle;
  const auto to = [&](std::int64_t at) {
    scheduler.reschedule(handle, SimTime{at}, Lane::World,
                         delegate<&SchedulerTest::note>(this, 'x'));
  };
  to(5);
  const EventHandle first = handle;
  add(8, Lane::World, 'a');
  to(8);
  EXPECT_EQ(scheduler.time_of(first), SimTime{8}) << "the same event";
  EXPECT_EQ(scheduler.pending_count(), 2u);
  scheduler.run();
  EXPECT_EQ(ran, "ax");
  to(9);
  EXPECT_TRUE(scheduler.pending(handle));
  EXPECT_FALSE(scheduler.pending(first));
  scheduler.cancel(handle);
  to(10);
  scheduler.run();
  EXPECT_EQ(ran, "axx");
  EXPECT_EQ(scheduler.now(), SimTime{10});
}

TEST_F(SchedulerTest, ADelayPastTheEndOfTimeCountsAsNever) {
  scheduler.run_until(SimTime{1000});
  const Duration forever{std::numeric_limits<std::int64_t>::max()};
  scheduler.after(forever, Lane::World, delegate<&SchedulerTest::note>(this, 'z'));
  Timer timer(scheduler, Lane::World, delegate<&SchedulerTest::note>(this, 'y'));
  timer.start(forever);
  EXPECT_EQ(timer.deadline(), kNever);
  add(1 << 20, Lane::World, 'a');
  scheduler.run_until(SimTime{std::int64_t{1} << 62});
  EXPECT_EQ(ran, "a");
  scheduler.run();
  EXPECT_EQ(ran, "azy");
  EXPECT_EQ(scheduler.now(), kNever);
}

TEST_F(SchedulerTest, CauseIsThatOfTheMomentOfScheduling) {
  std::vector<std::uint64_t> causes;
  struct Probe {
    Scheduler* scheduler;
    std::vector<std::uint64_t>* causes;
    void run(std::uint64_t again) {
      causes->push_back(scheduler->cause().value);
      scheduler->set_cause(RecordId{causes->back() + 1});
      if (again > 0) {
        scheduler->after(Duration{5}, Lane::World, delegate<&Probe::run>(this, again - 1));
      }
    }
  } probe{&scheduler, &causes};
  scheduler.set_cause(RecordId{100});
  scheduler.at(SimTime{1}, Lane::World, delegate<&Probe::run>(&probe, 2));
  scheduler.set_cause(RecordId{200});
  const EventHandle moved = scheduler.at(SimTime{2}, Lane::World, delegate<&Probe::run>(&probe, 0));
  scheduler.set_cause(RecordId{300});
  scheduler.rearm(moved, SimTime{3});
  scheduler.set_cause({});
  scheduler.at(SimTime{4}, Lane::World, delegate<&Probe::run>(&probe, 0));
  scheduler.run();
  EXPECT_THAT(causes, ElementsAre(100, 300, 0, 101, 102));
  EXPECT_FALSE(scheduler.cause().valid()) << "outside events nothing is the cause";
}

// Keeps a number of events alive, as a busy network does.
struct Churn {
  Scheduler scheduler;
  RandomStream draw = Rng(7).stream("churn");
  std::vector<EventHandle> timers;
  void again() {
    scheduler.after(Duration{draw.between(1, 1'000'000)}, Lane::Frame,
                    delegate<&Churn::again>(this));
    EventHandle& timer = timers[draw.below(timers.size())];
    scheduler.cancel(timer);
    timer = scheduler.after(Duration{200'000'000}, Lane::Work, delegate<&Churn::nothing>(this));
  }
  void nothing() {}
};

TEST(SchedulerMemory, NothingIsAllocatedInSteadyState) {
  Churn churn;
  churn.timers.resize(500);
  for (int i = 0; i < 500; ++i) churn.again();
  churn.scheduler.run_until(SimTime{10'000'000});
  const std::uint64_t before = test::allocation_count();
  churn.scheduler.run_until(SimTime{300'000'000});
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_GT(churn.scheduler.executed(), 200'000u);
}

TEST(SchedulerOrder, IsTheSameInEveryRun) {
  const auto run = [] {
    Churn churn;
    churn.timers.resize(50);
    for (int i = 0; i < 50; ++i) churn.again();
    churn.scheduler.run_until(SimTime{50'000'000});
    return std::pair(churn.scheduler.executed(), churn.draw.next());
  };
  EXPECT_EQ(run(), run());
}

// What is asked before each event runs: a letter for each step of it, '!' when it runs.
struct Foreseen {
  explicit Foreseen(std::size_t events) : log(events) {}
  Foresight foresee(std::uint32_t which) const {
    log[which] += 'a';
    return foresight<&Foreseen::second>(this);
  }
  Foresight second(std::uint64_t which) const {
    log[which] += 'b';
    return foresight<&Foreseen::third>(this);
  }
  Foresight third(std::uint64_t which) const {
    log[which] += 'c';
    return {};
  }
  void run(std::uint64_t which) { log[which] += '!'; }
  // One every 50 us, so that 5 are in each slot of 262 us.
  void fill(Scheduler& scheduler) {
    for (std::uint64_t i = 0; i < log.size(); ++i) {
      const SimTime when{static_cast<std::int64_t>(17'100'000 + 50'000 * i)};
      scheduler.at(when, Lane::Frame, delegate<&Foreseen::run>(this, i));
    }
  }
  mutable std::vector<std::string> log;
};

TEST(SchedulerForesight, AsksEachOfACrowdStepByStepShortlyBeforeItRuns) {
  Scheduler scheduler;
  Foreseen crowd(2000);
  crowd.fill(scheduler);
  ASSERT_TRUE(scheduler.run_one());
  EXPECT_EQ(crowd.log[0], "abc!");
  EXPECT_EQ(crowd.log[40], "") << "not yet: it would be forgotten until it runs";
  scheduler.run();
  for (std::uint64_t i = 0; i < 1400; ++i) EXPECT_EQ(crowd.log[i], "abc!") << i;
  for (std::uint64_t i = 1400; i < 2000; ++i) EXPECT_EQ(crowd.log[i].back(), '!') << i;
}

// A dense burst is asked slot by slot, and a lone event before it does not end that.
TEST(SchedulerForesight, AsksADenseCrowdToo) {
  Scheduler scheduler;
  Foreseen crowd(4000);
  for (std::uint64_t i = 0; i < crowd.log.size(); ++i) {
    const SimTime when{i == 0 ? 17'000'000 : static_cast<std::int64_t>(34'000'000 + 1'000 * i)};
    scheduler.at(when, Lane::Frame, delegate<&Foreseen::run>(&crowd, i));
  }
  scheduler.run();
  std::size_t asked = 0;
  for (const std::string& each : crowd.log) asked += each.size() > 1;
  EXPECT_GT(asked, 3300u);
}

TEST(SchedulerForesight, AsksNobodyWhereThereAreFew) {
  Scheduler scheduler;
  Foreseen few(100);
  few.fill(scheduler);
  scheduler.run();
  for (const std::string& each : few.log) EXPECT_EQ(each, "!");
}

TEST(TimerTest, StartsAgainCancelsAndEndsWithItsOwner) {
  Scheduler scheduler;
  struct Count {
    int n = 0;
    void up() { ++n; }
  } count;
  {
    Timer timer(scheduler, Lane::Work, delegate<&Count::up>(&count));
    EXPECT_FALSE(timer.running());
    EXPECT_FALSE(timer.cancel());
    timer.start(milliseconds(5));
    timer.start(milliseconds(9));
    EXPECT_EQ(scheduler.pending_count(), 1u);
    EXPECT_EQ(timer.deadline(), SimTime{9'000'000});
    scheduler.run_until(SimTime{8'999'999});
    EXPECT_EQ(count.n, 0);
    scheduler.run_until(SimTime{9'000'000});
    EXPECT_EQ(count.n, 1);
    EXPECT_FALSE(timer.running());
    timer.start_at(SimTime{10'000'000});
  }
  EXPECT_EQ(scheduler.pending_count(), 0u) << "a destroyed timer is out of the queue";
  scheduler.run();
  EXPECT_EQ(count.n, 1);
}

}  // namespace
}  // namespace flapjack
