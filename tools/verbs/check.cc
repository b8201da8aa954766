// SPDX-License-Identifier: Apache-2.0
// flapjack check FILE...: everything that can be wrong with a scenario short of running it.
#include <cstdio>

#include "scenarios/builder.h"
#include "scenarios/builtin.h"
#include "tools/cli.h"
#include "tools/load.h"

namespace flapjack {

Exit verb_check(const CliOptions& options) {
  const auto found = find_scenarios(options.paths);
  if (!found) return Exit::Usage;
  if (found->empty()) return Exit::Nothing;
  const Registry registry = builtin_registry();
  const Vocabulary vocabulary = registry.vocabulary();
  bool valid = true;
  for (const std::string& path : *found) {
    const auto file = read_scenario(path);
    if (!file) {
      valid = false;
      continue;
    }
    DiagnosticSink sink;
    const auto spec = load_scenario(*file, vocabulary, sink);
    NodeNames nodes;
    if (spec) static_cast<void>(build_world(*spec, registry, nodes, sink));
    valid = valid && !sink.has_errors();
    if (options.format == Format::Json) {
      std::printf("%s\n", render_json(*file, sink).c_str());
    } else if (sink.all().empty()) {
      std::printf("%s: valid\n", file->name().c_str());
    } else {
      std::fputs(render(*file, sink).c_str(), stderr);
    }
  }
  return valid ? Exit::Passed : Exit::Usage;
}

}  // namespace flapjack
