// SPDX-License-Identifier: Apache-2.0
#include "l2/bridge_l2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "l2/sim_driver.h"
#include "l2/vlan_l2.h"
#include "tests/support/driver_rig.h"
#include "tests/support/ip_packets.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr MacAddress mac(std::uint8_t last) { return {{2, 0, 0, 0, 0, last}}; }

/// A bridge "sw.br0" with ports p0 to p2, each with a cable to a station that notes what it gets
/// and has the address 02:00:00:00:00:0(port + 1). Port p<n> itself has :1<n>.
class Bridge : public ::testing::Test {
 protected:
  explicit Bridge(const BridgeConfig& config = {}) : l2(config) {
    for (std::uint8_t i = 0; i < 3; ++i) {
      const std::string n = std::to_string(i);
      links.push_back(make_in<Link>(nullptr, rig.env(), "wire" + n));
      SimDriverConfig device;
      device.mac = mac(static_cast<std::uint8_t>(0x10 + i));
      devices.push_back(make_in<SimDriver>(nullptr, *links[i], "sw.p" + n, device));
      stations.push_back(make_in<SimDriver>(nullptr, *links[i], "s" + n,
                                            SimDriverConfig{mac(i + 1u), true}));
      users.push_back(std::make_unique<test::RecordingUser>(rig.scheduler));
      stations[i]->attach(*users[i]);
      EXPECT_TRUE(stations[i]->set_running(true).ok());
      NetIf& port = stack.add_iface({.name = "p" + n});
      port.bind_l2(ethernet);
      port.bind_driver(*devices[i]);
      ports.push_back(&port);
    }
    bridge = &stack.add_iface({.name = "br0"});
    bridge->bind_l2(l2);
    for (NetIf* port : ports) EXPECT_TRUE(bridge->stacking().attach(*port).ok());
    stack.post_init();
    rig.scheduler.run();
    rig.sink.records.clear();
  }
  ~Bridge() override { fibers.cancel_all(); }

  /// Sends from station `from`; the stations that got it.
  std::vector<std::size_t> send(std::size_t from, const MacAddress& to, const MacAddress& source) {
    for (auto& user : users) user->frames.clear();
    PacketPtr frame = rig.pool.allocate();
    EthernetHeader{to, source, kEtherTypeIpv4}.emit(frame->append(kEthernetHeaderBytes));
    std::memset(frame->append(46), 0x45, 46);
    EXPECT_TRUE(stations[from]->transmit(std::move(frame)).ok());
    rig.scheduler.run();
    return got();
  }
  std::vector<std::size_t> send(std::size_t from, const MacAddress& to) {
    return send(from, to, mac(static_cast<std::uint8_t>(from + 1)));
  }
  std::vector<std::size_t> got() const {
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < users.size(); ++i) {
      who.insert(who.end(), users[i]->frames.size(), i);
    }
    return who;
  }

  test::DriverRig rig;
  FiberHost fibers{rig.scheduler};
  EthernetL2 ethernet;
  BridgeL2 l2;
  std::vector<std::unique_ptr<Link>> links;
  std::vector<std::unique_ptr<SimDriver>> devices, stations;
  std::vector<std::unique_ptr<test::RecordingUser>> users;
  Stack stack{{rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "sw", NodeId{1}};
  std::vector<NetIf*> ports;
  NetIf* bridge = nullptr;
};

TEST_F(Bridge, FloodsTheUnknownAndLearns) {
  EXPECT_THAT(send(0, mac(3)), ElementsAre(1, 2)) << "nobody knows where 3 is";
  EXPECT_THAT(send(2, mac(1)), ElementsAre(0)) << "1 is at port 0";
  EXPECT_THAT(send(0, mac(3)), ElementsAre(2)) << "and 3 at port 2";
  EXPECT_EQ(BridgeL2::table(*bridge).size(), 2u);
  EXPECT_EQ(rig.slab.in_use(), 0u);
}

TEST_F(Bridge, GroupsGoEverywhereAndUp) {
  EXPECT_THAT(send(1, MacAddress::broadcast()), ElementsAre(0, 2));
  EXPECT_EQ(bridge->stats().rx_packets, 1u);
  std::size_t l3 = 0;
  for (const KeptRecord& r : rig.sink.records) l3 += r.name == "l3_in" && r.subject == "sw.br0";
  EXPECT_EQ(l3, 1u);
}

