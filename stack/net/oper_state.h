// SPDX-License-Identifier: Apache-2.0
// Operational state of an iface (RFC 2863 section 3.1.14) as a pure function of its inputs.
#pragma once
#include <cstdint>
#include <string_view>

namespace flapjack {

enum class OperState : std::uint8_t {
  Unknown,  ///< before the first evaluation
  NotPresent,
  Down,
  LowerLayerDown,
  Testing,
  Dormant,
  Up,
};
/// "unknown", "not_present", "down", "lower_layer_down", "testing", "dormant", "up".
std::string_view oper_state_name(OperState state);

struct OperInputs {
  bool admin_up = false;
  bool device_ready = true;
  bool carrier = true;  ///< Zephyr: LOWER_UP
  bool dormant = false;
  bool is_virtual = false;  ///< a virtual iface stacked on another
};

/// First hit wins: admin-down, device not ready, no carrier, dormant, up (Zephyr:
/// update_operational_state()). Never NotPresent or Testing.
constexpr OperState oper_state(const OperInputs& in) {
  if (!in.admin_up) return OperState::Down;
  if (!in.device_ready) return OperState::LowerLayerDown;
  if (!in.carrier) return in.is_virtual ? OperState::LowerLayerDown : OperState::Down;
  if (in.dormant) return OperState::Dormant;
  return OperState::Up;
}

}  // namespace flapjack
