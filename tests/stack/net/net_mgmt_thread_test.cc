// SPDX-License-Identifier: Apache-2.0
// The delivering thread: handlers that take time, stalls, static handlers, what the OR of all masks
// lets through, infos that are too long; and waiting for an event.
#include <gtest/gtest.h>

#include "stack/net/event_wait.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;

class Thread : public testing::Test {
 protected:
  void make(const NetMgmtConfig& config) {
    StackConfig stack;
    stack.mgmt = config;
    rig = std::make_unique<test::NodeRig>(stack);
  }
  NetMgmt& mgmt() { return rig->node.mgmt; }
  MgmtCallback logger(const std::string& who, std::uint64_t mask, Duration takes = {}) {
    return {mask,
            [this, who](const MgmtNotice& n) {
              log.push_back(to_text(rig->scheduler.now()) + " " + who + " " +
                            std::string(mgmt_event_name(n.event)));
            },
            takes};
  }
  void raise(std::initializer_list<MgmtEvent> events) {
    for (const MgmtEvent event : events) mgmt().notify(event, nullptr);
  }
  void run_to(Duration at) { rig->scheduler.run_until(SimTime{} + at); }
  Lines lost() const {
    Lines names;
    for (const KeptRecord& r : rig->sink.records) {
      if (r.name == "mgmt_event_dropped") {
        names.push_back(to_text(r.at) + " " + std::string(r.attr("event")));
      }
    }
    return names;
  }

  static constexpr std::uint64_t kIf = mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp);
  std::unique_ptr<test::NodeRig> rig = std::make_unique<test::NodeRig>();
  Lines log;
};

TEST_F(Thread, ASlowHandlerHoldsUpEverybody) {
  MgmtCallback fast = logger("fast", kIf), slow = logger("slow", kIf, milliseconds(5));
  mgmt().add(fast);
  mgmt().add(slow);
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  EXPECT_FALSE(mgmt().idle());
  rig->scheduler.run();
  EXPECT_EQ(log, (Lines{"0.000s slow IF_UP", "0.005s fast IF_UP", "0.005s slow IF_DOWN",
                        "0.010s fast IF_DOWN"}));
  EXPECT_TRUE(mgmt().idle());
  EXPECT_EQ(mgmt().delivered(), 2u);
  EXPECT_EQ(mgmt().calls(), 4u);
}

TEST_F(Thread, ANotifierThatWaitsGivesUpAtItsDeadline) {
  make({.queue_size = 1, .handler_time = milliseconds(8)});
  MgmtCallback callback = logger("c", kIf);
  mgmt().add(callback);
  // The first is with the handler from 0 to 8 ms, the second has the place, the others wait.
  raise({MgmtEvent::IfUp});
  run_to({});
  raise({MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfDown});
  EXPECT_EQ(mgmt().peak(), 3u);
  rig->scheduler.run();
  EXPECT_EQ(log, (Lines{"0.000s c IF_UP", "0.008s c IF_DOWN", "0.016s c IF_UP"}));
  EXPECT_EQ(lost(), Lines{"0.010s IF_DOWN"});
  EXPECT_EQ(mgmt().dropped(), 1u);
}

TEST_F(Thread, TheRingUnderALongHandlerLosesTheOldest) {
  make({.queue_size = 2,
        .overflow = NetMgmtConfig::Overflow::DropOldest,
        .handler_time = milliseconds(8)});
  MgmtCallback callback = logger("c", kIf);
  mgmt().add(callback);
  raise({MgmtEvent::IfUp});
  run_to({});
  raise({MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfUp});
  rig->scheduler.run();
  EXPECT_EQ(log, (Lines{"0.000s c IF_UP", "0.008s c IF_UP", "0.016s c IF_UP"}));
  EXPECT_EQ(lost(), Lines{"0.000s IF_DOWN"});
}

