// SPDX-License-Identifier: Apache-2.0
#include "l2/vlan_l2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using test::TwoNodeWorld;

constexpr Ipv4Address ip(std::uint8_t net, std::uint8_t host) {
  return {0x0a000000u | std::uint32_t{net} << 8 | host};
}

/// Two nodes whose eth0 each carry VLAN 100 (10.0.100.x) and VLAN 200 (10.0.200.x).
class Vlan : public ::testing::Test {
 protected:
  Vlan() {
    for (std::size_t i = 0; i < 2; ++i) {
      a[i] = &add(world.a, world.if_a, i, 1);
      b[i] = &add(world.b, world.if_b, i, 2);
    }
    world.settle();
    world.sink.records.clear();
  }
  NetIf& add(Stack& stack, NetIf& lower, std::size_t which, std::uint8_t host) {
    NetIf& iface = stack.add_iface({.name = which == 0 ? "vlan0" : "vlan1"});
    iface.bind_l2(which == 0 ? l2 : other_l2);
    const auto net = static_cast<std::uint8_t>(which == 0 ? 100 : 200);
    iface.ipv4_addr_add({ip(net, host), 24});
    EXPECT_TRUE(iface.stacking().attach(lower).ok());
    return iface;
  }
  NetContext& socket(Stack& stack, const Endpoint& local) {
    NetContext& c = *stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(c.bind(local).ok());
    return c;
  }
  /// `to` gets a datagram from `from`; the hops and drops it took.
  std::vector<std::string> send(Ipv4Address from, Ipv4Address to) {
    NetContext& client = socket(world.a, {from, 4000});
    NetContext& server = socket(world.b, {to, 7});
    std::size_t got = 0;
    EXPECT_TRUE(server.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait())
                    .ok());
    const std::uint8_t bytes[] = {1, 2, 3};
    world.sink.records.clear();
    EXPECT_TRUE(client.sendto(bytes, {to, 7}, {}, Timeout::no_wait()).ok());
    world.settle();
    received = got;
    EXPECT_TRUE(client.put().ok());
    EXPECT_TRUE(server.put().ok());
    return world.story();
  }
  PacketPtr frame(const MacAddress& to, std::optional<VlanTag> tag) {
    const std::array<std::uint8_t, 46> body{0x45};
    PacketPtr packet = test::ethernet_frame(world.slab, to, kEtherTypeIpv4, body);
    if (tag) {
      packet->push(kVlanTagBytes);
      tag->insert(packet->data());
    }
    return packet;
  }

  TwoNodeWorld world;
  VlanL2 l2{100}, other_l2{200};
  NetIf* a[2];
  NetIf* b[2];
  std::size_t received = 0;
};

TEST_F(Vlan, ADatagramTravelsTaggedFromVlanToVlan) {
  static_cast<void>(send(ip(100, 1), ip(100, 2)));  // ARP first
  ASSERT_EQ(received, 1u);
  const auto story = send(ip(100, 1), ip(100, 2));
  EXPECT_EQ(received, 1u);
  EXPECT_THAT(story,
              ElementsAre("a app_send", "a l4_out", "a.vlan0 core_out", "a.vlan0 tx_queue",
                          "a.vlan0 l2_out", "a.vlan0 driver_tx", "a.eth0 driver_tx", "wire link_in",
                          "wire link_out", "b.eth0 driver_rx", "b.eth0 rx_queue", "b.eth0 l2_in",
                          "b.vlan0 l2_in", "b.vlan0 l3_in", "b l4_in", "b conn_match",
                          "b app_recv"));
  EXPECT_EQ(world.slab.in_use(), 0u);
  EXPECT_EQ(a[0]->stats().tx_packets, 3u) << "an ARP request and two datagrams";
  EXPECT_EQ(b[0]->stats().rx_packets, 3u);
}

