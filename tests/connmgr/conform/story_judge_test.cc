// SPDX-License-Identifier: Apache-2.0
// The judge of stories: the first item that a trace breaks, by line and by missing line; and what
// it says nothing about.
#include "connmgr/conform/story_judge.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "connmgr/conform/story.h"

namespace flapjack::test {
namespace {

using conformance::judge_story;
using conformance::Line;
using conformance::Plan;
using conformance::StoryTerms;
using conformance::Trace;
using conformance::Word;
using conformance::word_name;

constexpr int kNone = 0;

struct Case {
  std::string name;
  std::string setting;  // words of: persistent, timeout, unconfigured, grace, check
  std::string trace;    // seconds, word, perhaps =value; to 1000 s
  int item;             // kNone: nothing
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.setting << ": " << c.trace;
}

Word word_of(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Word::Fault); ++i) {
    if (word_name(static_cast<Word>(i)) == name) return static_cast<Word>(i);
  }
  ADD_FAILURE() << "no word " << name;
  return Word::Fault;
}

Trace trace_of(const std::string& text) {
  Trace trace;
  std::istringstream in(text);
  double at = 0;
  std::string word;
  while (in >> at >> word) {
    Line line{milliseconds(static_cast<std::int64_t>(at * 1000)), Word::Ret, 0, 0};
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) line.value = std::stoi(word.substr(equals + 1));
    line.word = word_of(word.substr(0, equals));
    trace.lines.push_back(line);
  }
  return trace;
}

class JudgeStory : public testing::TestWithParam<Case> {};

TEST_P(JudgeStory, NamesTheItem) {
  const Case& c = GetParam();
  const auto has = [&](const char* word) { return c.setting.find(word) != std::string::npos; };
  Plan plan;
  plan.persistent = has("persistent");
  plan.timeout_s = has("timeout") ? 10 : 0;
  plan.configured = !has("unconfigured");
  plan.until = seconds(1000);
  StoryTerms terms;
  if (has("grace")) terms.grace = seconds(2);
  terms.config_check = has("check");
  const auto verdict = judge_story(plan, terms, trace_of(c.trace));
  EXPECT_EQ(verdict ? verdict->item : kNone, c.item) << (verdict ? verdict->wrong : "");
}

// How stories begin: connecting, connected, and ended in each way.
const std::string kBegun = "1 CONNECT 1 START 1 ret=0 ";
const std::string kUp = kBegun + "2 ASSOC_OK 2 OPER_UP ";
const std::string kTimedOut = kBegun + "11 STOP 11 TIMEOUT ";
const std::string kLost = kUp + "20 LOSS 20 OPER_DOWN ";
const std::string kLeft = kUp + "20 DISCONNECT 20 STOP 20 OPER_DOWN 20 ret=0 ";
const std::string kFailed = kUp + "20 ERROR 20 STOP 20 FATAL 20 OPER_DOWN ";

INSTANTIATE_TEST_SUITE_P(
    Attempt, JudgeStory,
    testing::Values(
        Case{"Plain", "", kUp, kNone}, Case{"Refused", "", "1 CONNECT 1 ret=-16", 2},
        Case{"NoStart", "", "1 CONNECT 1 ret=0", 2},
        Case{"StartLate", "", "1 CONNECT 1 ret=0 30 START", kNone},
        Case{"NotUp", "", kBegun + "2 ASSOC_OK", 4},
        Case{"UpLater", "", kBegun + "2 ASSOC_OK 9 OPER_UP", kNone},
        Case{"UpUnasked", "", kBegun + "2 OPER_UP", 5},
        Case{"Glitch", "", kUp + "50 ASSOC_OK 50 OPER_DOWN", 4},
        Case{"Again", "", kBegun + "2 ASSOC_FAIL 9 START", kNone},
        Case{"NeverAgain", "", kBegun + "2 ASSOC_FAIL", 12},
        Case{"NeverAgainInTime", "timeout", kBegun + "2 ASSOC_FAIL 11 TIMEOUT", kNone},
        Case{"GivenUp", "", kBegun + "2 ASSOC_FAIL 2 FATAL", 14},
        Case{"Refused2nd", "", kBegun + "5 CONNECT 5 ret=-114", 25},
        Case{"Extended", "timeout", kBegun + "5 CONNECT 5 ret=0 15 STOP 15 TIMEOUT", kNone},
        Case{"Forgotten", "timeout", kBegun + "5 CONNECT 5 ret=0", 25},
        Case{"TimeoutChanged", "timeout", kBegun + "5 timeout=60 61 STOP 61 TIMEOUT", kNone},
        Case{"OwnTimer", "", kBegun + "20 STOP 21 START", kNone},
        Case{"StopsForGood", "", kBegun + "20 STOP", 12}),
    [](const auto& info) { return info.param.name; });

