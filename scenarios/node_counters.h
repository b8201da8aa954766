// SPDX-License-Identifier: Apache-2.0
// The counters of a node beside those of its ifaces: names for scenarios, and where their values
// are. Times are whole microseconds.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "stack/net/stack.h"

namespace flapjack {

struct NodeCounter {
  std::string_view name, about;
  std::int64_t (*value)(const Stack& stack);
};
std::span<const NodeCounter> node_counters();
/// Null when there is no counter of that name.
const NodeCounter* find_node_counter(std::string_view name);

}  // namespace flapjack
