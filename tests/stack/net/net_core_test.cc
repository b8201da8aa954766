// SPDX-License-Identifier: Apache-2.0
// The junction of up and down: every hop of a datagram in both orders of L2 and queue, what
// send_data and recv_data refuse, and that causes form one chain.
#include "stack/net/net_core.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/stack/net/net_rig.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;
using test::TwoNodeOptions;
using test::TwoNodeWorld;

const Timeout kNoWait = Timeout::no_wait();

TwoNodeOptions options(L2Order order, std::size_t classes = 1) {
  TwoNodeOptions o;
  o.a.l2_order = o.b.l2_order = order;
  o.a.tx_classes = o.b.tx_classes = o.a.rx_classes = o.b.rx_classes = classes;
  return o;
}

/// World in which "a" sends `datagrams` to port 7 of "b"; the last one is in the trace.
struct Journey {
  explicit Journey(const TwoNodeOptions& o, int datagrams = 1) : world(o) {
    server = world.b.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    client = world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    EXPECT_TRUE(server->bind({{}, 7}).ok());
    EXPECT_TRUE(server->recv([this](NetContext&, PacketPtr, Status) { ++received; }, kNoWait).ok());
    for (int i = 0; i < datagrams; ++i) {
      world.sink.records.clear();
      EXPECT_TRUE(
          client->sendto(test::text_bytes("x"), {TwoNodeWorld::ip(2), 7}, {}, kNoWait).ok());
      world.settle();
    }
  }
  TwoNodeWorld world;
  NetContext* server = nullptr;
  NetContext* client = nullptr;
  int received = 0;
};

const Lines kUp = {"wire link_in",    "wire link_out", "b.eth0 driver_rx",
                   "b.eth0 rx_queue", "b.eth0 l2_in",  "b.eth0 l3_in",
                   "b l4_in",         "b conn_match",  "b app_recv"};
const Lines kUpDirect = {"wire link_in", "wire link_out", "b.eth0 driver_rx", "b.eth0 l2_in",
                         "b.eth0 l3_in", "b l4_in",       "b conn_match",     "b app_recv"};

struct Way {
  L2Order order;
  std::size_t classes;
  Lines down;
  Lines up;
};
const Way kWays[] = {
    {L2Order::AfterQueue,
     1,
     {"a app_send", "a l4_out", "a.eth0 core_out", "a.eth0 tx_queue", "a.eth0 l2_out",
      "a.eth0 driver_tx"},
     kUp},
    {L2Order::BeforeQueue,
     1,
     {"a app_send", "a l4_out", "a.eth0 core_out", "a.eth0 l2_out", "a.eth0 tx_queue",
      "a.eth0 driver_tx"},
     kUp},
    {L2Order::AfterQueue,
     0,
     {"a app_send", "a l4_out", "a.eth0 core_out", "a.eth0 l2_out", "a.eth0 driver_tx"},
     kUpDirect},
    {L2Order::BeforeQueue,
     0,
     {"a app_send", "a l4_out", "a.eth0 core_out", "a.eth0 l2_out", "a.eth0 driver_tx"},
     kUpDirect},
};

TEST(NetCore, EveryHopDownAndUp) {
  for (const Way& way : kWays) {
    Journey journey(options(way.order, way.classes), 2);
    Lines expected = way.down;
    expected.insert(expected.end(), way.up.begin(), way.up.end());
    EXPECT_EQ(journey.world.story(), expected);
    EXPECT_EQ(journey.received, 2);
  }
}

TEST(NetCore, TheFirstDatagramWaitsForArpInBothOrders) {
  Journey after(options(L2Order::AfterQueue)), before(options(L2Order::BeforeQueue));
  const auto own_hops = [](Journey& journey) {
    Lines names;
    const PacketId id = journey.world.sink.records.at(0).packet;
    for (const KeptRecord& r : journey.world.sink.records) {
      if (r.packet == id && r.subject.starts_with("a")) names.push_back(r.name);
    }
    return names;
  };
  EXPECT_EQ(own_hops(after), (Lines{"app_send", "l4_out", "core_out", "tx_queue", "l2_out",
                                    "arp_wait", "driver_tx"}));
  EXPECT_EQ(own_hops(before), (Lines{"app_send", "l4_out", "core_out", "l2_out", "arp_wait",
                                     "tx_queue", "driver_tx"}));
  EXPECT_EQ(after.received + before.received, 2);
}

