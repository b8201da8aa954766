// SPDX-License-Identifier: Apache-2.0
// The event bus: words and masks, order of callbacks, changes while an event is delivered, causes.
#include "stack/net/net_mgmt.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;

StackConfig config_of(const NetMgmtConfig& mgmt) {
  StackConfig config;
  config.mgmt = mgmt;
  return config;
}

/// The bus of a node without ifaces, and callbacks that write down what they get.
struct Bus {
  explicit Bus(const NetMgmtConfig& config = {}) : rig(config_of(config)) {}
  MgmtCallback logger(std::string who, std::uint64_t mask) {
    return {mask, [this, who](const MgmtNotice& n) {
              log.push_back(who + ":" + std::string(mgmt_event_name(n.event)));
            }};
  }

  test::NodeRig rig;
  Scheduler& scheduler = rig.scheduler;
  Tracer& tracer = rig.tracer;
  MemorySink& sink = rig.sink;
  NetMgmt& mgmt = rig.node.mgmt;
  Lines log;
};

constexpr std::uint64_t kIf =
    mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfAdminDown, MgmtEvent::IfAdminUp);

TEST(NetMgmtWords, LayoutOfZephyr) {
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::IfDown), 0xd010000000000001u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::IfUp), 0xd010000000000002u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::IfAdminDown), 0xd010000000000004u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::IfAdminUp), 0xd010000000000008u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::ConnIfTimeout), 0xd020000000000001u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::Ipv4AddrAdd), 0xe030000000000001u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::Ipv4AddrDel), 0xe030000000000002u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::L4Connected), 0xf050000000000001u);
  EXPECT_EQ(static_cast<std::uint64_t>(MgmtEvent::L4Ipv4Disconnected), 0xf050000000000008u);
}

TEST(NetMgmtWords, EveryEventHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const MgmtEvent event : mgmt_events()) names.insert(mgmt_event_name(event));
  EXPECT_EQ(names.size(), mgmt_events().size());
  EXPECT_EQ(names.count("?"), 0u);
  EXPECT_EQ(mgmt_event_name(static_cast<MgmtEvent>(0)), "?");
}

struct Match {
  const char* what;
  std::uint64_t mask;
  Lines names;
};
const Match kMatches[] = {
    {"one word", mgmt_mask(MgmtEvent::IfUp), {"IF_UP"}},
    {"several words",
     mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfAdminDown),
     {"IF_UP", "IF_ADMIN_DOWN"}},
    {"same bit, other code", mgmt_mask(MgmtEvent::ConnIfTimeout), {"CONN_IF_TIMEOUT"}},
    {"same bit, other layer", mgmt_mask(MgmtEvent::L4Connected), {"L4_CONNECTED"}},
    {"no command: the whole group, but nothing that nobody asked for",
     static_cast<std::uint64_t>(MgmtEvent::ConnIfTimeout) & ~mgmt::kCommandMask,
     {}},
    {"all commands of a code nobody uses",
     mgmt::word(mgmt::Layer::L3, mgmt::Code{0x7f}, 0) | mgmt::kCommandMask,
     {}},
    {"words of two groups name neither", mgmt_mask(MgmtEvent::IfUp, MgmtEvent::Ipv4AddrDel), {}},
    {"nothing", 0, {}},
};

TEST(NetMgmtMasks, LayerAndCodeExactlyCommandsByOverlap) {
  for (const Match& match : kMatches) {
    Bus bus;
    MgmtCallback callback = bus.logger("c", match.mask);
    bus.mgmt.add(callback);
    for (const MgmtEvent event : mgmt_events()) bus.mgmt.notify(event, nullptr);
    bus.scheduler.run();
    Lines wanted;
    for (const std::string& name : match.names) wanted.push_back("c:" + name);
    EXPECT_EQ(bus.log, wanted) << match.what;
  }
}

TEST(NetMgmt, EventsAreRecordedAtOnceAndDeliveredLater) {
  Bus bus;
  MgmtCallback callback = bus.logger("c", kIf);
  bus.mgmt.add(callback);
  EXPECT_TRUE(bus.mgmt.idle());
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.mgmt.notify(MgmtEvent::IfDown, nullptr);
  EXPECT_EQ(bus.sink.event_names(), (Lines{"n IF_UP", "n IF_DOWN"}));
  EXPECT_EQ(bus.log, Lines{});
  EXPECT_FALSE(bus.mgmt.idle());
  bus.scheduler.run();
  EXPECT_EQ(bus.log, (Lines{"c:IF_UP", "c:IF_DOWN"}));
  EXPECT_TRUE(bus.mgmt.idle());
  EXPECT_EQ(bus.scheduler.now(), SimTime{}) << "in the same instant";
}

