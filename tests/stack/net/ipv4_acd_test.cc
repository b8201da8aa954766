// SPDX-License-Identifier: Apache-2.0
// Address conflict detection: exact times from its stream, every kind of conflict, defence.
#include "stack/net/ipv4_acd.h"

#include <gtest/gtest.h>

#include "tests/stack/net/arp_rig.h"

namespace flapjack {
namespace {

using test::ArpRig;
using test::ip;
using test::Lines;
using test::net;

const Ipv4Address kOurs = ip("192.0.2.7"), kOther = ip("192.0.2.9"), kNone = {};

StackConfig with_acd() {
  StackConfig config;
  config.acd.enabled = true;
  return config;
}

class AcdTest : public testing::Test {
 protected:
  /// An address that is through its check, announcements included.
  void settle() {
    ASSERT_TRUE(world.eth0.up().ok());
    ASSERT_NE(world.eth0.ipv4_addr_add(net("192.0.2.7/24")), nullptr);
    world.run_for(seconds(20));
    world.events();
    world.port().log.clear();
  }
  AddressState state() { return world.eth0.ipv4().find(kOurs)->state; }

  ArpRig world{with_acd()};
};

std::string at(const char* what, SimTime when) {
  return what + std::string("192.0.2.7 @") + to_text(when);
}

TEST(Acd, ProbesThenAnnouncesAtTheTimesOfItsStream) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ArpRig world(with_acd(), {.name = "eth0"}, seed);
    ASSERT_TRUE(world.eth0.up().ok());
    world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
    world.rig.scheduler.run();

    RandomStream draws = Rng(seed).stream("n.eth0.acd");
    const SimTime first = SimTime{} + milliseconds(draws.between(0, 999));
    const SimTime second = first + milliseconds(draws.between(1000, 1999));
    const SimTime third = second + milliseconds(draws.between(1000, 1999));
    const SimTime done = third + seconds(2);
    EXPECT_EQ(world.port().log,
              (Lines{at("probe ", first), at("probe ", second), at("probe ", third),
                     at("announce ", done), at("announce ", done + seconds(2))}));
    EXPECT_EQ(world.events(),
              (Lines{at("IPV4_ADDR_ADD ", SimTime{}), at("IPV4_ACD_SUCCEED ", done)}));
    EXPECT_GE(done, SimTime{} + seconds(4));
    EXPECT_LT(done, SimTime{} + seconds(7));
    EXPECT_EQ(world.eth0.ipv4().find(kOurs)->state, AddressState::Preferred);
  }
}

TEST_F(AcdTest, TentativeUntilItSucceeds) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  EXPECT_EQ(state(), AddressState::Tentative);
  EXPECT_EQ(world.eth0.ipv4().first_global(), nullptr);
  EXPECT_FALSE(world.eth0.ipv4().owns(kOurs));
  EXPECT_TRUE(world.rig.node.route().source(&world.eth0, kOther).is_any());
  world.run_for(seconds(7));
  EXPECT_EQ(state(), AddressState::Preferred);
}

// RFC 5227 section 2.1: it is not in use before it has been checked.
TEST_F(AcdTest, NoEchoIsAnsweredFromATentativeAddress) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  const auto answers = [&] {
    world.driver.sent.clear();
    world.eth0.on_frame(world.rig.frame(
        test::icmp_bytes(kOther, kOurs, {kIcmpEchoRequest, 0, 1, 1}, "ping")));
    world.run_for(Duration{});
    return world.driver.sent.size();
  };
  EXPECT_EQ(answers(), 0u);
  EXPECT_EQ(world.rig.drops(), Lines{"not_for_us"});
  world.run_for(seconds(20));
  EXPECT_EQ(answers(), 1u);
}

struct Heard {
  const char* what;
  ArpOperation operation;
  Ipv4Address sender, target;
  bool conflict;
};
const Heard kHeard[] = {
    {"a reply from it", ArpOperation::Reply, kOurs, kOther, true},
    {"a request from it", ArpOperation::Request, kOurs, kOther, true},
    {"an announcement", ArpOperation::Request, kOurs, kOurs, true},
    {"a probe for it", ArpOperation::Request, kNone, kOurs, true},
    {"a request for it", ArpOperation::Request, kOther, kOurs, false},
    {"a probe for another", ArpOperation::Request, kNone, kOther, false},
    {"a reply to nobody", ArpOperation::Reply, kNone, kOurs, false},
    {"somebody else", ArpOperation::Reply, kOther, kOther, false},
};

TEST(Acd, WhatIsAConflictWhileProbing) {
  for (const Heard& row : kHeard) {
    ArpRig world(with_acd());
    ASSERT_TRUE(world.eth0.up().ok());
    world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
    world.events();
    world.run_for(seconds(1));
    world.hear(row.operation, row.sender, row.target);
    EXPECT_EQ(world.eth0.ipv4().find(kOurs) == nullptr, row.conflict) << row.what;
    EXPECT_EQ(world.events(), row.conflict ? (Lines{"IPV4_ACD_FAILED 192.0.2.7 @1.000s",
                                                    "IPV4_ADDR_DEL 192.0.2.7 @1.000s"})
                                           : Lines{})
        << row.what;
  }
}

TEST_F(AcdTest, ItsOwnPacketsAreNoConflict) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  world.eth0.on_arp({ArpOperation::Request, world.eth0.link_address(), kNone, {}, kOurs});
  EXPECT_NE(world.eth0.ipv4().find(kOurs), nullptr);
}

