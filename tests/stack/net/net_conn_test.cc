// SPDX-License-Identifier: Apache-2.0
// The connection table: ranks, duplicates, limits, who gets a packet and how many copies there are.
#include "stack/net/net_conn.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

class Conns : public testing::Test {
 protected:
  /// A receiver: keeps what it gets, unless it refuses.
  struct Receiver {
    std::vector<PacketPtr> got;
    bool refuses = false;
    std::function<void()> then;
    bool take(PacketPtr& packet) {
      if (refuses) return false;
      got.push_back(std::move(packet));
      if (then) then();
      return true;
    }
  };

  NetConn* add(const ConnTuple& tuple, Receiver& receiver) {
    EXPECT_TRUE(try_add(tuple, receiver).ok());
    return &entries.back();
  }
  Status try_add(const ConnTuple& tuple, Receiver& receiver) {
    return table.add(
        entries.emplace_back([&receiver](PacketPtr& packet) { return receiver.take(packet); }),
        tuple);
  }
  static ConnTuple udp(const Endpoint& local, const Endpoint& remote = {}) {
    ConnTuple t;
    t.local = local;
    t.remote = remote;
    return t;
  }
  /// A tuple that fits packet(), with those parts specified whose bit of the rank is set.
  ConnTuple tuple(unsigned rank) const {
    ConnTuple t;
    if ((rank & 0x40) != 0) t.local.address = local.address;
    if ((rank & 0x20) != 0) t.remote.address = remote.address;
    if ((rank & 0x10) != 0) t.local.port = local.port;
    if ((rank & 0x08) != 0) t.remote.port = remote.port;
    return t;
  }
  PacketPtr packet(const Endpoint& from, const Endpoint& to) {
    PacketPtr p = rig.node.rx_pool.allocate();
    p->append(test::text_bytes("data"));
    p->meta.protocol = static_cast<std::uint8_t>(IpProtocol::Udp);
    p->meta.source = from;
    p->meta.destination = to;
    return p;
  }
  PacketPtr packet() { return packet(remote, local); }
  Verdict input(PacketPtr p) { return table.input(eth0, p); }

  static StackConfig four() {
    StackConfig config;
    config.max_conn = 4;
    return config;
  }

  std::deque<test::ConnEntry> entries;  // at least as long as the table
  NodeRig rig{four()};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  NetConnTable& table = rig.node.conns;
  const Endpoint local{ip("192.0.2.1"), 7}, remote{ip("192.0.2.2"), 5000};
  Receiver a, b, c;
};

TEST_F(Conns, RankIsASumOfWhatIsSpecified) {
  for (unsigned rank = 0; rank < 0x80; rank += 8) EXPECT_EQ(conn_rank(tuple(rank)), rank);
}

TEST_F(Conns, OfAnyTwoTheHigherRankWins) {
  for (unsigned low = 0; low < 0x80; low += 8) {
    for (unsigned high = low + 8; high < 0x80; high += 8) {
      for (const bool high_first : {false, true}) {
        Receiver winner, loser;
        NetConn* one = high_first ? add(tuple(high), winner) : add(tuple(low), loser);
        NetConn* two = high_first ? add(tuple(low), loser) : add(tuple(high), winner);
        EXPECT_EQ(input(packet()), Verdict::Ok);
        EXPECT_EQ(winner.got.size(), 1u) << std::hex << low << " " << high;
        EXPECT_EQ(loser.got.size(), 0u) << std::hex << low << " " << high;
        EXPECT_TRUE(table.remove(one).ok());
        EXPECT_TRUE(table.remove(two).ok());
      }
    }
  }
}

TEST_F(Conns, OfEqualRankTheNewestWins) {
  ConnTuple everywhere = tuple(0x10), here = tuple(0x10);
  here.iface = &eth0;
  NetConn* old = add(everywhere, a);
  add(here, b);
  EXPECT_EQ(input(packet()), Verdict::Ok);
  EXPECT_EQ(b.got.size(), 1u);
  ASSERT_TRUE(table.remove(old).ok());
  add(everywhere, a);
  EXPECT_EQ(input(packet()), Verdict::Ok);
  EXPECT_EQ(a.got.size(), 1u);
}

