// SPDX-License-Identifier: Apache-2.0
// Automatic connect and automatic admin-down, and the races around them.
#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

// One bound iface with an address.
struct One {
  explicit One(BindingConfig binding = {}, ConnMgrConfig config = {}) : node(config) {
    node.mgr.bind(a, impl, binding);
    EXPECT_TRUE(node.mgr.boot().ok());
    node.run();
    node.forget();
  }
  TestContext& context() { return node.context(a); }
  void flag(ConnFlag f, bool on) { EXPECT_TRUE(node.mgr.if_set_flag(a, f, on).ok()); }
  void connected() {
    EXPECT_TRUE(node.mgr.if_connect(a).ok());
    node.run();
    EXPECT_TRUE(a.is_up());
    node.forget();
  }
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add_with_address("a");
};
constexpr std::uint32_t kNoAutoConnect = conn_flag_bit(ConnFlag::NoAutoConnect);
constexpr std::uint32_t kNoAutoDown = conn_flag_bit(ConnFlag::NoAutoDown);
constexpr std::uint32_t kPersistent = conn_flag_bit(ConnFlag::Persistent);

TEST(AutoConnect, OnAdminUpUnlessTheFlagForbids) {
  One one({kNoAutoConnect});
  ASSERT_TRUE(one.a.up().ok());
  one.node.run();
  EXPECT_EQ(one.context().connects, 0);
  ASSERT_TRUE(one.a.down().ok());
  one.flag(ConnFlag::NoAutoConnect, false);
  ASSERT_TRUE(one.a.up().ok());
  EXPECT_EQ(one.context().connects, 0);  // by the event, not at once
  one.node.run();
  EXPECT_EQ(one.context().connects, 1);
  EXPECT_TRUE(one.a.is_up());
}

TEST(AutoConnect, AtBootWhenAdminUpAlready) {
  for (const std::uint32_t flags : {0u, kNoAutoConnect}) {
    TestNode node;
    TestConnectivity impl;
    NetIf& a = node.add_with_address("a");
    NetIf& b = node.add_with_address("b");
    node.mgr.bind(a, impl, {flags});
    node.mgr.bind(b, impl, {flags});
    ASSERT_TRUE(a.up().ok());
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run();
    EXPECT_EQ(node.context(a).connects, flags == 0 ? 1 : 0);
    EXPECT_EQ(node.context(b).connects, 0);
    EXPECT_EQ(a.is_up(), flags == 0);
  }
}

TEST(AutoConnect, IgnoredIfacesToo) {
  One one;
  one.node.mgr.ignore_iface(one.a);
  ASSERT_TRUE(one.a.up().ok());
  one.node.run();
  EXPECT_EQ(one.context().connects, 1);
  one.a.dormant_on();
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());  // automatic admin-down as well
}

TEST(AutoConnect, ErrorIsRecordedOnly) {
  One one;
  one.context().connect_result = Errc::Echild;
  ASSERT_TRUE(one.a.up().ok());
  one.node.run();
  EXPECT_TRUE(one.a.is_admin_up());
  const KeptRecord& last = one.node.sink.records.back();
  EXPECT_EQ(last.text().substr(last.text().find("dev.a")),
            "dev.a connect by=auto_connect result=ECHILD");
}

enum class Trigger { Loss, Disconnect, Timeout, Fatal };
struct DownRow {
  Trigger trigger;
  std::uint32_t flags;
  bool auto_if_down;
  bool legacy;
  bool stays_up;
};

TEST(AutoDown, TableOfTriggers) {
  const DownRow kRows[] = {
      {Trigger::Loss, 0, true, false, false},
      {Trigger::Loss, kPersistent, true, false, true},
      {Trigger::Loss, kNoAutoDown, true, false, true},
      {Trigger::Loss, 0, false, false, true},
      {Trigger::Loss, 0, true, true, false},
      {Trigger::Loss, kPersistent, true, true, true},
      {Trigger::Disconnect, 0, true, false, false},
      {Trigger::Disconnect, kPersistent, true, false, false},
      {Trigger::Disconnect, kNoAutoDown, true, false, true},
      {Trigger::Disconnect, 0, false, false, true},
      {Trigger::Disconnect, kPersistent, true, true, false},
      {Trigger::Disconnect, kNoAutoDown, true, true, true},
      {Trigger::Timeout, 0, true, false, false},
      {Trigger::Timeout, kPersistent, true, false, false},
      {Trigger::Timeout, kPersistent | kNoAutoDown, true, false, true},
      {Trigger::Timeout, 0, false, false, true},
      {Trigger::Fatal, 0, true, false, false},
      {Trigger::Fatal, kPersistent, true, false, false},
      {Trigger::Fatal, kNoAutoDown, true, false, true},
      {Trigger::Fatal, kPersistent, false, false, true},
  };
  for (const DownRow& row : kRows) {
    One one({row.flags | kNoAutoConnect},
            {.auto_if_down = row.auto_if_down, .legacy_sync_autodown = row.legacy});
    one.connected();
    NetMgmt& mgmt = one.node.stack.mgmt;
    if (row.trigger == Trigger::Loss) one.a.dormant_on();
    if (row.trigger == Trigger::Disconnect) {
      EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());
    }
    if (row.trigger == Trigger::Timeout) mgmt.notify(MgmtEvent::ConnIfTimeout, &one.a);
    if (row.trigger == Trigger::Fatal) {
      mgmt.notify(MgmtEvent::ConnIfFatalError, &one.a, MgmtReason{-5});
    }
    one.node.run();
    EXPECT_EQ(one.a.is_admin_up(), row.stays_up) << "row " << &row - kRows;
    EXPECT_EQ(one.context().disconnects, row.trigger == Trigger::Disconnect ? 1 : 0);
  }
}

