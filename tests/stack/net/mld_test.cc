// SPDX-License-Identifier: Apache-2.0
// Reports of joined groups and answers to queries of version 2.
#include <functional>

#include "tests/stack/net/mld_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;
using test::MldTest;

// RFC 3810 section 6.1: as often as the robustness variable says, within 1 s (section 9.11).
TEST_F(MldTest, AJoinAndALeaveAreReportedTwice) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  EXPECT_EQ(rig->events(), (Lines{"IPV6_MADDR_ADD", "IPV6_MCAST_JOIN"}));
  rig->run_for(Duration{});
  EXPECT_EQ(said(), Lines{"ff02::16 report to_exclude ff05::1:3 {}"});
  rig->run_for(seconds(1));
  EXPECT_EQ(said(), Lines{"ff02::16 report to_exclude ff05::1:3 {}"});
  rig->run_for(seconds(10));
  EXPECT_EQ(said(), Lines{});
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->run_for(Duration{});
  EXPECT_EQ(said(), Lines{"ff02::16 report to_include ff05::1:3 {}"});
  rig->run_for(seconds(1));
  EXPECT_EQ(said(), Lines{"ff02::16 report to_include ff05::1:3 {}"});
  rig->run_for(seconds(10));
  EXPECT_EQ(said(), Lines{});
  EXPECT_EQ(rig->scheduler.pending_count(), 0u);
}

// RFC 3810 section 6.1: a later change of a group stands for an earlier one, and what waits goes
// together.
TEST_F(MldTest, WhatChangedIsRepeatedTogether) {
  const std::string a = "ff05::1:3 {}", b = "ff05::9 {}", to = "ff02::16 report ";
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  ASSERT_TRUE(rig->eth0.ipv6()->join(ip6("ff05::9")).ok());
  rig->run_for(seconds(10));
  EXPECT_EQ(said(), (Lines{to + "to_exclude " + a, to + "to_exclude " + b,
                           to + "to_exclude " + a + ", to_exclude " + b}));
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  ASSERT_TRUE(rig->eth0.ipv6()->leave(ip6("ff05::9")).ok());
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->run_for(seconds(10));
  EXPECT_EQ(said(), (Lines{to + "to_include " + a, to + "to_include " + b, to + "to_exclude " + a,
                           to + "to_include " + b + ", to_exclude " + a}));
}

// A table of what RFC 3810 section 6.1 says: each change is told at once, and what is repeated is
// the last one alone.
TEST_F(MldTest, ALaterChangeEndsTheRepetitionOfAnEarlierOne) {
  const std::string in = "ff02::16 report to_include ff05::1:3 {}";
  const std::string ex = "ff02::16 report to_exclude ff05::1:3 {}";
  const auto join = [&] { ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok()); };
  const auto leave = [&] { ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok()); };
  const struct {
    const char* what;
    std::vector<std::function<void()>> acts;
    Lines told;
  } rows[] = {{"left", {leave}, {in, in}},
              {"joined, left", {join, leave}, {ex, in, in}},
              {"joined, left, joined", {join, leave, join}, {ex, in, ex, ex}},
              {"left, joined", {leave, join}, {in, ex, ex}}};
  settled({group});
  for (const auto& row : rows) {
    for (const auto& act : row.acts) act();
    rig->run_for(seconds(10));
    EXPECT_EQ(said(), row.told) << row.what;
  }
}

TEST_F(MldTest, AQueryIsAnsweredWithinItsTime) {
  settled({group});
  query({});
  rig->run_for(milliseconds(1001));
  ASSERT_EQ(rig->sent().size(), 1u);
  EXPECT_NE(records().find("is_exclude ff05::1:3 {}"), std::string::npos) << records();
  EXPECT_EQ(records().find("ff02::1 "), std::string::npos) << "all nodes are never reported";
  rig->forget();
  query({.about = ip6("ff05::99")});
  rig->run_for(seconds(2));
  EXPECT_TRUE(rig->sent().empty()) << "not a member";
  query({.about = group, .to = rig->own});
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{"ff02::16 report is_exclude ff05::1:3 {}"}) << "RFC 3810 5.1.15";
}

// RFC 3810 section 6.2: other queries are ignored, those without router alert among them.
TEST_F(MldTest, WrongQueriesAreDropped) {
  settled({group});
  const Query rows[] = {
      {.hop_limit = 2},        {.from = ip6("2001:db8::1")}, {.from = Ipv6Address{}},
      {.alert = std::nullopt}, {.alert = std::uint16_t{1}},  {.version = 1, .alert = std::nullopt}};
  for (const Query& row : rows) {
    const std::uint64_t before = rig->eth0.losses().rx_dropped;
    query(row);
    EXPECT_EQ(rig->drops(), Lines{"bad_header"});
    EXPECT_EQ(rig->eth0.losses().rx_dropped, before + 1);
    rig->run_for(seconds(2));
    EXPECT_EQ(said(), Lines{});
    rig->forget();
  }
}

