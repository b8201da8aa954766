// SPDX-License-Identifier: Apache-2.0
// Every complete snippet of scenarios/FORMAT.md loads, with the test vocabulary.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

TEST(FormatDoc, ItsCompleteSnippetsLoad) {
  std::ifstream in(std::string(FLAPJACK_SOURCE_DIR) + "/scenarios/FORMAT.md");
  ASSERT_TRUE(in);
  std::stringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  const std::string open = "```jsonc\n// check";
  std::size_t count = 0;
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at + 1)) {
    const std::size_t begin = text.find('\n', at) + 1;
    const Loaded l(text.substr(begin, text.find("```", begin) - begin));
    EXPECT_TRUE(l.spec) << l.messages;
    ++count;
  }
  EXPECT_GE(count, 3u);
}

}  // namespace
}  // namespace flapjack
