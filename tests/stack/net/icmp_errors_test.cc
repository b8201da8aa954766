// SPDX-License-Identifier: Apache-2.0
// ICMP errors that a node receives: which code a context gets, when, and what is remembered.
#include "stack/net/icmp_errors.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

const Ipv4Address kUs = ip("192.0.2.1"), kPeer = ip("192.0.2.2"), kRouter = ip("192.0.2.254");

struct Row {
  std::uint8_t type, code;
  Errc told;
};
constexpr Row kRows[] = {
    {3, 0, Errc::Enetunreach},  {3, 1, Errc::Ehostunreach},  {3, 2, Errc::Econnrefused},
    {3, 3, Errc::Econnrefused}, {3, 4, Errc::Emsgsize},      {3, 5, Errc::Ehostunreach},
    {3, 6, Errc::Enetunreach},  {3, 13, Errc::Ehostunreach}, {3, 99, Errc::Ehostunreach},
    {11, 0, Errc::Ehostunreach}, {11, 1, Errc::Ehostunreach}, {12, 0, Errc::Eproto},
};

class IcmpErrorsTest : public testing::Test {
 protected:
  IcmpErrorsTest() {
    EXPECT_TRUE(context.connect({kPeer, 7}, {}, Timeout::no_wait()).ok());
    eth0.set_gateway(kRouter);
  }
  /// An error of the router about a datagram of ours.
  void arrive(const IcmpHeader& error, const Endpoint& from, const Endpoint& to,
              std::size_t payload = 20) {
    const Bytes udp = test::udp_bytes(from, to, std::string(payload, 'x'));
    const std::string quoted(udp.begin(), udp.begin() + 28);
    rig.receive(eth0, test::icmp_bytes(kRouter, kUs, error, quoted));
  }
  void arrive(std::uint8_t type, std::uint8_t code) {
    arrive({type, code, 0, 0}, {kUs, context.local().port}, {kPeer, 7});
  }
  void listen() {
    EXPECT_TRUE(context
                    .recv([this](NetContext&, PacketPtr packet,
                                 Status status) {
                      EXPECT_EQ(packet, nullptr);
                      told.push_back(test::code_of(status));
                    },
                          Timeout::no_wait())
                    .ok());
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.context();
  Lines told;
};

TEST_F(IcmpErrorsTest, TheCodes) {
  listen();
  for (const Row& row : kRows) {
    told.clear();
    arrive(row.type, row.code);
    EXPECT_EQ(told, Lines{std::string(errc_name(row.told))})
        << int{row.type} << "/" << int{row.code};
    EXPECT_EQ(icmp_error_code({row.type, row.code, 0, 0}), row.told);
  }
  EXPECT_EQ(rig.drops(), Lines{});
}

TEST_F(IcmpErrorsTest, WithoutACallbackTheNextCallSaysIt) {
  arrive(3, 3);
  EXPECT_EQ(context.send(Bytes(4), {}, Timeout::no_wait()).code(), Errc::Econnrefused);
  EXPECT_TRUE(context.send(Bytes(4), {}, Timeout::no_wait()).ok()) << "once";
  arrive(3, 1);
  EXPECT_EQ(context.recv({}, Timeout::no_wait()).code(), Errc::Ehostunreach);
  EXPECT_TRUE(context.recv({}, Timeout::no_wait()).ok());
}

TEST_F(IcmpErrorsTest, AFiberThatWaitsIsToldToo) {
  Errc seen = Errc::Ok;
  Status waited = Errc::Eio;
  rig.fibers.spawn("app", [&] {
    waited = context.recv([&](NetContext&, PacketPtr, Status status) { seen = status.code(); },
                          Timeout::forever());
  });
  rig.scheduler.run();
  arrive(3, 3);
  EXPECT_TRUE(waited.ok());
  EXPECT_EQ(seen, Errc::Econnrefused);
}

TEST_F(IcmpErrorsTest, OnlyTheContextThatSentIt) {
  listen();
  const Endpoint own{kUs, context.local().port};
  arrive({3, 3}, {kUs, static_cast<std::uint16_t>(own.port ^ 1)}, {kPeer, 7});
  arrive({3, 3}, own, {kPeer, 8});
  arrive({3, 3}, own, {kRouter, 7});
  EXPECT_EQ(told, Lines{});
  EXPECT_EQ(rig.events(), Lines(3, "n.eth0 icmp_error"));
  rig.sink.records.clear();
  arrive({3, 3}, {ip("192.0.2.77"), own.port}, {kPeer, 7});
  EXPECT_EQ(rig.events(), Lines{"n.eth0 icmp_error_ignored"}) << "nobody here sent that";
}

TEST_F(IcmpErrorsTest, AnUnconnectedContextIsNotTold) {
  NetContext& other = rig.bound(99);
  Lines heard;
  ASSERT_TRUE(other
                  .recv([&](NetContext&, PacketPtr, Status status) {
                    heard.push_back(test::code_of(status));
                  },
                        Timeout::no_wait())
                  .ok());
  arrive({3, 3}, {kUs, 99}, {kPeer, 7});
  EXPECT_EQ(heard, Lines{});
}

TEST_F(IcmpErrorsTest, ATruncatedQuoteIsIgnored) {
  rig.receive(eth0, test::icmp_bytes(kRouter, kUs, {3, 3}, "short"));
  EXPECT_EQ(rig.events(), Lines{"n.eth0 icmp_error_ignored"});
}

TEST_F(IcmpErrorsTest, ARegisteredHandlerIsAskedFirst) {
  Lines order;
  IcmpHandler traceroute;
  traceroute.type = kIcmpTimeExceeded;
  traceroute.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
    order.emplace_back("traceroute");
    return Errc::Eio;  // ends the round
  };
  rig.node.icmp()->add(traceroute);
  listen();
  arrive(11, 0);
  EXPECT_EQ(order, Lines{"traceroute"});
  EXPECT_EQ(told, Lines{});
  rig.node.icmp()->remove(traceroute);
}