TEST_F(Vlan, TheTagIsOnTheWireAndNowhereElse) {
  struct Sink : TraceSink {
    void record(const Tracer& tracer, const TraceRecord& r) override {
      if (r.kind != TraceKind::Hop || r.name != "driver_tx") return;
      const auto tag = VlanTag::parse(r.frame->bytes());
      tags.push_back(std::string(tracer.path(r.subject)) + (tag ? " " + to_text(*tag) : ""));
    }
    std::vector<std::string> tags;
  } sink;
  static_cast<void>(send(ip(200, 1), ip(200, 2)));
  world.tracer.add_sink(sink);
  static_cast<void>(send(ip(200, 1), ip(200, 2)));
  world.tracer.remove_sink(sink);
  EXPECT_THAT(sink.tags, ElementsAre("a.vlan1", "a.eth0 vlan 200 priority 1"));
}

TEST_F(Vlan, EachHasNeighboursOfItsOwn) {
  static_cast<void>(send(ip(100, 1), ip(100, 2)));
  EXPECT_NE(EthernetL2::arp(*a[0]).find(ip(100, 2)), nullptr);
  EXPECT_EQ(EthernetL2::arp(*a[1]).find(ip(100, 2)), nullptr);
  EXPECT_EQ(EthernetL2::arp(world.if_a).find(ip(100, 2)), nullptr);
  EXPECT_EQ(a[0]->link_address(), world.if_a.link_address());
}

struct RxRow {
  const char* name;
  std::optional<VlanTag> tag;
  const char* keeper;  ///< the iface that keeps the frame; nothing: it is dropped
  DropReason reason;
};

class VlanRx : public Vlan, public ::testing::WithParamInterface<RxRow> {};

