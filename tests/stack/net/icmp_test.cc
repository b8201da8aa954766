// SPDX-License-Identifier: Apache-2.0
// ICMP without any context: the answer to an echo request, the registry of handlers, the request.
#include "stack/net/icmp.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;
using test::TwoNodeWorld;

class IcmpTest : public testing::Test {
 protected:
  void arrive(std::uint8_t type, std::uint8_t code = 0, std::string_view data = "data",
              const char* to = "192.0.2.1") {
    rig.receive(eth0, test::icmp_bytes(ip("192.0.2.2"), ip(to), {type, code, 17, 3}, data));
  }
  const std::vector<Bytes>& sent() { return rig.driver(eth0).sent; }

  static StackConfig config() {
    StackConfig config;
    config.icmp.accept_broadcast = true;
    return config;
  }

  NodeRig rig{config()};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
};

// ---- echo

TEST_F(IcmpTest, AnEchoRequestIsAnsweredWithoutAContext) {
  arrive(kIcmpEchoRequest, 0, "some data");
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
  EXPECT_EQ(rig.node.conns.in_use(), 0u);
  ASSERT_EQ(sent().size(), 1u);
  Bytes expected =
      test::icmp_bytes(ip("192.0.2.1"), ip("192.0.2.2"), {kIcmpEchoReply, 0, 17, 3}, "some data");
  Bytes answer = sent()[0];
  answer[4] = answer[5] = 0;  // the IP id is the node's own
  test::fix_ipv4_checksum(answer);
  EXPECT_EQ(answer, expected);
  EXPECT_EQ(rig.drops(), Lines{});
  EXPECT_EQ(rig.hops(), (Lines{"driver_rx", "rx_queue", "l2_in", "l3_in", "l4_in", "l4_out",
                               "core_out", "tx_queue", "l2_out", "driver_tx"}));
}

TEST_F(IcmpTest, TheAnswerComesFromTheAddressAsked) {
  arrive(kIcmpEchoRequest, 0, "", "10.0.0.1");
  ASSERT_EQ(sent().size(), 1u) << "by the iface it came in by";
  EXPECT_EQ(sent()[0][12], 10);
  for (const char* everyone : {"192.0.2.255", "255.255.255.255", "224.0.0.1"}) {
    arrive(kIcmpEchoRequest, 0, "", everyone);
    EXPECT_EQ(sent().back()[12], 192) << everyone << ": from an address of its own";
    EXPECT_EQ(sent().back()[15], 1);
  }
}

TEST_F(IcmpTest, LinkPaddingIsNotEchoed) {
  Bytes bytes =
      test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), {kIcmpEchoRequest, 0, 1, 1}, "data");
  bytes.insert(bytes.end(), 14, 0);
  rig.receive(eth0, bytes);
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(sent()[0].size(), 32u);
}

TEST_F(IcmpTest, WithoutAPacketTheAnswerIsDropped) {
  rig.node.tx_pool.set_limit(0);
  arrive(kIcmpEchoRequest);
  EXPECT_EQ(rig.drops(), Lines{"no_buffers"});
  EXPECT_TRUE(sent().empty());
}

TEST_F(IcmpTest, BadMessages) {
  Bytes bytes =
      test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), {kIcmpEchoRequest, 0, 1, 1}, "data");
  Bytes wrong_sum = bytes, short_one = bytes;
  wrong_sum[22] ^= 1;
  short_one.resize(27);
  short_one[3] = 27;
  test::fix_ipv4_checksum(short_one);
  rig.receive(eth0, wrong_sum);
  rig.receive(eth0, short_one);
  EXPECT_EQ(rig.drops(), (Lines{"bad_checksum", "bad_header"}));
  EXPECT_EQ(eth0.losses().rx_dropped, 2u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(IcmpTest, ATypeNobodyHandlesHasNoListener) {
  arrive(kIcmpEchoReply);
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
}

// ---- send_echo_request

TEST_F(IcmpTest, RequestRefusals) {
  const Bytes data(10), largest(1472), too_big(1473);
  const auto ask = [&](Stack& node, NetIf* iface, const char* to, const Bytes& bytes) {
    return node.icmp()->send_echo_request(iface, ip(to), 1, 1, bytes).code();
  };
  NodeRig bare;
  EXPECT_EQ(ask(rig.node, &eth0, "0.0.0.0", data), Errc::Einval);
  EXPECT_EQ(ask(bare.node, nullptr, "192.0.2.2", data), Errc::Enoent);
  EXPECT_EQ(ask(bare.node, &bare.add({.name = "x"}), "192.0.2.2", data), Errc::Enetunreach);
  EXPECT_EQ(ask(rig.node, &eth0, "192.0.2.2", too_big), Errc::Enomem);
  EXPECT_EQ(ask(rig.node, &eth0, "192.0.2.2", largest), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(sent().at(0).size(), 1500u);
  rig.node.tx_pool.set_limit(0);
  EXPECT_EQ(ask(rig.node, &eth0, "192.0.2.2", data), Errc::Enomem);
  rig.node.tx_pool.set_limit(14);
  eth0.carrier_off();
  EXPECT_EQ(ask(rig.node, &eth0, "192.0.2.2", data), Errc::Eio);
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST(Ping, ThereAndBack) {
  TwoNodeWorld world;
  Lines log;
  IcmpHandler reply;
  reply.handle = [&](NetIf& iface, const IcmpHeader& header, Packet& packet) {
    log.push_back(std::string(iface.name()) + " id " + std::to_string(header.id) + " seq " +
                  std::to_string(header.sequence) + " from " + to_text(packet.meta.source.address));
    return Status();
  };
  world.a.icmp()->add(reply);
  for (std::uint16_t sequence = 1; sequence <= 2; ++sequence) {
    const Status sent = world.a.icmp()->send_echo_request(nullptr, TwoNodeWorld::ip(2), 99,
                                                          sequence, test::text_bytes("ping"));
    EXPECT_TRUE(sent.ok());
    world.settle();
  }
  EXPECT_EQ(log, (Lines{"eth0 id 99 seq 1 from 192.0.2.2", "eth0 id 99 seq 2 from 192.0.2.2"}));
  EXPECT_EQ(world.slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