TEST(NetMgmt, OneEventATurn) {
  Bus bus;
  MgmtCallback callback = bus.logger("c", kIf);
  bus.mgmt.add(callback);
  for (int i = 0; i < 3; ++i) bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  for (std::size_t turn = 1; turn <= 3; ++turn) {
    ASSERT_TRUE(bus.scheduler.run_one());
    EXPECT_EQ(bus.log.size(), turn);
  }
  EXPECT_FALSE(bus.scheduler.run_one());
}

TEST(NetMgmt, UncoveredEventsAreTracedButNotQueued) {
  Bus bus;
  MgmtCallback callback = bus.logger("c", mgmt_mask(MgmtEvent::IfUp));
  bus.mgmt.add(callback);
  bus.mgmt.notify(MgmtEvent::IfDown, nullptr);
  EXPECT_EQ(bus.sink.event_names(), Lines{"n IF_DOWN"});
  EXPECT_TRUE(bus.mgmt.idle());
  EXPECT_EQ(bus.scheduler.pending_count(), 0u);
}

TEST(NetMgmt, TheLastRegisteredIsCalledFirst) {
  Bus bus;
  MgmtCallback one = bus.logger("1", kIf), two = bus.logger("2", kIf), three = bus.logger("3", kIf);
  for (MgmtCallback* each : {&one, &two, &three}) bus.mgmt.add(*each);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.scheduler.run();
  EXPECT_EQ(bus.log, (Lines{"3:IF_UP", "2:IF_UP", "1:IF_UP"}));
  bus.log.clear();
  bus.mgmt.add(one);  // again: not twice, but to the front
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.scheduler.run();
  EXPECT_EQ(bus.log, (Lines{"1:IF_UP", "3:IF_UP", "2:IF_UP"}));
  bus.log.clear();
  bus.mgmt.remove(three);
  bus.mgmt.remove(three);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.scheduler.run();
  EXPECT_EQ(bus.log, (Lines{"1:IF_UP", "2:IF_UP"}));
}

TEST(NetMgmt, RemovedBetweenRaiseAndDelivery) {
  Bus bus;
  MgmtCallback callback = bus.logger("c", kIf);
  bus.mgmt.add(callback);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.mgmt.remove(callback);
  bus.scheduler.run();
  EXPECT_EQ(bus.log, Lines{});
  EXPECT_TRUE(bus.mgmt.idle());
}

TEST(NetMgmt, HandlersMayAddAndRemove) {
  Bus bus;
  MgmtCallback old = bus.logger("old", kIf), newer = bus.logger("newer", kIf);
  MgmtCallback meddler;
  meddler = {kIf, [&](const MgmtNotice&) {
               bus.log.emplace_back("meddler");
               bus.mgmt.remove(old);      // not called any more, though its turn was to come
               bus.mgmt.remove(meddler);  // itself
               bus.mgmt.add(newer);       // from the next event on
             }};
  bus.mgmt.add(old);
  bus.mgmt.add(meddler);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.mgmt.notify(MgmtEvent::IfDown, nullptr);
  bus.scheduler.run();
  EXPECT_EQ(bus.log, (Lines{"meddler", "newer:IF_DOWN"}));
}

TEST(NetMgmt, RaisingInAHandlerDoesNotRecurse) {
  Bus bus;
  MgmtCallback late = bus.logger("late", kIf);
  MgmtCallback raiser{mgmt_mask(MgmtEvent::IfUp), [&](const MgmtNotice&) {
                        bus.log.emplace_back("raises");
                        bus.mgmt.notify(MgmtEvent::IfAdminDown, nullptr);
                        bus.log.emplace_back("raised");
                      }};
  bus.mgmt.add(late);
  bus.mgmt.add(raiser);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.mgmt.notify(MgmtEvent::IfDown, nullptr);
  bus.scheduler.run();
  EXPECT_EQ(bus.log,
            (Lines{"raises", "raised", "late:IF_UP", "late:IF_DOWN", "late:IF_ADMIN_DOWN"}));
}

