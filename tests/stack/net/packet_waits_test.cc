// SPDX-License-Identifier: Apache-2.0
// Blocking allocation: who waits, for how long, in which order, and what is recorded.
#include "stack/net/packet_waits.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;

class Waits : public testing::Test {
 protected:
  void ask(const std::string& who, Timeout timeout, std::size_t bytes = 0) {
    rig.node.waits().allocate_within(pool, bytes, timeout, [this, who](PacketPtr packet) {
      log.push_back(who + (packet != nullptr ? " got" : " failed") + " at " +
                    to_text(rig.scheduler.now()));
      if (packet != nullptr) kept.push_back(std::move(packet));
    });
  }
  void run_to(Duration at) { rig.scheduler.run_until(SimTime{} + at); }

  static StackConfig config() {
    StackConfig config;
    config.tx_pool.packets = 2;
    config.tx_pool.buffers = 4;
    return config;
  }

  test::NodeRig rig{config()};
  PacketPool& pool = rig.node.tx_pool;
  std::vector<PacketPtr> kept;
  Lines log;
  const Timeout soon = Timeout::after(milliseconds(100));
};

TEST_F(Waits, AFreePacketIsThereAtOnce) {
  ask("a", Timeout::no_wait());
  ask("b", soon);
  EXPECT_EQ(log, (Lines{"a got at 0.000s", "b got at 0.000s"}));
  EXPECT_EQ(rig.events(), Lines{});
  EXPECT_EQ(rig.scheduler.pending_count(), 0u);
}

TEST_F(Waits, NoWaitFailsAtOnce) {
  pool.set_limit(0);
  ask("a", Timeout::no_wait());
  EXPECT_EQ(log, Lines{"a failed at 0.000s"});
  EXPECT_EQ(rig.events(), Lines{});
}

