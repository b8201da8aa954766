// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story_judge.h"

#include <algorithm>

#include "connmgr/conform/line_judge.h"

namespace flapjack::conformance {
namespace {

constexpr int kWaiting = 2;  // inputs that may wait at once

// A CONNECT that waits makes nothing right that would else be wrong.
bool may_wait(const Line& line) {
  switch (line.word) {
    case Word::Disconnect:
    case Word::IdleStop:
    case Word::AssocOk:
    case Word::AssocFail:
    case Word::Loss:
    case Word::TechRetry:
    case Word::Error:
    case Word::CfgSet:
    case Word::CfgBad:
      return line.iface == 0;
    default:
      return false;
  }
}

// The trace as it were if line `from` had been heard only after line `to`.
Trace heard_later(Trace t, std::size_t from, std::size_t to) {
  const auto at = [&](std::size_t line) { return t.lines.begin() + std::ptrdiff_t(line); };
  t.lines[from].at = t.lines[to].at;
  std::rotate(at(from), at(from) + 1, at(to) + 1);
  return t;
}

class Court {
 public:
  Court(const Plan& plan, const StoryTerms& terms) : plan_(plan), terms_(terms) {}

  std::optional<StoryVerdict> judge(const Trace& t) const { return judge(t, kWaiting).verdict; }

 private:
  struct Opinion {
    std::optional<StoryVerdict> verdict;
    bool gave_up;
    std::size_t told_at;
    // Than one that finds line `wrong` wrong. To give up before that line says nothing of it.
    bool milder(std::size_t wrong) const {
      return verdict ? told_at > wrong : !gave_up || told_at >= wrong;
    }
  };

  // What is wrong may be right without a command or a report that still waits for a work queue: as
  // if that came after it. It is, if nothing is wrong then, or only something that comes later.
  Opinion judge(const Trace& t, int waiting) const {
    LineJudge judge(plan_, terms_);
    const auto verdict = judge.follow(t, plan_.until);
    Opinion mildest{verdict, judge.gave_up(), judge.told_at()};
    const std::size_t wrong = judge.told_at();
    if (!verdict || wrong >= t.lines.size() || waiting == 0) return mildest;
    for (std::size_t i = wrong; i-- > 0 && t.lines[i].at + kAtOnce >= t.lines[wrong].at;) {
      if (!may_wait(t.lines[i])) continue;
      const Duration last = t.lines[i].at + kAtOnce;
      for (std::size_t to = wrong; to < t.lines.size() && t.lines[to].at <= last; ++to) {
        const Opinion other = this->judge(heard_later(t, i, to), waiting - 1);
        if (other.milder(mildest.told_at)) mildest = other;
        if (!mildest.verdict) return mildest;
      }
    }
    return mildest;
  }

  const Plan& plan_;
  const StoryTerms& terms_;
};

}  // namespace

std::optional<StoryVerdict> judge_story(const Plan& plan, const StoryTerms& terms, const Trace& t) {
  return Court(plan, terms).judge(t);
}

}  // namespace flapjack::conformance
