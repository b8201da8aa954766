// SPDX-License-Identifier: Apache-2.0
// udp_ping, reconnecting_client and the echo services, on the native path and behind an engine.
#include "scenarios/apps/reconnecting_client.h"
#include "scenarios/apps/udp_ping.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Strings = std::vector<std::string>;

// Times and one attribute of an app's events of this name: "2s 5".
Strings times(const Ran& ran, const std::string& subject, const std::string& name,
              const std::string& key) {
  Strings found;
  for (const KeptRecord& r : ran.all(subject, name)) {
    found.push_back(to_text(Duration{r.at.ns}) + " " + std::string(r.attr(key)));
  }
  return found;
}

TEST(UdpPing, FromEveryCountAndUntil) {
  EXPECT_EQ(times(Ran(pair_scenario("", R"(, "from": "2s", "every": "3s")")), "dev.ping", "sent",
                  "seq"),
            (Strings{"2s 1", "5s 2", "8s 3"}));
  EXPECT_EQ(times(Ran(pair_scenario("", R"(, "count": 2)")), "dev.ping", "sent", "seq"),
            (Strings{"0s 1", "1s 2"}));
  EXPECT_EQ(times(Ran(pair_scenario("", R"(, "until": "2s")")), "dev.ping", "sent", "seq"),
            (Strings{"0s 1", "1s 2"}));
  EXPECT_EQ(times(Ran(pair_scenario("", R"(, "from": "3s", "until": "3000000001ns")")), "dev.ping",
                  "sent", "seq"),
            Strings{"3s 1"});
}

TEST(UdpPing, RoundTripTimes) {
  const Ran ran(pair_scenario("", R"(, "send": "200B", "count": 2)"));
  EXPECT_EQ(times(ran, "dev.ping", "acked", "rtt"), (Strings{"4ms 4ms", "1.002s 2ms"}));
  EXPECT_EQ(ran.counts("dev.ping").sent, 2u);
  EXPECT_EQ(ran.counts("dev.ping").delivered, 2u);
}

TEST(UdpPing, LostAndRefusedMessages) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "1.5s", "set_link": "wire", "loss": "100%", "for": "2s" },
    { "at": "5.5s", "carrier_down": "dev.eth0", "for": "2s" } ])",
                              R"(, "wait": "250ms")"));
  EXPECT_EQ(times(ran, "dev.ping", "lost", "seq"), (Strings{"2.25s 3", "3.25s 4"}));
  EXPECT_EQ(times(ran, "dev.ping", "send_failed", "errno"),
            (Strings{"6s ENETDOWN", "7s ENETDOWN"}));
  EXPECT_EQ(ran.counts("dev.ping").sent, 10u);
  EXPECT_EQ(ran.counts("dev.ping").delivered, 6u);
}

// An answer behind "wait" is no answer; one at that very instant comes too late as well.
TEST(UdpPing, AnswersThatComeTooLate) {
  const Ran late(pair_scenario(R"(, "timeline": [{ "at": "0.5s", "set_link": "wire",
    "delay": "100ms" }])", R"(, "wait": "199ms")"));
  EXPECT_EQ(late.counts("dev.ping").delivered, 1u);
  EXPECT_EQ(late.all("dev.ping", "lost").size(), 9u);
  const Ran timely(pair_scenario(R"(, "timeline": [{ "at": "0.5s", "set_link": "wire",
    "delay": "100ms" }])", R"(, "wait": "201ms")"));
  EXPECT_EQ(timely.counts("dev.ping").delivered, 10u);
}

// Without receive queues an answer from the node itself is there before the call has returned.
TEST(UdpPing, AnAnswerBeforeTheCallReturns) {
  for (const char* const classes : {"0", "1"}) {
    const Ran ran(R"({ "until": "3s", "nodes": { "n": {
      "ifaces": { "lo": { "technology": "loopback", "ipv4": "127.0.0.1/8" } },
      "kconfig": { "NET_TC_RX_COUNT": )" + std::string(classes) + R"( },
      "services": ["udp_echo:7"], "apps": { "ping": { "udp_ping": "127.0.0.1:7" } } } } })");
    ASSERT_TRUE(ran.report) << ran.messages;
    EXPECT_EQ(times(ran, "n.ping", "acked", "rtt"), (Strings{"0s 0s", "1s 0s", "2s 0s"}));
    EXPECT_TRUE(ran.all("n.ping", "lost").empty());
  }
}

// Four are on their way at one time; the second of them never comes back.
TEST(UdpPing, KnowsEachOfSeveralOnTheirWay) {
  const Ran ran(pair_scenario(R"(, "timeline": [
    { "at": "1015ms", "set_link": "wire", "delay": "20ms" },
    { "at": "1029500us", "set_link": "wire", "loss": "100%", "for": "1ms" } ])",
                              R"(, "from": "1s", "every": "10ms", "count": 6, "wait": "45ms")"));
  EXPECT_EQ(times(ran, "dev.ping", "acked", "seq"),
            (Strings{"1.004s 1", "1.012s 2", "1.06s 3", "1.08s 5", "1.09s 6"}));
  EXPECT_EQ(times(ran, "dev.ping", "acked", "rtt"),
            (Strings{"1.004s 4ms", "1.012s 2ms", "1.06s 40ms", "1.08s 40ms", "1.09s 40ms"}));
  EXPECT_EQ(times(ran, "dev.ping", "lost", "seq"), Strings{"1.075s 4"});
  EXPECT_EQ(ran.counts("dev.ping").delivered, 5u);
}

