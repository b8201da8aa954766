// SPDX-License-Identifier: Apache-2.0
// Packet contexts on Ethernet: which frames they hear with and without the link header, and frames
// of their own.
#include <gtest/gtest.h>

#include "l2/bridge_l2.h"
#include "l2/tunnel_l2.h"
#include "l2/vlan_l2.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::TwoNodeWorld;
using Bytes = std::vector<std::uint8_t>;
using Lines = std::vector<std::string>;

const Timeout kNoWait = Timeout::no_wait();
constexpr std::uint16_t kOwnType = 0x88b5;  // IEEE 802 local experimental EtherType 1
constexpr Protocol kIp{kEtherTypeIpv4}, kOwn{kOwnType}, kArp{kEtherTypeArp};

class PacketContext : public testing::Test {
 protected:
  NetContext& get(Stack& stack, SocketType type, Protocol protocol) {
    return *stack.contexts.get(Family::Packet, type, protocol).value();
  }
  /// Notes EtherType and bytes of what it gets.
  void listen(NetContext& context, const std::string& who) {
    const auto note = [this, who](NetContext&, PacketPtr packet, Status) {
      got.push_back(who + ":" + std::to_string(packet->size()));
      last.assign(packet->data(), packet->data() + packet->size());
      from = packet->meta.link_source;
    };
    EXPECT_TRUE(context.recv(note, kNoWait).ok());
  }
  /// A datagram from a to b whose neighbour is known: one frame of 14 + 20 + 8 + 4 bytes.
  void send_udp() {
    NetContext& udp =
        *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    const Bytes four(4, 0x41);
    EXPECT_TRUE(udp.sendto(four, {TwoNodeWorld::ip(2), 9}, {}, kNoWait).ok());
    world.settle();
    EXPECT_TRUE(udp.put().ok());
  }
  static Bytes frame(std::uint16_t type, std::uint8_t to = 2) {
    Bytes bytes(kEthernetHeaderBytes + 5, 0x55);
    EthernetHeader{TwoNodeWorld::mac(to), TwoNodeWorld::mac(1), type}.emit(bytes.data());
    return bytes;
  }

  TwoNodeWorld world;
  Lines got;
  Bytes last;
  MacAddress from;
};

TEST_F(PacketContext, GetRefusals) {
  EXPECT_EQ(world.a.contexts.get(Family::Packet, SocketType::Stream, kIp).code(),
            Errc::Eprototype);
}

TEST_F(PacketContext, RawHearsEveryFrameWithItsHeader) {
  listen(get(world.b, SocketType::Raw, kIp), "raw");
  send_udp();
  EXPECT_EQ(got, (Lines{"raw:42", "raw:46"})) << "the ARP request and the datagram";
  EXPECT_EQ(EthernetHeader::parse(last)->type, kEtherTypeIpv4);
}

// A copy that has to wait for a packet is as whole as one that has not.
TEST_F(PacketContext, WithoutAPacketTheCopyComesLater) {
  send_udp();  // so that the neighbour is known
  listen(get(world.b, SocketType::Datagram, kIp), "dgram");
  listen(get(world.b, SocketType::Raw, kIp), "raw");
  world.b.rx_pool.set_limit(1);
  send_udp();
  world.run_for(milliseconds(200));
  EXPECT_EQ(got, (Lines{"raw:46", "dgram:32"}));
  EXPECT_EQ(from, TwoNodeWorld::mac(1));
  EXPECT_EQ(world.b.rx_pool.in_use(), 0u);
}

