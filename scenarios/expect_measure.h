// SPDX-License-Identifier: Apache-2.0
// ExpectMeasure: a number at the end of a window: a counter, or the share of an app's messages that
// were delivered. With "from" only the increase within the window counts, and of the messages those
// that were sent in it.
#pragma once
#include "scenarios/expectation.h"

namespace flapjack {

class ExpectMeasure : public Expectation {
 public:
  ExpectMeasure(const ExpectSpec& spec, SimTime until, const ExpectProbes& probes)
      : Expectation(spec, until), probes_(probes), app_(spec.subject.path()) {}

  ExpectResult decide() override;
  bool measures() const override { return true; }
  void sample_open() override { open_ = sample(); }
  void sample_close() override {
    if (!closed_) close_ = sample();
    closed_ = true;
  }

 protected:
  void match(const RecordView& view, const TraceRecord& record, const Tracer& tracer) override;

 private:
  std::int64_t sample() const;  // the counter; messages sent
  bool counts() const { return spec_.kind == ExpectKind::Counter; }
  void judge(ExpectResult& result) const;

  const ExpectProbes& probes_;
  std::string app_;
  std::int64_t open_ = 0, close_ = 0;
  std::int64_t answered_ = 0;  // in the window, of the messages sent in it
  bool closed_ = false;
};

}  // namespace flapjack
