// SPDX-License-Identifier: Apache-2.0
// TextView: a run as people read it: the story of its events while it goes on, then the verdict.
// The text log is spdlog's: the module is the layer that the event comes from, the time simulated.
#pragma once
#include <map>
#include <memory>

#include "tools/views/run_view.h"

namespace spdlog {
class logger;
}

namespace flapjack {

class TextView : public RunView, public TraceSink {
 public:
  explicit TextView(const CliOptions& options);
  ~TextView() override;

  TraceSink* sink() override { return this; }
  TraceMask mask() const override;
  bool begin(const RunInfo& info) override;
  bool end(const RunInfo& info, const RunReport& report) override;
  void record(const Tracer& tracer, const TraceRecord& record) override;

 private:
  spdlog::logger& logger(const std::string& module);
  void verdict(const RunInfo& info, const RunReport& report);
  void failure(const RunInfo& info, const ExpectResult& result);

  Verbosity verbosity_;
  bool color_;
  std::map<std::string, std::string> levels_;
  std::map<std::string, std::shared_ptr<spdlog::logger>> loggers_;
};

}  // namespace flapjack