TEST(NetCore, EachHopIsCausedByThePacketsHopBefore) {
  for (const L2Order order : {L2Order::AfterQueue, L2Order::BeforeQueue}) {
    Journey journey(options(order));
    std::map<PacketId, RecordId> last;
    std::map<RecordId, const KeptRecord*> all;
    for (const KeptRecord& r : journey.world.sink.records) {
      ASSERT_EQ(r.kind, TraceKind::Hop);
      all[r.seq] = &r;
      const auto before = last.find(r.packet);
      if (before != last.end()) {
        EXPECT_EQ(r.cause, before->second) << r.text();
      } else if (r.name != "app_send") {
        ASSERT_TRUE(r.cause.valid()) << r.text() << ": ARP packets have a cause, too";
        EXPECT_LT(r.cause, r.seq);
        EXPECT_EQ(all.at(r.cause)->packet, r.parent) << r.text();
      }
      last[r.packet] = r.seq;
    }
    EXPECT_EQ(last.size(), 3u) << "the datagram, the question and the answer";
  }
}

TEST(NetCore, WhatACallbackDoesIsCausedByItsPacket) {
  Journey journey(options(L2Order::AfterQueue));
  journey.world.sink.records.clear();
  ASSERT_TRUE(journey.server
                  ->recv(
                      [&](NetContext& self, PacketPtr p, Status) {
                        EXPECT_TRUE(self.sendto(p->bytes(), p->meta.source, {}, kNoWait).ok());
                      },
                      kNoWait)
                  .ok());
  EXPECT_TRUE(
      journey.client->sendto(test::text_bytes("x"), {TwoNodeWorld::ip(2), 7}, {}, kNoWait).ok());
  journey.world.settle();
  const auto& records = journey.world.sink.records;
  const auto answer = std::find_if(records.begin(), records.end(), [](const KeptRecord& r) {
    return r.subject == "b" && r.name == "app_send";
  });
  ASSERT_NE(answer, records.end());
  const auto cause = std::find_if(records.begin(), records.end(),
                                  [&](const KeptRecord& r) { return r.seq == answer->cause; });
  ASSERT_NE(cause, records.end());
  EXPECT_EQ(cause->name, "app_recv");
}

TEST(NetCore, AStepIsTheCauseOfTheIfacesEvents) {
  TwoNodeWorld world;
  const RecordId step =
      world.tracer.record(TraceKind::Step, world.tracer.subject("scenario"), "admin_down", {});
  {
    const CauseScope scope(world.scheduler, step);
    EXPECT_TRUE(world.if_a.down().ok());
  }
  ASSERT_EQ(world.sink.event_names(), (Lines{"a.eth0 IF_ADMIN_DOWN", "a.eth0 IF_DOWN"}));
  EXPECT_EQ(world.sink.records.at(1).cause, step);
  EXPECT_EQ(world.sink.records.at(2).cause, step);
}

TEST(NetCore, ADropIsCausedByThePacketsLastHop) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 1}, {ip("192.0.2.9"), 2}, "x"));
  const KeptRecord& last = rig.sink.records.back();
  EXPECT_EQ(last.text(), "0.000s n.eth0 dropped reason=not_for_us len=29 packet=1");
  EXPECT_EQ(last.cause, rig.sink.records.at(rig.sink.records.size() - 2).seq);
}

// ---- send_data

struct Junction : testing::Test {
  PacketPtr packet(const char* to, const char* from = "192.0.2.1") {
    PacketPtr p = rig.node.tx_pool.allocate();
    p->append(20);
    p->meta.iface = eth0.index();
    p->meta.source = {ip(from), 1};
    p->meta.destination = {ip(to), 2};
    return p;
  }
  Errc send(PacketPtr p) { return rig.node.core().send_data(std::move(p)).code(); }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
};

