// SPDX-License-Identifier: Apache-2.0
#include "stack/base/use_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

std::string text_of(const UseList<std::string>& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) text += list[i];
  return text;
}

TEST(UseList, KeepsTheOrderOfUse) {
  UseList<std::string> list;
  EXPECT_TRUE(list.empty());
  for (const char* each : {"a", "b", "c", "d"}) list.push_front(each);
  EXPECT_EQ(text_of(list), "dcba");
  list.to_front(2);
  EXPECT_EQ(text_of(list), "bdca");
  list.to_front(0);
  list.erase(1);
  EXPECT_EQ(text_of(list), "bca");
  list.erase(0);
  list.erase(1);
  EXPECT_EQ(text_of(list), "c");
  list.erase(0);
  EXPECT_TRUE(list.empty());
  list.push_front("e");
  list.push_front("f");
  list.clear();
  EXPECT_EQ(list.size(), 0u);
  list.push_front("g");
  list.push_front("h");
  EXPECT_EQ(text_of(list), "hg") << "nothing of before";
}

TEST(UseList, FindsFromEitherEnd) {
  UseList<int> list;
  for (const int each : {1, 2, 3, 4}) list.push_front(each);
  const auto even = [](int value) { return value % 2 == 0; };
  EXPECT_EQ(list.find(even), 0u);
  EXPECT_EQ(list.find_last(even), 2u);
  const auto large = [](int value) { return value > 9; };
  EXPECT_EQ(list.find(large), list.size());
  EXPECT_EQ(list.find_last(large), list.size());
}

TEST(UseList, DoesWhatAVectorDoes) {
  RandomStream random(1);
  UseList<unsigned> list;
  std::vector<unsigned> model;
  for (unsigned step = 0; step < 5000; ++step) {
    const std::size_t place = model.empty() ? 0 : random.below(model.size());
    const auto at = model.begin() + static_cast<std::ptrdiff_t>(place);
    const std::uint64_t what = random.below(100);
    if (what < 40 || model.empty()) {
      list.push_front(step);
      model.insert(model.begin(), step);
    } else if (what < 70) {
      list.to_front(place);
      std::rotate(model.begin(), at, at + 1);
    } else if (what < 99) {
      list.erase(place);
      model.erase(at);
    } else {
      list.clear();
      model.clear();
    }
    ASSERT_EQ(list.size(), model.size());
    for (std::size_t i = 0; i < model.size(); ++i) ASSERT_EQ(list[i], model[i]) << step;
  }
}

}  // namespace
}  // namespace flapjack
