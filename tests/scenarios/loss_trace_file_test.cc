// SPDX-License-Identifier: Apache-2.0
#include "scenarios/loss_trace_file.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(LossTraceFile, FramesInRuns) {
  const auto parsed = parse_loss_trace(
      "# from the roof\nkept 12\n\n  lost  # once\r\nkept\t3\nlost 2");
  const auto* trace = std::get_if<LossTrace>(&parsed);
  ASSERT_NE(trace, nullptr) << std::get<std::string>(parsed);
  std::string runs;
  for (const LossTrace::Run& r : trace->runs) {
    runs += (r.lost ? "x" : ".") + std::to_string(r.frames) + " ";
  }
  EXPECT_EQ(runs, ".12 x1 .3 x2 ");
  EXPECT_TRUE(trace->spans.empty());
}

TEST(LossTraceFile, SpansOfTime) {
  const auto parsed = parse_loss_trace("0s..5ms\n5ms .. 6ms\n1.5s..2min\n");
  const auto* trace = std::get_if<LossTrace>(&parsed);
  ASSERT_NE(trace, nullptr) << std::get<std::string>(parsed);
  ASSERT_EQ(trace->spans.size(), 3u);
  EXPECT_EQ(trace->spans[1].from.ns, 5'000'000);
  EXPECT_EQ(trace->spans[2].to.ns, 120'000'000'000);
  EXPECT_FALSE(trace->by_frame());
}

TEST(LossTraceFile, SaysWhatIsWrongAndWhere) {
  const struct {
    const char *text, *wrong;
  } rows[] = {
      {"", "it says nothing"},
      {"# only\n\n", "it says nothing"},
      {"kept\n1\n", "line 2: \"1\" is none of: kept, lost, kept 12, 5s..5.2s"},
      {"lost 0", "line 1: \"0\" is not a number of frames"},
      {"lost -3", "line 1: \"-3\" is not a number of frames"},
      {"lost 2s", "line 1: \"2s\" is not a number of frames"},
      {"lost 1.5", "line 1: \"1.5\" is not a number of frames"},
      {"lost 1000000001", "line 1: \"1000000001\" is not a number of frames"},
      {"lost 99999999999999999999", "line 1: \"99999999999999999999\" is not a number of frames"},
      {"kept\n1s..2s", "line 2: a trace is of frames or of spans of time, not of both"},
      {"1s..2s\nlost", "line 2: a trace is of frames or of spans of time, not of both"},
      {"2s..1s", "line 1: \"2s..1s\" ends before it begins"},
      {"2s..2s", "line 1: \"2s..2s\" ends before it begins"},
      {"1s..3s\n2s..4s", "line 2: \"2s..4s\" begins before the span above ends"},
      {"1..2", "line 1: a duration needs a unit"},
      {"1s..", "line 1: \"\" is not a duration"},
  };
  for (const auto& row : rows) {
    const auto parsed = parse_loss_trace(row.text);
    const auto* wrong = std::get_if<std::string>(&parsed);
    ASSERT_NE(wrong, nullptr) << row.text;
    EXPECT_EQ(*wrong, row.wrong);
  }
}

// Any bytes give a trace or a message.
TEST(LossTraceFile, EveryPrefixAndByte) {
  const std::string text = "kept 12 # x\nlost\n3s..4.5s\n";
  for (std::size_t n = 0; n < text.size(); ++n) {
    static_cast<void>(parse_loss_trace(std::string_view(text).substr(0, n)));
    for (const char c : {'\0', '.', '\xff', '9', '\n', ' ', '-'}) {
      std::string other = text;
      other[n] = c;
      const auto parsed = parse_loss_trace(other);
      if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        EXPECT_FALSE(wrong->empty());
      }
    }
  }
}

}  // namespace
}  // namespace flapjack
