// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/conform.h"

#include <algorithm>

#include "connmgr/conform/examiner.h"
#include "connmgr/conform/story_check.h"

namespace flapjack::conformance {
namespace {

// How it begins and how it ends tells: of long rows of repeated attempts the middle is cut.
constexpr std::size_t kLinesMax = 24;

void shorten(CounterExample& example) {
  if (example.lines.size() <= kLinesMax) return;
  example.left_out = example.lines.size() - kLinesMax;
  const auto cut = example.lines.begin() + std::ptrdiff_t(CounterExample::kHead);
  const auto faults = [&](auto from, auto to) {
    return std::count_if(from, to, [](const Line& l) { return l.word == Word::Fault; });
  };
  const auto end = cut + std::ptrdiff_t(example.left_out);
  const auto first = example.remarks.begin() + faults(example.lines.begin(), cut);
  example.remarks.erase(first, first + faults(cut, end));
  example.lines.erase(cut, end);
}

// A rule that was broken in a plan of another item.
void tell_broken_rules(const BrokenRules& broken, ConformReport& report) {
  for (const auto& [fault, trace] : broken) {
    for (ItemResult& result : report.items) {
      if (result.number != item_of(fault) || result.verdict == ItemVerdict::Fail) continue;
      result.fail(trace, trace.fault_text(fault));
    }
  }
}

}  // namespace

std::string_view verdict_name(ItemVerdict verdict) {
  constexpr std::string_view kNames[] = {"pass", "FAIL", "n/a"};
  return kNames[static_cast<std::size_t>(verdict)];
}

void ItemResult::fail(const Trace& trace, std::string_view wrong) {
  verdict = ItemVerdict::Fail;
  const bool longer = example && trace.lines.size() >= example->lines.size();
  if (longer) return;
  example =
      CounterExample{std::string(wrong), trace.setting, trace.lines, trace.remarks, trace.until, 0};
}

std::vector<std::string> CounterExample::text() const {
  std::vector<std::string> out;
  std::size_t faults = 0;
  for (const Line& line : lines) {
    const bool gap = left_out > 0 && &line == &lines[kHead];
    if (gap) out.push_back("(" + std::to_string(left_out) + " more)");
    out.push_back(line_text(line));
    if (line.word != Word::Fault || faults >= remarks.size()) continue;
    const std::string& got = remarks[faults++].got;
    if (!got.empty()) out.back() += ": " + got;
  }
  const std::string end = to_text(SimTime{} + until);
  if (lines.empty() || lines.back().at < until) {
    out.push_back("(no more until " + end + ")");
  }
  return out;
}

int ConformReport::count(ItemVerdict verdict) const {
  return static_cast<int>(std::count_if(items.begin(), items.end(),
                                        [&](const ItemResult& r) { return r.verdict == verdict; }));
}

ConformReport conform(const ConformSubject& subject, const ConnMgrConfig& config,
                      const std::vector<int>& numbers) {
  ConformReport report{subject.name, {}};
  std::vector<ConformItem> items = attempt_items();
  for (const auto& more : {timeout_items(), loss_items(), command_items(), config_items(),
                           contract_items(), binding_items(), option_items()}) {
    items.insert(items.end(), more.begin(), more.end());
  }
  std::ranges::sort(items, {}, &ConformItem::number);
  BrokenRules broken;
  const bool begins = starts(subject, config);
  for (const ConformItem& item : items) {
    const bool wanted =
        numbers.empty() || std::find(numbers.begin(), numbers.end(), item.number) != numbers.end();
    if (!wanted) continue;
    ItemResult& result = report.items.emplace_back();
    result.number = item.number;
    result.guideline = item.guideline;
    Examiner examiner(subject, config, result, broken, begins);
    item.examine(examiner);
  }
  tell_broken_rules(broken, report);
  check_stories(subject, config, report.items, begins);
  for (ItemResult& result : report.items) {
    if (result.example) shorten(*result.example);
  }
  return report;
}

}  // namespace flapjack::conformance
