// SPDX-License-Identifier: Apache-2.0
// Receiving with a timeout: blocked fibers, callbacks before the return, expiry, put while waiting.
#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

const Timeout kNoWait = Timeout::no_wait(), kForever = Timeout::forever();

class Recv : public testing::Test {
 protected:
  RecvCallback receiver(std::string who = "recv") {
    return [this, who](NetContext&, PacketPtr p, Status s) {
      EXPECT_TRUE(s.ok());
      log.push_back(who + ":" + test::text_of(p->bytes()));
    };
  }
  /// A fiber that receives once on `context` and writes down the answer with the time.
  void spawn(NetContext& context, Timeout timeout, std::string who = "recv") {
    rig.fibers.spawn(who, [this, &context, timeout, who] {
      const Status answer = context.recv(receiver(who), timeout);
      log.push_back(who + " returned " + test::code_of(answer) + " at " +
                    to_text(rig.scheduler.now() - SimTime{}));
    });
  }
  void run_to(Duration when) { rig.scheduler.run_until(SimTime{} + when); }
  /// A datagram from the peer in an event of its own.
  void arrive(std::string_view text, std::uint16_t port = 7) {
    eth0.on_frame(
        rig.frame(test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), port}, text)));
    run_to(rig.scheduler.now() - SimTime{});
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.bound(7);
  Lines log;
};

TEST_F(Recv, NoWaitRegistersAndForgets) {
  EXPECT_TRUE(context.recv(receiver(), kNoWait).ok());
  EXPECT_EQ(log, Lines{});
  arrive("a");
  arrive("b");
  EXPECT_EQ(log, (Lines{"recv:a", "recv:b"}));
}

TEST_F(Recv, ForeverCallsBackBeforeItReturns) {
  spawn(context, kForever);
  run_to(seconds(1000));
  EXPECT_EQ(log, Lines{});
  ASSERT_EQ(rig.fibers.blocked().size(), 1u);
  EXPECT_EQ(rig.fibers.blocked()[0].waits_for, "recv on 0.0.0.0:7");
  arrive("a");
  EXPECT_EQ(log, (Lines{"recv:a", "recv returned OK at 1000s"}));
  EXPECT_TRUE(rig.fibers.blocked().empty());
}

TEST_F(Recv, ATimeoutWaitsAtMostSoLong) {
  spawn(context, Timeout::after(milliseconds(500)));
  run_to(milliseconds(499));
  arrive("a");
  EXPECT_EQ(log, (Lines{"recv:a", "recv returned OK at 499ms"}));
}

TEST_F(Recv, AfterExpiryTheCallbackIsNotCalled) {
  spawn(context, Timeout::after(milliseconds(500)));
  run_to(seconds(1));
  EXPECT_EQ(log, Lines{"recv returned ETIMEDOUT at 500ms"});
  arrive("late");
  EXPECT_EQ(log.size(), 1u);
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
  EXPECT_EQ(rig.node.conns.in_use(), 0u);
  spawn(context, kForever, "again");
  run_to(seconds(2));
  arrive("b");
  EXPECT_EQ(log.back(), "again returned OK at 2s");
}

TEST_F(Recv, OutsideAFiberWaitingIsADeadlock) {
  EXPECT_EQ(context.recv(receiver(), kForever).code(), Errc::Edeadlk);
  EXPECT_EQ(context.recv(receiver(), Timeout::after(seconds(1))).code(), Errc::Edeadlk);
  arrive("a");
  EXPECT_EQ(log, Lines{});
  EXPECT_EQ(rig.drops(), Lines{"no_listener"}) << "and nothing was registered";
}

TEST_F(Recv, ASecondFiberHasToWaitItsTurn) {
  spawn(context, kForever, "one");
  spawn(context, kForever, "two");
  run_to(seconds(1));
  EXPECT_EQ(log, Lines{"two returned EALREADY at 0s"});
  arrive("a");
  EXPECT_EQ(log, (Lines{"two returned EALREADY at 0s", "one:a", "one returned OK at 1s"}));
}

