// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/story.h"

#include <array>

#include "stack/sim/rng.h"

namespace flapjack::conformance {
namespace {

constexpr std::uint64_t kSeed = 44;
constexpr int kStories = 1152;
constexpr Duration kShort = seconds(4);
constexpr int kShortTimeout = 10;  // never a multiple of kShort: no step at the instant of its end

constexpr Word kWait = Word::Ret;  // no step: until every attempt is over

struct Weight {
  Word word;
  int usual, silent, unconfigured;  // of a technology that answers, says nothing, lacks its config
};
constexpr Weight kWeights[] = {
    {Word::Connect, 6, 6, 4},  {Word::Disconnect, 3, 3, 2}, {Word::AssocOk, 1, 7, 2},
    {Word::Loss, 6, 6, 2},     {Word::Error, 1, 1, 1},      {Word::TechRetry, 2, 2, 1},
    {Word::Timeout_, 1, 1, 1}, {Word::Persistent, 1, 1, 1}, {Word::AdminDown, 1, 1, 1},
    {Word::IdleStop, 2, 2, 1}, {Word::CfgSet, 0, 0, 6},     {Word::CfgBad, 0, 0, 2},
    {kWait, 2, 2, 2},
};

class StoryTeller {
 public:
  StoryTeller(Duration gap, bool idle) : gap_(gap), idle_(idle) {}

  Plan tell(int number) {
    Plan plan = setting(number);
    at_ = seconds(1);
    step(plan, Word::Connect);
    const int steps = 7 + static_cast<int>(stream_.below(5));
    for (int i = 0; i < steps; ++i) step(plan, draw(plan));
    plan.until = at_ + long_timeout() + gap_;
    return plan;
  }

 private:
  Duration long_timeout() const { return gap_ * 3 + seconds(22); }

  Plan setting(int number) {
    const std::array timeouts = {0, kShortTimeout, static_cast<int>(long_timeout().ns / kSecond)};
    const std::array answers = {Answer{}, Answer{Answer::Kind::Ok, seconds(2), 0},
                                Answer{Answer::Kind::Fail, seconds(2), 0},
                                Answer{Answer::Kind::Ok, seconds(2), 1}};
    Plan plan;
    plan.persistent = number % 2 != 0;
    plan.timeout_s = timeouts[std::size_t(number / 2 % 3)];
    plan.answer = answers[std::size_t(number / 6 % 4)];
    plan.configured = number / 24 % 4 != 0;
    return plan;
  }

  Word draw(const Plan& plan) {
    const auto weight = [&](const Weight& w) {
      if (w.word == Word::IdleStop && !idle_) return 0;
      if (!plan.configured) return w.unconfigured;
      return plan.answer.kind == Answer::Kind::Nothing ? w.silent : w.usual;
    };
    int all = 0;
    for (const Weight& w : kWeights) all += weight(w);
    auto left = static_cast<int>(stream_.below(static_cast<std::uint64_t>(all)));
    for (const Weight& w : kWeights) {
      left -= weight(w);
      if (left < 0) return w.word == Word::IdleStop && !may_be_up(plan) ? Word::Connect : w.word;
    }
    return Word::Connect;
  }
  // Only a connection can be idle; settings leave it as it is.
  static bool may_be_up(const Plan& plan) {
    std::size_t at = plan.steps.size();
    Word last = Word::Persistent;
    while (last == Word::Persistent || last == Word::Timeout_) last = plan.steps[--at].word;
    return last == Word::AssocOk || (last == Word::Connect && plan.answer.kind == Answer::Kind::Ok);
  }

  void step(Plan& plan, Word word) {
    int value = 0;
    if (word == Word::Persistent) value = static_cast<int>(stream_.below(2));
    if (word == Word::Timeout_) value = setting(static_cast<int>(stream_.below(6))).timeout_s;
    if (word == kWait) {
      at_ = at_ + long_timeout() + gap_;
      return;
    }
    plan.at(at_, word, value);
    at_ = at_ + (stream_.below(3) == 0 ? kShort : gap_);
    if (word != Word::AdminDown) return;
    plan.at(at_, Word::AdminUp);
    at_ = at_ + gap_;
  }

  static constexpr std::int64_t kSecond = 1'000'000'000;
  Duration gap_;
  bool idle_;
  RandomStream stream_ = Rng(kSeed).stream("conform.stories");
  Duration at_;
};

// Longer than anything that an implementation with this grace may take over a step.
Duration gap_of(Duration grace) {
  return seconds(60) + grace * 2;
}

}  // namespace

std::vector<Plan> stories(Duration grace, bool idle) {
  StoryTeller teller(gap_of(grace), idle);
  std::vector<Plan> out;
  for (int i = 0; i < kStories; ++i) out.push_back(teller.tell(i));
  return out;
}

}  // namespace flapjack::conformance
