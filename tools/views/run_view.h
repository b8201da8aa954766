// SPDX-License-Identifier: Apache-2.0
// RunView: the contract of how one run is shown: it sees the trace as it happens, and the report.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "scenarios/runner.h"
#include "tools/cli.h"

namespace flapjack {

/// What a view needs to know of the run beside its trace.
struct RunInfo {
  std::string file;       ///< as the user wrote it
  const ScenarioSpec* spec = nullptr;
  const Registry* registry = nullptr;
  std::string reproduce;  ///< the command that does this run again
  std::int64_t wall_us = 0;
};

class RunView {
 public:
  virtual ~RunView() = default;
  /// The sink and what it wants to see; null when it needs no trace.
  virtual TraceSink* sink() = 0;
  virtual TraceMask mask() const = 0;
  /// False, and why on stderr, when it cannot show the run, which then does not take place. Called
  /// once the scenario is known to be valid.
  virtual bool begin(const RunInfo& info) = 0;
  /// False, and why on stderr, when something of it got lost.
  virtual bool end(const RunInfo& info, const RunReport& report) = 0;
};

using RunViews = std::vector<std::unique_ptr<RunView>>;
/// What the options ask for: how the run is told, and perhaps a capture.
RunViews make_run_views(const CliOptions& options);

}  // namespace flapjack
