// SPDX-License-Identifier: Apache-2.0
// Splitting and putting together: sizes, every order of arrival, overlaps, limits, time.
#include "stack/net/ipv4_fragment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "stack/wire/ipv4_option.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

const Ipv4Address kUs = ip("192.0.2.1"), kPeer = ip("192.0.2.2");
constexpr Ipv4Header::Error kNone = Ipv4Header::Error::None;

StackConfig fragmenting(std::size_t slots = 1, std::size_t packets = 4) {
  StackConfig config;
  config.ipv4_fragment.enabled = true;
  config.ipv4_fragment.reassembly.slots = slots;
  config.ipv4_fragment.reassembly.packets = packets;
  return config;
}

Ipv4Header header_of(const Bytes& datagram) {
  Ipv4Header header;
  EXPECT_EQ(Ipv4Header::parse(datagram, {}, header), kNone);
  return header;
}

Bytes udp_datagram(std::size_t payload) {
  std::string text(payload, ' ');
  for (std::size_t i = 0; i < payload; ++i) text[i] = static_cast<char>('a' + i % 26);
  return test::udp_bytes({kPeer, 9}, {kUs, 7}, text);
}

/// Bytes [offset, offset + bytes) of the payload of `datagram` as a fragment.
Bytes piece(const Bytes& datagram, std::size_t offset, std::size_t bytes, std::uint16_t id = 77) {
  Ipv4Header header = header_of(datagram);
  header.id = id;
  header.fragment_offset = static_cast<std::uint16_t>(offset / 8);
  header.more_fragments = 20 + offset + bytes < datagram.size();
  const auto begin = datagram.begin() + 20 + static_cast<std::ptrdiff_t>(offset);
  return test::ipv4_bytes(header, Bytes(begin, begin + static_cast<std::ptrdiff_t>(bytes)));
}

struct World {
  explicit World(const StackConfig& config = fragmenting(), std::uint16_t mtu = 576)
      : rig(config), eth0(rig.add({.name = "eth0", .mtu = mtu}, "192.0.2.1/24")) {
    context = &rig.bound(7);
    EXPECT_TRUE(context
                    ->recv([this](NetContext&, PacketPtr packet,
                                  Status) { received.push_back(test::text_of(packet->bytes())); },
                           Timeout::no_wait())
                    .ok());
  }
  /// What follows from it at once, so that no reassembly grows old.
  void receive(const Bytes& bytes) {
    eth0.on_frame(rig.frame(bytes));
    rig.scheduler.run_until(rig.scheduler.now());
  }
  const std::vector<Bytes>& sent() { return rig.driver(eth0).sent; }

  NodeRig rig;
  NetIf& eth0;
  NetContext* context;
  Lines received;
};

// ---- sending

TEST(Ipv4Fragment, SplitsAtMultiplesOfEight) {
  World world;
  const Bytes payload(1200, 0x42);
  Lines told;
  const auto sent = world.context->sendto(
      payload, {kPeer, 9},
      [&](NetContext&, Result<std::size_t> result) {
        told.push_back(std::to_string(result.value()));
      },
      Timeout::no_wait());
  ASSERT_TRUE(sent.ok());
  world.rig.scheduler.run();
  ASSERT_EQ(world.sent().size(), 3u);
  const std::size_t sizes[] = {20 + 552, 20 + 552, 20 + 1208 - 2 * 552};
  for (std::size_t i = 0; i < 3; ++i) {
    const Ipv4Header header = header_of(world.sent()[i]);
    EXPECT_EQ(world.sent()[i].size(), sizes[i]);
    EXPECT_EQ(header.fragment_offset, i * 552 / 8);
    EXPECT_EQ(header.more_fragments, i < 2);
    EXPECT_EQ(header.id, header_of(world.sent()[0]).id);
  }
  EXPECT_EQ(told, Lines{"1200"}) << "once, when the last part has left";
  EXPECT_EQ(world.rig.drops(), Lines{});
  EXPECT_EQ(world.rig.node.tx_pool.in_use(), 0u);
}

TEST(Ipv4Fragment, WhatFitsIsNotSplit) {
  World world;
  ASSERT_TRUE(world.context->sendto(Bytes(548), {kPeer, 9}, {}, Timeout::no_wait()).ok());
  world.rig.scheduler.run();
  ASSERT_EQ(world.sent().size(), 1u);
  EXPECT_FALSE(header_of(world.sent()[0]).is_fragment());
}

TEST(Ipv4Fragment, OffItRefusesWhatDoesNotFit) {
  World world{StackConfig{}};
  EXPECT_EQ(world.context->sendto(Bytes(1200), {kPeer, 9}, {}, Timeout::no_wait()).code(),
            Errc::Enomem);
}

