// SPDX-License-Identifier: Apache-2.0
// The verbs that call the connection manager, and those about addresses: what they set, what they
// put back, and what is refused with which errno.
#include <gmock/gmock.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Node n: w is bound and associates within 100 ms, e is not bound, v has IPv6, o has an engine.
std::string with_steps(const std::string& steps, const std::string& node = {}) {
  return R"({ "until": "20s", "nodes": {
    "n": { )" + node + R"( "ifaces": {
      "w": { "technology": "wifi", "ipv4": "10.0.0.1/24", "conn": { "associate": "100ms" } },
      "e": { "ipv4": "10.1.0.1/24" }, "v": { "ipv6": "auto" },
      "o": { "technology": "lte", "ipv4": "10.3.0.1/24", "offload": "lwip" } } },
    "peer": { "ifaces": { "w": { "ipv4": "10.0.0.2/24" }, "e": { "ipv4": "10.1.0.2/24" },
                          "v": {}, "o": { "ipv4": "10.3.0.2/24" } } } },
    "links": { "air": { "between": ["n.w", "peer.w"] }, "wire": { "between": ["n.e", "peer.e"] },
               "six": { "between": ["n.v", "peer.v"] }, "cell": { "between": ["n.o", "peer.o"] } },
    "timeline": [)" + steps + "] }";
}

// "1s EINVAL" of every step that was refused.
std::vector<std::string> refused(const Ran& ran) {
  std::vector<std::string> found;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.name != "step_refused") continue;
    found.push_back(to_text(Duration{r.at.ns}) + " " + std::string(r.attr("errno")));
  }
  return found;
}

// "1s persistent 1 OK" of every event of that name: when, and the values of its attributes.
std::vector<std::string> told(const Ran& ran, const std::string& iface, const std::string& name) {
  std::vector<std::string> found;
  for (const KeptRecord& r : ran.all(iface, name)) {
    std::string line = to_text(Duration{r.at.ns});
    for (const auto& [key, value] : r.attrs) line += " " + value;
    found.push_back(line);
  }
  return found;
}

struct Refusal {
  const char* step;
  const char* errc;
};

TEST(ConnVerbs, RefusalsAreTold) {
  const Refusal kRows[] = {
      {R"("set_flag": "n.e", "flag": "persistent", "value": true)", "ENOTSUP"},
      {R"("set_timeout": "n.e", "timeout": "1s")", "ENOTSUP"},
      {R"("set_idle_timeout": "n.e", "timeout": "1s")", "ENOTSUP"},
      {R"("used": "n.e")", "ENOTSUP"},
      {R"("add_address": "n.e", "address": "2001:db8::9/64")", "ENOTSUP"},
      {R"("del_address": "n.e", "address": "2001:db8::9")", "ENOTSUP"},
      {R"("add_address": "n.o", "address": "10.3.0.9/24")", "ENOTSUP"},
      {R"("del_address": "n.o", "address": "10.3.0.1")", "ENOTSUP"},
      {R"("del_address": "n.e", "address": "10.1.0.9")", "EADDRNOTAVAIL"},
      {R"("del_address": "n.v", "address": "2001:db8::9")", "EADDRNOTAVAIL"},
      {R"("ignore_l2": "n", "l2": "ppp")", "ENODEV"},
      {R"("watch_l2": "n", "l2": "ppp")", "ENODEV"},
  };
  for (const Refusal& row : kRows) {
    const Ran ran(with_steps(std::string(R"({ "at": "1s", )") + row.step + " }"));
    ASSERT_TRUE(ran.passed()) << row.step << ran.messages;
    EXPECT_THAT(refused(ran), ElementsAre(std::string("1s ") + row.errc)) << row.step;
  }
}

