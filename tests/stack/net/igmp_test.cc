// SPDX-License-Identifier: Apache-2.0
// Groups: codes of join and leave, what goes over the wire in each version, delays, ups and downs.
#include "tests/stack/net/igmp_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::code_of;
using test::ip;
using test::kAll;
using test::kGroup;
using test::kOther;
using test::kRouter;
using test::Lines;
using test::NodeRig;
using test::with_igmp;
using World = test::IgmpWorld;

TEST(Igmp, Codes) {
  World world;
  EXPECT_EQ(code_of(world.igmp.join(world.eth0, ip("192.0.2.9"))), "EINVAL");
  EXPECT_EQ(code_of(world.igmp.leave(world.eth0, ip("192.0.2.9"))), "EINVAL");
  EXPECT_EQ(code_of(world.igmp.leave(world.eth0, kGroup)), "ENOENT");
  EXPECT_EQ(code_of(world.igmp.join(world.eth0, kAll)), "OK") << "everybody is there";
  for (const char* group : {"239.0.0.1", "239.0.0.2", "239.0.0.3"}) {
    EXPECT_EQ(code_of(world.igmp.join(world.eth0, ip(group))), "OK");
  }
  EXPECT_EQ(code_of(world.igmp.join(world.eth0, ip("239.0.0.4"))), "ENOMEM");
  EXPECT_EQ(code_of(world.igmp.join(world.eth0, ip("239.0.0.3"))), "OK") << "one more user";
  NodeRig off;
  NetIf& x = off.add({.name = "x"});
  EXPECT_EQ(code_of(off.node.igmp()->join(x, kGroup)), "ENOTSUP");
  EXPECT_EQ(code_of(off.node.igmp()->leave(x, kGroup)), "ENOTSUP");
}

struct Version {
  std::uint8_t version;
  Lines join, leave;
};

TEST(Igmp, JoinAndLeaveOfEachVersion) {
  const Version rows[] = {
      {2, {"239.1.2.3 report v2 239.1.2.3"}, {"224.0.0.2 leave 239.1.2.3"}},
      {3, Lines(2, "224.0.0.22 report v3 to_exclude 239.1.2.3 {}"),
       Lines(2, "224.0.0.22 report v3 to_include 239.1.2.3 {}")},
  };
  for (const Version& row : rows) {
    World world(with_igmp(row.version));
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    EXPECT_EQ(world.events(), (Lines{"IPV4_MADDR_ADD", "IPV4_MCAST_JOIN"}));
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    world.rig.scheduler.run();
    EXPECT_EQ(world.sent(), row.join);
    EXPECT_TRUE(world.igmp.is_member(world.eth0, kGroup));
    world.events();
    ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
    EXPECT_EQ(world.events(), Lines{}) << "one user is left";
    ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
    EXPECT_EQ(world.events(), (Lines{"IPV4_MCAST_LEAVE", "IPV4_MADDR_DEL"}));
    world.rig.scheduler.run();
    EXPECT_EQ(world.sent(), row.leave);
    EXPECT_FALSE(world.igmp.is_member(world.eth0, kGroup));
  }
}

TEST(Igmp, JoinsMayBeRepeated) {
  StackConfig config = with_igmp();
  config.igmp.join_reports = 3;
  World world(config);
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(20));
  EXPECT_EQ(world.sent(), Lines(3, "239.1.2.3 report v2 239.1.2.3"));
  EXPECT_EQ(world.rig.scheduler.pending_count(), 0u);
}

// RFC 3376 section 5.1: as often as the robustness variable says, the repetition within 1 s
// (section 8.11) and with all that changed; a later change of a group stands for an earlier one.
// What waits does not grow without end: at 64 changes all of them are said.
// ---- queries

TEST(Igmp, AnswersAfterARandomPartOfTheTime) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(with_igmp(), seed);
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    world.run_for(seconds(1));
    world.sent();
    world.query(2, 100);
    const std::int64_t wait = Rng(seed).stream("n.eth0.igmp").between(0, 10'000);
    world.run_for(milliseconds(wait) - Duration{1});
    EXPECT_EQ(world.sent(), Lines{});
    world.run_for(Duration{1});
    EXPECT_EQ(world.sent(), Lines{"239.1.2.3 report v2 239.1.2.3"});
  }
}

