// SPDX-License-Identifier: Apache-2.0
// ICMPv6 errors that a node receives: which code a context gets, when, and what is remembered; and
// which errors it sends itself.
#include "stack/net/icmpv6_errors.h"

#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

const MacAddress kPeerMac{{0x02, 0, 0, 0, 0, 0x22}};
const Ipv6Address kUs = ip6("2001:db8::5"), kPeer = ip6("2001:db8::22"),
                  kRouter = ip6("2001:db8::fe");

struct Row {
  std::uint8_t type, code;
  Errc told;
};
constexpr Row kRows[] = {
    {1, 0, Errc::Enetunreach},  {1, 1, Errc::Eacces},       {1, 2, Errc::Ehostunreach},
    {1, 3, Errc::Ehostunreach}, {1, 4, Errc::Econnrefused}, {1, 5, Errc::Eacces},
    {1, 6, Errc::Eacces},       {1, 99, Errc::Ehostunreach}, {2, 0, Errc::Emsgsize},
    {3, 0, Errc::Ehostunreach}, {3, 1, Errc::Ehostunreach}, {4, 0, Errc::Eproto},
};

struct Icmpv6ErrorsTest : testing::Test {
  Icmpv6ErrorsTest() { start({}); }
  void start(const StackConfig& config) {
    rig.emplace(config, "2001:db8::5/64");
    rig->start();
    EXPECT_TRUE(rig->node.v6()->nd.add_static(rig->eth0, kPeer, kPeerMac));
    context = rig->node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(context->connect({kPeer, 7}, {}, Timeout::no_wait()).ok());
    rig->forget();
  }
  void listen() {
    EXPECT_TRUE(context
                    ->recv([this](NetContext&, PacketPtr, Status status) {
                      told.push_back(test::code_of(status));
                    },
                           Timeout::no_wait())
                    .ok());
  }
  /// An error of the router about a datagram of ours.
  void arrive(Icmpv6Header error, const Endpoint& from, const Endpoint& to,
              std::size_t payload = 20) {
    Bytes segment(kUdpHeaderBytes + payload);
    UdpHeader{from.port, to.port, static_cast<std::uint16_t>(segment.size())}.emit(
        segment, from.address, to.address);
    const Bytes quoted =
        test::ipv6_bytes(from.address.v6(), to.address.v6(), IpProtocol::Udp, segment);
    Bytes message(kIcmpv6HeaderBytes);
    message.insert(message.end(), quoted.begin(), quoted.begin() + 48);
    error.emit(message, kRouter, kUs);
    rig->hear(test::ipv6_bytes(kRouter, kUs, IpProtocol::Icmpv6, message));
  }
  void arrive(std::uint8_t type, std::uint8_t code) {
    arrive({static_cast<Icmpv6Type>(type), code, 0}, {kUs, context->local().port}, {kPeer, 7});
  }

  std::optional<Ipv6Rig> rig;
  NetContext* context = nullptr;
  Lines told;
};

TEST_F(Icmpv6ErrorsTest, TheCodes) {
  listen();
  for (const Row& row : kRows) {
    told.clear();
    arrive(row.type, row.code);
    EXPECT_EQ(told, Lines{std::string(errc_name(row.told))})
        << int{row.type} << "/" << int{row.code};
    EXPECT_EQ(icmpv6_error_code(row.type, row.code), row.told);
  }
  EXPECT_EQ(rig->drops(), Lines{});
}

TEST_F(Icmpv6ErrorsTest, WithoutACallbackTheNextCallSaysIt) {
  arrive(1, 4);
  EXPECT_EQ(context->send(Bytes(4), {}, Timeout::no_wait()).code(), Errc::Econnrefused);
  EXPECT_TRUE(context->send(Bytes(4), {}, Timeout::no_wait()).ok()) << "once";
}

TEST_F(Icmpv6ErrorsTest, OnlyTheContextThatSentIt) {
  listen();
  const Endpoint own{kUs, context->local().port};
  arrive({Icmpv6Type::Unreachable, 4, 0}, {kUs, static_cast<std::uint16_t>(own.port ^ 1)},
         {kPeer, 7});
  arrive({Icmpv6Type::Unreachable, 4, 0}, own, {kPeer, 8});
  EXPECT_EQ(told, Lines{});
  EXPECT_EQ(rig->events(), Lines(2, "icmp_error"));
  rig->forget();
  arrive({Icmpv6Type::Unreachable, 4, 0}, {ip6("2001:db8::77"), own.port}, {kPeer, 7});
  EXPECT_EQ(rig->events(), Lines{"icmp_error_ignored"}) << "nobody here sent that";
}

TEST_F(Icmpv6ErrorsTest, AQuoteCutShortIsIgnored) {
  Bytes message(kIcmpv6HeaderBytes + 20);
  Icmpv6Header::unreachable(4).emit(message, kRouter, kUs);
  rig->hear(test::ipv6_bytes(kRouter, kUs, IpProtocol::Icmpv6, message));
  EXPECT_EQ(rig->events(), Lines{"icmp_error_ignored"});
}