TEST(ConnVerbs, AFullTableOfAddressesIsEnomem) {
  const Ran ran(with_steps(R"(
    { "at": "1s", "add_address": "n.e", "address": "10.1.0.8/24" },
    { "at": "2s", "add_address": "n.e", "address": "10.1.0.9/24" },
    { "at": "3s", "add_address": "n.e", "address": "10.1.0.8/24" })",
                           R"("kconfig": { "NET_IF_UNICAST_IPV4_ADDR_COUNT": 2 },)"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(refused(ran), ElementsAre("2s ENOMEM"));  // the same one again is no news
  EXPECT_THAT(ran.events("n.e IPV4_ADDR_ADD"), ElementsAre("1s n.e IPV4_ADDR_ADD"));
}

TEST(ConnVerbs, AddressesComeAndGo) {
  const Ran ran(with_steps(R"(
    { "at": "1s", "add_address": "n.e", "address": "10.1.0.9/24", "for": "1s" },
    { "at": "3s", "del_address": "n.e", "address": "10.1.0.1", "for": "1s" },
    { "at": "5s", "add_address": "n.e", "address": "10.1.0.1/24", "for": "1s" },
    { "at": "6s", "add_address": "n.v", "address": "2001:db8::9/64", "for": "4s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(refused(ran), IsEmpty());
  EXPECT_THAT(ran.events("n.e IPV4_ADDR_"),
              ElementsAre("1s n.e IPV4_ADDR_ADD", "2s n.e IPV4_ADDR_DEL", "3s n.e IPV4_ADDR_DEL",
                          "4s n.e IPV4_ADDR_ADD"));
  const auto six = ran.events("n.v IPV6_ADDR_");
  ASSERT_EQ(six.size(), 3u);  // its link-local one first
  EXPECT_EQ(six[1], "6s n.v IPV6_ADDR_ADD");
  EXPECT_EQ(six[2], "10s n.v IPV6_ADDR_DEL");
}

TEST(ConnVerbs, SettingsArePutBack) {
  const Ran ran(with_steps(R"(
    { "at": "1s", "set_flag": "n.w", "flag": "no_auto_down", "value": true, "for": "1s" },
    { "at": "1s", "set_timeout": "n.w", "timeout": "9s" },
    { "at": "2s", "set_timeout": "n.w", "timeout": "3s", "for": "1s" },
    { "at": "1s", "set_idle_timeout": "n.w", "timeout": "7s", "for": "1s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(refused(ran), IsEmpty());
  EXPECT_THAT(told(ran, "n.w", "set_flag"),
              ElementsAre("1s no_auto_down 1 OK", "2s no_auto_down 0 OK"));
  EXPECT_THAT(told(ran, "n.w", "set_timeout"), ElementsAre("1s 9 OK", "2s 3 OK", "3s 9 OK"));
  EXPECT_THAT(told(ran, "n.w", "set_idle_timeout"), ElementsAre("1s 7 OK", "2s 0 OK"));
}

// An idle timeout that is set takes effect with the next traffic, which "used" stands for.
TEST(ConnVerbs, UsedBeginsTheIdleCountdown) {
  const Ran ran(with_steps(R"(
    { "at": "5s", "set_idle_timeout": "n.w", "timeout": "2s" }, { "at": "6s", "used": "n.w" },
    { "at": "7s", "used": "n.w" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.w CONN_IF_IDLE_TIMEOUT"),
              ElementsAre("9s n.w CONN_IF_IDLE_TIMEOUT"));
}

// What a node sends itself passes no driver (facts: every transmitted packet or driver call).
TEST(ConnVerbs, WhatANodeTellsItselfIsNoUse) {
  const auto idle_at = [](const std::string& whom) {
    const Ran ran(R"({ "until": "20s", "nodes": { "n": {
      "ifaces": { "w": { "ipv4": "192.0.2.2/24", "conn": { "impl": "scripted",
        "script": ["connect up", "disconnect down"], "idle_timeout": "2s" } } },
      "apps": { "p": { "udp_ping": ")" + whom + R"(:9", "from": "1s", "until": "6.5s" } } },
      "m": { "ifaces": { "w": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:9"] } },
      "links": { "x": { "between": ["n.w", "m.w"] } } })");
    return ran.events("n.w CONN_IF_IDLE_TIMEOUT");
  };
  EXPECT_THAT(idle_at("192.0.2.2"), ElementsAre("2s n.w CONN_IF_IDLE_TIMEOUT"));
  EXPECT_THAT(idle_at("192.0.2.1"), ElementsAre("8s n.w CONN_IF_IDLE_TIMEOUT"));
}

// The switches of a release, one by one: facts 1 to 4.
TEST(ConnVerbs, WhatDiffersBetweenReleasesCanBeSetAlone) {
  const auto told = [](const std::string& key, const std::string& pattern) {
    const Ran ran(R"({ "until": "9s", "nodes": { "n": { "conn_mgr": { )" + key + R"( },
      "ifaces": { "w": { "conn": { "impl": "scripted", "script": ["connect up",
        "disconnect 1s down"], "persistent": true } } } },
      "m": { "ifaces": { "w": { "ipv4": "192.0.2.1/24" } } } },
      "links": { "x": { "between": ["n.w", "m.w"] } },
      "timeline": [{ "at": "1s", "add_address": "n.w", "address": "169.254.1.1/16" },
                   { "at": "2s", "disconnect": "n.w" }] })");
    EXPECT_TRUE(ran.report) << ran.messages;
    if (pattern != "auto_down") return std::to_string(ran.events(pattern).size());
    std::string text;
    for (const KeptRecord& r : ran.all("n.w", pattern)) {
      text += to_text(Duration{r.at.ns}) + " " + std::string(r.attr("reason"));
    }
    return text;
  };
  EXPECT_EQ(told("", "n L4_CONNECTED"), "0");
  EXPECT_EQ(told(R"("any_ipv4_add": true)", "n L4_CONNECTED"), "1");
  EXPECT_EQ(told(R"("any_ipv4_add": true)", "n L4_IPV4_CONNECTED"), "1");
  EXPECT_EQ(told(R"("any_ipv4_add": true, "per_family": false)", "n L4_IPV4_CONNECTED"), "0");
  EXPECT_EQ(told("", "auto_down"), "3s if_down");
  EXPECT_EQ(told(R"("legacy_sync_autodown": true)", "auto_down"), "2s disconnect");
  EXPECT_EQ(Ran(R"({ "until": "1s", "nodes": { "n": { "conn_mgr": { "idle_timeout": false },
      "ifaces": { "w": { "conn": { "impl": "scripted", "script": ["connect up"],
      "idle_timeout": "1s" } } } } } })").brief().substr(5), "F0910 this profile's connection "
      "manager has no idle timeout");
}

// A station's key is 8 bytes; a script says what its calls return.
TEST(ConnVerbs, OptionsAreWrittenAndRead) {
  const Ran ran(with_steps(R"(
    { "at": "1s", "get_opt": "n.w", "option": 0 },
    { "at": "2s", "set_opt": "n.w", "option": 0, "hex": "313233" },
    { "at": "3s", "get_opt": "n.w", "option": 0, "room": 2 },
    { "at": "4s", "get_opt": "n.w", "option": 0, "room": 3 },
    { "at": "5s", "set_opt": "n.w", "option": 0, "text": "flapjack" },
    { "at": "6s", "set_opt": "n.w", "option": 7 },
    { "at": "7s", "get_opt": "n.v", "option": 0 })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_THAT(told(ran, "n.w", "get_opt"),
              ElementsAre("1s 0 OK 8", "3s 0 ENOBUFS 0", "4s 0 OK 3"));
  EXPECT_THAT(told(ran, "n.w", "set_opt"),
              ElementsAre("2s 0 OK", "5s 0 OK", "6s 7 ENOPROTOOPT"));
  EXPECT_THAT(told(ran, "n.v", "get_opt"), ElementsAre("7s 0 ENOTSUP 0"));
  const Ran wrong(with_steps(R"({ "at": "1s", "set_opt": "n.w", "option": 0, "hex": "0f1" })"));
  EXPECT_NE(wrong.messages.find("these are no hexadecimal bytes [F0110]"), std::string::npos)
      << wrong.messages;
  const Ran both(with_steps(
      R"({ "at": "1s", "set_opt": "n.w", "option": 0, "hex": "0f", "text": "a" })"));
  EXPECT_NE(both.messages.find("\"hex\" does not go with \"text\" [F0108]"), std::string::npos)
      << both.messages;
}

// Off and on within an instant, the association takes all its time.
TEST(ConnVerbs, ARadioThatIsOffForNoTimeSkipsNoPhase) {
  const Ran ran(R"({ "until": "9s", "nodes": {
    "n": { "ifaces": { "w": { "ipv4": "192.0.2.2/24", "conn": { "impl": "ethernet",
      "associate": "1s", "persistent": true } } } },
    "m": { "ifaces": { "w": { "ipv4": "192.0.2.1/24" } } } },
    "links": { "x": { "between": ["n.w", "m.w"] } },
    "timeline": [{ "at": "5s", "admin_down": "n.w", "for": "0s" }] })");
  EXPECT_THAT(ran.events("n.w IF_UP"), ElementsAre("1s n.w IF_UP", "6s n.w IF_UP"));
}

// With the flag, an iface that loses its peer keeps trying; without, it is done.
TEST(ConnVerbs, PersistenceIsAFlagOfTheMoment) {
  const auto ups = [](const std::string& flag) {
    const Ran ran(with_steps(flag + R"({ "at": "5s", "vanish": "peer.w", "for": "1s" })"));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return ran.events("n.w IF_UP").size();
  };
  EXPECT_EQ(ups(""), 1u);
  EXPECT_EQ(ups(R"({ "at": "2s", "set_flag": "n.w", "flag": "persistent", "value": true },)"), 2u);
}

TEST(ConnVerbs, CallsFailAndAdminIsRefusedWhileTheyAreHeld) {
  const Ran ran(with_steps(R"(
    { "at": "1s", "fail_calls": "n.w", "for": "2s" }, { "at": "2s", "disconnect": "n.w" },
    { "at": "2s", "connect": "n.w" }, { "at": "4s", "connect": "n.w" },
    { "at": "1s", "fail_calls": "n.e" }, { "at": "5s", "refuse_admin": "n.e", "for": "2s" },
    { "at": "6s", "admin_down": "n.e" }, { "at": "6s", "all_down": "n" },
    { "at": "8s", "admin_down": "n.e" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(refused(ran), ElementsAre("1s ENOTSUP", "2s EIO", "2s EIO", "6s EIO", "6s EIO"));
  EXPECT_THAT(told(ran, "n.w", "disconnect"), ElementsAre("2s app EIO"));
  EXPECT_EQ(told(ran, "n.w", "connect").back(), "4s app OK");
  EXPECT_THAT(ran.events("n.e IF_ADMIN_DOWN"), ElementsAre("8s n.e IF_ADMIN_DOWN"));
}

TEST(ConnVerbs, BulkCallsCanLeaveOutWhatIsIgnored) {
  const auto downs = [](const std::string& key) {
    const Ran ran(with_steps(R"({ "at": "1s", "ignore": "n.e" }, { "at": "2s", "all_down": "n")" +
                             key + " }"));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return ran.events("n.e IF_ADMIN_DOWN").size();
  };
  EXPECT_EQ(downs(""), 1u);
  EXPECT_EQ(downs(R"(, "skip_ignored": false)"), 1u);
  EXPECT_EQ(downs(R"(, "skip_ignored": true)"), 0u);
}

// The undo leaves out the same ones.
TEST(ConnVerbs, AnUndoneBulkCallSkipsToo) {
  const Ran ran(with_steps(R"({ "at": "1s", "ignore": "n.e" }, { "at": "2s", "admin_down": "n.e" },
    { "at": "3s", "all_down": "n", "skip_ignored": true, "for": "1s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.e IF_ADMIN_UP"), ElementsAre("0s n.e IF_ADMIN_UP"));
  EXPECT_EQ(ran.events("n.v IF_ADMIN_UP").size(), 2u);
}

// The latest of ignore and watch counts, and takes the undo of the other one away.
TEST(ConnVerbs, IgnoreAndWatchEndEachOther) {
  const std::string alone = R"({ "until": "20s", "nodes": { "n": { "ifaces": {
    "a": { "technology": "loopback", "ipv4": "127.0.0.1/8" } } } }, "timeline": [)";
  const Ran ran(alone + R"(
    { "at": "1s", "ignore": "n.a", "for": "5s" }, { "at": "2s", "watch": "n.a" },
    { "at": "3s", "ignore": "n.a" }, { "at": "8s", "ignore": "n.a", "for": "1s" },
    { "at": "10s", "watch_l2": "n", "l2": "dummy" }, { "at": "11s", "ignore": "n.a" },
    { "at": "12s", "watch": "n.a", "for": "1s" },
    { "at": "14s", "watch_l2": "n", "l2": "dummy" },
    { "at": "15s", "ignore_l2": "n", "l2": "dummy", "for": "1s" },
    { "at": "17s", "ignore_l2": "n", "l2": "none" }] })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n L4_CONNECTED"),
              ElementsAre("0s n L4_CONNECTED", "2s n L4_CONNECTED", "10s n L4_CONNECTED",
                          "12s n L4_CONNECTED", "14s n L4_CONNECTED", "16s n L4_CONNECTED"));
  EXPECT_THAT(ran.events("n L4_DISCONNECTED"),
              ElementsAre("1s n L4_DISCONNECTED", "3s n L4_DISCONNECTED", "11s n L4_DISCONNECTED",
                          "13s n L4_DISCONNECTED", "15s n L4_DISCONNECTED"));
}

