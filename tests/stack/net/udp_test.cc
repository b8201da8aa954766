// SPDX-License-Identifier: Apache-2.0
// UDP input with its drop reasons, port unreachables with their quotation, UDP output.
#include "stack/net/udp.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

class UdpTest : public testing::Test {
 protected:
  /// A datagram for port 7, with `change` made to its bytes; byte 20 is the first of UDP.
  void receive(const std::function<void(Bytes&)>& change) {
    Bytes bytes = test::udp_bytes(peer, {ip("192.0.2.1"), 7}, "hello");
    change(bytes);
    test::fix_ipv4_checksum(bytes);
    rig.receive(eth0, bytes);
  }
  void listen() {
    ASSERT_TRUE(rig.bound(7)
                    .recv(
                        [this](NetContext&, PacketPtr p, Status) {
                          got.push_back(test::text_of(p->bytes()));
                          from = p->meta.source;
                          to = p->meta.destination;
                        },
                        Timeout::no_wait())
                    .ok());
  }
  const std::vector<Bytes>& sent() { return rig.driver(eth0).sent; }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  const Endpoint peer{ip("192.0.2.2"), 5000};
  Lines got;
  Endpoint from, to;
};

TEST_F(UdpTest, AGoodDatagramIsDelivered) {
  listen();
  receive([](Bytes&) {});
  EXPECT_EQ(got, Lines{"hello"});
  EXPECT_EQ(from, peer);
  EXPECT_EQ(to, (Endpoint{ip("192.0.2.1"), 7}));
}

TEST_F(UdpTest, BadOnesHaveReasons) {
  struct Case {
    const char* what;
    std::function<void(Bytes&)> change;
    const char* reason;
  };
  const Case cases[] = {
      {"shorter than a header", [](Bytes& b) { b.resize(27), b[3] = 27; }, "bad_header"},
      {"length below 8", [](Bytes& b) { b[25] = 7; }, "bad_header"},
      {"length beyond the datagram", [](Bytes& b) { b[25] = 14; }, "bad_header"},
      {"payload changed", [](Bytes& b) { b[30] ^= 1; }, "bad_checksum"},
      {"checksum changed", [](Bytes& b) { b[27] ^= 1; }, "bad_checksum"},
      {"another pseudo header", [](Bytes& b) { b[15] ^= 1; }, "bad_checksum"},
  };
  listen();
  for (const Case& each : cases) {
    rig.sink.records.clear();
    const std::uint64_t before = eth0.losses().rx_dropped;
    receive(each.change);
    EXPECT_EQ(rig.drops(), Lines{each.reason}) << each.what;
    EXPECT_EQ(eth0.losses().rx_dropped, before + 1);
  }
  EXPECT_EQ(got, Lines{});
  EXPECT_TRUE(sent().empty()) << "nothing is said about any of them";
}

TEST_F(UdpTest, NoChecksumIsAccepted) {
  listen();
  receive([](Bytes& b) { b[26] = b[27] = 0; });
  EXPECT_EQ(got, Lines{"hello"});
}

TEST_F(UdpTest, BytesBehindTheUdpLengthAreCut) {
  listen();
  receive([](Bytes& b) {
    b.insert(b.end(), {'j', 'u', 'n', 'k'});
    b[3] += 4;
  });
  EXPECT_EQ(got, Lines{"hello"});
}

TEST_F(UdpTest, AnEmptyDatagramIsOne) {
  listen();
  rig.receive(eth0, test::udp_bytes(peer, {ip("192.0.2.1"), 7}, ""));
  EXPECT_EQ(got, Lines{""});
}

// ---- nobody listens

TEST_F(UdpTest, NobodyListensIsAnsweredWithTheQuotedHeaders) {
  const Bytes datagram = test::udp_bytes(peer, {ip("192.0.2.1"), 7}, "hello");
  rig.receive(eth0, datagram);
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
  EXPECT_EQ(eth0.losses().rx_dropped, 1u);
  ASSERT_EQ(sent().size(), 1u);
  Ipv4Header header;
  ASSERT_EQ(Ipv4Header::parse(sent()[0], {}, header), Ipv4Header::Error::None);
  EXPECT_EQ(header.source, ip("192.0.2.1"));
  EXPECT_EQ(header.destination, peer.address);
  const std::span<const std::uint8_t> message = std::span(sent()[0]).subspan(kIpv4HeaderBytes);
  const auto icmp = IcmpHeader::parse(message);
  ASSERT_TRUE(icmp.has_value());
  EXPECT_EQ(icmp->type, 3);
  EXPECT_EQ(icmp->code, 3);
  const std::span<const std::uint8_t> quoted = message.subspan(kIcmpHeaderBytes);
  EXPECT_EQ(Bytes(quoted.begin(), quoted.end()), Bytes(datagram.begin(), datagram.begin() + 28));
}

