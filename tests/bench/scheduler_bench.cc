// SPDX-License-Identifier: Apache-2.0
// The event core through its real interface. Hold model: a fixed number of events is pending; each
// one that runs schedules itself again. Re-arm: what a retransmission timer does per segment.
// One item is one event run, or one timer moved.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "stack/sim/scheduler.h"

namespace {

using namespace flapjack;

// xorshift64: cheap enough not to hide what is measured.
struct Draw {
  std::uint64_t state = 88172645463325252u;
  std::uint64_t operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
};

// 1 ns to 10 ms, each equally likely.
struct Uniform {
  Draw draw;
  std::int64_t operator()() { return 1 + static_cast<std::int64_t>(draw() % 10'000'000); }
};

// What a network makes: 45 % serialisation of a frame, 45 % propagation, 10 % timers.
struct Net {
  Draw draw;
  std::int64_t operator()() {
    const std::uint64_t x = draw() % 100;
    if (x < 45) return 12'016;
    if (x < 90) return 1'000'000;
    return 200'000'000 + static_cast<std::int64_t>(draw() & 0xfffff);
  }
};

template <class Delays>
class HoldModel {
 public:
  explicit HoldModel(std::int64_t pending) {
    for (std::int64_t i = 0; i < pending; ++i) again();
  }
  Scheduler scheduler;

 private:
  void again() {
    scheduler.after(Duration{delays_()}, Lane::Frame, delegate<&HoldModel::again>(this));
  }
  Delays delays_;
};

constexpr std::int64_t kBatch = 1000;

template <class Delays>
void hold(benchmark::State& state) {
  HoldModel<Delays> model(state.range(0));
  for (std::int64_t i = 0; i < 2 * state.range(0); ++i) model.scheduler.run_one();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < kBatch; ++i) model.scheduler.run_one();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK_TEMPLATE(hold, Uniform)->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_TEMPLATE(hold, Net)->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

void rearm(benchmark::State& state) {
  Scheduler scheduler;
  Draw draw;
  std::vector<EventHandle> timers;
  int nobody = 0;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(200'000'000 + draw() % 100'000'000);
    timers.push_back(scheduler.at(SimTime{at}, Lane::Work, delegate<[](int&) {}>(&nobody)));
  }
  std::int64_t moved = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < kBatch; ++i) {
      scheduler.rearm(timers[draw() % count], SimTime{200'000'000 + ++moved});
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(rearm)->Arg(1'000)->Arg(1'000'000);

}  // namespace
