// SPDX-License-Identifier: Apache-2.0
// Whole small stories whose events and times follow from the rules, each once told wrongly.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

// Two stations of one access point; association takes one second.
std::string two_stations(const std::string& steps) {
  const std::string station = R"({ "ifaces": { "w": { "technology": "wifi", "ipv4": "10.0.0.%/24",
      "conn": { "associate": "1s", "persistent": true } } } })";
  const auto numbered = [&](const std::string& n) {
    return std::string(station).replace(station.find('%'), 1, n);
  };
  return R"({ "until": "12s", "nodes": { "a": )" + numbered("1") + R"(, "b": )" + numbered("2") +
         R"(, "ap": { "ifaces": { "w": { "ipv4": "10.0.0.9/24" } } } },
    "links": { "air": { "between": ["a.w", "b.w", "ap.w"] } },
    "timeline": [)" + steps + "] }";
}

TEST(Stories, StationsDoNotTakeOneAnotherForTheAccessPoint) {
  const Ran gone(two_stations(R"({ "at": "5s", "vanish": "ap.w", "for": "3s" })"));
  ASSERT_TRUE(gone.report) << gone.messages;
  for (const char* node : {"a", "b"}) {
    EXPECT_EQ(gone.events(std::string(node) + " L4_DISC"),
              (Strings{std::string("5s ") + node + " L4_DISCONNECTED"}));
  }
  const Ran absent(two_stations(R"({ "at": "0s", "vanish": "ap.w" })"));
  EXPECT_EQ(absent.events("a.w associated"), Strings{});
  EXPECT_EQ(absent.events("a L4_CONNECTED"), Strings{});
}

