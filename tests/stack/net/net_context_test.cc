// SPDX-License-Identifier: Apache-2.0
// The context calls on the native path: their error codes, ports, states and the end of a context.
#include "stack/net/net_context.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;
using test::text_bytes;

const Timeout kNoWait = Timeout::no_wait();
constexpr Family kInet = Family::Inet;
constexpr SocketType kStream = SocketType::Stream, kDatagram = SocketType::Datagram;

class Context : public testing::Test {
 protected:
  Errc get(Family family, SocketType type, Protocol protocol) {
    return rig.node.contexts.get(family, type, protocol).code();
  }
  RecvCallback receiver() {
    return [this](NetContext&, PacketPtr p, Status) { got.push_back(test::text_of(p->bytes())); };
  }
  void arrive(std::uint16_t from_port, const Endpoint& to, std::string_view text) {
    rig.receive(eth0, test::udp_bytes({peer.address, from_port}, to, text));
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  const Endpoint peer{ip("192.0.2.2"), 5000};
  Lines got;
};

TEST_F(Context, GetRefusals) {
  EXPECT_EQ(get(Family::Inet6, kDatagram, Protocol::Tcp), Errc::Eprotonosupport);
  EXPECT_EQ(get(Family::Packet, kStream, Protocol::Tcp), Errc::Eprototype);
  EXPECT_EQ(get(Family::Can, SocketType::Raw, Protocol::Default), Errc::Epfnosupport);
  EXPECT_EQ(get(kInet, SocketType::Raw, Protocol{256}), Errc::Eprotonosupport);
  EXPECT_EQ(get(kInet, kDatagram, Protocol::Tcp), Errc::Eprotonosupport);
  EXPECT_EQ(get(kInet, kDatagram, Protocol::Icmp), Errc::Eprotonosupport);
  EXPECT_EQ(get(kInet, kStream, Protocol::Udp), Errc::Eprotonosupport);
  EXPECT_EQ(get(kInet, kStream, Protocol::Tcp), Errc::Eprotonosupport) << "needs an engine";
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
}

TEST_F(Context, TheTableHasALimit) {
  std::vector<NetContext*> contexts;
  for (int i = 0; i < 6; ++i) contexts.push_back(&rig.context());
  EXPECT_EQ(get(kInet, kDatagram, Protocol::Udp), Errc::Enoent);
  EXPECT_EQ(get(kInet, SocketType::Raw, Protocol{256}), Errc::Eprotonosupport) << "looked at first";
  EXPECT_TRUE(contexts[3]->put().ok());
  EXPECT_EQ(rig.node.contexts.in_use(), 5u);
  EXPECT_EQ(get(kInet, kDatagram, Protocol::Default), Errc::Ok);
  EXPECT_EQ(rig.node.contexts.in_use(), 6u);
  rig.node.contexts.put_all();
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
}

TEST_F(Context, AFreshContext) {
  NetContext& context = rig.context();
  EXPECT_EQ(context.state(), ContextState::Unconnected);
  EXPECT_EQ(context.type(), kDatagram);
  EXPECT_EQ(context.protocol(), Protocol::Udp) << "the natural one";
  EXPECT_EQ(context.iface(), nullptr);
  EXPECT_EQ(context.engine(), nullptr);
  EXPECT_TRUE(context.local().address.is_any());
}

// ---- ports

TEST_F(Context, PortsAreRandomHighAndTheSameInEveryRun) {
  StackConfig config;
  config.max_contexts = 200;
  NodeRig same(config, 7), again(config, 7), other(config, 8);
  std::vector<std::uint16_t> first, second, third;
  for (int i = 0; i < 200; ++i) {
    first.push_back(same.context().local().port);
    second.push_back(again.context().local().port);
    third.push_back(other.context().local().port);
    EXPECT_GE(first.back(), 0x8000);
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::unique(first.begin(), first.end()), first.end());
}

TEST_F(Context, AfterFiveTakenPortsThereIsNone) {
  RandomStream draws = rig.rng.stream("n.ports");
  const auto draw = [&] { return static_cast<std::uint16_t>(0x8000u | draws.below(0x8000)); };
  std::vector<NetContext*> contexts;
  for (int i = 0; i < 5; ++i) {
    contexts.push_back(&rig.context());
    EXPECT_EQ(contexts.back()->local().port, draw());
  }
  for (NetContext* context : contexts) ASSERT_TRUE(context->bind({{}, draw()}).ok());
  EXPECT_EQ(get(kInet, kDatagram, Protocol::Udp), Errc::Eaddrinuse);
  EXPECT_EQ(rig.node.contexts.in_use(), 5u);
  EXPECT_EQ(rig.context().local().port, draw()) << "the sixth draw";
}

// ---- bind

TEST_F(Context, BindChoosesTheIfaceOfTheAddress) {
  NetContext& context = rig.context();
  ASSERT_TRUE(context.bind({ip("10.0.0.1"), 7}).ok());
  EXPECT_EQ(context.iface(), &eth1);
  EXPECT_EQ(context.local(), (Endpoint{ip("10.0.0.1"), 7}));
}

TEST_F(Context, BindToPortZeroKeepsTheChosenPort) {
  NetContext& context = rig.context();
  const std::uint16_t port = context.local().port;
  ASSERT_TRUE(context.bind({ip("192.0.2.1"), 0}).ok());
  EXPECT_EQ(context.local(), (Endpoint{ip("192.0.2.1"), port}));
}

TEST_F(Context, BindToAnyChoosesTheIfaceTowardsThePeer) {
  NetContext& context = rig.context();
  ASSERT_TRUE(context.connect({ip("192.0.2.2"), 7}, {}, kNoWait).ok());
  ASSERT_TRUE(context.bind({{}, 4242}).ok());
  EXPECT_EQ(context.iface(), &eth0);
  EXPECT_EQ(context.local(), (Endpoint{{}, 4242}));
}

TEST_F(Context, BindRefusals) {
  NetContext& context = rig.context();
  EXPECT_EQ(context.bind({ip("192.0.2.9"), 7}).code(), Errc::Enoent) << "no iface has it";
  EXPECT_EQ(context.bind({ip("224.0.0.1"), 7}).code(), Errc::Enoent) << "no iface has the group";
  EXPECT_EQ(context.iface(), nullptr);
  NetContext& other = rig.bound(7);
  EXPECT_EQ(context.bind({{}, 7}).code(), Errc::Eaddrinuse);
  EXPECT_EQ(context.bind({ip("192.0.2.1"), 7}).code(), Errc::Eaddrinuse) << "any covers it";
  ASSERT_TRUE(other.put().ok());
  EXPECT_TRUE(context.bind({ip("192.0.2.1"), 7}).ok());
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  EXPECT_EQ(context.bind({{}, 8}).code(), Errc::Eisconn) << "it listens";
  NodeRig bare;
  EXPECT_EQ(bare.context().bind({{}, 7}).code(), Errc::Eaddrnotavail) << "no iface at all";
}

TEST_F(Context, APortMayBeUsedOnEachAddress) {
  NetContext& first = rig.context();
  NetContext& second = rig.context();
  ASSERT_TRUE(first.bind({ip("192.0.2.1"), 7}).ok());
  ASSERT_TRUE(second.bind({ip("10.0.0.1"), 7}).ok());
  EXPECT_EQ(second.bind({ip("192.0.2.1"), 7}).code(), Errc::Eaddrinuse) << "nor later";
  EXPECT_EQ(second.bind({ip("192.0.2.1"), 0}).code(), Errc::Eaddrinuse) << "nor by its own port";
  EXPECT_EQ(second.bind({{}, 7}).code(), Errc::Eaddrinuse);
  EXPECT_EQ(second.local(), (Endpoint{ip("10.0.0.1"), 7})) << "a refusal changes nothing";
  EXPECT_EQ(second.iface(), &eth1);
}

TEST_F(Context, BoundToAnIface) {
  const auto got = rig.node.contexts.get_on(eth1, kInet, kDatagram, Protocol::Udp);
  ASSERT_TRUE(got.ok());
  NetContext& context = *got.value();
  EXPECT_TRUE(context.is_bound_to_iface());
  EXPECT_EQ(context.bind({ip("192.0.2.1"), 7}).code(), Errc::Eaddrnotavail);
  ASSERT_TRUE(context.bind({{}, 7}).ok());
  EXPECT_EQ(context.iface(), &eth1);
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  arrive(5000, {ip("192.0.2.1"), 7}, "elsewhere");
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
  rig.receive(eth1, test::udp_bytes({ip("10.0.0.2"), 5000}, {ip("10.0.0.1"), 7}, "here"));
  EXPECT_EQ(got.value()->iface(), &eth1);
  EXPECT_EQ(this->got, Lines{"here"});
  EXPECT_TRUE(context.sendto(text_bytes("x"), {ip("192.0.2.2"), 9}, {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth1).sent.size(), 1u) << "whatever the route says";
}

// ---- connect, listen, accept

TEST_F(Context, ConnectSetsThePeerAndCallsBackInline) {
  NetContext& context = rig.context();
  Lines log;
  const auto done = [&](NetContext& c, Status s) {
    EXPECT_EQ(&c, &context);
    log.push_back(test::code_of(s));
  };
  ASSERT_TRUE(context.connect(peer, done, Timeout::forever()).ok());
  EXPECT_EQ(log, Lines{"OK"});
  EXPECT_EQ(context.state(), ContextState::Connected);
  EXPECT_EQ(context.remote(), peer);
  EXPECT_EQ(context.iface(), &eth0);
  ASSERT_TRUE(context.connect({ip("10.0.0.2"), 9}, done, kNoWait).ok()) << "another peer";
  EXPECT_EQ(context.remote(), (Endpoint{ip("10.0.0.2"), 9}));
  EXPECT_TRUE(rig.hops().empty()) << "no packet for it";
}

TEST_F(Context, ConnectRefusals) {
  NetContext& context = rig.context();
  EXPECT_EQ(context.connect({{}, 7}, {}, kNoWait).code(), Errc::Einval);
  EXPECT_EQ(context.connect({peer.address, 0}, {}, kNoWait).code(), Errc::Einval);
  context.set_state(ContextState::Connecting);
  EXPECT_EQ(context.connect(peer, {}, kNoWait).code(), Errc::Ealready);
  context.set_state(ContextState::Listening);
  EXPECT_EQ(context.connect(peer, {}, kNoWait).code(), Errc::Eopnotsupp);
  NodeRig bare;
  EXPECT_EQ(bare.context().connect(peer, {}, kNoWait).code(), Errc::Eaddrnotavail);
}

TEST_F(Context, DatagramsNeitherListenNorAccept) {
  NetContext& context = rig.context();
  EXPECT_EQ(context.listen(1).code(), Errc::Eopnotsupp);
  EXPECT_EQ(context.accept({}, kNoWait).code(), Errc::Einval);
}

TEST_F(Context, AConnectedContextHearsOnlyItsPeer) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context.connect(peer, {}, kNoWait).ok());
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  arrive(5001, {ip("192.0.2.1"), 7}, "stranger");
  arrive(5000, {ip("192.0.2.1"), 7}, "peer");
  EXPECT_EQ(got, Lines{"peer"});
  ASSERT_TRUE(context.connect({peer.address, 5001}, {}, kNoWait).ok());
  arrive(5000, {ip("192.0.2.1"), 7}, "old peer");
  arrive(5001, {ip("192.0.2.1"), 7}, "new peer");
  EXPECT_EQ(got, (Lines{"peer", "new peer"})) << "connect after recv moves the entry";
}

