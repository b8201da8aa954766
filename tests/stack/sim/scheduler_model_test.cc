// SPDX-License-Identifier: Apache-2.0
// The scheduler against a reference that is obviously right: a std::map ordered by (time, lane,
// seq). Both get the same random operations, from outside and from inside events.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "stack/sim/rng.h"
#include "stack/sim/scheduler.h"

namespace flapjack {
namespace {

class ModelRun {
 public:
  ModelRun(std::uint64_t seed, SimTime start) : draw_(Rng(seed).stream("model")) {
    scheduler_.run_until(start);
  }

  void run(int operations) {
    for (int i = 0; i < operations && ok_; ++i) {
      operation();
      check(scheduler_.pending_count() == order_.size(), "pending_count");
      most_pending_ = std::max(most_pending_, order_.size());
    }
    while (ok_ && scheduler_.pending_count() > 0) scheduler_.run();  // stop() ends a run early
    check(order_.empty(), "events left over");
    check(scheduler_.pending_count() == 0, "pending at the end");
  }
  bool ok() const { return ok_; }
  std::uint64_t executed() const { return executed_; }
  std::size_t most_pending() const { return most_pending_; }

 private:
  using Key = std::tuple<std::int64_t, Lane, std::uint64_t>;
  struct Entry {
    EventHandle handle;
    Key key;
    bool live = false;
    bool posted = false;  // it has no handle
  };
  static constexpr std::size_t kMostPending = 3000;

  void check(bool holds, const char* what) {
    if (holds || !ok_) return;
    ok_ = false;
    ADD_FAILURE() << what << " at " << scheduler_.now().ns << " after " << executed_ << " events";
  }

