// SPDX-License-Identifier: Apache-2.0
// Random draws: a raw one, a loss decision as a link makes it for each frame, a normal delay.
#include <benchmark/benchmark.h>

#include "stack/sim/rng.h"

namespace {

using namespace flapjack;

void next(benchmark::State& state) {
  RandomStream draw = Rng(1).stream("bench");
  for (auto _ : state) benchmark::DoNotOptimize(draw.next());
}
BENCHMARK(next);

void chance(benchmark::State& state) {
  RandomStream draw = Rng(1).stream("bench");
  for (auto _ : state) benchmark::DoNotOptimize(draw.chance(10'000'000));
}
BENCHMARK(chance);

void normal_delay(benchmark::State& state) {
  const DurationDistribution delay{
      DurationDistribution::Kind::Normal, milliseconds(10), milliseconds(1), 0, {}};
  RandomStream draw = Rng(1).stream("bench");
  for (auto _ : state) benchmark::DoNotOptimize(delay.sample(draw));
}
BENCHMARK(normal_delay);

}  // namespace
