// SPDX-License-Identifier: Apache-2.0
// The rules of the ARP cache, row by row. The neighbours are made up: node b is not there.
#include "l2/arp_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ip_packets.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::arp_packet;
using test::ip_packet;
using test::TwoNodeOptions;
using test::TwoNodeWorld;
using ::testing::ElementsAre;

constexpr Ipv4Address kSelf{0xc0000201}, kOther{0xc0000209};
constexpr MacAddress kMac{{0x02, 0, 0, 0, 0, 0x50}}, kNewMac{{0x02, 0, 0, 0, 0, 0x51}};
constexpr std::string_view kArpFrame = "42";

Ipv4Address neighbour(std::uint32_t n) {
  return {0xc0000264 + n};
}

struct ArpWorld : TwoNodeWorld {
  explicit ArpWorld(const ArpConfig& config = {}, const StackConfig& stack = {})
      : TwoNodeWorld(options(config, stack)), arp(EthernetL2::arp(if_a)) {}
  static TwoNodeOptions options(const ArpConfig& config, const StackConfig& stack) {
    TwoNodeOptions o;
    o.arp = config;
    o.a = stack;
    return o;
  }
  Status send(Ipv4Address to, std::uint16_t context = 0) {
    PacketPtr packet = ip_packet(if_a, to);
    packet->meta.context = context;
    return ethernet.send(if_a, std::move(packet));
  }
  Verdict receive(ArpOperation operation, Ipv4Address sender, const MacAddress& mac,
                  Ipv4Address target) {
    PacketPtr packet = arp_packet(slab, {operation, mac, sender, {}, target});
    const Verdict verdict = arp.input(packet);
    EXPECT_EQ(packet, nullptr);
    return verdict;
  }
  /// ARP frames that a has put on the wire.
  std::size_t arps_sent() const {
    std::size_t n = 0;
    for (const KeptRecord& r : sink.records) {
      n += r.name == "driver_tx" && r.subject == "a.eth0" && r.attr("len") == kArpFrame;
    }
    return n;
  }
  /// Other frames that a has put on the wire.
  std::size_t packets_sent() const {
    std::size_t n = 0;
    for (const KeptRecord& r : sink.records) {
      n += r.name == "driver_tx" && r.subject == "a.eth0" && r.attr("len") != kArpFrame;
    }
    return n;
  }
  ArpCache& arp;
};

// ---- learning

enum class Before { Nothing, Pending, Resolved };

struct LearnRow {
  const char* name;
  ArpOperation operation;
  Before before;
  bool for_us;
  bool gratuitous;
  bool knows_new;  // afterwards find() gives the sender's new address
  bool answers;
};

class ArpLearn : public ::testing::TestWithParam<LearnRow> {};

TEST_P(ArpLearn, MergesAndAnswers) {
  const LearnRow& row = GetParam();
  ArpConfig config;
  config.gratuitous = row.gratuitous;
  ArpWorld world(config);
  const Ipv4Address sender = neighbour(0);
  if (row.before != Before::Nothing) {
    ASSERT_TRUE(world.send(sender).ok());
    if (row.before == Before::Resolved) world.receive(ArpOperation::Reply, sender, kMac, kSelf);
  }
  const std::size_t sent_before = world.arps_sent();
  const Verdict verdict =
      world.receive(row.operation, sender, kNewMac, row.for_us ? kSelf : kOther);
  EXPECT_EQ(verdict, Verdict::Ok);
  const MacAddress* known = world.arp.find(sender);
  EXPECT_EQ(known != nullptr && *known == kNewMac, row.knows_new);
  if (row.before == Before::Resolved && !row.knows_new) {
    ASSERT_NE(known, nullptr);
    EXPECT_EQ(*known, kMac);
  }
  EXPECT_EQ(world.arp.is_pending(sender), row.before == Before::Pending && !row.knows_new);
  EXPECT_EQ(world.arps_sent() - sent_before, row.answers ? 1u : 0u);
  EXPECT_EQ(world.packets_sent(), row.before == Before::Resolved || row.knows_new
                                      ? (row.before == Before::Nothing ? 0u : 1u)
                                      : 0u);
}

