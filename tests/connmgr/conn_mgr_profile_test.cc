// SPDX-License-Identifier: Apache-2.0
// What differs between the releases of Zephyr, and the boot that an init holds up.
#include <gtest/gtest.h>

#include "connmgr/conn_mgr.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

ConnMgrConfig of_2023() {
  ConnMgrConfig config;
  config.monitor.per_family = false;
  config.monitor.any_ipv4_add = true;
  return config;
}

struct TwoReady {
  explicit TwoReady(ConnMgrConfig config) : node(config) {
    EXPECT_TRUE(node.mgr.boot().ok());
    node.run();
    node.forget();
  }
  void up(NetIf& iface) {
    EXPECT_TRUE(iface.up().ok());
    node.run();
  }
  void down(NetIf& iface) {
    EXPECT_TRUE(iface.down().ok());
    node.run();
  }
  TestNode node;
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
};

TEST(Monitor2023, OneAggregateBlamesTheLastOfItsDirection) {
  TwoReady two(of_2023());
  two.up(two.b);
  EXPECT_EQ(two.node.take_l4(), Names{"L4_CONNECTED b"});
  two.up(two.a);
  two.down(two.a);  // remembered as the last to go down, though another is ready
  EXPECT_EQ(two.node.take_l4(), Names{});
  two.down(two.b);
  EXPECT_EQ(two.node.take_l4(), Names{"L4_DISCONNECTED b"});
}

TEST(Monitor2023, BlameIsPerDirectionWithinAPass) {
  ConnMgrConfig config = of_2023();
  config.monitor.coalescing = Coalescing::QueueDrained;
  TwoReady two(config);
  two.up(two.b);
  two.node.forget();
  // one pass: a goes up, b goes down, and a third one stays as it is
  EXPECT_TRUE(two.a.up().ok());
  EXPECT_TRUE(two.b.down().ok());
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), Names{});
  two.node.mgr.mon_resend_status();
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), Names{"L4_CONNECTED a"});  // 2024 would blame b
  two.down(two.a);
  EXPECT_EQ(two.node.take_l4(), Names{"L4_DISCONNECTED a"});
}

TEST(Monitor2023, ResendIsOneEvent) {
  TwoReady two(of_2023());
  two.node.mgr.mon_resend_status();
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), Names{"L4_DISCONNECTED"});
  two.up(two.a);
  two.node.forget();
  two.node.mgr.mon_resend_status();
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), Names{"L4_CONNECTED a"});
}

TEST(Monitor2023, EveryAddedIpv4AddressCounts) {
  for (const bool any : {true, false}) {
    ConnMgrConfig config;
    config.monitor.any_ipv4_add = any;
    TestNode node(config);
    NetIf& a = node.add("a");
    ASSERT_TRUE(node.mgr.boot().ok());
    ASSERT_TRUE(a.up().ok());
    a.ipv4_addr_add({Ipv4Address{169u << 24 | 254u << 16 | 1}, 16});
    node.run();
    EXPECT_EQ(node.take_l4(), any ? gain("a") : Names{});
  }
}

TEST(MonitorIfEvents, InIndexOrderAheadOfTheAggregates) {
  ConnMgrConfig config = with(Coalescing::QueueDrained);
  config.monitor.l4_if_events = true;
  TwoReady two(config);
  EXPECT_TRUE(two.b.up().ok());
  EXPECT_TRUE(two.a.up().ok());
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), (Names{"L4_IF_CONNECTED a", "L4_IF_CONNECTED b",
                                       "L4_CONNECTED b", "L4_IPV4_CONNECTED b"}));
  two.node.mgr.mon_resend_status();  // never these
  two.down(two.b);
  EXPECT_EQ(two.node.take_l4(), (Names{"L4_CONNECTED b", "L4_IPV6_DISCONNECTED",
                                       "L4_IPV4_CONNECTED b", "L4_IF_DISCONNECTED b"}));
}

