// SPDX-License-Identifier: Apache-2.0
// Runs scenario texts with everything the program has, for tests of the back end.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/builtin.h"
#include "scenarios/runner.h"
#include "scenarios/spec_json.h"
#include "stack/trace/memory_sink.h"

namespace flapjack {

/// A scenario text from loading to verdict, with its whole trace.
struct Ran {
  Registry registry = builtin_registry();
  SourceFile file;
  DiagnosticSink sink;
  std::optional<ScenarioSpec> spec;
  MemorySink trace;
  std::optional<RunReport> report;
  std::string messages;  ///< what is wrong with the text, as people read it

  explicit Ran(std::string text) : file("t.json", std::move(text)) {
    spec = load_scenario(file, registry.vocabulary(), sink);
    if (spec) {
      RunOptions options;
      options.sinks = {{&trace, TraceMask::all()}};
      report = run_scenario(*spec, registry, options, sink);
    }
    messages = render(file, sink);
  }

  bool passed() const { return report && report->verdict == RunVerdict::Pass; }
  const ExpectResult& result(std::size_t i = 0) const { return report->expectations.at(i); }

  /// "2s dev.eth0 IF_DOWN" of every event whose subject and name, joined by a blank, begin so.
  std::vector<std::string> events(const std::string& prefix) const {
    std::vector<std::string> found;
    for (const KeptRecord& r : trace.records) {
      const std::string what = r.subject + " " + r.name;
      if (r.kind != TraceKind::Event || what.rfind(prefix, 0) != 0) continue;
      found.push_back(to_text(Duration{r.at.ns}) + " " + what);
    }
    return found;
  }
  /// Records of this kind with this subject and name.
  std::vector<KeptRecord> records(TraceKind kind, const std::string& subject,
                                  const std::string& name) const {
    std::vector<KeptRecord> found;
    for (const KeptRecord& r : trace.records) {
      if (r.kind == kind && r.subject == subject && r.name == name) found.push_back(r);
    }
    return found;
  }
  std::vector<KeptRecord> all(const std::string& subject, const std::string& name) const {
    return records(TraceKind::Event, subject, name);
  }
  const KeptRecord& record(RecordId seq) const { return trace.records.at(seq.value - 1); }
  std::int64_t counter(const std::string& path) const {
    for (const CounterValue& c : report->counters) {
      if (c.path == path) return c.value;
    }
    ADD_FAILURE() << "no counter " << path;
    return -1;
  }
  AppCounts counts(const std::string& path) const {
    for (const AppReport& app : report->apps) {
      if (app.path == path) return app.counts;
    }
    return {};
  }
  /// "2:5 F0901 message" of the first message.
  std::string brief() const {
    if (sink.all().empty()) return "none";
    const Diagnostic& d = sink.all().front();
    const SourcePlace p = file.place(d.span);
    return std::to_string(p.line) + ":" + std::to_string(p.column) + " " + d.code + " " +
           d.message;
  }
};

/// Two nodes and a wire; `dev` pings `srv`. `more` goes behind, e.g. `, "timeline": [...]`; `app`
/// and `iface` are further members of the app and of dev's iface, e.g. `, "count": 3`.
inline std::string pair_scenario(const std::string& more, const std::string& app = {},
                                 const std::string& iface = {}) {
  return R"({ "until": "10s",
  "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24")" +
         iface + R"( } },
             "apps": { "ping": { "udp_ping": "srv:7")" +
         app + R"( } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"], "delay": "1ms" } })" +
         more + "\n}\n";
}

/// Node d with the ifaces a and b, whose carriers `steps` may take: events at exact times.
inline std::string flap_scenario(const std::string& steps, const std::string& expect) {
  return R"({ "until": "10s", "nodes": { "d": { "ifaces": {
    "a": { "technology": "loopback" }, "b": { "technology": "loopback" } } } },
  "timeline": [)" +
         steps + "],\n  \"expect\": [" + expect + "]\n}\n";
}

/// "a" gone from `at` for `span`.
inline std::string flap(const std::string& iface, const std::string& at, const std::string& span) {
  return R"({ "at": ")" + at + R"(", "carrier_down": "d.)" + iface + R"(", "for": ")" + span +
         "\" },";
}

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace flapjack
