// SPDX-License-Identifier: Apache-2.0
// Starting and stopping, several ifaces of a node, and messages that wait for a packet.
#include "stack/net/dhcpv4.h"

#include "tests/stack/net/dhcpv4_rig.h"

namespace flapjack::test {
namespace {

using State = Dhcpv4State;
using Type = Dhcpv4Type;

std::string at(SimTime t, const std::string& what) { return to_text(t) + " " + what; }

TEST(Dhcpv4, StartAndStopSayNoToWhatMakesNoSense) {
  DhcpRig r;
  EXPECT_EQ(code_of(r.dhcp().stop(r.iface)), "EALREADY");
  EXPECT_EQ(code_of(r.dhcp().restart(r.iface)), "EALREADY");
  EXPECT_TRUE(r.dhcp().start(r.iface).ok());
  EXPECT_EQ(code_of(r.dhcp().start(r.iface)), "EALREADY");
  EXPECT_TRUE(r.dhcp().stop(r.iface).ok());
  EXPECT_EQ(code_of(r.dhcp().stop(r.iface)), "EALREADY");
  NetIf& bare = r.rig.node.add_iface({.name = "bare"});
  EXPECT_EQ(code_of(r.dhcp().start(bare)), "EINVAL");  // no link address
  EXPECT_EQ(r.dhcp().state(bare), State::Disabled);
}

TEST(Dhcpv4, AnotherHolderOfThePortIsAnError) {
  DhcpRig r;
  ConnTuple tuple;
  tuple.local.port = kDhcpv4ClientPort;
  tuple.remote.port = kDhcpv4ServerPort;
  ConnEntry holder([](PacketPtr&) { return false; });
  ASSERT_TRUE(r.rig.node.conns.add(holder, tuple).ok());
  EXPECT_EQ(code_of(r.dhcp().start(r.iface)), "EADDRINUSE");
  EXPECT_EQ(r.state(), State::Disabled);
  EXPECT_TRUE(r.rig.node.conns.remove(&holder).ok());
  EXPECT_TRUE(r.dhcp().start(r.iface).ok());
}

TEST(Dhcpv4, ItListensWhileSomeClientRuns) {
  DhcpRig r;
  NetIf& second = r.rig.add({.name = "eth1"});
  EXPECT_EQ(r.rig.node.conns.in_use(), 0u);
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  ASSERT_TRUE(r.dhcp().start(second).ok());
  EXPECT_EQ(r.rig.node.conns.in_use(), 1u);
  ASSERT_TRUE(r.dhcp().stop(r.iface).ok());
  EXPECT_EQ(r.rig.node.conns.in_use(), 1u);
  ASSERT_TRUE(r.dhcp().stop(second).ok());
  EXPECT_EQ(r.rig.node.conns.in_use(), 0u);
  r.rig.sink.records.clear();
  r.run_for(seconds(100));
  EXPECT_EQ(r.story(), Lines{});
}

TEST(Dhcpv4, StopGivesTheAddressUp) {
  DhcpRig r;
  r.become_bound();
  ASSERT_TRUE(r.dhcp().stop(r.iface).ok());
  r.run_for(seconds(kLeaseSeconds));
  const SimTime then = r.now() - seconds(kLeaseSeconds);
  EXPECT_EQ(r.story(), (Lines{at(then, "IPV4_ADDR_DEL 192.0.2.10"),
                              at(then, "dhcp_state disabled"), at(then, "IPV4_DHCP_STOP")}));
  EXPECT_EQ(r.iface.ipv4().gateway(), Ipv4Address{});
}

TEST(Dhcpv4, RestartDoesNotWait) {
  DhcpRig r;
  r.become_bound();
  r.run_for(seconds(3));
  ASSERT_TRUE(r.dhcp().restart(r.iface).ok());
  r.settle();
  EXPECT_EQ(r.story(),
            (Lines{at(r.now(), "IPV4_ADDR_DEL 192.0.2.10"), at(r.now(), "dhcp_state disabled"),
                   at(r.now(), "IPV4_DHCP_STOP"), at(r.now(), "IPV4_DHCP_START"),
                   at(r.now(), "dhcp_state init"), at(r.now(), "dhcp_state selecting"),
                   at(r.now(), "dhcp_sent DISCOVER 1")}));
}

TEST(Dhcpv4, AGatewayOfSomebodyElseStays) {
  DhcpRig r;
  r.become_bound();
  r.iface.set_gateway(ip("192.0.2.77"));
  ASSERT_TRUE(r.dhcp().stop(r.iface).ok());
  EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.77"));
}

TEST(Dhcpv4, TheGatewayThatALeaseDisplacedComesBack) {
  for (const char* own : {"192.0.2.77", "192.0.2.1"}) {  // another one, and the lease's itself
    DhcpRig r;
    r.iface.set_gateway(ip(own));
    r.become_bound();
    EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.1"));
    r.run_for(seconds(kLeaseSeconds / 2));
    r.answer(Type::Ack);  // a renewed lease displaces nothing
    EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.1"));
    ASSERT_TRUE(r.dhcp().stop(r.iface).ok());
    EXPECT_EQ(r.iface.ipv4().gateway(), ip(own));
  }
}

// Each iface has its own state and streams; answers find theirs.
TEST(Dhcpv4, TwoIfacesOfANode) {
  DhcpRig r;
  NetIf& second = r.rig.add({.name = "eth1"});
  r.rig.driver(second).mac.bytes[5] = 0x22;
  ASSERT_TRUE(second.down().ok());
  r.settle();
  ASSERT_TRUE(second.set_link_address({{2, 0, 0, 0, 0, 0x22}}).ok());
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  ASSERT_TRUE(r.dhcp().start(second).ok());
  r.run_for(seconds(10));
  EXPECT_EQ(r.dhcp().state(second), State::Init);  // down: it waits
  r.answer(Type::Offer);
  r.answer(Type::Ack);
  EXPECT_EQ(r.state(), State::Bound);
  EXPECT_EQ(r.dhcp().lease(second), nullptr);
  ASSERT_TRUE(second.up().ok());
  r.settle();
  EXPECT_EQ(r.dhcp().state(second), State::Selecting);
  EXPECT_EQ(r.rig.driver(second).sent.size(), 1u);
}

// RFC 2131 section 3.1, step 5: the server is told, and another address is asked for.
TEST(Dhcpv4, AConflictIsDeclined) {
  for (const bool at_once : {true, false}) {
    StackConfig config;
    if (!at_once) config.dhcpv4.decline_wait = seconds(10);
    DhcpRig r(config);
    r.become_bound();
    r.rig.node.mgmt.notify(MgmtEvent::Ipv4AcdConflict, &r.iface, ip("192.0.2.99"));
    r.settle();
    EXPECT_EQ(r.state(), State::Bound);  // not its address
    r.rig.sink.records.clear();
    const SimTime then = r.now();
    r.rig.node.mgmt.notify(MgmtEvent::Ipv4AcdConflict, &r.iface, ip("192.0.2.10"));
    r.settle();
    if (!at_once) {
      const Dhcpv4Message decline = r.last();
      EXPECT_EQ(decline.type, Type::Decline);
      EXPECT_EQ(decline.requested_address, ip("192.0.2.10"));
      EXPECT_EQ(decline.server_id, ip("192.0.2.1"));
      EXPECT_EQ(decline.ciaddr, Ipv4Address{});
      EXPECT_EQ(r.last_ip().destination, ip("255.255.255.255"));
    }
    r.run_for(seconds(at_once ? 1 : 10));
    const SimTime again = at_once ? then : then + seconds(10);
    EXPECT_EQ(r.story(), (Lines{at(then, "IPV4_ACD_CONFLICT 192.0.2.10"),
                                at(then, "IPV4_ADDR_DEL 192.0.2.10"),
                                at(then, "dhcp_state decline"), at(then, "dhcp_sent DECLINE 1"),
                                at(then, "dhcp_state init"), at(again, "dhcp_state selecting"),
                                at(again, "dhcp_sent DISCOVER 1")}));
    EXPECT_EQ(r.iface.ipv4().gateway(), Ipv4Address{});
  }
}

struct Starved {
  explicit Starved(DhcpRig& rig) : rig(rig) {
    while (PacketPtr packet = rig.rig.node.tx_pool.allocate()) taken.push_back(std::move(packet));
  }
  void free_one() { taken.pop_back(); }
  DhcpRig& rig;
  std::vector<PacketPtr> taken;
};

// K_FOREVER: the message is not lost, however long it takes.
TEST(Dhcpv4, AMessageWaitsForAPacket) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  const SimTime due = r.now() + r.next_delay();
  Starved starved(r);
  r.rig.sink.records.clear();
  r.run_to(due + seconds(3000));
  EXPECT_EQ(r.story(), (Lines{at(due, "dhcp_state selecting"), at(due, "alloc_wait tx"),
                              at(due, "dhcp_waits DISCOVER")}));
  EXPECT_TRUE(r.driver().sent.empty());
  const RecordId waits = r.rig.sink.records.at(1).seq;
  r.rig.sink.records.clear();
  starved.free_one();
  r.settle();
  const SimTime sent = r.now();
  EXPECT_EQ(r.rig.sink.records.front().cause, waits);
  r.run_for(r.next_pause(1));  // the pause begins with the sending
  EXPECT_EQ(r.story(), (Lines{at(sent, "dhcp_sent DISCOVER 1"),
                              at(r.now(), "dhcp_sent DISCOVER 2")}));
}

// With a limit (later Zephyr: 100 ms) it is as good as lost, and tried again.
TEST(Dhcpv4, WaitingMayHaveALimit) {
  StackConfig config;
  config.alloc.dhcp = Timeout::after(milliseconds(100));
  DhcpRig r(config);
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  const SimTime due = r.now() + r.next_delay();
  Starved starved(r);
  r.rig.sink.records.clear();
  const SimTime over = due + milliseconds(100);
  r.run_to(over);
  EXPECT_EQ(r.story(), (Lines{at(due, "dhcp_state selecting"), at(due, "alloc_wait tx"),
                              at(due, "dhcp_waits DISCOVER"),
                              at(over, "alloc_failed tx ETIMEDOUT")}));
  starved.free_one();
  r.rig.sink.records.clear();
  r.run_for(r.next_pause(1));
  EXPECT_EQ(r.story(), Lines{at(r.now(), "dhcp_sent DISCOVER 2")});
}

TEST(Dhcpv4, WaitingMessagesGoInTheirOrder) {
  DhcpRig r;
  NetIf& second = r.rig.add({.name = "eth1"});
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  ASSERT_TRUE(r.dhcp().start(second).ok());
  Starved starved(r);
  r.run_for(seconds(10));
  r.rig.sink.records.clear();
  const bool first_is_first = r.next_delay() <= seconds(
      r.rig.rng.stream("n.dhcp.eth1.delay").between(1, 10));
  starved.free_one();  // enough for both: what was sent is free again at once
  r.settle();
  std::vector<std::string> order;
  for (const KeptRecord& record : r.rig.sink.records) {
    if (record.name == "dhcp_sent") order.push_back(record.subject);
  }
  EXPECT_EQ(order.size(), 2u);
  EXPECT_EQ(order.front(), first_is_first ? "n.eth0" : "n.eth1");
}

TEST(Dhcpv4, WhoStopsNoLongerWaits) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  Starved starved(r);
  r.run_for(seconds(20));
  ASSERT_TRUE(r.dhcp().stop(r.iface).ok());
  r.rig.sink.records.clear();
  starved.free_one();
  r.run_for(seconds(100));
  EXPECT_EQ(r.story(), Lines{});
  EXPECT_TRUE(r.driver().sent.empty());
}

TEST(Dhcpv4, WhatIsSentIntoADeadIfaceIsADropAndTriedAgain) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.rig.l2.send_answer = Errc::Eio;
  r.rig.sink.records.clear();
  r.run_for(r.next_pause(1));
  EXPECT_EQ(r.story(), (Lines{at(r.now(), "dhcp_sent DISCOVER 2"),
                              at(r.now(), "dropped l2_refused")}));
  r.rig.l2.send_answer = {};
  r.run_for(r.next_pause(2));
  EXPECT_EQ(r.driver().sent.size(), 2u);
}

}  // namespace
}  // namespace flapjack::test
