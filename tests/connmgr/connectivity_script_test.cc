// SPDX-License-Identifier: Apache-2.0
#include "connmgr/connectivity_script.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace flapjack {
namespace {

using enum ScriptTrigger;
using A = ScriptAction;

TEST(ConnectivityScript, Entries) {
  const struct {
    const char* text;
    ScriptEntry entry;
  } kRows[] = {
      {"connect 500ms up", {Connect, milliseconds(500), A::Up, {}}},
      {"  disconnect   down ", {Disconnect, {}, A::Down, {}}},
      {"init up", {Init, {}, A::Up, {}}},
      {"connect 1.5s carrier_on", {Connect, milliseconds(1500), A::CarrierOn, {}}},
      {"connect 0.000000001s carrier_off", {Connect, nanoseconds(1), A::CarrierOff, {}}},
      {"connect 0ms timeout", {Connect, {}, A::Timeout, {}}},
      {"connect 2min fatal", {Connect, seconds(120), A::Fatal, {}}},
      {"connect 2s fatal=-5", {Connect, seconds(2), A::Fatal, -5}},
      {"connect return=-ECHILD", {Connect, {}, A::Return, -10}},
      {"disconnect return=-4242", {Disconnect, {}, A::Return, -4242}},
      {"disconnect return=0", {Disconnect, {}, A::Return, 0}},
      {"connect 7us up", {Connect, microseconds(7), A::Up, {}}},
      {"connect 1.5h up", {Connect, seconds(5400), A::Up, {}}},
  };
  for (const auto& row : kRows) {
    ScriptError error;
    const auto entry = parse_script_entry(row.text, error);
    ASSERT_TRUE(entry) << row.text << ": " << error.message;
    EXPECT_EQ(*entry, row.entry) << row.text;
  }
}

constexpr const char* kActions =
    "expected an action: up, down, carrier_on, carrier_off, timeout, fatal, return";

constexpr const char* kTriggers =
    "expected a trigger: init, connect, disconnect, lost, found, set_option, get_option";

TEST(ConnectivityScript, ErrorsSayWhere) {
  const struct {
    const char* text;
    std::size_t offset;
    const char* message;
  } kRows[] = {
      {"", 0, kTriggers},
      {"conect up", 0, kTriggers},
      {"connect", 7, kActions},
      {"connect 5 up", 9, "expected a unit: ns, us, ms, s, min, h"},
      {"connect 5xs up", 9, "expected a unit: ns, us, ms, s, min, h"},
      {"connect 5.s up", 9, "expected digits"},
      {"connect 1.2.3s up", 11, "expected digits"},
      {"connect .5s up", 8, "expected digits"},
      {"connect -5s up", 8, "a delay cannot be negative"},
      {"connect -.5s up", 8, "a delay cannot be negative"},
      {"connect +5s up", 8, "a delay has no sign"},
      {"connect -up", 8, kActions},
      {"connect 0.1ns up", 10, "finer than 1ns"},
      {"connect 99999999999999999999s up", 8, "more than a year"},
      {"connect 1s upp", 11, kActions},
      {"connect 1s up=3", 13, "only fatal and return have a value"},
      {"connect 1s fatal=x", 17, "expected a number from -65535 to 65535"},
      {"connect fatal=99999999999", 14, "expected a number from -65535 to 65535"},
      {"connect 1s return=0", 8, "a call returns at once: no delay"},
      {"init return=0", 5, "init returns nothing"},
      {"lost return=0", 5, "lost returns nothing"},
      {"connect return", 14, "expected \"=\" and a code"},
      {"connect return=", 15, "expected a number from -65535 to 65535"},
      {"connect return=-EFOO", 15, "expected 0, a number or an error name"},
      {"connect return=ECHILD", 15, "errors are negative: -ECHILD"},
      {"connect up now", 11, "expected the end of the entry"},
  };
  for (const auto& row : kRows) {
    ScriptError error;
    EXPECT_FALSE(parse_script_entry(row.text, error)) << row.text;
    EXPECT_EQ(error.offset, row.offset) << row.text;
    EXPECT_EQ(error.message, row.message) << row.text;
  }
}

// The wrong word alone, and the names that could stand there.
TEST(ConnectivityScript, ErrorsMarkTheWord) {
  const struct {
    const char* text;
    const char* wrong;
    const char* one_known;  ///< null: no list of names
  } kRows[] = {
      {"conect up", "conect", "connect"},
      {"connect upp", "upp", "up"},
      {"connect 1s fatl=3", "fatl", "fatal"},
      {"connect return=-ECHLD", "-ECHLD", "-ECHILD"},
      {"connect", "", "up"},
      {"connect 5xs up", "xs", nullptr},
      {"connect 1s up=3", "=3", nullptr},
      {"connect -5s up", "-5s", nullptr},
      {"connect up now", "now", nullptr},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.text);
    ScriptError error;
    ASSERT_FALSE(parse_script_entry(row.text, error));
    EXPECT_EQ(std::string(row.text).substr(error.offset, error.length), row.wrong);
    const bool known = row.one_known != nullptr &&
                       std::find(error.known.begin(), error.known.end(), row.one_known) !=
                           error.known.end();
    EXPECT_EQ(known, row.one_known != nullptr);
  }
}

TEST(ConnectivityScript, Names) {
  EXPECT_EQ(script_trigger_name(Disconnect), "disconnect");
  EXPECT_EQ(script_action_name(A::CarrierOff), "carrier_off");
}

}  // namespace
}  // namespace flapjack
