// SPDX-License-Identifier: Apache-2.0
// What a timeline step hands to the call behind its verb, when that takes more than whom it is
// about: calls of the connection manager, and addresses. Plain data, part of StepSpec.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "stack/wire/address.h"

namespace flapjack {

/// What `CallArgsSpec::l2` says for Zephyr's NULL.
inline constexpr const char* kNoL2 = "none";

struct CallArgsSpec {
  std::string flag;            ///< set_flag: "persistent", "no_auto_connect" or "no_auto_down"
  bool value = false;          ///< set_flag
  std::int64_t timeout_s = 0;  ///< set_timeout, set_idle_timeout: whole seconds, 0: none
  std::string l2;              ///< ignore_l2, watch_l2: a name of Vocabulary::l2s, or kNoL2
  std::int64_t option = 0;     ///< set_opt, get_opt: which one of the implementation's
  std::vector<std::uint8_t> bytes;  ///< set_opt
  std::int64_t room = 64;      ///< get_opt: bytes
  bool skip_ignored = false;   ///< all_up and the like: leave out what the monitor ignores
  IpAddress address;           ///< add_address, del_address: of one host
  std::uint8_t prefix_len = 0;  ///< add_address
};

}  // namespace flapjack
