// SPDX-License-Identifier: Apache-2.0
// LineJudge: follows a trace line by line for judge_story (story_judge.h). The inputs change what
// it knows and what is due; the outputs settle what is due, or break an item. One judge a trace.
#pragma once
#include <optional>
#include <string_view>

#include "connmgr/conform/story_state.h"

namespace flapjack::conformance {

class LineJudge {
 public:
  LineJudge(const Plan& plan, const StoryTerms& terms) : terms_(terms) {
    s_.configured = plan.configured;
    s_.persistent = plan.persistent;
    s_.timeout_s = plan.timeout_s;
  }

  std::optional<StoryVerdict> follow(const Trace& t, Duration until);
  /// It has stopped judging, without a verdict.
  bool gave_up() const { return unclear_ && !verdict_; }
  /// Number of the line at which it did, or that the verdict speaks of; all, if of a missing one.
  std::size_t told_at() const { return told_at_; }

 private:
  bool over() const { return verdict_ || unclear_; }
  void breach(int item, std::string_view wrong) {
    if (!over()) verdict_ = StoryVerdict{item, wrong, s_.now};
  }
  void unclear() { unclear_ = true; }
  // A breach, unless what comes in the same instant shows that it is another one.
  void suspect(int item, std::string_view wrong) {
    if (suspected_) return;
    suspected_ = StoryVerdict{item, wrong, s_.now};
    suspected_at_ = told_at_;
  }

  void check_debts(Duration now);
  bool admin_just_now() const {
    return (last_ == Word::AdminDown || last_ == Word::AdminUp) && s_.now <= last_at_ + kAtOnce;
  }

  int first_item() const;
  void take(const Line& line);
  void take_event(const Line& line);
  void take_in_grace(const Line& line);
  void take_setting(const Line& line);
  void take_connect();
  void take_connect_in_grace();
  void take_disconnect();
  void take_idle_stop();
  void take_success();
  void take_failure();
  void take_loss();
  void take_retry();
  void take_error();
  void take_config(bool bad);
  void take_admin(bool up);
  void see(const Line& line);
  void see_unusable(Word word);
  void see_return(int value);
  void see_start();
  void see_stop();
  void see_up();
  void see_down();
  void see_timeout();
  void see_fatal();
  void see_address(bool added);

  StoryTerms terms_;
  StoryState s_, before_connect_;
  Word last_ = Word::Ret;  // input
  Duration last_at_{};
  bool unclear_ = false;
  bool early_start_ = false;  // the last START came while an OPER_DOWN was due
  bool unusable_ = false;     // lost after the association, before the OPER_UP
  std::optional<StoryVerdict> verdict_, suspected_;
  std::size_t told_at_ = 0, suspected_at_ = 0;
};

}  // namespace flapjack::conformance