TEST_F(Junction, SendRefusals) {
  EXPECT_EQ(send(nullptr), Errc::Enodata);
  EXPECT_EQ(send(rig.node.tx_pool.allocate()), Errc::Enodata);
  PacketPtr nowhere = packet("192.0.2.2");
  nowhere->meta.iface = {};
  EXPECT_EQ(send(std::move(nowhere)), Errc::Einval);
  EXPECT_EQ(send(packet("0.0.0.0")), Errc::Eaddrnotavail);
  EXPECT_EQ(send(packet("192.0.2.2", "127.0.0.1")), Errc::Eaddrnotavail) << "loopback source";
  EXPECT_EQ(rig.drops(), (Lines{"no_route", "no_route"}));
  rig.other_l2.l2_traits.has_send = false;
  NetIf& mute = rig.add_on(rig.other_l2, {.name = "mute"});
  ASSERT_TRUE(mute.up().ok());
  PacketPtr unsendable = packet("192.0.2.2");
  unsendable->meta.iface = mute.index();
  EXPECT_EQ(send(std::move(unsendable)), Errc::Eio);
  EXPECT_EQ(mute.losses().tx_dropped, 1u);
  ASSERT_TRUE(eth0.down().ok());
  EXPECT_EQ(send(packet("0.0.0.0")), Errc::Enetdown) << "looked at first";
  EXPECT_EQ(rig.drops(), (Lines{"no_route", "no_route", "no_l2", "iface_down"}));
  EXPECT_EQ(eth0.losses().tx_dropped, 1u);
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST_F(Junction, TtlZeroIsDroppedAndCalledSuccess) {
  PacketPtr p = packet("192.0.2.2");
  p->meta.ttl = 0;
  EXPECT_EQ(send(std::move(p)), Errc::Ok);
  EXPECT_EQ(rig.drops(), Lines{"ttl_expired"});
}

TEST_F(Junction, TheL2sAnswerInTheOldOrderIsEio) {
  StackConfig config;
  config.l2_order = L2Order::BeforeQueue;
  NodeRig old(config);
  NetIf& iface = old.add({.name = "eth0"}, "192.0.2.1/24");
  old.l2.send_answer = Errc::Enetunreach;
  Lines log;
  const auto sent = [&](NetContext&, Result<std::size_t> n) {
    log.emplace_back(errc_name(n.code()));
  };
  EXPECT_EQ(old.context().sendto(test::text_bytes("x"), {ip("192.0.2.2"), 7}, sent, kNoWait).code(),
            Errc::Eio);
  EXPECT_EQ(log, Lines{"ENETUNREACH"});
  EXPECT_EQ(iface.losses().tx_dropped, 1u);
}

TEST_F(Junction, WithoutTheCheckOnlyCarrierCounts) {
  StackConfig config;
  config.send_checks_iface = false;
  NodeRig old(config);
  NetIf& iface = old.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = old.context();
  const auto sendto = [&] {
    return context.sendto(test::text_bytes("x"), {ip("192.0.2.2"), 7}, {}, kNoWait).code();
  };
  ASSERT_TRUE(iface.down().ok());
  EXPECT_EQ(sendto(), Errc::Ok) << "the rest is the device's affair";
  old.scheduler.run();
  EXPECT_EQ(old.drops(), Lines{});
  EXPECT_EQ(old.driver(iface).sent.size(), 1u);
  iface.carrier_off();
  EXPECT_EQ(sendto(), Errc::Eio);
}

// ---- recv_data

TEST_F(Junction, ReceiveRefusals) {
  const auto receive = [&](PacketPtr p) {
    return rig.node.core().recv_data(eth0, std::move(p)).code();
  };
  EXPECT_EQ(receive(nullptr), Errc::Einval);
  EXPECT_EQ(receive(rig.slab.allocate()), Errc::Enodata);
  EXPECT_EQ(rig.drops(), Lines{"bad_header"}) << "an empty frame ends here, too";
  rig.node.rx_pool.set_limit(0);
  EXPECT_EQ(receive(rig.frame({1, 2, 3})), Errc::Enobufs);
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 1u);
  ASSERT_TRUE(eth0.down().ok());
  EXPECT_EQ(receive(rig.frame({1, 2, 3})), Errc::Enetdown);
  EXPECT_EQ(rig.drops(), (Lines{"bad_header", "no_buffers", "admin_down"}));
  EXPECT_EQ(eth0.stats().rx_packets, 0u);
  EXPECT_EQ(rig.slab.in_use(), 0u);
}

TEST_F(Junction, OnlyTheAdminStateCountsForReceiving) {
  eth0.carrier_off();
  eth0.dormant_on();
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 1}, {ip("192.0.2.1"), 2}, "x"));
  EXPECT_EQ(rig.drops().back(), "no_listener") << "it went all the way up";
  EXPECT_EQ(eth0.stats().rx_packets, 1u);
  EXPECT_EQ(eth0.stats().rx_bytes, 29u);
}

TEST_F(Junction, AnIfaceWithoutL2TakesNoFrames) {
  NetIf& bare = rig.node.add_iface({.name = "bare"});
  ASSERT_TRUE(bare.up().ok());
  rig.receive(bare, {0x45, 0, 0});
  EXPECT_EQ(rig.drops(), Lines{"no_l2"});
}

TEST_F(Junction, WhatIsNeitherVersionIsUnknown) {
  for (const std::uint8_t first : {0x00, 0x50, 0x60, 0xff}) {
    rig.sink.records.clear();
    rig.receive(eth0, test::Bytes(40, first));
    EXPECT_EQ(rig.drops(), Lines{"unknown_protocol"});
  }
  EXPECT_EQ(eth0.losses().rx_dropped, 4u);
}

}  // namespace
}  // namespace flapjack
