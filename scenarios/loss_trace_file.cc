// SPDX-License-Identifier: Apache-2.0
#include "scenarios/loss_trace_file.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include "scenarios/quantity.h"
#include "scenarios/suggest.h"

namespace flapjack {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 16u << 20;
constexpr std::int64_t kMostFrames = 1'000'000'000;

/// The next line of `text`, without comment and blanks at its ends.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  line = line.substr(0, line.find('#'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return trimmed(line);
}

/// Empty, or what is wrong with the line.
std::string add_run(std::string_view line, LossTrace& trace) {
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, blank);
  if (word != "kept" && word != "lost") {
    return in_quotes(line) + " is none of: kept, lost, kept 12, 5s..5.2s";
  }
  std::int64_t frames = 1;
  const std::string_view count = trimmed(line.substr(blank));
  if (!count.empty()) {
    const auto number = split_decimal(count);
    const Scaled scaled = number ? scale(*number, 1) : Scaled{};
    const bool good = number && number->unit.empty() && scaled.error == ScaleError::None;
    if (!good || scaled.value < 1 || scaled.value > kMostFrames) {
      return in_quotes(count) + " is not a number of frames";
    }
    frames = scaled.value;
  }
  trace.runs.push_back({word == "lost", static_cast<std::uint64_t>(frames)});
  return {};
}

std::string add_span(std::string_view line, std::size_t dots, LossTrace& trace) {
  const Parsed<SimTime> from = parse_sim_time(trimmed(line.substr(0, dots)));
  if (!from.ok()) return from.error().message;
  const Parsed<SimTime> to = parse_sim_time(trimmed(line.substr(dots + 2)));
  if (!to.ok()) return to.error().message;
  if (to.value() <= from.value()) return in_quotes(line) + " ends before it begins";
  if (!trace.spans.empty() && from.value() < trace.spans.back().to) {
    return in_quotes(line) + " begins before the span above ends";
  }
  trace.spans.push_back({from.value(), to.value()});
  return {};
}

std::optional<std::string> read_file(const fs::path& path, std::string& why) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path, error)) {
    why = fs::exists(path, error) ? "cannot be read" : "does not exist";
    return std::nullopt;
  }
  std::string text;
  char block[4096];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() <= kLargestFile) continue;
    why = "is larger than 16 MiB";
    return std::nullopt;
  }
  return text;
}

}  // namespace

std::variant<LossTrace, std::string> parse_loss_trace(std::string_view text) {
  LossTrace trace;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = next_line(text);
    if (line.empty()) continue;
    const std::size_t dots = line.find("..");
    std::string wrong = dots == std::string_view::npos ? add_run(line, trace)
                                                       : add_span(line, dots, trace);
    if (wrong.empty() && !trace.runs.empty() && !trace.spans.empty()) {
      wrong = "a trace is of frames or of spans of time, not of both";
    }
    if (!wrong.empty()) return "line " + std::to_string(number) + ": " + wrong;
  }
  if (trace.runs.empty() && trace.spans.empty()) return std::string("it says nothing");
  return trace;
}

std::shared_ptr<const LossTrace> read_loss_trace(LoadContext& ctx, const JsonValue& v) {
  const auto name = read_string(ctx, v);
  if (!name) return nullptr;
  const fs::path path = fs::path(ctx.file.name()).parent_path() / *name;
  std::string why;
  const auto text = read_file(path, why);
  if (!text) {
    ctx.error("F0403", v.span, "the loss trace " + in_quotes(path.string()) + " " + why,
              "it is looked for beside the scenario");
    return nullptr;
  }
  auto parsed = parse_loss_trace(*text);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    ctx.error("F0404", v.span, "in " + in_quotes(path.string()) + ", " + *wrong);
    return nullptr;
  }
  return std::make_shared<const LossTrace>(std::get<LossTrace>(std::move(parsed)));
}

}  // namespace flapjack
