// SPDX-License-Identifier: Apache-2.0
// The script of a ScriptedConnectivity: when called so, do that after a while. One entry a text:
//
//   entry   = trigger [ delay ] action | trigger "return=" code
//   trigger = "init" | "connect" | "disconnect" | "lost" | "found" | "set_option" | "get_option"
//             (lost, found: the peer cannot be heard any more, can be heard again)
//   delay   = number with unit ns us ms s min h, e.g. 500ms, 1.5s; without: in the call itself
//   action  = "up" | "down" | "carrier_on" | "carrier_off" | "timeout" | "fatal" [ "=" number ]
//   code    = "0" | number | "-" errno name, e.g. -ECHILD; what the call returns (not for init,
//             lost and found, which are no calls that could)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/sim/time.h"

namespace flapjack {

enum class ScriptTrigger : std::uint8_t {
  Init, Connect, Disconnect, Lost, Found, SetOption, GetOption
};
enum class ScriptAction : std::uint8_t {
  Up,    ///< not dormant
  Down,  ///< dormant
  CarrierOn,
  CarrierOff,
  Timeout,  ///< raise CONN_IF_TIMEOUT
  Fatal,    ///< raise CONN_IF_FATAL_ERROR
  Return,   ///< what the call returns
};
std::string_view script_trigger_name(ScriptTrigger trigger);
std::string_view script_action_name(ScriptAction action);

struct ScriptEntry {
  ScriptTrigger trigger = ScriptTrigger::Connect;
  Duration delay;
  ScriptAction action = ScriptAction::Up;
  /// Fatal: the reason, if any. Return: the number as Zephyr would return it, errors negative.
  std::optional<int> value;
  bool operator==(const ScriptEntry&) const = default;
};

/// Where and why a text is no entry; in bytes.
struct ScriptError {
  std::size_t offset = 0;
  std::string message;
  std::size_t length = 0;          ///< of what is wrong; 0: something is missing there
  std::vector<std::string> known;  ///< what could stand there, where that is a list of names
};

/// Nothing, and `error` filled in, when `text` is no entry.
std::optional<ScriptEntry> parse_script_entry(std::string_view text, ScriptError& error);

}  // namespace flapjack
