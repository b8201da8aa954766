// SPDX-License-Identifier: Apache-2.0
#include "stack/net/oper_state.h"

#include <array>

namespace flapjack {

std::string_view oper_state_name(OperState state) {
  constexpr std::array<std::string_view, 7> kNames = {
      "unknown", "not_present", "down", "lower_layer_down", "testing", "dormant", "up"};
  return kNames.at(static_cast<std::size_t>(state));
}

}  // namespace flapjack
