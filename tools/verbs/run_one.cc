// SPDX-License-Identifier: Apache-2.0
#include "tools/verbs/run_one.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>

#include "tools/interrupt.h"
#include "tools/live/connector_bridge.h"
#include "tools/load.h"

namespace flapjack {
namespace {

std::int64_t wall_us() {
  // tidy: allow(clock): how long the run took for its user; nothing simulated depends on it
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::string quoted(const std::string& path) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./:@%+=,").find(c) != std::string_view::npos;
  };
  if (!path.empty() && std::all_of(path.begin(), path.end(), plain)) return path;
  std::string text = "'";
  for (const char c : path) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// To people on stderr; a machine that asked for JSON gets its messages as JSON instead of a run.
Exit complain(const SourceFile& file, const DiagnosticSink& sink, const CliOptions& options) {
  std::fputs(render(file, sink).c_str(), stderr);
  if (options.format != Format::Human) std::fputs(render_json(file, sink).c_str(), stdout);
  return Exit::Usage;
}

}  // namespace

Exit run_one(const std::string& path, const Registry& registry, const CliOptions& options,
             const RunViews& views) {
  const auto file = read_scenario(path);
  if (!file) return Exit::Usage;
  DiagnosticSink sink;
  auto spec = load_scenario(*file, registry.vocabulary(), sink);
  if (!spec) return complain(*file, sink, options);
  if (options.seed) spec->seed = *options.seed;
  RunInfo info{file->name(), &*spec, &registry, {}, 0};
  info.reproduce = "flapjack run " + quoted(path) + " --seed " + std::to_string(spec->seed);
  RunOptions run;
  run.stop = interrupted;
  run.stats = options.stats;
  for (const auto& view : views) {
    if (view->sink() != nullptr) run.sinks.emplace_back(view->sink(), view->mask());
  }
  run.begin = [&] {
    return std::all_of(views.begin(), views.end(), [&](const auto& v) { return v->begin(info); });
  };
  std::unique_ptr<LiveDrive> live;
  if (options.connector) {
    const auto at = ConnectorAddress::parse(*options.connector);
    live = make_connector_bridge({*at, options.connector_wait, interrupted});
    if (live == nullptr) {
      std::fputs("flapjack: --connector: this build is without Asio (libasio-dev)\n", stderr);
      return Exit::Usage;
    }
    run.live = live.get();
  }
  const std::int64_t begun = wall_us();
  const auto report = run_scenario(*spec, registry, run, sink);
  info.wall_us = wall_us() - begun;
  if (!report) return sink.has_errors() ? complain(*file, sink, options) : Exit::Usage;
  bool shown = true;
  for (const auto& view : views) shown = view->end(info, *report) && shown;
  for (const std::string& violation : report->violations) {
    std::fprintf(stderr, "flapjack: bug: invariant violated: %s\n", violation.c_str());
  }
  if (!report->violations.empty()) return Exit::Bug;
  for (const HeldPacket& leak : report->leaks) {
    std::fprintf(stderr, "flapjack: %s leaked: %s\n", report->leaks_allowed ? "note" : "bug",
                 leak.text().c_str());
    for (const std::string& step : leak.story) std::fprintf(stderr, "  %s\n", step.c_str());
  }
  if (!report->leaks.empty() && !report->leaks_allowed) return Exit::Bug;
  if (interrupted()) return Exit::Interrupted;
  if (report->verdict == RunVerdict::Error || !shown) return Exit::Usage;
  return report->verdict == RunVerdict::Pass ? Exit::Passed : Exit::Failed;
}

}  // namespace flapjack
