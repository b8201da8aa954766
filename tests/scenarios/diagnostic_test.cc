// SPDX-License-Identifier: Apache-2.0
#include "scenarios/diagnostic.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

Diagnostic error_at(std::uint32_t begin, std::uint32_t end) {
  return {"F0000", Severity::Error, "wrong", {begin, end}, "", {}, std::nullopt};
}

TEST(Diagnostic, DrawsLineAndCaret) {
  const SourceFile f("a.json", "{\n\t\"π\": oops }\n");
  Diagnostic d = error_at(9, 13);
  d.help = "write 1";
  d.notes.push_back({"because of this", SourceSpan{0, 1}});
  EXPECT_EQ(render(f, d),
            "a.json:2:7: error: wrong [F0000]\n"
            " 2 | \t\"π\": oops }\n"
            "   | \t     ^~~~\n"
            "   = help: write 1\n"
            "   = note: because of this (a.json:1:1)\n");
}

TEST(Diagnostic, DrawsAtTheEndsOfAFile) {
  const SourceFile empty("e", "");
  EXPECT_EQ(render(empty, error_at(0, 0)), "e:1:1: error: wrong [F0000]\n 1 | \n   | ^\n");
  const SourceFile f("a", "[\n1");
  EXPECT_EQ(render(f, error_at(3, 3)), "a:2:2: error: wrong [F0000]\n 2 | 1\n   |  ^\n");
  EXPECT_EQ(render(f, error_at(0, 3)), "a:1:1: error: wrong [F0000]\n 1 | [\n   | ^\n");
}

TEST(Diagnostic, CutsLongLines) {
  const SourceFile f("a", std::string(5000, ' ') + "x" + std::string(5000, ' '));
  const std::string text = render(f, error_at(5000, 5001));
  EXPECT_LT(text.size(), 400u);
  EXPECT_NE(text.find("x"), std::string::npos);
}

TEST(DiagnosticSink, KeepsOneMessageAToken) {
  DiagnosticSink sink;
  sink.add(error_at(3, 5));
  sink.add(error_at(3, 5));
  sink.add(error_at(3, 6));
  EXPECT_EQ(sink.all().size(), 2u);
  EXPECT_EQ(sink.error_count(), 2u);
  EXPECT_TRUE(sink.has_errors());
}

TEST(DiagnosticSink, RendersInTheOrderOfTheFile) {
  const SourceFile f("a", "abc");
  DiagnosticSink sink;
  sink.add(error_at(2, 3));
  sink.add(error_at(0, 1));
  const std::string text = render(f, sink);
  EXPECT_LT(text.find("a:1:1"), text.find("a:1:3"));
}

TEST(DiagnosticSink, RendersJsonForEditors) {
  const SourceFile f("a", "abc");
  DiagnosticSink sink;
  Diagnostic d = error_at(1, 2);
  d.replacement = "\"x\"";
  d.help = "h";
  sink.add(d);
  EXPECT_EQ(render_json(f, sink),
            "{\"format\":1,\"file\":\"a\",\"diagnostics\":[{\"code\":\"F0000\",\"severity\":"
            "\"error\",\"message\":\"wrong\",\"begin\":1,\"end\":2,\"line\":1,\"column\":2,"
            "\"help\":\"h\",\"replacement\":\"\\\"x\\\"\"}],\"left_out\":0}\n");
}

}  // namespace
}  // namespace flapjack
