// SPDX-License-Identifier: Apache-2.0
// A packet hop's record: with nobody listening (must cost next to nothing), and into a digest.
#include <benchmark/benchmark.h>

#include "stack/packet/packet_pool.h"
#include "stack/trace/digest_sink.h"
#include "stack/trace/tracer.h"

namespace {

using namespace flapjack;

void hop(benchmark::State& state) {
  Scheduler scheduler;
  Tracer tracer(scheduler);
  DigestSink sink;
  if (state.range(0) != 0) tracer.add_sink(sink);
  PacketSlab slab;
  const PacketPtr packet = slab.allocate();
  packet->append(100);
  const SubjectId subject = tracer.subject("dev.wifi0");
  for (auto _ : state) {
    tracer.hop(Hop::CoreOut, subject, *packet);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(hop)->ArgName("digest")->Arg(0)->Arg(1);

}  // namespace
