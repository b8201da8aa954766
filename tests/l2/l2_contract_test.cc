// SPDX-License-Identifier: Apache-2.0
// What every L2 owes the iface (stack/contract/l2.h), asked of every registered L2.
#include <gtest/gtest.h>

#include "l2/dummy_l2.h"
#include "l2/ethernet_l2.h"
#include "l2/offloaded_l2.h"
#include "scenarios/builtin.h"
#include "tests/support/driver_rig.h"
#include "tests/support/ip_packets.h"

namespace flapjack {
namespace {

/// A driver that keeps what it is given.
class CatchingDriver : public Driver {
 public:
  DriverCaps caps() const override { return {{{2, 0, 0, 0, 0, 1}}, false, {}}; }
  void attach(DriverUser& user) override { user.on_carrier(true); }
  Status set_running(bool) override { return Status(); }
  Status set_promiscuous(bool) override { return Errc::Enotsup; }
  Status transmit(PacketPtr frame) override {
    caught.push_back(std::move(frame));
    return Status();
  }
  std::vector<PacketPtr> caught;
};

struct L2Row {
  std::string name;
  std::function<std::unique_ptr<L2>()> make;
};

std::vector<L2Row> registered_l2s() {
  std::vector<L2Row> rows;
  for (const L2Entry& entry : builtin_registry().l2s) {
    const auto make = entry.make;
    rows.push_back({entry.word.name, [make] { return make({NodeConfig(), nullptr}); }});
  }
  return rows;
}

class L2Contract : public ::testing::TestWithParam<L2Row> {
 protected:
  L2Contract()
      : l2(GetParam().make()),
        stack({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "n", NodeId{1}),
        iface(stack.add_iface({.name = "if0"})) {
    iface.bind_l2(*l2);
    give_device(iface, driver, "low0");
    iface.ipv4_addr_add({{0xc0000201}, 24});
  }
  /// A driver, or a lower iface that has it.
  void give_device(NetIf& to, Driver& device, const std::string& lower_name) {
    if (l2->as_virtual() == nullptr) return to.bind_driver(device);
    NetIf& lower = stack.add_iface({.name = lower_name, .mtu = 1600});
    const bool bare = l2->traits().point_to_point;
    lower.bind_l2(bare ? static_cast<L2&>(dummy) : ethernet);
    lower.bind_driver(device);
    lower.ipv4_addr_add({{0xc6336401}, 24});
    ASSERT_TRUE(to.stacking().attach(lower).ok());
  }
  void up() {
    ASSERT_TRUE(iface.up().ok());
    if (!l2->traits().negotiates) return rig.scheduler.run();
    if (peer.l2() == nullptr) {
      peer.bind_l2(*l2);
      peer.bind_driver(peer_driver);
      peer.ipv4_addr_add({{0xc0000209}, 24});
      ASSERT_TRUE(peer.up().ok());
    }
    do {
      rig.scheduler.run_until(rig.scheduler.now());
    } while (pass(driver, peer) + pass(peer_driver, iface) > 0);
  }
  /// Gives what a device caught to somebody.
  static std::size_t pass(CatchingDriver& from, NetIf& to) {
    std::vector<PacketPtr> frames;
    frames.swap(from.caught);
    for (PacketPtr& frame : frames) {
      leave_node(*frame);
      to.on_frame(std::move(frame));
    }
    return frames.size();
  }

  test::DriverRig rig;
  FiberHost fibers{rig.scheduler};
  CatchingDriver driver;
  std::unique_ptr<L2> l2;
  EthernetL2 ethernet;
  DummyL2 dummy;
  Stack stack;
  NetIf& iface;
  // For an L2 that comes up with a peer only.
  CatchingDriver peer_driver;
  Stack peer_stack{{rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "peer", NodeId{2}};
  NetIf& peer{peer_stack.add_iface({.name = "if0"})};
};

TEST_P(L2Contract, TraitsAreTheNamedOnes) {
  EXPECT_EQ(l2->traits().name, GetParam().name);
  EXPECT_LE(l2->traits().header_bytes, kPacketHeadroom);
}

TEST_P(L2Contract, ComesUpAndGoesDownAgain) {
  up();
  EXPECT_TRUE(iface.is_up());
  EXPECT_TRUE(iface.down().ok());
  EXPECT_FALSE(iface.is_up());
  EXPECT_TRUE(iface.up().ok());
}

TEST_P(L2Contract, SendPutsTheHeaderOnOrRefuses) {
  up();
  PacketPtr packet = test::ip_packet(iface, {0xc00002ff});
  const std::size_t bytes = packet->size();
  const Status sent = l2->send(iface, std::move(packet));
  rig.scheduler.run();
  EXPECT_EQ(sent.ok(), l2->traits().has_send);
  if (!l2->traits().has_send) {
    EXPECT_EQ(sent.code(), Errc::Eio);
    EXPECT_EQ(rig.drops(DropReason::NoL2), 1u);
    EXPECT_EQ(rig.slab.in_use(), 0u) << "consumed, on an error too";
    return;
  }
  ASSERT_EQ(driver.caught.size(), 1u);
  EXPECT_EQ(driver.caught[0]->size(), bytes + l2->traits().header_bytes);
  EXPECT_TRUE(driver.caught[0]->meta.l2_ready);
}

TEST_P(L2Contract, ItReceivesWhatItSends) {
  up();
  if (!l2->traits().has_send) return;
  PacketPtr packet = test::ip_packet(iface, {0xc00002ff}, 77);
  const std::vector<std::uint8_t> bytes(packet->data(), packet->data() + packet->size());
  ASSERT_TRUE(l2->send(iface, std::move(packet)).ok());
  if (l2->as_virtual() != nullptr && l2->traits().point_to_point) return;  // both ends needed
  PacketPtr frame = std::move(driver.caught.at(0));
  ASSERT_EQ(l2->recv(iface, frame), Verdict::Continue);
  ASSERT_NE(frame, nullptr);
  EXPECT_EQ(std::vector<std::uint8_t>(frame->data(), frame->data() + frame->size()), bytes);
  EXPECT_EQ(frame->meta.ether_type, kEtherTypeIpv4);
}

TEST_P(L2Contract, GarbageGivesAVerdictWithTheRightPointer) {
  up();
  RandomStream random = rig.rng.stream("garbage");
  for (int i = 0; i < 2000; ++i) {
    PacketPtr packet = rig.slab.allocate();
    const std::size_t bytes = random.below(80);
    for (std::size_t b = 0; b < bytes; ++b) {
      const std::uint64_t range = random.chance(500'000'000) ? 4 : 256;
      *packet->append(1) = static_cast<std::uint8_t>(random.below(range));
    }
    if (bytes >= 14 && random.chance(500'000'000)) {
      const MacAddress to = MacAddress::broadcast();
      EthernetHeader{to, to, random.chance(500'000'000) ? kEtherTypeArp : kEtherTypeIpv4}.emit(
          packet->data());
    }
    const std::size_t drops_before = rig.sink.records.size();
    const Verdict verdict = l2->recv(iface, packet);
    EXPECT_EQ(packet != nullptr, verdict == Verdict::Continue);
    if (verdict == Verdict::Drop) {
      EXPECT_GT(rig.sink.records.size(), drops_before) << "unrecorded";
    }
  }
  EXPECT_LE(rig.slab.in_use(), driver.caught.size());
}

TEST_P(L2Contract, OneL2ServesManyIfaces) {
  NetIf& other = stack.add_iface({.name = "if1"});
  CatchingDriver other_driver;
  other.bind_l2(*l2);
  give_device(other, other_driver, "low1");
  up();
  ASSERT_TRUE(other.up().ok());
  EXPECT_TRUE(other.l2_context() == nullptr || other.l2_context() != iface.l2_context());
  EXPECT_TRUE(other.down().ok());
  EXPECT_TRUE(iface.is_up());
}

INSTANTIATE_TEST_SUITE_P(All, L2Contract, ::testing::ValuesIn(registered_l2s()),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- what only some of them do

TEST(DummyL2, TakesOnlyIp) {
  test::DriverRig rig;
  FiberHost fibers(rig.scheduler);
  Stack stack({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "n", NodeId{1});
  NetIf& iface = stack.add_iface({.name = "lo"});
  DummyL2 l2;
  PacketPtr empty = rig.slab.allocate();
  EXPECT_EQ(l2.recv(iface, empty), Verdict::Drop);
  EXPECT_EQ(rig.drops(DropReason::BadLinkHeader), 1u);
  PacketPtr ipv6 = rig.slab.allocate();
  *ipv6->append(1) = 0x60;
  EXPECT_EQ(l2.recv(iface, ipv6), Verdict::Continue);
  EXPECT_EQ(ipv6->meta.ether_type, kEtherTypeIpv6);
  PacketPtr other = rig.slab.allocate();
  *other->append(1) = 0x50;
  EXPECT_EQ(l2.recv(iface, other), Verdict::Drop);
  EXPECT_EQ(rig.drops(DropReason::UnknownProtocol), 1u);
}

TEST(OffloadedL2, TheEngineDecidesAboutUpAndDown) {
  test::DriverRig rig;
  FiberHost fibers(rig.scheduler);
  Stack stack({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "n", NodeId{1});
  NetIf& iface = stack.add_iface({.name = "lte0"});
  std::vector<bool> asked;
  Errc answer = Errc::Eio;
  OffloadedL2 l2([&](NetIf& which, bool up) {
    EXPECT_EQ(&which, &iface);
    asked.push_back(up);
    return Status(answer);
  });
  iface.bind_l2(l2);
  EXPECT_EQ(iface.up().code(), Errc::Eio);
  EXPECT_FALSE(iface.is_admin_up());
  answer = Errc::Ok;
  EXPECT_TRUE(iface.up().ok());
  EXPECT_TRUE(iface.down().ok());
  EXPECT_EQ(asked, (std::vector<bool>{true, true, false}));
  PacketPtr packet = rig.slab.allocate();
  EXPECT_EQ(l2.recv(iface, packet), Verdict::Drop);
  EXPECT_EQ(rig.drops(DropReason::NoL2), 1u);
}

}  // namespace
}  // namespace flapjack
