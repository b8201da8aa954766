// SPDX-License-Identifier: Apache-2.0
// run_twice(): whether the same scenario with the same seed gives the same trace. Two Worlds are
// run one after the other in this process, so that whatever outlives a World (a static, an address
// in a key, the host's clock) can show; the first record in which they differ is named.
#pragma once
#include <optional>
#include <string>

#include "scenarios/runner.h"

namespace flapjack {

struct TwiceReport {
  std::uint64_t records = 0;  ///< of the first run
  /// "record 7: first 1.000s dev.app tick n=1 ..., then 1.000s dev.app tick n=2 ..."; empty: equal.
  std::string difference;
};

/// Nothing when the scenario cannot be built, with errors in `sink`.
std::optional<TwiceReport> run_twice(const ScenarioSpec& spec, const Registry& registry,
                                     DiagnosticSink& sink);

}  // namespace flapjack
