// SPDX-License-Identifier: Apache-2.0
#include "connmgr/scripted_connectivity.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_medium.h"
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
  explicit Scripted(std::initializer_list<const char*> texts) : impl(script(texts), &medium) {
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
  TestMedium medium;
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

TEST(Scripted, Lies) {
  struct Row {
    const char* what;
    std::initializer_list<const char*> script;
    Names told;
  };
  const Row rows[] = {
      {"success on abort", {"disconnect up"}, {"2.000s IF_UP"}},
      {"late success", {"disconnect 3s up"}, {"5.000s IF_UP"}},
      {"early timeout", {"connect 1ms timeout"}, {"0.001s CONN_IF_TIMEOUT"}},
      {"both ends",
       {"connect 1s fatal=-5", "connect 1s timeout"},
       {"1.000s CONN_IF_FATAL_ERROR", "1.000s CONN_IF_TIMEOUT"}},
      {"timeout while connected",
       {"connect up", "connect 1s timeout"},
       {"0.000s IF_UP", "1.000s CONN_IF_TIMEOUT"}},
      {"comes back by itself",
       {"connect up", "lost down", "found 1s up"},
       {"0.000s IF_UP", "1.000s IF_DOWN", "2.500s IF_UP"}},
  };
  for (const Row& row : rows) {
    Scripted s(row.script);
    EXPECT_TRUE(s.node.mgr.if_connect(s.a).ok());
    s.node.run(seconds(1));
    s.medium.set_present(false);
    s.node.run(milliseconds(500));
    s.medium.set_present(true);
    s.node.run(milliseconds(500));
    EXPECT_TRUE(s.node.mgr.if_disconnect(s.a).ok());
    s.node.run(seconds(10));
    EXPECT_EQ(s.take(), row.told) << row.what;
  }
}

TEST(Scripted, AnswersToOptions) {
  std::array<std::uint8_t, 4> bytes{};
  std::size_t length = bytes.size();
  Scripted s({"set_option return=-EIO", "get_option return=0"});
  EXPECT_EQ(s.node.mgr.if_set_opt(s.a, 7, bytes).code(), Errc::Eio);
  EXPECT_TRUE(s.node.mgr.if_get_opt(s.a, 7, bytes, &length).ok());
  EXPECT_EQ(length, 0u);
  Scripted none({"connect up"});
  EXPECT_EQ(none.node.mgr.if_set_opt(none.a, 7, bytes).code(), Errc::Enoprotoopt);
}

}  // namespace
}  // namespace flapjack::test