TEST(MonitorIfEvents, ASwapInOnePassIsTwoOfThemAndNothingElse) {
  ConnMgrConfig config = with(Coalescing::QueueDrained);
  config.monitor.l4_if_events = true;
  TwoReady two(config);
  two.up(two.a);
  two.node.forget();
  EXPECT_TRUE(two.b.up().ok());
  EXPECT_TRUE(two.a.down().ok());
  two.node.run();
  EXPECT_EQ(two.node.take_l4(), (Names{"L4_IF_DISCONNECTED a", "L4_IF_CONNECTED b"}));
}

TEST(MonitorIfEvents, NotByDefault) {
  TwoReady two({});
  two.up(two.a);
  EXPECT_EQ(two.node.take_l4(), gain("a"));
}

TEST(MonitorTable, UntrackedIfacesAreLeftAlone) {
  ConnMgrConfig config;
  config.monitor.iface_max = 1;
  config.monitor.allow_untracked = true;
  TwoReady two(config);
  two.up(two.b);
  EXPECT_EQ(two.node.take_l4(), Names{});
  EXPECT_EQ(two.node.mgr.if_state(two.b), conn_state::kInvalid);
  two.node.mgr.ignore_iface(two.b);
  EXPECT_FALSE(two.node.mgr.is_iface_ignored(two.b));
  two.up(two.a);
  EXPECT_EQ(two.node.take_l4(), gain("a"));
}

class Configurable : public TestConnectivity {
 public:
  Configurable() : TestConnectivity({.name = "configurable", .has_connection_config = true}) {}
  bool has_connection_config(Binding&) override { return configured; }
  bool configured = false;
};

struct ConfigRow {
  bool check, persistent, member, configured;
  bool refused;
};
constexpr ConfigRow kConfigRows[] = {
    {true, false, true, false, true},    // the one case
    {true, false, true, true, false},
    {true, true, true, false, false},    // a persistent one waits for its configuration
    {true, false, false, false, false},  // no such member
    {false, false, true, false, false},  // before 2026
};

TEST(ConfigCheck, RefusesOnlyWhatIsNeitherPersistentNorConfigured) {
  for (const ConfigRow& row : kConfigRows) {
    TestNode node({.config_check = row.check});
    Configurable asked;
    asked.configured = row.configured;
    TestConnectivity plain;
    NetIf& a = node.add("a");
    const std::uint32_t flags = conn_flag_bit(ConnFlag::NoAutoConnect) |
                                (row.persistent ? conn_flag_bit(ConnFlag::Persistent) : 0);
    node.mgr.bind(a, row.member ? static_cast<Connectivity&>(asked) : plain, {flags});
    ASSERT_TRUE(node.mgr.boot().ok());
    EXPECT_EQ(node.mgr.if_connect(a).code(), row.refused ? Errc::Enodata : Errc::Ok);
    EXPECT_EQ(a.is_admin_up(), !row.refused);
    EXPECT_EQ(node.context(a).connects, row.refused ? 0 : 1);
    node.run();
    const Names events = node.take_mgmt();
    EXPECT_EQ(events.front(), row.refused ? "CONN_IF_NO_CONFIGURATION a" : "IF_ADMIN_UP a");
    EXPECT_EQ(events.size() == 1, row.refused);
  }
}

