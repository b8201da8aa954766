// SPDX-License-Identifier: Apache-2.0
// The online check and the wait for a slow init, as scenarios say them: what is refused, and where;
// what they then do.
#include <gmock/gmock.h>

#include "tests/scenarios/load_fixture.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct BadCheck {
  const char* text;
  const char* message;
  const char* help;
  friend void PrintTo(const BadCheck& c, std::ostream* out) { *out << c.text; }
};

class BadChecks : public ::testing::TestWithParam<BadCheck> {};

TEST_P(BadChecks, AreRefusedOnce) {
  const Loaded l(std::string(R"({ "until": "1s", "nodes": { "cloud": { "ifaces": { "e": {
    "ipv4": "10.0.0.9/8" } } }, "bare": {}, "n": { "ifaces": { "e": { "ipv4": "10.0.0.1/8" } },
    "conn_mgr": { "online_check":)") + "\n" + GetParam().text + "\n} } } }");
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
  EXPECT_NE(l.messages.find(GetParam().help), std::string::npos) << l.messages;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadChecks,
    ::testing::Values(
        BadCheck{R"({})", "4:1 F0103 \"host\" is missing", ""},
        BadCheck{R"("cloud")", "4:1 F0104 expected an object, found a string", ""},
        BadCheck{R"({ "host": "" })", "4:11 F0110 an online check needs a host", ""},
        BadCheck{R"({ "host": 7 })", "4:11 F0104 expected a string, found a number", ""},
        BadCheck{R"({ "host": "cloud", "intervall": "1s" })",
                 "4:20 F0101 unknown key \"intervall\"", "did you mean \"interval\"?"},
        BadCheck{R"({ "host": "clod" })", "4:11 F0301 there is no node \"clod\"", "cloud"},
        BadCheck{R"({ "host": "cloud.e" })", "4:11 F0302 \"cloud.e\" is an interface, but "
                                             "\"online_check\" takes a node", ""},
        BadCheck{R"({ "host": "bare" })", "4:11 F0304 node \"bare\" has no IPv4 address",
                 "give one of its interfaces an \"ipv4\""},
        BadCheck{R"({ "host": "n" })", "4:11 F0110 \"n\" is the node itself",
                 "a host beyond its links must answer"},
        BadCheck{R"({ "host": "10.0.0.1" })", "4:11 F0110 \"10.0.0.1\" is the node itself", ""},
        BadCheck{R"({ "host": "224.0.0.1" })",
                 "4:11 F0110 \"224.0.0.1\" is not the address of one host", ""},
        BadCheck{R"({ "host": "2001:db8::1" })",
                 "4:11 F0110 \"2001:db8::1\" is neither a node nor an IPv4 address",
                 "the check's pings are of IPv4"},
        BadCheck{R"({ "host": "cloud", "interval": "0s" })",
                 "4:32 F0207 this duration must be above 0", ""},
        BadCheck{R"({ "host": "cloud", "interval": 10 })", "4:32 F0201 a duration needs a unit",
                 ""},
        BadCheck{R"({ "host": "cloud", "answer_within": "0ms" })",
                 "4:37 F0207 this duration must be above 0", ""},
        BadCheck{R"({ "host": "cloud", "doublings": 21 })",
                 "4:33 F0207 21 is not between 0 and 20", ""},
        BadCheck{R"({ "host": "cloud", "private_is_proof": "no" })",
                 "4:40 F0104 expected true or false, found a string", ""}));

// dev behind a router; `check` is its online check beside the host, `steps` the timeline.
std::string behind_a_router(const std::string& check, const std::string& steps) {
  return R"({ "until": "60s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24", "gateway": "192.0.2.1" } },
             "conn_mgr": { "online_check": { "host": "cloud", )" + check + R"( } } },
    "gw": { "router": true, "ifaces": { "lan": { "ipv4": "192.0.2.1/24" },
                                        "wan": { "ipv4": "10.9.0.1/24" } } },
    "cloud": { "ifaces": { "eth0": { "ipv4": "10.9.0.7/24", "gateway": "10.9.0.1" } },
               "apps": { "push": { "udp_ping": "192.0.2.2:9", "every": "1s", "until": "25s" } } } },
    "links": { "wire": { "between": ["dev.eth0", "gw.lan"] },
               "uplink": { "between": ["gw.wan", "cloud.eth0"] } },
    "timeline": [)" + steps + "] }";
}

