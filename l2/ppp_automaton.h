// SPDX-License-Identifier: Apache-2.0
// The option negotiation automaton that all PPP control protocols share (RFC 1661 section 4), as a
// table: state and event give actions and the next state. No time, no packets, no memory: that is
// PppControl.
#pragma once
#include <cstdint>
#include <string_view>

namespace flapjack {

/// RFC 1661 section 4.2.
enum class PppState : std::uint8_t {
  Initial,
  Starting,
  Closed,
  Stopped,
  Closing,
  Stopping,
  ReqSent,
  AckRcvd,
  AckSent,
  Opened,
};
inline constexpr std::size_t kPppStates = 10;
/// "initial", ..., "opened".
std::string_view ppp_state_name(PppState state);

/// RFC 1661 section 4.3, named as there: TO+ has retries left, TO- has none; RCR+ is acceptable,
/// RCR- is not; RXJ+ can be lived with, RXJ- cannot.
enum class PppEvent : std::uint8_t {
  Up,
  Down,
  Open,
  Close,
  ToPlus,
  ToMinus,
  RcrPlus,
  RcrMinus,
  Rca,
  Rcn,
  Rtr,
  Rta,
  Ruc,
  RxjPlus,
  RxjMinus,
  Rxr,
};
inline constexpr std::size_t kPppEvents = 16;

/// RFC 1661 section 4.4, as bits in the order in which they are carried out.
enum class PppAction : std::uint16_t {
  Tld = 1u << 0,   ///< this layer down
  Irc = 1u << 1,   ///< initialise the restart counter
  Zrc = 1u << 2,   ///< zero it
  Scr = 1u << 3,   ///< send Configure-Request
  Sca = 1u << 4,   ///< send Configure-Ack
  Scn = 1u << 5,   ///< send Configure-Nak or -Reject
  Str = 1u << 6,   ///< send Terminate-Request
  Sta = 1u << 7,   ///< send Terminate-Ack
  Scj = 1u << 8,   ///< send Code-Reject
  Ser = 1u << 9,   ///< send Echo-Reply
  Tlu = 1u << 10,  ///< this layer up
  Tls = 1u << 11,  ///< this layer started
  Tlf = 1u << 12,  ///< this layer finished
};

struct PppTransition {
  bool possible = false;  ///< false: the event cannot happen in this state
  PppState next = PppState::Initial;
  std::uint16_t actions = 0;  ///< of PppAction
  bool has(PppAction action) const { return (actions & static_cast<unsigned>(action)) != 0; }
};

/// The cell of the table.
PppTransition ppp_transition(PppState state, PppEvent event);

/// Whether the restart timer may run in that state (section 4.2: only there are timeouts).
constexpr bool ppp_runs_timer(PppState state) {
  return state >= PppState::Closing && state <= PppState::AckSent;
}

}  // namespace flapjack
