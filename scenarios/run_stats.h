// SPDX-License-Identifier: Apache-2.0
// RunStats: the network statistics of a run (stack/net/net_stats.h), for whoever asked for them;
// otherwise nothing is counted. Lives as long as the run.
#pragma once
#include <vector>

#include "scenarios/runner.h"
#include "stack/net/net_stats.h"

namespace flapjack {

class World;

class RunStats {
 public:
  /// Counts from now on if `wanted`.
  RunStats(World& world, bool wanted);
  ~RunStats();
  RunStats(const RunStats&) = delete;
  RunStats& operator=(const RunStats&) = delete;

  /// What is not 0, by node and iface: "dev.eth0.ipv4.recv", "dev.eth0.tx_class.1.packets",
  /// ".bytes" and ".time_us", the mean time of those that came through.
  std::vector<CounterValue> values() const;

 private:
  World& world_;
  const bool wanted_;
  NetStatsSink sink_;
};

}  // namespace flapjack
