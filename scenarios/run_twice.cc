// SPDX-License-Identifier: Apache-2.0
#include "scenarios/run_twice.h"

#include <algorithm>

#include "stack/trace/memory_sink.h"

namespace flapjack {
namespace {

// Every record as a line: all that its time, cause, packet and attributes say, and the bytes of its
// frame.
class LineSink : public TraceSink {
 public:
  void record(const Tracer& tracer, const TraceRecord& record) override {
    std::string line = keep(tracer, record).text();
    line += " cause=" + std::to_string(record.cause.value);
    line += " packet=" + std::to_string(record.packet.value);
    line += " parent=" + std::to_string(record.parent.value);
    if (record.frame != nullptr) line += " bytes=" + std::to_string(hash(record.frame->bytes()));
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;

 private:
  // FNV-1a, 64 bits
  static std::uint64_t hash(std::span<const std::uint8_t> bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 0x100000001b3;
    return sum;
  }
};

std::string difference(const std::vector<std::string>& first,
                       const std::vector<std::string>& then) {
  const auto [a, b] = std::mismatch(first.begin(), first.end(), then.begin(), then.end());
  if (a == first.end() && b == then.end()) return {};
  const auto shown = [](const auto& line, const auto& end) {
    return line == end ? std::string("nothing") : *line;
  };
  return "record " + std::to_string(a - first.begin() + 1) + ": first " + shown(a, first.end()) +
         ", then " + shown(b, then.end());
}

}  // namespace

std::optional<TwiceReport> run_twice(const ScenarioSpec& spec, const Registry& registry,
                                     DiagnosticSink& sink) {
  LineSink first, then;
  for (LineSink* lines : {&first, &then}) {
    RunOptions options;
    options.sinks = {{lines, TraceMask::all()}};
    options.digest = false;
    if (!run_scenario(spec, registry, options, sink)) return {};
  }
  return TwiceReport{first.lines.size(), difference(first.lines, then.lines)};
}

}  // namespace flapjack
