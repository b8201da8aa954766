// SPDX-License-Identifier: Apache-2.0
// The checklist: what conforms passes, whoever wrote it; each planted fault is caught by exactly
// the items that it violates, and the trace shown for it is a short one.
#include "connmgr/conform/conform.h"

#include <gtest/gtest.h>

#include "scenarios/builtin.h"
#include "tests/connmgr/conform/plain_connectivity.h"

namespace flapjack::test {
namespace {

using conformance::ConformReport;
using conformance::ConformSubject;
using conformance::ItemResult;
using conformance::ItemVerdict;

ConformSubject plain(Planted planted) {
  ConformSubject subject;
  subject.name = "plain";
  subject.make = [planted](TechnologyFactory make) {
    return std::make_unique<PlainConnectivity>(planted, std::move(make));
  };
  const PlainConnectivity documented(planted, nullptr);
  subject.grace = documented.grace();
  subject.partial_options = documented.partial_options();
  return subject;
}

std::vector<int> numbers(const ConformReport& report, ItemVerdict verdict) {
  std::vector<int> out;
  for (const ItemResult& item : report.items) {
    if (item.verdict == verdict) out.push_back(item.number);
  }
  return out;
}

std::string text(const ConformReport& report) {
  std::string out;
  for (const ItemResult& item : report.items) {
    if (!item.example) continue;
    out += std::to_string(item.number) + ": " + item.example->wrong + "\n";
    out += "    " + item.example->setting + "\n";
    for (const std::string& line : item.example->text()) out += "    " + line + "\n";
  }
  return out;
}

TEST(Conform, HasEveryItemOnce) {
  const ConformReport report = conformance::conform(plain(Planted::None), {});
  ASSERT_EQ(report.items.size(), 44u);
  for (int i = 0; i < 44; ++i) EXPECT_EQ(report.items[std::size_t(i)].number, i + 1);
  for (const ItemResult& item : report.items) {
    const bool tried =
        item.runs > 0 || item.number == 39 || item.verdict == ItemVerdict::NotApplicable;
    EXPECT_TRUE(tried) << item.number;
  }
}

void expect_pass(Planted way, const ProfileEntry& profile) {
  SCOPED_TRACE(std::string(profile.word.name) + " " + std::to_string(static_cast<int>(way)));
  NodeConfig node;
  profile.apply(node);
  const ConformSubject subject = plain(way);
  std::vector<int> none;
  if (subject.grace == Duration{}) none.push_back(7);
  const bool addressed = way == Planted::Addressed || way == Planted::Addressed6 ||
                         way == Planted::DefersAddress || way == Planted::DownAfterAddress;
  if (!addressed) none.push_back(34);
  if (!node.conn_mgr.idle_timeout) none.push_back(44);
  const ConformReport report = conformance::conform(subject, node.conn_mgr);
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), std::vector<int>()) << text(report);
  EXPECT_EQ(numbers(report, ItemVerdict::NotApplicable), none);
}

TEST(Conform, PlainWayPassesInEveryProfile) {
  for (const ProfileEntry& profile : builtin_registry().profiles) {
    expect_pass(Planted::None, profile);
  }
}

// Each in today's release and, in turn, in an older one.
TEST(Conform, OtherWaysPass) {
  const auto profiles = builtin_registry().profiles;
  std::size_t turn = 0;
  for (const Planted way :
       {Planted::StopsLater,       Planted::RetriesSlowly,    Planted::SecondConnectExtends,
        Planted::Defers,           Planted::StopsFirst,       Planted::OwnSubTimer,
        Planted::StartsAfterGrace, Planted::LongGrace,        Planted::CountsFromGrace,
        Planted::Defaults,         Planted::SaysUnconfigured, Planted::ReadyLate,
        Planted::PausesAtLoss,     Planted::RetriesAtOnce,    Planted::RefusesOptions,
        Planted::OptionShowsLate,  Planted::Addressed6,       Planted::Addressed,
        Planted::DefersRetries,    Planted::DefersUsable,     Planted::DefersAddress,
        Planted::DefersSubTimer,   Planted::DownAfterAddress, Planted::TellsFirst,
        Planted::OptionsAnew}) {
    expect_pass(way, profiles.front());
    if (way < Planted::OwnSubTimer) expect_pass(way, profiles[1 + turn++ % (profiles.size() - 1)]);
  }
}

