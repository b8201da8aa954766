// SPDX-License-Identifier: Apache-2.0
// Idle timeouts: what arms the countdown, what ends it, and what its end does.
#include <gtest/gtest.h>

#include "connmgr/conn_mgr.h"
#include "connmgr/nsos_connectivity.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

class Idle : public testing::Test {
 protected:
  void SetUp() override {
    node.mgr.bind(a, impl, {.flags = conn_flag_bit(ConnFlag::NoAutoConnect), .idle_timeout_s = 2});
    ASSERT_TRUE(node.mgr.boot().ok());
  }
  void connect() {
    ASSERT_TRUE(node.mgr.if_connect(a).ok());
    node.run();
    node.forget();
  }
  // When CONN_IF_IDLE_TIMEOUT was raised since the last call, in ms from `start`.
  std::vector<std::int64_t> idle_times(SimTime start) {
    std::vector<std::int64_t> out;
    for (const KeptRecord& r : node.sink.records) {
      if (r.name == "CONN_IF_IDLE_TIMEOUT") out.push_back((r.at - start).ns / 1'000'000);
    }
    node.forget();
    return out;
  }
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add_with_address("a");
};

TEST_F(Idle, DisconnectsAndTakesDownWhatIsNotPersistent) {
  const SimTime start = node.scheduler.now();
  connect();
  node.run(milliseconds(1998));
  EXPECT_EQ(node.take_mgmt(), Names{});
  node.run(milliseconds(10));
  EXPECT_EQ(node.take_mgmt(),
            (Names{"CONN_IF_IDLE_TIMEOUT a", "IF_DOWN a", "IF_ADMIN_DOWN a", "L4_DISCONNECTED a",
                   "L4_IPV4_DISCONNECTED a"}));
  EXPECT_EQ((node.scheduler.now() - start).ns, milliseconds(2009).ns);
  EXPECT_EQ(node.context(a).disconnects, 1);
  EXPECT_FALSE(a.is_admin_up());
}

TEST_F(Idle, IsNoWishOfTheApplication) {
  ASSERT_TRUE(node.mgr.if_set_flag(a, ConnFlag::Persistent, true).ok());
  connect();
  node.run(milliseconds(2010));
  EXPECT_EQ(node.context(a).disconnects, 1);
  EXPECT_FALSE(node.mgr.if_get_flag(a, ConnFlag::Disconnecting));
  EXPECT_TRUE(a.is_admin_up());
  EXPECT_FALSE(a.is_up());
}

TEST_F(Idle, UseBeginsTheCountdownAnew) {
  const SimTime start = node.scheduler.now();
  connect();
  node.run(milliseconds(999));
  node.mgr.if_used(a);
  node.run(milliseconds(1500));
  node.mgr.if_used(a);
  node.run(seconds(5));
  EXPECT_EQ(idle_times(start), (std::vector<std::int64_t>{4500}));
}

TEST_F(Idle, ThePacketsOfTheIfaceAreUse) {
  const SimTime start = node.scheduler.now();
  connect();
  node.run(milliseconds(1499));
  a.note_used();
  node.run(seconds(5));
  EXPECT_EQ(idle_times(start), (std::vector<std::int64_t>{3500}));
}

TEST_F(Idle, SettingArmsNothingUntilTheNextUseOrUp) {
  ASSERT_TRUE(node.mgr.if_set_idle_timeout(a, kNoTimeout).ok());
  const SimTime start = node.scheduler.now();
  connect();
  ASSERT_TRUE(node.mgr.if_set_idle_timeout(a, 1).ok());
  EXPECT_EQ(node.mgr.if_get_idle_timeout(a), 1);
  node.run(seconds(10));
  EXPECT_EQ(idle_times(start), (std::vector<std::int64_t>{}));
  node.mgr.if_used(a);
  node.run(seconds(10));
  EXPECT_EQ(idle_times(start).size(), 1u);
}

TEST_F(Idle, AutomaticDownEndsTheCountdownEvenWhereItIsOff) {
  ASSERT_TRUE(node.mgr.if_set_flag(a, ConnFlag::NoAutoDown, true).ok());
  const SimTime start = node.scheduler.now();
  connect();
  a.dormant_on();
  node.run(seconds(10));
  EXPECT_EQ(idle_times(start), (std::vector<std::int64_t>{}));
  EXPECT_TRUE(a.is_admin_up());
}

// The countdown goes on, and its end cancels the attempt to reconnect.
TEST_F(Idle, OfAPersistentIfaceOutlivesALoss) {
  ASSERT_TRUE(node.mgr.if_set_flag(a, ConnFlag::Persistent, true).ok());
  const SimTime start = node.scheduler.now();
  connect();
  a.dormant_on();
  node.run(seconds(10));
  EXPECT_EQ(idle_times(start), (std::vector<std::int64_t>{2000}));
  EXPECT_EQ(node.context(a).disconnects, 1);
}

TEST_F(Idle, ANegativeOneIsOverAtOnce) {
  ASSERT_TRUE(node.mgr.if_set_idle_timeout(a, -5).ok());
  connect();
  EXPECT_EQ(node.context(a).disconnects, 1);
}

// The flag alone tells whose a disconnect is, whatever the timeout is by now.
TEST_F(Idle, OneThatIsSwitchedOffMeanwhileIsStillNoWish) {
  for (const int seconds : {0, -1}) {
    TestNode node;
    NetIf& wifi = node.add_with_address("wifi");
    NsosConnectivity impl;
    node.mgr.bind(wifi, impl, {.flags = conn_flag_bit(ConnFlag::Persistent), .idle_timeout_s = 2});
    node.stack.post_init();
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run(milliseconds(1500));  // up after a second
    EXPECT_TRUE(wifi.is_up());
    ASSERT_TRUE(node.mgr.if_set_idle_timeout(wifi, seconds).ok());
    node.run(milliseconds(10'000));
    std::size_t ups = 0;
    for (const KeptRecord& r : node.sink.records) ups += r.name == "IF_UP";
    EXPECT_GE(ups, 2u) << seconds;
  }
}

TEST_F(Idle, UnboundIsNotSupported) {
  NetIf& none = node.add("none");
  EXPECT_EQ(node.mgr.if_set_idle_timeout(none, 3).code(), Errc::Enotsup);
  EXPECT_EQ(node.mgr.if_get_idle_timeout(none), kNoTimeout);
  node.mgr.if_used(none);
  EXPECT_TRUE(node.mgr.if_connect(a).ok());
}

TEST(IdleSwitch, BeforeItThereIsNone) {
  TestNode node({.idle_timeout = false});
  TestConnectivity impl;
  NetIf& a = node.add("a");
  node.mgr.bind(a, impl, {.idle_timeout_s = 1});
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(node.mgr.if_set_idle_timeout(a, 1).code(), Errc::Enotsup);
  EXPECT_EQ(node.mgr.if_get_idle_timeout(a), kNoTimeout);
  ASSERT_TRUE(node.mgr.if_connect(a).ok());
  node.mgr.if_used(a);
  a.note_used();
  node.run(seconds(3));
  EXPECT_EQ(node.context(a).disconnects, 0);
}

}  // namespace
}  // namespace flapjack::test
