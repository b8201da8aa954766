// SPDX-License-Identifier: Apache-2.0
// run_scenario(): one run from spec to verdict. It builds the World, lets the timeline and the
// expectations watch the trace, runs to `until` and collects what the views report.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/builder.h"
#include "scenarios/expectation.h"
#include "scenarios/leak_ledger.h"
#include "scenarios/live_drive.h"
#include "scenarios/timeline.h"
#include "stack/sim/fiber.h"

namespace flapjack {

struct RunOptions {
  /// Extra sinks, e.g. views; not owned. Each is told the trace as it happens.
  std::vector<std::pair<TraceSink*, TraceMask>> sinks;
  bool digest = true;  ///< without it the run is quicker and `RunReport::digest` empty
  /// Called once the World is built; false ends the run before it begins, without a report.
  std::function<bool()> begin;
  LiveDrive* live = nullptr;  ///< not owned; the run follows its clock
  bool stats = false;  ///< RunReport::stats are wanted
  bool (*stop)() = nullptr;  ///< asked now and then; true ends the run at once, without a verdict
};

struct CounterValue {
  std::string path;  ///< "dev.eth0.rx_packets"
  std::int64_t value = 0;
};

struct AppReport {
  std::string path;
  AppCounts counts;
};

enum class RunVerdict : std::uint8_t { Pass, Fail, Error };
std::string_view run_verdict_name(RunVerdict verdict);

/// What is told behind a run, without being a failure by itself.
struct RunWarning {
  SourcePlace place;
  std::string text;
};

/// What came of a run.
struct RunReport {
  RunVerdict verdict = RunVerdict::Error;
  std::string error;  ///< why there is no verdict: a scenario that never gets past an instant, ...
  SimTime ended;
  std::string digest;
  std::uint64_t records = 0;  ///< of the canonical trace
  std::uint64_t events = 0;   ///< scheduler events carried out
  std::vector<ExpectResult> expectations;
  std::vector<IdleStep> idle_steps;  ///< of a run that got to its end; no failure by themselves
  std::vector<IdleWindow> idle_windows;  ///< likewise
  std::vector<BlockedCall> blocked;
  std::vector<CounterValue> counters;
  std::vector<CounterValue> stats;  ///< network statistics that are not 0; see RunStats
  std::vector<AppReport> apps;
  std::vector<std::string> violations;  ///< of what must always hold: bugs of flapjack
  std::vector<HeldPacket> leaks;   ///< packets that nobody gave back: a bug of flapjack
  bool leaks_allowed = false;      ///< by the scenario; else they fail the run
};

/// Of steps and windows that waited in vain.
std::vector<RunWarning> warnings_of(const RunReport& report);

/// Nothing when the scenario cannot be built, with errors in `sink`, or `begin` refused.
std::optional<RunReport> run_scenario(const ScenarioSpec& spec, const Registry& registry,
                                      const RunOptions& options, DiagnosticSink& sink);

}  // namespace flapjack
