// SPDX-License-Identifier: Apache-2.0
// The trace events that engines record; subject: the iface.
#pragma once
#include <array>
#include <string_view>

namespace flapjack {

namespace event_name {
inline constexpr std::string_view kModemCrash = "modem_crash";
inline constexpr std::string_view kModemPowerOff = "modem_power_off";
inline constexpr std::string_view kModemBoot = "modem_boot";
inline constexpr std::string_view kAcceptRefused = "accept_refused";
}  // namespace event_name

struct OffloadEventInfo {
  std::string_view name;
  std::array<std::string_view, 1> attrs;  ///< keys it may have; "" for none
  std::string_view about;
};
inline constexpr std::array<OffloadEventInfo, 4> kOffloadEvents = {{
    {event_name::kModemCrash, {"assertion"}, "the engine's firmware failed an assertion"},
    {event_name::kModemPowerOff, {""}, "the engine lost power; its connections are gone"},
    {event_name::kModemBoot, {""}, "the engine was started again"},
    {event_name::kAcceptRefused, {"errno"}, "a connection was reset: no socket or context left"},
}};

}  // namespace flapjack