TEST(Igmp, WhoIsAsked) {
  World world;
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  ASSERT_TRUE(world.igmp.join(world.eth0, kOther).ok());
  world.run_for(seconds(1));
  world.sent();
  world.query(2, 100, kOther);
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{"239.9.9.9 report v2 239.9.9.9"});
  world.query(2, 100);
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent().size(), 2u);
  world.query(2, 100, ip("239.5.5.5"));
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{});
}

TEST(Igmp, AnotherMembersReportIsEnough) {
  World world;
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  world.sent();
  world.query(2, 100);
  world.report_of_another(kGroup);
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{});
  ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(), Lines{}) << "not the last to report: no leave (RFC 2236 section 3)";
}

// RFC 3376 section 5.2.
// A record of sources that is longer than a packet goes on in the next one (section 4.2.16).
// RFC 3376 section 4.1.12: to any address of the iface.
TEST(Igmp, WhereAQueryGoes) {
  struct Row {
    std::uint8_t version;
    Ipv4Address to, group;
    bool taken;
  };
  const Ipv4Address own = ip("192.0.2.1");
  const Row rows[] = {{2, own, {}, true},     {3, own, {}, true},      {2, own, kGroup, true},
                      {3, own, kGroup, true}, {3, kAll, kGroup, true}, {3, kOther, kGroup, true},
                      {3, kOther, {}, false}};
  for (const Row& row : rows) {
    World world(with_igmp(3));
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    ASSERT_TRUE(world.igmp.join(world.eth0, kOther).ok());
    world.run_for(seconds(5));
    world.sent();
    world.query(row.version, 100, row.group, {}, row.to);
    EXPECT_EQ(world.rig.drops(), row.taken ? Lines{} : Lines{"bad_header"}) << to_text(row.to);
    world.run_for(seconds(11));
    EXPECT_EQ(!world.sent().empty(), row.taken);
  }
}