TEST(Ipv4Fragment, InAFiberItWaitsForPackets) {
  StackConfig config = fragmenting();
  config.tx_pool.packets = 2;
  World world(config);
  Errc code = Errc::Eio;
  world.rig.fibers.spawn("app", [&] {
    code = world.context->sendto(Bytes(1200), {kPeer, 9}, {}, Timeout::forever()).code();
  });
  world.rig.scheduler.run();
  EXPECT_EQ(code, Errc::Ok);
  EXPECT_EQ(world.sent().size(), 3u);
}

TEST(Ipv4Fragment, DontFragmentIsEperm) {
  World world;
  PacketPtr packet = world.rig.node.tx_pool.allocate();
  packet->append(Bytes(700));
  packet->meta.iface = world.eth0.index();
  packet->meta.source.address = kUs;
  packet->meta.destination.address = kPeer;
  packet->meta.dont_fragment = true;
  EXPECT_EQ(world.rig.node.ip().output(std::move(packet), IpProtocol::Udp).code(), Errc::Eperm);
  EXPECT_EQ(world.rig.drops(), Lines{"too_big"});
}

TEST(Ipv4Fragment, OnlyCopiedOptionsAreRepeated) {
  World world;
  Bytes options(11);
  emit_ipv4_router_alert(options.data());         // copied
  emit_ipv4_record_route(options.data() + 4, 1);  // not copied
  Ipv4Header header;
  header.source = kUs;
  header.destination = kPeer;
  header.protocol = 253;
  PacketPtr packet = world.rig.node.tx_pool.allocate();
  packet->append(Bytes(800));
  header.total_length = 832;
  header.emit(packet->push(32), options);
  packet->meta.iface = world.eth0.index();
  packet->meta.source.address = kUs;
  packet->meta.destination.address = packet->meta.next_hop = kPeer;
  ASSERT_TRUE(world.rig.node.core().send_data(std::move(packet)).ok());
  world.rig.scheduler.run();
  ASSERT_EQ(world.sent().size(), 2u);
  EXPECT_EQ(header_of(world.sent()[0]).header_bytes, 32);
  EXPECT_EQ(header_of(world.sent()[1]).header_bytes, 24);
  EXPECT_EQ(header_of(world.sent()[0]).payload_bytes(), 544u);
  EXPECT_EQ(header_of(world.sent()[1]).payload_bytes(), 256u);
}

// ---- receiving

