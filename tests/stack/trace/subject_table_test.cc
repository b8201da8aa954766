// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/subject_table.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

TEST(SubjectTable, NumbersInTheOrderOfTheFirstCall) {
  SubjectTable table;
  EXPECT_FALSE(table.find("dev").valid());
  EXPECT_EQ(table.add("dev").value, 1u);
  EXPECT_EQ(table.add("dev.wifi0").value, 2u);
  EXPECT_EQ(table.add("dev").value, 1u);
  EXPECT_EQ(table.find("dev.wifi0").value, 2u);
  EXPECT_FALSE(table.find("dev.wifi").valid());
  EXPECT_EQ(table.path({2}), "dev.wifi0");
  EXPECT_EQ(table.path({}), "");
}

TEST(SubjectTable, PathsStayWhereTheyAreWhileItGrows) {
  SubjectTable table;
  const auto name = [](std::uint32_t i) {
    return "n" + std::to_string(i) + std::string(i % 500, 'x');  // beyond a chunk now and then
  };
  const std::string_view first = table.path(table.add(name(0)));
  for (std::uint32_t i = 1; i < 3000; ++i) ASSERT_EQ(table.add(name(i)).value, i + 1);
  EXPECT_EQ(first, "n0");
  for (std::uint32_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(table.find(name(i)).value, i + 1);
    ASSERT_EQ(table.path({i + 1}), name(i));
  }
  EXPECT_FALSE(table.find("n3000").valid());
}

TEST(SubjectTable, AnEmptyPathAndLongOnes) {
  SubjectTable table;
  const std::string large(100'000, 'y');
  EXPECT_EQ(table.path(table.add("")), "");
  EXPECT_EQ(table.path(table.add(large)), large);
  for (const std::size_t length : {254u, 255u, 256u}) {
    const std::string path(length, 'x');
    EXPECT_EQ(table.path(table.add(path)), path);
  }
  EXPECT_EQ(table.path(table.add("z")), "z");
  EXPECT_EQ(table.find("").value, 1u);
}

}  // namespace
}  // namespace flapjack
