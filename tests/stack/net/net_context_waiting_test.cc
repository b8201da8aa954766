// SPDX-License-Identifier: Apache-2.0
// A callback that answers when no packet is free: its datagram waits, as Zephyr's rx thread would.
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::net;
using test::NodeRig;

struct Waiting : testing::Test {
  Waiting() { rig.node.tx_pool.set_limit(0); }
  Status answer() {
    return context.sendto_waiting(test::text_bytes("x"), {ip("192.0.2.2"), 9},
                                  [this](Errc error) {
                                    refused.push_back(std::string(errc_name(error)) + " at " +
                                                      to_text(rig.scheduler.now()));
                                  });
  }
  void run_for(Duration span) { rig.scheduler.run_until(rig.scheduler.now() + span); }
  std::size_t sent() { return rig.driver(eth0).sent.size(); }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.bound(7);
  Lines refused;
};

TEST_F(Waiting, GoesOnceThereIsAPacket) {
  ASSERT_TRUE(answer().ok());
  run_for(milliseconds(999));
  EXPECT_EQ(sent(), 0u);
  rig.node.tx_pool.set_limit(1);
  run_for(Duration{});
  EXPECT_EQ(sent(), 1u);
  EXPECT_EQ(refused, Lines{});
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
  EXPECT_EQ(rig.node.tx_pool.failures(), 1u);
}

TEST_F(Waiting, IsRefusedAfterASecond) {
  const std::string end = to_text(rig.scheduler.now() + seconds(1));
  ASSERT_TRUE(answer().ok());
  run_for(seconds(5));
  rig.node.tx_pool.set_limit(1);
  run_for(seconds(5));
  EXPECT_EQ(refused, Lines{"ENOBUFS at " + end});
  EXPECT_EQ(rig.node.tx_pool.failures(), 1u);
  EXPECT_EQ(sent(), 0u);
}

TEST_F(Waiting, IsRefusedWhenTheContextIsPut) {
  ASSERT_TRUE(answer().ok());
  ASSERT_TRUE(context.put().ok());
  rig.node.tx_pool.set_limit(1);
  run_for(seconds(2));
  EXPECT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused.at(0).substr(0, 5), "EBADF");
  EXPECT_EQ(sent(), 0u);
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST_F(Waiting, KeepsTheirOrder) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(answer().ok());
  rig.node.tx_pool.set_limit(1);  // each gives it back before the next one goes
  run_for(milliseconds(1));
  EXPECT_EQ(sent(), 3u);
  EXPECT_EQ(refused, Lines{});
}

// What is wrong at once is said at once; a datagram that no pool could hold does not wait.
TEST_F(Waiting, ErrorsThatNoPacketWouldMend) {
  rig.node.tx_pool.set_limit(4);
  EXPECT_TRUE(answer().ok());
  ASSERT_TRUE(eth0.down().ok());
  EXPECT_EQ(answer().code(), Errc::Enetdown);
  EXPECT_EQ(refused, Lines{});
}

// The rx thread that called back stands still: the next packet is looked at behind the answer.
TEST_F(Waiting, HoldsTheThreadUp) {
  std::vector<std::string> heard;
  EXPECT_TRUE(context.recv([&](NetContext&, PacketPtr packet, Status) {
    if (packet == nullptr) return;
    heard.push_back(to_text(rig.scheduler.now()));
    EXPECT_TRUE(answer().ok());
  }, Timeout::no_wait()).ok());
  const SimTime start = rig.scheduler.now();
  for (int i = 0; i < 2; ++i) {
    eth0.on_frame(rig.frame(test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 7}, "x")));
  }
  run_for(milliseconds(300));
  EXPECT_EQ(heard, Lines{to_text(start)});
  rig.node.tx_pool.set_limit(4);
  run_for(milliseconds(1));
  EXPECT_EQ(heard, (Lines{to_text(start), to_text(start + milliseconds(300))}));
  EXPECT_EQ(sent(), 2u);
}

}  // namespace
}  // namespace flapjack