TEST_P(VlanRx, TheTagDecidesWhoseItIs) {
  const RxRow& row = GetParam();
  world.if_b.on_frame(frame(TwoNodeWorld::mac(2), row.tag));
  world.settle();
  if (row.keeper != nullptr) {
    EXPECT_THAT(world.story(), Contains(std::string(row.keeper) + " l3_in"));
  } else {
    EXPECT_EQ(world.count("l3_in"), 0u);
    EXPECT_EQ(world.drops(row.reason), 1u);
    EXPECT_EQ(world.if_b.losses().rx_dropped, 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, VlanRx,
    ::testing::Values(RxRow{"untagged", {}, "b.eth0", {}},
                      RxRow{"priority_only", VlanTag{5, false, 0}, "b.eth0", {}},
                      RxRow{"first", VlanTag{0, false, 100}, "b.vlan0", {}},
                      RxRow{"second", VlanTag{7, true, 200}, "b.vlan1", {}},
                      RxRow{"unknown", VlanTag{0, false, 300}, nullptr, DropReason::UnknownVlan},
                      RxRow{"reserved", VlanTag{0, false, 4095}, nullptr,
                            DropReason::UnknownVlan}),
    [](const auto& info) { return info.param.name; });

TEST_F(Vlan, ThePriorityGoesIntoTheTagAndComesOutOfIt) {
  PacketPtr sent = test::ip_packet(*a[0], {0xffffffff});
  sent->meta.priority = 6;
  struct Sink : TraceSink {
    void record(const Tracer&, const TraceRecord& r) override {
      if (r.name == "link_in") tag = VlanTag::parse(r.frame->bytes());
      if (r.name == "l3_in") priority = r.frame->meta.priority;
    }
    std::optional<VlanTag> tag;
    int priority = -1;
  } sink;
  world.tracer.add_sink(sink);
  EXPECT_TRUE(a[0]->l2()->send(*a[0], std::move(sent)).ok());
  world.settle();
  world.tracer.remove_sink(sink);
  ASSERT_TRUE(sink.tag);
  EXPECT_EQ(sink.tag->priority, 6);
  EXPECT_EQ(sink.priority, 6);
}

// Zephyr chooses the rx class when the driver hands the frame over; the L2 reads the tag later.
TEST_F(Vlan, TheTagIsReadBehindTheRxQueue) {
  test::TwoNodeOptions options;
  options.b.rx_classes = 8;
  TwoNodeWorld classes(options);
  VlanL2 tagged{7};
  NetIf& vlan = classes.b.add_iface({.name = "v7"});
  vlan.bind_l2(tagged);
  ASSERT_TRUE(vlan.stacking().attach(classes.if_b).ok());
  classes.settle();
  const TrafficClass& queue = classes.b.rx_queue;
  const std::size_t best_effort = traffic_class_of(0, 8), highest = traffic_class_of(7, 8);
  const std::uint64_t before = queue.stats(best_effort).packets;
  const std::array<std::uint8_t, 46> body{0x45};
  PacketPtr packet = test::ethernet_frame(classes.slab, classes.if_b.link_address(),
                                          kEtherTypeIpv4, body);
  packet->push(kVlanTagBytes);
  VlanTag{7, false, 7}.insert(packet->data());
  classes.if_b.on_frame(std::move(packet));
  classes.settle();
  EXPECT_EQ(queue.stats(best_effort).packets, before + 1);
  EXPECT_EQ(queue.stats(highest).packets, 0u);
}

TEST_F(Vlan, AFrameForAVlanThatIsDownIsDropped) {
  EXPECT_TRUE(b[0]->down().ok());
  world.sink.records.clear();
  world.if_b.on_frame(frame(TwoNodeWorld::mac(2), VlanTag{0, false, 100}));
  world.settle();
  EXPECT_EQ(world.drops(DropReason::AdminDown), 1u);
  EXPECT_EQ(b[0]->losses().rx_dropped, 1u);
  EXPECT_EQ(world.if_b.losses().rx_dropped, 0u);
}

TEST_F(Vlan, AFrameForSomebodyElseIsDroppedByTheVlan) {
  world.if_b.on_frame(frame(TwoNodeWorld::mac(9), VlanTag{0, false, 100}));
  world.settle();
  EXPECT_EQ(world.drops(DropReason::NotForUs), 1u);
}

TEST_F(Vlan, DisabledItsFramesAreUnknown) {
  ASSERT_TRUE(b[0]->stacking().detach(world.if_b).ok());
  EXPECT_FALSE(b[0]->is_admin_up());
  world.if_b.on_frame(frame(TwoNodeWorld::mac(2), VlanTag{0, false, 100}));
  world.settle();
  EXPECT_EQ(world.drops(DropReason::UnknownVlan), 1u);
}

TEST_F(Vlan, AttachRefusesTheSameVlanTwiceAndALargerMtu) {
  VlanL2 same(100), third(300);
  NetIf& twin = world.a.add_iface({.name = "twin"});
  twin.bind_l2(same);
  EXPECT_EQ(twin.stacking().attach(world.if_a).code(), Errc::Ealready);
  NetIf& big = world.a.add_iface({.name = "big", .mtu = 1501});
  big.bind_l2(third);
  EXPECT_EQ(big.stacking().attach(world.if_a).code(), Errc::Einval);
  NetIf& small = world.a.add_iface({.name = "small", .mtu = 1496});
  small.bind_l2(third);
  EXPECT_TRUE(small.stacking().attach(world.if_a).ok());
}

TEST_F(Vlan, WithoutHeadroomTheFrameIsRefused) {
  PacketPtr packet = test::ip_packet(*a[0], {0xffffffff});
  packet->push(packet->headroom() - kEthernetHeaderBytes - kVlanTagBytes + 1);
  EXPECT_EQ(a[0]->l2()->send(*a[0], std::move(packet)).code(), Errc::Enomem);
  EXPECT_EQ(world.drops(DropReason::L2Refused), 1u);
}

TEST_F(Vlan, InTheOldOrderItWorksToo) {
  test::TwoNodeOptions options;
  options.a.l2_order = options.b.l2_order = L2Order::BeforeQueue;
  TwoNodeWorld old(options);
  VlanL2 l2_old(100);
  NetIf& vlan = old.a.add_iface({.name = "vlan0"});
  vlan.bind_l2(l2_old);
  ASSERT_TRUE(vlan.stacking().attach(old.if_a).ok());
  old.settle();
  EXPECT_TRUE(vlan.send_data(test::ip_packet(vlan, {0xffffffff})).ok());
  old.settle();
  EXPECT_EQ(old.drops(DropReason::UnknownVlan), 1u) << "b has no such VLAN, but got the frame";
  EXPECT_EQ(old.slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
