// SPDX-License-Identifier: Apache-2.0
#include "scenarios/suggest.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(Suggest, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("carier_down", "carrier_down"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("same", "same"), 0u);
  EXPECT_EQ(edit_distance("wlan0", "wifi0"), 3u);
}

TEST(Suggest, StaysWithinOnePlusAThird) {
  const std::vector<std::string> names = {"carrier_down", "connect", "at"};
  EXPECT_EQ(suggest("carier_down", names), "carrier_down");
  EXPECT_EQ(suggest("conect", names), "connect");
  EXPECT_EQ(suggest("CONNECT", names), "connect");
  EXPECT_EQ(suggest("xyzzy", names), "");
  EXPECT_EQ(suggest("zz", names), "");  // two edits of a two-letter name are another name
}

TEST(Suggest, ListsAFew) {
  EXPECT_EQ(suggestion_help("wlan0", {"wifi0", "eth0"}), "known: wifi0, eth0");
  EXPECT_EQ(suggestion_help("wif0", {"wifi0", "eth0"}),
            "did you mean \"wifi0\"? known: wifi0, eth0");
  EXPECT_EQ(suggestion_help("q", {"aa", "bb", "cc", "dd", "ee", "ff"}), "");
  EXPECT_EQ(suggestion_help("x", {}), "");
}

TEST(Suggest, QuotesSafely) {
  EXPECT_EQ(in_quotes("a\tb"), "\"a?b\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

TEST(Suggest, AChoiceNamesAllThereAre) {
  const std::vector<std::string> six = {"one", "two", "three", "four", "five", "six"};
  EXPECT_EQ(choice_help("fiv", six),
            "did you mean \"five\"? there are: one, two, three, four, five, six");
  EXPECT_EQ(choice_help("", {"a", "b"}), "there are: a, b");
}

TEST(Suggest, NothingWrittenListsMore) {
  const std::vector<std::string> six = {"one", "two", "three", "four", "five", "six"};
  EXPECT_EQ(suggestion_help("", six), "known: one, two, three, four, five, six");
  EXPECT_EQ(suggestion_help("seventeen", six), "");
}

}  // namespace
}  // namespace flapjack
