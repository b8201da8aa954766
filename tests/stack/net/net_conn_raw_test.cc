// SPDX-License-Identifier: Apache-2.0
// Raw IP contexts: who gets a copy of what, and whole packets sent.
#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::code_of;
using test::ip;
using test::ip6;
using test::Lines;
using test::NodeRig;

constexpr Protocol kIgmp{2}, kOspf{89};
const Timeout kNoWait = Timeout::no_wait();

class RawIp : public testing::Test {
 protected:
  NetContext& raw(Protocol protocol, Family family = Family::Inet) {
    return *rig.node.contexts.get(family, SocketType::Raw, protocol).value();
  }
  /// Notes `who` and how many bytes it got, header included.
  void listen(NetContext& context, const std::string& who) {
    const auto note = [this, who](NetContext&, PacketPtr packet, Status) {
      got.push_back(who + ":" + std::to_string(packet->size()));
      last.assign(packet->data(), packet->data() + packet->size());
    };
    EXPECT_TRUE(context.recv(note, kNoWait).ok());
  }
  static Bytes datagram(Protocol protocol, std::string_view to = "192.0.2.1") {
    Ipv4Header header;
    header.protocol = static_cast<std::uint8_t>(protocol);
    header.source = ip("192.0.2.2");
    header.destination = ip(to);
    return test::ipv4_bytes(header, test::text_bytes("four"));
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  Lines got;
  Bytes last;
};

TEST_F(RawIp, ProtocolNumbersAndWhatIsNotBuiltIn) {
  EXPECT_TRUE(rig.node.contexts.get(Family::Inet, SocketType::Raw, Protocol{255}).ok());
  EXPECT_EQ(rig.node.contexts.get(Family::Inet, SocketType::Raw, Protocol{256}).code(),
            Errc::Eprotonosupport);
  StackConfig config;
  config.sockets.raw = config.sockets.packet = false;
  NodeRig bare(config);
  EXPECT_EQ(bare.node.contexts.get(Family::Inet, SocketType::Raw, Protocol::Udp).code(),
            Errc::Eprotonosupport);
  EXPECT_EQ(bare.node.contexts.get(Family::Packet, SocketType::Raw, kEveryEtherType).code(),
            Errc::Epfnosupport);
}

TEST_F(RawIp, EveryMatchGetsACopyAndThePacketGoesOn) {
  listen(raw(Protocol::Udp), "udp");
  listen(raw(Protocol::Default), "all");
  listen(raw(kOspf), "ospf");
  NetContext& normal = rig.bound(7);
  EXPECT_TRUE(normal.recv([&](NetContext&, PacketPtr p, Status) {
                      got.push_back("app:" + std::to_string(p->size()));
                    }, kNoWait).ok());
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 7}, "four"));
  EXPECT_EQ(got, (Lines{"all:32", "udp:32", "app:4"})) << "the newest first";
  EXPECT_EQ(last[0], 0x45) << "from the IP header on";
  EXPECT_EQ(rig.drops(), Lines{});
}

TEST_F(RawIp, MatchingTable) {
  struct Row {
    Protocol asked;
    std::string_view bound_to;
    bool other_iface;
    Bytes packet;
    bool hears;
  };
  const Row rows[] = {
      {kOspf, "", false, datagram(kOspf), true},
      {kOspf, "", false, datagram(kIgmp), false},
      {Protocol::Default, "", false, datagram(kIgmp), true},
      {kOspf, "192.0.2.1", false, datagram(kOspf), true},
      {kOspf, "10.0.0.1", false, datagram(kOspf), false},
      {kOspf, "10.0.0.1", false, datagram(kOspf, "10.0.0.1"), true},
      {kOspf, "", true, datagram(kOspf), false},
      {kOspf, "", false, datagram(kOspf, "224.0.0.5"), true},
      {kOspf, "", false, datagram(kOspf, "192.0.2.77"), false},  // not for us
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    NetContext& context = raw(row.asked);
    if (!row.bound_to.empty()) {
      EXPECT_TRUE(context.bind({ip(row.bound_to), 0}).ok());
    }
    if (row.other_iface) context.bind_to_iface(eth1);
    listen(context, "raw");
    rig.receive(eth0, row.packet);
    EXPECT_EQ(got.size(), row.hears ? 1u : 0u);
    got.clear();
    rig.node.contexts.put_all();
  }
}

TEST_F(RawIp, NobodyElseStillMeansUnreachable) {
  listen(raw(kOspf), "raw");
  rig.receive(eth0, datagram(kOspf));
  EXPECT_EQ(got, Lines{"raw:24"});
  EXPECT_EQ(rig.drops(), Lines{"unknown_protocol"});
  EXPECT_EQ(rig.driver(eth0).sent.size(), 1u) << "protocol unreachable";
}

TEST_F(RawIp, Ipv6CopiesHaveTheirHeader) {
  test::Ipv6Rig six;
  six.start();
  NetContext& context =
      *six.node.contexts.get(Family::Inet6, SocketType::Raw, Protocol{99}).value();
  listen(context, "raw");
  six.hear(test::ipv6_bytes(ip6("fe80::9"), six.own, IpProtocol{99}, test::text_bytes("four")));
  EXPECT_EQ(got, Lines{"raw:44"});
  EXPECT_EQ(last[0] >> 4, 6);
}

