// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/scene.h"

#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kConnect = seconds(1), kAssociated = seconds(2), kThen = seconds(20);
constexpr Duration kLate = kAtOnce + milliseconds(50);  // no report of before is still on its way

class SceneBuilder {
 public:
  SceneBuilder(Duration grace, bool idle) : grace_(grace), idle_(idle) {}

  std::vector<Plan> build() {
    for (const Setting setting : settings(timeout_s())) {
      lost_unusable(setting);
      admin_down(setting);
      late_reports(setting);
      at_once(setting);
      if (setting.persistent) persistence_cleared(setting);
      errors(setting);
      if (idle_) idle(setting);
      if (grace_ > kAtOnce * 4) within_grace(setting);
    }
    return std::move(plans_);
  }

 private:
  // No attempt that follows a loss is over before the grace is.
  int timeout_s() const { return 10 + seconds_down(grace_) * 3; }
  Duration long_after(Duration at) const { return at + grace_ + kNextStart * 2; }

  void add(Plan plan) {
    const Duration last = plan.steps.back().at;
    plan.until = long_after(last) + seconds(timeout_s());
    plans_.push_back(std::move(plan));
  }
  static Plan attempting(Setting setting) { return with({}, setting).at(kConnect, Connect); }
  static Plan up(Setting setting) { return attempting(setting).at(kAssociated, AssocOk); }

  void lost_unusable(Setting setting) {
    for (const Duration after : {milliseconds(200), milliseconds(500), seconds(3)}) {
      add(up(setting).at(kAssociated + after, Loss));
    }
  }
  // What happens meanwhile, and that nothing comes of it when it is admin-up again.
  void admin_down(Setting setting) {
    const Duration back = kThen + grace_ + seconds(3);
    for (const Word word : {Loss, Error}) {
      Plan plan = up(setting).at(kThen, AdminDown).at(kThen + seconds(1), word);
      add(plan.at(back, AdminUp));
    }
    for (const Word word : {AssocOk, AssocFail, Error, Timeout_}) {
      Plan plan = attempting(setting).at(seconds(3), AdminDown);
      if (word != Timeout_) plan.at(seconds(4), word);
      add(plan.at(seconds(15 + timeout_s()), AdminUp));
    }
  }
  // A failure, or a loss, that belongs to what is over.
  void late_reports(Setting setting) {
    std::vector<Plan> ends = {attempting(setting).at(seconds(5), Disconnect),
                              attempting(setting).at(seconds(5), Error),
                              up(setting).at(kThen, Disconnect), up(setting).at(kThen, Error)};
    if (!setting.persistent) ends.push_back(up(setting).at(kThen, Loss));
    if (setting.timeout_s > 0) ends.push_back(attempting(setting));
    for (const Plan& plan : ends) {
      const bool by_itself = plan.steps.back().word == Connect;
      const bool by_loss = plan.steps.back().word == Loss;
      Duration over = plan.steps.back().at;
      if (by_itself) over = over + seconds(setting.timeout_s) + kAtOnce * 2;
      if (by_loss) over = over + grace_ + kSoon;
      for (const Duration late : {kLate, seconds(4)}) {
        for (const Word word : {AssocFail, Loss, TechRetry}) add(Plan(plan).at(over + late, word));
      }
    }
  }
  // Two things in one instant.
  void at_once(Setting setting) {
    for (const Word word : {AssocOk, AssocFail}) {
      for (const Word other : {Disconnect, Error}) {
        add(attempting(setting).at(kAssociated, word).at(kAssociated, other));
      }
    }
    add(attempting(setting).at(kAssociated, Disconnect).at(kAssociated, AssocOk));
    for (const Word word : {Disconnect, Error}) {
      add(up(setting).at(kThen, Loss).at(kThen, word));
      add(up(setting).at(kThen, word).at(kThen, Loss));
    }
  }
  // In the attempt after a loss, which goes on.
  void persistence_cleared(Setting setting) {
    const Duration cleared = kThen + grace_ + seconds(3);
    const Plan plan = up(setting).at(kThen, Loss).at(cleared, Persistent, 0);
    add(Plan(plan).at(cleared + seconds(1), AssocFail));
  }
  // While nothing runs: after a failed sub-attempt, and without a configuration.
  void errors(Setting setting) {
    const Duration failed = seconds(3), again = seconds(100) + grace_;
    Plan lost = up(setting).at(kThen, Loss);
    const Duration later = kThen + grace_ + failed;
    Plan waiting = attempting(setting);
    waiting.configured = false;
    add(attempting(setting).at(failed, AssocFail).at(failed + kLate, Error).at(again, Connect));
    add(lost.at(later, AssocFail).at(later + kLate, Error).at(again, Connect));
    add(waiting.at(failed, Error).at(again, CfgSet));
  }
  // Settings as they are then count, not those of the connect.
  void idle(Setting setting) {
    const Duration set = seconds(10);
    add(up(setting).at(set, Persistent, setting.persistent ? 0 : 1).at(kThen, IdleStop));
    const int other = setting.timeout_s > 0 ? 0 : timeout_s();
    if (setting.persistent) add(up(setting).at(set, Timeout_, other).at(kThen, IdleStop));
  }
  void within_grace(Setting setting) {
    const Plan lost = up(setting).at(kThen, Loss);
    const Duration quarter = kThen + grace_ / 4, half = kThen + grace_ / 2;
    for (const Word word : {Connect, Disconnect, AssocOk, AssocFail, Error}) {
      add(Plan(lost).at(half, word));
    }
    add(Plan(lost).at(quarter, AssocOk).at(half, Loss));
    add(Plan(lost).at(quarter, AssocOk).at(half, Disconnect));
    add(Plan(lost).at(quarter, TechRetry).at(quarter + kAtOnce, AssocFail));
    add(Plan(lost).at(quarter, AssocFail).at(half, AssocOk));
    add(Plan(lost).at(quarter, Disconnect).at(half, AssocFail));
  }

  Duration grace_;
  bool idle_;
  std::vector<Plan> plans_;
};

}  // namespace

std::vector<Plan> scenes(Duration grace, bool idle) {
  return SceneBuilder(grace, idle).build();
}

}  // namespace flapjack::conformance
