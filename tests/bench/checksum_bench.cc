// SPDX-License-Identifier: Apache-2.0
// The Internet checksum of an ACK (40 bytes) and of a full frame's payload (1460 bytes).
#include <benchmark/benchmark.h>

#include <vector>

#include "stack/wire/checksum.h"

namespace {

void checksum(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) benchmark::DoNotOptimize(flapjack::checksum(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(40)->Arg(1460);

}  // namespace
