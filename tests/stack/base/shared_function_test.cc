// SPDX-License-Identifier: Apache-2.0
#include "stack/base/shared_function.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace flapjack {
namespace {

using Function = SharedFunction<void(std::unique_ptr<int>, int&)>;
static_assert(sizeof(Function) == 2 * sizeof(void*));

int call(const Function& function) {
  int result = 0;
  function(std::make_unique<int>(2), result);
  return result;
}

TEST(SharedFunction, MayBeEmpty) {
  Function none, null = nullptr;
  EXPECT_FALSE(none);
  EXPECT_FALSE(null);
  const Function copy = none;
  EXPECT_FALSE(copy);
  Function some = [](std::unique_ptr<int>, int&) {};
  EXPECT_TRUE(some);
  some = nullptr;
  EXPECT_FALSE(some);
}

TEST(SharedFunction, CallsClosuresOfAnySize) {
  int one = 1;
  std::string many = "many";
  const Function small = [&one](std::unique_ptr<int> arg, int& result) { result = one + *arg; };
  const Function large = [&one, many](std::unique_ptr<int> arg, int& result) {
    result = one + *arg + static_cast<int>(many.size());
  };
  const Function plain = +[](std::unique_ptr<int> arg, int& result) { result = *arg; };
  EXPECT_EQ(call(small), 3);
  EXPECT_EQ(call(large), 7);
  EXPECT_EQ(call(plain), 2);
  Function moved = small;
  EXPECT_EQ(call(moved), 3);
  Function to = std::move(moved);
  EXPECT_FALSE(moved);
  EXPECT_EQ(call(to), 3);
  to = large;
  EXPECT_EQ(call(to), 7);
}

TEST(SharedFunction, CopiesAreTheSameClosure) {
  const Function counting = [n = 0](std::unique_ptr<int>, int& result) mutable { result = ++n; };
  const Function copy = counting;
  EXPECT_EQ(call(counting), 1);
  EXPECT_EQ(call(copy), 2);
  EXPECT_EQ(call(counting), 3);
}

TEST(SharedFunction, TheClosureGoesWithItsLastCopy) {
  auto held = std::make_shared<int>(5);
  Function first = [held](std::unique_ptr<int>, int& result) { result = *held; };
  EXPECT_EQ(held.use_count(), 2);
  Function second = first;
  EXPECT_EQ(held.use_count(), 2);
  first = nullptr;
  EXPECT_EQ(call(second), 5);
  Function& same = second;
  second = same;
  EXPECT_EQ(held.use_count(), 2);
  second = std::move(first);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(SharedFunction, ACopyOutlivesTheOneItsCallReplaces) {
  Function place;
  auto held = std::make_shared<int>(5);
  place = [&place, held](std::unique_ptr<int>, int& result) {
    place = nullptr;
    result = *held + static_cast<int>(held.use_count());
  };
  const Function running = place;
  EXPECT_EQ(call(running), 7);
  EXPECT_FALSE(place);
}

}  // namespace
}  // namespace flapjack