// What comes while a command or a report waits for a work queue.
const std::string kLeaves = "20 DISCONNECT 20 ret=0 ";
const std::string kUnusable = kBegun + "2 ASSOC_OK ";
INSTANTIATE_TEST_SUITE_P(
    Waits, JudgeStory,
    testing::Values(
        Case{"Up", "", kUnusable + kLeaves + "20.05 OPER_UP 20.09 STOP 20.09 OPER_DOWN", kNone},
        Case{"UpTooLate", "", kUnusable + kLeaves + "20.2 OPER_UP", 22},
        Case{"UpForGood", "", kUnusable + kLeaves + "20 STOP 20 OPER_UP", 22},
        Case{"Address", "", kUp + kLeaves + "20 IP+ 20.09 IP- 20.09 STOP 20.09 OPER_DOWN", kNone},
        Case{"AddressForGood", "", kUp + kLeaves + "20.05 IP+ 20.09 STOP 20.09 OPER_DOWN", 34},
        Case{"AddressTooLate", "", kUp + kLeaves + "20 STOP 20 OPER_DOWN 20.5 IP+", 34},
        Case{"Report", "", kUnusable + "4 LOSS 4.05 OPER_UP 4.06 OPER_DOWN 4.06 STOP", kNone}),
    [](const auto& info) { return info.param.name; });

