// SPDX-License-Identifier: Apache-2.0
// A node as a whole: ifaces and the default one, what post_init brings up, counters by name, no
// allocation for packets, the same trace for the same seed.
#include "stack/net/stack.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/stack/net/net_rig.h"
#include "tests/support/allocation_count.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;
using test::TwoNodeWorld;

const Timeout kNoWait = Timeout::no_wait();

TEST(Stack, IfacesHaveIndexesFromOneAndNames) {
  NodeRig rig;
  NetIf& first = rig.node.add_iface({.name = "eth0"});
  NetIf& second = rig.node.add_iface({.name = "wlan0"});
  EXPECT_EQ(first.index(), IfIndex{1});
  EXPECT_EQ(second.index(), IfIndex{2});
  EXPECT_EQ(rig.node.iface(IfIndex{2}), &second);
  EXPECT_EQ(rig.node.iface(IfIndex{}), nullptr);
  EXPECT_EQ(rig.node.iface(IfIndex{3}), nullptr);
  EXPECT_EQ(rig.node.iface_by_name("wlan0"), &second);
  EXPECT_EQ(rig.node.iface_by_name("wlan1"), nullptr);
}

TEST(Stack, FindsManyIfacesByName) {
  NodeRig rig;
  for (int i = 0; i < 30; ++i) {
    NetIf& added = rig.node.add_iface({.name = "x" + std::to_string(i * 7 % 30)});
    EXPECT_EQ(rig.node.iface_by_name(added.name()), &added);
    EXPECT_EQ(rig.node.iface_by_name("y"), nullptr);
  }
  for (const auto& iface : rig.node.ifaces()) {
    EXPECT_EQ(rig.node.iface_by_name(iface->name()), iface.get());
  }
}

TEST(Stack, TheDefaultIface) {
  NodeRig rig;
  EXPECT_EQ(rig.node.default_iface(), nullptr);
  NetIf& first = rig.node.add_iface({.name = "eth0"});
  NetIf& second = rig.node.add_iface({.name = "wlan0"});
  EXPECT_EQ(rig.node.default_iface(), &first) << "in whatever state";
  rig.node.set_default_iface(second);
  EXPECT_EQ(rig.node.default_iface(), &second);
}

TEST(Stack, PostInitBringsUpInIndexOrder) {
  NodeRig rig;
  rig.add_down({.name = "x0"});
  rig.add_down({.name = "x1", .auto_start = false});
  NetIf& broken = rig.add_down({.name = "x2"});
  rig.add_down({.name = "x3"});
  rig.driver(broken).run_answer = Errc::Eio;
  rig.node.post_init();
  EXPECT_EQ(rig.events(), (Lines{"n.x0 IF_ADMIN_UP", "n.x0 IF_UP", "n.x2 if_up_failed",
                                 "n.x3 IF_ADMIN_UP", "n.x3 IF_UP"}));
  EXPECT_EQ(rig.sink.records[2].attr("errno"), "EIO");
}

TEST(Stack, ADriverOfItsOwnDiesWithTheIface) {
  struct Mortal : test::ScriptedDriver {
    explicit Mortal(bool& over) : dead(over) {}
    ~Mortal() override { dead = true; }
    bool& dead;
  };
  bool dead = false;
  {
    NodeRig rig;
    NetIf& iface = rig.node.add_iface({.name = "x0"});
    iface.own_driver(std::make_unique<Mortal>(dead));
    EXPECT_NE(iface.driver(), nullptr);
    EXPECT_FALSE(dead);
  }
  EXPECT_TRUE(dead);
}

TEST(Stack, CountersByName) {
  std::set<std::string_view> names;
  NodeRig rig;
  NetIf& iface = rig.add_down({.name = "x0"}, "192.0.2.1/24");
  iface.stats() = {1, 2, 4, 8, 16};
  iface.losses() = {32, 64, 128};
  std::uint64_t sum = 0;
  for (const IfCounter& counter : if_counters()) {
    names.insert(counter.name);
    sum += counter.value(iface);
  }
  EXPECT_EQ(names.size(), if_counters().size());
  EXPECT_EQ(sum, 255u + 16u) << "every field has one name; it went down as often as it came up";
}