// What an undo shows again: the latest of ignore and watch that still holds, else what was before.
TEST(ConnVerbs, WhatIgnoreAndWatchUndo) {
  struct Row {
    const char *ignored, *steps;
    std::vector<std::string> told;  // "1s ignored"
  };
  const Row rows[] = {
      {"false", R"({ "at": "2s", "watch": "n.a", "for": "1s" })", {}},
      {"true", R"({ "at": "2s", "ignore": "n.a", "for": "1s" })", {}},
      {"true", R"({ "at": "2s", "watch": "n.a", "for": "1s" })", {"2s watched", "3s ignored"}},
      {"false", R"({ "at": "1s", "ignore": "n.a", "for": "5s" },
                   { "at": "2s", "watch": "n.a", "for": "1s" })",
       {"1s ignored", "2s watched", "3s ignored", "6s watched"}},
      {"false", R"({ "at": "1s", "ignore": "n.a", "for": "3s" },
                   { "at": "2s", "watch_l2": "n", "l2": "dummy", "for": "4s" })",
       {"1s ignored", "2s watched"}}};
  for (const auto& [ignored, steps, told] : rows) {
    const Ran ran(R"({ "until": "20s", "nodes": { "n": { "ifaces": { "a": {
      "technology": "loopback", "ipv4": "127.0.0.1/8", "ignore": )" + std::string(ignored) +
                  R"( } } } }, "timeline": [)" + steps + "] }");
    ASSERT_TRUE(ran.passed()) << ran.messages;
    std::vector<std::string> found;
    for (const KeptRecord& r : ran.trace.records) {
      if (r.at.ns == 0 || (r.name != "ignored" && r.name != "watched")) continue;
      found.push_back(to_text(Duration{r.at.ns}) + " " + r.name);
    }
    EXPECT_EQ(found, told) << steps;
  }
}

// Zephyr's NULL is every iface without an L2, and every offloaded one.
TEST(ConnVerbs, NoL2IsTheOffloadedOnes) {
  const Ran ran(with_steps(R"({ "at": "4s", "ignore_l2": "n", "l2": "none" },
    { "at": "5s", "all_down": "n", "skip_ignored": true })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(ran.events("n.o IF_ADMIN_DOWN"), IsEmpty());
  EXPECT_EQ(ran.events("n.e IF_ADMIN_DOWN").size(), 1u);
}

}  // namespace
}  // namespace flapjack
