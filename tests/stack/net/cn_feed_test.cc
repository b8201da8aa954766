// SPDX-License-Identifier: Apache-2.0
// What a node publishes on its Connector: ids, facts, drops, and that it costs nothing unheard.
#include "stack/net/cn_feed.h"

#include <gtest/gtest.h>

#include <set>

#include "stack/wire/little_endian.h"
#include "tests/stack/net/cn_rig.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::CnBus;
using test::Lines;
using test::NodeRig;

/// A node that has booted, and an agent on it.
struct FedNode : NodeRig {
  explicit FedNode(const StackConfig& config = {}, const CnSocketConfig& socket_config = {})
      : NodeRig(config), iface(add({.name = "eth0"}, "192.0.2.1/24")) {
    node.post_init();
    socket = std::move(node.cn()->connector.open(socket_config).value());
  }
  /// "20.1 #3 event=L4_CONNECTED iface=eth0" of all that waits; drops and numbers with theirs.
  Lines heard() {
    Lines lines;
    for (auto got = socket->recv(); got.ok(); got = socket->recv()) {
      CnMsgReader reader(got.value().bytes());
      while (reader.next()) {
        const CnMsgHeader& h = reader.header();
        std::string line = std::to_string(h.id.idx) + "." + std::to_string(h.id.val) + " #" +
                           std::to_string(h.seq);
        CnEventReader event(reader.data());
        EXPECT_TRUE(event.ok());
        CnFact fact;
        while (event.next(fact)) {
          line += " " + std::string(fact.key) + "=";
          line += fact.type == CnFactType::Text ? std::string(fact.text())
                                                : std::to_string(fact.number());
        }
        lines.push_back(line);
      }
    }
    return lines;
  }
  void join(std::uint32_t group) { ASSERT_TRUE(socket->join(group).ok()); }

  NetIf& iface;
  std::unique_ptr<CnSocket> socket;
};

TEST(CnFeed, EveryEventHasItsOwnId) {
  std::set<CnId> ids;
  for (const MgmtEvent event : mgmt_events()) {
    const CnId id = cn_id(event);
    EXPECT_TRUE(ids.insert(id).second) << mgmt_event_name(event);
    EXPECT_EQ(cn_event_name(id), mgmt_event_name(event));
    EXPECT_TRUE(id.idx >= 16 && id.idx <= 21 && id.val >= 1) << mgmt_event_name(event);
  }
  EXPECT_EQ(cn_event_name(cn_id(DropReason::NoRoute)), "dropped");
  EXPECT_EQ(cn_event_name({22, 0}), "?");
  EXPECT_EQ(cn_event_name({22, static_cast<std::uint32_t>(kDropReasons)}), "?");
}

TEST(CnFeed, DocumentedIds) {
  struct Row {
    MgmtEvent event;
    CnId id;
  };
  const Row rows[] = {
      {MgmtEvent::IfDown, {16, 1}},           {MgmtEvent::IfUp, {16, 2}},
      {MgmtEvent::IfAdminDown, {16, 3}},      {MgmtEvent::IfAdminUp, {16, 4}},
      {MgmtEvent::ConnIfTimeout, {17, 1}},    {MgmtEvent::ConnIfFatalError, {17, 2}},
      {MgmtEvent::ConnIfIdleTimeout, {17, 3}}, {MgmtEvent::Ipv4AddrAdd, {18, 1}},
      {MgmtEvent::Ipv6AddrAdd, {19, 1}},      {MgmtEvent::L4Connected, {20, 1}},
      {MgmtEvent::L4Disconnected, {20, 2}},   {MgmtEvent::PppCarrierOn, {21, 1}}};
  for (const Row& row : rows) EXPECT_EQ(cn_id(row.event), row.id) << mgmt_event_name(row.event);
  for (const CnGroup& group : cn_groups()) {
    EXPECT_LE(group.idx, ConnectorConfig{}.users + Connector::kUserGroups);
    EXPECT_EQ(find_cn_group(group.name), &group);
  }
  EXPECT_EQ(find_cn_group("none"), nullptr);
}

TEST(CnFeed, EventsOfAnIfaceWithTheirFacts) {
  FedNode n;
  n.join(16);
  n.join(18);
  ASSERT_TRUE(n.iface.down().ok());
  n.iface.ipv4_addr_add(test::net("192.0.2.7/24"));
  const Lines heard = n.heard();
  const Lines wanted = {"16.3 #1 event=IF_ADMIN_DOWN iface=eth0",
                        "16.1 #2 event=IF_DOWN iface=eth0",
                        "18.1 #1 event=IPV4_ADDR_ADD iface=eth0 address=0"};
  EXPECT_EQ(heard, wanted);
}

TEST(CnFeed, TheCauseIsTheEvent) {
  FedNode n;
  n.join(16);
  n.sink.records.clear();
  ASSERT_TRUE(n.iface.down().ok());
  ASSERT_EQ(n.sink.records.at(0).name, "IF_ADMIN_DOWN");
  EXPECT_EQ(n.socket->recv().value().cause(), n.sink.records.at(0).seq);
}

// The bus loses an event that finds its queue full; who listens here hears it all the same.
TEST(CnFeed, IsNotTheQueueOfNetMgmt) {
  StackConfig config;
  config.mgmt.queue_size = 1;
  config.mgmt.queue_timeout = {};
  FedNode n(config);
  MgmtCallback handler{mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown), [](const MgmtNotice&) {}};
  n.node.mgmt.add(handler);
  n.join(16);
  n.node.mgmt.stall(true);
  ASSERT_TRUE(n.iface.down().ok() && n.iface.up().ok() && n.iface.down().ok());
  EXPECT_GT(n.node.mgmt.dropped(), 0u);
  EXPECT_EQ(n.heard().size(), 6u);
  n.node.mgmt.remove(handler);
}

