// SPDX-License-Identifier: Apache-2.0
// Names of ifaces, the default iface, promiscuous mode, suspension.
#include <gtest/gtest.h>

#include "stack/net/promiscuous.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::code_of;
using test::ip;
using test::Lines;
using test::NodeRig;
using test::text_bytes;

const Timeout kNoWait = Timeout::no_wait();

std::string name_of(const NetIf& iface, std::size_t room = 100) {
  const auto name = iface.if_name(room);
  return name.ok() ? name.value() : code_of(name.status());
}

/// A node with ifaces of the kinds that their L2s' names stand for.
struct Kinds {
  explicit Kinds(const StackConfig& config = {}) : rig(config) {}
  NetIf& add(std::string_view kind, bool wifi = false) {
    auto l2 = std::make_unique<test::ScriptedL2>();
    l2->l2_traits.name = kind;
    l2->l2_traits.needs_link_address = false;
    NetIf& iface = rig.node.add_iface(
        {.name = "i" + std::to_string(l2s.size()), .is_wifi = wifi});
    iface.bind_l2(*l2);
    l2s.push_back(std::move(l2));
    return iface;
  }
  std::vector<std::unique_ptr<test::ScriptedL2>> l2s;
  NodeRig rig;
};

TEST(IfNames, AreMadeOfKindAndNumber) {
  Kinds node;
  Lines names;
  for (const std::string_view kind : {"ethernet", "dummy", "ethernet", "ppp", "vlan", "tunnel",
                                      "bridge", "dummy"}) {
    names.push_back(name_of(node.add(kind)));
  }
  names.push_back(name_of(node.add("ethernet", true)));
  EXPECT_EQ(names, (Lines{"eth0", "dummy0", "eth1", "ppp0", "vlan0", "net0", "net1", "dummy1",
                          "wlan0"}));
}

TEST(IfNames, SetAndFound) {
  Kinds node;
  NetIf& first = node.add("ethernet");
  NetIf& second = node.add("ethernet");
  struct Row {
    std::string name, answer, then;
  };
  const Row rows[] = {{"", "EINVAL", "eth1"},
                      {"nine-long", "ENAMETOOLONG", "eth1"},
                      {"eth0", "EALREADY", "eth1"},
                      {"eight-ok", "OK", "eight-ok"},
                      {"eight-ok", "OK", "eight-ok"},  // its own
                      {"wan", "OK", "wan"}};
  for (const Row& row : rows) {
    EXPECT_EQ(code_of(second.set_if_name(row.name)), row.answer) << row.name;
    EXPECT_EQ(name_of(second), row.then) << row.name;
  }
  EXPECT_EQ(name_of(second, 2), "ERANGE");
  EXPECT_EQ(name_of(second, 3), "wan");
  Stack& stack = node.rig.node;
  EXPECT_EQ(stack.index_by_name("wan").value(), second.index());
  EXPECT_EQ(stack.index_by_name("eth0").value(), first.index());
  EXPECT_EQ(stack.index_by_name("eth1").code(), Errc::Enoent) << "renamed";
  EXPECT_EQ(stack.index_by_name("").code(), Errc::Einval);
}

TEST(IfNames, NotBuiltIn) {
  StackConfig config;
  config.sockets.if_names = false;
  Kinds node(config);
  NetIf& iface = node.add("ethernet");
  EXPECT_EQ(name_of(iface), "ENOTSUP");
  EXPECT_EQ(code_of(iface.set_if_name("wan")), "ENOTSUP");
  EXPECT_EQ(node.rig.node.index_by_name("eth0").code(), Errc::Enotsup);
}

// ---- the default iface

TEST(Default, Choices) {
  struct Row {
    DefaultIface choice;
    std::size_t index;
  };
  const Row rows[] = {{DefaultIface::First, 1}, {DefaultIface::Up, 3},
                      {DefaultIface::Ethernet, 2}, {DefaultIface::Wifi, 4},
                      {DefaultIface::Dummy, 1}, {DefaultIface::Ppp, 5},
                      {DefaultIface::Offload, 1}, {DefaultIface::OffloadedNetdev, 1}};
  for (const Row& row : rows) {
    StackConfig config;
    config.sockets.default_iface = row.choice;
    Kinds node(config);
    EXPECT_EQ(node.rig.node.default_iface(), nullptr);
    node.add("dummy");
    node.add("ethernet");
    ASSERT_TRUE(node.add("vlan").up().ok());
    node.add("ethernet", true);
    node.add("ppp");
    EXPECT_EQ(node.rig.node.default_iface()->index().value, row.index)
        << static_cast<int>(row.choice);
    NetIf& chosen = *node.rig.node.ifaces()[3];
    node.rig.node.set_default_iface(chosen);
    EXPECT_EQ(node.rig.node.default_iface(), &chosen) << "an explicit one wins";
  }
}

