// SPDX-License-Identifier: Apache-2.0
// Groups of a context: joining and leaving, where they are sent, who hears them on the same node.
#include <gtest/gtest.h>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::code_of;
using test::ip;
using test::ip6;
using test::Lines;
using test::NodeRig;
using test::text_bytes;

const Timeout kNoWait = Timeout::no_wait();
const IpAddress kGroup = ip("239.1.2.3"), kGroup6 = ip6("ff05::7");

StackConfig with_igmp() {
  StackConfig config;
  config.igmp.enabled = true;
  config.igmp.groups = 2;
  return config;
}

class Groups : public testing::Test {
 protected:
  NetContext& six() {
    return *rig.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  }
  bool member(const NetIf& iface) { return rig.node.igmp()->is_member(iface, kGroup.v4()); }

  NodeRig rig{with_igmp()};
  NetIf& eth0 = rig.add({.name = "eth0", .ipv6 = true}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  NetContext& context = rig.context();
};

TEST_F(Groups, JoinedByOneIfaceAndLeftAgain) {
  EXPECT_EQ(code_of(context.join_group(kGroup, eth0.index())), "OK");
  EXPECT_TRUE(member(eth0));
  EXPECT_FALSE(member(eth1));
  EXPECT_EQ(code_of(context.leave_group(kGroup, eth0.index())), "OK");
  EXPECT_FALSE(member(eth0));
}

TEST_F(Groups, LeftWhenTheContextIsPutUnlessAnotherHasIt) {
  NetContext& other = rig.context();
  for (NetContext* each : {&context, &other}) {
    EXPECT_EQ(code_of(each->join_group(kGroup, eth1.index())), "OK");
  }
  ASSERT_TRUE(context.put().ok());
  EXPECT_TRUE(member(eth1));
  ASSERT_TRUE(other.put().ok());
  EXPECT_FALSE(member(eth1));
  NetContext& v6 = six();
  EXPECT_EQ(code_of(v6.join_group(kGroup6, eth0.index())), "OK");
  EXPECT_TRUE(eth0.ipv6()->is_member(kGroup6.v6()));
  ASSERT_TRUE(v6.put().ok());
  EXPECT_FALSE(eth0.ipv6()->is_member(kGroup6.v6()));
}

TEST_F(Groups, Refusals) {
  struct Row {
    IpAddress group;
    std::uint32_t iface;
    std::string join;
  };
  const Row rows[] = {{ip("192.0.2.7"), 1, "EINVAL"}, {kGroup6, 1, "EINVAL"},
                      {kGroup, 9, "ENOENT"},          {kGroup, 1, "OK"},
                      {kGroup, 1, "EALREADY"},        {kGroup, 2, "OK"},
                      {ip("239.1.1.1"), 1, "OK"},     {ip("239.1.1.2"), 1, "ENOMEM"}};
  for (const Row& row : rows) {
    EXPECT_EQ(code_of(context.join_group(row.group, IfIndex{row.iface})), row.join)
        << to_text(row.group) << " by " << row.iface;
  }
  EXPECT_EQ(code_of(context.leave_group(ip("239.7.7.7"), IfIndex{1})), "ENOENT");
  EXPECT_EQ(code_of(rig.context().leave_group(kGroup, IfIndex{1})), "ENOENT") << "another's";
  EXPECT_EQ(code_of(six().join_group(kGroup6, IfIndex{2})), "EPROTOTYPE");
  ASSERT_TRUE(context.put().ok());
  EXPECT_EQ(code_of(context.join_group(kGroup, IfIndex{1})), "EBADF");
  EXPECT_EQ(code_of(context.leave_group(kGroup, IfIndex{1})), "EBADF");
  NodeRig without;
  without.add({.name = "eth0"}, "192.0.2.1/24");
  EXPECT_EQ(code_of(without.context().join_group(kGroup, IfIndex{1})), "ENOTSUP");
}

TEST_F(Groups, BindingToAGroupNeedsAMember) {
  EXPECT_EQ(code_of(context.bind({kGroup, 7})), "ENOENT");
  ASSERT_TRUE(rig.node.igmp()->join(eth1, kGroup.v4()).ok());
  EXPECT_EQ(code_of(context.bind({kGroup, 7})), "OK");
  EXPECT_EQ(context.iface(), &eth1);
  std::string got;
  ASSERT_TRUE(context.recv([&](NetContext&, PacketPtr p, Status) {
                       got += test::text_of(p->bytes());
                     }, kNoWait).ok());
  rig.receive(eth1, test::udp_bytes({ip("10.0.0.2"), 5000}, {kGroup, 7}, "group"));
  rig.receive(eth1, test::udp_bytes({ip("10.0.0.2"), 5000}, {ip("10.0.0.1"), 7}, "own"));
  EXPECT_EQ(got, "group");
  NetContext& v6 = six();
  EXPECT_EQ(code_of(v6.bind({kGroup6, 7})), "ENOENT");
  EXPECT_EQ(code_of(v6.join_group(kGroup6, IfIndex{1})), "OK");
  EXPECT_EQ(code_of(v6.bind({kGroup6, 7})), "OK");
}

TEST_F(Groups, MulticastIfaceIsWhereGroupsGo) {
  for (NetIf* iface : {&eth0, &eth1}) {
    ASSERT_TRUE(context.set_option(ContextOption::MulticastIface, iface->index().value).ok());
    rig.driver(eth0).sent.clear();
    rig.driver(eth1).sent.clear();
    EXPECT_TRUE(context.sendto(text_bytes("x"), {kGroup, 9}, {}, kNoWait).ok());
    rig.scheduler.run();
    EXPECT_EQ(rig.driver(*iface).sent.size(), 1u);
  }
  EXPECT_EQ(code_of(six().set_option(ContextOption::MulticastIface, 2)), "EPROTOTYPE");
  NetContext& raw = *rig.node.contexts.get(Family::Inet, SocketType::Raw, Protocol{99}).value();
  EXPECT_EQ(code_of(raw.set_option(ContextOption::MulticastIface, 1)), "EINVAL");
}

// ---- the loop: what it sends to a group, its own node hears, too

class Loop : public Groups {
 protected:
  void listen(std::uint16_t port) {
    NetContext& listener = rig.bound(port);
    EXPECT_TRUE(listener.recv([this](NetContext&, PacketPtr p, Status) {
                          got.push_back(test::text_of(p->bytes()) + " from " +
                                        to_text(p->meta.source.address));
                        }, kNoWait).ok());
  }
  Lines got;
};

TEST_F(Loop, OffUnlessAskedFor) {
  listen(9);
  rig.driver(eth0).sent.clear();
  EXPECT_TRUE(context.sendto(text_bytes("x"), {kGroup, 9}, {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(got, Lines{});
  ASSERT_TRUE(context.set_option(ContextOption::Ipv4GroupLoop, 1).ok());
  EXPECT_TRUE(context.sendto(text_bytes("x"), {kGroup, 9}, {}, kNoWait).ok());
  EXPECT_TRUE(context.sendto(text_bytes("y"), {ip("10.0.0.7"), 9}, {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(got.size(), 1u);
  EXPECT_EQ(rig.driver(eth1).sent.size() + rig.driver(eth0).sent.size(), 3u) << "sent as well";
}

TEST_F(Loop, WithoutBuffersItIsNotSentAtAll) {
  ASSERT_TRUE(context.set_option(ContextOption::Ipv4GroupLoop, 1).ok());
  rig.node.rx_pool.set_limit(0);
  EXPECT_EQ(context.sendto(text_bytes("x"), {kGroup, 9}, {}, kNoWait).code(), Errc::Enomem);
  EXPECT_EQ(rig.drops(), Lines{"no_buffers"});
}

TEST_F(Loop, OfIpv6OnlyForMembers) {
  test::Ipv6Rig own;
  own.start();
  NetContext& sender =
      *own.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  NetContext& listener =
      *own.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  ASSERT_TRUE(listener.bind({IpAddress::any(Family::Inet6), 9}).ok());
  ASSERT_TRUE(listener.recv([this](NetContext&, PacketPtr, Status) { got.push_back("got"); },
                            kNoWait).ok());
  ASSERT_TRUE(sender.set_option(ContextOption::Ipv6GroupLoop, 1).ok());
  const auto send = [&] {
    EXPECT_TRUE(sender.sendto(text_bytes("x"), {ip6("ff02::77"), 9}, {}, kNoWait).ok());
    own.run_for(milliseconds(1));
  };
  send();
  EXPECT_EQ(got, Lines{});
  ASSERT_TRUE(own.eth0.ipv6()->join(ip6("ff02::77")).ok());
  send();
  EXPECT_EQ(got, Lines{"got"});
}

TEST_F(Loop, SwitchedOnForANodeByItsConfiguration) {
  StackConfig config;
  config.sockets.ipv4_group_loop = true;
  NodeRig looping(config);
  looping.add({.name = "eth0"}, "192.0.2.1/24");
  EXPECT_EQ(looping.context().get_option(ContextOption::Ipv4GroupLoop).value(), 1);
  EXPECT_EQ(looping.context().get_option(ContextOption::Ipv6GroupLoop).value(), 0);
}

}  // namespace
}  // namespace flapjack