// RFC 2236 section 2.2: to a version 2 host the code is a number; RFC 3376 section 4.1.1: to one of
// version 3 a floating point from 128 on.
TEST(Igmp, HowLongAnAnswerMayTake) {
  struct Row {
    std::uint8_t own, querier, code;
    std::int64_t most_ms;
  };
  const Row rows[] = {{2, 3, 0xa0, 16'000},
                      {2, 2, 0xa0, 16'000},
                      {3, 3, 0xa0, 51'200},
                      {2, 3, 100, 10'000},
                      {3, 3, 100, 10'000}};
  for (const Row& row : rows) {
    World world(with_igmp(row.own));
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    RandomStream draws = Rng(1).stream("n.eth0.igmp");
    world.run_for(seconds(2));
    for (int i = 0; row.own == 3 && i < 2; ++i) draws.between(0, 1000);  // the join's repetition
    world.sent();
    world.query(row.querier, row.code, kGroup);
    const std::int64_t wait = draws.between(0, row.most_ms);
    world.run_for(milliseconds(wait) - Duration{1});
    EXPECT_EQ(world.sent(), Lines{}) << int{row.own} << ' ' << int{row.code};
    world.run_for(Duration{1});
    EXPECT_EQ(world.sent().size(), 1u) << int{row.own} << ' ' << int{row.code};
  }
}

struct Fallback {
  std::uint8_t own, querier, spoken;
  std::int64_t until_s;
};
constexpr Fallback kFallbacks[] = {{2, 1, 1, 400}, {3, 1, 1, 260}, {3, 2, 2, 260},
                                   {2, 2, 2, 0},   {3, 3, 3, 0},   {2, 3, 2, 0}};

TEST(Igmp, AnOlderQuerierSetsTheVersionForAWhile) {
  for (const Fallback& row : kFallbacks) {
    World world(with_igmp(row.own));
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    world.query(row.querier, row.querier == 1 ? 0 : 100);
    EXPECT_EQ(world.igmp.version_on(world.eth0), row.spoken);
    world.run_for(seconds(row.until_s) - Duration{1});
    EXPECT_EQ(world.igmp.version_on(world.eth0), row.spoken);
    world.run_for(Duration{1});
    EXPECT_EQ(world.igmp.version_on(world.eth0), row.own);
  }
}

// RFC 3376 section 7.2.1: what was to be said in the other version is not said, either way.
TEST(Igmp, InVersion1NobodyLeaves) {
  World world;
  world.query(1, 0);
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(), Lines{"239.1.2.3 report v1 239.1.2.3"});
  ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(), Lines{});
}

TEST(Igmp, WhatIsDropped) {
  World world;
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  Bytes query(kIgmpHeaderBytes);
  IgmpQuery general;
  general.version = 2;
  general.max_response_code = 100;
  general.emit(query);
  Bytes wrong_sum = query, short_one(query.begin(), query.begin() + 4), odd = query;
  wrong_sum[1] ^= 1;
  odd.insert(odd.end(), {0, 0});  // 10 bytes: no version has that length
  world.rig.sink.records.clear();
  world.receive(kRouter, kAll, wrong_sum);
  world.receive(kRouter, kAll, short_one);
  world.receive(kRouter, kAll, odd);
  world.receive(kRouter, kGroup, query);  // a general query goes to everybody
  EXPECT_EQ(world.rig.drops(), (Lines{"bad_checksum", "bad_header", "bad_header", "bad_header"}));
}

// ---- ups and downs

TEST(Igmp, CarrierLossAndReturn) {
  World world;
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  world.sent();
  world.events();
  world.eth0.carrier_off();
  world.run_for(seconds(1));
  EXPECT_EQ(world.events(), Lines{}) << "nobody can be told";
  EXPECT_EQ(world.sent(), Lines{});
  EXPECT_TRUE(world.igmp.is_member(world.eth0, kGroup));
  world.eth0.carrier_on();
  world.run_for(seconds(1));
  EXPECT_EQ(world.events(), Lines{"IPV4_MCAST_JOIN"});
  EXPECT_EQ(world.sent(), Lines{"239.1.2.3 report v2 239.1.2.3"});
}

TEST(Igmp, AdminDownLeavesBeforeTheDeviceStops) {
  for (const std::size_t classes : {0u, 1u, 8u}) {
    StackConfig config = with_igmp();
    config.tx_classes = classes;
    World world(config);
    ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
    world.rig.scheduler.run();
    world.sent();
    world.rig.sink.records.clear();
    ASSERT_TRUE(world.eth0.down().ok());
    EXPECT_EQ(world.rig.driver(world.eth0).sent.size(), 1u) << classes << ": before down() returns";
    EXPECT_EQ(world.sent(), Lines{"224.0.0.2 leave 239.1.2.3"}) << classes;
    EXPECT_EQ(world.rig.events(),
              (Lines{"n.eth0 IPV4_MCAST_LEAVE", "n.eth0 IF_ADMIN_DOWN", "n.eth0 IF_DOWN"}));
    ASSERT_TRUE(world.eth0.up().ok());
    world.rig.scheduler.run();
    EXPECT_EQ(world.sent(), Lines{"239.1.2.3 report v2 239.1.2.3"}) << classes;
  }
}

TEST(Igmp, JoinedWhileDown) {
  World world;
  world.eth0.carrier_off();
  world.events();
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  EXPECT_EQ(world.events(), Lines{"IPV4_MADDR_ADD"});
  ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
  EXPECT_EQ(world.events(), Lines{"IPV4_MADDR_DEL"});
  EXPECT_EQ(world.sent(), Lines{});
}

TEST(Igmp, WithoutAPacketItSaysSo) {
  World world;
  world.rig.node.tx_pool.set_limit(0);
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.rig.scheduler.run_until(world.rig.scheduler.now() + seconds(1));
  EXPECT_EQ(world.rig.events(),
            (Lines{"n.eth0 IPV4_MADDR_ADD", "n alloc_wait", "n.eth0 IPV4_MCAST_JOIN",
                   "n alloc_failed", "n.eth0 igmp_failed"}));
}

TEST(Igmp, OffItsMessagesAreUnknown) {
  World world{StackConfig{}};
  world.query(2, 100);
  EXPECT_EQ(world.rig.drops(), Lines{"unknown_protocol"});
}

}  // namespace
}  // namespace flapjack