// ---- recv and put

TEST_F(Context, RecvNeedsAnEntryInTheTable) {
  std::deque<test::ConnEntry> entries;
  for (std::uint16_t port = 1; port <= 8; ++port) {
    ConnTuple tuple;
    tuple.local.port = port;
    entries.emplace_back([](PacketPtr&) { return false; });
    ASSERT_TRUE(rig.node.conns.add(entries.back(), tuple).ok());
  }
  EXPECT_EQ(rig.context().recv(receiver(), kNoWait).code(), Errc::Enoent);
  for (test::ConnEntry& entry : entries) EXPECT_TRUE(rig.node.conns.remove(&entry).ok());
}

TEST_F(Context, RecvAgainReplacesTheCallback) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  ASSERT_TRUE(
      context.recv([&](NetContext&, PacketPtr, Status) { got.emplace_back("second"); }, kNoWait)
          .ok());
  EXPECT_EQ(rig.node.conns.in_use(), 1u);
  arrive(5000, {ip("192.0.2.1"), 7}, "x");
  EXPECT_EQ(got, Lines{"second"});
}

TEST_F(Context, ACallbackMayRegisterAnother) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context
                  .recv(
                      [&](NetContext& self, PacketPtr, Status) {
                        got.emplace_back("first");
                        EXPECT_TRUE(self.recv(receiver(), kNoWait).ok());
                        got.emplace_back("still first");
                      },
                      kNoWait)
                  .ok());
  arrive(5000, {ip("192.0.2.1"), 7}, "a");
  arrive(5000, {ip("192.0.2.1"), 7}, "b");
  EXPECT_EQ(got, (Lines{"first", "still first", "b"}));
}