TEST(CnFeed, DropsWithTheirReason) {
  FedNode n;
  n.join(22);
  n.receive(n.iface, {1, 2, 3});
  const auto heard = n.heard();
  ASSERT_EQ(heard.size(), 1u);
  const auto drop = std::find_if(n.sink.records.begin(), n.sink.records.end(),
                                 [](const auto& r) { return r.kind == TraceKind::Drop; });
  ASSERT_NE(drop, n.sink.records.end());
  const std::string reason(drop->attr("reason"));
  const auto val = [&] {
    for (std::uint32_t i = 1; i < kDropReasons; ++i) {
      if (drop_reason_name(static_cast<DropReason>(i)) == reason) return i;
    }
    return 0u;
  }();
  EXPECT_EQ(heard[0], "22." + std::to_string(val) + " #1 event=dropped iface=eth0 reason=" +
                          reason + " len=3 packet=" + std::to_string(drop->packet.value));
}

TEST(CnFeed, DropsOfOthersAreTheirs) {
  FedNode n;
  n.join(22);
  for (const char* path : {"n2.eth0", "wire", "nn"}) {
    PacketPtr packet = n.frame({1});
    n.tracer.drop(DropReason::Loss, n.tracer.subject(path), *packet);
  }
  n.scheduler.run();
  EXPECT_TRUE(n.heard().empty());
  PacketPtr packet = n.frame({1});
  n.tracer.drop(DropReason::NoListener, n.tracer.subject("n.app"), *packet);
  n.scheduler.run();
  EXPECT_EQ(n.heard().size(), 1u);
}

TEST(CnFeed, ABurstOfDropsLeavesAGap) {
  FedNode n;
  n.join(22);
  PacketPtr packet = n.frame({1});
  for (int i = 0; i < 70; ++i) n.tracer.drop(DropReason::NoRoute, n.node.subject(), *packet);
  n.scheduler.run();
  n.tracer.drop(DropReason::NoRoute, n.node.subject(), *packet);
  n.scheduler.run();
  EXPECT_EQ(n.node.cn()->feed.drops_lost(), 6u);
  const auto heads = CnBus::read(*n.socket);
  ASSERT_EQ(heads.size(), 65u);
  EXPECT_EQ(heads[63].seq, 64u);
  EXPECT_EQ(heads[64].seq, 71u);
}

TEST(CnFeed, CostsNothingWhileNobodyListens) {
  FedNode n;
  const auto noise = [&] {
    ASSERT_TRUE(n.iface.down().ok() && n.iface.up().ok());
    n.receive(n.iface, {1, 2, 3});
  };
  n.tracer.remove_sink(n.sink);
  EXPECT_FALSE(n.tracer.wants(TraceKind::Drop));
  noise();
  EXPECT_EQ(n.node.cn()->connector.sent(), 0u);
  n.join(22);
  EXPECT_TRUE(n.tracer.wants(TraceKind::Drop));
  ASSERT_TRUE(n.socket->leave(22).ok());
  EXPECT_FALSE(n.tracer.wants(TraceKind::Drop));
  noise();
  EXPECT_EQ(n.node.cn()->connector.sent(), 0u);
  n.join(16);
  EXPECT_FALSE(n.tracer.wants(TraceKind::Drop));
  noise();
  EXPECT_EQ(CnBus::read(*n.socket).front().seq, 1u);  // what nobody heard was not counted
}

TEST(CnFeed, NoMemoryIsAGap) {
  StackConfig config;
  config.connector.memory_bytes = 150;  // two events
  FedNode n(config);
  n.join(16);
  ASSERT_TRUE(n.iface.down().ok() && n.iface.up().ok());
  EXPECT_EQ(n.node.cn()->connector.memory_failures(), 2u);
  EXPECT_EQ(n.heard().size(), 2u);
  ASSERT_TRUE(n.iface.down().ok());
  EXPECT_EQ(n.heard().front(), "16.3 #5 event=IF_ADMIN_DOWN iface=eth0");
}

// As the listeners of Linux's process events: a message joins and leaves, its answer says how.
TEST(CnFeed, Control) {
  struct Row {
    const char* what;
    std::uint32_t op, group;
    Errc result;
    bool member;
  };
  const Row rows[] = {{"join", 1, 20, Errc::Ok, true},
                      {"again", 1, 20, Errc::Ok, true},
                      {"no such op", 3, 20, Errc::Einval, true},
                      {"leave", 2, 20, Errc::Ok, false},
                      {"group 0", 1, 0, Errc::Einval, false},
                      {"too high", 1, 27, Errc::Einval, false}};
  FedNode n;
  std::uint32_t seq = 5;
  for (const Row& row : rows) {
    test::CnBytes bytes(kCnHeaderBytes + kCnControlBytes);
    CnMsgHeader{kCnControlId, ++seq, 40, kCnControlBytes, 0}.emit(bytes);
    wire::store_le32(bytes.data() + kCnHeaderBytes, row.op);
    wire::store_le32(bytes.data() + kCnHeaderBytes + 4, row.group);
    ASSERT_TRUE(n.socket->send(bytes).ok());
    const auto got = n.socket->recv();
    ASSERT_TRUE(got.ok()) << row.what;
    CnMsgReader reader(got.value().bytes());
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.header(), (CnMsgHeader{kCnControlId, seq, 41, 4, 0}));
    EXPECT_EQ(wire::load_le32(reader.data().data()), static_cast<std::uint32_t>(row.result));
    EXPECT_EQ(n.socket->is_member(20), row.member) << row.what;
  }
}

}  // namespace
}  // namespace flapjack
