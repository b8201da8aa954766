// SPDX-License-Identifier: Apache-2.0
// Every cell of RFC 1661 section 4.1, state by state: what is listed happens so, and what is not
// listed cannot happen.
#include "l2/ppp_automaton.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace flapjack {
namespace {

using S = PppState;
using E = PppEvent;

enum Actions : unsigned {
  None = 0,
  Tld = static_cast<unsigned>(PppAction::Tld),
  Irc = static_cast<unsigned>(PppAction::Irc),
  Zrc = static_cast<unsigned>(PppAction::Zrc),
  Scr = static_cast<unsigned>(PppAction::Scr),
  Sca = static_cast<unsigned>(PppAction::Sca),
  Scn = static_cast<unsigned>(PppAction::Scn),
  Str = static_cast<unsigned>(PppAction::Str),
  Sta = static_cast<unsigned>(PppAction::Sta),
  Scj = static_cast<unsigned>(PppAction::Scj),
  Ser = static_cast<unsigned>(PppAction::Ser),
  Tlu = static_cast<unsigned>(PppAction::Tlu),
  Tls = static_cast<unsigned>(PppAction::Tls),
  Tlf = static_cast<unsigned>(PppAction::Tlf),
};

struct Cell {
  E event;
  unsigned actions;
  S next;
};
struct StateRows {
  S state;
  std::vector<Cell> cells;
};

void PrintTo(const StateRows& rows, std::ostream* out) { *out << ppp_state_name(rows.state); }

const StateRows kRows[] = {
    {S::Initial,
     {{E::Up, None, S::Closed},
      {E::Open, Tls, S::Starting},
      {E::Close, None, S::Initial}}},
    {S::Starting,
     {{E::Up, Irc | Scr, S::ReqSent},
      {E::Open, None, S::Starting},
      {E::Close, Tlf, S::Initial}}},
    {S::Closed,
     {{E::Down, None, S::Initial},
      {E::Open, Irc | Scr, S::ReqSent},
      {E::Close, None, S::Closed},
      {E::RcrPlus, Sta, S::Closed},
      {E::RcrMinus, Sta, S::Closed},
      {E::Rca, Sta, S::Closed},
      {E::Rcn, Sta, S::Closed},
      {E::Rtr, Sta, S::Closed},
      {E::Rta, None, S::Closed},
      {E::Ruc, Scj, S::Closed},
      {E::RxjPlus, None, S::Closed},
      {E::RxjMinus, Tlf, S::Closed},
      {E::Rxr, None, S::Closed}}},
    {S::Stopped,
     {{E::Down, Tls, S::Starting},
      {E::Open, None, S::Stopped},
      {E::Close, None, S::Closed},
      {E::RcrPlus, Irc | Scr | Sca, S::AckSent},
      {E::RcrMinus, Irc | Scr | Scn, S::ReqSent},
      {E::Rca, Sta, S::Stopped},
      {E::Rcn, Sta, S::Stopped},
      {E::Rtr, Sta, S::Stopped},
      {E::Rta, None, S::Stopped},
      {E::Ruc, Scj, S::Stopped},
      {E::RxjPlus, None, S::Stopped},
      {E::RxjMinus, Tlf, S::Stopped},
      {E::Rxr, None, S::Stopped}}},
    {S::Closing,
     {{E::Down, None, S::Initial},
      {E::Open, None, S::Stopping},
      {E::Close, None, S::Closing},
      {E::ToPlus, Str, S::Closing},
      {E::ToMinus, Tlf, S::Closed},
      {E::RcrPlus, None, S::Closing},
      {E::RcrMinus, None, S::Closing},
      {E::Rca, None, S::Closing},
      {E::Rcn, None, S::Closing},
      {E::Rtr, Sta, S::Closing},
      {E::Rta, Tlf, S::Closed},
      {E::Ruc, Scj, S::Closing},
      {E::RxjPlus, None, S::Closing},
      {E::RxjMinus, Tlf, S::Closed},
      {E::Rxr, None, S::Closing}}},
    {S::Stopping,
     {{E::Down, None, S::Starting},
      {E::Open, None, S::Stopping},
      {E::Close, None, S::Closing},
      {E::ToPlus, Str, S::Stopping},
      {E::ToMinus, Tlf, S::Stopped},
      {E::RcrPlus, None, S::Stopping},
      {E::RcrMinus, None, S::Stopping},
      {E::Rca, None, S::Stopping},
      {E::Rcn, None, S::Stopping},
      {E::Rtr, Sta, S::Stopping},
      {E::Rta, Tlf, S::Stopped},
      {E::Ruc, Scj, S::Stopping},
      {E::RxjPlus, None, S::Stopping},
      {E::RxjMinus, Tlf, S::Stopped},
      {E::Rxr, None, S::Stopping}}},
    {S::ReqSent,
     {{E::Down, None, S::Starting},
      {E::Open, None, S::ReqSent},
      {E::Close, Irc | Str, S::Closing},
      {E::ToPlus, Scr, S::ReqSent},
      {E::ToMinus, Tlf, S::Stopped},
      {E::RcrPlus, Sca, S::AckSent},
      {E::RcrMinus, Scn, S::ReqSent},
      {E::Rca, Irc, S::AckRcvd},
      {E::Rcn, Irc | Scr, S::ReqSent},
      {E::Rtr, Sta, S::ReqSent},
      {E::Rta, None, S::ReqSent},
      {E::Ruc, Scj, S::ReqSent},
      {E::RxjPlus, None, S::ReqSent},
      {E::RxjMinus, Tlf, S::Stopped},
      {E::Rxr, None, S::ReqSent}}},
    {S::AckRcvd,
     {{E::Down, None, S::Starting},
      {E::Open, None, S::AckRcvd},
      {E::Close, Irc | Str, S::Closing},
      {E::ToPlus, Scr, S::ReqSent},
      {E::ToMinus, Tlf, S::Stopped},
      {E::RcrPlus, Sca | Tlu, S::Opened},
      {E::RcrMinus, Scn, S::AckRcvd},
      {E::Rca, Scr, S::ReqSent},
      {E::Rcn, Scr, S::ReqSent},
      {E::Rtr, Sta, S::ReqSent},
      {E::Rta, None, S::ReqSent},
      {E::Ruc, Scj, S::AckRcvd},
      {E::RxjPlus, None, S::ReqSent},
      {E::RxjMinus, Tlf, S::Stopped},
      {E::Rxr, None, S::AckRcvd}}},
    {S::AckSent,
     {{E::Down, None, S::Starting},
      {E::Open, None, S::AckSent},
      {E::Close, Irc | Str, S::Closing},
      {E::ToPlus, Scr, S::AckSent},
      {E::ToMinus, Tlf, S::Stopped},
      {E::RcrPlus, Sca, S::AckSent},
      {E::RcrMinus, Scn, S::ReqSent},
      {E::Rca, Irc | Tlu, S::Opened},
      {E::Rcn, Irc | Scr, S::AckSent},
      {E::Rtr, Sta, S::ReqSent},
      {E::Rta, None, S::AckSent},
      {E::Ruc, Scj, S::AckSent},
      {E::RxjPlus, None, S::AckSent},
      {E::RxjMinus, Tlf, S::Stopped},
      {E::Rxr, None, S::AckSent}}},
    {S::Opened,
     {{E::Down, Tld, S::Starting},
      {E::Open, None, S::Opened},
      {E::Close, Tld | Irc | Str, S::Closing},
      {E::RcrPlus, Tld | Scr | Sca, S::AckSent},
      {E::RcrMinus, Tld | Scr | Scn, S::ReqSent},
      {E::Rca, Tld | Scr, S::ReqSent},
      {E::Rcn, Tld | Scr, S::ReqSent},
      {E::Rtr, Tld | Zrc | Sta, S::Stopping},
      {E::Rta, Tld | Scr, S::ReqSent},
      {E::Ruc, Scj, S::Opened},
      {E::RxjPlus, None, S::Opened},
      {E::RxjMinus, Tld | Irc | Str, S::Stopping},
      {E::Rxr, Ser, S::Opened}}},
};

class PppAutomaton : public ::testing::TestWithParam<StateRows> {};

TEST_P(PppAutomaton, DoesWhatTheTableSays) {
  std::set<E> listed;
  for (const Cell& cell : GetParam().cells) {
    const PppTransition t = ppp_transition(GetParam().state, cell.event);
    const int event = static_cast<int>(cell.event);
    EXPECT_TRUE(t.possible) << event;
    EXPECT_EQ(unsigned{t.actions}, cell.actions) << event;
    EXPECT_EQ(ppp_state_name(t.next), ppp_state_name(cell.next)) << event;
    EXPECT_TRUE(listed.insert(cell.event).second) << event;
  }
  for (std::size_t i = 0; i < kPppEvents; ++i) {
    const auto event = static_cast<E>(i);
    if (listed.count(event) == 0) {
      EXPECT_FALSE(ppp_transition(GetParam().state, event).possible) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, PppAutomaton, ::testing::ValuesIn(kRows), [](const auto& info) {
  return std::string(ppp_state_name(info.param.state));
});

TEST(PppAutomatonAsAWhole, RowsCoverAllStates) { EXPECT_EQ(std::size(kRows), kPppStates); }

TEST(PppAutomatonAsAWhole, TimeoutsHappenExactlyWhereTheTimerMayRun) {
  for (std::size_t i = 0; i < kPppStates; ++i) {
    const auto state = static_cast<S>(i);
    EXPECT_EQ(ppp_transition(state, E::ToPlus).possible, ppp_runs_timer(state)) << i;
    EXPECT_EQ(ppp_transition(state, E::ToMinus).possible, ppp_runs_timer(state)) << i;
  }
}

}  // namespace
}  // namespace flapjack