TEST_F(Context, TheContextFollowsTheIfaceOfItsPackets) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  arrive(5000, {ip("192.0.2.1"), 7}, "x");
  EXPECT_EQ(context.iface(), &eth0);
  rig.receive(eth1, test::udp_bytes({ip("10.0.0.2"), 5000}, {ip("10.0.0.1"), 7}, "y"));
  EXPECT_EQ(context.iface(), &eth1);
}

TEST_F(Context, PutFreesEntryPortAndSlot) {
  NetContext& context = rig.bound(7);
  context.set_priority(6);
  ASSERT_TRUE(context.connect(peer, {}, kNoWait).ok());
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  EXPECT_TRUE(context.put().ok());
  EXPECT_EQ(rig.node.conns.in_use(), 0u);
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
  NetContext& next = rig.bound(7);
  EXPECT_EQ(&next, &context) << "the slot is used again";
  EXPECT_EQ(next.state(), ContextState::Unconnected);
  EXPECT_EQ(next.send(text_bytes("x"), {}, kNoWait).code(), Errc::Edestaddrreq);
  arrive(5000, {ip("192.0.2.1"), 7}, "x");
  EXPECT_EQ(got, Lines{});
}

TEST_F(Context, ACallbackMayPutItsContext) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context
                  .recv(
                      [&](NetContext& self, PacketPtr, Status) {
                        EXPECT_TRUE(self.put().ok());
                        got.emplace_back("put");
                      },
                      kNoWait)
                  .ok());
  arrive(5000, {ip("192.0.2.1"), 7}, "a");
  arrive(5000, {ip("192.0.2.1"), 7}, "b");
  EXPECT_EQ(got, Lines{"put"});
  EXPECT_EQ(rig.drops(), Lines{"no_listener"});
}

TEST_F(Context, AfterPutEveryCallIsEbadf) {
  NetContext& context = rig.context();
  ASSERT_TRUE(context.put().ok());
  EXPECT_EQ(context.put().code(), Errc::Ebadf);
  EXPECT_EQ(context.bind({{}, 7}).code(), Errc::Ebadf);
  EXPECT_EQ(context.listen(1).code(), Errc::Ebadf);
  EXPECT_EQ(context.connect(peer, {}, kNoWait).code(), Errc::Ebadf);
  EXPECT_EQ(context.accept({}, kNoWait).code(), Errc::Ebadf);
  EXPECT_EQ(context.send(text_bytes("x"), {}, kNoWait).code(), Errc::Ebadf);
  EXPECT_EQ(context.sendto(text_bytes("x"), peer, {}, kNoWait).code(), Errc::Ebadf);
  EXPECT_EQ(context.recv(receiver(), kNoWait).code(), Errc::Ebadf);
}

}  // namespace
}  // namespace flapjack