// ---- promiscuous mode

class Promisc : public testing::Test {
 protected:
  Promisc() { rig.l2.l2_traits.promiscuous = true; }
  void arrive() {
    rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.77"), 9}, "other"));
  }
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
};

TEST_F(Promisc, OnAndOff) {
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "OK");
  EXPECT_TRUE(eth0.is_promiscuous());
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "EALREADY");
  eth0.unset_promiscuous();
  EXPECT_FALSE(eth0.is_promiscuous());
  eth0.unset_promiscuous();
  EXPECT_EQ(rig.driver(eth0).calls, (Lines{"run", "promiscuous", "normal"}));
  EXPECT_EQ(rig.events(), (Lines{"n.eth0 promiscuous", "n.eth0 promiscuous"}));
}

TEST_F(Promisc, WhoCannot) {
  rig.l2.l2_traits.promiscuous = false;
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "ENOTSUP") << "the L2";
  rig.l2.l2_traits.promiscuous = true;
  rig.driver(eth0).promiscuous_answer = Errc::Enotsup;
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "ENOTSUP") << "the device";
  EXPECT_EQ(rig.driver(eth0).calls, Lines{"run"}) << "not even asked";
  StackConfig config;
  config.sockets.promiscuous = false;
  NodeRig bare(config);
  bare.l2.l2_traits.promiscuous = true;
  EXPECT_EQ(code_of(bare.add({.name = "eth0"}).set_promiscuous()), "ENOTSUP") << "not built in";
  EXPECT_FALSE(eth0.is_promiscuous());
}

TEST_F(Promisc, FramesAreCopiedBeforeTheL2LooksAtThem) {
  Promiscuous& heard = *rig.node.promiscuous();
  EXPECT_EQ(code_of(heard.off(eth0)), "EALREADY");
  EXPECT_EQ(code_of(heard.on(eth0)), "OK");
  EXPECT_EQ(code_of(heard.on(eth0)), "EALREADY");
  arrive();
  ASSERT_EQ(heard.waiting(), 1u);
  const PacketPtr copy = heard.take();
  EXPECT_EQ(copy->size(), 33u);
  EXPECT_EQ(heard.take(), nullptr);
  EXPECT_EQ(rig.drops(), Lines{"not_for_us"}) << "the frame itself";
  arrive();
  EXPECT_EQ(code_of(heard.off(eth0)), "OK");
  EXPECT_EQ(heard.waiting(), 0u) << "thrown away";
  arrive();
  EXPECT_EQ(heard.waiting(), 0u);
}

TEST_F(Promisc, AnIfaceThatHasItOnWithoutAReaderKeepsNothing) {
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "OK");
  arrive();
  EXPECT_EQ(rig.node.promiscuous()->waiting(), 0u);
  EXPECT_EQ(rig.node.rx_pool.in_use(), 0u);
}

TEST_F(Promisc, OnlyWhatWasTurnedOnHereCounts) {
  Promiscuous& heard = *rig.node.promiscuous();
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "OK");
  EXPECT_EQ(code_of(heard.off(eth0)), "OK") << "whoever has turned it on";
  EXPECT_FALSE(eth0.is_promiscuous());
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "OK");
  arrive();
  EXPECT_EQ(heard.waiting(), 0u) << "still nobody asks";
  eth0.unset_promiscuous();
  EXPECT_EQ(code_of(heard.on(eth0)), "OK");
  eth0.unset_promiscuous();  // behind its back
  EXPECT_EQ(code_of(heard.on(eth0)), "OK");
  arrive();
  EXPECT_EQ(heard.waiting(), 1u);
  EXPECT_EQ(code_of(heard.off(eth0)), "OK");
  EXPECT_EQ(code_of(eth0.set_promiscuous()), "OK");
  arrive();
  EXPECT_EQ(heard.waiting(), 0u);
  EXPECT_EQ(rig.node.rx_pool.in_use(), 0u);
}

