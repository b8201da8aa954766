// SPDX-License-Identifier: Apache-2.0
// Whole scenarios inside one process, each with a World of its own: a minute with two flaps and
// about 2,000 scheduler events, alone and with a third outage at every instant of it at which
// something happens.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "scenarios/builtin.h"
#include "scenarios/runner.h"
#include "scenarios/spec_json.h"

namespace {

using namespace flapjack;

const char* const kTwoFlaps = R"({
  "until": "60s",
  "nodes": {
    "dev": {
      "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "conn": { "impl": "ethernet",
                                                              "persistent": true } } },
      "apps": { "ping": { "udp_ping": "srv:7", "every": "200ms" } }
    },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] }
  },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"], "delay": "5ms" } },
  "timeline": [
    { "at": "15s", "vanish": "srv.eth0", "for": "3s" },
    { "at": "35s", "vanish": "srv.eth0", "for": "500ms" },
    { "at": "50s", "carrier_down": "srv.eth0", "for": "1s" }
  ],
  "expect": [{ "eventually": "dev L4_CONNECTED", "from": "35s", "by": "40s" }]
})";

struct Loaded {
  Loaded() : registry(builtin_registry()) {
    const SourceFile file("two_flaps.json", kTwoFlaps);
    auto loaded = load_scenario(file, registry.vocabulary(), sink);
    if (!loaded) {
      std::fputs(render(file, sink).c_str(), stderr);
      std::exit(1);
    }
    outage = loaded->timeline.back();
    loaded->timeline.pop_back();
    spec = std::move(*loaded);
  }
  RunReport run(const ScenarioSpec& scenario, const RunOptions& options) {
    auto report = run_scenario(scenario, registry, options, sink);
    if (!report || report->verdict == RunVerdict::Error) std::exit(1);
    return std::move(*report);
  }

  Registry registry;
  DiagnosticSink sink;
  ScenarioSpec spec;  // with two flaps
  StepSpec outage;    // a third one, at any time
};

// Built, booted, run and judged; items are runs.
void two_flaps(benchmark::State& state) {
  Loaded loaded;
  RunOptions options;
  options.digest = state.range(0) != 0;
  std::uint64_t events = 0;
  for (auto _ : state) events = loaded.run(loaded.spec, options).events;
  state.SetItemsProcessed(state.iterations());
  state.counters["events"] = static_cast<double>(events);
}
BENCHMARK(two_flaps)->ArgName("digest")->Arg(0)->Arg(1);

class Instants : public TraceSink {
 public:
  void record(const Tracer&, const TraceRecord& record) override { seen.insert(record.at); }
  std::set<SimTime> seen;
};

// One iteration is all of them.
void outage_at_every_instant(benchmark::State& state) {
  Loaded loaded;
  Instants instants;
  RunOptions options;
  options.digest = false;
  options.sinks.emplace_back(&instants, TraceMask::all());
  loaded.run(loaded.spec, options);
  options.sinks.clear();
  ScenarioSpec spec = loaded.spec;
  spec.timeline.push_back(loaded.outage);
  for (auto _ : state) {
    for (const SimTime at : instants.seen) {
      spec.timeline.back().at = at;
      benchmark::DoNotOptimize(loaded.run(spec, options).events);
    }
  }
  state.counters["instants"] = static_cast<double>(instants.seen.size());
}
BENCHMARK(outage_at_every_instant)->Unit(benchmark::kMillisecond);

}  // namespace