TEST_F(Conns, WhatIsSpecifiedMustBeEqual) {
  struct Miss {
    Endpoint from, to;
  };
  const Miss misses[] = {{remote, {local.address, 8}},
                         {remote, {ip("10.0.0.1"), local.port}},
                         {{remote.address, 5001}, local},
                         {{ip("192.0.2.3"), remote.port}, local}};
  add(tuple(0x78), a);
  for (const Miss& miss : misses) {
    PacketPtr p = packet(miss.from, miss.to);
    EXPECT_EQ(table.input(eth0, p), Verdict::Drop);
    EXPECT_NE(p, nullptr) << "handed back: nobody wants it";
  }
  PacketPtr tcp = packet();
  tcp->meta.protocol = static_cast<std::uint8_t>(IpProtocol::Tcp);
  EXPECT_EQ(table.input(eth0, tcp), Verdict::Drop);
  EXPECT_EQ(input(packet()), Verdict::Ok);
}

TEST_F(Conns, AnEntryOfAnIfaceTakesOnlyItsPackets) {
  ConnTuple there = tuple(0x10);
  there.iface = &eth1;
  add(there, a);
  PacketPtr p = packet();
  EXPECT_EQ(table.input(eth0, p), Verdict::Drop);
  EXPECT_EQ(table.input(eth1, p), Verdict::Ok);
  EXPECT_EQ(a.got.size(), 1u);
}

// ---- the table itself

TEST_F(Conns, TheSameTupleTwiceIsAnError) {
  for (unsigned rank = 0; rank < 0x80; rank += 8) {
    NetConn* first = add(tuple(rank), a);
    EXPECT_EQ(try_add(tuple(rank), b).code(), Errc::Eaddrinuse);
    ConnTuple other = tuple(rank);
    other.protocol = Protocol::Tcp;
    NetConn* second = add(other, b);
    other = tuple(rank);
    other.iface = &eth0;
    NetConn* third = add(other, c);
    for (NetConn* conn : {first, second, third}) EXPECT_TRUE(table.remove(conn).ok());
  }
  EXPECT_EQ(table.in_use(), 0u);
}

TEST_F(Conns, AnEntryMayBeListedAgainAsAnother) {
  ConnTuple narrow = tuple(0x78);
  narrow.iface = &eth1;
  NetConn* conn = add(narrow, a);
  ASSERT_TRUE(table.remove(conn).ok());
  ASSERT_TRUE(table.add(*conn, udp({{}, 8})).ok());
  EXPECT_EQ(input(packet({ip("192.0.2.3"), 5001}, {local.address, 8})), Verdict::Ok)
      << "from anyone, by any iface";
  EXPECT_EQ(try_add(udp({{}, 8}), b).code(), Errc::Eaddrinuse);
  PacketPtr p = packet();
  EXPECT_EQ(table.input(eth1, p), Verdict::Drop);
  EXPECT_EQ(a.got.size(), 1u);
}

TEST_F(Conns, AFullTableIsEnoent) {
  NetConn* last = nullptr;
  for (std::uint16_t port = 1; port <= 4; ++port) last = add(udp({{}, port}), a);
  EXPECT_EQ(try_add(udp({{}, 5}), a).code(), Errc::Enoent);
  EXPECT_EQ(try_add(udp({{}, 4}), a).code(), Errc::Eaddrinuse)
      << "looked for first";
  EXPECT_EQ(table.in_use(), 4u);
  ASSERT_TRUE(table.remove(last).ok());
  EXPECT_EQ(table.in_use(), 3u);
  add(udp({{}, 5}), a);
}

TEST_F(Conns, RemoveChecksWhatItIsGiven) {
  EXPECT_EQ(table.remove(nullptr).code(), Errc::Einval);
  NetConn* conn = add(tuple(0x10), a);
  EXPECT_TRUE(conn->is_listed());
  EXPECT_TRUE(table.remove(conn).ok());
  EXPECT_FALSE(conn->is_listed());
  EXPECT_EQ(table.remove(conn).code(), Errc::Enoent);
  test::ConnEntry foreign([](PacketPtr&) { return true; });
  EXPECT_EQ(table.remove(&foreign).code(), Errc::Enoent);
  EXPECT_EQ(table.in_use(), 0u);
}

