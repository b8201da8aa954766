// SPDX-License-Identifier: Apache-2.0
#include "connmgr/lock_order.h"

#include <gtest/gtest.h>

#include <functional>

#include "connmgr/nsos_connectivity.h"
#include "connmgr/scripted_connectivity.h"
#include "connmgr/wifi_connectivity.h"
#include "tests/connmgr/six_ifaces.h"

namespace flapjack::test {
namespace {

TEST(LockOrder, RecursiveAndBalanced) {
  LockOrder locks;
  const auto a = locks.add("a"), b = locks.add("b");
  EXPECT_TRUE(locks.take(a));
  EXPECT_TRUE(locks.take(b));
  EXPECT_TRUE(locks.take(a));  // held already: no edge b -> a
  EXPECT_EQ(locks.depth(a), 2);
  EXPECT_EQ(locks.held(), (std::vector<LockOrder::Lock>{a, b}));
  locks.release(a);
  EXPECT_EQ(locks.held(), (std::vector<LockOrder::Lock>{a, b}));
  locks.release(a);
  locks.release(b);
  EXPECT_TRUE(locks.held().empty());
  EXPECT_TRUE(locks.cycles().empty());
}

TEST(LockOrder, OneThatWasAloneIsHeldStill) {
  LockOrder locks;
  constexpr auto kMonitor = LockOrder::kMonitor;
  EXPECT_TRUE(locks.held().empty());
  locks.take(kMonitor);
  locks.take(kMonitor);
  EXPECT_EQ(locks.held(), std::vector<LockOrder::Lock>{kMonitor});
  const auto b = locks.add("b");
  EXPECT_EQ(locks.depth(kMonitor), 2);
  EXPECT_TRUE(locks.take(b));
  EXPECT_EQ(locks.held(), (std::vector<LockOrder::Lock>{kMonitor, b}));
  locks.release(kMonitor);
  locks.release(kMonitor);
  EXPECT_FALSE(locks.take(kMonitor)) << "monitor -> b was kept";
  EXPECT_EQ(locks.cycles(), std::vector<std::string>{"b -> monitor -> b"});
}

TEST(LockOrder, TheMonitorsBehindAnother) {
  LockOrder locks;
  constexpr auto kMonitor = LockOrder::kMonitor;
  const auto a = locks.add("a");
  EXPECT_TRUE(locks.take(a));
  EXPECT_TRUE(locks.take(kMonitor));
  EXPECT_EQ(locks.held(), (std::vector<LockOrder::Lock>{a, kMonitor}));
  locks.release(kMonitor);
  locks.release(a);
  EXPECT_TRUE(locks.take(kMonitor));
  EXPECT_FALSE(locks.take(a));
  EXPECT_EQ(locks.cycles(), std::vector<std::string>{"monitor -> a -> monitor"});
}

// Takes `order` one after the other, then gives all back.
bool chain(LockOrder& locks, const std::vector<LockOrder::Lock>& order) {
  bool fine = true;
  for (const auto lock : order) fine = locks.take(lock) && fine;
  for (const auto lock : order) locks.release(lock);
  return fine;
}

TEST(LockOrder, ACycleIsNamedAndToldOnce) {
  std::vector<std::string> told;
  LockOrder locks;
  locks.tell(
      [](void* all, const std::string& cycle) {
        static_cast<std::vector<std::string>*>(all)->push_back(cycle);
      },
      &told);
  const auto a = locks.add("a"), b = locks.add("b"), c = locks.add("c");
  EXPECT_TRUE(chain(locks, {a, b}));
  EXPECT_TRUE(chain(locks, {b, c}));
  EXPECT_TRUE(chain(locks, {a, c}));
  EXPECT_TRUE(told.empty());
  EXPECT_FALSE(chain(locks, {c, a}));
  EXPECT_TRUE(chain(locks, {c, a}));  // known
  EXPECT_EQ(told, (std::vector<std::string>{"c -> a -> b -> c"}));
  EXPECT_FALSE(chain(locks, {b, a}));
  EXPECT_EQ(told.size(), 2u);
  EXPECT_EQ(locks.cycles(), told);
}

// An implementation that looks at which locks are held when it is called.
class LockWatcher : public TestConnectivity {
 public:
  explicit LockWatcher(const ConnMgr& mgr) : mgr_(mgr) {}
  void init(Binding& b) override {
    note(b);
    TestConnectivity::init(b);
  }
  Status connect(Binding& b) override {
    note(b);
    b.lock();  // as its own code may: the lock is recursive
    EXPECT_EQ(mgr_.locks().depth(b.lock_id()), 2);
    b.unlock();
    return TestConnectivity::connect(b);
  }
  Status disconnect(Binding& b) override {
    note(b);
    return TestConnectivity::disconnect(b);
  }
  Status set_option(Binding& b, int option, std::span<const std::uint8_t> v) override {
    note(b);
    return TestConnectivity::set_option(b, option, v);
  }
  Status get_option(Binding& b, int option, std::span<std::uint8_t> v, std::size_t& n) override {
    note(b);
    return TestConnectivity::get_option(b, option, v, n);
  }
  std::vector<int> depths;