// ---- queries for sources (RFC 3810 section 6.2)

struct Sources {
  const char* what;
  std::vector<MldTest::Query> queries;
  Lines said;
};

TEST_F(MldTest, QueriesForSources) {
  const Ipv6Address s1 = ip6("2001:db8::1"), s2 = ip6("2001:db8::2");
  const std::string to = "ff02::16 report ", whole = to + "is_exclude ff05::1:3 {}";
  const auto ask = [&](std::vector<Ipv6Address> sources) {
    return Query{.about = group, .sources = std::move(sources)};
  };
  std::vector<Ipv6Address> many;
  for (std::uint64_t i = 0; i < 65; ++i) many.push_back({0x20010db8ull << 32, i});
  const Sources rows[] = {
      {"all of those asked for",
       {ask({s2, s1})},
       {to + "is_include ff05::1:3 {" + to_text(s2) + " " + to_text(s1) + "}"}},
      {"rule 5: one answer",
       {ask({s1}), ask({s2, s1})},
       {to + "is_include ff05::1:3 {" + to_text(s1) + " " + to_text(s2) + "}"}},
      {"rule 4: the group", {ask({s1}), ask({})}, {whole}},
      {"rule 4: the group before", {ask({}), ask({s1})}, {whole}},
      {"too many to remember", {ask(many)}, {whole}},
  };
  settled({group});
  for (const Sources& row : rows) {
    for (const Query& each : row.queries) query(each);
    rig->run_for(seconds(2));
    EXPECT_EQ(said(), row.said) << row.what;
  }
}

// Rule 1: an answer to everything that comes sooner is enough.
TEST_F(MldTest, AGeneralAnswerThatComesSoonerIsEnough) {
  settled({group});
  query({.code = 10});
  query({.about = group, .code = 30'000, .sources = {ip6("2001:db8::1")}});
  rig->run_for(seconds(31));
  EXPECT_EQ(said().size(), 1u);
}

// RFC 3810 section 5.2.15: as many reports as the MTU makes necessary.
TEST(Mld, AnAnswerIsSplitAtTheMtu) {
  StackConfig config;
  config.ipv6.multicast_limit = 200;
  Ipv6Rig rig(config);
  for (std::uint64_t i = 1; i <= 150; ++i) {
    ASSERT_TRUE(rig.eth0.ipv6()->join({0xff05ull << 48, i}).ok());
  }
  rig.start();
  Bytes bytes(MldQuery::kBytes2 + kIpv6RouterAlertBytes);
  const Ipv6Address from = ip6("fe80::1"), all = Ipv6Address::all_nodes();
  MldQuery{}.emit(std::span(bytes).subspan(kIpv6RouterAlertBytes), from, all);
  emit_ipv6_router_alert(bytes.data(), static_cast<std::uint8_t>(IpProtocol::Icmpv6), 0);
  rig.hear(test::ipv6_bytes(from, all, IpProtocol::HopByHop, bytes, 1));
  rig.scheduler.run();
  std::vector<std::size_t> counts;
  for (const Bytes& sent : rig.driver(rig.eth0).sent) {
    EXPECT_LE(sent.size(), 1500u);
    const auto body = std::span(sent).subspan(Ipv6Extensions::walk(sent).offset);
    counts.push_back(MldReport2::parse(body).value().records.size());
  }
  // (1500 - 40 - 8 - 8) / 20; the solicited-node group is the 151st
  EXPECT_EQ(counts, (std::vector<std::size_t>{72, 72, 7}));
}

// What is said of it goes out before the device stops, with a tx queue and without.
class MldDown : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(TxClasses, MldDown, ::testing::Values(0, 1, 4));
TEST_P(MldDown, LeavesIpv6GroupsThenIpv4Groups) {
  StackConfig config;
  config.tx_classes = GetParam();
  config.ipv6.multicast_limit = 4;
  config.igmp.enabled = true;
  Ipv6Rig rig(config);
  rig.start();
  ASSERT_TRUE(rig.eth0.ipv6()->join(ip6("ff05::1:3")).ok());
  ASSERT_TRUE(rig.node.igmp()->join(rig.eth0, test::ip("239.1.2.3")).ok());
  rig.run_for(seconds(10));
  rig.forget();
  ASSERT_TRUE(rig.eth0.down().ok());
  EXPECT_EQ(rig.events(),
            (Lines{"IPV6_MCAST_LEAVE", "IPV6_MCAST_LEAVE", "IPV6_MCAST_LEAVE", "IPV4_MCAST_LEAVE",
                   "IF_ADMIN_DOWN", "IF_DOWN", "IPV6_ADDR_DEL", "IPV6_MADDR_DEL"}));
  std::vector<std::string> told;
  for (const Bytes& bytes : rig.driver(rig.eth0).sent) {
    if (bytes[0] >> 4 != 6) continue;
    const auto body = std::span(bytes).subspan(Ipv6Extensions::walk(bytes).offset);
    told.push_back(to_text(MldReport2::parse(body).value().records));
  }
  const std::string solicited = to_text(rig.own.solicited_node());
  EXPECT_EQ(told, (Lines{"to_include " + solicited + " {}", "to_include ff05::1:3 {}"}));
  rig.forget();
  ASSERT_TRUE(rig.eth0.up().ok());
  const Lines events = rig.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_MCAST_JOIN"), 3);
}

// Who is refused to go down has left all the same, once; queries get no answer from him.
TEST_F(MldTest, LeavesOnceWhenRefusedToGoDown) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->run_for(seconds(10));
  rig->eth0.refuse_admin(true);
  const auto leaves = [&] {
    const Lines events = rig->events();
    rig->forget();
    return std::count(events.begin(), events.end(), "IPV6_MCAST_LEAVE");
  };
  rig->forget();
  EXPECT_EQ(rig->eth0.down().code(), Errc::Eio);
  EXPECT_EQ(leaves(), 3);
  EXPECT_EQ(rig->eth0.down().code(), Errc::Eio);
  EXPECT_EQ(leaves(), 0);
  rig->run_for(seconds(10));
  rig->forget();
  query({});
  query({.about = group});
  rig->run_for(seconds(2));
  EXPECT_TRUE(rig->sent().empty());
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());  // one more user: it stays up, so joins again
  EXPECT_EQ(rig->events(), Lines{"IPV6_MCAST_JOIN"});
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->eth0.refuse_admin(false);
  rig->forget();
  ASSERT_TRUE(rig->eth0.down().ok());
  EXPECT_EQ(leaves(), 1);
  ASSERT_TRUE(rig->eth0.up().ok());
  const Lines events = rig->events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_MCAST_JOIN"), 3);
}