TEST_F(PacketContext, ProtocolTable) {
  struct Row {
    SocketType type;
    Protocol protocol;
    Lines hears;  // of an ARP request, an IP datagram and a frame of another type
  };
  const Row rows[] = {
      {SocketType::Raw, Protocol::Default, {}},
      {SocketType::Raw, kOwn, {"x:42", "x:46", "x:19"}},  // raw does not look at it
      {SocketType::Raw, kEveryEtherType, {"x:42", "x:46", "x:19"}},
      {SocketType::Datagram, Protocol::Default, {}},
      {SocketType::Datagram, kIp, {"x:32"}},
      {SocketType::Datagram, kOwn, {"x:5"}},
      {SocketType::Datagram, kArp, {}},  // ARP is taken by the L2
      {SocketType::Datagram, kEveryEtherType, {"x:32", "x:5"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    TwoNodeWorld fresh;
    NetContext& listener = *fresh.b.contexts.get(Family::Packet, row.type, row.protocol).value();
    listen(listener, "x");
    NetContext& udp =
        *fresh.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(udp.sendto(Bytes(4), {TwoNodeWorld::ip(2), 9}, {}, kNoWait).ok());
    fresh.settle();
    NetContext& sender =
        *fresh.a.contexts.get(Family::Packet, SocketType::Raw, kEveryEtherType).value();
    EXPECT_TRUE(sender.sendto_link(frame(kOwnType), LinkEndpoint{IfIndex{1}}, {}, kNoWait).ok());
    fresh.settle();
    EXPECT_EQ(got, row.hears);
    got.clear();
  }
}

TEST_F(PacketContext, ThePacketGoesOnUpTheStack) {
  NetContext& app =
      *world.b.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  ASSERT_TRUE(app.bind({{}, 9}).ok());
  ASSERT_TRUE(app.recv([this](NetContext&, PacketPtr p, Status) {
                   got.push_back("app:" + std::to_string(p->size()));
                 }, kNoWait).ok());
  listen(get(world.b, SocketType::Datagram, kIp), "dgram");
  send_udp();
  EXPECT_EQ(got, (Lines{"dgram:32", "app:4"}));
  EXPECT_EQ(from, TwoNodeWorld::mac(1));
}

TEST_F(PacketContext, AnUnknownTypeIsDroppedBehindTheCopies) {
  listen(get(world.b, SocketType::Datagram, kOwn), "dgram");
  NetContext& sender = get(world.a, SocketType::Raw, kEveryEtherType);
  EXPECT_TRUE(sender.sendto_link(frame(kOwnType), LinkEndpoint{IfIndex{1}}, {}, kNoWait).ok());
  world.settle();
  EXPECT_EQ(got, Lines{"dgram:5"});
  EXPECT_EQ(world.drops(DropReason::UnknownProtocol), 1u);
}

TEST_F(PacketContext, FramesForOthersAreHeardTooIfTheyArrive) {
  listen(get(world.b, SocketType::Raw, kEveryEtherType), "raw");
  NetContext& sender = get(world.a, SocketType::Raw, kEveryEtherType);
  EXPECT_TRUE(sender.sendto_link(frame(kOwnType, 77), LinkEndpoint{IfIndex{1}}, {}, kNoWait).ok());
  world.settle();
  EXPECT_EQ(got, Lines{"raw:19"});
  EXPECT_EQ(world.drops(DropReason::NotForUs), 1u);
}

// ---- ifaces

TEST_F(PacketContext, TheIfaceItIsBoundTo) {
  struct Row {
    std::uint32_t iface;
    bool zero_is_all, hears;
  };
  const Row rows[] = {{1, true, true},  {0, true, true},  {7, true, false},
                      {1, false, true}, {0, false, false}};
  for (const Row& row : rows) {
    SCOPED_TRACE(std::to_string(row.iface) + (row.zero_is_all ? " new" : " old"));
    test::TwoNodeOptions options;
    options.b.sockets.packet_iface_zero_is_all = row.zero_is_all;
    TwoNodeWorld fresh(options);
    NetContext& listener =
        *fresh.b.contexts.get(Family::Packet, SocketType::Datagram, kIp).value();
    EXPECT_TRUE(listener.bind_link(LinkEndpoint{IfIndex{row.iface}}).ok());
    listen(listener, "x");
    NetContext& udp =
        *fresh.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(udp.sendto(Bytes(4), {TwoNodeWorld::ip(2), 9}, {}, kNoWait).ok());
    fresh.settle();
    EXPECT_EQ(got.size(), row.hears ? 1u : 0u);
    got.clear();
  }
}

TEST_F(PacketContext, ItMayBeBoundAnew) {
  NetContext& listener = get(world.b, SocketType::Datagram, kIp);
  EXPECT_TRUE(listener.bind_link(LinkEndpoint{IfIndex{7}}).ok());
  listen(listener, "x");
  EXPECT_TRUE(listener.bind_link(LinkEndpoint{IfIndex{1}}).ok());
  send_udp();
  EXPECT_EQ(got, Lines{}) << "counts from the next recv on";
  listen(listener, "x");
  send_udp();
  EXPECT_EQ(got, Lines{"x:32"});
}

// ---- sending

TEST_F(PacketContext, DatagramsGetTheirHeader) {
  listen(get(world.b, SocketType::Raw, kEveryEtherType), "raw");
  NetContext& sender = get(world.a, SocketType::Datagram, kOwn);
  const LinkEndpoint to{IfIndex{1}, kOwnType, TwoNodeWorld::mac(2)};
  std::string left;
  const auto sent = sender.sendto_link(Bytes(6), to, [&](NetContext&, Result<std::size_t> n) {
    left = n.ok() ? std::to_string(n.value()) : "?";
  }, kNoWait);
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent.value(), 6u);
  world.settle();
  EXPECT_EQ(got, Lines{"raw:20"});
  EXPECT_EQ(left, "6");
  const auto header = EthernetHeader::parse(last);
  EXPECT_EQ(header->destination, TwoNodeWorld::mac(2));
  EXPECT_EQ(header->source, TwoNodeWorld::mac(1));
  EXPECT_EQ(header->type, kOwnType);
}

TEST_F(PacketContext, WithTheOldOrderOfStagesToo) {
  test::TwoNodeOptions options;
  options.a.l2_order = L2Order::BeforeQueue;
  TwoNodeWorld old(options);
  listen(*old.b.contexts.get(Family::Packet, SocketType::Raw, kEveryEtherType).value(), "raw");
  for (const SocketType type : {SocketType::Raw, SocketType::Datagram}) {
    NetContext& sender = *old.a.contexts.get(Family::Packet, type, kOwn).value();
    const LinkEndpoint to{IfIndex{1}, kOwnType, TwoNodeWorld::mac(2)};
    EXPECT_TRUE(sender.sendto_link(frame(kOwnType), to, {}, kNoWait).ok());
    old.settle();
  }
  EXPECT_EQ(got, (Lines{"raw:19", "raw:33"}));
}

/// What becomes of frames of these sizes that an app sends raw by an iface above eth0.
template <class L2>
Lines sent_by_upper(L2& l2, std::initializer_list<std::size_t> sizes) {
  TwoNodeWorld world;
  NetIf& upper = world.a.add_iface({.name = "up0", .mtu = 1400});
  upper.bind_l2(l2);
  EXPECT_TRUE(upper.stacking().attach(world.if_a).ok());
  world.settle();
  EXPECT_TRUE(upper.is_up());
  NetContext& app =
      *world.a.contexts.get(Family::Packet, SocketType::Raw, kEveryEtherType).value();
  Lines told;
  for (const std::size_t size : sizes) {
    world.sink.records.clear();
    const Bytes bytes(size, 0x55);
    EXPECT_TRUE(app.sendto_link(bytes, LinkEndpoint{upper.index()}, {}, kNoWait).ok());
    world.settle();
    std::string line = std::to_string(world.count("link_in")) + " on the link";
    for (const KeptRecord& r : world.sink.records) {
      const bool here = r.kind == TraceKind::Drop && r.subject == "a.up0";
      if (here) line += " " + std::string(r.attr("reason"));
    }
    told.push_back(line);
  }
  return told;
}

// Who has to look into a frame that an app wrote itself finds out that there is nothing to see.
TEST_F(PacketContext, WhatIsNoFrameEndsAtTheIfaceAbove) {
  VlanL2 vlan(7, {});
  BridgeL2 bridge;
  TunnelL2 tunnel({.remote = TwoNodeWorld::ip(2)});
  const std::string bad = "0 on the link bad_link_header";
  EXPECT_EQ(sent_by_upper(vlan, {1, 13, 14}), (Lines{bad, bad, "1 on the link"}));
  EXPECT_EQ(sent_by_upper(bridge, {1, 13, 14}), (Lines{bad, bad, "1 on the link"}));
  const std::string no_ip = "0 on the link bad_header";
  EXPECT_EQ(sent_by_upper(tunnel, {1, 19, 20, 40}), (Lines{no_ip, no_ip, no_ip, no_ip}));
}

TEST_F(PacketContext, SendRefusals) {
  NetContext& raw = get(world.a, SocketType::Raw, kEveryEtherType);
  const LinkEndpoint here{IfIndex{1}}, nowhere{}, unknown{IfIndex{9}};
  const Bytes bytes = frame(kOwnType);
  EXPECT_EQ(raw.send(bytes, {}, kNoWait).code(), Errc::Eopnotsupp);
  EXPECT_EQ(raw.sendto(bytes, Endpoint{TwoNodeWorld::ip(2), 9}, {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(raw.connect({TwoNodeWorld::ip(2), 9}, {}, kNoWait).code(), Errc::Eopnotsupp);
  EXPECT_EQ(raw.bind(Endpoint{TwoNodeWorld::ip(1), 9}).code(), Errc::Einval);
  EXPECT_EQ(raw.sendto_link(bytes, nowhere, {}, kNoWait).code(), Errc::Edestaddrreq);
  EXPECT_EQ(raw.sendto_link(bytes, unknown, {}, kNoWait).code(), Errc::Edestaddrreq);
  EXPECT_EQ(raw.sendto_link({}, here, {}, kNoWait).code(), Errc::Enodata);
  EXPECT_EQ(raw.sendto_link(Bytes(1515), here, {}, kNoWait).code(), Errc::Enomem);
  NetContext& datagrams = get(world.a, SocketType::Datagram, kOwn);
  EXPECT_EQ(datagrams.sendto_link(Bytes(1501), here, {}, kNoWait).code(), Errc::Enomem);
  NetContext& udp =
      *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  EXPECT_EQ(udp.sendto_link(bytes, here, {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(udp.bind_link(here).code(), Errc::Einval);
  ASSERT_TRUE(world.if_a.down().ok());
  EXPECT_EQ(raw.sendto_link(bytes, here, {}, kNoWait).code(), Errc::Enetdown);
  EXPECT_TRUE(raw.put().ok());
  EXPECT_EQ(raw.sendto_link(bytes, here, {}, kNoWait).code(), Errc::Ebadf);
  EXPECT_EQ(raw.bind_link(here).code(), Errc::Ebadf);
}

TEST_F(PacketContext, AnIfaceThatFollowsWhatItHears) {
  NetContext& raw = get(world.b, SocketType::Raw, kEveryEtherType);
  listen(raw, "raw");
  EXPECT_EQ(raw.iface(), nullptr);
  send_udp();
  EXPECT_EQ(raw.iface(), &world.if_b);
  EXPECT_TRUE(raw.sendto_link(frame(kOwnType, 1), LinkEndpoint{}, {}, kNoWait).ok());
}

}  // namespace
}  // namespace flapjack