 private:
  void note(const Binding& b) { depths.push_back(mgr_.locks().depth(b.lock_id())); }
  const ConnMgr& mgr_;
};

TEST(BindingLock, HeldAroundEveryCallOfTheImplementation) {
  TestNode node;
  NetIf& a = node.add("a");
  LockWatcher impl(node.mgr);
  node.mgr.bind(a, impl, {conn_flag_bit(ConnFlag::NoAutoConnect)});
  ASSERT_TRUE(node.mgr.boot().ok());
  std::array<std::uint8_t, 1> byte{};
  std::size_t length = 1;
  EXPECT_TRUE(node.mgr.if_connect(a).ok());
  EXPECT_TRUE(node.mgr.if_set_opt(a, 0, byte).ok());
  EXPECT_TRUE(node.mgr.if_get_opt(a, 0, byte, &length).ok());
  EXPECT_TRUE(node.mgr.if_disconnect(a).ok());
  node.run();
  EXPECT_EQ(impl.depths, (std::vector<int>{1, 1, 1, 1, 1}));
  EXPECT_TRUE(node.mgr.locks().held().empty());
  EXPECT_TRUE(node.mgr.locks().cycles().empty());
}

// Everything that the manager does by itself has one order: monitor, binding, iface.
TEST(BindingLock, TheManagersOwnOrderHasNoCycle) {
  for (const Coalescing policy :
       {Coalescing::EachEvent, Coalescing::QueueDrained, Coalescing::Immediate}) {
    TestNode node(with(policy));
    NetIf& a = node.add_with_address("a");
    NetIf& b = node.add_with_address("b");
    TestConnectivity impl;
    node.mgr.bind(a, impl);
    node.mgr.bind(b, impl);
    node.stack.post_init();
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run();
    EXPECT_TRUE(node.mgr.all_if_connect(true).ok());
    node.mgr.ignore_iface(b);
    node.mgr.mon_resend_status();
    EXPECT_TRUE(node.mgr.all_if_disconnect(false).ok());
    node.run();
    EXPECT_TRUE(node.mgr.all_if_down(true).ok());
    node.run();
    EXPECT_EQ(node.mgr.locks().cycles(), Names{});
  }
}

TEST(BindingLock, AnImplementationThatCallsTheMonitorClosesACycle) {
  TestNode node;
  NetIf& a = node.add("a");
  class Resending : public TestConnectivity {
   public:
    explicit Resending(ConnMgr& mgr) : mgr_(mgr) {}
    Status connect(Binding& b) override {
      mgr_.mon_resend_status();
      return TestConnectivity::connect(b);
    }

   private:
    ConnMgr& mgr_;
  } impl(node.mgr);
  node.mgr.bind(a, impl);
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_TRUE(node.mgr.if_connect(a).ok());
  node.run();
  EXPECT_EQ(node.mgr.locks().cycles(), Names{"binding dev.a -> monitor -> binding dev.a"});
  EXPECT_EQ(node.take_if([](const KeptRecord& r) { return r.name == "lock_cycle"; }).size(), 1u);
}

// Of the implementations of two ifaces each uses the other's: whatever takes a lock shows it.
TEST(BindingLock, EveryCallThatTakesALockIsInTheGraph) {
  using Use = std::function<void(ConnMgr&, NetIf&)>;
  class Using : public TestConnectivity {
   public:
    Using(TestNode& node, const Use& use) : node_(node), use_(use) {}
    Status connect(Binding& b) override {
      const std::size_t other = b.iface().index().value == 1 ? 1 : 0;
      use_(node_.mgr, *node_.stack.ifaces()[other]);
      return TestConnectivity::connect(b);
    }

   private:
    TestNode& node_;
    Use use_;
  };
  const std::pair<std::string, Use> kUses[] = {
      {"set_flag", [](auto& m, auto& i) { m.if_set_flag(i, ConnFlag::Persistent, true).ok(); }},
      {"get_flag", [](auto& m, auto& i) { m.if_get_flag(i, ConnFlag::Persistent); }},
      {"set_timeout", [](auto& m, auto& i) { m.if_set_timeout(i, 5).ok(); }},
      {"get_timeout", [](auto& m, auto& i) { m.if_get_timeout(i); }},
      {"set_idle_timeout", [](auto& m, auto& i) { m.if_set_idle_timeout(i, 5).ok(); }},
      {"get_idle_timeout", [](auto& m, auto& i) { m.if_get_idle_timeout(i); }},
      {"binding_set_flag",
       [](auto& m, auto& i) { m.if_get_binding(i)->set_flag(ConnFlag::Persistent, true); }},
      {"ignored", [](auto& m, auto& i) { m.is_iface_ignored(i); }},
      {"all_if_down", [](auto& m, auto&) { m.all_if_down(true).ok(); }},
  };
  for (const auto& [what, use] : kUses) {
    TestNode node;
    NetIf& a = node.add("a");
    NetIf& b = node.add("b");
    Using impl(node, use);
    node.mgr.bind(a, impl);
    node.mgr.bind(b, impl);
    ASSERT_TRUE(node.mgr.boot().ok());
    EXPECT_TRUE(node.mgr.if_connect(a).ok());
    EXPECT_TRUE(node.mgr.if_connect(b).ok());
    const bool monitor = what == "ignored" || what == "all_if_down";
    const Names want = monitor ? Names{"binding dev.a -> monitor -> binding dev.a",
                                       "binding dev.b -> monitor -> binding dev.b"}
                               : Names{"binding dev.b -> binding dev.a -> binding dev.b"};
    EXPECT_EQ(node.mgr.locks().cycles(), want) << what;
  }
}

// What an implementation does by itself, by its timers and its technology, it does under the lock.
TEST(BindingLock, HeldWhenAnImplementationActsByItself) {
  StackConfig direct;
  direct.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  StationConfig config = wifi_defaults();
  config.associate = DurationDistribution::fixed(seconds(1));
  WifiConnectivity wifi(config);
  NsosConnectivity nsos;
  ScriptedConnectivity scripted({{ScriptTrigger::Connect, seconds(1), ScriptAction::Up, {}}});
  for (Connectivity* impl : std::initializer_list<Connectivity*>{&wifi, &nsos, &scripted}) {
    TestNode node({}, direct);
    NetIf& a = node.add("a");
    Binding& binding = node.mgr.bind(a, *impl);
    ASSERT_TRUE(node.mgr.boot().ok());
    std::vector<int> depths;
    MgmtCallback app{mgmt_mask(MgmtEvent::IfUp),
                     [&](const MgmtNotice&) {
                       depths.push_back(node.mgr.locks().depth(binding.lock_id()));
                     }};
    node.stack.mgmt.add(app);
    EXPECT_TRUE(node.mgr.if_connect(a).ok());
    node.run(seconds(2));
    EXPECT_EQ(depths, std::vector<int>{1}) << impl->traits().name;
    EXPECT_TRUE(node.mgr.locks().held().empty());
    node.stack.mgmt.remove(app);
  }
}

// net_mgmt in the notifier's turn calls the handlers under the iface's lock.
TEST(BindingLock, DirectDeliveryClosesACycle) {
  StackConfig direct;
  direct.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  TestNode node({}, direct);
  NetIf& a = node.add("a");
  TestConnectivity impl;
  node.mgr.bind(a, impl);
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_TRUE(node.mgr.all_if_up(false).ok());  // iface, then binding in the ADMIN_UP handler
  EXPECT_TRUE(node.mgr.all_if_down(false).ok());
  EXPECT_TRUE(node.mgr.if_connect(a).ok());  // binding, then iface
  const Names& cycles = node.mgr.locks().cycles();
  EXPECT_NE(std::find(cycles.begin(), cycles.end(),
                      "binding dev.a -> iface dev.a -> binding dev.a"), cycles.end())
      << ::testing::PrintToString(cycles);
}

}  // namespace
}  // namespace flapjack::test
