// SPDX-License-Identifier: Apache-2.0
#include "scenarios/timeline.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

// "2s text" of every note that was carried out.
Strings notes(const Ran& ran) {
  Strings found;
  for (const KeptRecord& r : ran.records(TraceKind::Step, "timeline", "note")) {
    found.push_back(to_text(Duration{r.at.ns}) + " " + std::string(r.attr("text")));
  }
  return found;
}

Strings notes_of(const std::string& steps) {
  const Ran ran(flap_scenario(steps, ""));
  EXPECT_TRUE(ran.passed()) << ran.messages;
  return notes(ran);
}

TEST(Timeline, AtHappensOnceAndInTheOrderOfTheFile) {
  EXPECT_EQ(notes_of(R"({"at": "3s", "note": "x"}, {"at": "0s", "note": "first"},
                        {"at": "2s", "note": "b"}, {"at": "2s", "note": "a"},
                        {"at": "10s", "note": "last"})"),
            (Strings{"0s first", "2s b", "2s a", "3s x", "10s last"}));
}

TEST(Timeline, EveryRepeatsUpToButNotAtUntil) {
  EXPECT_EQ(notes_of(R"({"at": "2s", "every": "1s", "until": "5s", "note": "n"})"),
            (Strings{"2s n", "3s n", "4s n"}));
  EXPECT_EQ(notes_of(R"({"every": "4s", "note": "n"})"), (Strings{"0s n", "4s n", "8s n"}));
  const std::string often = R"({"at": "9s", "every": "1ns", "until": "9.000000003s", "note": "n"})";
  EXPECT_EQ(notes_of(often).size(), 3u);
}

TEST(Timeline, OnFiresAtEachMatchUpToTimes) {
  const std::string flaps = flap("a", "2s", "1s") + flap("a", "5s", "1s") + flap("a", "7s", "1s");
  EXPECT_EQ(notes_of(flaps + R"({"on": "d.a IF_DOWN", "note": "n"})"),
            (Strings{"2s n", "5s n", "7s n"}));
  EXPECT_EQ(notes_of(flaps + R"({"on": "d.a IF_DOWN", "times": 2, "note": "n"})"),
            (Strings{"2s n", "5s n"}));
  EXPECT_EQ(notes_of(flaps + R"({"on": "d.a IF_DOWN", "after": "1.5s", "times": 1, "note": "n"})"),
            (Strings{"3.5s n"}));
  EXPECT_EQ(notes_of(flaps + R"({"on": "d.b IF_DOWN", "note": "n"})"), Strings{});
  // what happens while the World boots counts
  EXPECT_EQ(notes_of(R"({"on": "d.* IF_UP", "note": "n"})"), (Strings{"0s n", "0s n"}));
}

// Without "after": behind all that the event caused at its instant; with "0ns": before it.
TEST(Timeline, AfterAbsentAndAfterZeroDiffer) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "3.5s", "carrier_down": "dev.eth0" },
    { "on": "dev.eth0 IF_DOWN", "note": "settled" },
    { "on": "dev.eth0 IF_DOWN", "after": "0ns", "note": "at once" },
    { "on": "dev.eth0 IF_DOWN", "after": "1ns", "note": "later" } ])"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  Strings order;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.at < SimTime{} + milliseconds(3500) || r.at > SimTime{} + milliseconds(3501)) continue;
    const bool l4 = r.name == "L4_DISCONNECTED";
    if (r.kind == TraceKind::Step) order.emplace_back(r.attr("text"));
    if (l4 || r.name == "IF_DOWN") order.push_back(r.name);
  }
  EXPECT_EQ(order, (Strings{"", "IF_DOWN", "at once", "L4_DISCONNECTED", "settled", "later"}));
  const RecordId down = ran.all("dev.eth0", "IF_DOWN").at(0).seq;
  for (const KeptRecord& r : ran.records(TraceKind::Step, "timeline", "note")) {
    EXPECT_EQ(r.cause, down) << r.text();
  }
}

TEST(Timeline, StepsAreRootsAndCauseWhatTheyDo) {
  const Ran ran(flap_scenario(flap("a", "2s", "1s"), ""));
  const auto steps = ran.records(TraceKind::Step, "d.a", "carrier_down");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_FALSE(steps[0].cause.valid());
  EXPECT_EQ(steps[0].attr("src"), "t.json:3:16");
  EXPECT_EQ(steps[0].attr("for"), "1s");
  EXPECT_EQ(ran.all("d.a", "IF_DOWN").at(0).cause, steps[0].seq);
  EXPECT_EQ(steps[1].attr("undo"), "1");
  EXPECT_EQ(steps[1].cause, steps[0].seq);
  EXPECT_EQ(ran.all("d.a", "IF_UP").back().cause, steps[1].seq);
}