constexpr auto kReq = ArpOperation::Request;
constexpr auto kRep = ArpOperation::Reply;
INSTANTIATE_TEST_SUITE_P(
    Rows, ArpLearn,
    ::testing::Values(
        LearnRow{"request_to_us_adds", kReq, Before::Nothing, true, true, true, true},
        LearnRow{"request_to_us_adds_strict", kReq, Before::Nothing, true, false, true, true},
        LearnRow{"request_to_us_updates", kReq, Before::Resolved, true, false, true, true},
        LearnRow{"request_to_us_resolves", kReq, Before::Pending, true, false, true, true},
        LearnRow{"request_to_others_adds_nothing", kReq, Before::Nothing, false, true, false,
                 false},
        LearnRow{"request_to_others_updates", kReq, Before::Resolved, false, true, true, false},
        LearnRow{"request_to_others_ignored", kReq, Before::Resolved, false, false, false, false},
        LearnRow{"request_to_others_resolves", kReq, Before::Pending, false, true, true, false},
        LearnRow{"reply_resolves", kRep, Before::Pending, true, false, true, false},
        LearnRow{"unasked_reply_adds_nothing", kRep, Before::Nothing, true, true, false, false},
        LearnRow{"unasked_reply_updates", kRep, Before::Resolved, true, true, true, false},
        LearnRow{"unasked_reply_ignored", kRep, Before::Resolved, true, false, false, false},
        LearnRow{"announcement_to_others_ignored", kRep, Before::Pending, false, false, false,
                 false}),
    [](const auto& info) { return info.param.name; });

TEST(ArpCache, ProbesTeachNothingButAreAnswered) {
  ArpWorld world;
  world.receive(kReq, {}, kMac, kSelf);
  EXPECT_EQ(world.arp.size(), 0u);
  EXPECT_EQ(world.arps_sent(), 1u);
}

TEST(ArpCache, WhoeverClaimsOurAddressTeachesNothing) {
  ArpWorld world;
  world.receive(kReq, kSelf, kMac, kOther);
  world.receive(kRep, kSelf, kMac, kSelf);
  EXPECT_EQ(world.arp.size(), 0u);
}

TEST(ArpCache, MalformedPacketsAreDropped) {
  ArpWorld world;
  PacketPtr cut_short = arp_packet(world.slab, {kReq, kMac, neighbour(0), {}, kSelf});
  cut_short->trim(kArpBytes - 1);
  EXPECT_EQ(world.arp.input(cut_short), Verdict::Drop);
  EXPECT_EQ(cut_short, nullptr);
  EXPECT_EQ(world.receive(kRep, neighbour(0), MacAddress::broadcast(), kSelf), Verdict::Drop);
  EXPECT_EQ(world.drops(DropReason::BadHeader), 2u);
}

// ---- waiting

TEST(ArpCache, ParksSendsOneRequestAndFlushesInOrder) {
  ArpWorld world;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(world.send(neighbour(0)).ok());
  EXPECT_EQ(world.count("arp_wait"), 3u);
  EXPECT_EQ(world.arps_sent(), 1u);
  EXPECT_EQ(world.packets_sent(), 0u);
  std::vector<PacketId> parked, sent;
  for (const KeptRecord& r : world.sink.records) {
    if (r.name == "arp_wait") parked.push_back(r.packet);
  }
  world.receive(kRep, neighbour(0), kMac, kSelf);
  for (const KeptRecord& r : world.sink.records) {
    if (r.name == "driver_tx" && r.attr("len") != kArpFrame) sent.push_back(r.packet);
  }
  EXPECT_EQ(sent, parked);
  world.settle();
  EXPECT_EQ(world.drops(DropReason::ArpTimeout), 0u) << "the timer was left running";
}

TEST(ArpCache, TheRequestNamesThePacketThatCausedIt) {
  ArpWorld world;
  PacketPtr packet = ip_packet(world.if_a, neighbour(0));
  packet->meta.cause = world.tracer.event(world.a.subject(), "sent");
  EXPECT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok());
  const KeptRecord *wait = nullptr, *request = nullptr;
  for (const KeptRecord& r : world.sink.records) {
    if (r.name == "arp_wait") wait = &r;
    if (r.name == "driver_tx") request = &r;
  }
  ASSERT_TRUE(wait != nullptr && request != nullptr);
  EXPECT_EQ(request->parent, wait->packet);
  EXPECT_EQ(request->cause, wait->seq);
}

