// SPDX-License-Identifier: Apache-2.0
// IPv6: splitting and putting together: sizes, every order of arrival, overlaps, limits, time.
#include "stack/net/ipv6_fragmentation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "stack/wire/icmp_quote.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip6;
using test::Ipv6Rig;
using test::Lines;

const MacAddress kPeerMac{{0x02, 0, 0, 0, 0, 0x22}};
const Ipv6Address kUs = ip6("2001:db8::5"), kPeer = ip6("2001:db8::22");

StackConfig fragmenting(std::size_t slots = 1, std::size_t packets = 4) {
  StackConfig config;
  config.ipv6_fragment = {true, {.slots = slots, .packets = packets}};
  config.pmtu.ipv6 = true;
  return config;
}

std::string letters(std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

Bytes udp_segment(std::size_t payload) {
  Bytes segment(kUdpHeaderBytes);
  const Bytes text = test::text_bytes(letters(payload));
  segment.insert(segment.end(), text.begin(), text.end());
  UdpHeader{9, 7, static_cast<std::uint16_t>(segment.size())}.emit(segment, kPeer, kUs);
  return segment;
}

/// A fragment with bytes [offset, offset + bytes) of `segment`.
Bytes piece(const Bytes& segment, std::size_t offset, std::size_t bytes, std::uint32_t id = 77) {
  Ipv6Fragment header;
  header.next_header = 17;
  header.offset = static_cast<std::uint16_t>(offset / 8);
  header.more = offset + bytes < segment.size();
  header.id = id;
  Bytes payload(kIpv6FragmentBytes);
  header.emit(payload.data());
  const auto begin = segment.begin() + static_cast<std::ptrdiff_t>(offset);
  payload.insert(payload.end(), begin, begin + static_cast<std::ptrdiff_t>(bytes));
  return test::ipv6_bytes(kPeer, kUs, IpProtocol::Fragment, payload);
}

struct World : Ipv6Rig {
  explicit World(const StackConfig& config = fragmenting()) : Ipv6Rig(config, "2001:db8::5/64") {
    start();
    EXPECT_TRUE(node.v6()->nd.add_static(eth0, kPeer, kPeerMac));
    forget();
    context = node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(context->bind({IpAddress::any(Family::Inet6), 7}).ok());
    EXPECT_TRUE(context
                    ->recv([this](NetContext&, PacketPtr packet,
                                  Status) { received.push_back(test::text_of(packet->bytes())); },
                           Timeout::no_wait())
                    .ok());
  }
  /// A router tells that only so much fits the path to the peer.
  void learn_mtu(std::uint32_t mtu) {
    ASSERT_TRUE(node.pmtu.too_big(IpAddress(kPeer), mtu, 1500));
    run_for(milliseconds(1));
    forget();
  }
  Result<std::size_t> sendto(std::size_t bytes, SendCallback done = {}) {
    return context->sendto(Bytes(bytes, 0x42), {kPeer, 9}, std::move(done), Timeout::no_wait());
  }
  std::vector<Bytes>& frames() { return driver(eth0).sent; }
  static Ipv6Extensions walk(const Bytes& frame) { return Ipv6Extensions::walk(frame); }
  /// The ICMPv6 header of the only frame that was sent.
  Icmpv6Header told() {
    EXPECT_EQ(frames().size(), 1u);
    if (frames().empty()) return {};
    const auto icmp =
        Icmpv6Header::parse(std::span(frames()[0]).subspan(kIpv6HeaderBytes), kUs, kPeer);
    EXPECT_TRUE(icmp);
    return icmp.value_or(Icmpv6Header{});
  }

  NetContext* context;
  Lines received;
};

// ---- sending

TEST(Ipv6Fragmentation, SplitsForTheSmallestLinkOfThePath) {
  World world;
  world.learn_mtu(1280);
  Lines told;
  const auto sent = world.sendto(1400, [&](NetContext&, Result<std::size_t> result) {
    told.push_back(std::to_string(result.value()));
  });
  ASSERT_TRUE(sent.ok());
  world.run_for(milliseconds(1));
  ASSERT_EQ(world.frames().size(), 2u);
  const std::size_t data[] = {1232, 1408 - 1232};
  const std::uint32_t id = World::walk(world.frames()[0]).fragment.id;
  for (std::size_t i = 0; i < 2; ++i) {
    const Bytes& frame = world.frames()[i];
    const Ipv6Extensions found = World::walk(frame);
    ASSERT_TRUE(found.ok() && found.is_fragment) << i;
    EXPECT_EQ(frame.size(), kIpv6HeaderBytes + kIpv6FragmentBytes + data[i]) << i;
    EXPECT_EQ(found.fragment, (Ipv6Fragment{17, static_cast<std::uint16_t>(i * 1232 / 8), i == 0,
                                            id}))
        << i;
  }
  EXPECT_EQ(told, Lines{"1400"}) << "once, when the last part has left";
  EXPECT_EQ(world.drops(), Lines{});
  EXPECT_EQ(world.node.tx_pool.in_use(), 0u);
}

TEST(Ipv6Fragmentation, APartIsNotSplitAgain) {
  World world;
  const PacketPtr packet = world.node.tx_pool.allocate(1500);
  ASSERT_NE(packet, nullptr);
  const Bytes segment = udp_segment(1992);
  packet->append(piece(segment, 0, 1400));
  EXPECT_FALSE(world.node.v6()->fragmentation.splits(*packet));
  packet->trim(0);
  packet->append(test::ipv6_bytes(kPeer, kUs, IpProtocol::Udp, udp_segment(1400)));
  EXPECT_TRUE(world.node.v6()->fragmentation.splits(*packet));
}

TEST(Ipv6Fragmentation, WhatFitsIsNotSplit) {
  World world;
  world.learn_mtu(1300);
  ASSERT_TRUE(world.sendto(1300 - 48).ok());
  world.run_for(milliseconds(1));
  ASSERT_EQ(world.frames().size(), 1u);
  EXPECT_FALSE(World::walk(world.frames()[0]).is_fragment);
}

TEST(Ipv6Fragmentation, EachDatagramHasANumberThatTheSeedChooses) {
  std::vector<std::uint32_t> ids;
  for (int run = 0; run < 2; ++run) {
    World world;
    world.learn_mtu(1280);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(world.sendto(1400).ok());
    world.run_for(milliseconds(1));
    ASSERT_EQ(world.frames().size(), 4u);
    ids.push_back(World::walk(world.frames()[0]).fragment.id);
    ids.push_back(World::walk(world.frames()[2]).fragment.id);
  }
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_EQ(ids[1], ids[3]);
}

TEST(Ipv6Fragmentation, OffItRefusesWhatTheLinkDoesNotCarry) {
  World world{StackConfig{}};
  EXPECT_EQ(world.sendto(1500).code(), Errc::Enomem);
  EXPECT_EQ(world.node.v6()->icmp.send_echo_request(&world.eth0, kPeer, 1, 1, Bytes(1453)).code(),
            Errc::Enomem);
  EXPECT_TRUE(world.node.v6()->icmp.send_echo_request(&world.eth0, kPeer, 1, 1, Bytes(1452)).ok());
}

TEST(Ipv6Fragmentation, InAFiberItWaitsForPackets) {
  StackConfig config = fragmenting();
  config.tx_pool.packets = 2;
  World world(config);
  world.learn_mtu(1280);
  Errc code = Errc::Eio;
  world.fibers.spawn("app", [&] {
    code = world.context->sendto(Bytes(1400), {kPeer, 9}, {}, Timeout::forever()).code();
  });
  world.run_for(seconds(1));
  EXPECT_EQ(code, Errc::Ok);
  ASSERT_EQ(world.frames().size(), 2u);
  EXPECT_TRUE(World::walk(world.frames()[1]).is_fragment);
}

TEST(Ipv6Fragmentation, OptionsThatRoutersReadAreInEveryPart) {
  World world;
  PacketPtr packet = world.node.tx_pool.allocate();
  packet->append(Bytes(1480, 0x42));
  PacketMeta& meta = packet->meta;
  meta.iface = world.eth0.index();
  meta.source.address = kUs;
  meta.destination.address = kPeer;
  meta.router_alert = true;
  ASSERT_TRUE(world.node.ip().output(std::move(packet), IpProtocol::Udp).ok());
  world.run_for(milliseconds(1));
  ASSERT_EQ(world.frames().size(), 2u);
  for (const Bytes& frame : world.frames()) {
    const Ipv6Extensions found = World::walk(frame);
    EXPECT_EQ(found.fragment_at, kIpv6HeaderBytes + kIpv6RouterAlertBytes);
    EXPECT_EQ(found.router_alert, kRouterAlertMld);
    EXPECT_LE(frame.size(), 1500u);
  }
}

// ---- receiving

TEST(Ipv6Fragmentation, EveryOrderOfArrival) {
  const Bytes segment = udp_segment(100);  // 108 bytes
  std::vector<int> order = {0, 1, 2, 3};
  do {
    World world;
    for (const int i : order) {
      world.hear(piece(segment, static_cast<std::size_t>(i) * 32, i < 3 ? 32 : 12));
    }
    EXPECT_EQ(world.received, Lines{letters(100)});
    EXPECT_EQ(world.drops(), Lines{});
    EXPECT_EQ(world.events(), Lines{"reassembled"});
    EXPECT_EQ(world.slab.in_use(), 0u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Ipv6Fragmentation, ItReentersThroughTheRxQueue) {
  World world;
  const Bytes segment = udp_segment(100);
  world.hear(piece(segment, 0, 64));
  world.forget();
  world.hear(piece(segment, 64, 44));
  EXPECT_EQ(world.hops(), (Lines{"driver_rx", "rx_queue", "l2_in", "l3_in", "rx_queue", "l3_in",
                                 "l4_in", "conn_match", "app_recv"}));
}

// What waits for the rest is not lost when a run ends: a timer is behind it.
TEST(Ipv6Fragmentation, WhatWaitsSaysSo) {
  World world;
  const Bytes segment = udp_segment(100);
  world.hear(piece(segment, 0, 64));
  ASSERT_EQ(world.slab.in_use(), 1u);
  EXPECT_TRUE(world.slab.live().front()->meta.parked);
  bool parked = true;
  const auto look = [&](NetContext&, PacketPtr packet, Status) { parked = packet->meta.parked; };
  ASSERT_TRUE(world.context->recv(look, Timeout::no_wait()).ok());
  world.hear(piece(segment, 64, 44));
  EXPECT_FALSE(parked);
}

// RFC 6946: never put together with others, not even with a slot of the same key.
TEST(Ipv6Fragmentation, AnAtomicFragmentIsWhole) {
  World world;
  const Bytes segment = udp_segment(20);
  world.hear(piece(udp_segment(100), 64, 32));
  world.hear(piece(segment, 0, segment.size()));
  EXPECT_EQ(world.received, Lines{letters(20)});
  World off{StackConfig{}};
  off.hear(piece(segment, 0, segment.size()));
  EXPECT_EQ(off.received, Lines{letters(20)}) << "nothing has to be put together";
}

struct Bad {
  const char* what;
  std::vector<std::array<std::size_t, 2>> pieces;  // offset, bytes
  const char* reason;
};
// RFC 5722: whoever overlaps, the datagram is gone, and nobody is told.
const Bad kBad[] = {
    {"a copy", {{0, 32}, {0, 32}}, "fragment_overlap"},
    {"starts inside", {{0, 32}, {24, 32}}, "fragment_overlap"},
    {"ends inside", {{64, 32}, {40, 32}}, "fragment_overlap"},
    {"covers another", {{32, 16}, {0, 64}}, "fragment_overlap"},
    {"behind the last", {{96, 12}, {104, 4}}, "fragment_overlap"},
    {"one too many", {{0, 16}, {16, 16}, {32, 16}, {48, 16}, {64, 16}}, "fragment_count"},
};

TEST(Ipv6Fragmentation, WhatCostsTheWholeDatagram) {
  const Bytes segment = udp_segment(100);
  for (const Bad& row : kBad) {
    World world;
    for (const auto& [offset, bytes] : row.pieces) world.hear(piece(segment, offset, bytes));
    EXPECT_EQ(world.drops(), Lines(row.pieces.size(), row.reason)) << row.what;
    EXPECT_EQ(world.received, Lines{}) << row.what;
    EXPECT_EQ(world.sent(), Lines{}) << row.what;
    EXPECT_EQ(world.slab.in_use(), 0u) << row.what;
  }
}

TEST(Ipv6Fragmentation, LimitsAreThoseOfTheTable) {
  const Bytes segment = udp_segment(100);
  World one;
  one.hear(piece(segment, 0, 64, 1));
  one.hear(piece(segment, 0, 64, 2));
  EXPECT_EQ(one.drops(), Lines{"reassembly_busy"});
  one.hear(piece(segment, 64, 44, 1));
  EXPECT_EQ(one.received.size(), 1u);
  World two(fragmenting(2));
  two.hear(piece(segment, 0, 64, 1));
  two.hear(piece(segment, 64, 44, 2));
  EXPECT_EQ(two.received, Lines{});
  two.hear(piece(segment, 64, 44, 1));
  two.hear(piece(segment, 0, 64, 2));
  EXPECT_EQ(two.received.size(), 2u);
}

// RFC 8200 section 4.5: 60 s, and only with the first fragment there is something to tell.
TEST(Ipv6Fragmentation, AfterItsTimeItGivesUp) {
  for (const bool first : {true, false}) {
    StackConfig config = fragmenting();
    config.ipv6_fragment.reassembly.timeout = seconds(60);
    World world(config);
    const Bytes lost = piece(udp_segment(100), first ? 0 : 64, first ? 64 : 44);
    const SimTime start = world.scheduler.now();
    world.hear(lost);
    world.scheduler.run_until(start + seconds(60) - Duration{1});
    EXPECT_EQ(world.drops(), Lines{});
    world.scheduler.run_until(start + seconds(60));
    EXPECT_EQ(world.drops(), Lines{"reassembly_timeout"});
    world.run_for(milliseconds(1));
    ASSERT_EQ(world.frames().size(), first ? 1u : 0u);
    if (!first) continue;
    EXPECT_EQ(world.told(), Icmpv6Header::time_exceeded(kIcmpv6ReassemblyTime));
    const auto quote = std::span(world.frames()[0]).subspan(kIpv6HeaderBytes + kIcmpv6HeaderBytes);
    EXPECT_EQ(Bytes(quote.begin(), quote.end()), lost);
  }
}

TEST(Ipv6Fragmentation, WrongLengthsAreParameterProblems) {
  struct {
    const char* what;
    Bytes bytes;
    std::uint32_t pointer;
  } rows[] = {{"no multiple of 8", piece(udp_segment(100), 0, 60), 4},
              {"beyond 65,535 bytes", piece(udp_segment(100), 0, 64), 42}};
  rows[1].bytes[42] = 0xff;  // offset 65,528 and 64 bytes
  rows[1].bytes[43] = 0xf9;
  for (const auto& row : rows) {
    World world;
    world.hear(row.bytes);
    EXPECT_EQ(world.drops(), Lines{"bad_header"}) << row.what;
    EXPECT_EQ(world.told(), Icmpv6Header::parameter_problem(kIcmpv6ErroneousField, row.pointer))
        << row.what;
  }
}

TEST(Ipv6Fragmentation, AnEmptyFragmentIsNone) {
  World world;
  world.hear(piece(udp_segment(100), 64, 0));
  EXPECT_EQ(world.drops(), Lines{"bad_header"});
  EXPECT_EQ(world.sent(), Lines{});
}

TEST(Ipv6Fragmentation, OffTheyAreDroppedWithTheirReason) {
  World world{StackConfig{}};
  world.hear(piece(udp_segment(100), 0, 64));
  EXPECT_EQ(world.drops(), Lines{"fragment_unsupported"});
}

TEST(Ipv6Fragmentation, LargerThanAPacketCanHold) {
  World world(fragmenting(1, 8));
  const Bytes segment = udp_segment(3000);
  world.hear(piece(segment, 0, 1440));
  world.hear(piece(segment, 1440, 1440));
  world.hear(piece(segment, 2880, 128));
  EXPECT_EQ(world.drops(), (Lines{"too_big", "too_big", "too_big"}));
}

// What its device says of checksums was said of the parts.
TEST(Ipv6Fragmentation, TheWholeIsVerifiedEvenWhereTheDeviceDoesIt) {
  World world;
  world.driver(world.eth0).checksum.verify = false;
  Bytes segment = udp_segment(100);
  segment[20] ^= 1;
  world.hear(piece(segment, 0, 64));
  world.hear(piece(segment, 64, 44));
  EXPECT_EQ(world.drops(), Lines{"bad_checksum"});
}

}  // namespace
}  // namespace flapjack
