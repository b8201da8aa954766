// SPDX-License-Identifier: Apache-2.0
#include "l2/tunnel_l2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::TwoNodeWorld;
using ::testing::ElementsAre;

constexpr Ipv4Address kInnerA{0x0a000001}, kInnerB{0x0a000002};

/// Tunnels between the two nodes: 10.0.0.1 at a, 10.0.0.2 at b.
class Tunnel : public ::testing::Test {
 protected:
  explicit Tunnel(const test::TwoNodeOptions& options = {})
      : world(options),
        tun_a(add(world.a, l2_a, world.if_a, kInnerA)),
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
  /// One datagram of `size` bytes from a's inner address to b's; how many arrived.
  std::size_t send(std::size_t size = 3) {
    NetContext& from =
        *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    NetContext& to =
        *world.b.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(to.bind({kInnerB, 7}).ok());
    std::size_t got = 0;
    EXPECT_TRUE(to.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
    world.sink.records.clear();
    const std::vector<std::uint8_t> bytes(size, 1);
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
  EXPECT_THAT(
      world.story(),
      ElementsAre("a app_send", "a l4_out", "a.tun0 core_out", "a.tun0 tx_queue", "a.tun0 l2_out",
                  "a.tun0 driver_tx", "a.eth0 core_out", "a.eth0 tx_queue", "a.eth0 l2_out",
                  "a.eth0 driver_tx", "wire link_in", "wire link_out", "b.eth0 driver_rx",
                  "b.eth0 rx_queue", "b.eth0 l2_in", "b.eth0 l3_in", "b l4_in", "b.tun0 rx_queue",
                  "b.tun0 l2_in", "b.tun0 l3_in", "b l4_in", "b conn_match", "b app_recv"));
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
  EXPECT_EQ(world.if_b.losses().rx_dropped, 1u);
}

TEST_F(Tunnel, WithoutAnAddressBelowThereIsNoWay) {
  world.if_a.ipv4_addr_rm(TwoNodeWorld::ip(1));
  EXPECT_EQ(send(), 0u);
  EXPECT_EQ(world.drops(DropReason::NoRoute), 1u);
  EXPECT_EQ(tun_a.losses().tx_dropped, 1u);
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

// ---- what the path to the other end carries (RFC 2003 section 5.1)

class TunnelPmtu : public Tunnel {
 protected:
  TunnelPmtu() : Tunnel(options()) {}
  static test::TwoNodeOptions options() {
    test::TwoNodeOptions options;
    options.a.pmtu.ipv4 = true;
    options.a.ipv4_fragment.enabled = options.b.ipv4_fragment.enabled = true;
    options.a.router = true;
    return options;
  }
};

TEST_F(TunnelPmtu, TheTunnelsMtuFollowsThePath) {
  EXPECT_EQ(tun_a.mtu(), 1480);
  world.a.pmtu.set(TwoNodeWorld::ip(9), 600);
  EXPECT_EQ(tun_a.mtu(), 1480) << "another path";
  world.a.pmtu.set(TwoNodeWorld::ip(2), 1300);
  EXPECT_EQ(tun_a.mtu(), 1280);
  world.if_a.set_mtu(1000);
  EXPECT_EQ(tun_a.mtu(), 980) << "the iface below, too";
  world.if_a.set_mtu(1500);
  world.run_for(seconds(600));
  EXPECT_EQ(tun_a.mtu(), 1480) << "what is known has a lifetime (RFC 1191 section 6.3)";
}

TEST_F(TunnelPmtu, WhatOneSendsOneselfIsSplit) {
  EXPECT_EQ(send(1350), 1u);  // ARP
  EXPECT_EQ(world.count("fragmented"), 0u);
  world.a.pmtu.set(TwoNodeWorld::ip(2), 1300);
  EXPECT_EQ(send(1350), 1u);
  EXPECT_EQ(world.count("fragmented"), 1u);
  EXPECT_EQ(world.drops(DropReason::TooBig), 0u);
}

/// What a sent onto the wire.
struct WireSink : TraceSink {
  void record(const Tracer&, const TraceRecord& r) override {
    if (r.name != "link_in") return;
    const auto datagram = r.frame->bytes().subspan(kEthernetHeaderBytes);
    Ipv4Header header;
    if (Ipv4Header::parse(datagram, {}, header) != Ipv4Header::Error::None) return;
    outer = header;
    const auto body = datagram.subspan(header.header_bytes);
    if (header.protocol == static_cast<std::uint8_t>(IpProtocol::Icmp)) {
      icmp = IcmpHeader::parse(body);
    }
  }
  Ipv4Header outer;
  std::optional<IcmpHeader> icmp;
};

TEST_F(TunnelPmtu, WhoSendsFromElsewhereIsTold) {
  EXPECT_EQ(send(), 1u);  // ARP
  world.a.pmtu.set(TwoNodeWorld::ip(2), 1300);
  WireSink sink;
  world.tracer.add_sink(sink);
  world.sink.records.clear();
  for (const std::uint16_t size : {1280, 1281}) {
    PacketPtr packet = world.slab.allocate();
    std::memset(packet->append(size), 0, size);
    Ipv4Header inner;
    inner.total_length = size;
    inner.dont_fragment = true;
    inner.ttl = 9;
    inner.protocol = static_cast<std::uint8_t>(IpProtocol::Udp);
    inner.source = TwoNodeWorld::ip(2);
    inner.destination = kInnerB;
    inner.emit(packet->data());
    EthernetHeader{TwoNodeWorld::mac(1), TwoNodeWorld::mac(2), kEtherTypeIpv4}.emit(
        packet->push(kEthernetHeaderBytes));
    world.if_a.on_frame(std::move(packet));
    world.settle();
    EXPECT_EQ(sink.icmp.has_value(), size > 1280);
  }
  world.tracer.remove_sink(sink);
  ASSERT_TRUE(sink.icmp);
  EXPECT_EQ(sink.outer.destination, TwoNodeWorld::ip(2));
  EXPECT_EQ(sink.icmp->type, kIcmpUnreachable);
  EXPECT_EQ(sink.icmp->next_hop_mtu(), 1280);
  EXPECT_EQ(world.drops(DropReason::TooBig), 1u);
}

// RFC 4213 section 3.2.2: IPv6 needs 1280 bytes, so that routers may split what is around them.
TEST_F(TunnelPmtu, Ipv6IsSplitOnTheWayWhereItMust) {
  EXPECT_EQ(send(), 1u);  // ARP
  for (const std::uint16_t path : {1300, 1299}) {
    world.a.pmtu.set(TwoNodeWorld::ip(2), path);
    WireSink sink;
    world.tracer.add_sink(sink);
    PacketPtr packet = world.slab.allocate();
    std::memset(packet->append(1280), 0, 1280);
    *packet->data() = 0x60;
    packet->meta.iface = tun_a.index();
    EXPECT_TRUE(tun_a.send_data(std::move(packet)).ok());
    world.settle();
    world.tracer.remove_sink(sink);
    EXPECT_EQ(sink.outer.protocol, static_cast<std::uint8_t>(IpProtocol::Ipv6));
    EXPECT_EQ(sink.outer.dont_fragment, path == 1300);
  }
}

/// What becomes of an IPv6 packet of so many bytes.
void send_ipv6(TwoNodeWorld& world, NetIf& tunnel, std::size_t bytes) {
  PacketPtr packet = world.slab.allocate();
  std::memset(packet->append(bytes), 0, bytes);
  *packet->data() = 0x60;
  packet->meta.iface = tunnel.index();
  EXPECT_TRUE(tunnel.send_data(std::move(packet)).ok());
  world.settle();
}

// Its sender cannot be told of less than 1280 bytes.
TEST_F(Tunnel, Ipv6ThatTheIfaceBelowCannotCarryIsDropped) {
  EXPECT_EQ(send(), 1u);  // ARP
  world.if_a.set_mtu(1280);
  send_ipv6(world, tun_a, 1260);
  EXPECT_EQ(world.drops(DropReason::TooBig), 0u);
  send_ipv6(world, tun_a, 1261);
  EXPECT_EQ(world.drops(DropReason::TooBig), 1u);
  EXPECT_EQ(tun_a.losses().tx_dropped, 1u);
  EXPECT_EQ(world.slab.in_use(), 0u);
}

TEST_F(TunnelPmtu, Ipv6ThatTheIfaceBelowCannotCarryIsSplit) {
  EXPECT_EQ(send(), 1u);  // ARP
  world.if_a.set_mtu(1280);
  send_ipv6(world, tun_a, 1261);
  EXPECT_EQ(world.drops(DropReason::TooBig), 0u);
  EXPECT_EQ(world.count("fragmented"), 1u);
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
