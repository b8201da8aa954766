// SPDX-License-Identifier: Apache-2.0
// What IPv4 input refuses and why, what it accepts, and the header that output writes.
#include "stack/net/ipv4.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

constexpr std::uint8_t kUdp = static_cast<std::uint8_t>(IpProtocol::Udp);
constexpr std::uint8_t kTcp = static_cast<std::uint8_t>(IpProtocol::Tcp);

struct Case {
  const char* what;
  std::function<void(Bytes&)> change;  ///< of a good datagram to port 7; the sum is made right
  const char* reason;                  ///< null: the app gets it
  bool keep_sum = false;               ///< leave the checksum as it was
};

void set_source(Bytes& b, const char* address) {
  const std::uint32_t value = ip(address).value;
  for (int i = 0; i < 4; ++i) b[12 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
void set_destination(Bytes& b, const char* address) {
  const std::uint32_t value = ip(address).value;
  for (int i = 0; i < 4; ++i) b[16 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
void no_udp_sum(Bytes& b) {
  b[26] = b[27] = 0;
}  // addresses change, ports do not

const Case kCases[] = {
    {"as it is", [](Bytes&) {}, nullptr},
    {"shorter than a header", [](Bytes& b) { b.resize(19); }, "bad_header"},
    {"IHL 4", [](Bytes& b) { b[0] = 0x44; }, "bad_header"},
    {"IHL beyond the data", [](Bytes& b) { b.resize(28), b[0] = 0x4f; }, "bad_header"},
    {"total length below the header", [](Bytes& b) { b[3] = 19; }, "bad_header"},
    {"total length beyond the data", [](Bytes& b) { ++b[3]; }, "bad_header"},
    {"longer than the total length", [](Bytes& b) { b.insert(b.end(), 18, 0); }, nullptr},
    {"IPv6", [](Bytes& b) { b[0] = 0x65; }, "unknown_protocol"},
    {"TTL 0", [](Bytes& b) { b[8] = 0; }, "ttl_expired"},
    {"TTL 1", [](Bytes& b) { b[8] = 1; }, nullptr},
    {"from a group", [](Bytes& b) { set_source(b, "224.0.0.1"); }, "martian"},
    {"from everyone", [](Bytes& b) { set_source(b, "255.255.255.255"); }, "martian"},
    {"from the net's broadcast", [](Bytes& b) { set_source(b, "192.0.2.255"); }, "martian"},
    {"from nobody", [](Bytes& b) { set_source(b, "0.0.0.0"); }, "martian"},
    {"from our own loopback", [](Bytes& b) { set_source(b, "127.0.0.1"); }, "martian"},
    {"from anywhere in 127/8", [](Bytes& b) { set_source(b, "127.255.3.2"); }, "martian"},
    {"from nobody to everyone",
     [](Bytes& b) { set_source(b, "0.0.0.0"), set_destination(b, "255.255.255.255"); }, nullptr},
    {"from nobody to the net",
     [](Bytes& b) { set_source(b, "0.0.0.0"), set_destination(b, "192.0.2.255"); }, nullptr},
    {"wrong checksum", [](Bytes& b) { b[10] ^= 1; }, "bad_checksum", true},
    {"a byte changed", [](Bytes& b) { b[1] = 4; }, "bad_checksum", true},
    {"somebody else's", [](Bytes& b) { set_destination(b, "192.0.2.9"); }, "not_for_us"},
    {"another iface's address", [](Bytes& b) { set_destination(b, "10.0.0.1"); }, nullptr},
    {"to everyone", [](Bytes& b) { set_destination(b, "255.255.255.255"); }, nullptr},
    {"to the net", [](Bytes& b) { set_destination(b, "192.0.2.255"); }, nullptr},
    {"to another iface's net", [](Bytes& b) { set_destination(b, "10.255.255.255"); },
     "not_for_us"},
    {"to a group", [](Bytes& b) { set_destination(b, "224.1.2.3"); }, nullptr},
    {"to nobody", [](Bytes& b) { set_destination(b, "0.0.0.0"); }, "martian"},
    {"to a loopback address", [](Bytes& b) { set_destination(b, "127.0.0.2"); }, "martian"},
    {"to our loopback address", [](Bytes& b) { set_destination(b, "127.0.0.1"); }, "martian"},
    {"TCP to everyone", [](Bytes& b) { b[9] = kTcp, set_destination(b, "255.255.255.255"); },
     "not_for_us"},
    {"TCP to the net", [](Bytes& b) { b[9] = kTcp, set_destination(b, "192.0.2.255"); },
     "not_for_us"},
    {"TCP to us", [](Bytes& b) { b[9] = kTcp; }, "unknown_protocol"},
    {"protocol 253", [](Bytes& b) { b[9] = 253; }, "unknown_protocol"},
    {"first fragment", [](Bytes& b) { b[6] = 0x20; }, "fragment_unsupported"},
    {"later fragment", [](Bytes& b) { b[7] = 5; }, "fragment_unsupported"},
    {"may not be fragmented", [](Bytes& b) { b[6] = 0x40; }, nullptr},
    {"options",
     [](Bytes& b) {
       b.insert(b.begin() + 20, 4, 1);
       b[0] = 0x46;
       b[3] += 4;
     },
     nullptr},
    // of two faults the one that is looked for first
    {"TTL 0 and a wrong checksum", [](Bytes& b) { b[8] = 0; }, "ttl_expired", true},
    {"from a group and a wrong checksum", [](Bytes& b) { set_source(b, "224.0.0.1"); },
     "martian", true},
    {"a wrong checksum and not for us", [](Bytes& b) { set_destination(b, "192.0.2.9"); },
     "bad_checksum", true},
    {"a fragment for somebody else", [](Bytes& b) { b[6] = 0x20, set_destination(b, "192.0.2.9"); },
     "not_for_us"},
};

TEST(Ipv4Input, EachRefusalHasItsReason) {
  for (const Case& each : kCases) {
    NodeRig rig;
    NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
    rig.add({.name = "eth1"}, "10.0.0.1/8");
    rig.add({.name = "lo"}, "127.0.0.1/8");
    Lines got;
    ASSERT_TRUE(rig.bound(7)
                    .recv([&](NetContext&, PacketPtr p,
                              Status) { got.push_back(test::text_of(p->bytes())); },
                          Timeout::no_wait())
                    .ok());
    Bytes bytes = test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, "hello");
    no_udp_sum(bytes);
    each.change(bytes);
    if (!each.keep_sum && bytes.size() >= kIpv4HeaderBytes) test::fix_ipv4_checksum(bytes);
    rig.receive(eth0, bytes);
    const bool taken = each.reason == nullptr;
    EXPECT_EQ(got, taken ? Lines{"hello"} : Lines{}) << each.what;
    EXPECT_EQ(rig.drops(), taken ? Lines{} : Lines{each.reason}) << each.what;
    EXPECT_EQ(eth0.losses().rx_dropped, taken ? 0u : 1u) << each.what;
    EXPECT_EQ(rig.node.rx_pool.in_use(), 0u) << each.what;
  }
}

// An iface with such an address is a loopback: what it hears never left the node.
TEST(Ipv4Input, OnALoopbackIfaceItsAddressesAreAtHome) {
  NodeRig rig;
  NetIf& lo = rig.add({.name = "lo"}, "127.0.0.1/8");
  NetContext& context = rig.bound(7);
  std::size_t got = 0;
  ASSERT_TRUE(
      context.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
  rig.receive(lo, test::udp_bytes({ip("127.0.0.9"), 5000}, {ip("127.0.0.1"), 7}, "hello"));
  EXPECT_EQ(got, 1u);
  EXPECT_EQ(rig.drops(), Lines{});
}

TEST(Ipv4Input, WhatANodeSendsToItselfIsNoMartian) {
  NodeRig rig;
  rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.bound(7);
  std::size_t got = 0;
  ASSERT_TRUE(
      context.recv([&](NetContext&, PacketPtr, Status) { ++got; }, Timeout::no_wait()).ok());
  const Bytes hello = test::text_bytes("hello");
  ASSERT_TRUE(context.sendto(hello, {ip("127.0.0.1"), 7}, {}, Timeout::no_wait()).ok());
  rig.scheduler.run();
  EXPECT_EQ(got, 1u);
  EXPECT_EQ(rig.drops(), Lines{});
}

TEST(Ipv4Input, ADeviceThatVerifiesSaysSo) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  rig.set_checksum(eth0, {true, false});
  Bytes bytes = test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, "hello");
  bytes[10] ^= 0xff;
  bytes[26] ^= 0xff;
  rig.receive(eth0, bytes);
  EXPECT_EQ(rig.drops(), Lines{"no_listener"}) << "neither checksum was looked at";
}

TEST(Ipv4Output, HeaderFields) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.context();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(
        context.sendto(test::text_bytes("hi"), {ip("192.0.2.2"), 7}, {}, Timeout::no_wait()).ok());
  }
  rig.scheduler.run();
  ASSERT_EQ(rig.driver(eth0).sent.size(), 2u);
  Ipv4Header first, second;
  ASSERT_EQ(Ipv4Header::parse(rig.driver(eth0).sent[0], {}, first), Ipv4Header::Error::None);
  ASSERT_EQ(Ipv4Header::parse(rig.driver(eth0).sent[1], {}, second), Ipv4Header::Error::None);
  EXPECT_EQ(first.source, ip("192.0.2.1"));
  EXPECT_EQ(first.destination, ip("192.0.2.2"));
  EXPECT_EQ(first.ttl, 64);
  EXPECT_EQ(first.protocol, kUdp);
  EXPECT_EQ(first.total_length, 20 + 8 + 2);
  EXPECT_NE(first.id, second.id) << "RFC 791: unique for source, destination and protocol";
}

TEST(Ipv4Output, GroupsAreNotLeftByDefault) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  EXPECT_TRUE(rig.context()
                  .sendto(test::text_bytes("hi"), {ip("224.1.2.3"), 7}, {}, Timeout::no_wait())
                  .ok());
  rig.scheduler.run();
  ASSERT_EQ(rig.driver(eth0).sent.size(), 1u);
  EXPECT_EQ(rig.driver(eth0).sent[0][8], 1) << "TTL 1, RFC 1112 section 6.1";
}

}  // namespace
}  // namespace flapjack
