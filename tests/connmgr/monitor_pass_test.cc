// SPDX-License-Identifier: Apache-2.0
// What one pass decides: blame, coalescing, resend, ignore, order among handlers, trace.
#include <gtest/gtest.h>

#include "connmgr/event_names.h"
#include "connmgr/monitor.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

class Blame : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(node.mgr.boot().ok()); }
  void one_pass(std::initializer_list<std::pair<NetIf*, bool>> changes) {
    for (const auto& [iface, up] : changes) EXPECT_TRUE((up ? iface->up() : iface->down()).ok());
    node.run();
  }
  TestNode node{with(Coalescing::QueueDrained)};
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  NetIf& c = node.add_with_address("c");
};

TEST_F(Blame, HighestIndexOfThePassWhateverTheOrder) {
  one_pass({{&c, true}, {&a, true}});
  EXPECT_EQ(node.take_l4(), gain("c"));
  one_pass({{&c, false}, {&a, false}});
  EXPECT_EQ(node.take_l4(), loss("c"));
  one_pass({{&b, true}, {&a, true}});
  EXPECT_EQ(node.take_l4(), gain("b"));
}

// A gain can be blamed for a loss of the same pass as long as the count does not cross zero.
TEST_F(Blame, SwapInOnePassIsSilentAndKeepsTheBlame) {
  one_pass({{&a, true}});
  node.forget();
  one_pass({{&a, false}, {&b, true}});
  EXPECT_EQ(node.take_l4(), Names{});
  node.mgr.mon_resend_status();
  EXPECT_EQ(node.take_l4(), resent("a"));  // the count did not change
}

TEST_F(Blame, MovesWithEveryChangeOfTheCount) {
  one_pass({{&a, true}});
  one_pass({{&b, true}});
  one_pass({{&b, false}});
  node.forget();
  node.mgr.mon_resend_status();
  EXPECT_EQ(node.take_l4(), resent("b"));  // connected, by one that is not ready
}

TEST_F(Blame, DirectionDoesNotMatter) {
  one_pass({{&b, true}});
  one_pass({{&a, true}, {&b, false}, {&c, true}});
  node.forget();
  node.mgr.mon_resend_status();
  EXPECT_EQ(node.take_l4(), resent("c"));
}

TEST(MonitorCoalescing, PassAfterEachEventSeesEachState) {
  for (const auto& [policy, expected] : {std::pair{Coalescing::EachEvent, std::size_t{4}},
                                         std::pair{Coalescing::Immediate, std::size_t{4}},
                                         std::pair{Coalescing::QueueDrained, std::size_t{0}}}) {
    TestNode node(with(policy));
    NetIf& a = node.add_with_address("a");
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run();
    ASSERT_TRUE(a.up().ok());
    ASSERT_TRUE(a.down().ok());
    node.run();
    EXPECT_EQ(node.take_l4().size(), expected);
  }
}

