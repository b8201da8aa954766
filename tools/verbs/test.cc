// SPDX-License-Identifier: Apache-2.0
// flapjack test DIR...: every scenario, a line each, and what failed.
#include <cstdio>
#include <utility>

#include "scenarios/builtin.h"
#include "tools/interrupt.h"
#include "tools/load.h"
#include "tools/verbs/run_one.h"

namespace flapjack {

Exit verb_test(const CliOptions& options) {
  const auto found = find_scenarios(options.paths);
  if (!found) return Exit::Usage;
  if (found->empty()) return Exit::Nothing;
  const Registry registry = builtin_registry();
  CliOptions quiet = options;
  if (options.verbosity == Verbosity::Story) quiet.verbosity = Verbosity::Quiet;
  std::size_t passed = 0, failed = 0, invalid = 0;
  bool bug = false;
  const bool json = options.format == Format::Json;  // one array of all runs
  const char* separator = "[\n";
  for (const std::string& path : *found) {
    if (interrupted()) break;
    if (json) std::fputs(std::exchange(separator, ",\n"), stdout);
    const Exit exit = run_one(path, registry, quiet, make_run_views(quiet));
    passed += exit == Exit::Passed;
    failed += exit == Exit::Failed;
    invalid += exit == Exit::Usage;
    bug = bug || exit == Exit::Bug;
  }
  if (json) std::fputs("]\n", stdout);
  std::FILE* out = options.format == Format::Human ? stdout : stderr;
  std::fprintf(out, "%zu passed, %zu failed", passed, failed);
  if (invalid > 0) std::fprintf(out, ", %zu not valid", invalid);
  std::fprintf(out, "\n");
  if (interrupted()) return Exit::Interrupted;
  if (bug) return Exit::Bug;
  if (invalid > 0) return Exit::Usage;
  return failed > 0 ? Exit::Failed : Exit::Passed;
}

}  // namespace flapjack