TEST(ArpCache, TimesOutAfterTwoSecondsWithoutARepeat) {
  ArpWorld world;
  const SimTime start = world.scheduler.now();
  EXPECT_TRUE(world.send(neighbour(0)).ok());
  world.run_for(seconds(1));
  EXPECT_TRUE(world.send(neighbour(1)).ok());
  EXPECT_TRUE(world.send(neighbour(0)).ok());  // the first request's deadline holds
  world.run_for(milliseconds(999));
  EXPECT_EQ(world.drops(DropReason::ArpTimeout), 0u);
  world.run_for(milliseconds(1));
  EXPECT_EQ(world.drops(DropReason::ArpTimeout), 2u);
  EXPECT_EQ(world.arp.size(), 1u);
  EXPECT_FALSE(world.arp.is_pending(neighbour(0)));
  world.settle();
  EXPECT_EQ(world.drops(DropReason::ArpTimeout), 3u);
  EXPECT_EQ(world.scheduler.now(), start + seconds(3));
  EXPECT_EQ(world.arps_sent(), 2u);
  EXPECT_EQ(world.a.tx_pool.in_use(), 0u);
  EXPECT_TRUE(world.send(neighbour(0)).ok());  // asks again from scratch
  EXPECT_EQ(world.arps_sent(), 3u);
}

TEST(ArpCache, ASilentNeighbourIsNoLongerTheFirstHopOfARedirect) {
  ArpWorld world;
  const Route route = world.if_a.stack().route();
  const Ipv4Address far{0x08080808};
  world.if_a.set_gateway(neighbour(1));
  route.redirect(world.if_a, far, neighbour(0));
  ASSERT_TRUE(world.send(neighbour(0)).ok());
  world.run_for(seconds(2) - Duration{1});
  EXPECT_EQ(route.next_hop(world.if_a, far), neighbour(0));
  world.run_for(Duration{1});
  EXPECT_EQ(route.next_hop(world.if_a, far), neighbour(1));
}

TEST(ArpCache, PendingLimitDropsTheNewest) {
  ArpConfig config;
  config.pending_limit = 2;
  ArpWorld world(config);
  EXPECT_TRUE(world.send(neighbour(0)).ok());
  EXPECT_TRUE(world.send(neighbour(0)).ok());
  EXPECT_EQ(world.send(neighbour(0)).code(), Errc::Enobufs);
  EXPECT_EQ(world.drops(DropReason::ArpBusy), 1u);
  EXPECT_EQ(world.arps_sent(), 1u);
  world.receive(kRep, neighbour(0), kMac, kSelf);
  EXPECT_EQ(world.packets_sent(), 2u);
}

TEST(ArpCache, SinglePendingAsksAgainAndLosesTheSecondPacket) {
  ArpConfig config;
  config.single_pending = true;
  ArpWorld world(config);
  EXPECT_TRUE(world.send(neighbour(0)).ok());
  EXPECT_EQ(world.send(neighbour(0)).code(), Errc::Enobufs);
  EXPECT_EQ(world.arps_sent(), 2u);
  EXPECT_EQ(world.drops(DropReason::ArpBusy), 1u);
  world.receive(kRep, neighbour(0), kMac, kSelf);
  EXPECT_EQ(world.packets_sent(), 1u);
}

TEST(ArpCache, WithoutBuffersThePacketIsLostAndNothingIsPending) {
  ArpWorld world;
  PacketPtr packet = ip_packet(world.if_a, neighbour(0));
  world.a.tx_pool.set_limit(1);
  EXPECT_TRUE(world.ethernet.send(world.if_a, std::move(packet)).ok()) << "the request waits";
  world.run_for(milliseconds(100) - Duration{1});
  EXPECT_TRUE(world.arp.is_pending(neighbour(0)));
  world.run_for(Duration{1});
  EXPECT_EQ(world.drops(DropReason::NoBuffers), 1u);
  EXPECT_EQ(world.arp.size(), 0u);
  world.a.tx_pool.set_limit(0);  // a question to us cannot be answered either
  EXPECT_EQ(world.receive(kReq, neighbour(1), kMac, kSelf), Verdict::Ok);
  world.run_for(milliseconds(100));
  EXPECT_EQ(world.drops(DropReason::NoBuffers), 2u);
  EXPECT_NE(world.arp.find(neighbour(1)), nullptr) << "but it was learnt from";
  EXPECT_EQ(world.arps_sent(), 0u);
}

TEST(ArpCache, WithoutBuffersInTimeOrEverTheyDiffer) {
  ArpWorld world;
  PacketPtr first = ip_packet(world.if_a, neighbour(0));
  world.a.tx_pool.set_limit(1);
  EXPECT_TRUE(world.ethernet.send(world.if_a, std::move(first)).ok());
  world.run_for(milliseconds(99));
  EXPECT_EQ(world.arps_sent(), 0u);
  world.a.tx_pool.set_limit(2);
  world.run_for(Duration{});
  EXPECT_EQ(world.arps_sent(), 1u) << "late, but asked";
  world.receive(kRep, neighbour(0), kMac, kSelf);
  EXPECT_EQ(world.packets_sent(), 1u);
  // an answer that comes without our question ends its wait
  PacketPtr second = ip_packet(world.if_a, neighbour(1));
  world.a.tx_pool.set_limit(1);
  EXPECT_TRUE(world.ethernet.send(world.if_a, std::move(second)).ok());
  world.receive(kReq, neighbour(1), kMac, kSelf);
  world.run_for(milliseconds(100));
  EXPECT_EQ(world.drops(DropReason::NoBuffers), 0u);
}

