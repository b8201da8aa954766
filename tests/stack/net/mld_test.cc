// SPDX-License-Identifier: Apache-2.0
// Reports of joined groups and answers to queries, of both versions.
#include "stack/net/mld.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "stack/wire/mld.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

struct MldTest : testing::Test {
  MldTest() {
    StackConfig config;
    config.ipv6.multicast_limit = 4;
    rig = std::make_unique<Ipv6Rig>(config);
    rig->start();
  }
  void query(int version, Ipv6Address about, std::uint16_t code, std::uint8_t hop_limit = 1,
             Ipv6Address from = ip6("fe80::1")) {
    MldQuery message;
    message.version = static_cast<std::uint8_t>(version);
    message.group = about;
    message.max_response_code = code;
    Bytes bytes(version == 1 ? MldQuery::kBytes1 : MldQuery::kBytes2);
    message.emit(bytes, from, Ipv6Address::all_nodes());
    rig->hear(test::ipv6_bytes(from, Ipv6Address::all_nodes(), IpProtocol::Icmpv6, bytes,
                               hop_limit));
  }
  /// The records of the latest version 2 report.
  std::string records() { return records(rig->driver(rig->eth0).sent.back()); }
  /// What each report sent says of ff05::1:0 to ff05::1:9: "to_exclude 3".
  Lines tails() {
    Lines lines;
    for (const Bytes& bytes : rig->driver(rig->eth0).sent) {
      if (Ipv6Extensions::walk(bytes).router_alert != kRouterAlertMld) continue;
      const std::string text = records(bytes);
      const std::size_t at = text.find(" ff05::1:");
      if (at != std::string::npos) lines.push_back(text.substr(0, at + 1) + text[at + 9]);
    }
    return lines;
  }
  static std::string records(const Bytes& bytes) {
    const Ipv6Extensions above = Ipv6Extensions::walk(bytes);
    EXPECT_EQ(above.router_alert, kRouterAlertMld);
    const auto report = MldReport2::parse(std::span(bytes).subspan(above.offset));
    return report ? to_text(report->records) : "no report";
  }
  std::unique_ptr<Ipv6Rig> rig;
  const Ipv6Address group = ip6("ff05::1:3");
};

TEST_F(MldTest, AJoinAndALeaveAreReportedTwice) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  EXPECT_EQ(rig->events(), (Lines{"IPV6_MADDR_ADD", "IPV6_MCAST_JOIN"}));
  rig->run_for(milliseconds(1));
  ASSERT_EQ(rig->sent().size(), 1u);
  EXPECT_EQ(records(), "to_exclude ff05::1:3 {}");
  rig->run_for(seconds(1));
  EXPECT_EQ(rig->sent().size(), 2u);
  rig->run_for(seconds(10));
  EXPECT_EQ(rig->sent().size(), 2u);
  rig->forget();
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->run_for(milliseconds(1));
  ASSERT_EQ(rig->sent().size(), 1u);
  EXPECT_EQ(records(), "to_include ff05::1:3 {}");
  rig->run_for(seconds(1));
  EXPECT_EQ(rig->sent().size(), 2u);
  EXPECT_EQ(records(), "to_include ff05::1:3 {}");
  rig->run_for(seconds(10));
  EXPECT_EQ(rig->sent().size(), 2u);
}

// RFC 3810 section 6.1: each change is told at once, and what is repeated is the last one alone.
TEST_F(MldTest, ALaterChangeEndsTheRepetitionOfAnEarlierOne) {
  const Ipv6Address other = ip6("ff05::1:4");
  const auto join = [&](const Ipv6Address& g) { return rig->eth0.ipv6()->join(g); };
  const auto leave = [&](const Ipv6Address& g) { return rig->eth0.ipv6()->leave(g); };
  const struct {
    const char* what;
    std::function<void()> act;
    Lines told;
    bool in_order = true;
  } kRows[] = {
      {"left", [&] { ASSERT_TRUE(leave(group).ok()); }, {"to_include 3", "to_include 3"}},
      {"joined, left",
       [&] { ASSERT_TRUE(join(group).ok() && leave(group).ok()); },
       {"to_exclude 3", "to_include 3", "to_include 3"}},
      {"joined, left, joined",
       [&] { ASSERT_TRUE(join(group).ok() && leave(group).ok() && join(group).ok()); },
       {"to_exclude 3", "to_include 3", "to_exclude 3", "to_exclude 3"}},
      {"left, joined", [&] { ASSERT_TRUE(leave(group).ok() && join(group).ok()); },
       {"to_include 3", "to_exclude 3", "to_exclude 3"}},
      {"another joined: each has its own",
       [&] { ASSERT_TRUE(leave(group).ok() && join(other).ok()); },
       {"to_exclude 4", "to_exclude 4", "to_include 3", "to_include 3"},
       false},
  };
  ASSERT_TRUE(join(group).ok());
  rig->run_for(seconds(10));
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.what);
    rig->forget();
    row.act();
    rig->run_for(seconds(10));
    Lines told = tails();
    if (!row.in_order) std::sort(told.begin(), told.end());
    EXPECT_EQ(told, row.told);
  }
}

// An iface that is down and up again within the second joins: nothing is left of its leaves.
TEST_F(MldTest, NoLeaveOutlivesTheIface) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->run_for(seconds(10));
  ASSERT_TRUE(rig->eth0.down().ok());
  rig->run_for(milliseconds(1));
  rig->forget();
  ASSERT_TRUE(rig->eth0.up().ok());
  rig->run_for(seconds(10));
  EXPECT_EQ(tails(), (Lines{"to_exclude 3", "to_exclude 3"}));
}

TEST_F(MldTest, AQueryIsAnsweredWithinItsTime) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->run_for(seconds(5));
  rig->forget();
  query(2, {}, 1000);
  rig->run_for(milliseconds(1001));
  ASSERT_EQ(rig->sent().size(), 1u);
  EXPECT_NE(records().find("is_exclude ff05::1:3 {}"), std::string::npos) << records();
  EXPECT_EQ(records().find("ff02::1 "), std::string::npos) << "all nodes are never reported";
  rig->forget();
  query(2, ip6("ff05::99"), 1000);
  rig->run_for(seconds(2));
  EXPECT_TRUE(rig->sent().empty()) << "not a member";
  query(1, group, 1000);
  rig->run_for(seconds(2));
  ASSERT_EQ(rig->sent().size(), 1u);
  EXPECT_TRUE(rig->sent()[0].ends_with("> ff05::1:3 " + to_text(Icmpv6Type::MldReport)));
}

TEST_F(MldTest, WrongQueriesAreDropped) {
  query(2, {}, 1000, 2);
  EXPECT_EQ(rig->drops(), Lines{"bad_header"});
  rig->forget();
  query(2, {}, 1000, 1, ip6("2001:db8::1"));
  EXPECT_EQ(rig->drops(), Lines{"bad_header"});
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
  ASSERT_TRUE(rig.node.igmp.join(rig.eth0, test::ip("239.1.2.3")).ok());
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

// A group that is left is not left again, and a lost carrier says nothing.
TEST_F(MldTest, OnlyAdminDownLeaves) {
  ASSERT_TRUE(rig->eth0.ipv6()->join(group).ok());
  rig->forget();
  rig->eth0.carrier_off();
  ASSERT_TRUE(rig->eth0.down().ok());
  const Lines events = rig->events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "IPV6_MCAST_LEAVE"), 0);
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
