// SPDX-License-Identifier: Apache-2.0
// flapjack run FILE: one scenario, told while it goes on.
#include "scenarios/builtin.h"
#include "tools/verbs/run_one.h"

namespace flapjack {

Exit verb_run(const CliOptions& options) {
  const Registry registry = builtin_registry();
  return run_one(options.paths.front(), registry, options, make_run_views(options));
}

}  // namespace flapjack