// ---- the table

TEST(ArpCache, EvictsTheLeastRecentlyUsed) {
  ArpConfig config;
  config.table_size = 3;
  ArpWorld world(config);
  for (std::uint32_t n = 0; n < 3; ++n) world.receive(kReq, neighbour(n), kMac, kSelf);
  EXPECT_NE(world.arp.find(neighbour(0)), nullptr);  // now 1 is the oldest
  world.receive(kReq, neighbour(3), kMac, kSelf);
  EXPECT_EQ(world.arp.size(), 3u);
  EXPECT_EQ(world.arp.find(neighbour(1)), nullptr);
  for (const std::uint32_t n : {0u, 2u, 3u}) EXPECT_NE(world.arp.find(neighbour(n)), nullptr);
}

TEST(ArpCache, ARequestEvictsANeighbourBeforeAnotherRequest) {
  ArpConfig config;
  config.table_size = 2;
  ArpWorld world(config);
  EXPECT_TRUE(world.send(neighbour(0)).ok());
  world.receive(kReq, neighbour(1), kMac, kSelf);
  EXPECT_TRUE(world.send(neighbour(2)).ok());
  EXPECT_EQ(world.drops(DropReason::ArpEvicted), 0u);
  EXPECT_TRUE(world.arp.is_pending(neighbour(0)) && world.arp.is_pending(neighbour(2)));
  EXPECT_TRUE(world.send(neighbour(3)).ok());  // only requests are left: the oldest goes
  EXPECT_EQ(world.drops(DropReason::ArpEvicted), 1u);
  EXPECT_FALSE(world.arp.is_pending(neighbour(0)));
  world.receive(kReq, neighbour(4), kMac, kSelf);  // learning never costs waiting packets
  EXPECT_EQ(world.arp.find(neighbour(4)), nullptr);
  EXPECT_EQ(world.drops(DropReason::ArpEvicted), 1u);
}

TEST(ArpCache, NeverAges) {
  ArpWorld world;
  world.receive(kReq, neighbour(0), kMac, kSelf);
  world.run_for(seconds(1'000'000));
  EXPECT_NE(world.arp.find(neighbour(0)), nullptr);
}

TEST(ArpCache, AdminDownEmptiesItCarrierLossDoesNot) {
  ArpWorld world;
  world.receive(kReq, neighbour(0), kMac, kSelf);
  EXPECT_TRUE(world.send(neighbour(1)).ok());
  world.link.set_end_carrier(0, false);
  EXPECT_EQ(world.arp.size(), 2u);
  world.link.set_end_carrier(0, true);
  EXPECT_TRUE(world.if_a.down().ok());
  EXPECT_EQ(world.arp.size(), 0u);
  EXPECT_EQ(world.drops(DropReason::IfaceDown), 1u);
  EXPECT_EQ(world.a.tx_pool.in_use(), 0u);
  EXPECT_TRUE(world.if_a.up().ok());
  EXPECT_TRUE(world.send(neighbour(1)).ok());
  world.run_for(seconds(2));
  EXPECT_EQ(world.drops(DropReason::ArpTimeout), 1u);
}

// An answer never passes through IP output: it starts at the hand-over of finished frames, which in
// the old order is the tx queue (Zephyr 1.12: net_if_queue_tx).
TEST(ArpCache, OwnPacketsStartAtTheFrameHandOver) {
  ArpWorld now;
  now.receive(kReq, neighbour(0), kMac, kSelf);
  EXPECT_THAT(now.story(), ElementsAre("a.eth0 driver_tx", "wire link_in"));
  StackConfig old;
  old.l2_order = L2Order::BeforeQueue;
  ArpWorld then({}, old);
  then.receive(kReq, neighbour(0), kMac, kSelf);
  EXPECT_THAT(then.story(), ElementsAre("a.eth0 tx_queue"));
  then.run_for(Duration{});
  EXPECT_EQ(then.arps_sent(), 1u);
}

}  // namespace
}  // namespace flapjack
