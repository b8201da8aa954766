// SPDX-License-Identifier: Apache-2.0
// In steady state nothing is allocated for a packet, neither on the medium nor in L2 and drivers.
#include <gtest/gtest.h>

#include "l2/faulty_driver.h"
#include "l2/loopback_driver.h"
#include "tests/support/allocation_count.h"
#include "tests/support/driver_rig.h"
#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

/// Allocations of the second of two equal rounds.
template <class Round>
std::uint64_t steady_allocations(Round round) {
  round();
  const std::uint64_t before = test::allocation_count();
  round();
  return test::allocation_count() - before;
}

TEST(Allocations, TheCounterCounts) {
  const std::uint64_t before = test::allocation_count();
  int* volatile kept = new int(1);  // volatile: or the compiler may leave the pair out
  EXPECT_GT(test::allocation_count(), before);
  delete kept;
}

TEST(Allocations, NoneForPacketsThroughEthernetAndALink) {
  test::TwoNodeOptions options;
  options.traced = false;
  options.link.rate = 10'000'000;
  options.link.delay = milliseconds(1);
  options.link.loss_ppb = 10'000'000;
  options.link.jitter.kind = DurationDistribution::Kind::Uniform;
  options.link.jitter.b = milliseconds(1);
  test::TwoNodeWorld world(options);
  EXPECT_EQ(steady_allocations([&] {
              for (int i = 0; i < 500; ++i) {
                PacketPtr packet = test::ip_packet(world.if_a, test::TwoNodeWorld::ip(2));
                ASSERT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok());
                if (i % 4 == 0) world.settle();
              }
              world.settle();
            }),
            0u);
}

// Everything at once on a link: bursts, correlation, damage, copies, overtaking, bands.
TEST(Allocations, NoneForPacketsThroughAFaultyLink) {
  test::TwoNodeOptions options;
  options.traced = false;
  options.link.rate = 10'000'000;
  options.link.delay = milliseconds(1);
  options.link.jitter = {DurationDistribution::Kind::Uniform, {}, milliseconds(1), 0, {}};
  options.link.loss_ppb = options.link.duplicate_ppb = options.link.reorder_ppb = 100'000'000;
  options.link.loss_correlation_ppb = options.link.delay_correlation_ppb = 500'000'000;
  options.link.gilbert_elliott = GilbertElliott{50'000'000, 200'000'000, 900'000'000, 0};
  options.link.loss_trace = std::make_shared<LossTrace>(LossTrace{{{false, 9}, {true, 1}}, {}});
  options.link.fade = {{}, seconds(10), 0, 100'000'000};
  options.link.mtu = 1500;
  options.link.queue = 20;
  options.link.discipline = QueueDiscipline::Dscp;
  test::TwoNodeWorld world(options);
  world.link.add_partition({1, 1});
  const auto round = [&] {
    for (int i = 0; i < 500; ++i) {
      PacketPtr packet = test::ip_packet(world.if_a, test::TwoNodeWorld::ip(2));
      ASSERT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok());
      if (i % 25 == 0) world.settle();
    }
    world.settle();
  };
  round();
  EXPECT_EQ(steady_allocations(round), 0u);
}

TEST(Allocations, NoneForPacketsThatWaitForArp) {
  test::TwoNodeOptions options;
  options.traced = false;
  options.arp.table_size = 2;
  test::TwoNodeWorld world(options);
  std::uint32_t last = 0x10;
  EXPECT_EQ(steady_allocations([&] {
              for (int i = 0; i < 60; ++i) {  // nobody answers: park, evict, time out
                const Ipv4Address nobody{0xc0000200u + last++ % 200 + 16};
                PacketPtr packet = test::ip_packet(world.if_a, nobody);
                ASSERT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok());
                world.run_for(milliseconds(700));
              }
              world.settle();
            }),
            0u);
}

TEST(Allocations, NoneForFramesThroughFaultsAndLoopback) {
  test::DriverRig rig;
  rig.tracer.remove_sink(rig.sink);
  struct Counter : DriverUser {
    void on_frame(PacketPtr) override { ++frames; }
    void on_carrier(bool) override {}
    int frames = 0;
  } user;
  FaultConfig faults;
  faults.loss_ppb = faults.corrupt_ppb = faults.duplicate_ppb = 100'000'000;
  faults.reorder_ppb = 100'000'000;
  faults.gilbert_elliott = GilbertElliott{10'000'000, 200'000'000, 900'000'000, 0};
  faults.delay = {DurationDistribution::Kind::Uniform, {}, milliseconds(2), 0, {}};
  FaultyDriver driver(rig.env(), "f", std::make_unique<LoopbackDriver>(rig.env(), "lo"),
                      {faults, faults});
  driver.attach(user);
  ASSERT_TRUE(driver.set_running(true).ok());
  const auto round = [&] {
    for (int i = 0; i < 400; ++i) {
      ASSERT_TRUE(driver.transmit(rig.frame(1)).ok());
      if (i % 40 == 39) rig.scheduler.run();
    }
  };
  round();  // draws differ from round to round: let the heaps reach their size
  round();
  EXPECT_EQ(steady_allocations(round), 0u);
  EXPECT_GT(user.frames, 1000);
}

}  // namespace
}  // namespace flapjack