// An effect ends with the last of those that hold it.
TEST(Timeline, OverlappingHolds) {
  struct Row {
    std::string verb, target, down, up;
  };
  const Row rows[] = {{"carrier_down", "dev.eth0", "dev.eth0 IF_DOWN", "dev.eth0 IF_UP"},
                      {"carrier_down", "wire", "dev.eth0 IF_DOWN", "dev.eth0 IF_UP"},
                      {"dormant", "dev.eth0", "dev.eth0 IF_DOWN", "dev.eth0 IF_UP"},
                      {"admin_down", "dev.eth0", "dev.eth0 IF_ADMIN_DOWN", "dev.eth0 IF_ADMIN_UP"},
                      {"vanish", "dev.eth0", "dev.eth0 IF_DOWN", "dev.eth0 IF_UP"},
                      {"vanish", "srv", "dev.eth0 IF_DOWN", "dev.eth0 IF_UP"},
                      {"ignore", "dev.eth0", "dev.eth0 ignored", "dev.eth0 watched"}};
  for (const Row& row : rows) {
    const auto step = [&](const std::string& at, const std::string& span) {
      return "{\"at\": \"" + at + "\", \"" + row.verb + "\": \"" + row.target + "\", \"for\": \"" +
             span + "\"},";
    };
    const Ran ran(pair_scenario(", \"timeline\": [" + step("2s", "3s") + step("3s", "1s") +
                                step("4s", "2s") + "]"));
    ASSERT_TRUE(ran.passed()) << ran.messages;
    const auto behind = [](Strings list) {
      std::erase_if(list, [](const std::string& text) { return text.starts_with("0s"); });
      return list;
    };
    EXPECT_EQ(behind(ran.events(row.down)), Strings{"2s " + row.down}) << row.verb;
    EXPECT_EQ(behind(ran.events(row.up)), Strings{"6s " + row.up}) << row.verb;
    EXPECT_TRUE(ran.all(row.target, "step_refused").empty()) << row.verb;
  }
}

// A node and one of its ifaces vanish: one effect on the iface.
TEST(Timeline, HoldsOfTheSameEndAreOneEffect) {
  const Ran ran(pair_scenario(R"(, "timeline": [{"at": "2s", "vanish": "srv", "for": "3s"},
                                 {"at": "3s", "vanish": "srv.eth0", "for": "5s"}])"));
  EXPECT_EQ(ran.events("dev.eth0 IF_UP"), (Strings{"0s dev.eth0 IF_UP", "8s dev.eth0 IF_UP"}));
}

// rtt of each ping, in whole milliseconds.
std::vector<std::int64_t> rtts(const Ran& ran) {
  std::vector<std::int64_t> found;
  for (const KeptRecord& sent : ran.all("dev.ping", "sent")) {
    std::int64_t rtt = -1;
    for (const KeptRecord& acked : ran.all("dev.ping", "acked")) {
      if (acked.attr("seq") == sent.attr("seq")) rtt = (acked.at - sent.at).ns / 1'000'000;
    }
    found.push_back(rtt);
  }
  return found;
}

TEST(Timeline, ChangesOfALinkLieOverEachOther) {
  const Ran nested(pair_scenario(R"(, "timeline": [
    { "at": "1.5s", "set_link": "wire", "delay": "10ms", "for": "5s" },
    { "at": "3.5s", "set_link": "wire", "up": { "delay": "20ms" }, "for": "1s" } ])"));
  EXPECT_EQ(rtts(nested), (std::vector<std::int64_t>{4, 2, 20, 20, 30, 20, 20, 2, 2, 2}));
  const Ran crossed(pair_scenario(R"(, "timeline": [
    { "at": "1.5s", "set_link": "wire", "delay": "10ms", "for": "3s" },
    { "at": "2.5s", "set_link": "wire", "delay": "20ms", "for": "4s" },
    { "at": "5.5s", "set_link": "wire", "down": { "delay": "5ms" } },
    { "at": "8.5s", "set_link": "wire", "loss": "100%" } ])"));
  EXPECT_EQ(rtts(crossed), (std::vector<std::int64_t>{4, 2, 20, 40, 40, 40, 25, 6, 6, -1}));
}

TEST(Timeline, RepeatedChangesOfALinkDoNotPileUp) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "every": "500us", "set_link": "wire", "delay": "3ms" } ])"));
  EXPECT_EQ(rtts(ran).back(), 6);
}