TEST(MonitorCoalescing, DownAndUpBeforeThePassIsNothing) {
  TestNode node(with(Coalescing::QueueDrained));
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  node.forget();
  a.dormant_on();
  a.dormant_off();
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  ASSERT_TRUE(a.down().ok());
  ASSERT_TRUE(b.up().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
}

TEST(MonitorResend, NoIfaceBeforeAnyChange) {
  TestNode node;
  node.add("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  bool null_seen = false;
  MgmtCallback app{mgmt_mask(MgmtEvent::L4Disconnected),
                   [&](const MgmtNotice& n) { null_seen = n.iface == nullptr; }};
  node.stack.mgmt.add(app);
  node.mgr.mon_resend_status();
  node.run();
  EXPECT_EQ(node.take_l4(), (Names{"L4_DISCONNECTED", "L4_IPV6_DISCONNECTED",
                                   "L4_IPV4_DISCONNECTED"}));
  EXPECT_TRUE(null_seen);
}

TEST(MonitorResend, PendingChangesAreNotApplied) {
  TestNode node(with(Coalescing::QueueDrained));
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  MgmtCallback app{mgmt_mask(MgmtEvent::IfUp),
                   [&](const MgmtNotice&) { node.mgr.mon_resend_status(); }};
  node.stack.mgmt.add(app);
  ASSERT_TRUE(a.up().ok());
  node.run();
  EXPECT_EQ(node.take_l4(), (Names{"L4_DISCONNECTED", "L4_IPV6_DISCONNECTED",
                                   "L4_IPV4_DISCONNECTED", "L4_CONNECTED a",
                                   "L4_IPV4_CONNECTED a"}));
}

TEST(MonitorIgnore, L2AndNull) {
  TestNode node;
  TestL2 ethernet("ethernet");
  NetIf& a = node.add("a");
  NetIf& b = node.add("b");
  NetIf& e = node.add("e", &ethernet);
  NetIf& bare = node.stack.add_iface({.name = "bare"});
  ASSERT_TRUE(node.mgr.boot().ok());
  const auto ignored = [&] {
    std::string names;
    for (NetIf* iface : {&a, &b, &e, &bare}) {
      if (node.mgr.is_iface_ignored(*iface)) names += std::string(iface->name()) + " ";
    }
    return names;
  };
  EXPECT_EQ(ignored(), "");
  node.mgr.ignore_l2(&node.l2);
  EXPECT_EQ(ignored(), "a b ");
  node.mgr.watch_iface(a);
  EXPECT_EQ(ignored(), "b ");
  node.mgr.ignore_l2(nullptr);
  EXPECT_EQ(ignored(), "b bare ");
  node.mgr.watch_l2(&node.l2);
  EXPECT_EQ(ignored(), "bare ");
  node.mgr.watch_l2(nullptr);
  node.mgr.ignore_iface(e);
  EXPECT_EQ(ignored(), "e ");
}

TEST(MonitorIgnore, WholeL2IsOnePass) {
  TestNode node(with(Coalescing::Immediate));
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(node.add_with_address(name).up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  node.forget();
  node.mgr.ignore_l2(&node.l2);
  EXPECT_EQ(node.take_l4(), loss("c"));
  node.mgr.watch_l2(&node.l2);
  EXPECT_EQ(node.take_l4(), gain("c"));  // one by one it would be "a"
}

TEST(MonitorTrace, TellsOfEachIfaceAndOfTheCause) {
  TestNode node;
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  node.forget();
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(b.up().ok());
  node.run();
  const auto record = [&](std::string_view subject, std::string_view name) {
    for (const KeptRecord& r : node.sink.records) {
      if (r.subject == subject && r.name == name) return r;
    }
    ADD_FAILURE() << "no " << subject << " " << name;
    return KeptRecord{};
  };
  EXPECT_EQ(record("dev.a", "iface_ready").cause, record("dev.a", "IF_UP").seq);
  EXPECT_EQ(record("dev", "L4_CONNECTED").cause, record("dev.a", "iface_ready").seq);
  EXPECT_EQ(record("dev.b", "iface_ready").cause, record("dev.b", "IF_UP").seq);
}

// The monitor's handlers were registered last and therefore run first.
TEST(MonitorOrder, RunsBeforeControlAndOlderApps) {
  TestNode node(with(Coalescing::Immediate));
  NetIf& a = node.add_with_address("a");
  TestConnectivity impl;
  node.mgr.bind(a, impl, {.flags = conn_flag_bit(ConnFlag::NoAutoConnect)});
  std::uint16_t older = 0xffff, newer = 0xffff;
  MgmtCallback before{mgmt_mask(MgmtEvent::IfUp),
                      [&](const MgmtNotice&) { older = node.mgr.if_state(a); }};
  MgmtCallback after{mgmt_mask(MgmtEvent::IfUp),
                     [&](const MgmtNotice&) { newer = node.mgr.if_state(a); }};
  node.stack.mgmt.add(before);
  ASSERT_TRUE(node.mgr.boot().ok());
  node.stack.mgmt.add(after);
  EXPECT_TRUE(node.mgr.if_connect(a).ok());
  node.run();
  EXPECT_EQ(newer & conn_state::kUp, 0);
  EXPECT_NE(older & conn_state::kReady, 0);
  // A loss: L4 is lost before control takes the iface admin-down.
  node.forget();
  a.dormant_on();
  node.run();
  EXPECT_EQ(node.take_mgmt(),
            (Names{"IF_DOWN a", "L4_DISCONNECTED a", "L4_IPV4_DISCONNECTED a", "IF_ADMIN_DOWN a"}));
}

// net_mgmt may lose events; the monitor is then wrong until the next one of that iface.
TEST(MonitorLoss, LostIfDownLeavesItConnected) {
  StackConfig config;
  config.mgmt.queue_size = 1;
  config.mgmt.overflow = NetMgmtConfig::Overflow::DropOldest;
  TestNode node({}, config);
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  node.forget();
  a.dormant_on();
  a.ipv4_addr_add({TestNode::address(a, 3), 24});  // pushes IF_DOWN out of the queue
  node.run();
  EXPECT_EQ(node.take_l4(), Names{});
  EXPECT_NE(node.mgr.if_state(a) & conn_state::kReady, 0);
  EXPECT_FALSE(a.is_up());
}

// A handler that gives the semaphore from within the pass must not start a second one inside it.
TEST(MonitorImmediate, HandlerMayIgnoreFromThePass) {
  StackConfig config;
  config.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  TestNode node(with(Coalescing::Immediate), config);
  NetIf& a = node.add_with_address("a");
  ASSERT_TRUE(node.mgr.boot().ok());
  MgmtCallback app{mgmt_mask(MgmtEvent::L4Connected), [&](const MgmtNotice& n) {
                     if (n.is(MgmtEvent::L4Connected)) node.mgr.ignore_iface(a);
                   }};
  node.stack.mgmt.add(app);
  ASSERT_TRUE(a.up().ok());
  Names expected = gain("a");
  for (const std::string& name : loss("a")) expected.push_back(name);
  EXPECT_EQ(node.take_l4(), expected);
}

// Both have changed when the pass begins. What a handler called from it does to the one that is
// still to be judged counts at once, what it does to the other in the next pass.
TEST(MonitorPass, AHandlerChangesWhatIsJudgedAndWhatIsNot) {
  StackConfig direct;
  direct.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  ConnMgrConfig config;
  config.monitor.l4_if_events = true;
  for (const bool watched : {false, true}) {
    TestNode node(config, direct);
    NetIf& a = node.add_with_address("a");
    NetIf& b = node.add_with_address("b");
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run();
    MgmtCallback app{mgmt_mask(MgmtEvent::L4IfConnected), [&](const MgmtNotice& n) {
                       if (n.iface != &a) return;
                       node.mgr.ignore_iface(a);
                       node.mgr.ignore_iface(b);
                       if (watched) node.mgr.watch_iface(b);
                     }};
    node.stack.mgmt.add(app);
    ASSERT_TRUE(a.up().ok() && b.up().ok());
    node.forget();
    node.run();
    RecordId cause, watch;
    for (const KeptRecord& r : node.sink.records) {
      if (r.name == conn_event::kWatched) watch = r.seq;
      if (r.name == conn_event::kReady && r.subject == "dev.b") cause = r.cause;
    }
    EXPECT_EQ(cause, watch) << "none, or the last change before it was judged";
    EXPECT_EQ(watch.valid(), watched);
    const Names none = {"L4_IF_CONNECTED a",  "L4_CONNECTED a",    "L4_IPV4_CONNECTED a",
                        "L4_IF_DISCONNECTED a", "L4_DISCONNECTED a", "L4_IPV4_DISCONNECTED a"};
    const Names other = {"L4_IF_CONNECTED a", "L4_IF_CONNECTED b", "L4_CONNECTED b",
                         "L4_IPV4_CONNECTED b", "L4_IF_DISCONNECTED a"};
    EXPECT_EQ(node.take_l4(), watched ? other : none);
    node.stack.mgmt.remove(app);
  }
}

}  // namespace
}  // namespace flapjack::test