TEST(AutoDown, IgnoredIfacesToo) {
  One one({kNoAutoConnect});
  one.connected();
  one.node.mgr.ignore_iface(one.a);
  one.a.dormant_on();
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());
}

TEST(AutoDown, UnboundIfaceStaysUp) {
  TestNode node;
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  ASSERT_TRUE(a.up().ok());
  node.run();
  a.dormant_on();
  node.run();
  EXPECT_TRUE(a.is_admin_up());
}

TEST(AutoDown, AfterDisconnectWaitsForIfDown) {
  One one;
  one.connected();
  EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());
  EXPECT_TRUE(one.a.is_admin_up());
  EXPECT_TRUE(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting));
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());
  EXPECT_FALSE(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting));
}

// Also where nothing goes admin-down: the next loss is not meant.
TEST(AutoDown, AHandledIfDownForgetsTheDisconnect) {
  for (const std::uint32_t flags : {kNoAutoDown, kNoAutoDown | kPersistent}) {
    for (const bool auto_if_down : {true, false}) {
      One one({flags}, {.auto_if_down = auto_if_down});
      one.connected();
      EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());
      EXPECT_TRUE(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting));
      one.node.run();
      EXPECT_TRUE(one.a.is_admin_up());
      EXPECT_FALSE(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting));
    }
  }
}

TEST(AutoDown, LegacyIsWithinTheCallEvenIfItFails) {
  One one({kPersistent}, {.legacy_sync_autodown = true});
  one.connected();
  one.context().disconnect_result = Errc::Edom;
  EXPECT_EQ(one.node.mgr.if_disconnect(one.a).code(), Errc::Edom);
  EXPECT_FALSE(one.a.is_admin_up());
  EXPECT_EQ(one.node.mgr.if_set_flag(one.a, ConnFlag::Disconnecting, true).code(), Errc::Einval);
}

TEST(AutoDown, ConnectForgetsTheDisconnect) {
  One one({kPersistent});
  one.connected();
  one.context().silent = true;
  EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());  // nothing comes of it
  EXPECT_TRUE(one.node.mgr.if_connect(one.a).ok());
  EXPECT_FALSE(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting));
  one.a.dormant_on();
  one.node.run();
  EXPECT_TRUE(one.a.is_admin_up());  // an unintended loss of a persistent iface
}

// The races. 1: connect on an admin-down iface connects twice.
TEST(Race, ConnectAndItsOwnAdminUp) {
  One one;
  EXPECT_TRUE(one.node.mgr.if_connect(one.a).ok());
  EXPECT_EQ(one.context().connects, 1);
  one.node.run();
  EXPECT_EQ(one.context().connects, 2);
}

// 2: a stale IF_ADMIN_UP brings the iface back up.
TEST(Race, StaleAdminUpBringsItBack) {
  One one;
  ASSERT_TRUE(one.a.up().ok());
  ASSERT_TRUE(one.a.down().ok());
  one.node.run();
  EXPECT_TRUE(one.a.is_admin_up());
  EXPECT_EQ(one.context().connects, 2);
}

// 3: lost and regained before IF_DOWN is handled: the healthy iface is taken down.
TEST(Race, HealthyIfaceTakenDown) {
  One one({kNoAutoConnect});
  one.connected();
  one.a.dormant_on();
  one.a.dormant_off();
  EXPECT_TRUE(one.a.is_up());
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());
}

// 4: disconnect while still connecting: no IF_DOWN comes, so no admin-down, and the flag stays.
TEST(Race, DisconnectWhileConnecting) {
  for (const bool legacy : {false, true}) {
    One one({kNoAutoConnect}, {.legacy_sync_autodown = legacy});
    one.context().silent = true;
    EXPECT_TRUE(one.node.mgr.if_connect(one.a).ok());
    EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());
    one.node.run();
    EXPECT_EQ(one.a.is_admin_up(), !legacy);
    EXPECT_EQ(one.node.mgr.if_get_flag(one.a, ConnFlag::Disconnecting), !legacy);
  }
}

// 5: a failed disconnect leaves the flag, and a later loss counts as intended.
TEST(Race, FailedDisconnectMakesALaterLossIntended) {
  One one({kPersistent});
  one.connected();
  one.context().disconnect_result = Errc::Edom;
  EXPECT_EQ(one.node.mgr.if_disconnect(one.a).code(), Errc::Edom);
  one.node.run(seconds(5));
  EXPECT_TRUE(one.a.is_up());
  one.a.dormant_on();
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());
}

// 6: with the switch, admin-down comes before an asynchronous disconnect has happened.
TEST(Race, LegacyAdminDownDuringAnAsynchronousDisconnect) {
  One one({}, {.legacy_sync_autodown = true});
  one.connected();
  one.context().silent = true;  // the technology is still at it
  EXPECT_TRUE(one.node.mgr.if_disconnect(one.a).ok());
  EXPECT_FALSE(one.a.is_admin_up());
  EXPECT_FALSE(one.a.is_dormant());
}

// 7: a timeout of an implementation that did not stop: admin-down, and the technology goes on.
TEST(Race, TimeoutWithoutStop) {
  One one({kNoAutoConnect});
  one.context().silent = true;
  EXPECT_TRUE(one.node.mgr.if_connect(one.a).ok());
  one.node.stack.mgmt.notify(MgmtEvent::ConnIfTimeout, &one.a);
  one.node.run();
  EXPECT_FALSE(one.a.is_admin_up());
  one.a.dormant_off();  // it associates after all
  one.node.run();
  EXPECT_EQ(one.node.take_mgmt(), (Names{"IF_ADMIN_UP a", "CONN_IF_TIMEOUT a", "IF_ADMIN_DOWN a"}));
}

}  // namespace
}  // namespace flapjack::test
