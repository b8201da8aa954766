// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story_check.h"

#include <algorithm>
#include <array>

#include "connmgr/conform/examiner.h"
#include "connmgr/conform/scene.h"
#include "connmgr/conform/story.h"
#include "connmgr/conform/story_judge.h"

namespace flapjack::conformance {
namespace {

constexpr int kExamples = 3;  // breaches of one item that are made simpler
constexpr Duration kClose = seconds(2);
constexpr Duration kApart = milliseconds(1300);  // of the two stories of a pair

class StoryCheck {
 public:
  StoryCheck(const ConformSubject& subject, const ConnMgrConfig& config,
             std::vector<ItemResult>& results, bool starts)
      : starts_(starts),
        subject_(subject),
        config_(config),
        terms_{subject.grace, config.config_check},
        results_(results) {}

  void run() {
    const std::vector<Plan> plans = stories(subject_.grace, config_.idle_timeout);
    const std::vector<Plan> short_ones = scenes(subject_.grace, config_.idle_timeout);
    for (ItemResult& r : results_) {
      if (r.verdict == ItemVerdict::NotApplicable) continue;
      r.runs += static_cast<int>(plans.size() + short_ones.size());
    }
    for (const Plan& plan : short_ones) {
      if (const auto breach = judged(plan)) shorten(plan, breach->item);
    }
    std::vector<bool> kept;
    for (const Plan& plan : plans) {
      const auto breach = judged(plan);
      kept.push_back(!breach);
      if (breach) shorten(plan, breach->item);
    }
    ItemResult* const apart = wanted(37);
    if (apart == nullptr) return;
    for (std::size_t i = 0; i < kStorySettings; ++i) {  // of one setting: it is that of both ifaces
      const std::size_t other = i + kStorySettings;
      if (kept[i] && kept[other]) compare(plans[i], plans[other], *apart);
    }
  }

 private:
  Trace trace(const Plan& plan) const { return run_plan(subject_, config_, plan); }

  ItemResult* wanted(int item) const {
    const auto it = std::find_if(results_.begin(), results_.end(),
                                 [&](const ItemResult& r) { return r.number == item; });
    return it == results_.end() ? nullptr : &*it;
  }

  std::optional<StoryVerdict> judged(const Plan& plan) const {
    return judge_story(plan, terms_, trace(plan));
  }
  // A technology that says nothing is simpler than one that answers, and one that fails is simpler
  // than one that is configured wrongly.
  void simplify_setting(Plan& plan) const {
    Plan right = plan;
    right.configured = true;
    std::erase_if(right.steps, [](const Step& s) { return s.word == Word::CfgBad; });
    Plan silent = plan;
    silent.answer = {};
    Plan both = right;
    both.answer = {};
    Plan fails = right, fails_soon = right;
    fails.answer = {Answer::Kind::Fail, seconds(2), 0};
    fails_soon.answer = {Answer::Kind::Fail, milliseconds(200), 0};  // as a wrong one does
    for (const Plan& simpler : {both, right, fails, fails_soon, silent}) {
      if (!judged(simpler)) continue;
      plan = simpler;
      return;
    }
  }
  static Plan set_from_the_start(Plan plan, const Step& step) {
    if (step.word == Word::Timeout_) plan.timeout_s = step.value;
    if (step.word == Word::Persistent) plan.persistent = step.value != 0;
    return plan;
  }

  // Leaves out so many steps in a row, wherever it can.
  void without(Plan& plan, std::size_t steps) const {
    for (std::size_t i = plan.steps.size(); i-- > 0;) {
      if (i + steps > plan.steps.size()) continue;
      Plan less = plan;
      for (std::size_t n = 0; n < steps; ++n) {
        const Step step = less.steps[i];
        less.steps.erase(less.steps.begin() + static_cast<std::ptrdiff_t>(i));
        less = set_from_the_start(less, step);
      }
      if (judged(less)) plan = less;
    }
  }

  // A timeout that counts from the start ends what was without one, unless the steps before it, or
  // the one after, too, come within its time.
  void without_timeouts(Plan& plan) const {
    for (std::size_t i = plan.steps.size(); i-- > 1;) {
      const Step step = plan.steps[i];
      if (step.word != Word::Timeout_) continue;
      Plan less = plan;
      less.steps.erase(less.steps.begin() + static_cast<std::ptrdiff_t>(i));
      if (judged(less)) {
        plan = less;
        continue;
      }
      less = set_from_the_start(less, step);
      for (const std::size_t end : {i, i + 1}) {
        Plan close = less;
        for (std::size_t n = 1; n < std::min(end, close.steps.size()); ++n) {
          close.steps[n].at = close.steps[n - 1].at + kClose;
        }
        if (!judged(close)) continue;
        plan = close;
        break;
      }
    }
  }

  // The simplest story tells which item it is: what fails without a step is no fault of that step.
  void shorten(Plan plan, int item) {
    if (told_[std::size_t(item)]++ >= kExamples) return;
    simplify_setting(plan);
    without(plan, 2);
    without(plan, 1);
    without_timeouts(plan);
    simplify_setting(plan);
    Trace t = trace(plan);
    const StoryVerdict breach = *judge_story(plan, terms_, t);
    ItemResult* const result = wanted(breach.item);
    const bool for_item3 = !starts_ && breach.item > 3 && t.first(Word::Start) == nullptr;
    if (result == nullptr || for_item3) return;
    std::erase_if(t.lines, [&](const Line& line) { return line.at > breach.at; });
    t.until = breach.at;
    result->fail(t, breach.wrong);
  }

  // Both at once on two ifaces of one implementation, against each alone.
  void compare(const Plan& one, const Plan& two, ItemResult& result) const {
    Plan first = one, second = one;
    first.ifaces = second.ifaces = 2;
    first.until = second.until = std::max(one.until, two.until) + kApart;
    second.steps = two.steps;
    for (Step& step : second.steps) {
      step.iface = 1;
      step.at = step.at + kApart;
    }
    Plan both = first;
    both.steps.insert(both.steps.end(), second.steps.begin(), second.steps.end());
    ++result.runs;
    const Trace t = trace(both);
    if (alike(t.only(kOwnWords), trace(first).only(kOwnWords), kAtOnce) &&
        alike(t.only(kOwnWords, 1), trace(second).only(kOwnWords, 1), kAtOnce)) {
      return;
    }
    result.fail(t, "what happens to one iface changes another");
  }

  bool starts_;
  const ConformSubject& subject_;
  const ConnMgrConfig& config_;
  StoryTerms terms_;
  std::vector<ItemResult>& results_;
  std::array<int, kConformItems + 1> told_{};
};

}  // namespace

void check_stories(const ConformSubject& subject, const ConnMgrConfig& config,
                   std::vector<ItemResult>& results, bool starts) {
  StoryCheck(subject, config, results, starts).run();
}

}  // namespace flapjack::conformance
