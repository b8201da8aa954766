// SPDX-License-Identifier: Apache-2.0
// Every cell of every priority map, and the names.
#include "stack/net/priority_map.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

struct Map {
  std::size_t classes;
  const char *strict, *a_and_b, *b_only;
};
const Map kMaps[] = {
    {1, "00000000", nullptr, nullptr},       {2, "00001111", "00110000", "00100000"},
    {3, "00001122", "00120000", "00201111"}, {4, "00112233", "00231111", "00301122"},
    {5, "00112234", "00341122", "00412233"}, {6, "10223345", "00451123", "00512234"},
    {7, "10234456", "00561234", "10623345"}, {8, "10234567", "10672345", "10723456"},
};

std::string row(std::size_t classes, PriorityMap map) {
  std::string text;
  for (std::uint8_t priority = 0; priority < 8; ++priority) {
    text += static_cast<char>('0' + traffic_class_of(priority, classes, map));
  }
  return text;
}

TEST(PriorityMap, EveryCell) {
  for (const Map& map : kMaps) {
    EXPECT_EQ(row(map.classes, PriorityMap::Strict), map.strict) << map.classes;
    if (map.a_and_b == nullptr) continue;
    EXPECT_EQ(row(map.classes, PriorityMap::SrAandB), map.a_and_b) << map.classes;
    EXPECT_EQ(row(map.classes, PriorityMap::SrB), map.b_only) << map.classes;
  }
  EXPECT_EQ(fewest_classes(PriorityMap::Strict), 1u);
  EXPECT_EQ(fewest_classes(PriorityMap::SrAandB), 2u);
  EXPECT_EQ(fewest_classes(PriorityMap::SrB), 2u);
  for (std::size_t classes = 0; classes <= 8; ++classes) {
    EXPECT_EQ(effective_classes(classes, false), classes);
    EXPECT_EQ(effective_classes(classes, true), classes == 0 ? 0 : classes + 1);
  }
}

TEST(PriorityMap, AboveSevenIsBestEffort) {
  EXPECT_EQ(effective_priority(8), Priority::BestEffort);
  EXPECT_EQ(effective_priority(255), Priority::BestEffort);
  for (std::size_t classes = 1; classes <= 8; ++classes) {
    EXPECT_EQ(traffic_class_of(9, classes), traffic_class_of(0, classes));
  }
}

TEST(PriorityMap, Names) {
  std::string names;
  for (std::uint8_t p = 0; p < 8; ++p) names += std::string(priority_name(effective_priority(p)));
  EXPECT_EQ(names, "BEBKEECAVIVOICNC");
}

}  // namespace
}  // namespace flapjack