TEST(NetMgmt, InfoAndIfaceReachTheHandlerAndTheTrace) {
  test::NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  std::vector<MgmtNotice> got;
  const auto keep = [&](const MgmtNotice& n) { got.push_back(n); };
  MgmtCallback conn{mgmt_mask(MgmtEvent::ConnIfFatalError), keep};
  MgmtCallback l4{mgmt_mask(MgmtEvent::L4Connected), keep};
  rig.node.mgmt.add(conn);
  rig.node.mgmt.add(l4);
  rig.node.mgmt.notify(MgmtEvent::ConnIfFatalError, &iface, MgmtReason{-5});
  rig.node.mgmt.notify(MgmtEvent::L4Connected, &iface);
  rig.scheduler.run();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].iface, &iface);
  EXPECT_EQ(got[0].info.reason(), -5);
  EXPECT_TRUE(got[1].is(MgmtEvent::L4Connected));
  EXPECT_EQ(got[1].iface, &iface);
  ASSERT_EQ(rig.sink.records.size(), 2u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n.x CONN_IF_FATAL_ERROR reason=-5");
  EXPECT_EQ(rig.sink.records[1].text(), "0.000s n L4_CONNECTED iface=x") << "an event of the node";
}

TEST(NetMgmt, TheEventIsTheCauseOfWhatHandlersDo) {
  Bus bus;
  const SubjectId app = bus.tracer.subject("app");
  MgmtCallback first{kIf, [&](const MgmtNotice&) { bus.tracer.event(app, "first"); }};
  MgmtCallback second{kIf, [&](const MgmtNotice&) {
                        bus.tracer.event(app, "second");
                        bus.scheduler.set_cause(RecordId{4711});  // is forgotten after it
                      }};
  bus.mgmt.add(first);
  bus.mgmt.add(second);
  bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  bus.mgmt.notify(MgmtEvent::IfDown, nullptr);
  bus.scheduler.run();
  Lines chain;
  for (const KeptRecord& r : bus.sink.records) {
    chain.push_back(std::to_string(r.cause.value) + ">" + std::to_string(r.seq.value) + r.name);
  }
  EXPECT_EQ(chain,
            (Lines{"0>1IF_UP", "0>2IF_DOWN", "1>3second", "1>4first", "2>5second", "2>6first"}));
}

TEST(NetMgmt, WithoutASinkTheCauseOfTheRaisePassesOn) {
  Bus bus;
  bus.tracer.remove_sink(bus.sink);
  RecordId seen;
  MgmtCallback callback{kIf, [&](const MgmtNotice&) { seen = bus.scheduler.cause(); }};
  bus.mgmt.add(callback);
  {
    const CauseScope scope(bus.scheduler, RecordId{77});
    bus.mgmt.notify(MgmtEvent::IfUp, nullptr);
  }
  bus.scheduler.run();
  EXPECT_EQ(seen, RecordId{77});
}

/// Registers two methods and may do something in the first.
struct Part {
  explicit Part(NetMgmt& bus, Lines& to, std::string its_name)
      : mgmt(bus), log(to), name(std::move(its_name)) {
    mgmt.add<MgmtHears<&Part::two, mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown)>,
             MgmtHears<&Part::one, mgmt_mask(MgmtEvent::IfUp)>>(this);
  }
  ~Part() { mgmt.remove_methods(this); }
  void one(const MgmtNotice&) { log.push_back(name + "1"); }
  void two(const MgmtNotice&) {
    log.push_back(name + "2");
    if (const auto then = std::exchange(reaction, nullptr)) then();
  }
  NetMgmt& mgmt;
  Lines& log;
  std::string name;
  std::function<void()> reaction;
};

// The last registered first; who is gone is not called, even if he was to be.
TEST(NetMgmtMethods, AreCalledUntilTheirObjectGoes) {
  for (const auto delivery :
       {NetMgmtConfig::Delivery::Queue, NetMgmtConfig::Delivery::Direct}) {
    NetMgmtConfig config;
    config.delivery = delivery;
    Bus bus(config);
    auto a = std::make_unique<Part>(bus.mgmt, bus.log, "a");
    auto b = std::make_unique<Part>(bus.mgmt, bus.log, "b");
    const auto raise = [&](MgmtEvent event) {
      bus.log.clear();
      bus.mgmt.notify(event, nullptr);
      bus.scheduler.run();
      return bus.log;
    };
    EXPECT_EQ(raise(MgmtEvent::IfUp), (Lines{"b2", "b1", "a2", "a1"}));
    EXPECT_EQ(raise(MgmtEvent::IfDown), (Lines{"b2", "a2"}));
    b->reaction = [&] { a = nullptr; };
    EXPECT_EQ(raise(MgmtEvent::IfUp), (Lines{"b2", "b1"}));
    b->reaction = [&] { b = nullptr; };
    EXPECT_EQ(raise(MgmtEvent::IfUp), (Lines{"b2"}));
    EXPECT_EQ(raise(MgmtEvent::IfUp), Lines());
  }
}

}  // namespace
}  // namespace flapjack