TEST_F(UdpTest, OptionsAreQuotedToo) {
  Bytes datagram = test::udp_bytes(peer, {ip("192.0.2.1"), 7}, "hello");
  datagram.insert(datagram.begin() + 20, 40, 1);
  datagram[0] = 0x4f;
  datagram[3] += 40;
  test::fix_ipv4_checksum(datagram);
  rig.receive(eth0, datagram);
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(Bytes(sent()[0].begin() + 28, sent()[0].end()),
            Bytes(datagram.begin(), datagram.begin() + 68));
}

TEST_F(UdpTest, TheAnswerComesFromTheAddressThatWasAsked) {
  eth0.ipv4_addr_add(test::net("192.0.2.77/24"));
  rig.receive(eth0, test::udp_bytes(peer, {ip("192.0.2.1"), 7}, ""));
  rig.receive(eth0, test::udp_bytes(peer, {ip("192.0.2.77"), 7}, ""));
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_EQ(sent()[0][15], 1);
  EXPECT_EQ(sent()[1][15], 77);
}

TEST_F(UdpTest, NothingIsSaidAboutBroadcastsAndGroups) {
  for (const char* address : {"255.255.255.255", "192.0.2.255", "224.1.2.3"}) {
    rig.sink.records.clear();
    rig.receive(eth0, test::udp_bytes(peer, {ip(address), 7}, "hello"));
    EXPECT_EQ(rig.drops(), Lines{"no_listener"}) << address;
  }
  EXPECT_TRUE(sent().empty());
}

TEST_F(UdpTest, WithoutAPacketTheAnswerIsLeftOut) {
  rig.node.tx_pool.set_limit(0);
  rig.receive(eth0, test::udp_bytes(peer, {ip("192.0.2.1"), 7}, "hello"));
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
  EXPECT_TRUE(sent().empty());
}

TEST_F(UdpTest, TheAnswerIsCausedByTheDatagram) {
  rig.receive(eth0, test::udp_bytes(peer, {ip("192.0.2.1"), 7}, "hello"));
  RecordId l4_in, l4_out_cause;
  for (const KeptRecord& r : rig.sink.records) {
    if (r.name == "l4_in") l4_in = r.seq;
    if (r.name == "l4_out") l4_out_cause = r.cause;
  }
  EXPECT_TRUE(l4_in.valid());
  EXPECT_EQ(l4_out_cause, l4_in);
}

// ---- down

TEST_F(UdpTest, OutputWritesPortsLengthAndChecksum) {
  NetContext& context = rig.bound(4242);
  EXPECT_TRUE(
      context.sendto(test::text_bytes("hi"), {ip("192.0.2.2"), 7}, {}, Timeout::no_wait()).ok());
  rig.scheduler.run();
  EXPECT_EQ(sent().at(0).size(), 30u);
  Bytes expected = test::udp_bytes({ip("192.0.2.1"), 4242}, {ip("192.0.2.2"), 7}, "hi");
  EXPECT_EQ(Bytes(sent()[0].begin() + 20, sent()[0].end()),
            Bytes(expected.begin() + 20, expected.end()));
}

TEST_F(UdpTest, ADeviceThatFillsTheChecksumGetsZero) {
  rig.set_checksum(eth0, {false, true});
  EXPECT_TRUE(rig.context()
                  .sendto(test::text_bytes("hi"), {ip("192.0.2.2"), 7}, {}, Timeout::no_wait())
                  .ok());
  rig.scheduler.run();
  EXPECT_EQ(sent().at(0)[26], 0);
  EXPECT_EQ(sent().at(0)[27], 0);
}

// The device that would have filled it in never sees what a node sends to itself.
TEST(UdpChecksumOffload, DatagramsToOneselfNeedNoChecksum) {
  test::Ipv6Rig rig({}, "2001:db8::5/64");
  rig.driver(rig.eth0).checksum = {false, true};
  rig.start();
  NetContext& context = *rig.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp)
                             .value();
  const Endpoint self{test::ip6("2001:db8::5"), 7};
  ASSERT_TRUE(context.bind(self).ok());
  int got = 0;
  ASSERT_TRUE(
      context.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
  NetContext& sender = *rig.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp)
                            .value();
  EXPECT_TRUE(sender.sendto(test::text_bytes("hi"), self, {}, Timeout::no_wait()).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.drops(), Lines{});
  EXPECT_EQ(got, 1);
}

}  // namespace
}  // namespace flapjack
