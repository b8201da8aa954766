// SPDX-License-Identifier: Apache-2.0
// What blocking costs: a semaphore given to a blocked fiber, which runs and blocks again (two
// switches and one event an item), and a fiber's whole life.
#include <benchmark/benchmark.h>

#include "stack/sim/fiber.h"

namespace {

using namespace flapjack;

void wake_and_block(benchmark::State& state) {
  Scheduler scheduler;
  FiberHost host(scheduler);
  Semaphore semaphore(host, "bench");
  host.spawn("waiter", [&] {
    while (semaphore.take(Timeout::forever()).ok()) {
    }
  });
  scheduler.run();
  for (auto _ : state) {
    semaphore.give();
    scheduler.run();
  }
  state.SetItemsProcessed(state.iterations());
  host.cancel_all();
}
BENCHMARK(wake_and_block);

void spawn_and_end(benchmark::State& state) {
  Scheduler scheduler;
  FiberHost host(scheduler);
  for (auto _ : state) {
    host.spawn("short", [] {});
    scheduler.run();
  }
}
BENCHMARK(spawn_and_end);

}  // namespace