// Where the connection manager asks first, most plans end with its refusal.
TEST(Conform, RefusalThoughConfiguredIsToldByWhatSpeaksOfIt) {
  ConnMgrConfig config;
  config.config_check = true;
  const ConformReport report = conformance::conform(plain(Planted::NeverConfigured), config);
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), (std::vector<int>{2, 28, 31})) << text(report);
}

// What is documented is allowed; the same without a word is not.
TEST(Conform, OptionsMayBeCutWhereThatIsDocumented) {
  ConformSubject subject = plain(Planted::Defaults);
  ASSERT_TRUE(subject.partial_options);
  EXPECT_EQ(numbers(conformance::conform(subject, {}, {39}), ItemVerdict::Fail),
            std::vector<int>());
  subject.partial_options = false;
  EXPECT_EQ(numbers(conformance::conform(subject, {}, {39}), ItemVerdict::Fail),
            std::vector<int>{39});
}

// A counter-example tells all that is needed to repeat it.
TEST(Conform, CounterExampleStandsAlone) {
  struct Case {
    Planted planted;
    int item;
    std::string wrong, setting, last;
  };
  const std::string plain_setting = "not persistent, no timeout, configured, no grace";
  const std::string cut =
      "a wrong size is not refused with ENOBUFS and length 0: "
      "set of option 1 to 24 bytes is OK, but it then has 16";
  const std::string lost = "an option is not what the application set before CONNECT: option 0";
  const Case cases[] = {
      {Planted::OneGrace, 7, "OPER_DOWN before the grace is over",
       "not persistent, no timeout, configured, grace 6s", "23.000s      -> STOP"},
      {Planted::OptionCut, 39, cut, plain_setting + ", 2 ifaces", "0.000s      -> RULE: " + cut},
      {Planted::OptionReset, 31, lost, plain_setting, "(no more until 120.000s)"},
      {Planted::DefaultIface, 43, "an iface that is not bound was changed",
       "persistent, no timeout, configured, no grace", "(no more until 300.000s)"},
      {Planted::SilentTimeout, 10, "not exactly one TIMEOUT",
       "persistent, timeout 1s, configured, no grace", "(no more until 602.000s)"},
  };
  for (const Case& each : cases) {
    const ConformReport report = conformance::conform(plain(each.planted), {}, {each.item});
    ASSERT_TRUE(report.items.front().example) << each.item;
    const auto& example = *report.items.front().example;
    EXPECT_EQ(example.wrong, each.wrong);
    EXPECT_EQ(example.setting, each.setting);
    EXPECT_EQ(example.text().back(), each.last) << text(report);
  }
}

TEST(Conform, TracesNameWhatIsUsedAndFlipped) {
  using conformance::line_text;
  using conformance::Word;
  const auto text = [](Word word, int value) { return line_text({seconds(5), word, value, 0}); };
  EXPECT_EQ(text(Word::Flip, 4), "5.000s  flip: admin-down");
  EXPECT_EQ(text(Word::Flip, 1), "5.000s  flip: not dormant");
  EXPECT_EQ(text(Word::Options, 1), "5.000s  options: each set to another value");
  EXPECT_EQ(text(Word::Ret, -22), "5.000s      -> ret EINVAL -22");
  EXPECT_EQ(text(Word::Ret, 0), "5.000s      -> ret 0");
  EXPECT_EQ(text(Word::Persistent, 0), "5.000s  persistent 0");
}

class Shipped : public testing::TestWithParam<std::string> {
 protected:
  ConformReport examine(Duration grace, ConnMgrConfig config = {}) {
    static const Registry registry = builtin_registry();
    const ConnectivityEntry& entry = *find_entry(registry.connectivities, GetParam());
    ConformSubject subject;
    subject.name = GetParam();
    subject.grace = grace;
    subject.make = [&](TechnologyFactory make) { return entry.make_above(std::move(make), grace); };
    subject.make_own = [&] {
      ConnSpec spec;
      spec.impl = entry.word.name;
      if (spec.impl == "lte") spec.address = Ipv4Spec{"100.64.0.2", 0x64400002, 24, {}};
      return std::move(entry.make(spec, nullptr).connectivity);
    };
    return conformance::conform(subject, config);
  }
};

