// SPDX-License-Identifier: Apache-2.0
#include "l2/tunnel_l2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using test::TwoNodeWorld;

constexpr Ipv4Address kInnerA{0x0a000001}, kInnerB{0x0a000002};

/// Tunnels between the two nodes: 10.0.0.1 at a, 10.0.0.2 at b.
class Tunnel : public ::testing::Test {
 protected:
  Tunnel()
      : tun_a(add(world.a, l2_a, world.if_a, kInnerA)),
        tun_b(add(world.b, l2_b, world.if_b, kInnerB)) {
    world.settle();
  }
  NetIf& add(Stack& stack, TunnelL2& l2, NetIf& lower, Ipv4Address address) {
    NetIf& iface = stack.add_iface({.name = "tun0", .mtu = 1480});
    iface.bind_l2(l2);
    iface.ipv4_addr_add({address, 24});
    EXPECT_TRUE(iface.stacking().attach(lower).ok());
    return iface;
  }
  /// One datagram from a's inner address to b's; how many arrived.
  std::size_t send() {
    NetContext& from =
        *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    NetContext& to =
        *world.b.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(to.bind({kInnerB, 7}).ok());
    std::size_t got = 0;
    EXPECT_TRUE(to.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
    world.sink.records.clear();
    const std::uint8_t bytes[] = {1, 2, 3};
    EXPECT_TRUE(from.sendto(bytes, {kInnerB, 7}, {}, Timeout::no_wait()).ok());
    world.settle();
    EXPECT_TRUE(from.put().ok());
    EXPECT_TRUE(to.put().ok());
    return got;
  }

  TwoNodeWorld world;
  TunnelL2 l2_a{{TwoNodeWorld::ip(2), 64}}, l2_b{{TwoNodeWorld::ip(1), 64}};
  NetIf& tun_a;
  NetIf& tun_b;
};

TEST_F(Tunnel, ADatagramTravelsWithinAnother) {
  EXPECT_EQ(send(), 1u);  // ARP first
  EXPECT_EQ(send(), 1u);
  EXPECT_THAT(world.story(),
              ElementsAre("a app_send", "a l4_out", "a.tun0 core_out", "a.tun0 tx_queue",
                          "a.tun0 l2_out", "a.tun0 driver_tx", "a.eth0 core_out",
                          "a.eth0 tx_queue", "a.eth0 l2_out", "a.eth0 driver_tx", "wire link_in",
                          "wire link_out", "b.eth0 driver_rx", "b.eth0 rx_queue", "b.eth0 l2_in",
                          "b.eth0 l3_in", "b l4_in", "b.tun0 rx_queue", "b.tun0 l2_in",
                          "b.tun0 l3_in", "b l4_in", "b conn_match", "b app_recv"));
  EXPECT_EQ(world.slab.in_use(), 0u);
}

TEST_F(Tunnel, TheOuterHeaderIsAsTheRfcSays) {
  struct Sink : TraceSink {
    void record(const Tracer&, const TraceRecord& r) override {
      if (r.name != "link_in") return;
      const auto datagram = r.frame->bytes().subspan(kEthernetHeaderBytes);
      if (Ipv4Header::parse(datagram, {}, outer) != Ipv4Header::Error::None) return;
      ok = Ipv4Header::parse(datagram.subspan(kIpv4HeaderBytes), {}, inner) ==
           Ipv4Header::Error::None;
    }
    Ipv4Header outer, inner;
    bool ok = false;
  } sink;
  world.tracer.add_sink(sink);
  EXPECT_EQ(send(), 1u);
  world.tracer.remove_sink(sink);
  ASSERT_TRUE(sink.ok) << "checksums of both headers";
  EXPECT_EQ(sink.outer.source, TwoNodeWorld::ip(1));
  EXPECT_EQ(sink.outer.destination, TwoNodeWorld::ip(2));
  EXPECT_EQ(sink.outer.protocol, 4);
  EXPECT_TRUE(sink.outer.dont_fragment);
  EXPECT_EQ(sink.outer.tos, sink.inner.tos);
  EXPECT_EQ(sink.outer.total_length, sink.inner.total_length + kIpv4HeaderBytes);
  EXPECT_EQ(sink.inner.source, kInnerA);
  EXPECT_EQ(sink.inner.destination, kInnerB);
  EXPECT_EQ(sink.inner.ttl, 64) << "neither end forwards";
}

TEST_F(Tunnel, FromSomebodyElseThereIsNoTunnel) {
  ASSERT_TRUE(tun_b.stacking().detach(world.if_b).ok());
  EXPECT_EQ(send(), 0u);
  EXPECT_EQ(world.drops(DropReason::UnknownTunnel), 1u);
  EXPECT_EQ(world.if_b.stats().rx_dropped, 1u);
}

TEST_F(Tunnel, WithoutAnAddressBelowThereIsNoWay) {
  world.if_a.ipv4_addr_rm(TwoNodeWorld::ip(1));
  EXPECT_EQ(send(), 0u);
  EXPECT_EQ(world.drops(DropReason::NoRoute), 1u);
  EXPECT_EQ(world.slab.in_use(), 0u);
}

TEST_F(Tunnel, OnlyIpComesOut) {
  PacketPtr nothing = world.slab.allocate();
  EXPECT_EQ(l2_b.recv(tun_b, nothing), Verdict::Drop);
  EXPECT_EQ(world.drops(DropReason::BadLinkHeader), 1u);
  PacketPtr other = world.slab.allocate();
  *other->append(1) = 0x50;
  EXPECT_EQ(l2_b.recv(tun_b, other), Verdict::Drop);
  EXPECT_EQ(world.drops(DropReason::UnknownProtocol), 1u);
}

TEST_F(Tunnel, FollowsTheIfaceBelow) {
  world.link.set_up(false);
  EXPECT_EQ(tun_a.oper_state(), OperState::LowerLayerDown);
  world.link.set_up(true);
  EXPECT_TRUE(tun_a.is_up());
}

TEST_F(Tunnel, AttachRefuses) {
  TunnelL2 twin_l2({TwoNodeWorld::ip(2), 64}), other_l2({TwoNodeWorld::ip(9), 64});
  NetIf& twin = world.a.add_iface({.name = "twin", .mtu = 1480});
  twin.bind_l2(twin_l2);
  EXPECT_EQ(twin.stacking().attach(world.if_a).code(), Errc::Ealready) << "the same end";
  NetIf& big = world.a.add_iface({.name = "big", .mtu = 1481});
  big.bind_l2(other_l2);
  EXPECT_EQ(big.stacking().attach(world.if_a).code(), Errc::Einval) << "no room for the header";
}

TEST_F(Tunnel, ATunnelInATunnelEnds) {
  TunnelL2 nested_l2({kInnerB, 64});
  NetIf& nested = world.a.add_iface({.name = "tun1", .mtu = 1460});
  nested.bind_l2(nested_l2);
  nested.ipv4_addr_add({{0x0a000101}, 24});
  ASSERT_TRUE(nested.stacking().attach(tun_a).ok());
  EXPECT_TRUE(nested.is_up());
  EXPECT_EQ(tun_a.stacking().attach(nested).code(), Errc::Einval) << "a circle";
  PacketPtr packet = test::ip_packet(nested, {0x0a000102});
  EXPECT_TRUE(nested.send_data(std::move(packet)).ok());
  world.settle();
  EXPECT_EQ(world.drops(DropReason::UnknownTunnel), 1u) << "b has only the outer one";
  EXPECT_EQ(world.slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
