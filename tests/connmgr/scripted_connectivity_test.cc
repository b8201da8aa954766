// SPDX-License-Identifier: Apache-2.0
#include "connmgr/scripted_connectivity.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

std::vector<ScriptEntry> script(std::initializer_list<const char*> texts) {
  std::vector<ScriptEntry> entries;
  for (const char* text : texts) {
    ScriptError error;
    const auto entry = parse_script_entry(text, error);
    EXPECT_TRUE(entry) << text << ": " << error.message;
    if (entry) entries.push_back(*entry);
  }
  return entries;
}

struct Scripted {
  explicit Scripted(std::initializer_list<const char*> texts) : impl(script(texts)) {
    constexpr std::uint32_t kManual =
        conn_flag_bit(ConnFlag::NoAutoConnect) | conn_flag_bit(ConnFlag::NoAutoDown);
    node.mgr.bind(a, impl, {kManual, kNoTimeout});
    EXPECT_TRUE(a.up().ok());
    EXPECT_TRUE(node.mgr.boot().ok());
    node.run(Duration{});
    node.forget();
  }
  // "1.000s NAME" of the net_mgmt events.
  Names take() {
    Names out;
    for (const KeptRecord& r : node.sink.records) {
      if (r.name[0] < 'a') out.push_back(to_text(r.at) + " " + r.name);
    }
    node.forget();
    return out;
  }
  TestNode node;
  ScriptedConnectivity impl;
  NetIf& a = node.add("a");
};

TEST(Scripted, InitIsDormantUnlessTheScriptSaysOtherwise) {
  EXPECT_TRUE(Scripted({}).a.is_dormant());
  EXPECT_TRUE(Scripted({"connect up"}).a.is_dormant());
  EXPECT_FALSE(Scripted({"init up"}).a.is_dormant());
  EXPECT_FALSE(Scripted({"init carrier_off"}).a.is_carrier_ok());
}

TEST(Scripted, PlaysInTimeAndThenInOrder) {
  Scripted s({"connect 2s down", "connect 500ms up", "connect 2s fatal=-5", "connect 2s timeout"});
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
  s.node.run(seconds(9));
  EXPECT_EQ(s.take(), (Names{"0.500s IF_UP", "2.000s IF_DOWN", "2.000s CONN_IF_FATAL_ERROR",
                             "2.000s CONN_IF_TIMEOUT"}));
}

TEST(Scripted, WithoutDelayWithinTheCall) {
  Scripted s({"connect up", "disconnect down"});
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
  EXPECT_TRUE(s.a.is_up());
  EXPECT_TRUE(s.node.mgr.if_disconnect(s.a).ok());
  EXPECT_FALSE(s.a.is_up());
}

TEST(Scripted, ReturnsWhatItIsTold) {
  Scripted s({"connect return=-ECHILD", "connect 1s up", "disconnect return=-4242"});
  EXPECT_EQ(s.node.mgr.if_connect(s.a).code(), Errc::Echild);
  s.node.run(seconds(2));
  EXPECT_TRUE(s.a.is_up());  // and lies
  EXPECT_EQ(s.node.mgr.if_disconnect(s.a).to_int(), -4242);
}

TEST(Scripted, CommandsForgetEachOthersEntries) {
  Scripted s({"init 5s carrier_off", "connect 1s up", "disconnect 1s down"});
  s.a.dormant_on();
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
  s.node.run(milliseconds(500));
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());  // starts again
  s.node.run(milliseconds(999));
  EXPECT_FALSE(s.a.is_up());
  s.node.run(milliseconds(1));
  EXPECT_TRUE(s.a.is_up());
  EXPECT_TRUE(s.node.mgr.if_disconnect(s.a).ok());
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
  s.node.run(seconds(1));
  EXPECT_TRUE(s.a.is_up());
  EXPECT_TRUE(s.node.mgr.if_disconnect(s.a).ok());
  s.node.run(seconds(1));
  EXPECT_FALSE(s.a.is_up());
  s.node.run(seconds(5));
  EXPECT_FALSE(s.a.is_carrier_ok());  // what init began goes on
}

TEST(Scripted, RecordsEachEntryAsTheCause) {
  Scripted s({"connect 1s up"});
  EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
  s.node.run(seconds(2));
  RecordId scripted;
  for (const KeptRecord& r : s.node.sink.records) {
    if (r.name == "scripted") {
      scripted = r.seq;
      EXPECT_EQ(r.attr("trigger"), "connect");
      EXPECT_EQ(r.attr("action"), "up");
    }
    if (r.name == "IF_UP") {
      EXPECT_EQ(r.cause, scripted);
    }
  }
  EXPECT_TRUE(scripted.valid());
}

}  // namespace
}  // namespace flapjack::test
