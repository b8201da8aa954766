// SPDX-License-Identifier: Apache-2.0
// IPv6 in and out: what is dropped and why, extension headers, echo, UDP, errors to the sender.
#include "stack/net/ipv6.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

const MacAddress kPeerMac{{0x02, 0, 0, 0, 0, 0x22}};

Bytes udp6_bytes(const Endpoint& from, const Endpoint& to, std::string_view payload) {
  Bytes segment(kUdpHeaderBytes);
  segment.insert(segment.end(), payload.begin(), payload.end());
  UdpHeader{from.port, to.port, static_cast<std::uint16_t>(segment.size())}.emit(
      segment, from.address, to.address);
  return test::ipv6_bytes(from.address.v6(), to.address.v6(), IpProtocol::Udp, segment);
}

struct Ipv6Test : testing::Test {
  Ipv6Test() {
    rig.start();
    EXPECT_TRUE(rig.node.v6()->nd.add_static(rig.eth0, peer, kPeerMac));
    rig.forget();
  }
  Bytes datagram(const char* from, const char* to, IpProtocol next = IpProtocol::NoNext,
                 const Bytes& payload = {}) {
    return test::ipv6_bytes(ip6(from), ip6(to), next, payload);
  }
  /// The ICMPv6 header of the one message that was sent.
  Icmpv6Header answer() {
    EXPECT_EQ(rig.driver(rig.eth0).sent.size(), 1u);
    if (rig.driver(rig.eth0).sent.empty()) return {};
    const Bytes& bytes = rig.driver(rig.eth0).sent.back();
    Ipv6Header header;
    EXPECT_EQ(Ipv6Header::parse(bytes, header), Ipv6Header::Error::None);
    const auto icmp = Icmpv6Header::parse(std::span(bytes).subspan(kIpv6HeaderBytes),
                                          header.source, header.destination);
    EXPECT_TRUE(icmp);
    return icmp.value_or(Icmpv6Header{});
  }

  Ipv6Rig rig{StackConfig{}, "2001:db8::5/64"};
  const Ipv6Address peer = ip6("2001:db8::22"), own = ip6("2001:db8::5");
};

TEST_F(Ipv6Test, WhatIsNotForUsOrWrongIsDroppedWithAReason) {
  Bytes longer = datagram("2001:db8::22", "2001:db8::5");
  longer[5] = 1;  // payload that is not there
  struct Case {
    const char* what;
    Bytes bytes;
    const char* reason;
  };
  const Case cases[] = {
      {"another address", datagram("2001:db8::22", "2001:db8::6"), "not_for_us"},
      {"a group nobody joined", datagram("2001:db8::22", "ff05::1:3"), "not_for_us"},
      {"from a group", datagram("ff02::1", "2001:db8::5"), "martian"},
      {"from the loopback", datagram("::1", "2001:db8::5"), "martian"},
      {"to the loopback", datagram("2001:db8::22", "::1"), "martian"},
      {"to nobody", datagram("2001:db8::22", "::"), "martian"},
      {"to a group within a node", datagram("2001:db8::22", "ff01::1"), "martian"},
      {"cut short", longer, "bad_header"},
      {"shorter than a header", Bytes(39, 0x60), "bad_header"},
      {"no next header", datagram("2001:db8::22", "2001:db8::5"), "unknown_protocol"},
  };
  for (const Case& c : cases) {
    rig.forget();
    rig.hear(c.bytes);
    EXPECT_EQ(rig.drops(), Lines{c.reason}) << c.what;
    EXPECT_TRUE(rig.sent().empty()) << c.what;
  }
}

TEST_F(Ipv6Test, ADatagramReachesTheContextOfItsFamily) {
  NetContext& context =
      *rig.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  NetContext& other = rig.context();
  ASSERT_TRUE(context.bind({IpAddress::any(Family::Inet6), 7}).ok());
  ASSERT_TRUE(other.bind({{}, 7}).ok()) << "the same port of the other family is free";
  EXPECT_EQ(context.bind({Ipv4Address{}, 7}).code(), Errc::Einval);
  Lines got;
  ASSERT_TRUE(context
                  .recv(
                      [&](NetContext& self, PacketPtr packet, Status) {
                        got.push_back(test::text_of(packet->bytes()));
                        EXPECT_TRUE(self.sendto(packet->bytes(), packet->meta.source, {},
                                                Timeout::no_wait())
                                        .ok());
                      },
                      Timeout::no_wait())
                  .ok());
  ASSERT_TRUE(other.recv([](NetContext&, PacketPtr, Status) { FAIL(); }, Timeout::no_wait()).ok());
  rig.hear(udp6_bytes({peer, 5000}, {own, 7}, "hello"));
  EXPECT_EQ(got, Lines{"hello"});
  EXPECT_EQ(rig.sent(), Lines{"2001:db8::5 > 2001:db8::22 proto 17"});
}

TEST_F(Ipv6Test, AnUnboundPortIsToldToTheSender) {
  rig.hear(udp6_bytes({peer, 5000}, {own, 9}, "hello"));
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
  EXPECT_EQ(answer(), Icmpv6Header::unreachable(kIcmpv6PortUnreachable));
}

TEST_F(Ipv6Test, AnUnknownProtocolIsToldWithItsPlace) {
  rig.hear(datagram("2001:db8::22", "2001:db8::5", static_cast<IpProtocol>(200), Bytes(8)));
  EXPECT_EQ(rig.drops(), Lines{"unknown_protocol"});
  EXPECT_EQ(answer(), Icmpv6Header::parameter_problem(kIcmpv6UnknownNextHeader, 6));
}