TEST_F(Promisc, AReaderWaitsForAFrame) {
  Promiscuous& heard = *rig.node.promiscuous();
  ASSERT_TRUE(heard.on(eth0).ok());
  EXPECT_EQ(heard.wait(Timeout::forever()), nullptr) << "not in a fiber: does not wait";
  Lines log;
  rig.fibers.spawn("reader", [&] {
    for (int i = 0; i < 2; ++i) {
      const PacketPtr got = heard.wait(Timeout::after(milliseconds(10)));
      log.push_back((got != nullptr ? "frame " : "nothing ") +
                    to_text(rig.scheduler.now() - SimTime{}));
    }
  });
  rig.scheduler.run_until(SimTime{} + milliseconds(4));
  eth0.on_frame(rig.frame(test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.77"), 9}, "x")));
  rig.scheduler.run();
  EXPECT_EQ(log, (Lines{"frame 4ms", "nothing 14ms"}));
}

TEST_F(Promisc, AQueueThatNobodyEmptiesStarvesTheNode) {
  ASSERT_TRUE(rig.node.promiscuous()->on(eth0).ok());
  rig.node.rx_pool.set_limit(3);
  for (int i = 0; i < 4; ++i) arrive();
  EXPECT_EQ(rig.node.promiscuous()->waiting(), 2u);
  EXPECT_EQ(rig.node.rx_pool.in_use(), 2u);
  EXPECT_EQ(rig.events(), (Lines{"n.eth0 promiscuous", "n.eth0 copy_lost", "n.eth0 copy_lost"}));
}

// ---- suspension

class Suspension : public testing::Test {
 protected:
  Result<std::size_t> send() {
    return context.sendto(text_bytes("x"), {ip("192.0.2.2"), 9},
                          [this](NetContext&, Result<std::size_t> sent) {
                            told = code_of(sent.status());
                          },
                          kNoWait);
  }
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.context();
  std::string told;
};

TEST_F(Suspension, CodesAndEvents) {
  EXPECT_EQ(code_of(eth0.resume()), "EALREADY");
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(code_of(eth0.suspend()), "EBUSY") << "a packet waits in the tx queue";
  rig.scheduler.run();
  rig.sink.records.clear();
  EXPECT_EQ(code_of(eth0.suspend()), "OK");
  EXPECT_TRUE(eth0.is_suspended());
  EXPECT_EQ(code_of(eth0.suspend()), "EALREADY");
  EXPECT_EQ(code_of(eth0.resume()), "OK");
  EXPECT_FALSE(eth0.is_suspended());
  EXPECT_EQ(rig.events(), (Lines{"n.eth0 suspended", "n.eth0 resumed"}));
}

TEST_F(Suspension, NothingIsSentAndTheSenderIsTold) {
  ASSERT_TRUE(eth0.suspend().ok());
  EXPECT_TRUE(eth0.is_up()) << "it stays up";
  EXPECT_EQ(send().code(), Errc::Eio);
  EXPECT_EQ(rig.drops(), Lines{"suspended"});
  EXPECT_EQ(rig.driver(eth0).sent.size(), 0u);
  ASSERT_TRUE(eth0.resume().ok());
  EXPECT_TRUE(send().ok());
  rig.scheduler.run();
  EXPECT_EQ(told, "OK");
  EXPECT_EQ(rig.driver(eth0).sent.size(), 1u);
}

TEST_F(Suspension, WhatComesInIsTaken) {
  ASSERT_TRUE(eth0.suspend().ok());
  NetContext& listener = rig.bound(9);
  ASSERT_TRUE(listener.recv([this](NetContext&, PacketPtr, Status) { told = "got"; },
                            kNoWait).ok());
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 9}, "x"));
  EXPECT_EQ(told, "got");
}

TEST_F(Suspension, OnlyItsOwnFramesKeepAnIfaceBusy) {
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(code_of(eth1.suspend()), "OK");
  EXPECT_EQ(code_of(eth0.suspend()), "EBUSY");
}

}  // namespace
}  // namespace flapjack
