// SPDX-License-Identifier: Apache-2.0
#include "scenarios/name_index.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

struct Named {
  std::string name;
  int value = 0;
};

TEST(NameIndex, FollowsAListThatGrows) {
  NameIndex index;
  std::vector<Named> list;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(index.find(list, "n" + std::to_string(i)), nullptr);
    list.push_back({"n" + std::to_string(i), i});
    for (const int k : {0, i / 2, i}) {
      const Named* found = index.find(list, "n" + std::to_string(k));
      ASSERT_NE(found, nullptr) << k << " of " << i;
      ASSERT_EQ(found->value, k);
    }
  }
}

TEST(NameIndex, OfEqualNamesTheFirst) {
  for (const int count : {5, 100}) {  // walked, and looked up
    NameIndex index;
    std::vector<Named> list;
    for (int i = 0; i < count; ++i) list.push_back({i % 2 == 0 ? "even" : "odd", i});
    EXPECT_EQ(index.find(list, "even")->value, 0);
    EXPECT_EQ(index.find(list, "odd")->value, 1);
  }
}

TEST(NameIndex, StartsAnewWithAShorterList) {
  NameIndex index;
  std::vector<Named> list;
  for (int i = 0; i < 100; ++i) list.push_back({std::to_string(i), i});
  EXPECT_NE(index.find(list, "99"), nullptr);
  list.resize(50);
  EXPECT_EQ(index.find(list, "99"), nullptr);
  EXPECT_NE(index.find(list, "49"), nullptr);
}

}  // namespace
}  // namespace flapjack
