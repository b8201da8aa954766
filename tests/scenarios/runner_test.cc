// SPDX-License-Identifier: Apache-2.0
#include "scenarios/runner.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

const char* const kLossy = R"(, "seed": 5,
  "timeline": [{ "at": "2s", "set_link": "wire", "loss": "50%" },
               { "at": "5.5s", "carrier_down": "dev.eth0", "for": "1s" }])";

std::optional<ScenarioSpec> load(const std::string& text, const Registry& registry) {
  const SourceFile file("t.json", text);
  DiagnosticSink sink;
  auto spec = load_scenario(file, registry.vocabulary(), sink);
  EXPECT_TRUE(spec) << render(file, sink);
  return spec;
}

TEST(Runner, ReportsWhatHappened) {
  const Ran ran(pair_scenario(R"(, "timeline": [{ "at": "5.5s", "carrier_down": "dev.eth0" }])"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.report->verdict, RunVerdict::Pass);
  EXPECT_EQ(ran.report->error, "");
  EXPECT_EQ(ran.report->ended, SimTime{} + seconds(10));
  EXPECT_EQ(ran.report->digest.size(), 32u);
  EXPECT_EQ(ran.report->leaks.size(), 0u);
  EXPECT_GT(ran.report->events, 0u);
  EXPECT_EQ(ran.counts("dev.ping").sent, 10u);
  EXPECT_EQ(ran.counts("dev.ping").delivered, 6u);
  EXPECT_EQ(ran.counter("dev.eth0.down_count"), 1);
  EXPECT_EQ(ran.counter("srv.eth0.down_count"), 0);
  EXPECT_EQ(ran.counter("dev.mgmt_dropped"), 0);
  EXPECT_EQ(run_verdict_name(RunVerdict::Pass), "pass");
  EXPECT_EQ(run_verdict_name(RunVerdict::Fail), "fail");
  EXPECT_EQ(run_verdict_name(RunVerdict::Error), "error");
}

TEST(Runner, TheTraceEndsWithTheVerdicts) {
  const Ran ran(pair_scenario(R"(, "expect": [
    { "never": "dev.eth0 IF_DOWN" }, { "eventually": "dev.eth0 IF_DOWN" } ])"));
  ASSERT_TRUE(ran.report);
  const auto& records = ran.trace.records;
  ASSERT_GE(records.size(), 3u);
  const KeptRecord& never = records[records.size() - 3];
  const KeptRecord& eventually = records[records.size() - 2];
  EXPECT_EQ(never.kind, TraceKind::Expect);
  EXPECT_EQ(never.name, "never");
  EXPECT_EQ(never.attr("verdict"), "pass");
  EXPECT_EQ(never.attr("src"), "t.json:7:7");
  EXPECT_EQ(never.attr("text"), "never \"dev.eth0 IF_DOWN\"");
  EXPECT_EQ(eventually.attr("verdict"), "fail");
  EXPECT_EQ(records.back().kind, TraceKind::End);
  EXPECT_EQ(records.back().attr("verdict"), "fail");
}

// The canonical trace: numbers from 1, time never back, causes before effects.
TEST(Runner, RecordsAreInOrderAndCaused) {
  const Ran ran(pair_scenario(kLossy));
  ASSERT_TRUE(ran.report);
  std::uint64_t seq = 0;
  SimTime at;
  for (const KeptRecord& r : ran.trace.records) {
    ASSERT_EQ(r.seq.value, ++seq);
    ASSERT_LT(r.cause.value, r.seq.value);
    ASSERT_GE(r.at, at);
    at = r.at;
  }
}

TEST(Runner, TheDigestIsTheRuns) {
  const Registry registry = builtin_registry();
  auto spec = load(pair_scenario(kLossy), registry);
  ASSERT_TRUE(spec);
  DiagnosticSink sink;
  const auto digest = [&](const RunOptions& options) {
    const auto report = run_scenario(*spec, registry, options, sink);
    return report ? report->digest : "none";
  };
  const std::string plain = digest({});
  EXPECT_EQ(digest({}), plain);
  MemorySink all, some;
  RunOptions watched;
  watched.sinks = {{&all, TraceMask::all()}, {&some, TraceMask::of(TraceKind::Drop)}};
  EXPECT_EQ(digest(watched), plain);  // who looks on changes nothing
  EXPECT_LT(some.records.size(), all.records.size());
  RunOptions without;
  without.digest = false;
  EXPECT_EQ(digest(without), "");
  spec->seed = 6;
  EXPECT_NE(digest({}), plain);
}

// A comment or an expectation is no part of what happened.
TEST(Runner, TheDigestIgnoresPlacesInTheFile) {
  const Ran plain(pair_scenario(kLossy));
  const Ran moved("// said before\n\n" + pair_scenario(kLossy));
  const Ran expecting(pair_scenario(std::string(kLossy) +
                                    R"(, "expect": [{"eventually": "dev L4_CONNECTED"}])"));
  ASSERT_TRUE(plain.report && moved.report && expecting.report);
  EXPECT_EQ(moved.report->digest, plain.report->digest);
  EXPECT_EQ(expecting.report->digest, plain.report->digest);
}

TEST(Runner, StopsWhenAsked) {
  const Registry registry = builtin_registry();
  const auto spec = load(pair_scenario("", R"(, "every": "1us")"), registry);
  ASSERT_TRUE(spec);
  RunOptions options;
  options.stop = [] { return true; };
  DiagnosticSink sink;
  const auto report = run_scenario(*spec, registry, options, sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->verdict, RunVerdict::Error);
  EXPECT_LT(report->ended, SimTime{} + seconds(1));
  EXPECT_EQ(report->error, "interrupted at " + to_text(report->ended));
  EXPECT_GT(report->apps.at(0).counts.sent, 0u);
  EXPECT_EQ(report->leaks.size(), 0u);
}

TEST(Runner, WhatCannotBeBuiltIsNotRun) {
  const Ran ran(R"({ "until": "1s", "nodes": { "a": { "kconfig": { "NET_MAX_CONN": 0 } } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_TRUE(ran.sink.has_errors());
  EXPECT_TRUE(ran.trace.records.empty());
}

TEST(Runner, AlmostNothing) {
  const Ran ran(R"({ "until": "1ns", "nodes": { "a": {} }, "links": {}, "timeline": [],
                    "expect": [] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  const Ran empty(R"({ "until": "1s", "nodes": { "a": { "ifaces": {}, "apps": {}, "services": [],
                      "kconfig": {} } } })");
  EXPECT_TRUE(empty.passed()) << empty.messages;
}

// Calls that block when the run ends are named.
TEST(Runner, NamesWhoStillWaits) {
  const Ran ran(pair_scenario(R"(, "x-note": "no L4 event ever comes")"));
  ASSERT_TRUE(ran.report);
  EXPECT_TRUE(ran.report->blocked.empty());
  const Ran waiting(R"({ "until": "5s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
             "apps": { "c": { "reconnecting_client": "srv:7" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] } } })");
  ASSERT_TRUE(waiting.report) << waiting.messages;
  ASSERT_EQ(waiting.report->blocked.size(), 1u);
  EXPECT_EQ(waiting.report->blocked[0].fiber, "dev.c");
  EXPECT_EQ(waiting.report->blocked[0].since, SimTime{});
}

}  // namespace
}  // namespace flapjack