const std::string kAskedInGrace = kUp + "20 LOSS 21 CONNECT 21 START 21 ret=0 ";
INSTANTIATE_TEST_SUITE_P(
    Further, JudgeStory,
    testing::Values(Case{"ForgottenInGrace", "timeout grace", kAskedInGrace + "22 OPER_DOWN", 9},
                    Case{"EndsFromGrace", "timeout grace",
                         kAskedInGrace + "22 OPER_DOWN 32 STOP 32 TIMEOUT", kNone},
                    Case{"EndsFromLoss", "timeout grace",
                         kAskedInGrace + "22 OPER_DOWN 30 STOP 30 TIMEOUT", kNone},
                    Case{"EndsAtOnce", "timeout grace", kAskedInGrace + "21 STOP 21 TIMEOUT", 9},
                    Case{"LostUnusable", "persistent", kBegun + "2 ASSOC_OK 3 LOSS", 16},
                    Case{"LostUnusableGoesOn", "persistent", kBegun + "2 ASSOC_OK 3 LOSS 9 START",
                         kNone},
                    Case{"RetryTolerated", "timeout", kTimedOut + "30 TECH_RETRY", 9},
                    Case{"RetryStopped", "timeout", kTimedOut + "30 TECH_RETRY 30 STOP", kNone},
                    Case{"RetryAfterFatal", "", kFailed + "30 TECH_RETRY", 32},
                    Case{"ChangedThenGivenUp", "timeout", kBegun + "3 timeout=60 4 ASSOC_FAIL", 20},
                    Case{"ForgottenLater", "", kLeft + "60 CONNECT 60 ret=0", 3}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Timeout, JudgeStory,
    testing::Values(Case{"InTime", "timeout", kTimedOut, kNone},
                    Case{"Never", "timeout", kBegun, 9},
                    Case{"NeverPersistent", "timeout persistent", kBegun, 10},
                    Case{"Early", "timeout", kBegun + "9 STOP 9 TIMEOUT", 9},
                    Case{"EarlyAtOnce", "timeout", kBegun + "9 TIMEOUT", 9},
                    Case{"Unset", "", kBegun + "11 TIMEOUT", 8},
                    Case{"RunsOn", "timeout", kBegun + "11 TIMEOUT", 9},
                    Case{"Twice", "timeout", kTimedOut + "12 TIMEOUT", 9},
                    Case{"Resumes", "timeout persistent", kTimedOut + "30 START", 10},
                    Case{"Late", "timeout", kTimedOut + "30 ASSOC_OK 30 OPER_UP", 9},
                    Case{"Dead", "timeout", kTimedOut + "30 CONNECT 30 ret=0", 9},
                    Case{"AfterSuccess", "timeout", kUp + "11 STOP 11 OPER_DOWN 11 TIMEOUT", 4},
                    Case{"BothEvents", "timeout", kBegun + "11 STOP 11 FATAL 11 TIMEOUT", 33}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    End, JudgeStory,
    testing::Values(
        Case{"Lost", "", kLost, kNone}, Case{"LostUntold", "", kUp + "20 LOSS", 6},
        Case{"LostInGrace", "grace", kUp + "20 LOSS 22 OPER_DOWN", kNone},
        Case{"LostAfterGrace", "grace", kUp + "20 LOSS 26 OPER_DOWN", 6},
        Case{"FailureInGrace", "grace persistent",
             kUp + "20 LOSS 20 START 21 ASSOC_FAIL 22 OPER_DOWN", kNone},
        Case{"BackInGrace", "grace", kUp + "20 LOSS 21 ASSOC_OK", kNone},
        Case{"BackInGraceDown", "grace", kUp + "20 LOSS 21 ASSOC_OK 22 OPER_DOWN", 4},
        Case{"ToldInGrace", "grace", kUp + "20 LOSS 21 OPER_DOWN", 7},
        Case{"ChangedInGrace", "grace", kUp + "20 LOSS 21 persistent=1 22 OPER_DOWN", kNone},
        Case{"ErrorInGrace", "grace", kUp + "20 LOSS 21 ERROR 22 OPER_DOWN", kNone},
        Case{"ErrorInGraceUntold", "grace persistent",
             kUp + "20 LOSS 20 START 21 ERROR 21 STOP 22 OPER_DOWN", 32},
        Case{"LostUnusable", "", kBegun + "2 ASSOC_OK 2.5 LOSS 9 TIMEOUT", kNone},
        Case{"UpThoughLost", "", kBegun + "2 ASSOC_OK 2.5 LOSS 3 OPER_UP", 5},
        Case{"StartFirst", "persistent", kUp + "20 LOSS 20 START 20 OPER_DOWN", 16},
        Case{"ErrorInPause", "", kBegun + "2 ASSOC_FAIL 2.2 ERROR 3 START", 32},
        Case{"LateLoss", "", kLeft + "20.5 LOSS", kNone},
        Case{"LostResumes", "", kLost + "20 START", 18}, Case{"LostEnds", "persistent", kLost, 16},
        Case{"LostTimeout", "persistent timeout", kLost + "20 START 30 STOP 30 TIMEOUT", kNone},
        Case{"LostForEver", "persistent timeout", kLost + "20 START", 17},
        Case{"LostOldTimeout", "persistent", kUp + "9 timeout=10 20 LOSS 20 OPER_DOWN 20 START",
             20},
        Case{"LostNowPersistent", "", kUp + "9 persistent=1 20 LOSS 20 OPER_DOWN", 19},
        Case{"LostRetry", "", kLost + "40 TECH_RETRY", 18}, Case{"Left", "", kLeft, kNone},
        Case{"LeftResumes", "persistent", kLeft + "25 START", 21},
        Case{"LeftRetry", "", kLeft + "40 TECH_RETRY 40.5 STOP", 23},
        Case{"LeftRetryStopped", "", kLeft + "40 TECH_RETRY 40 STOP", kNone},
        Case{"LeftRunning", "", kBegun + "5 DISCONNECT 5 ret=0", 22},
        Case{"LeftTimeout", "timeout", kBegun + "5 DISCONNECT 5 STOP 5 ret=0 11 TIMEOUT", 22},
        Case{"Failed", "", kFailed, kNone}, Case{"FailedResumes", "", kFailed + "30 START", 32},
        Case{"FailedUntold", "", kUp + "20 ERROR 20 STOP 20 OPER_DOWN", 32},
        Case{"FailedTimeout", "timeout", kFailed + "30 TIMEOUT", 33},
        Case{"IdleReturns", "persistent", kUp + "20 IDLE_STOP 20 STOP 20 OPER_DOWN 20 START",
             kNone},
        Case{"IdleStays", "persistent", kUp + "20 IDLE_STOP 20 STOP 20 OPER_DOWN", 44},
        Case{"IdleUp", "", kUp + "20 IDLE_STOP 20 STOP", 44}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rest, JudgeStory,
    testing::Values(
        Case{"Waits", "unconfigured", "1 CONNECT 1 ret=0", kNone},
        Case{"WaitRefused", "unconfigured", "1 CONNECT 1 ret=-22", 28},
        Case{"WaitRefusedByManager", "unconfigured check", "1 CONNECT 1 ret=-22", kNone},
        Case{"WaitRefusedPersistent", "unconfigured check persistent", "1 CONNECT 1 ret=-22", 28},
        Case{"NoGo", "unconfigured", "1 CONNECT 1 ret=0 20 CFG_SET", 29},
        Case{"WaitsForEver", "unconfigured timeout", "1 CONNECT 1 ret=0", 30},
        Case{"WaitFatal", "unconfigured", "1 CONNECT 1 FATAL", 28},
        Case{"AdminUpUps", "", kLost + "60 ADMIN_DOWN 64 ADMIN_UP 64 OPER_UP", 35},
        Case{"AdminUpBack", "", kUp + "60 ADMIN_DOWN 60 OPER_DOWN 64 ADMIN_UP 64 OPER_UP", kNone},
        Case{"AdminUpNotBack", "", kUp + "60 ADMIN_DOWN 60 OPER_DOWN 64 ADMIN_UP", 35},
        Case{"AdminUpStarts", "", "1 ADMIN_DOWN 5 ADMIN_UP 5 START", 36},
        Case{"ConnectedThenSet", "timeout", kUp + "20 CONNECT 20 ret=0 25 timeout=7 30 TIMEOUT",
             26},
        Case{"AdminDownStops", "", kBegun + "60 ADMIN_DOWN 60 STOP", 36},
        Case{"AdminDownLeaves", "", kUp + "60 ADMIN_DOWN 60 OPER_DOWN 60 STOP", 36},
        Case{"Address", "", kUp + "2 IP+ 20 LOSS 20 IP- 20 OPER_DOWN", kNone},
        Case{"AddressStays", "", kUp + "2 IP+ 20 LOSS 20 OPER_DOWN", 34},
        Case{"AddressFirst", "", kBegun + "1 IP+", 34},
        Case{"ConnectedAgain", "", kUp + "20 CONNECT 20 STOP 20 START", 26},
        Case{"ConnectedCountdown", "timeout", kUp + "20 CONNECT 20 ret=0 30 TIMEOUT", 26},
        Case{"NobodysSuccess", "", "1 ASSOC_OK 1 OPER_UP", kNone}),
    [](const auto& info) { return info.param.name; });

// Every input is in some story, with every setting; none is at the instant of another.
TEST(Stories, GoEverywhere) {
  const std::vector<Plan> plans = conformance::stories(seconds(2), true);
  ASSERT_GE(plans.size(), 2 * conformance::kStorySettings);
  std::set<Word> words;
  for (const Plan& plan : plans) {
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      words.insert(plan.steps[i].word);
      if (i > 0) {
        EXPECT_LT(plan.steps[i - 1].at, plan.steps[i].at);
      }
    }
    EXPECT_GT(plan.until, plan.steps.back().at);
  }
  for (const Word word : {Word::Connect, Word::Disconnect, Word::IdleStop, Word::AdminUp,
                          Word::AdminDown, Word::AssocOk, Word::Loss, Word::TechRetry, Word::Error,
                          Word::CfgSet, Word::CfgBad, Word::Persistent, Word::Timeout_}) {
    EXPECT_TRUE(words.count(word)) << word_name(word);
  }
  for (const Plan& plan : conformance::stories({}, false)) {
    for (const auto& step : plan.steps) EXPECT_NE(step.word, Word::IdleStop);
  }
}

}  // namespace
}  // namespace flapjack::test
