// SPDX-License-Identifier: Apache-2.0
// A scenario text loaded and built with everything the program has, for tests that look into its
// world or step it by hand.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "scenarios/builder.h"
#include "scenarios/builtin.h"
#include "scenarios/spec_json.h"

namespace flapjack {

struct BuiltWorld {
  explicit BuiltWorld(std::string text, const std::string& name = "t.json")
      : file(name, std::move(text)) {
    spec = load_scenario(file, registry.vocabulary(), sink);
    if (spec) world = build_world(*spec, registry, names, sink);
  }
  /// What is wrong with the text, as people read it.
  std::string messages() const { return render(file, sink); }

  Registry registry = builtin_registry();
  SourceFile file;
  DiagnosticSink sink;
  std::optional<ScenarioSpec> spec;
  NodeNames names;
  std::unique_ptr<World> world;  ///< null when the text cannot be loaded or built
};

}  // namespace flapjack