TEST(Ipv4Fragment, EveryOrderOfArrival) {
  const Bytes datagram = udp_datagram(100);  // 108 bytes of payload
  std::vector<int> order = {0, 1, 2, 3};
  do {
    World world;
    for (const int i : order) {
      const std::size_t offset = static_cast<std::size_t>(i) * 32;
      world.receive(piece(datagram, offset, i < 3 ? 32 : 12));
    }
    ASSERT_EQ(world.received.size(), 1u);
    EXPECT_EQ(world.received[0], test::text_of(std::span(datagram).subspan(28)));
    EXPECT_EQ(world.rig.drops(), Lines{});
    EXPECT_EQ(world.rig.slab.in_use(), 0u);
    EXPECT_EQ(world.rig.scheduler.pending_count(), 0u) << "no timer is left";
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Ipv4Fragment, ItReentersThroughTheRxQueue) {
  World world;
  const Bytes datagram = udp_datagram(100);
  world.receive(piece(datagram, 0, 64));
  world.rig.sink.records.clear();
  world.receive(piece(datagram, 64, 44));
  EXPECT_EQ(world.rig.events(), Lines{"n.eth0 reassembled"});
  EXPECT_EQ(world.rig.hops(), (Lines{"driver_rx", "rx_queue", "l2_in", "l3_in", "rx_queue",
                                     "l3_in", "l4_in", "conn_match", "app_recv"}));
}

struct Bad {
  const char* what;
  std::vector<std::array<std::size_t, 2>> pieces;  // offset, bytes
  Lines drops;
};
const Bad kBad[] = {
    {"a copy", {{0, 32}, {0, 32}}, {"fragment_overlap", "fragment_overlap"}},
    {"starts inside", {{0, 32}, {24, 32}}, {"fragment_overlap", "fragment_overlap"}},
    {"ends inside", {{64, 32}, {40, 32}}, {"fragment_overlap", "fragment_overlap"}},
    {"covers another", {{32, 16}, {0, 64}}, {"fragment_overlap", "fragment_overlap"}},
    {"behind the last", {{96, 12}, {104, 4}}, {"fragment_overlap", "fragment_overlap"}},
    {"one too many",
     {{0, 16}, {16, 16}, {32, 16}, {48, 16}, {64, 16}},
     {"fragment_count", "fragment_count", "fragment_count", "fragment_count", "fragment_count"}},
};

TEST(Ipv4Fragment, WhatCostsTheWholeDatagram) {
  const Bytes datagram = udp_datagram(100);
  for (const Bad& row : kBad) {
    World world;
    for (const auto& [offset, bytes] : row.pieces) {
      world.receive(piece(datagram, offset, bytes));
    }
    EXPECT_EQ(world.rig.drops(), row.drops) << row.what;
    EXPECT_EQ(world.received, Lines{}) << row.what;
    EXPECT_EQ(world.rig.slab.in_use(), 0u) << row.what;
  }
}

TEST(Ipv4Fragment, OneSlotOneDatagram) {
  World world;
  const Bytes datagram = udp_datagram(100);
  world.receive(piece(datagram, 0, 64, 1));
  world.receive(piece(datagram, 0, 64, 2));
  EXPECT_EQ(world.rig.drops(), Lines{"reassembly_busy"});
  world.receive(piece(datagram, 64, 44, 1));
  EXPECT_EQ(world.received.size(), 1u);
}

TEST(Ipv4Fragment, TwoSlotsKeepDatagramsApart) {
  World world(fragmenting(2));
  const Bytes datagram = udp_datagram(100);
  world.receive(piece(datagram, 0, 64, 1));
  world.receive(piece(datagram, 64, 44, 2));
  EXPECT_EQ(world.received, Lines{});
  world.receive(piece(datagram, 64, 44, 1));
  world.receive(piece(datagram, 0, 64, 2));
  EXPECT_EQ(world.received.size(), 2u);
}

// RFC 792: only with the first fragment there is somebody to tell.
TEST(Ipv4Fragment, AfterFiveSecondsItGivesUp) {
  for (const bool first : {true, false}) {
    World world;
    const Bytes datagram = udp_datagram(100);
    world.eth0.on_frame(world.rig.frame(piece(datagram, first ? 0 : 64, first ? 64 : 44)));
    world.rig.scheduler.run_until(SimTime{} + seconds(5) - Duration{1});
    EXPECT_EQ(world.rig.drops(), Lines{});
    world.rig.scheduler.run_until(SimTime{} + seconds(5));
    EXPECT_EQ(world.rig.drops(), Lines{"reassembly_timeout"});
    world.rig.scheduler.run();
    ASSERT_EQ(world.sent().size(), first ? 1u : 0u);
    if (!first) continue;
    const auto icmp = IcmpHeader::parse(std::span(world.sent()[0]).subspan(20));
    ASSERT_TRUE(icmp.has_value());
    EXPECT_EQ(icmp->type, kIcmpTimeExceeded);
    EXPECT_EQ(icmp->code, kIcmpCodeReassemblyTime);
  }
}

TEST(Ipv4Fragment, AnOddLengthIsAParameterProblem) {
  World world;
  world.receive(piece(udp_datagram(100), 0, 60));
  EXPECT_EQ(world.rig.drops(), Lines{"bad_header"});
  ASSERT_EQ(world.sent().size(), 1u);
  const auto icmp = IcmpHeader::parse(std::span(world.sent()[0]).subspan(20));
  EXPECT_EQ(icmp->type, kIcmpParameterProblem);
  EXPECT_EQ(icmp->code, kIcmpCodeBadLength);
}

TEST(Ipv4Fragment, LongerThanALengthFieldCanSay) {
  World world;
  Ipv4Header header = header_of(udp_datagram(100));
  header.fragment_offset = 0x1fff;
  world.receive(test::ipv4_bytes(header, Bytes(64)));
  EXPECT_EQ(world.rig.drops(), Lines{"bad_header"});
}

TEST(Ipv4Fragment, OffTheyAreDroppedWithTheirReason) {
  World world{StackConfig{}};
  world.receive(piece(udp_datagram(100), 0, 64));
  EXPECT_EQ(world.rig.drops(), Lines{"fragment_unsupported"});
}

TEST(Ipv4Fragment, LargerThanAPacketCanHold) {
  World world(fragmenting(1, 8), 1500);
  const Bytes datagram = udp_datagram(3000);
  world.receive(piece(datagram, 0, 1480));
  world.receive(piece(datagram, 1480, 1480));
  world.receive(piece(datagram, 2960, 48));
  EXPECT_EQ(world.rig.drops(), (Lines{"too_big", "too_big", "too_big"}));
  EXPECT_EQ(world.received, Lines{});
}

}  // namespace
}  // namespace flapjack