TEST(UdpPing, TwoOfThemDoNotMixUpTheirAnswers) {
  const Ran ran(pair_scenario("", R"(, "send": "80B" }, "other": { "udp_ping": "srv:7",
    "every": "700ms")"));
  EXPECT_EQ(ran.counts("dev.ping").delivered, 10u);
  EXPECT_EQ(ran.counts("dev.other").delivered, 15u);
}

TEST(UdpPing, WithoutAServiceNothingComesBack) {
  const Ran ran(R"({ "until": "3s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
             "apps": { "p": { "udp_ping": "192.0.2.1:9" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } } } },
    "links": { "w": { "between": ["dev.eth0", "srv.eth0"] } },
    "expect": [ { "eventually": "srv dropped reason=no_listener" },
                { "eventually": "dev.p lost" }, { "delivered": "dev.p", "is": "== 0%" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages << (ran.report ? ran.result().actual : "");
}

// A reconnecting client over UDP; `more` as in pair_scenario, `app` are its options.
std::string client(const std::string& more, const std::string& app = {}) {
  std::string text = pair_scenario(more, app);
  const std::string ping = "\"ping\": { \"udp_ping\"";
  return text.replace(text.find(ping), ping.size(), "\"c\": { \"reconnecting_client\"");
}

TEST(ReconnectingClient, ConnectsOnL4AndSendsAtEveryInterval) {
  const Ran ran(client(""));
  EXPECT_EQ(times(ran, "dev.c", "connecting", "peer"), Strings{"0s 192.0.2.1:7"});
  EXPECT_EQ(times(ran, "dev.c", "connected", "peer"), Strings{"0s 192.0.2.1:7"});
  EXPECT_EQ(times(ran, "dev.c", "sent", "seq").front(), "1s 1");
  EXPECT_EQ(ran.counts("dev.c").sent, 9u);
  EXPECT_EQ(ran.counts("dev.c").delivered, 9u);
}

TEST(ReconnectingClient, FromCountAndUntil) {
  const Ran from(client("", R"(, "from": "3s", "count": 2)"));
  EXPECT_EQ(times(from, "dev.c", "connecting", "peer"), Strings{"3s 192.0.2.1:7"});
  EXPECT_EQ(times(from, "dev.c", "sent", "seq"), (Strings{"4s 1", "5s 2"}));
  const Ran until(client("", R"(, "every": "2s", "until": "4s")"));
  EXPECT_EQ(times(until, "dev.c", "sent", "seq"), Strings{"2s 1"});
  EXPECT_EQ(Ran(client("", R"(, "every": "5s", "until": "4s")")).counts("dev.c").sent, 0u);
  const Ran silent(client("", R"(, "from": "3s", "until": "3s")"));
  EXPECT_EQ(times(silent, "dev.c", "connected", "peer"), Strings{"3s 192.0.2.1:7"});
  EXPECT_EQ(silent.counts("dev.c").sent, 0u);
}

TEST(ReconnectingClient, LosesTheConnectionWithL4AndComesBack) {
  const Ran ran(client(R"(, "timeline": [
    { "at": "3s", "set_link": "wire", "delay": "400ms", "for": "1s" },
    { "at": "3.5s", "carrier_down": "dev.eth0", "for": "3s" } ])"));
  EXPECT_EQ(times(ran, "dev.c", "connection_lost", "reason"), Strings{"3.5s l4_disconnected"});
  EXPECT_EQ(times(ran, "dev.c", "lost", "seq"), Strings{"3.5s 3"});
  EXPECT_EQ(times(ran, "dev.c", "skipped", "seq"), (Strings{"4s 4", "5s 5", "6s 6"}));
  EXPECT_EQ(times(ran, "dev.c", "connected", "peer"),
            (Strings{"0s 192.0.2.1:7", "6.5s 192.0.2.1:7"}));
  for (const auto& [event, cause] : {std::pair("connection_lost", "L4_DISCONNECTED"),
                                     std::pair("connecting", "L4_CONNECTED")}) {
    const KeptRecord last = ran.all("dev.c", event).back();
    ASSERT_TRUE(last.cause.valid()) << event;
    EXPECT_EQ(ran.record(last.cause).name, cause);
  }
  EXPECT_EQ(ran.counts("dev.c").sent, 9u);
  EXPECT_EQ(ran.counts("dev.c").delivered, 5u);
}

// All answers stay away: given up after "wait", tried again a second later.
TEST(ReconnectingClient, GivesUpWhenAnswersStayAway) {
  const Ran ran(client(R"(, "timeline": [
    { "at": "2.5s", "set_link": "wire", "loss": "100%", "for": "3s" } ])",
                       R"(, "wait": "1.5s")"));
  EXPECT_EQ(times(ran, "dev.c", "connection_lost", "reason").front(), "4.5s no_answer");
  EXPECT_EQ(times(ran, "dev.c", "lost", "seq"), (Strings{"4.5s 3", "4.5s 4"}));
  EXPECT_EQ(times(ran, "dev.c", "skipped", "seq"), Strings{"5s 5"});
  EXPECT_EQ(times(ran, "dev.c", "connecting", "peer").back(), "5.5s 192.0.2.1:7");
  EXPECT_EQ(ran.counts("dev.c").delivered, 6u);
}

