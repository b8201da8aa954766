// SPDX-License-Identifier: Apache-2.0
#include "connmgr/monitor.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

struct Mode {
  const char* name;
  Coalescing coalescing;
  NetMgmtConfig::Delivery delivery = NetMgmtConfig::Delivery::Queue;
};

// What holds whenever the pass runs and however events are delivered.
class EveryMode : public testing::TestWithParam<Mode> {
 protected:
  StackConfig stack_config() {
    StackConfig config;
    config.mgmt.delivery = GetParam().delivery;
    return config;
  }
  TestNode node{with(GetParam().coalescing), stack_config()};
};

TEST_P(EveryMode, SecondReadyIfaceIsSilent) {
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  ASSERT_TRUE(a.up().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  ASSERT_TRUE(b.up().ok());
  node.run();
  ASSERT_TRUE(a.down().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  ASSERT_TRUE(b.down().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), loss("b"));
}

// All eight transitions of (oper-up, has an address).
TEST_P(EveryMode, ReadyIsUpAndAddress) {
  NetIf& a = node.add("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  enum Op { Up, Down, Add, Remove };
  const struct {
    Op op;
    Names events;
  } kSteps[] = {
      {Up, {}},  {Add, gain("a")}, {Down, loss("a")},   {Remove, {}},
      {Add, {}}, {Up, gain("a")},  {Remove, loss("a")}, {Down, {}},
      {Add, {}}, {Up, gain("a")},  {Down, loss("a")},
  };
  for (const auto& step : kSteps) {
    const bool admin = step.op == Up || step.op == Down;
    const Status status = !admin ? Status() : step.op == Up ? a.up() : a.down();
    EXPECT_TRUE(status.ok());
    if (!admin) node.set_address(a, step.op == Add);
    node.run();
    EXPECT_EQ(node.take_l4(), step.events) << "step " << &step - kSteps;
  }
}

TEST_P(EveryMode, IgnoredIfaceTogglesFreely) {
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.mgr.ignore_iface(b);
  const auto toggle_b = [&] {
    ASSERT_TRUE(b.up().ok());
    node.run();
    ASSERT_TRUE(b.down().ok());
    node.run();
    node.set_address(b, false);
    node.set_address(b, true);
    node.run();
    EXPECT_EQ(node.take_l4(), Names{});
  };
  toggle_b();
  ASSERT_TRUE(a.up().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  toggle_b();
  ASSERT_TRUE(a.down().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), loss("a"));
}

TEST_P(EveryMode, IgnoreWhileReadyLosesAndWatchGains) {
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.mgr.ignore_iface(a);
  ASSERT_TRUE(a.up().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  node.mgr.watch_iface(a);
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  node.mgr.watch_iface(a);
  node.mgr.ignore_iface(a);
  node.run();
  EXPECT_EQ(node.take_l4(), loss("a"));
  ASSERT_TRUE(a.down().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
}

// The word is that of the node's now, not of the address in the event.
TEST_P(EveryMode, AddressLostWithAnotherLeftIsNoLoss) {
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  a.ipv4_addr_add({TestNode::address(a, 3), 24});
  node.set_address(a, false);
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  a.ipv4_addr_rm(TestNode::address(a, 3));
  node.run();
  EXPECT_EQ(node.take_l4(), loss("a"));
}

TEST_P(EveryMode, LinkLocalAddressDoesNotCount) {
  NetIf& a = node.add("a");
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  const Ipv4Address link_local{169u << 24 | 254u << 16 | 1u << 8 | 7u};
  a.ipv4_addr_add({link_local, 16});
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  node.set_address(a, true);
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  node.set_address(a, false);  // the link-local one is left, and is not enough
  node.run();
  EXPECT_EQ(node.take_l4(), loss("a"));
}

INSTANTIATE_TEST_SUITE_P(Modes, EveryMode,
                         testing::Values(Mode{"EachEvent", Coalescing::EachEvent},
                                         Mode{"QueueDrained", Coalescing::QueueDrained},
                                         Mode{"Immediate", Coalescing::Immediate},
                                         Mode{"ImmediateDirect", Coalescing::Immediate,
                                              NetMgmtConfig::Delivery::Direct}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(MonitorBoot, FirstPassTellsOfWhatIsReadyAndNothingElse) {
  TestNode node;
  NetIf& a = node.add_with_address("a");
  node.add_with_address("b");
  ASSERT_TRUE(a.up().ok());
  int seen = 0;
  MgmtCallback app{mgmt_mask(MgmtEvent::L4Connected),
                   [&](const MgmtNotice& n) { seen += n.is(MgmtEvent::L4Connected) ? 1 : 0; }};
  node.stack.mgmt.add(app);
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), gain("a"));
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(node.mgr.boot().code(), Errc::Ealready);
}

TEST(MonitorBoot, NothingReadyIsNoDisconnected) {
  TestNode node;
  node.add("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
}

TEST(MonitorBoot, SnapshotKeepsAnEarlierIgnore) {
  TestNode node;
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(a.up().ok());
  node.mgr.ignore_iface(a);
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  EXPECT_EQ(node.mgr.if_state(a), conn_state::kUp | conn_state::kIpv4Set | conn_state::kIgnored);
}

TEST(MonitorBoot, TooManyIfacesIsAnErrorAndNothingRuns) {
  TestNode node({.monitor = {Coalescing::EachEvent, 1}});
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  TestConnectivity impl;
  node.mgr.bind(a, impl);
  EXPECT_EQ(node.mgr.boot().code(), Errc::Erange);
  EXPECT_TRUE(impl.inited.empty());
  ASSERT_TRUE(a.up().ok());
  node.mgr.ignore_iface(b);
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  EXPECT_EQ(node.mgr.if_state(b), conn_state::kInvalid);
  EXPECT_FALSE(node.mgr.is_iface_ignored(b));
}

TEST(MonitorWord, FollowsEventsAndPass) {
  TestNode node;
  NetIf& a = node.add("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.mgr.if_state(a), 0);
  ASSERT_TRUE(a.up().ok());
  EXPECT_EQ(node.mgr.if_state(a), 0);  // until the event is delivered
  node.run();
  EXPECT_EQ(node.mgr.if_state(a), conn_state::kUp);
  node.set_address(a, true);
  node.run();
  EXPECT_EQ(node.mgr.if_state(a),
            conn_state::kUp | conn_state::kIpv4Set | conn_state::kReady | conn_state::kReadyIpv4);
}

}  // namespace
}  // namespace flapjack::test
