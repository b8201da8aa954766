// SPDX-License-Identifier: Apache-2.0
// Steps that call what was called before: each is a call of its own, and is answered as the call
// would be.
#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Lines = std::vector<std::string>;

std::string two_ifaces(const std::string& steps, const std::string& more = {},
                       const std::string& of_a = {}) {
  return R"({ "until": "20s", "nodes": { "dev": {)" + more + R"( "ifaces": {
      "a": { "technology": "dummy", "ipv4": "10.0.0.1/24")" + of_a + R"( },
      "b": { "technology": "dummy", "ipv4": "10.0.1.1/24" } } },
      "sink": { "ifaces": { "a": { "technology": "dummy" }, "b": { "technology": "dummy" } } } },
      "links": { "la": { "between": ["dev.a", "sink.a"] },
                 "lb": { "between": ["dev.b", "sink.b"] } },
      "timeline": [)" + steps + "] }";
}

struct Case {
  const char* steps;
  Lines events;  ///< of the admin state
  Lines refusals;
};

TEST(RepeatedCalls, AdminDownTakesDownWhatIsUp) {
  const Case rows[] = {
      {R"({ "at": "1s", "admin_down": "dev.a" }, { "at": "2s", "admin_up": "dev.a" },
          { "at": "3s", "admin_down": "dev.a" })",
       {"1s dev.a IF_ADMIN_DOWN", "2s dev.a IF_ADMIN_UP", "3s dev.a IF_ADMIN_DOWN"},
       {}},
      {R"({ "at": "1s", "admin_down": "dev.a" }, { "at": "2s", "all_up": "dev" },
          { "at": "3s", "admin_down": "dev.a" })",
       {"1s dev.a IF_ADMIN_DOWN", "2s dev.a IF_ADMIN_UP", "3s dev.a IF_ADMIN_DOWN"},
       {}},
      {R"({ "at": "1s", "admin_down": "dev.a" }, { "at": "2s", "admin_down": "dev.a" })",
       {"1s dev.a IF_ADMIN_DOWN"},
       {"2s dev.a step_refused"}},
      // the second's time counts, as the first's was cut short
      {R"({ "at": "1s", "admin_down": "dev.a", "for": "4s" }, { "at": "2s", "admin_up": "dev.a" },
          { "at": "3s", "admin_down": "dev.a", "for": "5s" })",
       {"1s dev.a IF_ADMIN_DOWN", "2s dev.a IF_ADMIN_UP", "3s dev.a IF_ADMIN_DOWN",
        "8s dev.a IF_ADMIN_UP"},
       {}},
      // one outage within another is one until both are over
      {R"({ "at": "1s", "admin_down": "dev.a", "for": "4s" },
          { "at": "3s", "admin_down": "dev.a", "for": "5s" })",
       {"1s dev.a IF_ADMIN_DOWN", "8s dev.a IF_ADMIN_UP"},
       {}},
  };
  for (const Case& row : rows) {
    const Ran ran(two_ifaces(row.steps));
    ASSERT_TRUE(ran.report) << ran.messages;
    Lines events = ran.events("dev.a IF_ADMIN_");
    ASSERT_FALSE(events.empty());
    events.erase(events.begin());  // the boot's
    EXPECT_EQ(events, row.events) << row.steps;
    EXPECT_EQ(ran.events("dev.a step_refused"), row.refusals) << row.steps;
  }
}

TEST(RepeatedCalls, ARefusalOfTheUndoSaysSo) {
  const Ran ran(two_ifaces(R"({ "at": "1s", "admin_down": "dev.a", "for": "4s" },
                              { "at": "2s", "admin_up": "dev.a" },
                              { "at": "3s", "admin_up": "dev.a" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto refused = ran.all("dev.a", "step_refused");
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].attr("undo"), "");
  EXPECT_EQ(refused[1].attr("verb"), "admin_down");
  EXPECT_EQ(refused[1].attr("undo"), "1");
}

TEST(RepeatedCalls, SuspendAnswersAsTheCall) {
  const Ran ran(two_ifaces(R"({ "at": "1s", "suspend": "dev.a" },
                              { "at": "2s", "suspend": "dev.a" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("dev.a step_refused"), Lines{"2s dev.a step_refused"});
}

// All ifaces of an L2 change in one pass of the monitor: the last of them is to blame.
TEST(RepeatedCalls, AnL2IsWatchedInOnePass) {
  const Ran ran(two_ifaces(R"({ "at": "1s", "ignore_l2": "dev", "l2": "dummy" },
                              { "at": "2s", "watch_l2": "dev", "l2": "dummy" })",
                           R"("conn_mgr": { "coalescing": "immediate" },)"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto connected = ran.records(TraceKind::Event, "dev", "L4_CONNECTED");
  ASSERT_EQ(connected.size(), 2u);
  EXPECT_EQ(connected[1].attr("iface"), "b");
}

// A driver of the iface's admin state and the manager's automation can chase one another for ever.
TEST(RepeatedCalls, ARunThatGoesRoundInOneInstantEnds) {
  const Ran ran(two_ifaces(
      R"({ "at": "1s", "all_down": "dev" }, { "at": "1s", "all_up": "dev" })", {},
      R"(, "conn": { "impl": "scripted", "script": ["connect up"] })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.report->verdict, RunVerdict::Error);
  EXPECT_NE(ran.report->error.find("does not get past 1.000s"), std::string::npos)
      << ran.report->error;
}

// Much that happens at one instant is no circle: each resend is three records.
TEST(RepeatedCalls, AStepThatEndsMayBeRepeatedOften) {
  const Ran ran(two_ifaces(R"({ "on": "dev L4_CONNECTED", "after": "0ns", "times": 36000,
                                "resend_status": "dev" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.report->verdict, RunVerdict::Pass) << ran.report->error;
}

}  // namespace
}  // namespace flapjack