TEST_P(Shipped, PassesEveryItem) {
  const ConformReport report = examine({});
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), std::vector<int>()) << text(report);
  const std::vector<int> none = GetParam() == "lte" ? std::vector<int>{7} : std::vector<int>{7, 34};
  EXPECT_EQ(numbers(report, ItemVerdict::NotApplicable), none);
}

TEST_P(Shipped, PassesWithAGrace) {
  const ConformReport report = examine(seconds(2));
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), std::vector<int>()) << text(report);
}

TEST_P(Shipped, PassesBeforeIdleTimeouts) {  // 44 gives way to 21
  ConnMgrConfig config;
  config.legacy_sync_autodown = true;
  config.idle_timeout = false;
  const ConformReport report = examine({}, config);
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), std::vector<int>()) << text(report);
  EXPECT_EQ(report.items.back().verdict, ItemVerdict::NotApplicable);
}

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const ConnectivityEntry& entry : builtin_registry().connectivities) {
    if (entry.make_above != nullptr) names.push_back(entry.word.name);
  }
  return names;
}
INSTANTIATE_TEST_SUITE_P(All, Shipped, testing::ValuesIn(shipped()),
                         [](const auto& info) { return info.param; });

struct PlantedCase {
  std::string name;
  Planted planted;
  std::vector<int> violated;
};
class Faulty : public testing::TestWithParam<PlantedCase> {};

