// SPDX-License-Identifier: Apache-2.0
#include "l2/ethernet_l2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::ethernet_frame;
using test::ip_packet;
using test::TwoNodeOptions;
using test::TwoNodeWorld;

struct DestinationRow {
  const char* name;
  Ipv4Address next_hop;
  MacAddress expected;
};

class EthernetDestination : public ::testing::TestWithParam<DestinationRow> {};

struct FrameSink : TraceSink {
  void record(const Tracer&, const TraceRecord& r) override {
    if (r.kind == TraceKind::Hop && r.name == "driver_tx") {
      header = *EthernetHeader::parse(r.frame->bytes());
    }
  }
  std::optional<EthernetHeader> header;
};

TEST_P(EthernetDestination, OfAFrame) {
  TwoNodeWorld world;
  FrameSink sink;
  world.tracer.add_sink(sink);
  EXPECT_TRUE(world.ethernet.send(world.if_a, ip_packet(world.if_a, GetParam().next_hop)).ok());
  ASSERT_TRUE(sink.header);
  EXPECT_EQ(sink.header->destination, GetParam().expected);
  EXPECT_EQ(sink.header->source, TwoNodeWorld::mac(1));
  EXPECT_EQ(sink.header->type, kEtherTypeIpv4);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, EthernetDestination,
    ::testing::Values(
        DestinationRow{"limited_broadcast", {0xffffffff}, MacAddress::broadcast()},
        DestinationRow{"directed_broadcast", {0xc00002ff}, MacAddress::broadcast()},
        DestinationRow{"all_hosts", {0xe0000001}, {{0x01, 0x00, 0x5e, 0, 0, 1}}},
        DestinationRow{"mdns", {0xe00000fb}, {{0x01, 0x00, 0x5e, 0, 0, 0xfb}}},
        // only 23 bits of the group survive: 239.255.0.1 and 224.127.0.1 share an address
        DestinationRow{"top_bits_lost", {0xefff0001}, {{0x01, 0x00, 0x5e, 0x7f, 0, 1}}},
        DestinationRow{"top_bits_lost_too", {0xe07f0001}, {{0x01, 0x00, 0x5e, 0x7f, 0, 1}}}),
    [](const auto& info) { return info.param.name; });

TEST(EthernetL2, UnicastAsksFirst) {
  TwoNodeWorld world;
  EXPECT_TRUE(world.ethernet.send(world.if_a, ip_packet(world.if_a, TwoNodeWorld::ip(2))).ok());
  world.settle();
  EXPECT_EQ(*EthernetL2::arp(world.if_a).find(TwoNodeWorld::ip(2)), TwoNodeWorld::mac(2));
  EXPECT_EQ(*EthernetL2::arp(world.if_b).find(TwoNodeWorld::ip(1)), TwoNodeWorld::mac(1));
  EXPECT_EQ(world.drops(DropReason::UnknownProtocol), 1u) << "protocol 253 reached b's IP";
}

TEST(EthernetL2, WithoutANextHopThereIsNoRoute) {
  TwoNodeWorld world;
  EXPECT_EQ(world.ethernet.send(world.if_a, ip_packet(world.if_a, {})).code(), Errc::Enetunreach);
  EXPECT_EQ(world.drops(DropReason::NoRoute), 1u);
  EXPECT_EQ(world.if_a.losses().tx_dropped, 1u);
}

TEST(EthernetL2, WithoutHeadroomThePacketIsRefused) {
  TwoNodeWorld world;
  PacketPtr packet = ip_packet(world.if_a, {0xffffffff});
  packet->push(packet->headroom() - kEthernetHeaderBytes + 1);
  EXPECT_EQ(world.ethernet.send(world.if_a, std::move(packet)).code(), Errc::Enomem);
  EXPECT_EQ(world.drops(DropReason::L2Refused), 1u);
}

struct RecvRow {
  const char* name;
  MacAddress to;
  std::uint16_t type;
  std::size_t keep;  // bytes of the frame that are left
  Verdict verdict;
  DropReason reason;
};

class EthernetRecv : public ::testing::TestWithParam<RecvRow> {};

TEST_P(EthernetRecv, Verdict) {
  const RecvRow& row = GetParam();
  TwoNodeWorld world;
  const std::array<std::uint8_t, 46> body{0x45};
  PacketPtr packet = ethernet_frame(world.slab, row.to, row.type, body);
  packet->trim(row.keep);
  EXPECT_EQ(world.ethernet.recv(world.if_a, packet), row.verdict);
  EXPECT_EQ(packet != nullptr, row.verdict == Verdict::Continue);
  if (packet != nullptr) {
    EXPECT_EQ(packet->size(), row.keep - kEthernetHeaderBytes);
    EXPECT_EQ(packet->meta.ether_type, row.type);
  }
  EXPECT_EQ(world.drops(row.reason), row.verdict == Verdict::Drop ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, EthernetRecv,
    ::testing::Values(
        RecvRow{"ours", TwoNodeWorld::mac(1), kEtherTypeIpv4, 60, Verdict::Continue, {}},
        RecvRow{"broadcast", MacAddress::broadcast(), kEtherTypeIpv4, 60, Verdict::Continue, {}},
        RecvRow{"multicast", {{0x01, 0, 0x5e, 0, 0, 1}}, kEtherTypeIpv4, 60, Verdict::Continue, {}},
        RecvRow{"header_only", TwoNodeWorld::mac(1), kEtherTypeIpv4, 14, Verdict::Continue, {}},
        RecvRow{"other", TwoNodeWorld::mac(3), kEtherTypeIpv4, 60, Verdict::Drop,
                DropReason::NotForUs},
        RecvRow{"ipv6", TwoNodeWorld::mac(1), kEtherTypeIpv6, 60, Verdict::Continue, {}},
        RecvRow{"length_field", TwoNodeWorld::mac(1), 46, 60, Verdict::Drop,
                DropReason::UnknownProtocol},
        RecvRow{"short_header", TwoNodeWorld::mac(1), kEtherTypeIpv4, 13, Verdict::Drop,
                DropReason::BadLinkHeader},
        RecvRow{"broken_arp", TwoNodeWorld::mac(1), kEtherTypeArp, 60, Verdict::Drop,
                DropReason::BadHeader}),
    [](const auto& info) { return info.param.name; });

// The whole way of one datagram, neighbours unknown at first.
TEST(EthernetL2, FirstDatagramWaitsForArpThenFlows) {
  TwoNodeOptions options;
  options.link.delay = milliseconds(2);
  TwoNodeWorld world(options);
  NetContext& from =
      *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  NetContext& to = *world.b.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  ASSERT_TRUE(to.bind({TwoNodeWorld::ip(2), 7}).ok());
  std::vector<SimTime> got;
  ASSERT_TRUE(to.recv([&](NetContext&, PacketPtr, Status) { got.push_back(world.scheduler.now()); },
                      Timeout::no_wait())
                  .ok());
  const std::uint8_t bytes[] = {1, 2, 3};
  const SimTime start = world.scheduler.now();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(from.sendto(bytes, {TwoNodeWorld::ip(2), 7}, {}, Timeout::no_wait()).ok());
  }
  world.settle();
  EXPECT_EQ(got, std::vector<SimTime>(2, start + milliseconds(6))) << "two round trips, one parked";
  EXPECT_TRUE(from.sendto(bytes, {TwoNodeWorld::ip(2), 7}, {}, Timeout::no_wait()).ok());
  world.settle();
  EXPECT_EQ(got.back(), start + milliseconds(8));
  EXPECT_EQ(world.slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
