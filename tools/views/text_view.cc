// SPDX-License-Identifier: Apache-2.0
#include "tools/views/text_view.h"

#include <fmt/color.h>
#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "scenarios/record_view.h"
#include "tools/views/color.h"
#include "tools/views/modules.h"

namespace flapjack {
namespace {

constexpr std::size_t kTimeWidth = 14;
constexpr std::size_t kSubjectWidth = 16;

std::string attrs_text(const TraceRecord& record, bool with_src) {
  std::string text;
  for (const Attr& attr : record.attrs) {
    if (attr.key == "src" && !with_src) continue;
    if (attr.key == "undo") continue;
    text += fmt::format(" {}=", attr.key);
    append_value(text, attr);
  }
  return text;
}

spdlog::level::level_enum level_of(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::Hop:
      return spdlog::level::trace;
    case TraceKind::Drop:
      return spdlog::level::debug;
    default:
      return is_routine(record) ? spdlog::level::debug : spdlog::level::info;
  }
}

}  // namespace

TextView::TextView(const CliOptions& options)
    : verbosity_(options.verbosity), color_(use_color(options.color)) {
  for (const std::string& setting : options.log_levels) {
    const std::size_t equals = setting.find('=');
    levels_[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
}

TextView::~TextView() = default;

TraceMask TextView::mask() const {
  if (verbosity_ == Verbosity::Quiet && levels_.empty()) return {};
  TraceMask mask = TraceMask::of(TraceKind::Event) | TraceMask::of(TraceKind::Step);
  const bool packets = verbosity_ >= Verbosity::Packets || !levels_.empty();
  if (packets) mask = mask | TraceMask::of(TraceKind::Hop);
  if (packets || verbosity_ >= Verbosity::Events) mask = mask | TraceMask::of(TraceKind::Drop);
  return mask;
}

spdlog::logger& TextView::logger(const std::string& module) {
  auto& logger = loggers_[module];
  if (logger != nullptr) return *logger;
  logger = std::make_shared<spdlog::logger>(
      module, std::make_shared<spdlog::sinks::stdout_sink_st>());
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  spdlog::level::level_enum level = spdlog::level::info;
  if (verbosity_ == Verbosity::Quiet) level = spdlog::level::off;
  if (verbosity_ == Verbosity::Events) level = spdlog::level::debug;
  if (verbosity_ == Verbosity::Packets) level = spdlog::level::trace;
  for (const std::string& name : {std::string("all"), module}) {
    const auto found = levels_.find(name);
    if (found != levels_.end()) level = spdlog::level::from_str(found->second);
  }
  logger->set_level(level);
  return *logger;
}

void TextView::record(const Tracer& tracer, const TraceRecord& record) {
  const std::string module(module_of(record));
  const auto level = level_of(record);
  spdlog::logger& out = logger(module);
  if (!out.should_log(level)) return;
  const std::string_view path = tracer.path(record.subject);
  std::string what(record.name);
  bool undo = false;
  for (const Attr& attr : record.attrs) undo = undo || attr.key == "undo";
  if (record.kind == TraceKind::Step) what = (undo ? "<<< end of " : ">>> ") + what;
  std::string line = fmt::format("{:>{}}  {:<10} {:<{}} {}{}", to_text(record.at), kTimeWidth,
                                 module, path, kSubjectWidth, what, attrs_text(record, false));
  if (record.packet.valid()) line += fmt::format(" packet={}", record.packet.value);
  if (verbosity_ >= Verbosity::Packets && is_packet_record(record)) {
    const std::string packet = RecordView(tracer, record, NodeNames()).packet_text();
    if (!packet.empty()) line += "  [" + packet.substr(packet.find("> ? ") + 4) + "]";
  }
  if (color_ && record.kind == TraceKind::Step) line = paint(line, Paint::Bold);
  if (color_ && record.name.ends_with("DISCONNECTED")) line = paint(line, Paint::Red);
  if (color_ && record.name.ends_with("_CONNECTED")) line = paint(line, Paint::Green);
  out.log(level, line);
}

bool TextView::begin(const RunInfo& info) {
  const bool tell = verbosity_ != Verbosity::Quiet && !info.spec->about.empty();
  if (tell) fmt::print("{}\n\n", info.spec->about);
  return true;
}

bool TextView::end(const RunInfo& info, const RunReport& report) {
  for (const auto& [name, logger] : loggers_) logger->flush();
  if (verbosity_ != Verbosity::Quiet) {
    fmt::print("\n");
    for (const AppReport& app : report.apps) {
      fmt::print("{}: {} of {} messages delivered\n", app.path, app.counts.delivered,
                 app.counts.sent);
    }
    for (const BlockedCall& call : report.blocked) {
      fmt::print("{} still waits for {} since {}\n", call.fiber, call.waits_for,
                 to_text(call.since));
    }
    for (const CounterValue& counter : report.stats) {
      fmt::print("{} {}\n", counter.path, counter.value);
    }
    for (const ExpectResult& result : report.expectations) {
      if (!result.pass) continue;
      fmt::print("{} {} {}\n", color_ ? paint("✓", Paint::Green) : "✓", result.spec->text,
                 result.actual.empty() ? "" : "(" + result.actual + ")");
    }
  }
  for (const RunWarning& warning : warnings_of(report)) {
    fmt::print("{} {}: {}\n", color_ ? paint("warning", Paint::Bold) : "warning",
               to_text(info.file, warning.place), warning.text);
  }
  verdict(info, report);
  return true;
}

void TextView::verdict(const RunInfo& info, const RunReport& report) {
  for (const ExpectResult& result : report.expectations) {
    if (!result.pass) failure(info, result);
  }
  if (!report.error.empty()) {
    fmt::print("{} {}: {}\n", color_ ? paint("ERROR", Paint::Red) : "ERROR", info.file,
               report.error);
  }
  const bool pass = report.verdict == RunVerdict::Pass;
  if (pass) {
    fmt::print("{} {} ({} expectations, {} simulated, seed {}, digest {})\n",
               color_ ? paint("PASS", Paint::Green) : "PASS", info.file,
               report.expectations.size(), to_text(report.ended), info.spec->seed, report.digest);
  } else {
    fmt::print("reproduce: {}\n", info.reproduce);
  }
  std::fflush(stdout);
}

void TextView::failure(const RunInfo& info, const ExpectResult& result) {
  fmt::print("{} {}:{}:{} {}   seed {}\n", color_ ? paint("FAIL", Paint::Red) : "FAIL", info.file,
             result.spec->place.line, result.spec->place.column, result.spec->text,
             info.spec->seed);
  fmt::print("  expected  {}\n", result.expected);
  fmt::print("  actual    {}\n", result.actual);
  if (!result.nearest.empty()) fmt::print("  nearest   {}\n", result.nearest);
}

}  // namespace flapjack
