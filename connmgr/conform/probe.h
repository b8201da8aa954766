// SPDX-License-Identifier: Apache-2.0
// Probe: the technology of the conformance bench. It notes each start() and stop(), answers as the
// plan says, and reports what a step tells it to report, also what is no longer wanted. Owned by
// the implementation under test, like any technology.
#pragma once
#include "connmgr/conform/conform_trace.h"
#include "connmgr/technology.h"
#include "stack/sim/timer.h"

namespace flapjack::conformance {

/// Where a probe notes what happens; outlives it.
class ProbeLog {
 public:
  virtual void note(int iface, Word word, int value) = 0;

 protected:
  ~ProbeLog() = default;
};

class Probe : public Technology {
 public:
  /// `iface`: its number on the bench.
  Probe(Binding& binding, TechnologyUser& user, const Plan& plan, int iface, ProbeLog& log);

  void start() override;
  void stop() override;
  bool has_config() const override { return configured_; }
  /// A report of the technology.
  void play(Word word);

 private:
  void associate();
  void on_answer();
  void report(bool ok);

  TechnologyUser& user_;
  const Plan& plan_;
  int iface_;
  ProbeLog& log_;
  bool associated_ = false, configured_, bad_ = false;
  bool leaving_ = false;  // stopped while associated: the end of that may still be reported
  int fails_left_;
  Timer answer_;
};

}  // namespace flapjack::conformance