TEST_F(Conns, ARefusalIsADropWithAReason) {
  a.refuses = true;
  add(tuple(0x10), a);
  PacketPtr p = packet();
  EXPECT_EQ(table.input(eth0, p), Verdict::Drop);
  EXPECT_EQ(p, nullptr);
  EXPECT_EQ(rig.drops(), Lines{"conn_refused"});
}

// ---- several receivers

TEST_F(Conns, ABroadcastHasOneReceiver) {
  const Endpoint broadcast{ip("192.0.2.255"), 7};
  add(udp({{}, 7}), a);
  add(udp({{}, 7}, {remote.address, 0}), b);
  add(udp({}), c);
  EXPECT_EQ(input(packet(remote, broadcast)), Verdict::Ok);
  EXPECT_EQ(a.got.size() + c.got.size(), 0u);
  EXPECT_EQ(b.got.size(), 1u) << "the best rank";
}

TEST_F(Conns, AMulticastIsForEveryMatch) {
  const Endpoint group{ip("224.1.2.3"), 7};
  add(udp({{}, 7}), a);
  add(udp(group), b);
  add(udp({{}, 8}), c);
  PacketPtr p = packet(remote, group);
  const PacketId id = p->meta.id;
  EXPECT_EQ(input(std::move(p)), Verdict::Ok);
  EXPECT_EQ(c.got.size(), 0u);
  ASSERT_EQ(a.got.size(), 1u);
  ASSERT_EQ(b.got.size(), 1u);
  EXPECT_EQ(test::text_of(a.got[0]->bytes()), "data");
  EXPECT_EQ(test::text_of(b.got[0]->bytes()), "data");
  for (const auto* got : {&a.got, &b.got}) {
    EXPECT_EQ(got->at(0)->meta.parent, id);
    EXPECT_NE(got->at(0)->meta.id, id) << "the original is released";
  }
  EXPECT_EQ(b.got[0]->meta.destination, group);
  EXPECT_EQ(rig.node.rx_pool.in_use(), 2u);
}

TEST_F(Conns, AMulticastForNobodyIsHandedBack) {
  add(udp({{}, 8}), a);
  PacketPtr p = packet(remote, {ip("224.1.2.3"), 7});
  EXPECT_EQ(table.input(eth0, p), Verdict::Drop);
  EXPECT_NE(p, nullptr);
}

// The copies wait 100 ms for a packet, and who comes behind them waits, too.
TEST_F(Conns, WithoutBuffersAllCopiesAreLost) {
  add(udp({{}, 7}), a);
  add(udp({ip("224.1.2.3"), 7}), b);
  rig.node.rx_pool.set_limit(1);
  EXPECT_EQ(input(packet(remote, {ip("224.1.2.3"), 7})), Verdict::Ok);
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(199));
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 1u);
  rig.scheduler.run();
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 2u);
  EXPECT_EQ(a.got.size() + b.got.size(), 0u);
  EXPECT_EQ(rig.node.rx_pool.in_use(), 0u);
}

TEST_F(Conns, ACopyOfAMulticastMayComeLater) {
  add(udp({{}, 7}), a);
  add(udp({ip("224.1.2.3"), 7}), b);
  rig.node.rx_pool.set_limit(1);
  EXPECT_EQ(input(packet(remote, {ip("224.1.2.3"), 7})), Verdict::Ok);
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(50));
  rig.node.rx_pool.set_limit(3);
  rig.scheduler.run();
  ASSERT_EQ(a.got.size(), 1u);
  ASSERT_EQ(b.got.size(), 1u);
  EXPECT_EQ(test::text_of(b.got[0]->bytes()), "data");
  EXPECT_EQ(b.got[0]->meta.parent, a.got[0]->meta.parent);
  EXPECT_EQ(b.got[0]->meta.destination, a.got[0]->meta.destination);
  EXPECT_EQ(eth0.losses().rx_alloc_failed, 0u);
}