TEST_F(Ipv6Test, AnOptionThatMustBeKnownIsToldEvenOfAGroup) {
  const Bytes unknown = {59, 0, 0xc1, 4, 0, 0, 0, 0}, silent = {59, 0, 0x41, 4, 0, 0, 0, 0},
              group_too = {59, 0, 0x81, 4, 0, 0, 0, 0};
  rig.hear(datagram("2001:db8::22", "2001:db8::5", IpProtocol::DestinationOptions, unknown));
  EXPECT_EQ(answer(), Icmpv6Header::parameter_problem(kIcmpv6UnknownOption, 42));
  rig.forget();
  rig.hear(datagram("2001:db8::22", "2001:db8::5", IpProtocol::DestinationOptions, silent));
  EXPECT_EQ(rig.drops(), Lines{"bad_header"});
  EXPECT_TRUE(rig.sent().empty());
  rig.forget();
  rig.hear(datagram("2001:db8::22", "ff02::1", IpProtocol::DestinationOptions, group_too));
  EXPECT_EQ(answer(), Icmpv6Header::parameter_problem(kIcmpv6UnknownOption, 42));
  rig.forget();  // 11 in front: told unless it went to a group (RFC 8200 section 4.2)
  rig.hear(datagram("2001:db8::22", "ff02::1", IpProtocol::DestinationOptions, unknown));
  EXPECT_EQ(rig.drops(), Lines{"bad_header"});
  EXPECT_TRUE(rig.sent().empty());
}

TEST_F(Ipv6Test, EchoIsAnsweredFromTheAddressThatWasAsked) {
  Bytes message = {128, 0, 0, 0, 0, 1, 0, 2, 'h', 'i'};
  Icmpv6Header::echo_request(1, 2).emit(message, peer, own);
  rig.hear(test::ipv6_bytes(peer, own, IpProtocol::Icmpv6, message));
  const Icmpv6Header reply = answer();
  EXPECT_EQ(reply.type, Icmpv6Type::EchoReply);
  EXPECT_EQ(reply.sequence(), 2);
  EXPECT_EQ(rig.sent(), Lines{"2001:db8::5 > 2001:db8::22 echo reply"});
  message[8] ^= 1;
  rig.forget();
  rig.hear(test::ipv6_bytes(peer, own, IpProtocol::Icmpv6, message));
  EXPECT_EQ(rig.drops(), Lines{"bad_checksum"});
}

TEST_F(Ipv6Test, NoErrorIsSentAboutAnErrorNorToNobody) {
  Bytes error(48);
  Icmpv6Header::unreachable(kIcmpv6NoRoute).emit(error, peer, own);
  const Bytes unreachable = test::ipv6_bytes(peer, own, IpProtocol::Icmpv6, error);
  rig.hear(unreachable);
  EXPECT_TRUE(rig.sent().empty());
  rig.hear(datagram("::", "2001:db8::5", static_cast<IpProtocol>(200), Bytes(8)));
  EXPECT_TRUE(rig.sent().empty());
}

TEST_F(Ipv6Test, AnIfaceWithoutIpv6TakesNone) {
  NetIf& eth1 = rig.add({.name = "eth1"}, "192.0.2.1/24");
  rig.receive(eth1, datagram("2001:db8::22", "2001:db8::5"));
  EXPECT_EQ(rig.drops(), Lines{"unknown_protocol"});
  EXPECT_EQ(rig.node.v6()->icmp.send_echo_request(&eth1, peer, 1, 1, {}).code(), Errc::Enetunreach);
}

// Source selection finds no address and says "any", and so it goes: on the wire to a group or to a
// neighbour that is known. Nobody can be asked for, as the question would be a probe of RFC 4862.
TEST_F(Ipv6Test, WithoutAnAddressDatagramsComeFromAny) {
  StackConfig config;
  config.ipv6.dad = false;
  config.ipv6.unicast_limit = 0;  // not even a link-local one
  Ipv6Rig bare(config);
  NetContext& context =
      *bare.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  const Bytes bytes{1};
  const auto sendto = [&](const IpAddress& to) {
    return context.sendto(bytes, {to, 7}, {}, Timeout::no_wait()).code();
  };
  EXPECT_EQ(sendto(peer), Errc::Enetdown);
  bare.start();
  bare.forget();
  EXPECT_EQ(sendto(peer), Errc::Eio);
  EXPECT_EQ(bare.drops(), Lines{"no_source"});
  EXPECT_TRUE(bare.sent().empty());
  EXPECT_EQ(bare.node.v6()->nd.find(bare.eth0, peer), nullptr);
  EXPECT_EQ(sendto(Ipv6Address::all_nodes()), Errc::Ok);
  ASSERT_TRUE(bare.node.v6()->nd.add_static(bare.eth0, peer, {{2, 0, 0, 0, 0, 9}}));
  EXPECT_EQ(sendto(peer), Errc::Ok);
  bare.run_for(milliseconds(1));
  ASSERT_EQ(bare.sent().size(), 2u);
  for (const Bytes& frame : bare.driver(bare.eth0).sent) {
    Ipv6Header header;
    ASSERT_EQ(Ipv6Header::parse(frame, header), Ipv6Header::Error::None);
    EXPECT_TRUE(header.source.is_any());
  }
  EXPECT_EQ(sendto(Ipv4Address{1}), Errc::Einval);
}

}  // namespace
}  // namespace flapjack