// RFC 8201 section 4: never below 1280, never up.
TEST_F(Icmpv6ErrorsTest, PacketTooBigIsRemembered) {
  struct {
    std::uint32_t told;
    std::size_t payload;
    std::uint16_t mtu;
  } const rows[] = {{1400, 1452, 1400}, {1280, 1452, 1280},  {1279, 1452, 1500},
                    {0, 1452, 1500},    {1500, 1452, 1500},  {0x10000 + 1300, 1452, 1500},
                    {1400, 1352, 1500}};
  for (const auto& row : rows) {
    StackConfig config;
    config.pmtu.ipv6 = true;
    start(config);
    arrive(Icmpv6Header::packet_too_big(row.told), {kUs, context->local().port}, {kPeer, 7},
           row.payload);
    EXPECT_EQ(rig->node.pmtu.mtu(IpAddress(kPeer), 1500), row.mtu) << row.told;
    EXPECT_EQ(rig->node.pmtu.mtu(IpAddress(kRouter), 1500), 1500);
  }
  start({});
  arrive(Icmpv6Header::packet_too_big(1400), {kUs, context->local().port}, {kPeer, 7}, 1452);
  EXPECT_EQ(rig->node.pmtu.mtu(IpAddress(kPeer), 1500), 1500) << "off: NET_IPV6_PMTU";
}

TEST_F(Icmpv6ErrorsTest, ARegisteredHandlerIsAskedFirst) {
  Lines order;
  IcmpHandler traceroute;
  traceroute.type = 3;
  traceroute.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
    order.emplace_back("traceroute");
    return Errc::Eio;  // ends the round
  };
  rig->node.v6()->icmp.add(traceroute);
  listen();
  arrive(3, 0);
  EXPECT_EQ(order, Lines{"traceroute"});
  EXPECT_EQ(told, Lines{});
  rig->node.v6()->icmp.remove(traceroute);
}

// ---- errors that this node sends

TEST_F(Icmpv6ErrorsTest, NoneAboutAnErrorNotEvenBehindOptions) {
  Bytes message(48);
  Icmpv6Header::unreachable(kIcmpv6NoRoute).emit(message, kPeer, kUs);
  Bytes options = {58, 0, 0x81, 4, 0, 0, 0, 0};  // one that the sender is told of, else
  options.insert(options.end(), message.begin(), message.end());
  rig->hear(test::ipv6_bytes(kPeer, kUs, IpProtocol::DestinationOptions, options));
  EXPECT_EQ(rig->drops(), Lines{"bad_header"});
  EXPECT_EQ(rig->sent(), Lines{});
  options[8] = static_cast<std::uint8_t>(Icmpv6Type::EchoRequest);
  rig->hear(test::ipv6_bytes(kPeer, kUs, IpProtocol::DestinationOptions, options));
  EXPECT_EQ(rig->sent().size(), 1u) << "but about a request";
}

// RFC 4862 section 5.4: after a flap every address is checked again. What came before may have to
// be answered meanwhile, as fragments of which one is missing.
TEST_F(Icmpv6ErrorsTest, NoneFromAnAddressThatIsBeingChecked) {
  const PacketPtr before = rig->frame(test::ipv6_bytes(kPeer, kUs, IpProtocol::Udp, Bytes(8)));
  before->meta.source = {kPeer, 0};
  before->meta.destination = {kUs, 0};
  const auto tell = [&] {
    rig->forget();
    rig->node.v6()->icmp.send_error(rig->eth0, *before, Icmpv6Header::unreachable(4));
    rig->run_for(Duration{});
  };
  rig->eth0.on_carrier(false);
  rig->eth0.on_carrier(true);
  rig->run_for(Duration{});
  ASSERT_EQ(rig->eth0.ipv6()->find(kUs)->state, AddressState::Tentative);
  tell();
  EXPECT_EQ(rig->events(), Lines{"icmpv6_not_sent"});
  EXPECT_EQ(rig->sent(), Lines{});
  rig->run_for(seconds(10));
  tell();
  const Lines after = rig->events();
  EXPECT_EQ(std::count(after.begin(), after.end(), "icmpv6_not_sent"), 0);
  EXPECT_EQ(rig->sent().size(), 1u);
}

TEST_F(Icmpv6ErrorsTest, OnlySoManyASecond) {
  StackConfig config;
  config.icmp.error_limit = {1, 2};
  start(config);
  const Bytes unknown = test::ipv6_bytes(kPeer, kUs, static_cast<IpProtocol>(200), Bytes(8));
  for (int i = 0; i < 3; ++i) rig->hear(unknown);
  EXPECT_EQ(rig->sent().size(), 2u);
  EXPECT_EQ(rig->events(), Lines{"icmp_error_limited"});
  EXPECT_EQ(rig->node.v6()->icmp.errors_limited(), 1u);
  rig->run_for(seconds(1));
  rig->hear(unknown);
  EXPECT_EQ(rig->sent().size(), 3u);
}

}  // namespace
}  // namespace flapjack