TEST_F(Thread, RemovedWhileAnotherHandlerIsAtWork) {
  MgmtCallback late = logger("late", kIf), slow = logger("slow", kIf, milliseconds(5));
  mgmt().add(late);
  mgmt().add(slow);
  raise({MgmtEvent::IfUp});
  run_to(milliseconds(2));
  mgmt().remove(late);
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"0.000s slow IF_UP"});
}

TEST_F(Thread, StaticHandlersComeFirst) {
  MgmtCallback first = logger("static1", kIf), second = logger("static2", kIf);
  MgmtCallback dynamic = logger("dynamic", kIf);
  mgmt().add_static(first);
  mgmt().add(dynamic);
  mgmt().add_static(second);
  raise({MgmtEvent::IfUp});
  rig->scheduler.run();
  EXPECT_EQ(log, (Lines{"0.000s static1 IF_UP", "0.000s static2 IF_UP", "0.000s dynamic IF_UP"}));
}

TEST_F(Thread, AStallKeepsEventsWaiting) {
  make({.queue_size = 1});
  MgmtCallback callback = logger("c", kIf);
  mgmt().add(callback);
  mgmt().stall(true);
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  run_to(milliseconds(50));
  EXPECT_EQ(log, Lines{});
  EXPECT_EQ(lost(), Lines{"0.010s IF_DOWN"});
  mgmt().stall(false);
  run_to(milliseconds(60));
  EXPECT_EQ(log, Lines{"0.050s c IF_UP"});
  mgmt().stall(true);
  mgmt().stall(false);
  run_to(milliseconds(70));
  EXPECT_EQ(log.size(), 1u) << "nothing was missed";
}

// IF_UP of code 1 and IPV4_ADDR_ADD of code 3 together cover CONN_IF_TIMEOUT of code 2.
TEST_F(Thread, TheOrOfAllMasksLetsThroughWhatNobodyAskedFor) {
  make({.queue_size = 1, .queue_timeout = {}});
  MgmtCallback ifs = logger("if", mgmt_mask(MgmtEvent::IfDown)),
               addresses = logger("ip", mgmt_mask(MgmtEvent::Ipv4AddrAdd));
  mgmt().add(ifs);
  mgmt().add(addresses);
  raise({MgmtEvent::ConnIfTimeout, MgmtEvent::IfDown});
  EXPECT_EQ(lost(), Lines{"0.000s IF_DOWN"}) << "its place was taken";
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{});
  mgmt().remove(addresses);
  raise({MgmtEvent::ConnIfTimeout, MgmtEvent::IfDown});
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"0.000s if IF_DOWN"});
}

TEST_F(Thread, AMaskWithoutCommandsHearsWhatOthersAskFor) {
  constexpr std::uint64_t kGroup = kIf & ~mgmt::kCommandMask;
  MgmtCallback all = logger("all", kGroup), one = logger("one", mgmt_mask(MgmtEvent::IfUp));
  mgmt().add(all);
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{});
  mgmt().add(one);
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  rig->scheduler.run();
  EXPECT_EQ(log, (Lines{"0.000s one IF_UP", "0.000s all IF_UP"}));
}

TEST_F(Thread, AnInfoThatIsTooLongLosesItsEvent) {
  make({.info_bytes_max = 16});
  MgmtCallback callback = logger("c", mgmt_mask(MgmtEvent::Ipv6AddrAdd, MgmtEvent::Ipv6NbrAdd));
  mgmt().add(callback);
  mgmt().notify(MgmtEvent::Ipv6AddrAdd, nullptr, Ipv6Address::loopback());
  mgmt().notify(MgmtEvent::Ipv6NbrAdd, nullptr, MgmtNeighbour{Ipv6Address::loopback(), 1});
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"0.000s c IPV6_ADDR_ADD"});
  EXPECT_EQ(mgmt().dropped(), 1u);
  EXPECT_EQ(rig->sink.records.back().text(),
            "0.000s n mgmt_info_too_long event=IPV6_NBR_ADD bytes=20");
}

