// SPDX-License-Identifier: Apache-2.0
// Steps that call the connection manager while an init that takes time holds its locks, and who
// holds an iface ignored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// An init that takes 5 s holds what is called meanwhile; each is answered, and refused, then.
std::string slow_init(const std::string& script, const std::string& steps) {
  return R"({ "until": "20s", "nodes": { "n": { "ifaces": {
    "w": { "technology": "loopback", "ipv4": "127.0.0.1/8", "auto_start": false, "conn": {
      "impl": "scripted", "auto_connect": false, "init_takes": "5s", "script": [)" + script +
         R"(] } }, "e": { "technology": "loopback", "ipv4": "127.0.0.2/8" } } } },
    "timeline": [)" + steps + "] }";
}

TEST(SlowInit, StepsAreAnsweredAtItsEnd) {
  const Ran ran(slow_init(R"("connect return=-ECHILD")",
                          R"({ "at": "1s", "connect": "n.w", "for": "8s" },
    { "at": "2s", "set_timeout": "n.w", "timeout": "9s", "for": "1s" },
    { "at": "3s", "all_down": "n", "skip_ignored": true },
    { "at": "3s", "set_key": "n.w", "key": "x" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  std::vector<std::string> told;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.kind != TraceKind::Event) continue;
    const bool wanted = r.name == "connect" || r.name == "disconnect" || r.name == "set_opt" ||
                        r.name == "set_timeout" || r.name == "step_refused";
    if (!wanted) continue;
    told.push_back(to_text(Duration{r.at.ns}) + " " + r.name + " " + r.attrs.front().second + " " +
                   r.attrs.back().second);
  }
  EXPECT_THAT(told, ElementsAre("5s connect app ECHILD", "5s step_refused connect ECHILD",
                                "5s set_timeout 9 OK", "5s set_opt 0 ENOPROTOOPT",
                                "5s step_refused set_key ENOPROTOOPT", "5s set_timeout 0 OK"));
  EXPECT_THAT(ran.events("n.e IF_ADMIN_DOWN"), ElementsAre("5s n.e IF_ADMIN_DOWN"));
  EXPECT_THAT(ran.events("n.w disconnect"), IsEmpty());  // what was refused is not undone
}

// The call is the step's doing, though its init's end lets it go on.
TEST(SlowInit, ACallKeepsItsCause) {
  const Ran ran(slow_init(R"("connect up")", R"({ "at": "1s", "connect": "n.w" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  const auto made = ran.all("n.w", "connect");
  ASSERT_EQ(made.size(), 1u);
  const auto steps = ran.records(TraceKind::Step, "n.w", "connect");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(made.front().cause, steps.front().seq);
}

// What a step sets for a while is set back to what it found when its turn came.
TEST(SlowInit, AnUndoKnowsWhatTheCallFound) {
  const Ran ran(slow_init(R"("connect up")",
                          R"({ "at": "1s", "set_timeout": "n.w", "timeout": "10s" },
    { "at": "2s", "set_timeout": "n.w", "timeout": "20s", "for": "8s" },
    { "at": "1s", "set_flag": "n.w", "flag": "persistent", "value": true },
    { "at": "2s", "set_flag": "n.w", "flag": "persistent", "value": true, "for": "8s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.all("n.w", "set_timeout").back().attr("seconds"), "10");
  EXPECT_EQ(ran.all("n.w", "set_flag").back().attr("value"), "1");
}

// The same of calls of the monitor: what it finds are those that wait ahead of it.
TEST(SlowInit, AnUndoneIgnoreKnowsWhatWaitedAheadOfIt) {
  const auto ends_ignored = [](const std::string& steps) {
    const Ran ran(slow_init(R"("connect up")", steps));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    bool ignored = false;
    for (const KeptRecord& r : ran.trace.records) {
      if (r.name == "ignored" || r.name == "watched") ignored = r.name == "ignored";
    }
    return ignored;
  };
  EXPECT_TRUE(ends_ignored(R"({ "at": "1s", "ignore": "n.w" },
                              { "at": "2s", "watch": "n.w", "for": "8s" })"));
  EXPECT_TRUE(ends_ignored(R"({ "at": "1s", "ignore": "n.w" },
                              { "at": "2s", "ignore": "n.w", "for": "8s" })"));
  EXPECT_FALSE(ends_ignored(R"({ "at": "1s", "ignore": "n.w", "for": "1s" })"));
}

// The undo is about a and b, as c stays ignored: two calls, neither of which holds up the other.
TEST(SlowInit, AnUndoneIgnoreOfSomeKeepsItsPlace) {
  const Ran ran(R"({ "until": "20s", "nodes": { "n": { "ifaces": {
      "w": { "technology": "loopback", "ipv4": "127.0.0.1/8", "conn": {
        "impl": "scripted", "init_takes": "5s", "script": ["connect up"] } },
      "a": { "ipv4": "192.0.2.2/24" }, "b": { "ipv4": "192.0.3.2/24" },
      "c": { "ipv4": "192.0.4.2/24", "ignore": true } } },
    "p": { "ifaces": { "a": {}, "b": {}, "c": {} } } },
    "links": { "la": { "between": ["n.a", "p.a"] }, "lb": { "between": ["n.b", "p.b"] },
               "lc": { "between": ["n.c", "p.c"] } },
    "timeline": [{ "at": "1s", "ignore_l2": "n", "l2": "ethernet", "for": "1s" },
                 { "at": "3s", "ignore": "n.b" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.a watched"), ElementsAre("5s n.a watched"));
  EXPECT_THAT(ran.events("n.b watched"), ElementsAre("5s n.b watched"));
  EXPECT_THAT(ran.events("n.b ignored"), ElementsAre("5s n.b ignored", "5s n.b ignored"));
}

// Neither the undo that comes while both wait, nor what comes between them.
TEST(SlowInit, ARefusedCallIsNotUndone) {
  const Ran ran(slow_init(R"("connect return=-ECHILD")",
                          R"({ "at": "1s", "connect": "n.w", "for": "2s" },
    { "at": "2s", "set_timeout": "n.w", "timeout": "9s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.w step_refused"), ElementsAre("5s n.w step_refused"));
  EXPECT_THAT(ran.events("n.w disconnect"), IsEmpty());
}

// Calls of the very instant of the return, as they come before it.
TEST(SlowInit, CallsAtItsEndKeepTheirOrder) {
  const Ran ran(slow_init(R"("connect up")", R"({ "at": "5s", "connect": "n.w" },
    { "at": "5s", "ignore": "n.w" }, { "at": "5s", "all_connect": "n", "skip_ignored": true })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  std::vector<std::string> told;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.kind != TraceKind::Event || r.at.ns != 5'000'000'000) continue;
    if (r.name.ends_with("_blocked") || r.name == "ignored" || r.name == "connect" ||
        r.name == "monitor_freed") {
      told.push_back(r.subject + " " + r.name);
    }
  }
  EXPECT_THAT(told, ElementsAre("n.w binding_blocked", "n monitor_blocked", "n monitor_blocked",
                                "n.w connect", "n monitor_freed", "n.w ignored"));
}

TEST(SlowInit, ARunThatEndsBeforeSaysWhoWaits) {
  const Ran ran(R"({ "until": "4s", "nodes": { "n": { "ifaces": {
    "w": { "technology": "loopback", "ipv4": "127.0.0.1/8", "conn": {
      "impl": "scripted", "init_takes": "5s", "script": ["connect up"] } } } } },
    "timeline": [{ "at": "1s", "connect": "n.w", "for": "2s" }, { "at": "2s", "ignore": "n.w" },
                 { "at": "2s", "resend_status": "n" }] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  std::vector<std::string> who;
  for (const BlockedCall& call : ran.report->blocked) {
    who.push_back(call.fiber + ": " + call.waits_for);
  }
  EXPECT_THAT(who, ElementsAre("step connect n.w: a binding's lock",
                               "step ignore n.w: the monitor's lock",
                               "step resend_status n: the monitor's lock",
                               "end of step connect n.w: a binding's lock"));
}

// Steps of one iface and of all ifaces of its L2 count the same holders.
TEST(IgnoreHolders, AnIfaceAndItsL2) {
  const Ran ran(R"({ "until": "20s", "nodes": { "n": { "ifaces": {
      "a": { "ipv4": "192.0.2.2/24" }, "b": { "ipv4": "192.0.3.2/24" } } },
    "p": { "ifaces": { "a": {}, "b": {} } } },
    "links": { "la": { "between": ["n.a", "p.a"] }, "lb": { "between": ["n.b", "p.b"] } },
    "timeline": [
      { "at": "1s", "ignore": "n.a", "for": "4s" },
      { "at": "2s", "ignore_l2": "n", "l2": "ethernet", "for": "1s" },
      { "at": "6s", "ignore_l2": "n", "l2": "ethernet", "for": "9s" },
      { "at": "7s", "watch": "n.a", "for": "2s" },
      { "at": "8s", "watch_l2": "n", "l2": "ethernet", "for": "3s" },
      { "at": "12s", "watch_l2": "n", "l2": "ethernet" },
      { "at": "13s", "ignore": "n.b" },
      { "at": "14s", "ignore_l2": "n", "l2": "ethernet", "for": "1s" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.a ignored"), ElementsAre("1s n.a ignored", "6s n.a ignored",
                                                     "11s n.a ignored", "14s n.a ignored"));
  EXPECT_THAT(ran.events("n.a watched"), ElementsAre("5s n.a watched", "7s n.a watched",
                                                     "12s n.a watched", "15s n.a watched"));
  EXPECT_THAT(ran.events("n.b ignored"), ElementsAre("2s n.b ignored", "6s n.b ignored",
                                                     "11s n.b ignored", "13s n.b ignored"));
  EXPECT_THAT(ran.events("n.b watched"),
              ElementsAre("3s n.b watched", "8s n.b watched", "12s n.b watched"));
}

}  // namespace
}  // namespace flapjack
