// SPDX-License-Identifier: Apache-2.0
// What a full event queue does, under each policy, and delivery without a queue.
#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;
using Delivery = NetMgmtConfig::Delivery;
using Overflow = NetMgmtConfig::Overflow;

class Queue : public testing::Test {
 protected:
  void make(const NetMgmtConfig& how) {
    StackConfig config;
    config.mgmt = how;
    node = std::make_unique<Stack>(StackEnv{scheduler, tracer, fibers, slab, rng}, "n", NodeId{1},
                                   config);
    mgmt = &node->mgmt;
    tracer.add_sink(sink);
    mgmt->add(callback);
  }
  void raise(const std::vector<MgmtEvent>& events) {
    for (const MgmtEvent event : events) mgmt->notify(event, nullptr);
  }
  Lines lost() const {
    Lines names;
    for (const KeptRecord& r : sink.records) {
      if (r.name == "mgmt_event_dropped") names.emplace_back(r.attr("event"));
    }
    return names;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  FiberHost fibers{scheduler};
  PacketSlab slab;
  const Rng rng{1};
  std::unique_ptr<Stack> node;
  NetMgmt* mgmt = nullptr;
  Lines log;
  std::function<void(const MgmtNotice&)> extra;
  MgmtCallback callback{
      mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfAdminDown, MgmtEvent::IfAdminUp),
      [this](const MgmtNotice& n) {
        log.emplace_back(mgmt_event_name(n.event));
        if (extra) extra(n);
      }};
  const std::vector<MgmtEvent> all_four = {MgmtEvent::IfAdminUp, MgmtEvent::IfUp,
                                           MgmtEvent::IfAdminDown, MgmtEvent::IfDown};
  const Lines all_names = {"IF_ADMIN_UP", "IF_UP", "IF_ADMIN_DOWN", "IF_DOWN"};
};

TEST_F(Queue, AQueueThatIsLargeEnoughLosesNothing) {
  make({.queue_size = 4});
  raise(all_four);
  scheduler.run();
  EXPECT_EQ(log, all_names);
  EXPECT_EQ(mgmt->dropped(), 0u);
}

TEST_F(Queue, TheRingOverwritesTheOldest) {
  make({.queue_size = 2, .overflow = Overflow::DropOldest});
  raise(all_four);
  EXPECT_EQ(lost(), (Lines{"IF_ADMIN_UP", "IF_UP"})) << "lost when overwritten, not later";
  scheduler.run();
  EXPECT_EQ(log, (Lines{"IF_ADMIN_DOWN", "IF_DOWN"}));
  EXPECT_EQ(mgmt->dropped(), 2u);
}

TEST_F(Queue, ALossIsCausedByTheEventThatWasLost) {
  make({.queue_size = 1, .overflow = Overflow::DropOldest});
  raise({MgmtEvent::IfUp, MgmtEvent::IfDown});
  ASSERT_EQ(sink.records.size(), 3u);
  EXPECT_EQ(sink.records[2].text(), "0.000s n mgmt_event_dropped event=IF_UP");
  EXPECT_EQ(sink.records[2].cause, sink.records[0].seq);
}

TEST_F(Queue, NotifiersWaitForAPlaceInTheirOrder) {
  make({.queue_size = 1});
  raise(all_four);
  EXPECT_FALSE(mgmt->idle());
  scheduler.run();
  EXPECT_EQ(log, all_names);
  EXPECT_EQ(mgmt->dropped(), 0u);
  EXPECT_TRUE(mgmt->idle());
}

TEST_F(Queue, WithoutTimeToWaitTheNewestIsLost) {
  make({.queue_size = 2, .queue_timeout = {}});
  raise(all_four);
  EXPECT_EQ(lost(), (Lines{"IF_ADMIN_DOWN", "IF_DOWN"}));
  scheduler.run();
  EXPECT_EQ(log, (Lines{"IF_ADMIN_UP", "IF_UP"}));
  EXPECT_EQ(mgmt->dropped(), 2u);
}

TEST_F(Queue, AHandlerCannotWaitForItsOwnThread) {
  make({.queue_size = 2});
  extra = [&](const MgmtNotice& n) {
    if (n.is(MgmtEvent::IfAdminUp)) raise({MgmtEvent::IfUp, MgmtEvent::IfDown, MgmtEvent::IfUp});
  };
  raise({MgmtEvent::IfAdminUp});
  scheduler.run();
  EXPECT_EQ(log, (Lines{"IF_ADMIN_UP", "IF_UP", "IF_DOWN"}));
  EXPECT_EQ(lost(), Lines{"IF_UP"});
  EXPECT_EQ(mgmt->dropped(), 1u);
}

TEST_F(Queue, UncoveredEventsTakeNoPlace) {
  make({.queue_size = 1, .overflow = Overflow::DropOldest});
  raise({MgmtEvent::IfUp, MgmtEvent::L4Connected, MgmtEvent::Ipv4AddrAdd});
  scheduler.run();
  EXPECT_EQ(log, Lines{"IF_UP"});
  EXPECT_EQ(mgmt->dropped(), 0u);
}

TEST_F(Queue, TheQueueWorksOnAfterALoss) {
  make({.queue_size = 3, .overflow = Overflow::DropOldest});
  for (int round = 0; round < 5; ++round) {
    log.clear();
    raise(all_four);
    scheduler.run();
    EXPECT_EQ(log, (Lines{"IF_UP", "IF_ADMIN_DOWN", "IF_DOWN"}));
  }
  EXPECT_EQ(mgmt->dropped(), 5u);
}

TEST_F(Queue, DirectDeliveryRunsInTheNotifiersTurn) {
  make({.queue_size = 1, .delivery = Delivery::Direct});
  extra = [&](const MgmtNotice& n) {
    if (n.is(MgmtEvent::IfAdminUp)) raise({MgmtEvent::IfUp});
    log.emplace_back("done");
  };
  raise({MgmtEvent::IfAdminUp});
  EXPECT_EQ(log, (Lines{"IF_ADMIN_UP", "IF_UP", "done", "done"}));
  EXPECT_EQ(scheduler.pending_count(), 0u);
  EXPECT_TRUE(mgmt->idle());
  EXPECT_EQ(mgmt->dropped(), 0u);
}

TEST_F(Queue, DirectDeliveryRestoresTheNotifiersCause) {
  make({.delivery = Delivery::Direct});
  const CauseScope scope(scheduler, RecordId{77});
  RecordId seen;
  extra = [&](const MgmtNotice&) { seen = scheduler.cause(); };
  raise({MgmtEvent::IfUp});
  EXPECT_EQ(seen, sink.records.at(0).seq);
  EXPECT_EQ(sink.records.at(0).cause, RecordId{77});
  EXPECT_EQ(scheduler.cause(), RecordId{77});
}

}  // namespace
}  // namespace flapjack
