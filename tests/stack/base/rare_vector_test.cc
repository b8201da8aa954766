// SPDX-License-Identifier: Apache-2.0
#include "stack/base/rare_vector.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

TEST(RareVector, IsOneWordAndEmptyUntilSomethingComes) {
  static_assert(sizeof(RareVector<std::string>) == sizeof(void*));
  RareVector<std::string> some;
  const RareVector<std::string>& seen = some;
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(seen.size(), 0u);
  EXPECT_EQ(seen.begin(), seen.end());
  some.clear();
  some.push_back("a");
  some.emplace_back(2, 'b');
  EXPECT_EQ(std::vector<std::string>(seen.begin(), seen.end()),
            (std::vector<std::string>{"a", "bb"}));
  EXPECT_EQ(seen.front() + seen.back() + seen[1], "abbbb");
  some.all().erase(some.all().begin());
  some.pop_back();
  EXPECT_TRUE(seen.empty());
  some.push_back("c");
  some.clear();
  EXPECT_EQ(seen.size(), 0u);
}

}  // namespace
}  // namespace flapjack