// A group that is left is not left again, and a lost carrier says nothing.
TEST_F(MldTest, OnlyAdminDownLeaves) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->forget();
  rig->eth0.carrier_off();
  ASSERT_TRUE(rig->eth0.down().ok());
  const Lines events = rig->events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_MCAST_LEAVE"), 0);
}

// RFC 3590 section 4: a router ignores reports from ::, so one of each group has to come from an
// address that is valid.
TEST(Mld, TheRepetitionWaitsForTheLinkLocalAddress) {
  StackConfig config;
  config.ipv6.multicast_limit = 4;
  config.ipv6.dad_timeout = seconds(2);  // longer than the longest time to a repetition
  Ipv6Rig rig(config);
  ASSERT_TRUE(rig.eth0.ipv6()->join(ip6("ff05::1:3")).ok());
  const auto reports_from = [&](const Ipv6Address& source) {
    const Lines sent = rig.sent();
    const std::string start = to_text(source) + " > ff02::16 ";
    return std::count_if(sent.begin(), sent.end(),
                         [&](const std::string& line) { return line.starts_with(start); });
  };
  ASSERT_TRUE(rig.eth0.up().ok());
  rig.run_for(milliseconds(1999));
  EXPECT_EQ(reports_from({}), 2) << "the group, the solicited-node group";
  EXPECT_EQ(reports_from(rig.own), 0);
  rig.run_for(milliseconds(1));
  EXPECT_EQ(reports_from(rig.own), 1) << "both again";
  rig.run_for(seconds(10));
  EXPECT_EQ(reports_from({}), 2);
  EXPECT_EQ(reports_from(rig.own), 1);
}

TEST_F(MldTest, UpJoinsAgain) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  ASSERT_TRUE(rig->eth0.down().ok());
  rig->scheduler.run();
  rig->forget();
  ASSERT_TRUE(rig->eth0.up().ok());
  const Lines events = rig->events();
  EXPECT_GE(std::count(events.begin(), events.end(), "IPV6_MCAST_JOIN"), 2);
}

}  // namespace
}  // namespace flapjack
