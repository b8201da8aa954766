// SPDX-License-Identifier: Apache-2.0
// Priorities of packets and the traffic classes they go to (Zephyr: enum net_priority and
// net_tc_mapping.h; IEEE 802.1Q-2018 tables 8-5 and 34-1).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flapjack {

/// By Zephyr's names. Background is the lowest, though its number is not.
enum class Priority : std::uint8_t {
  BestEffort = 0,            ///< BE
  Background = 1,            ///< BK
  ExcellentEffort = 2,       ///< EE
  CriticalApplications = 3,  ///< CA
  Video = 4,                 ///< VI
  Voice = 5,                 ///< VO
  InternetworkControl = 6,   ///< IC
  NetworkControl = 7,        ///< NC
};
/// Above 7 counts as best effort.
constexpr Priority effective_priority(std::uint8_t priority) {
  return static_cast<Priority>(priority > 7 ? 0 : priority);
}
/// "BE", "BK", ..., "NC".
std::string_view priority_name(Priority priority);

/// Which classes the priorities go to (NET_TC_MAPPING_*).
enum class PriorityMap : std::uint8_t {
  Strict,     ///< by priority alone
  SrAandB,    ///< stream reservation classes A and B have the two highest
  SrB,        ///< stream reservation class B alone has the highest
};
/// The stream reservation maps need two classes or more, in both directions.
constexpr std::size_t fewest_classes(PriorityMap map) {
  return map == PriorityMap::Strict ? 1 : 2;
}
/// How many share a direction's packets (NET_TC_TX_EFFECTIVE_COUNT): its classes and, beside them,
/// one of those that skip their queues; without classes there is nothing to skip.
constexpr std::size_t effective_classes(std::size_t classes, bool skip_high) {
  return classes + std::size_t{classes > 0 && skip_high};
}

/// The class of `priority` when there are `classes` of them, fewest_classes() to 8.
std::size_t traffic_class_of(std::uint8_t priority, std::size_t classes,
                             PriorityMap map = PriorityMap::Strict);

}  // namespace flapjack