TEST(IcmpErrorsPmtu, FragmentationNeededIsRemembered) {
  StackConfig config;
  config.pmtu.ipv4 = true;
  NodeRig rig(config);
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.context();
  ASSERT_TRUE(context.connect({kPeer, 7}, {}, Timeout::no_wait()).ok());
  const auto dont_fragment = [&] {
    rig.scheduler.run();
    Ipv4Header header;
    EXPECT_EQ(Ipv4Header::parse(rig.driver(eth0).sent.back(), {}, header), Ipv4Header::Error::None);
    return header.dont_fragment;
  };
  ASSERT_TRUE(context.send(Bytes(1400), {}, Timeout::no_wait()).ok());
  EXPECT_TRUE(dont_fragment());
  const Bytes& sent = rig.driver(eth0).sent.back();
  rig.receive(eth0, test::icmp_bytes(kRouter, kUs, IcmpHeader::fragmentation_needed(1000),
                                     test::text_of(std::span(sent).first(28))));
  EXPECT_EQ(rig.node.pmtu.mtu(IpAddress(kPeer), 1500), 1000);
  EXPECT_EQ(context.send(Bytes(4), {}, Timeout::no_wait()).code(), Errc::Emsgsize);
  ASSERT_TRUE(context.send(Bytes(900), {}, Timeout::no_wait()).ok());
  EXPECT_TRUE(dont_fragment());
  ASSERT_TRUE(context.send(Bytes(1400), {}, Timeout::no_wait()).ok());
  EXPECT_FALSE(dont_fragment()) << "without fragmentation here the routers have to do it";
}

// ---- redirects

TEST_F(IcmpErrorsTest, RedirectsAreBelievedOnlyFromTheFirstHop) {
  const Ipv4Address far = ip("203.0.113.5"), better = ip("192.0.2.253");
  struct {
    const char* what;
    Ipv4Address from, gateway;
    bool accepted;
  } const rows[] = {
      {"another router", kPeer, better, false},
      {"to a stranger", kRouter, ip("198.51.100.1"), false},
      {"to ourselves", kRouter, kUs, false},
      {"as it should be", kRouter, better, true},
  };
  for (const auto& row : rows) {
    const Bytes udp = test::udp_bytes({kUs, 1}, {far, 7}, "x");
    rig.receive(eth0, test::icmp_bytes(row.from, kUs, IcmpHeader::redirect(1, row.gateway),
                                       test::text_of(std::span(udp).first(28))));
    EXPECT_EQ(rig.node.route().next_hop(eth0, far), row.accepted ? better : kRouter) << row.what;
  }
}

}  // namespace
}  // namespace flapjack
