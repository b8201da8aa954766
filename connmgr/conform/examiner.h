// SPDX-License-Identifier: Apache-2.0
// Examiner: what an item of the checklist works with: it runs plans, tries a step at adversarial
// instants, and keeps the shortest trace that broke the item. One examiner an item.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <set>

#include "connmgr/conform/conform.h"

namespace flapjack::conformance {

/// How exactly a timeout must come; implementations may go through a work queue.
inline constexpr Duration kTimeoutSlack = milliseconds(100);
/// What must follow at once: sooner than the technology of the bench associates by itself.
inline constexpr Duration kAtOnce = milliseconds(100);
/// Within this an outcome that was due must have come.
inline constexpr Duration kSoon = seconds(1);
/// How long a first START may take, and one after a loss or a failure.
inline constexpr Duration kNextStart = seconds(30);
/// How long an address may take after OPER_UP.
inline constexpr Duration kAddressTime = seconds(10);
inline constexpr Duration kTick = nanoseconds(1);
/// In seconds, as timeouts are counted: cut, and rounded up.
constexpr int seconds_down(Duration d) {
  return static_cast<int>(d.ns / seconds(1).ns);
}
constexpr int seconds_up(Duration d) {
  return seconds_down(d + seconds(1) - kTick);
}

/// What an item must hold for, each way.
struct Setting {
  bool persistent;
  int timeout_s;  ///< 0: none
};
constexpr std::array<Setting, 4> settings(int timeout_s) {
  return {{{false, 0}, {true, 0}, {false, timeout_s}, {true, timeout_s}}};
}
Plan with(Plan plan, Setting setting);

using BrokenRules = std::map<BenchFault, Trace>;
/// The item that the rule belongs to, whichever plan broke it; 0: none.
int item_of(BenchFault fault);

/// What an iface must show alone as beside another one (item 37).
inline constexpr std::initializer_list<Word> kOwnWords = {
    Word::Start, Word::Stop,  Word::OperUp, Word::OperDown, Word::Timeout,
    Word::Fatal, Word::IpAdd, Word::IpDel,  Word::Ret};

class Examiner {
 public:
  /// `broken`: gets the shortest trace of each rule that the bench saw broken, whatever the item.
  /// `starts`: whether it does, see below.
  Examiner(const ConformSubject& subject, const ConnMgrConfig& config, ItemResult& result,
           BrokenRules& broken, bool starts)
      : subject_(subject), config_(config), result_(result), broken_(broken), starts_(starts) {}

  /// Runs it for as long as it says and the grace.
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
  const ConnMgrConfig& config() const { return config_; }
  const ConformSubject& subject() const { return subject_; }

 private:
  const ConformSubject& subject_;
  const ConnMgrConfig& config_;
  ItemResult& result_;
  BrokenRules& broken_;
  bool starts_;
};

/// Whether a CONNECT of what is configured leads to a START, sooner or later. One that the
/// connection manager refuses is for item 2.
bool starts(const ConformSubject& subject, const ConnMgrConfig& config);

/// Whether the iface was up when `after` began. Items judge only what was in the state that they
/// speak of: how it came into another one is for another item.
bool was_up(const Trace& t, const Trace& after);
/// Whether the technology was at work for it then: begun, by a START or by itself, and neither
/// stopped since nor at an end. Before, there is nothing that it could report or that could be
/// stopped.
bool was_running(const Trace& t, const Trace& after);
/// Whether it was just before `at`.
bool runs_at(const Trace& t, Duration at);
/// When attempts ended from `from` on: TIMEOUTs, and STOPs of a technology at work that no START
/// or TIMEOUT of the same attempt follows.
std::vector<Duration> ends(const Trace& t, Duration from);

bool has_fault(const Trace& t, BenchFault fault);
void expect_no_fault(Examiner& x, const Trace& t, BenchFault fault);
/// The same words in the same order, each within `apart` of the other: a work queue may have to be
/// waited for where there is another input.
bool alike(const std::vector<Line>& one, const std::vector<Line>& other, Duration apart);
/// The technology tries by itself at `from` and twice more, and at last succeeds: nobody wants it.
void expect_suppressed(Examiner& x, Plan plan, Duration from);
/// A second CONNECT during an attempt does not keep it from its TIMEOUT.
void expect_countdown_kept(Examiner& x, bool persistent);
/// Nothing but an association makes the iface OPER_UP in [from, to).
void expect_up_only_associated(Examiner& x, const Trace& t, Duration from, Duration to);
/// Whether the LOSS at `loss` was told, at once or after the grace. If not: see item 6.
bool told_loss(const Examiner& x, const Trace& t, Duration loss);

/// An item of the checklist.
struct ConformItem {
  int number;
  std::string_view guideline;
  void (*examine)(Examiner& x);
};
std::vector<ConformItem> attempt_items();   ///< 1 to 8
std::vector<ConformItem> timeout_items();   ///< 9 to 15
std::vector<ConformItem> loss_items();      ///< 16 to 20
std::vector<ConformItem> command_items();   ///< 21 to 27
std::vector<ConformItem> config_items();    ///< 28 to 31
std::vector<ConformItem> contract_items();  ///< 32 to 36
std::vector<ConformItem> binding_items();   ///< 37, 40 to 44
std::vector<ConformItem> option_items();    ///< 38, 39

/// A plan whose technology answers every START with success after `after`.
Plan answering(Duration after = seconds(1));
/// Connected at 2 s, by a report; the technology answers nothing by itself.
Plan connected(Setting setting);
/// Connected at the second sub-attempt, lost at 20 s, asked for again at 40 s, left at 80 s.
Plan story(Setting setting);
/// A plan whose technology fails every START after `after`.
Plan failing(Duration after = seconds(1));

}  // namespace flapjack::conformance