std::vector<std::string> offline(const Ran& ran) {
  return ran.events("dev CONNECTIVITY_OFFLINE");
}

TEST(OnlineCheckSpec, EveryKeyHasItsEffect) {
  const auto run = [](const std::string& check, const std::string& steps = "") {
    return Ran(behind_a_router(check, steps));
  };
  // cloud sends until 25 s
  EXPECT_THAT(offline(run(R"("interval": "10s", "doublings": 0)")).front(),
              testing::StartsWith("40s"));
  EXPECT_THAT(offline(run(R"("interval": "10s", "doublings": 1)")).front(),
              testing::StartsWith("50s"));  // 10, 20, and 20 that begin at 30 s
  EXPECT_THAT(offline(run(R"("interval": "10s", "doublings": 0, "private_is_proof": false)"))
                  .front(),
              testing::StartsWith("10s"));
  const Ran slow = run(R"("interval": "10s", "doublings": 0, "answer_within": "5s")",
                       R"({ "at": "1s", "black_hole": "uplink" })");
  EXPECT_THAT(slow.events("dev.eth0 online_silent"), ElementsAre(testing::StartsWith("25")));
}

// dev's host says nothing by itself; `beside` is what a neighbour has beside its name, `far` what a
// node beyond the router sends.
std::string with_others(const std::string& beside, const std::string& far) {
  return R"({ "until": "30s", "nodes": {
    "dev": { "ifaces": {
               "eth0": { "ipv4": "192.0.2.2/24", "ipv6": "2001:db8:1::2/64",
                         "gateway": "192.0.2.1" },
               "spare": { "ipv4": "203.0.113.99/24", "auto_start": false } },
             "conn_mgr": { "online_check": { "host": "cloud", "interval": "10s" } } },
    "gw": { "router": true,
            "ifaces": { "lan": { "ipv4": "192.0.2.1/24", "ipv6": "2001:db8:1::1/64" },
                        "wan": { "ipv4": "203.0.113.1/24", "ipv6": "2001:db8:2::1/64" } } },
    "beside": { )" + beside + R"( },
    "far": { "ifaces": { "eth0": { "ipv4": "203.0.113.9/24", "ipv6": "2001:db8:2::9/64",
                                   "gateway": "203.0.113.1" } },
             "routes": { "::/0": "2001:db8:2::1" }, "apps": { )" + far + R"( } },
    "cloud": { "ifaces": { "eth0": { "ipv4": "203.0.113.7/24", "gateway": "203.0.113.1" } } },
    "nowhere": { "ifaces": { "eth0": {} } } },
    "links": { "wire": { "between": ["dev.eth0", "gw.lan", "beside.eth0"] },
               "unused": { "between": ["dev.spare", "nowhere.eth0"] },
               "uplink": { "between": ["gw.wan", "cloud.eth0", "far.eth0"] } } })";
}

// Any host's beyond the router, though an iface that is down is of its network, but no neighbour's,
// not even of one that has no address yet.
TEST(OnlineCheckSpec, WhoseProofCounts) {
  const std::string still = R"("ifaces": { "eth0": { "ipv4": "192.0.2.9/24" } })";
  const std::string asks = R"("ifaces": { "eth0": { "ipv4": "dhcp" } })";
  const auto ping = [](const std::string& whom) {
    return R"("ping": { "udp_ping": ")" + whom + R"(:9", "every": "1s" })";
  };
  const auto talks = [&](const std::string& whom) {
    return R"("ifaces": { "eth0": { "ipv4": "192.0.2.9/24", "ipv6": "2001:db8:1::9/64" } },
              "apps": { )" + ping(whom) + " }";
  };
  const auto stays_online = [](const std::string& beside, const std::string& far) {
    const Ran ran(with_others(beside, far));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    EXPECT_FALSE(ran.events("dev CONNECTIVITY_ONLINE").empty());
    return offline(ran).empty();
  };
  EXPECT_FALSE(stays_online(still, ""));
  EXPECT_TRUE(stays_online(still, ping("192.0.2.2")));
  EXPECT_TRUE(stays_online(still, ping("[2001:db8:1::2]")));
  EXPECT_FALSE(stays_online(talks("192.0.2.2"), ""));
  EXPECT_FALSE(stays_online(talks("[2001:db8:1::2]"), ""));
  EXPECT_FALSE(stays_online(asks, ""));
}

