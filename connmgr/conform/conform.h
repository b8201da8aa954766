// SPDX-License-Identifier: Apache-2.0
// conform(): checks a connectivity implementation against the guidelines, item by item. An item is
// a base plan and what must follow, tried with its input at adversarial instants: at every event
// boundary of the base trace, first and last in that instant, a nanosecond before and after, and
// in the middle of every span. The verdict keeps the shortest trace that breaks the item.
//
// The numbers are those of the checklist; connmgr/conform/README.md lists them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connmgr/conform/conform_bench.h"

namespace flapjack::conformance {

enum class ItemVerdict : std::uint8_t { Pass, Fail, NotApplicable };
std::string_view verdict_name(ItemVerdict verdict);

struct CounterExample {
  std::string wrong;    ///< which output is missing or too much
  std::string setting;  ///< what was set before the first line: persistence, timeout, and so on
  std::vector<Line> lines;
  std::vector<Remark> remarks;  ///< one for each Word::Fault
  Duration until{};             ///< how long was watched
  std::size_t left_out = 0;     ///< lines of a long one, behind the first kHead
  static constexpr std::size_t kHead = 14;

  /// The lines and, where something is missing or left out, until when.
  std::vector<std::string> text() const;
};

struct ItemResult {
  int number = 0;
  std::string_view guideline;  ///< in one line
  ItemVerdict verdict = ItemVerdict::Pass;
  std::string why;                          ///< of NotApplicable
  int runs = 0;                             ///< how many traces were tried
  std::optional<CounterExample> example{};  ///< of Fail

  /// `trace` breaks it, and `wrong` says how; the shortest such trace is kept.
  void fail(const Trace& trace, std::string_view wrong);
};

struct ConformReport {
  std::string name;
  std::vector<ItemResult> items;
  int count(ItemVerdict verdict) const;
  bool passed() const { return count(ItemVerdict::Fail) == 0; }
};

inline constexpr int kConformItems = 44;

/// All items, or only those of `numbers`. `config`: the behaviour of the connection manager; in a
/// release without idle timeouts (legacy_sync_autodown) item 44 gives way to item 21.
ConformReport conform(const ConformSubject& subject, const ConnMgrConfig& config,
                      const std::vector<int>& numbers = {});

}  // namespace flapjack::conformance