TEST(Stack, CountersCountFrames) {
  TwoNodeWorld world;
  NetContext& client =
      *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  EXPECT_TRUE(client.sendto(test::text_bytes("x"), {TwoNodeWorld::ip(2), 7}, {}, kNoWait).ok());
  world.settle();
  EXPECT_EQ(world.if_a.stats().tx_packets, 2u) << "the ARP request and the datagram";
  EXPECT_EQ(world.if_a.stats().tx_bytes, 42u + 43u);
  EXPECT_EQ(world.if_a.stats().rx_packets, 2u) << "the ARP reply and port unreachable";
  EXPECT_EQ(world.if_b.stats().rx_packets, world.if_a.stats().tx_packets);
  EXPECT_EQ(world.if_b.stats().rx_bytes, world.if_a.stats().tx_bytes);
  EXPECT_EQ(world.if_b.stats().tx_bytes, world.if_a.stats().rx_bytes);
}

// ---- parts that are made when they are first used

bool is_bare(const Stack& n) {
  return n.acd().made() == nullptr && n.autoconf().made() == nullptr &&
         n.ipv4_fragment().made() == nullptr && n.igmp().made() == nullptr &&
         n.icmp().made() == nullptr && n.v6().made() == nullptr &&
         n.promiscuous().made() == nullptr && n.dns().made() == nullptr &&
         n.dhcpv4().made() == nullptr && n.cn().made() == nullptr;
}

TEST(Stack, ANodeThatOnlyHasIpv4DatagramsMakesNoOtherPart) {
  TwoNodeWorld world;
  std::size_t heard = 0;
  const auto open = [](Stack& node) -> NetContext& {
    return *node.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  };
  NetContext &server = open(world.b), &client = open(world.a);
  ASSERT_TRUE(server.bind({{}, 7}).ok());
  ASSERT_TRUE(server.recv([&](NetContext&, PacketPtr, Status) { ++heard; }, kNoWait).ok());
  const std::vector<std::uint8_t> payload(100);
  ASSERT_TRUE(client.sendto(payload, {TwoNodeWorld::ip(2), 7}, {}, kNoWait).ok());
  world.settle();
  EXPECT_EQ(heard, 1u);
  ASSERT_TRUE(world.if_a.down().ok() && world.if_a.up().ok());
  ASSERT_TRUE(world.if_a.ipv4_addr_rm(TwoNodeWorld::ip(1)));
  world.settle();
  EXPECT_TRUE(is_bare(world.a));
  EXPECT_TRUE(is_bare(world.b));
}

// ---- no allocation in steady state

/// Allocations of 100 rounds after 20 that warm everything up.
template <class Round>
std::uint64_t steady_allocations(Round round) {
  for (int i = 0; i < 20; ++i) round();
  const std::uint64_t before = test::allocation_count();
  for (int i = 0; i < 100; ++i) round();
  return test::allocation_count() - before;
}

class Allocations : public testing::TestWithParam<L2Order> {
 protected:
  static test::TwoNodeOptions options() {
    test::TwoNodeOptions o;
    o.traced = false;
    o.a.l2_order = o.b.l2_order = GetParam();
    o.a.tx_classes = o.b.rx_classes = 4;
    return o;
  }
  NetContext& context(Stack& node) {
    return *node.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  }
  TwoNodeWorld world{options()};
};
INSTANTIATE_TEST_SUITE_P(Orders, Allocations,
                         testing::Values(L2Order::AfterQueue, L2Order::BeforeQueue));

