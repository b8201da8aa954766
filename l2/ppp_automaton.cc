// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_automaton.h"

#include <array>

namespace flapjack {
namespace {

using Table = std::array<std::array<std::string_view, kPppStates>, kPppEvents>;

// "actions/next state"; "-" cannot happen. Columns are the states Initial to Opened, rows the
// events Up to RXR. The options of the RFC's table: restart (Open in 3, 5 and 9), passive (TO- in 6
// to 8) and crossed connections change no cell; the first two are up to the caller.
constexpr Table kTable = {{
    {"2", "irc,scr/6", "-", "-", "-", "-", "-", "-", "-", "-"},
    {"-", "-", "0", "tls/1", "0", "1", "1", "1", "1", "tld/1"},
    {"tls/1", "1", "irc,scr/6", "3", "5", "5", "6", "7", "8", "9"},
    {"0", "tlf/0", "2", "2", "4", "4", "irc,str/4", "irc,str/4", "irc,str/4", "tld,irc,str/4"},
    {"-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-"},
    {"-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "-"},
    {"-", "-", "sta/2", "irc,scr,sca/8", "4", "5", "sca/8", "sca,tlu/9", "sca/8", "tld,scr,sca/8"},
    {"-", "-", "sta/2", "irc,scr,scn/6", "4", "5", "scn/6", "scn/7", "scn/6", "tld,scr,scn/6"},
    {"-", "-", "sta/2", "sta/3", "4", "5", "irc/7", "scr/6", "irc,tlu/9", "tld,scr/6"},
    {"-", "-", "sta/2", "sta/3", "4", "5", "irc,scr/6", "scr/6", "irc,scr/8", "tld,scr/6"},
    {"-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6", "tld,zrc,sta/5"},
    {"-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6"},
    {"-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8", "scj/9"},
    {"-", "-", "2", "3", "4", "5", "6", "6", "8", "9"},
    {"-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "tld,irc,str/5"},
    {"-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9"},
}};

constexpr std::array<std::string_view, 13> kActionNames = {
    "tld", "irc", "zrc", "scr", "sca", "scn", "str", "sta", "scj", "ser", "tlu", "tls", "tlf"};
constexpr std::array<std::string_view, kPppStates> kStateNames = {
    "initial",  "starting", "closed",   "stopped",  "closing",
    "stopping", "req_sent", "ack_rcvd", "ack_sent", "opened"};

constexpr std::uint16_t action_bit(std::string_view name) {
  for (std::size_t i = 0; i < kActionNames.size(); ++i) {
    if (kActionNames[i] == name) return static_cast<std::uint16_t>(1u << i);
  }
  return 0;
}

constexpr PppTransition read_cell(std::string_view cell) {
  PppTransition t;
  if (cell == "-") return t;
  t.possible = true;
  while (cell.size() > 1) {  // the last character is the next state
    t.actions = static_cast<std::uint16_t>(t.actions | action_bit(cell.substr(0, 3)));
    cell.remove_prefix(4);
  }
  t.next = static_cast<PppState>(cell[0] - '0');
  return t;
}

constexpr auto read_table() {
  std::array<std::array<PppTransition, kPppStates>, kPppEvents> cells{};
  for (std::size_t e = 0; e < kPppEvents; ++e) {
    for (std::size_t s = 0; s < kPppStates; ++s) cells[e][s] = read_cell(kTable[e][s]);
  }
  return cells;
}
constexpr auto kCells = read_table();

}  // namespace

std::string_view ppp_state_name(PppState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

PppTransition ppp_transition(PppState state, PppEvent event) {
  return kCells.at(static_cast<std::size_t>(event)).at(static_cast<std::size_t>(state));
}

}  // namespace flapjack
