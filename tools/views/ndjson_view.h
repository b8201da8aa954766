// SPDX-License-Identifier: Apache-2.0
// NdjsonView: the trace as one JSON object a line, in trace order. Fields are only ever added.
#pragma once
#include "tools/views/run_view.h"

namespace flapjack {

class NdjsonView : public RunView, public TraceSink {
 public:
  TraceSink* sink() override { return this; }
  TraceMask mask() const override { return TraceMask::all(); }
  bool begin(const RunInfo& info) override {
    file_ = info.file;
    return true;
  }
  bool end(const RunInfo& info, const RunReport& report) override;
  void record(const Tracer& tracer, const TraceRecord& record) override;

 private:
  std::string file_;
};

}  // namespace flapjack
