// SPDX-License-Identifier: Apache-2.0
// The trace events of this folder that are no net_mgmt events: every name with its attributes, so
// that patterns can be checked against them. The subject is the iface, or the node.
#pragma once
#include <array>
#include <string_view>

namespace flapjack {

struct ConnEventInfo {
  std::string_view name;
  std::array<std::string_view, 3> attrs;  ///< empty: none
  std::string_view about;
  bool of_node = false;  ///< its subject is the node, not an iface
  /// Of each attribute all values there are, with blanks between them; empty: anything, or the name
  /// of an error ("result").
  std::array<std::string_view, 3> values = {};
};

namespace conn_event {
// Control
inline constexpr std::string_view kConnect = "connect";
inline constexpr std::string_view kDisconnect = "disconnect";
inline constexpr std::string_view kAutoDown = "auto_down";
inline constexpr std::string_view kUpFailed = "up_failed";
inline constexpr std::string_view kDownFailed = "down_failed";
inline constexpr std::string_view kSetOpt = "set_opt";
inline constexpr std::string_view kGetOpt = "get_opt";
inline constexpr std::string_view kSetFlag = "set_flag";
inline constexpr std::string_view kSetTimeout = "set_timeout";
inline constexpr std::string_view kSetIdleTimeout = "set_idle_timeout";
inline constexpr std::string_view kLockCycle = "lock_cycle";
inline constexpr std::string_view kBindingBlocked = "binding_blocked";
// Monitor
inline constexpr std::string_view kReady = "iface_ready";
inline constexpr std::string_view kNotReady = "iface_not_ready";
inline constexpr std::string_view kIgnored = "ignored";
inline constexpr std::string_view kWatched = "watched";
inline constexpr std::string_view kMonitorBlocked = "monitor_blocked";
inline constexpr std::string_view kMonitorFreed = "monitor_freed";
// Online check
inline constexpr std::string_view kOnlineProbe = "online_probe";
inline constexpr std::string_view kOnlineSilent = "online_silent";
// Implementations
inline constexpr std::string_view kAssociating = "associating";
inline constexpr std::string_view kPhase = "phase";
inline constexpr std::string_view kAssociated = "associated";
inline constexpr std::string_view kAssociationFailed = "association_failed";
inline constexpr std::string_view kDisassociated = "disassociated";
inline constexpr std::string_view kScripted = "scripted";
}  // namespace conn_event

inline constexpr std::array kConnEvents = {
    ConnEventInfo{conn_event::kConnect, {"by", "result"}, "a connect call has returned", false,
                  {"app auto_connect all_if_connect"}},
    ConnEventInfo{conn_event::kDisconnect, {"by", "result"}, "a disconnect call has returned",
                  false,
                  {"app idle all_if_disconnect"}},
    ConnEventInfo{conn_event::kAutoDown, {"reason", "result"}, "taken admin-down automatically",
                  false,
                  {"disconnect if_down timeout fatal"}},
    ConnEventInfo{conn_event::kUpFailed, {"by", "result"}, "a bulk call could not take it up",
                  false,
                  {"all_if_up all_if_connect"}},
    ConnEventInfo{conn_event::kDownFailed, {"by", "result"}, "a bulk call could not take it down",
                  false,
                  {"all_if_down"}},
    ConnEventInfo{conn_event::kSetOpt, {"option", "result"}, "a set_opt call has returned"},
    ConnEventInfo{conn_event::kGetOpt, {"option", "result", "length"},
                  "a get_opt call has returned"},
    ConnEventInfo{conn_event::kSetFlag, {"flag", "value", "result"}, "a flag was set or refused",
                  false,
                  {"persistent no_auto_connect no_auto_down disconnecting", "0 1"}},
    ConnEventInfo{conn_event::kSetTimeout, {"seconds", "result"}, "a timeout was set or refused"},
    ConnEventInfo{conn_event::kSetIdleTimeout, {"seconds", "result"},
                  "an idle timeout was set or refused"},
    ConnEventInfo{conn_event::kLockCycle, {"locks"},
                  "locks were taken in an order that could block two threads for ever",
                  true},
    ConnEventInfo{conn_event::kBindingBlocked, {"waiting"},
                  "a call waits for the binding's lock, which an init holds", false,
                  {"connect disconnect set_opt get_opt set_flag set_timeout set_idle_timeout"}},
    ConnEventInfo{conn_event::kReady, {}, "a monitor pass found it ready, and not so before"},
    ConnEventInfo{conn_event::kNotReady, {}, "a monitor pass found it no longer ready"},
    ConnEventInfo{conn_event::kIgnored, {}, "the monitor looks away"},
    ConnEventInfo{conn_event::kWatched, {}, "the monitor looks again"},
    ConnEventInfo{conn_event::kMonitorBlocked, {"iface", "waiting"},
                  "an implementation's init holds the monitor's lock, or a call waits for it",
                  true,
                  {"", "ignore resend all_if_up all_if_down all_if_connect all_if_disconnect"}},
    ConnEventInfo{conn_event::kMonitorFreed, {}, "init has returned, the lock is free", true},
    ConnEventInfo{conn_event::kOnlineProbe, {"result"}, "the online check has sent a ping"},
    ConnEventInfo{conn_event::kOnlineSilent, {}, "that ping was not answered in time"},
    ConnEventInfo{conn_event::kAssociating, {"attempt"}, "a sub-attempt has begun"},
    ConnEventInfo{conn_event::kPhase, {"phase"}, "a phase of a sub-attempt begins", false,
                  {"scan authenticate associate handshake modem_on search register pdn negotiate "
                   "parent_request child_id_request"}},
    ConnEventInfo{conn_event::kAssociated, {"attempt"}, "a sub-attempt has succeeded"},
    ConnEventInfo{conn_event::kAssociationFailed, {"reason"}, "a sub-attempt has ended in vain",
                  false,
                  {"peer_absent credentials rejected fatal stopped radio_off reset give_up "
                   "line_dead"}},
    ConnEventInfo{conn_event::kDisassociated, {"reason"}, "the association is over", false,
                  {"peer_lost roam left radio_off reset line_dead"}},
    ConnEventInfo{conn_event::kScripted, {"trigger", "action"}, "a script entry was carried out",
                  false,
                  {"init connect disconnect lost found set_option get_option",
                   "up down carrier_on carrier_off timeout fatal return"}},
};

}  // namespace flapjack