TEST_P(Allocations, NoneForDatagramsThereAndBack) {
  NetContext &server = context(world.b), &client = context(world.a);
  struct Counts {
    std::uint64_t received = 0, sent = 0, bytes = 0, more = 0;
  } counts;
  ASSERT_TRUE(server.bind({{}, 7}).ok());
  ASSERT_TRUE(server
                  .recv(
                      [](NetContext& self, PacketPtr p, Status) {
                        EXPECT_TRUE(self.sendto(p->bytes(), p->meta.source, {}, kNoWait).ok());
                      },
                      kNoWait)
                  .ok());
  // a callback that is too large for the place inside std::function
  const auto large = [&counts, a = &counts.bytes, b = &counts.more, c = &counts.sent](
                         NetContext&, PacketPtr p, Status) {
    ++counts.received;
    *a += p->size();
    *b += 1;
    *c += 0;
  };
  ASSERT_TRUE(client.recv(large, kNoWait).ok());
  const std::vector<std::uint8_t> payload(100);
  EXPECT_EQ(steady_allocations([&] {
              for (int i = 0; i < 3; ++i) {
                EXPECT_TRUE(client
                                .sendto(
                                    payload, {TwoNodeWorld::ip(2), 7},
                                    [&counts](NetContext&, Result<std::size_t>) { ++counts.sent; },
                                    kNoWait)
                                .ok());
              }
              world.settle();
            }),
            0u);
  EXPECT_EQ(counts.received, 360u);
  EXPECT_EQ(counts.sent, 360u);
}

TEST_P(Allocations, NoneForPingsAndUnreachables) {
  IcmpHandler reply;
  std::uint64_t replies = 0;
  reply.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
    ++replies;
    return Status();
  };
  world.a.icmp()->add(reply);
  NetContext& client = context(world.a);
  const std::vector<std::uint8_t> payload(100);
  EXPECT_EQ(
      steady_allocations([&] {
        EXPECT_TRUE(world.a.icmp()
                        ->send_echo_request(&world.if_a, TwoNodeWorld::ip(2), 1, 1, payload)
                        .ok());
        EXPECT_TRUE(client.sendto(payload, {TwoNodeWorld::ip(2), 9}, {}, kNoWait).ok());
        world.settle();
      }),
      0u);
  EXPECT_EQ(replies, 120u);
}

TEST_P(Allocations, NoneForMulticastCopiesAndPacketsToOneself) {
  std::uint64_t received = 0;
  const auto count = [&received](PacketPtr& p) {
    ++received;
    p.reset();
    return true;
  };
  test::ConnEntry any(count), group(count), own(count);
  ASSERT_TRUE(world.b.conns.add(any, {.local = {{}, 7}}).ok());
  ASSERT_TRUE(world.b.conns.add(group, {.local = {ip("224.1.2.3"), 7}}).ok());
  ASSERT_TRUE(world.a.conns.add(own, {.local = {{}, 7}}).ok());
  NetContext& client = context(world.a);
  const std::vector<std::uint8_t> payload(100);
  EXPECT_EQ(steady_allocations([&] {
              EXPECT_TRUE(client.sendto(payload, {ip("224.1.2.3"), 7}, {}, kNoWait).ok());
              EXPECT_TRUE(client.sendto(payload, {TwoNodeWorld::ip(1), 7}, {}, kNoWait).ok());
              world.settle();
            }),
            0u);
  EXPECT_EQ(received, 360u);
  EXPECT_TRUE(world.b.conns.remove(&any).ok());
  EXPECT_TRUE(world.b.conns.remove(&group).ok());
  EXPECT_TRUE(world.a.conns.remove(&own).ok());
}

TEST(Determinism, TheSameSeedGivesTheSameTrace) {
  const auto run = [](std::uint64_t seed) {
    test::TwoNodeOptions o;
    o.seed = seed;
    TwoNodeWorld world(o);
    NetContext& client =
        *world.a.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(client.sendto(test::text_bytes("x"), {TwoNodeWorld::ip(2), 7}, {}, kNoWait).ok());
    }
    world.settle();
    Lines lines{std::to_string(client.local().port)};
    for (const KeptRecord& r : world.sink.records) lines.push_back(r.text());
    return lines;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6)) << "the port, at least";
}

}  // namespace
}  // namespace flapjack