TEST_F(Recv, PutEndsTheWait) {
  spawn(context, kForever);
  run_to(seconds(1));
  EXPECT_TRUE(context.put().ok());
  run_to(seconds(2));
  EXPECT_EQ(log, Lines{"recv returned EBADF at 1s"});
}

TEST_F(Recv, TheNextOwnerOfTheSlotIsNotDisturbed) {
  spawn(context, Timeout::after(seconds(5)), "old");
  run_to(seconds(1));
  rig.fibers.spawn("new", [&] {  // it has the slot before the old owner wakes
    EXPECT_TRUE(context.put().ok());
    NetContext& next = rig.bound(8);
    EXPECT_EQ(&next, &context);
    EXPECT_TRUE(next.recv(receiver("new"), kForever).ok());
    log.emplace_back("new returned");
  });
  run_to(seconds(10));
  EXPECT_EQ(log, Lines{"old returned EBADF at 1s"});
  arrive("a", 8);
  EXPECT_EQ(log, (Lines{"old returned EBADF at 1s", "new:a", "new returned"}));
}

TEST_F(Recv, WithoutACallbackThePacketIsOnlyWaitedFor) {
  rig.fibers.spawn("recv", [&] {
    EXPECT_TRUE(context.recv({}, kForever).ok());
    log.emplace_back("returned");
  });
  run_to(seconds(1));
  arrive("a");
  EXPECT_EQ(log, Lines{"returned"});
  arrive("b");
  EXPECT_EQ(rig.drops(), Lines{"conn_refused"}) << "nobody waits, nobody is called";
}

TEST_F(Recv, ACallbackThatPutsTheContextOfAWaitingFiber) {
  rig.fibers.spawn("recv", [&] {
    const Status answer = context.recv(
        [&](NetContext& self, PacketPtr, Status) {
          EXPECT_TRUE(self.put().ok());
          spawn(rig.bound(8), kForever, "new");
        },
        kForever);
    log.push_back("recv returned " + test::code_of(answer));
  });
  run_to(seconds(1));
  arrive("a");
  EXPECT_EQ(log, Lines{"recv returned OK"}) << "a packet came";
  run_to(seconds(2));
  arrive("b", 8);
  EXPECT_EQ(log, (Lines{"recv returned OK", "new:b", "new returned OK at 2s"}));
}

TEST_F(Recv, SeveralPacketsOfOneInstant) {
  spawn(context, kForever);
  run_to(seconds(1));
  for (const char* text : {"a", "b"}) {
    eth0.on_frame(rig.frame(test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, text)));
  }
  run_to(seconds(1));
  EXPECT_EQ(log, (Lines{"recv:a", "recv:b", "recv returned OK at 1s"}))
      << "the registration stands until the fiber has its turn, and after it";
  arrive("c");
  EXPECT_EQ(log.back(), "recv:c");
}

TEST_F(Recv, TheWorldMayEndWithAFiberBlocked) {
  spawn(context, kForever);
  run_to(seconds(1));
  EXPECT_EQ(rig.fibers.blocked().size(), 1u);
  rig.fibers.cancel_all();
  arrive("a");
  EXPECT_EQ(log, Lines{"recv:a"}) << "the context is still there, the waiting fiber is not";
  EXPECT_TRUE(context.put().ok());
}

TEST_F(Recv, AConnectWhileAFiberWaitsKeepsItWaiting) {
  spawn(context, Timeout::after(seconds(2)));
  run_to(seconds(1));
  EXPECT_TRUE(context.connect({ip("192.0.2.2"), 6000}, {}, kNoWait).ok());
  arrive("not the peer");
  EXPECT_EQ(log, Lines{});
  run_to(seconds(3));
  EXPECT_EQ(log, Lines{"recv returned ETIMEDOUT at 2s"});
}

}  // namespace
}  // namespace flapjack