  // Delays that hit one slot, neighbouring slots, slot borders and every level of the wheel.
  Duration delay() {
    const std::uint64_t shape = draw_.below(16);
    if (shape < 3) return {0};
    if (shape < 6) return {draw_.between(0, 3)};
    if (shape < 8) return {draw_.between(0, 64)};
    if (shape < 10) return {draw_.between(0, 70) * 64};
    if (shape < 12) return {draw_.between(0, 10'000)};
    if (shape < 15) return {draw_.between(0, 10'000'000)};
    return {static_cast<std::int64_t>(draw_.next() >> (24 + draw_.below(40)))};
  }

  void add() {
    const SimTime when = scheduler_.now() + delay();
    const auto lane = static_cast<Lane>(draw_.below(kLanes));
    const std::uint64_t id = entries_.size();
    Entry entry{scheduler_.at(when, lane, delegate<&ModelRun::fire>(this, id)),
                {when.ns, lane, ++seq_},
                true,
                false};
    check(scheduler_.pending(entry.handle), "a new event is pending");
    order_.emplace(entry.key, id);
    entries_.push_back(entry);
  }

  void post() {
    const auto lane = static_cast<Lane>(draw_.below(kLanes));
    const std::uint64_t id = entries_.size();
    scheduler_.post(lane, delegate<&ModelRun::fire>(this, id));
    const Entry entry{{}, {scheduler_.now().ns, lane, ++seq_}, true, true};
    order_.emplace(entry.key, id);
    entries_.push_back(entry);
  }

  // A recent event, dead or alive: old handles must stay harmless.
  Entry& recent() {
    const std::uint64_t span = std::min<std::uint64_t>(entries_.size(), 4 * kMostPending);
    return entries_[entries_.size() - 1 - draw_.below(span)];
  }

  void cancel() {
    if (entries_.empty()) return;
    Entry& entry = recent();
    if (entry.posted) return;
    check(scheduler_.pending(entry.handle) == entry.live, "pending()");
    check(scheduler_.cancel(entry.handle) == entry.live, "cancel()");
    if (entry.live) order_.erase(entry.key);
    entry.live = false;
  }

  void rearm() {
    if (entries_.empty()) return;
    Entry& entry = recent();
    if (entry.posted) return;
    const SimTime when = scheduler_.now() + delay();
    check(scheduler_.rearm(entry.handle, when) == entry.live, "rearm()");
    if (!entry.live) return;
    const std::uint64_t id = order_.at(entry.key);
    order_.erase(entry.key);
    entry.key = {when.ns, std::get<1>(entry.key), ++seq_};
    order_.emplace(entry.key, id);
  }

  void advance() {
    // mostly small steps, or the queue would never fill
    SimTime limit = scheduler_.now() + Duration{draw_.between(0, 100)};
    if (draw_.below(1000) == 0) limit = scheduler_.now() + delay();
    if (!order_.empty() && draw_.below(3) == 0) {  // exactly at the next event or one beside it
      limit = SimTime{std::get<0>(order_.begin()->first)} + Duration{draw_.between(-1, 1)};
    }
    if (draw_.below(50) == 0) limit = SimTime{draw_.between(-2, scheduler_.now().ns)};
    const SimTime before = scheduler_.now();
    stopped_ = false;
    scheduler_.run_until(limit);
    if (stopped_) return check(scheduler_.now() == last_, "stop() keeps the time");
    check(scheduler_.now() == std::max(limit, before), "run_until() ends at its limit");
    check(order_.empty() || std::get<0>(order_.begin()->first) > limit.ns, "all due events ran");
  }

  void operation() {
    const std::uint64_t shape = draw_.below(100);
    const bool full = order_.size() > kMostPending;
    if (shape < 5) return full ? cancel() : post();
    if (shape < 45) return full ? cancel() : add();
    if (shape < 60) return rearm();
    if (shape < 70) return cancel();
    if (shape < 80) {
      const bool any = !order_.empty();
      return check(scheduler_.run_one() == any, "run_one()");
    }
    advance();
  }

  void fire(std::uint64_t id) {
    ++executed_;
    last_ = scheduler_.now();
    if (order_.empty()) return check(false, "an event that should not be there");
    const auto first = order_.begin();
    check(first->second == id, "order");
    check(std::get<0>(first->first) == scheduler_.now().ns, "time of an event");
    check(!scheduler_.pending(entries_[id].handle), "an event is not pending in its own turn");
    entries_[id].live = false;
    order_.erase(entries_[id].key);
    if (order_.size() > kMostPending) return;
    for (std::uint64_t n = draw_.below(3); n > 0; --n) {
      const std::uint64_t shape = draw_.below(10);
      if (shape < 3) add();
      if (shape >= 3 && shape < 5) cancel();
      if (shape >= 5 && shape < 7) rearm();
      if (shape >= 7 && shape < 9) post();
    }
    if (draw_.below(200) == 0) {
      scheduler_.stop();
      stopped_ = true;
    }
  }

  Scheduler scheduler_;
  RandomStream draw_;
  std::map<Key, std::uint64_t> order_;
  std::vector<Entry> entries_;
  std::uint64_t seq_ = 0, executed_ = 0;
  std::size_t most_pending_ = 0;
  SimTime last_;
  bool stopped_ = false;
  bool ok_ = true;
};

struct Case {
  std::uint64_t seed;
  std::int64_t start;
};

class SchedulerModel : public testing::TestWithParam<Case> {};

TEST_P(SchedulerModel, AgreesWithAMapOverManyRandomOperations) {
  ModelRun run(GetParam().seed, SimTime{GetParam().start});
  run.run(400'000);
  EXPECT_TRUE(run.ok());
  EXPECT_GT(run.executed(), 50'000u);
  EXPECT_GT(run.most_pending(), 1'000u);
}

INSTANTIATE_TEST_SUITE_P(Starts, SchedulerModel,
                         testing::Values(Case{1, 0}, Case{2, 0}, Case{3, 1}, Case{4, 63},
                                         Case{5, 4095}, Case{6, 1'000'000'007},
                                         Case{7, (std::int64_t{1} << 62) - 500},
                                         Case{8, std::int64_t{1} << 62}));

}  // namespace
}  // namespace flapjack
