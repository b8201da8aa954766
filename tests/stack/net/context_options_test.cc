// SPDX-License-Identifier: Apache-2.0
// Options of a context: what each takes, what it answers, and what it does to the packets.
#include "stack/net/context_options.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::code_of;
using test::ip;
using test::NodeRig;
using test::text_bytes;
using Option = ContextOption;

StackConfig everything() {
  StackConfig config;
  config.sockets.ipv4_mapping = config.sockets.port_range = true;
  return config;
}

class Options : public testing::Test {
 protected:
  std::string set(NetContext& context, Option option, std::int64_t value) {
    return code_of(context.set_option(option, value));
  }
  std::string get(NetContext& context, Option option) {
    const auto got = context.get_option(option);
    return got.ok() ? std::to_string(got.value()) : code_of(got.status());
  }
  Ipv4Header sent_to(NetContext& context, std::string_view peer) {
    ScriptedSent& sent = rig.driver(eth0).sent;
    sent.clear();
    EXPECT_TRUE(context.sendto(text_bytes("x"), {ip(peer), 9}, {}, Timeout::no_wait()).ok());
    rig.scheduler.run();
    Ipv4Header header;
    EXPECT_EQ(sent.size(), 1u);
    if (!sent.empty()) {
      EXPECT_EQ(Ipv4Header::parse(sent[0], {}, header), Ipv4Header::Error::None);
    }
    return header;
  }
  using ScriptedSent = std::vector<Bytes>;

  NodeRig rig{everything()};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.context();
};

TEST_F(Options, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Option option : context_options()) names.insert(context_option_name(option));
  EXPECT_EQ(names.size(), context_options().size());
  EXPECT_EQ(context_option_name(Option::ReusePort), "SO_REUSEPORT");
}

