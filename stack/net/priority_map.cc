// SPDX-License-Identifier: Apache-2.0
#include "stack/net/priority_map.h"

#include <array>
#include <cassert>

namespace flapjack {
namespace {

using Row = std::array<std::uint8_t, 8>;  // the class of priority 0 to 7

constexpr std::array<Row, 8> kStrict = {{{0, 0, 0, 0, 0, 0, 0, 0},
                                         {0, 0, 0, 0, 1, 1, 1, 1},
                                         {0, 0, 0, 0, 1, 1, 2, 2},
                                         {0, 0, 1, 1, 2, 2, 3, 3},
                                         {0, 0, 1, 1, 2, 2, 3, 4},
                                         {1, 0, 2, 2, 3, 3, 4, 5},
                                         {1, 0, 2, 3, 4, 4, 5, 6},
                                         {1, 0, 2, 3, 4, 5, 6, 7}}};
constexpr std::array<Row, 7> kSrAandB = {{{0, 0, 1, 1, 0, 0, 0, 0},
                                          {0, 0, 1, 2, 0, 0, 0, 0},
                                          {0, 0, 2, 3, 1, 1, 1, 1},
                                          {0, 0, 3, 4, 1, 1, 2, 2},
                                          {0, 0, 4, 5, 1, 1, 2, 3},
                                          {0, 0, 5, 6, 1, 2, 3, 4},
                                          {1, 0, 6, 7, 2, 3, 4, 5}}};
constexpr std::array<Row, 7> kSrB = {{{0, 0, 1, 0, 0, 0, 0, 0},
                                      {0, 0, 2, 0, 1, 1, 1, 1},
                                      {0, 0, 3, 0, 1, 1, 2, 2},
                                      {0, 0, 4, 1, 2, 2, 3, 3},
                                      {0, 0, 5, 1, 2, 2, 3, 4},
                                      {1, 0, 6, 2, 3, 3, 4, 5},
                                      {1, 0, 7, 2, 3, 4, 5, 6}}};

}  // namespace

std::string_view priority_name(Priority priority) {
  constexpr std::array<std::string_view, 8> kNames = {"BE", "BK", "EE", "CA",
                                                      "VI", "VO", "IC", "NC"};
  return kNames.at(static_cast<std::size_t>(priority));
}

std::size_t traffic_class_of(std::uint8_t priority, std::size_t classes, PriorityMap map) {
  assert(classes >= fewest_classes(map) && classes <= 8);
  const auto column = static_cast<std::size_t>(effective_priority(priority));
  switch (map) {
    case PriorityMap::Strict:
      break;
    case PriorityMap::SrAandB:
      return kSrAandB[classes - 2][column];
    case PriorityMap::SrB:
      return kSrB[classes - 2][column];
  }
  return kStrict[classes - 1][column];
}

}  // namespace flapjack
