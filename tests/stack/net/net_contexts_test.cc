// SPDX-License-Identifier: Apache-2.0
// Who may have a port that somebody else has: SO_REUSEADDR, SO_REUSEPORT, ifaces and families, as a
// table over two contexts; and which of them gets the packets.
#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::code_of;
using test::ip;
using test::ip6;
using test::NodeRig;

constexpr std::uint16_t kPort = 4242;

StackConfig with_mapping() {
  StackConfig config;
  config.sockets.ipv4_mapping = true;
  return config;
}

const std::string kAny4 = "0.0.0.0", kAny6 = "::", kOne4 = "192.0.2.1", kOne6 = "2001:db8::1";
struct Row {
  std::string first, first_how, second, second_how;
  bool fits;
};
const Row kRows[] = {
    // without options
    {kAny4, "", kAny4, "", false},
    {kAny4, "", kOne4, "", false},
    {kOne4, "", kAny4, "", false},
    {kOne4, "", kOne4, "", false},
    {kOne4, "", "192.0.2.9", "", true},
    // ReuseAddr: only the later one's counts; just one of the two may be any address
    {kAny4, "", kOne4, "A", true},
    {kOne4, "", kAny4, "A", true},
    {kAny4, "A", kOne4, "", false},
    {kAny4, "A", kAny4, "A", false},
    {kOne4, "A", kOne4, "A", false},
    {kAny6, "", kOne6, "A", true},
    {kOne6, "", kAny6, "A", true},
    {kAny6, "A", kAny6, "A", false},
    {kOne6, "A", kOne6, "A", false},
    // ReusePort: both must have it, and then anything goes
    {kAny4, "P", kAny4, "P", true},
    {kOne4, "P", kOne4, "P", true},
    {kAny4, "P", kOne4, "P", true},
    {kAny4, "P", kAny4, "", false},
    {kAny4, "", kAny4, "P", false},
    {kOne4, "P", kOne4, "", false},
    {kOne4, "", kOne4, "P", false},
    {kAny6, "P", kAny6, "P", true},
    {kOne6, "P", kOne6, "P", true},
    {kOne6, "P", kOne6, "", false},
    {kAny4, "A", kAny4, "P", false},
    {kAny4, "P", kOne4, "A", true},
    // ifaces: the earlier one's decides
    {kAny4, "1", kAny4, "2", true},
    {kAny4, "1", kAny4, "1", false},
    {kAny4, "2", kOne4, "", true},
    {kAny4, "1", kOne4, "", false},
    {kAny4, "", kAny4, "2", false},
    // families: an IPv4 context meets an IPv6 one that takes IPv4, and not the other way round
    {kAny6, "", kAny4, "", true},
    {kAny6, "6", kAny4, "", false},
    {kAny6, "6", kOne4, "", false},
    {kAny6, "6", kOne4, "A", true},
    {kAny6, "6P", kAny4, "P", true},
    {kOne6, "6", kOne4, "", true},
    {kAny4, "", kAny6, "6", true},
};

class Reuse : public testing::Test {
 protected:
  /// Letters: A ReuseAddr, P ReusePort, 6 takes IPv4, 1 and 2 bound to eth0 and eth1.
  NetContext& make(std::string_view address, std::string_view how) {
    const Family family = address.find(':') != address.npos ? Family::Inet6 : Family::Inet;
    NetContext& context =
        *rig.node.contexts.get(family, SocketType::Datagram, Protocol::Udp).value();
    const auto has = [&](char letter) { return how.find(letter) != how.npos; };
    EXPECT_TRUE(context.set_option(ContextOption::ReuseAddr, has('A')).ok());
    EXPECT_TRUE(context.set_option(ContextOption::ReusePort, has('P')).ok());
    EXPECT_TRUE(context.set_option(ContextOption::Ipv6Only, !has('6')).ok());
    if (has('1')) context.bind_to_iface(eth0);
    if (has('2')) context.bind_to_iface(eth1);
    return context;
  }
  static Endpoint at(std::string_view address) {
    return {IpAddress::parse(address).value(), kPort};
  }

  NodeRig rig{with_mapping()};
  NetIf& eth0 = rig.add({.name = "eth0", .ipv6 = true}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1", .ipv6 = true}, "192.0.2.9/24");
};

TEST_F(Reuse, BindConflictTable) {
  ASSERT_NE(eth0.ipv6()->addr_add(test::net6("2001:db8::1/64")), nullptr);
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.first + " (" + row.first_how + "), then " + row.second + " (" +
                 row.second_how + ")");
    ASSERT_TRUE(make(row.first, row.first_how).bind(at(row.first)).ok());
    EXPECT_EQ(code_of(make(row.second, row.second_how).bind(at(row.second))),
              row.fits ? "OK" : "EADDRINUSE");
    rig.node.contexts.put_all();
  }
}