TEST(Stories, AnAccessPointThatIsSwitchedOffIsGone) {
  const Ran ran(two_stations(R"({ "at": "5s", "admin_down": "ap.w", "for": "3s" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("b L4_DISC"), (Strings{"5s b L4_DISCONNECTED"}));
}

TEST(Stories, OwnRadioOffNeedsANewAssociation) {
  const Ran ran(two_stations(R"({ "at": "5s", "admin_down": "a.w", "for": "500ms" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  // going admin-up asks to connect, which ends the pause of the attempt that the loss began
  EXPECT_EQ(ran.events("a.w IF_"),
            (Strings{"0s a.w IF_ADMIN_UP", "1s a.w IF_UP", "5s a.w IF_ADMIN_DOWN",
                     "5s a.w IF_DOWN", "5.5s a.w IF_ADMIN_UP", "6.5s a.w IF_UP"}));
}

// A modem in flight mode does nothing, persistent or not, and is told to connect when admin-up.
TEST(Stories, FlightModeIsQuiet) {
  const Ran ran(R"({ "until": "150s", "nodes": {
    "d": { "ifaces": { "m": { "technology": "lte", "conn": { "associate": "2s",
           "address": "100.64.0.2/24", "persistent": true, "timeout": "20s" } } } },
    "bs": { "ifaces": { "w": {} } } },
    "links": { "air": { "between": ["d.m", "bs.w"] } },
    "timeline": [{ "at": "80s", "admin_down": "d.m", "for": "40s" }] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("d.m associating"), (Strings{"0s d.m associating", "120s d.m associating"}));
  EXPECT_EQ(ran.events("d.m CONN_IF"), Strings{});
  EXPECT_EQ(ran.events("d.m IF_"),
            (Strings{"0s d.m IF_ADMIN_UP", "2s d.m IF_UP", "80s d.m IF_ADMIN_DOWN",
                     "80s d.m IF_DOWN", "120s d.m IF_ADMIN_UP", "122s d.m IF_UP"}));
}

TEST(Stories, EthernetNeedsItsOwnCable) {
  const Ran ran(R"({ "until": "40s", "nodes": {
    "d": { "ifaces": { "e": { "ipv4": "10.0.0.1/24", "conn": { "impl": "ethernet",
           "timeout": "5s", "persistent": true } } } },
    "sw": { "ifaces": { "p": { "ipv4": "10.0.0.9/24" } } } },
    "links": { "l": { "between": ["d.e", "sw.p"] } },
    "timeline": [{ "at": "0s", "carrier_down": "d.e", "for": "2s" },
                 { "at": "10s", "carrier_down": "d.e", "for": "3s" },
                 { "at": "20s", "carrier_down": "d.e", "for": "10s" }] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  // the cable was there when the first sub-attempt began
  EXPECT_EQ(ran.events("d.e IF_UP"), (Strings{"4s d.e IF_UP", "14.5s d.e IF_UP"}));
  EXPECT_EQ(ran.events("d.e CONN_IF"), (Strings{"25s d.e CONN_IF_TIMEOUT"}));
}

// A PPP line makes nobody connect twice when the node boots.
TEST(Stories, OneConnectAnIfaceAtBoot) {
  const Ran ran(R"({ "until": "3s", "nodes": {
    "d": { "ifaces": {
      "w": { "technology": "wifi", "ipv4": "10.0.0.1/24", "conn": { "associate": "1s" } },
      "m": { "technology": "ppp", "ipv4": "100.64.0.9/32", "conn": { "dial": "500ms" } } } },
    "p": { "ifaces": { "w": {}, "m": { "technology": "ppp", "ipv4": "100.64.0.1/32" } } } },
    "links": { "l": { "between": ["d.w", "p.w"] }, "line": { "between": ["d.m", "p.m"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("d.w connect"), (Strings{"0s d.w connect"}));
  EXPECT_EQ(ran.events("d.m connect"), (Strings{"0s d.m connect"}));
}

// The loss of an access point is a roam where there is another one.
TEST(Stories, RoamsWithinTheGrace) {
  for (const bool grace : {true, false}) {
    const Ran ran(std::string(R"({ "until": "30s", "nodes": {
      "d": { "ifaces": { "w": { "technology": "wifi", "ipv4": "10.0.0.1/24",
             "conn": { "associate": "1s", "persistent": true)") +
                  (grace ? R"(, "grace": "2s")" : "") + R"( } } } },
      "ap1": { "ifaces": { "w": {} } }, "ap2": { "ifaces": { "w": {} } } },
      "links": { "air": { "between": ["d.w", "ap1.w", "ap2.w"] } },
      "timeline": [{ "at": "10s", "vanish": "ap1" }] })");
    ASSERT_TRUE(ran.report) << ran.messages;
    EXPECT_EQ(ran.events("d.w disassociated"), (Strings{"10s d.w disassociated"}));
    EXPECT_EQ(ran.events("d.w associated"),
              (Strings{"1s d.w associated", grace ? "10.4s d.w associated"
                                                  : "11s d.w associated"}));
    EXPECT_EQ(ran.events("d.w IF_DOWN"), grace ? Strings{} : Strings{"10s d.w IF_DOWN"});
  }
}

TEST(Stories, AScriptedStationIsNeverUpForAnInstantAtBoot) {
  const Ran ran(R"({ "until": "3s", "nodes": { "d": { "ifaces": { "w": { "ipv4": "10.0.0.1/24",
      "conn": { "impl": "scripted", "script": ["connect 1s up"] } } } },
    "p": { "ifaces": { "w": {} } } }, "links": { "l": { "between": ["d.w", "p.w"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("d.w IF_"), (Strings{"0s d.w IF_ADMIN_UP", "1s d.w IF_UP"}));
}

std::string wifi(const std::string& steps) {
  return R"({ "until": "12s", "nodes": {
    "d": { "ifaces": { "w": { "technology": "wifi", "ipv4": "10.0.0.1/24",
           "conn": { "associate": "1s", "persistent": true } } } },
    "ap": { "ifaces": { "w": { "ipv4": "10.0.0.9/24" } } } },
    "links": { "air": { "between": ["d.w", "ap.w"] } },
    "timeline": [)" + steps + "] }";
}

TEST(Stories, DormantHoldsWhateverTheImplementationSays) {
  const Ran held(wifi(R"({ "at": "0.5s", "dormant": "d.w", "for": "3s" })"));
  EXPECT_EQ(held.events("d.w IF_UP"), (Strings{"3.5s d.w IF_UP"}));
  EXPECT_EQ(held.events("d.w associated"), (Strings{"1s d.w associated"}));
  const Ran early(wifi(R"({ "at": "0.2s", "dormant": "d.w", "for": "300ms" })"));
  EXPECT_EQ(early.events("d.w IF_UP"), (Strings{"1s d.w IF_UP"}));
  const Ran away(wifi(R"({ "at": "5s", "vanish": "ap.w" },
                         { "at": "8s", "dormant": "d.w", "for": "1s" })"));
  EXPECT_EQ(away.events("d.w IF_UP"), (Strings{"1s d.w IF_UP"}));
}

TEST(Stories, WhatIsLostIsCausedByItsOwnSending) {
  const Ran ran(pair_scenario(R"(, "timeline": [{ "at": "0s", "carrier_down": "srv.eth0" }])",
                              R"(, "every": "400ms")"));
  const auto lost = ran.all("dev.ping", "lost");
  ASSERT_GT(lost.size(), 5u);
  for (const KeptRecord& record : lost) {
    const KeptRecord& cause = ran.record(record.cause);
    EXPECT_EQ(cause.name, "sent");
    EXPECT_EQ(cause.attr("seq"), record.attr("seq"));
  }
}

TEST(Stories, TheFirstWaveIsCausedByWhatBroughtTheIfaceUp) {
  const Ran ran(pair_scenario(""));
  const auto connected = ran.all("dev", "L4_CONNECTED");
  ASSERT_EQ(connected.size(), 1u);
  const KeptRecord& ready = ran.record(connected[0].cause);
  EXPECT_EQ(ready.name, "iface_ready");
  ASSERT_TRUE(ready.cause.valid());
  EXPECT_EQ(ran.record(ready.cause).name, "IF_UP");
}

TEST(Stories, CountersOfAppsAndWhatCameSince) {
  const Ran ran(pair_scenario(R"(, "timeline": [{ "at": "4.5s", "carrier_down": "wire" }],
    "expect": [ { "counter": "dev.ping.sent", "is": "== 10" },
                { "counter": "dev.ping.delivered", "is": "== 5" },
                { "counter": "dev.ping.sent", "is": "== 3", "from": "6.5s", "to": "9.5s" },
                { "delivered": "dev.ping", "is": "== 0%", "from": "5s" },
                { "delivered": "dev.ping", "is": "== 100%", "to": "4.5s" } ])",
                              R"(, "count": 10)"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

struct Refused {
  const char* more;
  const char* message;
};

TEST(Stories, WhatCanNeverMatchIsAnError) {
  const Refused rows[] = {
      {R"("never": "wire dropped reason=qeue_full")", "dropped never has reason=qeue_full"},
      {R"("never": "dev L4_CONNECTED iface=eth9")", "L4_CONNECTED never has iface=eth9"},
      {R"("never": "dev.ping send_failed errno=EFOO")", "send_failed never has errno=EFOO"},
      {R"("sequence": [{ "event": "dev L4_CONNECTED", "at": "50s" }])",
       "this is to happen at 50s but the run ends at 10s"},
      {R"("sequence": [{ "event": "dev L4_CONNECTED", "next": true }])",
       "the first item has nothing before it to be \"next\" to"},
  };
  for (const Refused& row : rows) {
    const Ran ran(pair_scenario(std::string(R"(, "expect": [{ )") + row.more + " }]"));
    EXPECT_FALSE(ran.report);
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
}

TEST(Stories, AddressesThatNoHostCanHave) {
  const struct {
    const char* iface;
    const char* message;
  } rows[] = {
      {R"("ipv4": "10.0.0.0/24")", "is the address of the network itself"},
      {R"("ipv4": "10.0.0.255/24")", "is the broadcast address of its network"},
      {R"("ipv4": "10.0.0.2/24", "gateway": "10.0.1.1")", "on none of the iface's networks"},
      {R"("ipv4": "10.0.0.2/24", "gateway": "10.0.0.2")", "the gateway is the iface itself"},
      {R"("ipv4": "10.0.0.2/24", "gateway": "10.0.0.0")",
       "the gateway 10.0.0.0 is the address of the network itself"},
      {R"("ipv4": ["10.0.0.2/24", "10.0.0.3/24"], "gateway": "10.0.0.255")",
       "the gateway 10.0.0.255 is the broadcast address of its network"},
      {R"("ipv4": "10.0.0.2/31", "gateway": "10.0.0.3")", nullptr},
  };
  for (const auto& row : rows) {
    const Ran ran(std::string(R"({ "until": "1s", "nodes": { "d": { "ifaces": { "e": { )") +
                  row.iface + " } } } } }");
    EXPECT_EQ(ran.sink.all().size(), row.message == nullptr ? 0u : 1u) << ran.messages;
    if (row.message == nullptr) continue;
    EXPECT_FALSE(ran.report);
    EXPECT_NE(ran.messages.find(row.message), std::string::npos) << ran.messages;
  }
}

}  // namespace
}  // namespace flapjack