TEST_F(Bridge, ItsOwnAddressIsThatOfItsFirstPortAndGoesNowhereElse) {
  EXPECT_EQ(bridge->link_address(), mac(0x10));
  EXPECT_THAT(send(1, mac(0x10)), IsEmpty());
  std::size_t l3 = 0;
  for (const KeptRecord& r : rig.sink.records) l3 += r.name == "l3_in" && r.subject == "sw.br0";
  EXPECT_EQ(l3, 1u);
}

TEST_F(Bridge, WhatIsWhereItCameFromIsFiltered) {
  send(0, mac(9), mac(1));
  send(0, mac(9), mac(2));  // both behind port 0
  EXPECT_THAT(send(0, mac(1), mac(2)), IsEmpty());
  EXPECT_EQ(rig.drops(DropReason::Filtered), 1u);
}

TEST_F(Bridge, SomeGroupsStayOnTheirCable) {
  EXPECT_THAT(send(0, {{0x01, 0x80, 0xc2, 0, 0, 0}}), IsEmpty()) << "spanning tree";
  EXPECT_THAT(send(0, {{0x01, 0x80, 0xc2, 0, 0, 0x0f}}), IsEmpty());
  EXPECT_EQ(rig.drops(DropReason::Filtered), 2u);
  EXPECT_THAT(send(0, {{0x01, 0x80, 0xc2, 0, 0, 0x10}}), ElementsAre(1, 2));
}

TEST_F(Bridge, AGroupIsNoSource) {
  EXPECT_THAT(send(0, mac(2), {{3, 0, 0, 0, 0, 1}}), IsEmpty());
  EXPECT_EQ(rig.drops(DropReason::BadLinkHeader), 1u);
}

TEST_F(Bridge, ForgetsAfterTheAgeingTime) {
  send(2, mac(1));
  rig.scheduler.run_until(rig.scheduler.now() + seconds(299));
  EXPECT_THAT(send(0, mac(3)), ElementsAre(2));
  rig.scheduler.run_until(rig.scheduler.now() + seconds(2));
  EXPECT_THAT(send(0, mac(3)), ElementsAre(1, 2)) << "3 was silent for 301 s";
}

TEST_F(Bridge, APortThatGoesDownTakesItsAddressesWithIt) {
  send(2, mac(1));
  links[2]->set_up(false);
  EXPECT_THAT(send(0, mac(3)), ElementsAre(1)) << "flooded, but not to a dead port";
  EXPECT_TRUE(bridge->is_up()) << "others are up";
  links[0]->set_up(false);
  links[1]->set_up(false);
  EXPECT_EQ(bridge->oper_state(), OperState::LowerLayerDown);
}

TEST_F(Bridge, SendsItsOwnFramesToo) {
  send(2, mac(1));  // 3 is known now
  for (auto& user : users) user->frames.clear();
  bridge->ipv4_addr_add({{0xc0000201}, 24});
  EXPECT_TRUE(bridge->l2()->send(*bridge, test::ip_packet(*bridge, {0xffffffff})).ok());
  rig.scheduler.run();
  EXPECT_THAT(got(), ElementsAre(0, 1, 2));
  EXPECT_EQ(bridge->stats().tx_packets, 1u);
}

TEST_F(Bridge, CopiesThatDoNotFitThePoolAreToldOf) {
  stack.tx_pool.set_limit(0);
  EXPECT_THAT(send(0, mac(9)), ElementsAre(2)) << "the packet itself goes to the last port";
  std::size_t lost = 0;
  for (const KeptRecord& r : rig.sink.records) lost += r.name == "flood_copy_lost";
  EXPECT_EQ(lost, 1u);
}