TEST(OnlineCheckSpec, AStepAsksAgain) {
  const Ran ran(behind_a_router(R"("interval": "10s", "doublings": 0)",
                                R"({ "at": "0s", "black_hole": "uplink", "for": "5s" },
    { "at": "1s", "check_online": "dev" }, { "at": "3s", "check_online": "gw" },
    { "at": "6s", "check_online": "dev" }, { "at": "7s", "check_online": "dev" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  std::vector<std::string> refused;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.name == "step_refused") refused.push_back(r.subject + " " + std::string(r.attr("errno")));
  }
  EXPECT_THAT(refused, ElementsAre("dev EALREADY", "gw ENOTSUP", "dev EALREADY"));
  EXPECT_THAT(ran.events("dev CONNECTIVITY_ONLINE").front(), testing::StartsWith("6"));
}

TEST(OnlineCheckSpec, AnEngineHasNoPings) {
  const Ran ran(R"({ "until": "5s", "nodes": {
    "dev": { "ifaces": { "lte0": { "technology": "lte", "offload": "lwip",
                                   "ipv4": "10.0.0.1/24" } },
             "conn_mgr": {
               "online_check": { "host": "10.0.0.2" } } },
    "srv": { "ifaces": { "s": { "ipv4": "10.0.0.2/24" } } } },
    "links": { "cell": { "between": ["dev.lte0", "srv.s"] } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.messages.find("an online check needs a native interface, dev has none"),
            std::string::npos)
      << ran.messages;
}

TEST(OnlineCheckSpec, TheHostIsOneHostElsewhere) {
  for (const auto& [host, why] :
       {std::pair{"192.0.2.2", "is the node itself"}, {"127.0.0.1", "is the node itself"},
        {"192.0.2.255", "is the broadcast address of its network"},
        {"192.0.2.0", "is the address of a network"},
        {"255.255.255.255", "is not the address of one host"}}) {
    const Ran ran(R"({ "until": "5s", "nodes": {
      "dev": { "ifaces": { "e": { "ipv4": "192.0.2.2/24" } },
               "conn_mgr": { "online_check": { "host": ")" + std::string(host) + R"(" } } },
      "gw": { "ifaces": { "e": {} } } }, "links": { "l": { "between": ["dev.e", "gw.e"] } } })");
    EXPECT_FALSE(ran.report) << host;
    EXPECT_NE(ran.messages.find(why), std::string::npos) << host << "\n" << ran.messages;
  }
}

TEST(Nsos, EinvalIsAChoice) {
  const auto refused = [](const std::string& key) {
    const Ran ran(R"({ "until": "5s", "nodes": { "n": { "ifaces": {
      "w": { "technology": "loopback", "ipv4": "127.0.0.1/8", "conn": { "impl": "nsos")" + key +
                  R"( } } } } }, "timeline": [{ "at": "1s", "modem_reset": "n.w" }] })");
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return std::string(ran.all("n.w", "set_opt").front().attr("result"));
  };
  EXPECT_EQ(refused(""), "ENOPROTOOPT");  // it has one option, and no modem
  EXPECT_EQ(refused(R"(, "einval": false)"), "ENOPROTOOPT");
  EXPECT_EQ(refused(R"(, "einval": true)"), "EINVAL");
}

TEST(Nsos, EinvalIsOnlyIts) {
  const Ran ran(R"({ "until": "5s", "nodes": { "n": { "ifaces": {
    "w": { "technology": "wifi", "conn": { "einval": true } } } },
    "p": { "ifaces": { "w": {} } } }, "links": { "air": { "between": ["n.w", "p.w"] } } })");
  EXPECT_FALSE(ran.report);
  EXPECT_NE(ran.messages.find("\"impl\": \"wifi\" does not take \"einval\""), std::string::npos)
      << ran.messages;
}

}  // namespace
}  // namespace flapjack
