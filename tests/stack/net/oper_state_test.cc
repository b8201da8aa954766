// SPDX-License-Identifier: Apache-2.0
// Every combination of the inputs has one oper state, and the first rule that fits decides.
#include "stack/net/oper_state.h"

#include <gtest/gtest.h>

#include <string>

namespace flapjack {
namespace {

struct Rule {
  std::string_view inputs;  ///< admin, device ready, carrier, dormant, virtual; '*': either
  OperState state;
};
constexpr Rule kRules[] = {
    {"0****", OperState::Down},    {"10***", OperState::LowerLayerDown},
    {"110*0", OperState::Down},    {"110*1", OperState::LowerLayerDown},
    {"1111*", OperState::Dormant}, {"1110*", OperState::Up},
};

bool fits(std::string_view rule, std::string_view inputs) {
  for (std::size_t i = 0; i < rule.size(); ++i) {
    if (rule[i] != '*' && rule[i] != inputs[i]) return false;
  }
  return true;
}

TEST(OperState, AllThirtyTwoInputs) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    const OperInputs in{(bits & 16) != 0, (bits & 8) != 0, (bits & 4) != 0, (bits & 2) != 0,
                        (bits & 1) != 0};
    std::string text;
    for (int bit = 4; bit >= 0; --bit) text += (bits >> bit & 1) != 0 ? '1' : '0';
    int rules = 0;
    for (const Rule& rule : kRules) {
      if (!fits(rule.inputs, text)) continue;
      ++rules;
      EXPECT_EQ(oper_state(in), rule.state) << text;
    }
    EXPECT_EQ(rules, 1) << text;
  }
}

TEST(OperState, DefaultsAreAnIfaceNobodyHasTouched) {
  static_assert(oper_state({}) == OperState::Down);
  static_assert(oper_state({.admin_up = true}) == OperState::Up);
}

TEST(OperState, NamesAreThoseOfRfc2863) {
  EXPECT_EQ(oper_state_name(OperState::Unknown), "unknown");
  EXPECT_EQ(oper_state_name(OperState::NotPresent), "not_present");
  EXPECT_EQ(oper_state_name(OperState::Down), "down");
  EXPECT_EQ(oper_state_name(OperState::LowerLayerDown), "lower_layer_down");
  EXPECT_EQ(oper_state_name(OperState::Testing), "testing");
  EXPECT_EQ(oper_state_name(OperState::Dormant), "dormant");
  EXPECT_EQ(oper_state_name(OperState::Up), "up");
}

}  // namespace
}  // namespace flapjack