TEST_F(Bridge, PassesTaggedFramesAsTheyAre) {
  PacketPtr frame = rig.pool.allocate();
  frame->append(kVlanTagBytes);
  EthernetHeader{mac(9), mac(1), kEtherTypeIpv4}.emit(frame->append(kEthernetHeaderBytes));
  std::memset(frame->append(46), 0x45, 46);
  VlanTag{0, false, 7}.insert(frame->data());
  const std::vector<std::uint8_t> bytes(frame->data(), frame->data() + frame->size());
  EXPECT_TRUE(stations[0]->transmit(std::move(frame)).ok());
  rig.scheduler.run();
  EXPECT_THAT(users[1]->frames, ElementsAre(bytes));
}

// IEEE 802.1D-2004 section 7.7.1; a tag does not count (IEEE 802.3-2018 section 3.2.7).
TEST_F(Bridge, AFrameThatAPortsLinkCannotCarryStaysHere) {
  struct Row {
    std::size_t payload;
    bool tagged;
    std::vector<std::size_t> got;
  };
  const Row rows[] = {{1000, false, {1, 2}}, {1001, false, {1}}, {1000, true, {1, 2}},
                      {1001, true, {1}},     {1500, true, {1}},  {1501, false, {}}};
  ports[2]->set_mtu(1000);
  for (const bool known : {false, true}) {
    if (known) send(2, mac(1));
    for (const Row& row : rows) {
      for (auto& user : users) user->frames.clear();
      const std::size_t before = rig.drops(DropReason::TooBig);
      PacketPtr frame = rig.pool.allocate();
      if (row.tagged) frame->append(kVlanTagBytes);
      EthernetHeader{mac(3), mac(1), kEtherTypeIpv4}.emit(frame->append(kEthernetHeaderBytes));
      std::memset(frame->append(row.payload), 0x45, row.payload);
      if (row.tagged) VlanTag{0, false, 7}.insert(frame->data());
      EXPECT_TRUE(stations[0]->transmit(std::move(frame)).ok());
      rig.scheduler.run();
      const bool fits = row.payload <= 1000;
      const std::vector<std::size_t> there =
          fits ? std::vector<std::size_t>{2} : std::vector<std::size_t>{};
      EXPECT_EQ(got(), known ? there : row.got) << row.payload;
      EXPECT_EQ(rig.drops(DropReason::TooBig) - before, known ? !fits : 2 - row.got.size());
    }
  }
  EXPECT_EQ(ports[2]->losses().tx_dropped, 8u);
  EXPECT_EQ(ports[1]->losses().tx_dropped, 1u);
}

TEST_F(Bridge, AttachRefuses) {
  BridgeL2 other;
  NetIf& second = stack.add_iface({.name = "br1"});
  second.bind_l2(other);
  EXPECT_EQ(second.stacking().attach(*ports[0]).code(), Errc::Ebusy) << "in another bridge";
  EXPECT_EQ(second.stacking().attach(*bridge).code(), Errc::Einval) << "a bridge";
  VlanL2 vlan(7);
  NetIf& upper = stack.add_iface({.name = "v"});
  upper.bind_l2(vlan);
  EXPECT_EQ(upper.stacking().attach(*ports[0]).code(), Errc::Einval) << "a VLAN on a port";
  EXPECT_TRUE(upper.stacking().attach(*bridge).ok());
  EXPECT_TRUE(upper.is_up());
}

TEST_F(Bridge, APortMayLeave) {
  send(2, mac(1));
  ASSERT_TRUE(bridge->stacking().detach(*ports[2]).ok());
  EXPECT_THAT(send(0, mac(3)), ElementsAre(1));
}

// ---- loops

class BridgeLimits : public Bridge {
 protected:
  BridgeLimits() : Bridge(config()) {}
  static BridgeConfig config() {
    BridgeConfig c;
    c.flood_limit = 5;
    c.hop_limit = 2;
    return c;
  }
};

TEST_F(BridgeLimits, FloodsSoManyFramesASecond) {
  for (int i = 0; i < 5; ++i) EXPECT_THAT(send(0, mac(9)), ElementsAre(1, 2));
  EXPECT_THAT(send(0, mac(9)), IsEmpty());
  EXPECT_EQ(rig.drops(DropReason::FloodLimit), 1u);
  rig.scheduler.run_until(rig.scheduler.now() + seconds(1));
  EXPECT_THAT(send(0, mac(9)), ElementsAre(1, 2)) << "a new second";
}

