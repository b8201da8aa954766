// SPDX-License-Identifier: Apache-2.0
// JsonView: one run as one JSON object: verdict, expectations, digest, counters.
#pragma once
#include "tools/views/run_view.h"

namespace flapjack {

class JsonView : public RunView {
 public:
  TraceSink* sink() override { return nullptr; }
  TraceMask mask() const override { return {}; }
  bool begin(const RunInfo&) override { return true; }
  bool end(const RunInfo& info, const RunReport& report) override;
};

}  // namespace flapjack