TEST(Timeline, ForZeroIsUndoneAtTheSameInstant) {
  const Ran ran(flap_scenario(flap("a", "2s", "0s"), ""));
  EXPECT_EQ(ran.events("d.a IF_DOWN"), Strings{"2s d.a IF_DOWN"});
  EXPECT_EQ(ran.events("d.a IF_UP"), (Strings{"0s d.a IF_UP", "2s d.a IF_UP"}));
}

// A refused step says so, and there is nothing to take back.
TEST(Timeline, RefusedSteps) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "1s", "connect": "dev.eth0", "for": "1s" },
    { "at": "2s", "disconnect": "dev.eth0", "for": "1s" },
    { "at": "5s", "admin_down": "dev.eth0", "for": "1s" } ])",
                              "", R"(, "auto_start": false)"));
  ASSERT_TRUE(ran.report) << ran.messages;
  Strings refused;
  for (const KeptRecord& r : ran.all("dev.eth0", "step_refused")) {
    refused.push_back(to_text(r.at) + " " + std::string(r.attr("verb")) + " " +
                      std::string(r.attr("errno")));
    EXPECT_EQ(ran.record(r.cause).kind, TraceKind::Step);
  }
  EXPECT_EQ(refused, (Strings{"1.000s connect ENOTSUP", "2.000s disconnect ENOTSUP",
                              "5.000s admin_down EALREADY"}));
  EXPECT_TRUE(ran.all("dev.eth0", "IF_ADMIN_UP").empty());
  EXPECT_EQ(ran.records(TraceKind::Step, "dev.eth0", "admin_down").size(), 1u);
}

TEST(Timeline, AnUndoThatIsRefusedSaysSo) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "1s", "admin_down": "dev.wifi0", "for": "2s" },
    { "at": "2s", "connect": "dev.wifi0" } ])",
                              "", R"( }, "wifi0": { "technology": "wifi")"));
  ASSERT_TRUE(ran.report) << ran.messages;  // connect brings it up itself
  ASSERT_EQ(ran.all("dev.wifi0", "step_refused").size(), 1u);
  EXPECT_EQ(ran.all("dev.wifi0", "step_refused")[0].attr("errno"), "EALREADY");
}

// Steps that call each other at one instant: an error with a reason, in little time.
TEST(Timeline, RunawayLoopsEnd) {
  const std::string text = flap_scenario(R"(
    { "at": "2s", "carrier_down": "d.a", "for": "0s" },
    { "on": "d.a IF_UP", "after": "0s", "carrier_down": "d.b", "for": "0s" },
    { "on": "d.b IF_UP", "after": "0s", "carrier_down": "d.a", "for": "0s" })", "");
  const SourceFile file("t.json", text);
  const Registry registry = builtin_registry();
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  ASSERT_TRUE(spec) << render(file, sink);
  const auto report = run_scenario(*spec, registry, {}, sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->verdict, RunVerdict::Error);
  EXPECT_NE(report->error.find("does not get past 0.000s"), std::string::npos) << report->error;
  EXPECT_EQ(report->leaks.size(), 0u);
}

// What waited in vain is said, with the reason; what happened, or has a time, is not.
TEST(Timeline, StepsThatWaitedInVainAreTold) {
  const std::string flaps = flap("a", "2s", "1s") + flap("a", "9s", "500ms");
  const auto idle = [&flaps](const std::string& step) {
    const Ran ran(flap_scenario(flaps + step, R"({"eventually": "d.a IF_DOWN"})"));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    Strings texts;
    for (const IdleStep& i : ran.report->idle_steps) texts.push_back(idle_step_text(i));
    return texts;
  };
  EXPECT_EQ(idle(R"({"on": "d.b IF_DOWN", "note": "n"})"),
            (Strings{"the step \"note\" never happened: nothing was \"d.b IF_DOWN\""}));
  EXPECT_EQ(idle(R"({"on": "d.a IF_DOWN", "after": "9s", "note": "n"})"),
            Strings{"the step \"note\" never happened: \"d.a IF_DOWN\" came, but the run ended "
                    "before \"after\" had passed"});
  EXPECT_EQ(idle(R"({"on": "d.a IF_DOWN", "after": "7s", "note": "n"})"), Strings{});
  EXPECT_EQ(idle(R"({"at": "1s", "note": "n"})"), Strings{});
  const auto drop = [](const std::string& step) {
    const Ran ran(pair_scenario(", \"timeline\": [" + step + "]"));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return ran.report->idle_steps;
  };
  EXPECT_TRUE(drop(R"({"on": "dev > srv UDP", "nth": 3, "drop": "packet"})").empty());
  const auto late = drop(R"({"on": "dev > srv UDP", "nth": 11, "drop": "packet"})");
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].why, "\"dev > srv UDP\" came 10 times, \"nth\" is 11");
}

}  // namespace
}  // namespace flapjack
