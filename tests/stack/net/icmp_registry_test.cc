// SPDX-License-Identifier: Apache-2.0
// The registry of ICMP handlers: its order, its filters, and what a round of them answers.
#include "stack/net/icmp_registry.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

class IcmpRegistryTest : public testing::Test {
 protected:
  void arrive(std::uint8_t type, std::uint8_t code = 0, std::string_view data = "data",
              const char* to = "192.0.2.1") {
    rig.receive(eth0, test::icmp_bytes(ip("192.0.2.2"), ip(to), {type, code, 17, 3}, data));
  }
  IcmpHandler handler(std::string who, std::uint8_t type, std::uint8_t code = 0,
                      Status answer = {}) {
    IcmpHandler h;
    h.type = type;
    h.code = code;
    h.handle = [this, who, answer](NetIf&, const IcmpHeader&, Packet&) {
      log.push_back(who);
      return answer;
    };
    return h;
  }
  const std::vector<Bytes>& sent() { return rig.driver(eth0).sent; }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  Lines log;
};

TEST_F(IcmpRegistryTest, TheNewestHandlerFirstAndAllOfThem) {
  IcmpHandler a = handler("a", 0), b = handler("b", 0), other = handler("other", 13);
  for (IcmpHandler* h : {&a, &b, &other}) rig.node.icmp()->add(*h);
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, (Lines{"b", "a"}));
  log.clear();
  rig.node.icmp()->add(a);  // again: to the front
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, (Lines{"a", "b"}));
  log.clear();
  rig.node.icmp()->remove(a);
  rig.node.icmp()->remove(a);
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, Lines{"b"});
  EXPECT_EQ(rig.drops(), Lines{});
}

TEST_F(IcmpRegistryTest, AnErrorEndsTheRound) {
  IcmpHandler a = handler("a", 0), b = handler("b", 0, 0, Errc::Eio), c = handler("c", 0);
  for (IcmpHandler* h : {&a, &b, &c}) rig.node.icmp()->add(*h);
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, (Lines{"c", "b"}));
}

TEST_F(IcmpRegistryTest, ACustomHandlerComesBeforeTheEchoAnswer) {
  IcmpHandler veto = handler("veto", kIcmpEchoRequest, 0, Errc::Eacces);
  rig.node.icmp()->add(veto);
  arrive(kIcmpEchoRequest);
  EXPECT_EQ(log, Lines{"veto"});
  EXPECT_TRUE(sent().empty());
}

TEST_F(IcmpRegistryTest, CodeZeroIsAnyCode) {
  IcmpHandler any = handler("any", 3, 0), port = handler("port", 3, 3);
  rig.node.icmp()->add(any);
  rig.node.icmp()->add(port);
  arrive(3, 3);
  EXPECT_EQ(log, (Lines{"port", "any"}));
  log.clear();
  arrive(3, 1);
  EXPECT_EQ(log, Lines{"any"});
}

TEST_F(IcmpRegistryTest, AHandlerOfOneIface) {
  IcmpHandler here = handler("here", 0), there = handler("there", 0);
  here.iface = &eth0;
  there.iface = &eth1;
  rig.node.icmp()->add(here);
  rig.node.icmp()->add(there);
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, Lines{"here"});
}

TEST_F(IcmpRegistryTest, HandlersMayAddAndRemove) {
  IcmpHandler old = handler("old", 0), newer = handler("newer", 0), meddler;
  meddler.handle = [&](NetIf&, const IcmpHeader&, Packet&) {
    log.emplace_back("meddler");
    rig.node.icmp()->remove(old);
    rig.node.icmp()->remove(meddler);
    rig.node.icmp()->add(newer);
    return Status();
  };
  rig.node.icmp()->add(old);
  rig.node.icmp()->add(meddler);
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, Lines{"meddler"});
  arrive(kIcmpEchoReply);
  EXPECT_EQ(log, (Lines{"meddler", "newer"}));
}

TEST_F(IcmpRegistryTest, HandlersSeeTheWholeMessage) {
  std::string data;
  IcmpHeader seen;
  IcmpHandler h;
  h.handle = [&](NetIf& iface, const IcmpHeader& header, Packet& packet) {
    EXPECT_EQ(&iface, &eth0);
    EXPECT_EQ(packet.meta.source.address, ip("192.0.2.2"));
    seen = header;
    data = test::text_of(packet.bytes().subspan(kIcmpHeaderBytes));
    return Status();
  };
  rig.node.icmp()->add(h);
  arrive(kIcmpEchoReply, 0, "hello");
  EXPECT_EQ(data, "hello");
  EXPECT_EQ(seen.id, 17);
  EXPECT_EQ(seen.sequence, 3);
}

TEST_F(IcmpRegistryTest, WhatARoundAnswers) {
  IcmpRegistry registry;
  const PacketPtr packet = rig.slab.allocate();
  const auto round = [&](std::uint8_t type) {
    log.clear();
    return registry.hand_over(eth0, {type, 0, 0, 0}, *packet).code();
  };
  EXPECT_EQ(round(0), Errc::Enoent) << "nobody";
  IcmpHandler last = handler("last", 0, 0, Errc::Eio), first = handler("first", 0);
  registry.add(last);
  EXPECT_EQ(round(0), Errc::Eio);
  registry.add(first);
  EXPECT_EQ(round(0), Errc::Eio) << "of the last one called";
  EXPECT_EQ(log, (Lines{"first", "last"}));
  EXPECT_EQ(round(1), Errc::Enoent);
  registry.remove(last);
  EXPECT_EQ(round(0), Errc::Ok);
}

}  // namespace
}  // namespace flapjack