TEST_F(Waits, TheDeadlineIsExact) {
  pool.set_limit(0);
  ask("a", soon);
  run_to(milliseconds(100) - nanoseconds(1));
  EXPECT_EQ(log, Lines{});
  EXPECT_EQ(rig.node.waits().waiting(), 1u);
  run_to(milliseconds(100));
  EXPECT_EQ(log, Lines{"a failed at 0.100s"});
  EXPECT_EQ(rig.node.waits().waiting(), 0u);
  ASSERT_EQ(rig.sink.records.size(), 2u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n alloc_wait pool=tx");
  EXPECT_EQ(rig.sink.records[1].text(), "0.100s n alloc_failed pool=tx errno=ETIMEDOUT");
  EXPECT_EQ(rig.sink.records[1].cause, rig.sink.records[0].seq);
}

TEST_F(Waits, FirstComeFirstServedAndInATurnOfItsOwn) {
  PacketPtr one = pool.allocate(), two = pool.allocate();
  ask("a", soon);
  ask("b", Timeout::forever());
  run_to(milliseconds(10));
  one.reset();
  EXPECT_EQ(log, Lines{}) << "not in the middle of whoever gave it back";
  EXPECT_EQ(pool.allocate(), nullptr) << "it is a's already";
  run_to(milliseconds(10));
  EXPECT_EQ(log, Lines{"a got at 0.010s"});
  run_to(seconds(1000));
  EXPECT_EQ(log.size(), 1u) << "forever";
  two.reset();
  run_to(seconds(1000));
  EXPECT_EQ(log.back(), "b got at 1000.000s");
}

TEST_F(Waits, APacketAtTheDeadlineIsNotLost) {
  PacketPtr one = pool.allocate(), two = pool.allocate();
  ask("a", soon);
  rig.scheduler.at(SimTime{} + milliseconds(100), Lane::World,
                   delegate<[](PacketPtr& held) { held.reset(); }>(&one));
  run_to(seconds(1));
  EXPECT_EQ(log, Lines{"a got at 0.100s"});
}

TEST_F(Waits, ALargeRequestIsNotOvertaken) {
  PacketPtr held = pool.allocate(3 * 128);
  ask("large", Timeout::forever(), 2 * 128);
  ask("small", soon, 1);
  run_to(milliseconds(50));
  EXPECT_EQ(log, Lines{}) << "one buffer and a packet are free, but the line has a head";
  run_to(milliseconds(200));
  EXPECT_EQ(log, Lines{"small failed at 0.100s"});
  held.reset();
  run_to(milliseconds(200));
  EXPECT_EQ(log.back(), "large got at 0.200s");
  EXPECT_EQ(pool.buffers_in_use(), 2u);
}

TEST_F(Waits, AHeadThatGivesUpLetsTheNextOneIn) {
  PacketPtr held = pool.allocate(3 * 128);
  ask("large", soon, 2 * 128);
  ask("small", Timeout::forever(), 1);
  run_to(seconds(1));
  EXPECT_EQ(log, (Lines{"large failed at 0.100s", "small got at 0.100s"}));
}

TEST_F(Waits, WhatNeverFitsIsRefusedAtOnce) {
  ask("a", Timeout::forever(), 4 * 128 + 1);
  EXPECT_EQ(log, Lines{"a failed at 0.000s"});
  EXPECT_EQ(rig.sink.records.at(0).text(), "0.000s n alloc_failed pool=tx errno=ENOMEM");
}

// Zephyr's allocator does not look ahead: it is out of buffers when its time is over.
TEST_F(Waits, WhatNeverFitsIsRefusedWhenTheTimeIsOver) {
  ask("a", soon, 4 * 128 + 1);
  ask("b", soon, 1);
  rig.fibers.spawn("app", [&] {
    EXPECT_EQ(rig.node.waits().allocate(pool, 1000, soon), nullptr);
    log.push_back("fiber failed at " + to_text(rig.scheduler.now()));
  });
  run_to(seconds(1));
  EXPECT_EQ(log, (Lines{"b got at 0.000s", "a failed at 0.100s", "fiber failed at 0.100s"}));
  EXPECT_EQ(rig.sink.records.back().text(), "0.100s n alloc_failed pool=tx errno=ENOMEM");
}

TEST_F(Waits, ARaisedLimitServesTheLine) {
  pool.set_limit(0);
  ask("a", Timeout::forever());
  pool.set_limit(2);
  pool.set_buffer_limit(0);
  ask("b", Timeout::forever());
  run_to(seconds(1));
  EXPECT_EQ(log, Lines{"a got at 0.000s"});
  pool.set_buffer_limit(4);
  run_to(seconds(1));
  EXPECT_EQ(log.size(), 2u);
}

TEST_F(Waits, AFiberBlocks) {
  PacketPtr one = pool.allocate(), two = pool.allocate();
  rig.fibers.spawn("app", [&] {
    PacketPtr packet = rig.node.waits().allocate(pool, 0, soon);
    log.push_back((packet ? "got at " : "failed at ") + to_text(rig.scheduler.now()));
    PacketPtr none = rig.node.waits().allocate(pool, 0, soon);
    log.push_back((none ? "got at " : "failed at ") + to_text(rig.scheduler.now()));
  });
  run_to(milliseconds(40));
  one.reset();
  run_to(seconds(1));
  EXPECT_EQ(log, (Lines{"got at 0.040s", "failed at 0.140s"}));
  EXPECT_EQ(pool.in_use(), 1u);
  ASSERT_EQ(rig.sink.records.size(), 3u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n alloc_wait pool=tx");
  EXPECT_EQ(rig.sink.records[1].text(), "0.040s n alloc_wait pool=tx");
  EXPECT_EQ(rig.sink.records[2].text(), "0.140s n alloc_failed pool=tx errno=ETIMEDOUT");
  EXPECT_EQ(rig.sink.records[2].cause, rig.sink.records[1].seq);
}

TEST_F(Waits, AFiberDoesNotWaitForWhatNeverFits) {
  pool.set_buffer_limit(1);
  rig.fibers.spawn("app", [&] {
    EXPECT_EQ(rig.node.waits().allocate(pool, 1000, Timeout::forever()), nullptr);
    log.push_back(to_text(rig.scheduler.now()));
  });
  run_to(seconds(1));
  EXPECT_EQ(log, Lines{"0.000s"});
  ASSERT_EQ(rig.sink.records.size(), 1u);
  EXPECT_EQ(rig.sink.records[0].text(), "0.000s n alloc_failed pool=tx errno=ENOMEM");
}

TEST_F(Waits, OutsideAFiberNothingBlocks) {
  pool.set_limit(0);
  EXPECT_EQ(rig.node.waits().allocate(pool, 0, Timeout::forever()), nullptr);
  EXPECT_EQ(rig.scheduler.pending_count(), 0u);
}

TEST_F(Waits, AFiberThatIsUnwoundLeavesTheLine) {
  pool.set_limit(0);
  rig.fibers.spawn("app", [&] {
    PacketPtr packet = rig.node.waits().allocate(pool, 0, Timeout::forever());
    log.emplace_back("woken");
  });
  run_to(seconds(1));
  rig.fibers.cancel_all();
  pool.set_limit(2);
  EXPECT_NE(pool.allocate(), nullptr) << "nobody is in line";
  EXPECT_EQ(log, Lines{});
}

TEST_F(Waits, TheCauseIsWhoeverAsked) {
  pool.set_limit(0);
  {
    const CauseScope scope(rig.scheduler, RecordId{77});
    ask("a", soon);
  }
  RecordId seen;
  rig.node.waits().allocate_within(pool, 0, soon, [&](PacketPtr) { seen = rig.scheduler.cause(); });
  run_to(milliseconds(50));
  pool.set_limit(2);
  run_to(seconds(1));
  EXPECT_EQ(rig.sink.records.at(0).cause, RecordId{77});
  EXPECT_EQ(seen, rig.sink.records.at(1).seq);
}

TEST_F(Waits, TooManyAreRefused) {
  pool.set_limit(0);
  for (int i = 0; i < 65; ++i) ask(std::to_string(i), Timeout::forever());
  EXPECT_EQ(log, Lines{"64 failed at 0.000s"});
  EXPECT_EQ(rig.node.waits().waiting(), 64u);
}

}  // namespace
}  // namespace flapjack