TEST_F(BridgeLimits, AFrameMayPassSoManyBridges) {
  for (std::uint8_t passed : {0, 1, 2}) {
    PacketPtr frame = rig.slab.allocate();
    EthernetHeader{mac(9), mac(1), kEtherTypeIpv4}.emit(frame->append(kEthernetHeaderBytes));
    frame->meta.bridged = passed;
    ports[0]->on_frame(std::move(frame));
    rig.scheduler.run();
  }
  EXPECT_EQ(rig.drops(DropReason::BridgeLoop), 1u);
  EXPECT_THAT(got(), ElementsAre(1, 1, 2, 2));
}

/// Two bridges with `cables` between them, no delay, and a station at the first.
struct Loop {
  explicit Loop(std::size_t cables, const BridgeConfig& config = {}) : l2(config) {
    for (std::size_t i = 0; i < cables; ++i) {
      const std::string n = std::to_string(i);
      links.push_back(make_in<Link>(nullptr, rig.env(), "cable" + n));
      port(one, *links.back(), "p" + n);
      port(two, *links.back(), "p" + n);
    }
    station_link = make_in<Link>(nullptr, rig.env(), "station");
    port(one, *station_link, "edge");
    station = make_in<SimDriver>(nullptr, *station_link, "s", SimDriverConfig{});
    user = std::make_unique<test::RecordingUser>(rig.scheduler);
    station->attach(*user);
    EXPECT_TRUE(station->set_running(true).ok());
    for (Stack* stack : {&one, &two}) {
      NetIf& bridge = stack->add_iface({.name = "br0"});
      bridge.bind_l2(l2);
      for (const auto& iface : stack->ifaces()) {
        if (iface.get() != &bridge) {
          EXPECT_TRUE(bridge.stacking().attach(*iface).ok());
        }
      }
      stack->post_init();
    }
    rig.scheduler.run();
  }
  void port(Stack& stack, Link& link, const std::string& name) {
    SimDriverConfig device;
    device.mac = mac(static_cast<std::uint8_t>(0x10 + devices.size()));
    devices.push_back(make_in<SimDriver>(nullptr, link, stack.path_of(name), device));
    NetIf& iface = stack.add_iface({.name = name});
    iface.bind_l2(ethernet);
    iface.bind_driver(*devices.back());
  }
  void broadcast() {
    PacketPtr frame = rig.pool.allocate();
    EthernetHeader{MacAddress::broadcast(), mac(1), 0x88b5}.emit(
        frame->append(kEthernetHeaderBytes));
    EXPECT_TRUE(station->transmit(std::move(frame)).ok());
    rig.scheduler.run();
  }

  test::DriverRig rig;
  FiberHost fibers{rig.scheduler};
  EthernetL2 ethernet;
  BridgeL2 l2;
  std::vector<std::unique_ptr<Link>> links;
  std::unique_ptr<Link> station_link;
  std::vector<std::unique_ptr<SimDriver>> devices;
  std::unique_ptr<SimDriver> station;
  std::unique_ptr<test::RecordingUser> user;
  Stack one{{rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "one", NodeId{1}};
  Stack two{{rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "two", NodeId{2}};
};

TEST(BridgeLoop, OneRoundEndsAtTheHopLimit) {
  Loop loop(2);
  loop.broadcast();  // one copy a direction, in the same instant for ever without the guard
  EXPECT_EQ(loop.rig.drops(DropReason::BridgeLoop), 2u);
  EXPECT_EQ(loop.rig.slab.in_use(), 0u);
  EXPECT_EQ(loop.rig.scheduler.now(), SimTime{});
}

TEST(BridgeLoop, AStormEndsAtTheFloodLimit) {
  Loop loop(4, {.flood_limit = 100});  // every frame becomes three: 3^32 without the guard
  loop.broadcast();
  EXPECT_GT(loop.rig.drops(DropReason::FloodLimit), 0u);
  EXPECT_LT(loop.rig.drops(DropReason::BridgeLoop), 32u) << "the limit was first";
  EXPECT_EQ(loop.rig.slab.in_use(), 0u);
  EXPECT_EQ(loop.rig.scheduler.now(), SimTime{});
}

}  // namespace
}  // namespace flapjack