TEST_F(Options, TakeAndAnswer) {
  struct Row {
    Option option;
    std::string at_first;
    std::int64_t value;
    std::string answer, then;
  };
  const Row rows[] = {
      {Option::Priority, "1", 7, "OK", "7"},
      {Option::Priority, "7", 256, "EINVAL", "7"},
      {Option::Priority, "7", -1, "EINVAL", "7"},
      {Option::DscpEcn, "0", 0xb9, "OK", "185"},
      {Option::DscpEcn, "185", 256, "EINVAL", "185"},
      {Option::Ttl, "64", 3, "OK", "3"},
      {Option::Ttl, "3", 0x105, "OK", "5"},  // only one byte of it counts
      {Option::MulticastTtl, "1", 9, "OK", "9"},
      {Option::UnicastHopLimit, "64", 11, "OK", "11"},
      {Option::MulticastHopLimit, "1", 255, "OK", "255"},
      {Option::MulticastHopLimit, "255", 256, "EINVAL", "255"},
      {Option::MulticastHopLimit, "255", -2, "EINVAL", "255"},
      {Option::MulticastHopLimit, "255", -1, "OK", "1"},
      {Option::Ipv4GroupLoop, "0", 2, "OK", "1"},
      {Option::Ipv6GroupLoop, "0", -1, "OK", "1"},
      {Option::ReuseAddr, "0", 0x100, "OK", "1"},
      {Option::ReuseAddr, "1", 0, "OK", "0"},
      {Option::ReusePort, "0", 1, "OK", "1"},
      {Option::Ipv6Only, "1", 0, "OK", "0"},
      {Option::RecvTimeout, "-1", 5'000'000, "OK", "5000000"},
      {Option::RecvTimeout, "5000000", -2, "EINVAL", "5000000"},
      {Option::RecvTimeout, "5000000", 0, "OK", "-1"},
      {Option::SendTimeout, "-1", 1, "OK", "1"},
      {Option::RecvBuffer, "0", 65535, "OK", "65535"},
      {Option::RecvBuffer, "65535", 65536, "EINVAL", "65535"},
      {Option::SendBuffer, "0", -1, "EINVAL", "0"},
      {Option::LocalPortRange, "0", 5000 << 16 | 4000, "OK", std::to_string(5000 << 16 | 4000)},
      {Option::LocalPortRange, "327684000", 4000 << 16 | 4000, "EINVAL", "327684000"},
      {Option::LocalPortRange, "327684000", 0, "OK", "0"},
      {Option::MulticastIface, "1", 2, "ENOENT", "1"},
      {Option::MulticastIface, "1", 256, "EINVAL", "1"},
      {Option::MulticastIface, "1", 1, "OK", "1"},
      {Option::Mtu, "1500", 1400, "EOPNOTSUPP", "1500"},
      {Option::Txtime, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
      {Option::RecvPktinfo, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
      {Option::RecvHopLimit, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
      {Option::Timestamping, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
      {Option::AddressPreferences, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
      {Option::Socks5, "ENOTSUP", 1, "ENOTSUP", "ENOTSUP"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(context_option_name(row.option)) + " " + std::to_string(row.value));
    EXPECT_EQ(get(context, row.option), row.at_first);
    EXPECT_EQ(set(context, row.option, row.value), row.answer);
    EXPECT_EQ(get(context, row.option), row.then);
  }
}

TEST_F(Options, WhatIsNotBuiltInIsRefused) {
  StackConfig config;
  config.sockets.dscp_ecn = config.sockets.reuse_addr = config.sockets.reuse_port = false;
  NodeRig bare(config);
  bare.add({.name = "eth0"}, "192.0.2.1/24");
  for (const Option option : {Option::DscpEcn, Option::ReuseAddr, Option::ReusePort,
                              Option::Ipv6Only, Option::LocalPortRange}) {
    EXPECT_EQ(set(bare.context(), option, 1), "ENOTSUP") << context_option_name(option);
    EXPECT_EQ(get(bare.context(), option), "ENOTSUP") << context_option_name(option);
    bare.node.contexts.put_all();
  }
}

TEST_F(Options, APutContextHasNoneAndTheNextOneStartsAnew) {
  EXPECT_EQ(set(context, Option::Ttl, 3), "OK");
  EXPECT_TRUE(context.put().ok());
  EXPECT_EQ(set(context, Option::Ttl, 3), "EBADF");
  EXPECT_EQ(get(context, Option::Ttl), "EBADF");
  EXPECT_EQ(get(rig.context(), Option::Ttl), "64");
}

TEST_F(Options, OfAPacketContext) {
  NetContext& frames =
      *rig.node.contexts.get(Family::Packet, SocketType::Raw, kEveryEtherType).value();
  for (const Option option : {Option::MulticastIface, Option::Mtu}) {
    EXPECT_EQ(get(frames, option), "EAFNOSUPPORT");
    EXPECT_EQ(set(frames, option, 1400), "EAFNOSUPPORT");
  }
  EXPECT_EQ(set(frames, Option::Priority, 5), "OK");
}

// ---- on the wire

TEST_F(Options, HopLimitAndServiceFieldOfIpv4) {
  EXPECT_EQ(sent_to(context, "192.0.2.2").ttl, 64);
  EXPECT_EQ(sent_to(context, "192.0.2.2").tos, 0);
  EXPECT_EQ(sent_to(context, "239.1.2.3").ttl, 1);
  EXPECT_EQ(set(context, Option::Ttl, 7), "OK");
  EXPECT_EQ(set(context, Option::MulticastTtl, 8), "OK");
  EXPECT_EQ(set(context, Option::DscpEcn, 0xb8 | 2), "OK");
  EXPECT_EQ(sent_to(context, "192.0.2.2").ttl, 7);
  EXPECT_EQ(sent_to(context, "255.255.255.255").ttl, 7);
  EXPECT_EQ(sent_to(context, "239.1.2.3").ttl, 8);
  EXPECT_EQ(sent_to(context, "239.1.2.3").tos, 0xba);
}

TEST_F(Options, ATtlOfZeroIsLostInSilence) {
  EXPECT_EQ(set(context, Option::Ttl, 0), "OK");
  EXPECT_TRUE(context.sendto(text_bytes("x"), {ip("192.0.2.2"), 9}, {}, Timeout::no_wait()).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.drops(), test::Lines{"ttl_expired"});
}

TEST_F(Options, HopLimitAndTrafficClassOfIpv6) {
  test::Ipv6Rig six;
  six.start();
  NetContext& own =
      *six.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  const auto sent = [&](std::string_view peer) {
    auto& frames = six.driver(six.eth0).sent;
    frames.clear();
    EXPECT_TRUE(
        own.sendto(text_bytes("x"), {test::ip6(peer), 9}, {}, Timeout::no_wait()).ok());
    six.scheduler.run_until(six.scheduler.now() + milliseconds(1));
    Ipv6Header header;
    EXPECT_EQ(frames.size(), 1u);
    if (!frames.empty()) {
      EXPECT_EQ(Ipv6Header::parse(frames[0], header), Ipv6Header::Error::None);
    }
    return header;
  };
  EXPECT_EQ(sent("ff02::7").hop_limit, 1);
  EXPECT_EQ(set(own, Option::MulticastHopLimit, 5), "OK");
  EXPECT_EQ(set(own, Option::DscpEcn, 0x2e << 2), "OK");
  EXPECT_EQ(sent("ff02::7").hop_limit, 5);
  EXPECT_EQ(sent("ff02::7").traffic_class, 0xb8);
}

TEST_F(Options, PriorityPicksTheTrafficClass) {
  StackConfig config;
  config.tx_classes = 2;
  NodeRig two(config);
  two.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& own = two.context();
  EXPECT_EQ(get(own, Option::Priority), "1");
  EXPECT_EQ(set(own, Option::Priority, 6), "OK");
  EXPECT_TRUE(own.sendto(text_bytes("x"), {ip("192.0.2.2"), 9}, {}, Timeout::no_wait()).ok());
  two.scheduler.run();
  EXPECT_EQ(two.node.tx_queue.stats(1).packets, 1u);
  EXPECT_EQ(two.node.tx_queue.stats(0).packets, 0u);
}

TEST_F(Options, Ipv6MtuIsThePathsOrElseTheIfaces) {
  test::Ipv6Rig plain;
  plain.start();
  NetContext& own =
      *plain.node.contexts.get(Family::Inet6, SocketType::Datagram, Protocol::Udp).value();
  EXPECT_EQ(set(own, Option::Mtu, 1279), "EINVAL");
  EXPECT_EQ(set(own, Option::Mtu, 1400), "OK");
  EXPECT_EQ(plain.eth0.mtu(), 1400);
  EXPECT_EQ(get(own, Option::Mtu), "1400");
}

// ---- times

TEST_F(Options, RecvTimeoutBoundsAWaitWithoutEnd) {
  ASSERT_TRUE(context.bind({{}, 7}).ok());
  EXPECT_EQ(set(context, Option::RecvTimeout, milliseconds(30).ns), "OK");
  test::Lines log;
  const auto wait = [&](Timeout timeout) {
    rig.fibers.spawn("reader", [&, timeout] {
      const SimTime before = rig.scheduler.now();
      const Status answer = context.recv({}, timeout);
      log.push_back(code_of(answer) + " " + to_text(rig.scheduler.now() - before));
    });
    rig.scheduler.run();
  };
  wait(Timeout::forever());
  wait(Timeout::after(milliseconds(50)));
  EXPECT_EQ(log, (test::Lines{"EAGAIN 30ms", "ETIMEDOUT 50ms"}));
}

TEST_F(Options, SendTimeoutBoundsTheWaitForAPacket) {
  rig.node.tx_pool.set_limit(0);
  EXPECT_EQ(set(context, Option::SendTimeout, milliseconds(20).ns), "OK");
  test::Lines log;
  rig.fibers.spawn("writer", [&] {
    const auto sent =
        context.sendto(text_bytes("x"), {ip("192.0.2.2"), 9}, {}, Timeout::forever());
    log.push_back(code_of(sent.status()) + " " + to_text(rig.scheduler.now() - SimTime{}));
  });
  rig.scheduler.run();
  EXPECT_EQ(log, test::Lines{"ENOBUFS 20ms"});
}

TEST_F(Options, APortOfTheRangeIsTaken) {
  EXPECT_EQ(set(context, Option::LocalPortRange, 4010 << 16 | 4000), "OK");
  ASSERT_TRUE(context.bind({{}, 9999}).ok());
  EXPECT_GE(context.local().port, 4000);
  EXPECT_LT(context.local().port, 4010);
  NetContext& inside = rig.context();
  EXPECT_EQ(set(inside, Option::LocalPortRange, 5010 << 16 | 5000), "OK");
  ASSERT_TRUE(inside.bind({{}, 5005}).ok());
  EXPECT_EQ(inside.local().port, 5005);
}

// ---- SO_BINDTODEVICE

TEST_F(Options, BindToDeviceByName) {
  NetIf& eth1 = rig.add({.name = "lan"}, "10.0.0.1/8");
  EXPECT_EQ(code_of(context.bind_to_device("lan")), "ENOENT") << "its name in traces";
  EXPECT_EQ(code_of(context.bind_to_device("net1")), "OK");
  EXPECT_EQ(context.iface(), &eth1);
  EXPECT_TRUE(context.is_bound_to_iface());
  EXPECT_EQ(code_of(context.bind_to_device("")), "OK");
  EXPECT_FALSE(context.is_bound_to_iface());
  EXPECT_TRUE(context.put().ok());
  EXPECT_EQ(code_of(context.bind_to_device("net1")), "EBADF");
}

}  // namespace
}  // namespace flapjack
