// SPDX-License-Identifier: Apache-2.0
// The connection manager against a second, simple writing of its rules: random sequences on 1 to 6
// ifaces. FLAPJACK_MODEL_SEQUENCES=1000000 is the long run, FLAPJACK_MODEL_FIRST its first number.
#include <gtest/gtest.h>

#include <cstdlib>

#include "scenarios/builtin.h"
#include "scenarios/spec_json.h"
#include "tests/connmgr/model/generator.h"
#include "tests/connmgr/model/player.h"
#include "tests/connmgr/model/reference.h"

namespace flapjack::model {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string report(std::uint64_t number, const Sequence& sequence) {
  const Sequence least =
      shrink(sequence, [](const Sequence& q) { return expected(q) != played(q); });
  const Log want = expected(least), have = played(least);
  std::string text = "sequence " + std::to_string(number) + "\n" + to_scenario(least);
  std::size_t k = 0;
  while (k < want.size() && k < have.size() && want[k] == have[k]) {
    text += "  " + to_text(want[k++]) + "\n";
  }
  text += "  expected: " + (k < want.size() ? to_text(want[k]) : std::string("the end")) + "\n";
  return text + "  played:   " + (k < have.size() ? to_text(have[k]) : std::string("the end"));
}

TEST(ConnMgrModel, RandomSequencesDoNotDiverge) {
  const std::uint64_t first = number_of("FLAPJACK_MODEL_FIRST", 1);
  const std::uint64_t count = number_of("FLAPJACK_MODEL_SEQUENCES", 20'000);
  std::size_t lines = 0;
  for (std::uint64_t number = first; number < first + count; ++number) {
    const Sequence sequence = generate(number);
    const Log want = expected(sequence);
    lines += want.size();
    if (want != played(sequence)) FAIL() << report(number, sequence);
  }
  EXPECT_GT(lines, count);  // something happens in them
}

// Every operation and every event is met, and each of the settings.
TEST(ConnMgrModel, TheGeneratorReachesEverything) {
  std::vector<int> ops(static_cast<std::size_t>(Op::kCount));
  std::vector<int> events(static_cast<std::size_t>(Ev::kCount));
  int calls = 0, lost = 0, before = 0, late = 0, dad = 0, acd = 0;
  for (std::uint64_t number = 1; number <= 3000; ++number) {
    const Sequence q = generate(number);
    dad += q.setup.dad_ms > 0;
    acd += q.setup.acd_ms > 0;
    for (const Step& step : q.steps) {
      ++ops[static_cast<std::size_t>(step.op)];
      before += step.at_ms < 0;
      late += step.late;
    }
    for (const Line& line : expected(q)) {
      if (line.kind == Line::Kind::Event) ++events[static_cast<std::size_t>(line.code)];
      lost += line.kind == Line::Kind::Lost;
      calls += line.kind == Line::Kind::Call;
    }
  }
  for (std::size_t k = 0; k < ops.size(); ++k) EXPECT_GT(ops[k], 50) << op_name(Op(k));
  for (std::size_t k = 0; k < events.size(); ++k) EXPECT_GT(events[k], 50) << ev_name(Ev(k));
  EXPECT_GT(lost, 50);
  EXPECT_GT(calls, 50);
  EXPECT_GT(before, 50);
  EXPECT_GT(late, 50);
  EXPECT_GT(dad, 50);
  EXPECT_GT(acd, 50);
}

TEST(ConnMgrModel, ShrinkingKeepsOnlyWhatIsNeeded) {
  const auto diverges = [](const Sequence& q) {
    bool up = false;
    for (const Step& step : q.steps) {
      if (step.op == Op::AdminUp) up = true;
      if (step.op == Op::Add4 && up) return true;
    }
    return false;
  };
  int found = 0;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const Sequence q = generate(number);
    if (!diverges(q)) continue;
    ++found;
    const Sequence least = shrink(q, diverges);
    ASSERT_EQ(least.steps.size(), 2u);
    EXPECT_EQ(least.setup.policy, 0);
    EXPECT_EQ(least.setup.bound, 0u);
  }
  EXPECT_GT(found, 20);
}

TEST(ConnMgrModel, ASequenceIsPrintedAsAScenario) {
  const Sequence q{{.ifaces = 1, .bound = 1}, {{5, false, Op::Connect, 0, 0},
                                              {9, false, Op::AdminDown, 0, 0}}};
  const std::string text = to_scenario(q);
  EXPECT_NE(text.find(R"({ "at": "5ms", "connect": "n.a" })"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("impl": "scripted")"), std::string::npos) << text;
}

// What a verb can do is a step and no note.
TEST(ConnMgrModel, OperationsArePrintedAsSteps) {
  struct Row {
    Op op;
    int value;
    const char* step;
  };
  const Row kRows[] = {
      {Op::Ignore, 0, R"("ignore": "n.b")"},
      {Op::Watch, 0, R"("watch": "n.b")"},
      {Op::IgnoreAll, 0, R"("ignore_l2": "n", "l2": "dummy")"},
      {Op::WatchAll, 0, R"("watch_l2": "n", "l2": "dummy")"},
      {Op::Add4, 1, R"("add_address": "n.b", "address": "192.0.2.33/24")"},
      {Op::Del4, 0, R"("del_address": "n.b", "address": "192.0.2.32")"},
      {Op::AddLocal4, 0, R"("add_address": "n.b", "address": "169.254.0.32/16")"},
      {Op::DelLocal4, 0, R"("del_address": "n.b", "address": "169.254.0.32")"},
      {Op::Add6, 0, R"("add_address": "n.b", "address": "2001:db8::20/64")"},
      {Op::Del6, 0, R"("del_address": "n.b", "address": "2001:db8::20")"},
      {Op::Flag, 9, R"("set_flag": "n.b", "flag": "no_auto_connect", "value": true)"},
      {Op::Flag, 2, R"("set_flag": "n.b", "flag": "no_auto_down", "value": false)"},
      {Op::IdleTimeout, 2, R"("set_idle_timeout": "n.b", "timeout": "2s")"},
      {Op::Use, 0, R"("used": "n.b")"},
      {Op::AllUp, 1, R"("all_up": "n", "skip_ignored": true)"},
      {Op::AllDisconnect, 0, R"("all_disconnect": "n")"},
      {Op::Timeout, 0, R"("conn_timeout": "n.b")"},
      {Op::Fatal, 0, R"("conn_fatal": "n.b")"},
      {Op::FailCalls, 1, R"("fail_calls": "n.b")"},
      {Op::RefuseAdmin, 1, R"("refuse_admin": "n.b")"},
  };
  for (const Row& row : kRows) {
    const Sequence q{{.ifaces = 2, .bound = 3}, {{7, false, row.op, 1, row.value}}};
    const std::string text = to_scenario(q);
    const std::string step = std::string(R"({ "at": "7ms", )") + row.step + " }";
    EXPECT_NE(text.find(step), std::string::npos) << step << "\n" << text;
  }
}

TEST(ConnMgrModel, WhatEndsAFaultIsPrintedAsItsSpan) {
  const Sequence q{{.ifaces = 1, .bound = 1}, {{5, false, Op::FailCalls, 0, 1},
                                              {7, false, Op::Connect, 0, 0},
                                              {9, false, Op::FailCalls, 0, 0}}};
  const std::string text = to_scenario(q);
  EXPECT_NE(text.find(R"("fail_calls": "n.a", "for": "4ms" })"), std::string::npos) << text;
  EXPECT_EQ(text.find("note"), std::string::npos) << text;
}

// Every printed sequence is a scenario that loads.
TEST(ConnMgrModel, WhatIsPrintedLoads) {
  const Vocabulary vocabulary = builtin_registry().vocabulary();
  for (std::uint64_t number = 1; number <= 200; ++number) {
    DiagnosticSink sink;
    const SourceFile file("q.json", to_scenario(generate(number)));
    const auto spec = load_scenario(file, vocabulary, sink);
    std::string wrong;
    for (const Diagnostic& d : sink.all()) wrong += d.message + "\n";
    ASSERT_TRUE(spec) << number << "\n" << wrong << file.text();
  }
}

TEST(ConnMgrModel, SettingsArePrintedAsKeys) {
  const std::string text = to_scenario({{.queue = 5, .auto_down = false}, {}});
  for (const char* key : {R"("NET_MGMT_EVENT_QUEUE_SIZE": 5)",
                          R"("NET_CONNECTION_MANAGER_AUTO_IF_DOWN": 0)", R"("until": "4000ms")"}) {
    EXPECT_NE(text.find(key), std::string::npos) << key << "\n" << text;
  }
}

}  // namespace
}  // namespace flapjack::model