// A single datagram that is lost is just that.
TEST(ReconnectingClient, OneLostDatagramIsNoLostConnection) {
  const Ran ran(client(R"(, "timeline": [
    { "at": "2.5s", "set_link": "wire", "loss": "100%", "for": "1s" } ])",
                       R"(, "wait": "2.5s")"));
  EXPECT_TRUE(ran.all("dev.c", "connection_lost").empty());
  EXPECT_EQ(times(ran, "dev.c", "lost", "seq"), Strings{"5.5s 3"});
  EXPECT_EQ(ran.counts("dev.c").delivered, 8u);
}

// dev and srv behind engines; srv has tcp_echo on port 80. `app` is the client's JSON.
std::string tcp(const std::string& app, const std::string& timeline) {
  return R"({ "until": "20s", "nodes": {
    "dev": { "ifaces": { "lte0": { "technology": "lte", "ipv4": "10.0.0.1/24",
             "offload": "lwip" } }, "apps": { "c": { "reconnecting_client": )" + app + R"( } } },
    "srv": { "ifaces": { "s1": { "ipv4": "10.0.0.2/24", "offload": "lwip" } },
             "services": ["tcp_echo:80"] } },
    "links": { "cell": { "between": ["dev.lte0", "srv.s1"], "delay": "10ms" } },
    "timeline": [)" + timeline + "] }";
}

TEST(ReconnectingClient, SpeaksTcpBehindAnEngine) {
  const Ran ran(tcp(R"("srv:80", "send": "1000B")", ""));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(times(ran, "dev.c", "connected", "peer").size(), 1u);
  EXPECT_EQ(ran.all("srv.tcp_echo", "accepted").size(), 1u);
  EXPECT_EQ(ran.counts("dev.c").sent, 19u);
  EXPECT_EQ(ran.counts("dev.c").delivered, 19u);
}

TEST(ReconnectingClient, TriesPeersInOrder) {
  const Ran ran(tcp(R"(["10.0.0.2:81", "10.0.0.9:80", "srv:80"], "timeout": "2s")", ""));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  const auto connecting = ran.all("dev.c", "connecting");
  ASSERT_EQ(connecting.size(), 3u);
  EXPECT_EQ(connecting[0].attr("peer"), "10.0.0.2:81");
  EXPECT_EQ(connecting[1].attr("peer"), "10.0.0.9:80");
  EXPECT_EQ(connecting[2].attr("peer"), "10.0.0.2:80");
  const auto failed = ran.all("dev.c", "connect_failed");
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].attr("errno"), "ECONNREFUSED");
  EXPECT_EQ(failed[1].attr("errno"), "ETIMEDOUT");
  EXPECT_EQ(failed[1].at - connecting[1].at, seconds(2));
  EXPECT_EQ(ran.all("dev.c", "connected").size(), 1u);
  EXPECT_GT(ran.counts("dev.c").delivered, 10u);
}

TEST(ReconnectingClient, TcpWhenTheLinkAndTheServerGo) {
  const Ran ran(tcp(R"("srv:80", "wait": "2s", "timeout": "1s")", R"(
    { "at": "3.5s", "carrier_down": "dev.lte0", "for": "2s" },
    { "at": "8.5s", "admin_down": "srv.s1", "for": "4s" })"));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(times(ran, "dev.c", "connection_lost", "reason"),
            (Strings{"3.5s l4_disconnected", "11s no_answer"}));
  EXPECT_EQ(times(ran, "dev.c", "connecting", "peer").at(1), "5.5s 10.0.0.2:80");
  const auto connected = ran.all("dev.c", "connected");
  ASSERT_EQ(connected.size(), 3u);
  EXPECT_GE(connected[2].at, SimTime{} + milliseconds(12500));
  EXPECT_LE(connected[2].at, SimTime{} + seconds(16));
  EXPECT_GT(ran.counts("dev.c").delivered, 8u);
}

TEST(Services, TwoOnOnePortAreRefusedWithAReason) {
  const Ran ran(R"({ "until": "1s", "nodes": { "n": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
    "services": { "one": "udp_echo:7", "two": "udp_echo:7" } } } })");
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_TRUE(ran.all("n.one", "service_failed").empty());
  ASSERT_EQ(ran.all("n.two", "service_failed").size(), 1u);
  EXPECT_EQ(ran.all("n.two", "service_failed")[0].attr("call"), "bind");
  EXPECT_EQ(ran.all("n.two", "service_failed")[0].attr("errno"), "EADDRINUSE");
}

}  // namespace
}  // namespace flapjack