TEST_F(Reuse, OfTwoThatShareTheNewestGetsThePackets) {
  std::string got;
  for (const char who : {'a', 'b'}) {
    NetContext& context = make("0.0.0.0", "P");
    ASSERT_TRUE(context.bind(at("0.0.0.0")).ok());
    EXPECT_TRUE(
        context.recv([&got, who](NetContext&, PacketPtr, Status) { got += who; },
                     Timeout::no_wait())
            .ok());
  }
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), kPort}, "x"));
  EXPECT_EQ(got, "b");
}

TEST_F(Reuse, BroadcastGoesToOneGroupsToAll) {
  std::string got;
  for (const char who : {'a', 'b', 'c'}) {
    NetContext& context = make("0.0.0.0", "P");
    ASSERT_TRUE(context.bind(at("0.0.0.0")).ok());
    EXPECT_TRUE(
        context.recv([&got, who](NetContext&, PacketPtr, Status) { got += who; },
                     Timeout::no_wait())
            .ok());
  }
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.255"), kPort}, "x"));
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("255.255.255.255"), kPort}, "x"));
  EXPECT_EQ(got, "cc");
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("239.1.2.3"), kPort}, "x"));
  EXPECT_EQ(got, "cccba");
}

TEST_F(Reuse, SharingEndsWhereTheyAreConnectedToTheSamePeer) {
  NetContext& a = make("0.0.0.0", "P");
  NetContext& b = make("0.0.0.0", "P");
  for (NetContext* context : {&a, &b}) {
    ASSERT_TRUE(context->bind(at("0.0.0.0")).ok());
    ASSERT_TRUE(context->connect({ip("192.0.2.2"), 9}, {}, Timeout::no_wait()).ok());
  }
  const auto nothing = [](NetContext&, PacketPtr, Status) {};
  EXPECT_TRUE(a.recv(nothing, Timeout::no_wait()).ok());
  EXPECT_EQ(code_of(b.recv(nothing, Timeout::no_wait())), "EADDRINUSE");
}

// ---- mapped addresses

class Mapped : public Reuse {
 protected:
  void listen(NetContext& context) {
    EXPECT_TRUE(context
                    .recv([this](NetContext&, PacketPtr packet, Status) {
                      got += to_text(packet->meta.source) + ";";
                    },
                          Timeout::no_wait())
                    .ok());
  }
  void arrive() {
    rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), kPort}, "x"));
  }
  std::string got;
};

TEST_F(Mapped, Ipv4PacketsReachAnIpv6ContextThatTakesThem) {
  NetContext& six = make("::", "6");
  ASSERT_TRUE(six.bind(at("::")).ok());
  listen(six);
  arrive();
  EXPECT_EQ(got, "[::ffff:c000:202]:5000;");
  got.clear();
  ASSERT_TRUE(six.put().ok());
  NetContext& only_six = make("::", "");
  ASSERT_TRUE(only_six.bind(at("::")).ok());
  listen(only_six);
  arrive();
  EXPECT_EQ(got, "");
}

TEST_F(Mapped, AConnectedOneHearsItsPeerOnly) {
  for (const std::string_view peer : {"::ffff:192.0.2.2", "::ffff:192.0.2.3"}) {
    NetContext& six = make("::", "6");
    ASSERT_TRUE(six.bind(at("::")).ok());
    ASSERT_TRUE(six.connect({ip6(peer), 5000}, {}, Timeout::no_wait()).ok());
    listen(six);
    arrive();
    ASSERT_TRUE(six.put().ok());
  }
  EXPECT_EQ(got, "[::ffff:c000:202]:5000;");
}

TEST_F(Mapped, SendingToAMappedAddressIsIpv4) {
  NetContext& six = make("::", "6");
  const Endpoint peer{ip6("::ffff:192.0.2.2"), 9};
  rig.driver(eth1).sent.clear();
  EXPECT_TRUE(six.sendto(test::text_bytes("x"), peer, {}, Timeout::no_wait()).ok());
  rig.scheduler.run();
  ASSERT_EQ(rig.driver(eth1).sent.size(), 1u) << "of equally good ifaces the later";
  Ipv4Header header;
  ASSERT_EQ(Ipv4Header::parse(rig.driver(eth1).sent[0], {}, header), Ipv4Header::Error::None);
  EXPECT_EQ(header.destination, ip("192.0.2.2"));
  EXPECT_EQ(header.source, ip("192.0.2.9"));
}

TEST_F(Mapped, AnAddressOfIpv6IsNoSourceForIpv4) {
  ASSERT_NE(eth0.ipv6()->addr_add(test::net6("2001:db8::1/64")), nullptr);
  NetContext& six = make("2001:db8::1", "6");
  ASSERT_TRUE(six.bind(at("2001:db8::1")).ok());
  const auto sent = six.sendto(test::text_bytes("x"), {ip6("::ffff:192.0.2.2"), 9}, {},
                               Timeout::no_wait());
  EXPECT_EQ(code_of(sent.status()), "EADDRNOTAVAIL");
}

}  // namespace
}  // namespace flapjack