TEST_F(Conns, OneRefusalOfAMulticastIsNotARefusalOfAll) {
  a.refuses = true;
  add(udp({{}, 7}), a);
  add(udp({ip("224.1.2.3"), 7}), b);
  EXPECT_EQ(input(packet(remote, {ip("224.1.2.3"), 7})), Verdict::Ok);
  EXPECT_EQ(b.got.size(), 1u);
  EXPECT_EQ(rig.drops(), Lines{"conn_refused"});
}

TEST_F(Conns, AHandlerMayRemoveAnyEntry) {
  const Endpoint group{ip("224.1.2.3"), 7};
  std::vector<NetConn*> conns;
  Receiver d;
  const auto remove_all = [&] {
    for (NetConn*& conn : conns) {
      if (conn != nullptr) {
        EXPECT_TRUE(table.remove(conn).ok());
      }
      conn = nullptr;
    }
  };
  for (Receiver* r : {&a, &b, &c, &d}) {
    r->then = remove_all;
    ConnTuple t = udp({{}, 7});
    if (r == &b) t.local.address = group.address;
    if (r == &c) t.remote = remote;
    if (r == &d) t.iface = &eth0;
    conns.push_back(add(t, *r));
  }
  EXPECT_EQ(input(packet(remote, group)), Verdict::Ok);
  EXPECT_EQ(a.got.size() + b.got.size() + c.got.size() + d.got.size(), 1u);
  EXPECT_EQ(d.got.size(), 1u) << "the newest was called first";
  d.got.clear();
  EXPECT_EQ(rig.node.rx_pool.in_use(), 0u);
  EXPECT_EQ(table.in_use(), 0u);
}

TEST_F(Conns, EntriesAddedByAHandlerWaitForTheNextPacket) {
  const Endpoint group{ip("224.1.2.3"), 7};
  a.then = [&] {
    a.then = nullptr;
    add(udp({{}, 7}, {remote.address, 0}), b);
  };
  add(udp({{}, 7}), a);
  EXPECT_EQ(input(packet(remote, group)), Verdict::Ok);
  EXPECT_EQ(b.got.size(), 0u);
  EXPECT_EQ(input(packet(remote, group)), Verdict::Ok);
  EXPECT_EQ(b.got.size(), 1u);
  EXPECT_EQ(a.got.size(), 2u);
}

// ---- the sanity of endpoints

TEST_F(Conns, EchoesOfOwnPacketsAreDropped) {
  struct Case {
    const char* what;
    Endpoint from, to;
    bool dropped;
  };
  const Case cases[] = {
      {"from and to are the same", local, local, true},
      {"own address, same ports", {ip("10.0.0.1"), 7}, local, true},
      {"own address, other ports", {ip("10.0.0.1"), 8}, local, false},
      {"a peer's address, same ports", {remote.address, 7}, local, false},
      {"the peer's other port", {remote.address, 9}, local, false},
  };
  add(udp({}), a);
  for (const Case& each : cases) {
    rig.sink.records.clear();
    PacketPtr p = packet(each.from, each.to);
    EXPECT_EQ(table.input(eth0, p), each.dropped ? Verdict::Drop : Verdict::Ok) << each.what;
    EXPECT_EQ(p, nullptr);
    EXPECT_EQ(rig.drops(), each.dropped ? Lines{"bad_header"} : Lines{}) << each.what;
  }
}

TEST_F(Conns, AMatchIsAHopOfThePacket) {
  add(tuple(0x10), a);
  EXPECT_EQ(input(packet()), Verdict::Ok);
  ASSERT_EQ(rig.sink.records.size(), 1u);
  EXPECT_EQ(rig.sink.records[0].subject, "n");
  EXPECT_EQ(rig.sink.records[0].name, "conn_match");
  EXPECT_EQ(rig.sink.records[0].packet, a.got[0]->meta.id);
}

}  // namespace
}  // namespace flapjack
