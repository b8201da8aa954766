// SPDX-License-Identifier: Apache-2.0
// ExpectMeasure: a number at the end of a window: a counter, or the share of an app's messages that
// were delivered. With "from" only the increase within the window counts.
#pragma once
#include "scenarios/expectation.h"

namespace flapjack {

class ExpectMeasure : public Expectation {
 public:
  ExpectMeasure(const ExpectSpec& spec, SimTime until, const ExpectProbes& probes)
      : Expectation(spec, until), probes_(probes) {}

  ExpectResult decide() override;
  bool measures() const override { return true; }
  void sample_open() override { open_ = sample(); }
  void sample_close() override {
    if (!closed_) close_ = sample();
    closed_ = true;
  }

 protected:
  void match(const RecordView&, const TraceRecord&, const Tracer&) override {}

 private:
  struct Sample {
    std::int64_t value = 0;  // the counter; messages delivered
    std::int64_t total = 0;  // messages sent
  };
  Sample sample() const;

  const ExpectProbes& probes_;
  Sample open_, close_;
  bool closed_ = false;
};

}  // namespace flapjack
