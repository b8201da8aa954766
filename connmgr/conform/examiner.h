// SPDX-License-Identifier: Apache-2.0
// Examiner: what an item of the checklist works with: it runs plans, tries a step at adversarial
// instants, and keeps the shortest trace that broke the item. One examiner an item.
#pragma once
#include <functional>
#include <set>

#include "connmgr/conform/conform.h"

namespace flapjack::conformance {

/// How exactly a timeout must come; implementations may go through a work queue.
inline constexpr Duration kTimeoutSlack = milliseconds(100);
/// What must follow at once: sooner than the technology of the bench associates by itself.
inline constexpr Duration kAtOnce = milliseconds(100);
/// Within this an outcome that was due must have come.
inline constexpr Duration kSoon = seconds(1);

class Examiner {
 public:
  Examiner(const ConformSubject& subject, const ConnMgrConfig& config, ItemResult& result)
      : subject_(subject), config_(config), result_(result) {}

  Trace run(const Plan& plan);
  /// Runs `plan` with `steps` added, moved so that the first is at each adversarial instant in
  /// [from, to); `check` gets the whole trace, what followed the first of the steps, and its
  /// instant.
  using Check = std::function<void(const Trace&, const Trace& after, Duration at)>;
  void sweep(const Plan& plan, const std::vector<Step>& steps, Duration from, Duration to,
             const Check& check);
  /// When `good` is false, the trace breaks the item; `wrong` says how.
  void expect(const Trace& trace, bool good, std::string_view wrong);
  /// The item does not apply to this implementation or profile.
  void not_applicable(std::string_view why);

  Duration grace() const { return subject_.grace; }
  bool knows_idle() const { return config_.idle_timeout; }
  const ConformSubject& subject() const { return subject_; }

 private:
  const ConformSubject& subject_;
  const ConnMgrConfig& config_;
  ItemResult& result_;
};

/// Whether the iface was up when `after` began. Items judge only what was in the state that they
/// speak of: how it came into another one is for another item.
bool was_up(const Trace& t, const Trace& after);
/// Whether the technology was at work for it then: begun, by a START or by itself, and neither
/// stopped since nor at an end. Before, there is nothing that it could report or that could be
/// stopped.
bool was_running(const Trace& t, const Trace& after);
/// When attempts ended from `from` on: STOPs of a technology at work, but not those that only make
/// way for a START of the same instant.
std::vector<Duration> ends(const Trace& t, Duration from);

/// An item of the checklist.
struct ConformItem {
  int number;
  std::string_view guideline;
  void (*examine)(Examiner& x);
};
/// Items 1 to 15, 16 to 30, 31 to 44.
std::vector<ConformItem> attempt_items();
std::vector<ConformItem> command_items();
std::vector<ConformItem> contract_items();

/// A plan whose technology answers every START with success after `after`.
Plan answering(Duration after = seconds(1));
/// A plan whose technology fails every START after `after`.
Plan failing(Duration after = seconds(1));

}  // namespace flapjack::conformance