TEST_F(AcdTest, DefendsOnceInTenSeconds) {
  settle();
  const auto claim = [&] { world.hear(ArpOperation::Reply, kOurs, kOther); };
  claim();  // at 20 s: defended
  world.run_for(milliseconds(9999));
  claim();  // too early: the application is told
  world.run_for(milliseconds(1));
  claim();  // defended again
  EXPECT_EQ(world.port().log,
            (Lines{"announce 192.0.2.7 @20.000s", "announce 192.0.2.7 @30.000s"}));
  EXPECT_EQ(world.events(), Lines{"IPV4_ACD_CONFLICT 192.0.2.7 @29.999s"});
  EXPECT_EQ(state(), AddressState::Preferred) << "it is the application that gives it up";
}

TEST_F(AcdTest, AProbeForAnAddressInUseIsNoConflict) {
  settle();
  world.hear(ArpOperation::Request, kNone, kOurs);
  EXPECT_EQ(world.port().log, Lines{});
  EXPECT_EQ(world.events(), Lines{});
}

TEST_F(AcdTest, BetweenAnnouncementsAConflictIsOnlyReported) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  while (state() == AddressState::Tentative) world.rig.scheduler.run_one();
  world.events();
  world.port().log.clear();
  world.hear(ArpOperation::Reply, kOurs, kOther);
  EXPECT_EQ(world.port().log, Lines{});
  EXPECT_EQ(world.events().size(), 1u);
}

TEST_F(AcdTest, TheEleventhAttemptWaitsAMinute) {
  ASSERT_TRUE(world.eth0.up().ok());
  SimTime began;
  for (int attempt = 1; attempt <= 11; ++attempt) {
    world.port().log.clear();
    began = world.rig.scheduler.now();
    world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
    while (world.port().log.empty()) world.rig.scheduler.run_one();
    const Duration waited = world.rig.scheduler.now() - began;
    if (attempt <= 10) {
      EXPECT_LT(waited, seconds(1));
      world.hear(ArpOperation::Reply, kOurs, kOther);
    } else {
      EXPECT_EQ(waited, seconds(60));
    }
  }
  ASSERT_TRUE(world.eth0.down().ok());
  ASSERT_TRUE(world.eth0.up().ok());
  world.port().log.clear();
  world.run_for(seconds(1));
  EXPECT_EQ(world.port().log.size(), 1u) << "a new start forgets the conflicts";
}

TEST_F(AcdTest, AnAddressOfADownIfaceWaits) {
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  world.run_for(seconds(60));
  EXPECT_EQ(state(), AddressState::Tentative);
  EXPECT_EQ(world.port().log, Lines{});
  ASSERT_TRUE(world.eth0.up().ok());
  world.run_for(seconds(7));
  EXPECT_EQ(state(), AddressState::Preferred);
}

TEST_F(AcdTest, EveryUpChecksAgain) {
  settle();
  world.eth0.carrier_off();
  EXPECT_EQ(state(), AddressState::Preferred);
  world.run_for(seconds(60));
  EXPECT_EQ(world.port().log, Lines{});
  world.eth0.carrier_on();
  EXPECT_EQ(state(), AddressState::Tentative);
  world.run_for(seconds(20));
  EXPECT_EQ(state(), AddressState::Preferred);
  EXPECT_EQ(world.port().log.size(), 5u);
}

TEST_F(AcdTest, DownInTheMiddleStopsTheProbes) {
  ASSERT_TRUE(world.eth0.up().ok());
  world.eth0.ipv4_addr_add(net("192.0.2.7/24"));
  world.run_for(seconds(1));
  world.eth0.carrier_off();
  world.port().log.clear();
  world.run_for(seconds(60));
  EXPECT_EQ(world.port().log, Lines{});
  EXPECT_EQ(state(), AddressState::Tentative);
}

TEST_F(AcdTest, ARemovedAddressIsForgotten) {
  settle();
  world.eth0.ipv4_addr_rm(kOurs);
  world.events();
  world.hear(ArpOperation::Reply, kOurs, kOther);
  world.hear(ArpOperation::Reply, kOurs, kOther);
  EXPECT_EQ(world.events(), Lines{});
  EXPECT_EQ(world.rig.scheduler.pending_count(), 0u);
}

TEST(Acd, WhereThereIsNothingToCheck) {
  struct Row {
    const char* what;
    bool enabled, point_to_point;
    const char* address;
    Lines events;
  };
  const Row rows[] = {
      {"off", false, false, "192.0.2.7/24", {"IPV4_ADDR_ADD 192.0.2.7 @0.000s"}},
      {"point to point", true, true, "192.0.2.7/24", {"IPV4_ADDR_ADD 192.0.2.7 @0.000s"}},
      {"loopback", true, false, "127.0.0.1/8", {"IPV4_ADDR_ADD 127.0.0.1 @0.000s"}},
  };
  for (const Row& row : rows) {
    StackConfig config;
    config.acd.enabled = row.enabled;
    ArpRig world(config, {.name = "eth0"}, 1, row.point_to_point);
    ASSERT_TRUE(world.eth0.up().ok());
    world.eth0.ipv4_addr_add(net(row.address));
    EXPECT_EQ(world.events(), row.events) << row.what;
    EXPECT_EQ(world.eth0.ipv4().addresses()[0].state, AddressState::Preferred) << row.what;
  }
}

TEST(Acd, WithoutArpItSucceedsAtOnce) {
  test::NodeRig rig(with_acd());
  NetIf& dummy = rig.add({.name = "x"});
  dummy.ipv4_addr_add(net("192.0.2.7/24"));
  EXPECT_EQ(rig.events(), (Lines{"n.x IPV4_ADDR_ADD", "n.x IPV4_ACD_SUCCEED"}));
  EXPECT_EQ(dummy.ipv4().find(kOurs)->state, AddressState::Preferred);
}

}  // namespace
}  // namespace flapjack