// Zephyr's rx thread waits up to 100 ms for a copy's packet; the packet itself is not held up.
TEST_F(RawIp, WithoutAPacketTheCopyComesLater) {
  listen(raw(Protocol::Udp), "raw");
  listen(raw(Protocol::Default), "more");
  NetContext& normal = rig.bound(7);
  EXPECT_TRUE(normal.recv([&](NetContext&, PacketPtr, Status) { got.push_back("app"); },
                          kNoWait).ok());
  rig.node.rx_pool.set_limit(1);
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 7}, "x"));
  EXPECT_EQ(got, (Lines{"app", "more:29", "raw:29"}));
  EXPECT_EQ(last[0] >> 4, 4);
  EXPECT_EQ(rig.events(), Lines{"n alloc_wait"}) << "for the first; then there was one again";
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 0u);
  EXPECT_EQ(rig.slab.in_use(), 0u);
}

TEST_F(RawIp, AfterItsTimeTheCopyIsLostAndThePacketNot) {
  listen(raw(Protocol::Udp), "raw");
  NetContext& normal = rig.bound(7);
  PacketPtr kept;
  EXPECT_TRUE(normal.recv([&](NetContext&, PacketPtr packet, Status) { kept = std::move(packet); },
                          kNoWait).ok());
  rig.node.rx_pool.set_limit(1);
  const SimTime start = rig.scheduler.now();
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 7}, "x"));
  EXPECT_NE(kept, nullptr);
  EXPECT_EQ(got, Lines{});
  EXPECT_EQ(rig.events(), (Lines{"n alloc_wait", "n alloc_failed", "n.eth0 copy_lost"}));
  EXPECT_EQ(rig.sink.records.back().at - start, milliseconds(100));
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 1u);
}

TEST_F(RawIp, WhoIsGoneMeanwhileGetsNone) {
  NetContext& context = raw(Protocol::Udp);
  listen(context, "raw");
  NetContext& normal = rig.bound(7);
  EXPECT_TRUE(normal.recv([&](NetContext&, PacketPtr, Status) {
    static_cast<void>(context.put().ok());
  }, kNoWait).ok());
  rig.node.rx_pool.set_limit(1);
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 7}, "x"));
  EXPECT_EQ(got, Lines{});
  EXPECT_EQ(rig.slab.in_use(), 0u);
}

TEST_F(RawIp, ItWaitsLikeAnyOther) {
  NetContext& context = raw(kOspf);
  rig.fibers.spawn("reader", [&] {
    got.push_back(code_of(context.recv({}, Timeout::after(seconds(1)))));
    got.push_back(code_of(context.recv({}, Timeout::after(seconds(1)))));
  });
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(1));
  eth0.on_frame(rig.frame(datagram(kOspf)));
  rig.scheduler.run();
  EXPECT_EQ(got, (Lines{"OK", "ETIMEDOUT"}));
}

// ---- sending

TEST_F(RawIp, TheAppWritesTheHeaderAndTheChecksumIsFilledIn) {
  Bytes bytes = datagram(kOspf, "192.0.2.2");
  bytes[10] = bytes[11] = 0;  // checksum
  NetContext& context = raw(kOspf);
  const auto sent = context.send(bytes, {}, kNoWait);
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent.value(), bytes.size());
  rig.scheduler.run();
  ASSERT_EQ(rig.driver(eth0).sent.size(), 1u);
  test::fix_ipv4_checksum(bytes);
  EXPECT_EQ(rig.driver(eth0).sent[0], bytes);
  EXPECT_EQ(rig.hops().front(), "app_send");
}

TEST_F(RawIp, SendtosAddressPicksTheIface) {
  NetContext& context = raw(kOspf);
  const Bytes bytes = datagram(kOspf, "192.0.2.2");
  EXPECT_TRUE(context.sendto(bytes, {ip("10.0.0.9"), 0}, {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth1).sent.size(), 1u);
}

TEST_F(RawIp, SendRefusals) {
  NetContext& context = raw(kOspf);
  const Bytes good = datagram(kOspf, "192.0.2.2");
  Bytes version = good, longer = good;
  version[0] = 0x65;
  longer[3] = 200;
  EXPECT_EQ(context.send(Bytes(19), {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(context.send(version, {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(context.send(longer, {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(context.sendto(good, {{}, 0}, {}, kNoWait).code(), Errc::Edestaddrreq);
  EXPECT_EQ(context.sendto(good, {ip6("::1"), 0}, {}, kNoWait).code(), Errc::Einval);
  Ipv4Header header;
  header.destination = ip("192.0.2.2");
  EXPECT_EQ(context.send(test::ipv4_bytes(header, Bytes(1481)), {}, kNoWait).code(), Errc::Enomem);
  EXPECT_EQ(context.connect({ip("192.0.2.2"), 9}, {}, kNoWait).code(), Errc::Enotsup);
  eth0.carrier_off();
  EXPECT_EQ(context.send(good, {}, kNoWait).code(), Errc::Enetdown);
  EXPECT_TRUE(context.put().ok());
  EXPECT_EQ(context.send(good, {}, kNoWait).code(), Errc::Ebadf);
}

TEST_F(RawIp, ToOneselfItComesBack) {
  NetContext& context = raw(kOspf);
  listen(context, "raw");
  EXPECT_TRUE(context.send(datagram(kOspf, "192.0.2.1"), {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(got, Lines{"raw:24"});
}

}  // namespace
}  // namespace flapjack