TEST_F(Thread, TheSystemWorkQueueIsTheLaneOfWork) {
  for (const bool own : {true, false}) {
    make({.delivery = own ? NetMgmtConfig::Delivery::Queue : NetMgmtConfig::Delivery::WorkQueue});
    log.clear();
    MgmtCallback callback = logger("c", kIf);
    mgmt().add(callback);
    rig->scheduler.at({}, Lane::Work,
                      delegate<[](Lines& lines) { lines.emplace_back("work"); }>(&log));
    raise({MgmtEvent::IfUp});
    rig->scheduler.run();
    EXPECT_EQ(log, own ? (Lines{"0.000s c IF_UP", "work"}) : (Lines{"work", "0.000s c IF_UP"}));
  }
}

TEST_F(Thread, WhenIdleComesOnceAndAtOnceIfSo) {
  int calls = 0;
  const Delegate count = delegate<[](int& n) { ++n; }>(&calls);
  mgmt().when_idle(count);
  EXPECT_EQ(calls, 1);
  MgmtCallback slow = logger("slow", kIf, milliseconds(5));
  mgmt().add(slow);
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  mgmt().when_idle(count);
  run_to(milliseconds(9));
  EXPECT_EQ(calls, 1);
  run_to(milliseconds(10));
  EXPECT_EQ(calls, 2);
  raise({MgmtEvent::IfUp});
  rig->scheduler.run();
  EXPECT_EQ(calls, 2);
}

// Waiting

TEST_F(Thread, AWaitGetsTheEventItsIfaceAndItsInfo) {
  NetIf& iface = rig->node.add_iface({.name = "x"});
  rig->fibers.spawn("app", [&] {
    const auto got = event_wait(rig->node, mgmt_mask(MgmtEvent::ConnIfFatalError),
                                Timeout::after(seconds(1)));
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got.value().iface, &iface);
    EXPECT_EQ(got.value().info.reason(), 7);
    log.push_back("got at " + to_text(rig->scheduler.now()));
  });
  run_to(milliseconds(300));
  mgmt().notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{7});
  mgmt().notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{8});
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"got at 0.300s"});
}

TEST_F(Thread, AWaitExpiresAndLeavesNothingBehind) {
  rig->fibers.spawn("app", [&] {
    const auto got = event_wait(rig->node, kIf, Timeout::after(milliseconds(50)));
    EXPECT_EQ(got.code(), Errc::Etimedout);
    log.push_back("expired at " + to_text(rig->scheduler.now()));
  });
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"expired at 0.050s"});
  raise({MgmtEvent::IfUp});
  EXPECT_TRUE(mgmt().idle()) << "nobody asks for it any more";
}

TEST_F(Thread, AnEventBeforeTheWaitIsNotSeen) {
  raise({MgmtEvent::IfUp});
  rig->fibers.spawn("app", [&] {
    EXPECT_EQ(event_wait(rig->node, kIf, Timeout::after(seconds(1))).code(), Errc::Etimedout);
  });
  rig->scheduler.run();
  EXPECT_EQ(rig->scheduler.now(), SimTime{} + seconds(1));
}

TEST_F(Thread, AWaitOnAnIfaceIgnoresTheOthers) {
  NetIf& a = rig->node.add_iface({.name = "a"});
  NetIf& b = rig->node.add_iface({.name = "b"});
  rig->fibers.spawn("app", [&] {
    const auto got = event_wait_on_iface(b, kIf, Timeout::forever());
    ASSERT_TRUE(got.ok());
    log.emplace_back(mgmt_event_name(got.value().event));
  });
  run_to(milliseconds(1));
  mgmt().notify(MgmtEvent::IfUp, &a);
  mgmt().notify(MgmtEvent::IfDown, &b);
  rig->scheduler.run();
  EXPECT_EQ(log, Lines{"IF_DOWN"});
}

TEST_F(Thread, OutsideAFiberNothingWaits) {
  EXPECT_EQ(event_wait(rig->node, kIf, Timeout::forever()).code(), Errc::Edeadlk);
  raise({MgmtEvent::IfUp});
  EXPECT_TRUE(mgmt().idle());
}

}  // namespace
}  // namespace flapjack