TEST(BlockedBoot, AnInitThatTakesTimeHoldsUpEverything) {
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add_with_address("a");
  NetIf& b = node.add_with_address("b");
  node.mgr.bind(a, impl, {.init_takes = seconds(3)});
  node.mgr.bind(b, impl);
  ASSERT_TRUE(b.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.forget();
  EXPECT_EQ(impl.inited, Names{"a"});
  node.run(seconds(1));
  EXPECT_TRUE(a.up().ok());  // nobody hears of it: no handler is registered yet
  node.mgr.ignore_iface(b);
  node.mgr.mon_resend_status();
  EXPECT_FALSE(node.mgr.is_iface_ignored(b));
  node.run(seconds(1));
  EXPECT_EQ(node.context(a).connects, 0);
  EXPECT_EQ(node.take_l4(), Names{});
  node.run(seconds(2));
  EXPECT_EQ(impl.inited, (Names{"a", "b"}));
  EXPECT_EQ(node.context(a).connects, 1);
  EXPECT_EQ(node.context(b).connects, 1);
  EXPECT_TRUE(node.mgr.is_iface_ignored(b));
  // the resend came before the first pass, the ignored iface never counted
  EXPECT_EQ(node.take_l4(), (Names{"L4_DISCONNECTED", "L4_IPV6_DISCONNECTED",
                                   "L4_IPV4_DISCONNECTED", "L4_CONNECTED a",
                                   "L4_IPV4_CONNECTED a"}));
  EXPECT_TRUE(node.mgr.locks().held().empty());
}

// A thread that makes one call, and what came of it and when.
struct Caller {
  template <class Call>
  Caller(TestNode& node, Call call) {
    node.fibers.spawn("caller", [this, &node, call] {
      result = call();
      answered = node.scheduler.now();
    });
  }
  Status result = Errc::Ebusy;
  SimTime answered;
};

TEST(BlockedBoot, AConnectWaitsForTheBindingAndGoesFirst) {
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add("a");
  NetIf& b = node.add("b");
  NetIf& bare = node.add("bare");
  node.mgr.bind(a, impl, {.init_takes = seconds(3)});
  node.mgr.bind(b, impl, {.init_takes = seconds(2)});
  ASSERT_TRUE(a.up().ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  node.context(a).connect_result = Errc::Echild;
  EXPECT_TRUE(node.mgr.blocked(a));
  EXPECT_FALSE(node.mgr.blocked(b));
  Caller down(node, [&] { return node.mgr.if_disconnect(a); });
  Caller up(node, [&] { return node.mgr.if_connect(a); });
  Caller other(node, [&] { return node.mgr.if_connect(b); });  // its init has not begun
  Caller unbound(node, [&] { return node.mgr.if_connect(bare); });
  node.run(milliseconds(2999));
  EXPECT_EQ(node.context(a).connects + node.context(a).disconnects, 0);
  EXPECT_EQ(other.answered, SimTime{});
  EXPECT_TRUE(other.result.ok());
  EXPECT_EQ(unbound.result.code(), Errc::Enotsup);
  EXPECT_EQ(up.result.code(), Errc::Ebusy);  // not answered
  node.run(milliseconds(1));
  EXPECT_TRUE(down.result.ok());
  EXPECT_EQ(up.result.code(), Errc::Echild);
  EXPECT_EQ(up.answered, SimTime{} + seconds(3));
  EXPECT_EQ(impl.inited, (Names{"a", "b"}));
  EXPECT_EQ(node.context(a).connects, 1);  // the automatic one comes at the end of the boot
  EXPECT_TRUE(node.mgr.blocked(b));
  Caller again(node, [&] { return node.mgr.if_connect(b); });
  node.run(seconds(3));
  EXPECT_EQ(again.answered, SimTime{} + seconds(5));
  EXPECT_EQ(node.context(a).connects, 2);
  EXPECT_TRUE(node.mgr.locks().held().empty());
}

TEST(BlockedBoot, EveryCallThatTakesTheBindingsLockWaits) {
  const std::uint8_t byte[] = {7};
  std::uint8_t room[8];
  std::size_t length = 8;
  using Call = std::function<Status(ConnMgr&, NetIf&)>;
  const std::vector<std::pair<const char*, Call>> calls = {
      {"disconnect", [](ConnMgr& m, NetIf& i) { return m.if_disconnect(i); }},
      {"connect", [](ConnMgr& m, NetIf& i) { return m.if_connect(i); }},
      {"set_opt", [&](ConnMgr& m, NetIf& i) { return m.if_set_opt(i, 0, byte); }},
      {"get_opt", [&](ConnMgr& m, NetIf& i) { return m.if_get_opt(i, 0, room, &length); }},
      {"set_flag", [](ConnMgr& m, NetIf& i) { return m.if_set_flag(i, ConnFlag{}, true); }},
      {"set_timeout", [](ConnMgr& m, NetIf& i) { return m.if_set_timeout(i, 7); }},
      {"set_idle_timeout", [](ConnMgr& m, NetIf& i) { return m.if_set_idle_timeout(i, 7); }},
      {"all_if_connect", [](ConnMgr& m, NetIf&) { return m.all_if_connect(false); }},
      {"all_if_disconnect", [](ConnMgr& m, NetIf&) { return m.all_if_disconnect(false); }},
      {"all_if_up", [](ConnMgr& m, NetIf&) { return m.all_if_up(true); }},
      {"all_if_down", [](ConnMgr& m, NetIf&) { return m.all_if_down(true); }},
  };
  for (const auto& [name, call] : calls) {
    SCOPED_TRACE(name);
    TestNode node;
    TestConnectivity impl;
    NetIf& a = node.add("a");
    node.mgr.bind(a, impl, {.init_takes = seconds(3)});
    ASSERT_TRUE(node.mgr.boot().ok());
    length = 8;
    EXPECT_EQ(call(node.mgr, a).code(), Errc::Edeadlk);  // nobody who could wait
    EXPECT_EQ(node.context(a).connects + node.context(a).disconnects, 0);
    Caller caller(node, [&, &call = call] { return call(node.mgr, a); });
    node.run(milliseconds(2999));
    EXPECT_EQ(caller.result.code(), Errc::Ebusy);
    ASSERT_EQ(node.fibers.blocked().size(), 1u);
    node.run(milliseconds(1));
    EXPECT_TRUE(caller.result.ok());
    EXPECT_TRUE(node.fibers.blocked().empty());
    EXPECT_FALSE(node.mgr.blocked(a));
  }
}

// Only the ignored ones are asked for with the monitor's lock.
TEST(BlockedBoot, ABulkCallOfAllWaitsForNoMonitor) {
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add("a");
  NetIf& b = node.add("b");
  node.mgr.bind(a, impl, {.init_takes = seconds(3)});
  node.mgr.bind(b, impl);
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_TRUE(node.mgr.all_if_up(false).ok());
  Caller caller(node, [&] { return node.mgr.all_if_connect(false); });
  node.run(seconds(1));
  EXPECT_TRUE(a.is_admin_up() && b.is_admin_up());
  EXPECT_EQ(node.context(b).connects, 0);  // it is at the first of both
  EXPECT_TRUE(node.mgr.all_if_down(false).ok());
  node.run(seconds(3));
  EXPECT_TRUE(caller.result.ok());
  EXPECT_TRUE(a.is_admin_up());  // connect itself took it up
}

TEST(BlockedBoot, AResendInAThreadReturnsAtTheEndOfTheBoot) {
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add_with_address("a");
  node.mgr.bind(a, impl, {.init_takes = seconds(3)});
  ASSERT_TRUE(node.mgr.boot().ok());
  Caller caller(node, [&] { return node.mgr.mon_resend_status(), Status(); });
  node.run(seconds(2));
  EXPECT_EQ(caller.result.code(), Errc::Ebusy);
  node.run(seconds(2));
  EXPECT_EQ(caller.answered, SimTime{} + seconds(3));
}

TEST(BlockedBoot, LaterCallsDoNotWait) {
  TestNode node;
  TestConnectivity impl;
  NetIf& a = node.add("a");
  node.mgr.bind(a, impl, {.init_takes = milliseconds(5)});
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(node.mgr.boot().code(), Errc::Ealready);
  node.run(milliseconds(6));
  node.mgr.ignore_iface(a);
  EXPECT_TRUE(node.mgr.is_iface_ignored(a));
}

}  // namespace
}  // namespace flapjack::test