TEST_P(Faulty, IsCaughtByExactlyWhatItViolates) {
  const ConformReport report = conformance::conform(plain(GetParam().planted), {});
  EXPECT_EQ(numbers(report, ItemVerdict::Fail), GetParam().violated) << text(report);
  for (const ItemResult& item : report.items) {
    if (!item.example) continue;
    EXPECT_FALSE(item.example->wrong.empty());
    EXPECT_LE(item.example->lines.size(), 24u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Faulty,
    testing::Values(
        PlantedCase{"SilentTimeout", Planted::SilentTimeout, {9, 10, 17, 30}},
        PlantedCase{"TimeoutWithoutConfig", Planted::TimeoutWithoutConfig, {29, 30}},
        PlantedCase{"FatalAndTimeout", Planted::FatalAndTimeout, {33}},
        PlantedCase{"RetriesAfterTimeout", Planted::RetriesAfterTimeout, {9, 10, 17, 33}},
        PlantedCase{"WrongErrno", Planted::WrongErrno, {39}},
        PlantedCase{"ForcesFlags", Planted::ForcesFlags, {38}},
        PlantedCase{"UpBeforeLink", Planted::UpBeforeLink, {3, 5}},
        PlantedCase{"AttemptOutlives", Planted::AttemptOutlives, {22, 27}},
        PlantedCase{"AlwaysPersistent", Planted::AlwaysPersistent, {18, 19}},
        PlantedCase{"SharedState", Planted::SharedState, {37}},
        PlantedCase{"ReadsIface", Planted::ReadsIface, {36}},
        PlantedCase{"DefaultIface", Planted::DefaultIface, {43}},
        PlantedCase{"StaleCountdown", Planted::StaleCountdown, {4}},
        PlantedCase{"CachedPersistence", Planted::CachedPersistence, {19}},
        PlantedCase{"GivesUpFirst", Planted::GivesUpFirst, {12, 14, 15}},
        PlantedCase{"NoIdleReturn", Planted::NoIdleReturn, {44}},
        PlantedCase{"UnsetsPersistent", Planted::UnsetsPersistent, {38}},
        PlantedCase{"SetsNoAuto", Planted::SetsNoAuto, {38}},
        PlantedCase{"RefusesWhenUp", Planted::RefusesWhenUp, {25, 26}},
        PlantedCase{"ToleratesRetry", Planted::ToleratesRetry, {18}},
        PlantedCase{"ToleratesNextRetry", Planted::ToleratesNextRetry, {9, 10, 18, 23, 32}},
        PlantedCase{"SecondLossEnds", Planted::SecondLossEnds, {16}},
        PlantedCase{"TwentiethLossEnds", Planted::TwentiethLossEnds, {16}},
        PlantedCase{"SecondIdleEnds", Planted::SecondIdleEnds, {44}},
        PlantedCase{"TimeoutAgain", Planted::TimeoutAgain, {9, 10, 24}},
        PlantedCase{"ReadsAdmin", Planted::ReadsAdmin, {36}},
        PlantedCase{"ConnectRestarts", Planted::ConnectRestarts, {25}},
        PlantedCase{"LateAfterTimeout", Planted::LateAfterTimeout, {9, 10}},
        PlantedCase{"LateAfterFatal", Planted::LateAfterFatal, {32}},
        PlantedCase{"CountdownEach", Planted::CountdownEach, {11, 15, 17, 30}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Options, Faulty,
    testing::Values(PlantedCase{"OptionOfFirst", Planted::OptionOfFirst, {37}},
                    PlantedCase{"ClearsNoAuto", Planted::ClearsNoAuto, {38}},
                    PlantedCase{"OptionCut", Planted::OptionCut, {39}},
                    PlantedCase{"OptionReset", Planted::OptionReset, {31, 38}},
                    PlantedCase{"OptionLongInvalid", Planted::OptionLongInvalid, {39}},
                    PlantedCase{"OptionLengthKept", Planted::OptionLengthKept, {39}}),
    [](const auto& info) { return info.param.name; });

// What shows only with a timeout, only when persistent, only later, only of two ifaces.
INSTANTIATE_TEST_SUITE_P(
    Settings, Faulty,
    testing::Values(
        PlantedCase{"GraceIsTimeout", Planted::GraceIsTimeout, {6}},
        PlantedCase{"RetriesAfterFatal", Planted::RetriesAfterFatal, {32, 33}},
        PlantedCase{"SilentFatal", Planted::SilentFatal, {32}},
        PlantedCase{"SharedCountdown", Planted::SharedCountdown, {37}},
        PlantedCase{"SharedConfig", Planted::SharedConfig, {37}},
        PlantedCase{"FatalToAll", Planted::FatalToAll, {37}},
        PlantedCase{"AddressOnFirst", Planted::AddressOnFirst, {34, 37}},
        PlantedCase{"AddressOnDecoy", Planted::AddressOnDecoy, {34, 43}},
        PlantedCase{"AddressOverLoss", Planted::AddressOverLoss, {34}},
        PlantedCase{"Address6OverLoss", Planted::Address6OverLoss, {34}},
        PlantedCase{"AddressAfterFatal", Planted::AddressAfterFatal, {34}},
        PlantedCase{"AddressOnce", Planted::AddressOnce, {34}},
        PlantedCase{"DeadAfterTimeout", Planted::DeadAfterTimeout, {9, 10, 17}},
        PlantedCase{"CachedTimeout", Planted::CachedTimeout, {20}},
        PlantedCase{"SecondConnectEndsCountdown", Planted::SecondConnectEndsCountdown, {9, 10, 25}},
        PlantedCase{"IdleByTimeout", Planted::IdleByTimeout, {21, 22, 44}},
        PlantedCase{"UpAtAdminUp", Planted::UpAtAdminUp, {5, 35}},
        PlantedCase{"OptionsBusy", Planted::OptionsBusy, {38}},
        PlantedCase{"OptionEnds", Planted::OptionEnds, {38}},
        PlantedCase{"OptionOfAll", Planted::OptionOfAll, {37}},
        PlantedCase{"ReadsOptionsWhenDown", Planted::ReadsOptionsWhenDown, {38}},
        PlantedCase{"IgnoresDisconnectInGrace", Planted::IgnoresDisconnectInGrace, {21, 22}},
        PlantedCase{"IgnoresConnectInGrace", Planted::IgnoresConnectInGrace, {3}},
        PlantedCase{"BusyInPause", Planted::BusyInPause, {25}},
        PlantedCase{"TimeoutAfterLoss", Planted::TimeoutAfterLoss, {18}},
        PlantedCase{"UpTwice", Planted::UpTwice, {4}},
        PlantedCase{"DeafToConfig", Planted::DeafToConfig, {29}},
        PlantedCase{"WaitsForConfig", Planted::WaitsForConfig, {30}},
        PlantedCase{"LastCommandLoses", Planted::LastCommandLoses, {27}},
        PlantedCase{"TimeoutWraps", Planted::TimeoutWraps, {9, 10}},
        PlantedCase{"OneLossTimeout", Planted::OneLossTimeout, {17}},
        PlantedCase{"FatalAfterLoss", Planted::FatalAfterLoss, {11, 12, 14}},
        PlantedCase{"ClearsPersistence", Planted::ClearsPersistence, {38}},
        PlantedCase{"OneGrace", Planted::OneGrace, {7}},
        PlantedCase{"FirstLossTimeout", Planted::FirstLossTimeout, {20}},
        PlantedCase{"RefusesUnconfigured", Planted::RefusesUnconfigured, {28}}),
    [](const auto& info) { return info.param.name; });

// What shows only at one instant, or in one order.
INSTANTIATE_TEST_SUITE_P(
    Instants, Faulty,
    testing::Values(PlantedCase{"CoolsDown", Planted::CoolsDown, {3, 9, 10, 32}},
                    PlantedCase{"AddressAfterEnd", Planted::AddressAfterEnd, {34}},
                    PlantedCase{"AddressLostInGrace", Planted::AddressLostInGrace, {34}},
                    PlantedCase{"StopLostWhenNew", Planted::StopLostWhenNew, {22}},
                    PlantedCase{"PauseOverTimeout", Planted::PauseOverTimeout, {9, 10}},
                    PlantedCase{"TimeoutLostInGrace", Planted::TimeoutLostInGrace, {17}},
                    PlantedCase{"NoCountdownInGrace", Planted::NoCountdownInGrace, {9}},
                    PlantedCase{"ClearedEndsAttempt", Planted::ClearedEndsAttempt, {12, 15}},
                    PlantedCase{"WholeSeconds", Planted::WholeSeconds, {9, 10, 16, 17}},
                    PlantedCase{"OptionUnknownEnotsup", Planted::OptionUnknownEnotsup, {39}},
                    PlantedCase{"OptionExactRefused", Planted::OptionExactRefused, {39}},
                    PlantedCase{"FirstTriesAgain", Planted::FirstTriesAgain, {37}},
                    PlantedCase{"FirstCountsDown", Planted::FirstCountsDown, {37}},
                    PlantedCase{"IdleInAttemptEnds", Planted::IdleInAttemptEnds, {44}},
                    PlantedCase{"UpByWorkItem", Planted::UpByWorkItem, {22, 32}},
                    PlantedCase{"OptionResetAtEnd", Planted::OptionResetAtEnd, {31, 38}},
                    PlantedCase{"DeafAfterOption", Planted::DeafAfterOption, {38}},
                    PlantedCase{"UnusableForgotten", Planted::UnusableForgotten, {16}},
                    PlantedCase{"Damps", Planted::Damps, {16}}),
    [](const auto& info) { return info.param.name; });

// What shows only in a scene (scene.h).
INSTANTIATE_TEST_SUITE_P(
    Scenes, Faulty,
    testing::Values(PlantedCase{"DownIfUp", Planted::DownIfUp, {35}},
                    PlantedCase{"ErrorIfAdminUp", Planted::ErrorIfAdminUp, {36}},
                    PlantedCase{"LateFailureRestarts", Planted::LateFailureRestarts, {22}},
                    PlantedCase{"IdlePersistenceCached", Planted::IdlePersistenceCached, {44}},
                    PlantedCase{"IdleTimeoutCached", Planted::IdleTimeoutCached, {20}},
                    PlantedCase{"StaleGrace", Planted::StaleGrace, {7}},
                    PlantedCase{"RetryEndsGrace", Planted::RetryEndsGrace, {6}},
                    PlantedCase{"DeafToErrorInGrace", Planted::DeafToErrorInGrace, {32}},
                    PlantedCase{"AddressOverGrace", Planted::AddressOverGrace, {34}},
                    PlantedCase{"DeafToErrorInPause", Planted::DeafToErrorInPause, {32}},
                    PlantedCase{"DeafToErrorInWait", Planted::DeafToErrorInWait, {32}},
                    PlantedCase{"UpAfterLoss", Planted::UpAfterLoss, {5}},
                    PlantedCase{"StartBeforeDown", Planted::StartBeforeDown, {16}},
                    PlantedCase{"NoLossTimeout", Planted::NoLossTimeout, {17}},
                    PlantedCase{
                        "DeafToDisconnectInWait", Planted::DeafToDisconnectInWait, {22, 23}},
                    PlantedCase{"FirstFailureFatal", Planted::FirstFailureFatal, {11, 12, 14, 30}},
                    PlantedCase{"GivesUpAfterHundred", Planted::GivesUpAfterHundred, {11, 12, 15}},
                    PlantedCase{"LateLossRestarts", Planted::LateLossRestarts, {21}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace flapjack::test
