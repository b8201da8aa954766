// SPDX-License-Identifier: Apache-2.0
// Every complete snippet of scenarios/FORMAT.md is a scenario of the real program, and passes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "scenarios/builtin.h"
#include "scenarios/runner.h"
#include "scenarios/spec_json.h"

namespace flapjack {
namespace {

void run_snippet(const std::string& text) {
  const Registry registry = builtin_registry();
  const SourceFile file("snippet.json", text);
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  ASSERT_TRUE(spec) << render(file, sink);
  const auto report = run_scenario(*spec, registry, {}, sink);
  ASSERT_TRUE(report) << render(file, sink);
  EXPECT_EQ(report->error, "");
  for (const ExpectResult& result : report->expectations) {
    EXPECT_TRUE(result.pass) << result.spec->text << "\n  expected " << result.expected
                             << "\n  actual " << result.actual << "\n  nearest "
                             << result.nearest;
  }
}

TEST(FormatDoc, ItsCompleteSnippetsPass) {
  std::ifstream in(std::string(FLAPJACK_SOURCE_DIR) + "/scenarios/FORMAT.md");
  ASSERT_TRUE(in);
  std::stringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  const std::string open = "```jsonc\n// check";
  std::size_t count = 0;
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at + 1)) {
    const std::size_t begin = text.find('\n', at) + 1;
    SCOPED_TRACE(count);
    run_snippet(text.substr(begin, text.find("```", begin) - begin));
    ++count;
  }
  EXPECT_GE(count, 3u);
}

}  // namespace
}  // namespace flapjack
