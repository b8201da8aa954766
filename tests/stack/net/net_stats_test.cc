// SPDX-License-Identifier: Apache-2.0
// What a node counts: each received packet and what became of it, as a table; what is sent; times
// of the traffic classes.
#include "stack/net/net_stats.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::ip6;
using test::Lines;
using test::NodeRig;
using test::text_bytes;

/// "ipv4.recv=1 udp.drop=1": the counters that are not 0, but for frames and bytes.
std::string line_of(const NetStats& stats) {
  std::string line;
  for (const NetCounter& counter : net_counters()) {
    const std::uint64_t value = stats.*counter.field;
    const bool link = counter.name.starts_with("bytes") || counter.name.starts_with("frames");
    if (value == 0 || link) continue;
    line += (line.empty() ? "" : " ") + std::string(counter.name) + "=" + std::to_string(value);
  }
  return line;
}

Bytes udp() { return test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 9}, "four"); }
Bytes changed(Bytes bytes, std::size_t at, std::uint8_t value, bool fix = false) {
  bytes[at] = value;
  if (fix) test::fix_ipv4_checksum(bytes);
  return bytes;
}
Bytes ipv4(IpProtocol protocol, const Bytes& payload) {
  Ipv4Header header;
  header.protocol = static_cast<std::uint8_t>(protocol);
  header.source = ip("192.0.2.2");
  header.destination = ip("192.0.2.1");
  return test::ipv4_bytes(header, payload);
}

class Stats : public testing::Test {
 protected:
  Stats() {
    sink.watch(rig.node);
    rig.tracer.add_sink(sink, NetStatsSink::mask());
  }
  std::string counted() const { return line_of(sink.of(eth0)); }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0", .ipv6 = true}, "192.0.2.1/24");
  NetIf& eth1 = rig.add({.name = "eth1"}, "10.0.0.1/8");
  NetStatsSink sink;
};

TEST(NetCounters, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const NetCounter& counter : net_counters()) names.insert(counter.name);
  EXPECT_EQ(names.size(), net_counters().size());
}

TEST_F(Stats, WhatBecomesOfReceivedPackets) {
  const IcmpHeader ping{kIcmpEchoRequest, 0, 1, 1}, timestamp{13, 0, 0, 0};
  struct Row {
    std::string what;
    Bytes bytes;
    std::string counted;
  };
  const Row rows[] = {
      {"for an app", udp(), "ipv4.recv=1 udp.recv=1"},
      {"nobody listens", test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 10}, "x"),
       "ipv4.recv=1 ipv4.sent=1 icmp.sent=1 udp.drop=1"},
      {"UDP checksum", changed(udp(), 31, 'X'), "ipv4.recv=1 udp.drop=1 udp.chkerr=1"},
      {"IP checksum", changed(udp(), 8, 63), "ip.chkerr=1 ipv4.recv=1 ipv4.drop=1"},
      {"version", changed(udp(), 0, 0x75), "ip.vhlerr=1 ip.protoerr=1"},
      {"header length", changed(udp(), 0, 0x44, true), "ip.hblenerr=1 ipv4.recv=1 ipv4.drop=1"},
      {"total length", changed(udp(), 3, 99, true), "ip.lblenerr=1 ipv4.recv=1 ipv4.drop=1"},
      {"source", changed(udp(), 12, 224, true), "ipv4.recv=1 ipv4.drop=1"},
      {"for somebody else", changed(udp(), 19, 77, true), "ipv4.recv=1 ipv4.drop=1"},
      {"fragment", changed(udp(), 6, 0x20, true), "ip.fragerr=1 ipv4.recv=1 ipv4.drop=1"},
      {"protocol", ipv4(IpProtocol{99}, Bytes(8)),
       "ip.protoerr=1 ipv4.recv=1 ipv4.sent=1 ipv4.drop=1 icmp.sent=1"},
      {"ping", test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), ping),
       "ipv4.recv=1 ipv4.sent=1 icmp.recv=1 icmp.sent=1"},
      {"unknown ICMP", test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), timestamp),
       "ipv4.recv=1 icmp.recv=1 icmp.drop=1 icmp.typeerr=1"},
      {"ICMP checksum",
       changed(test::icmp_bytes(ip("192.0.2.2"), ip("192.0.2.1"), ping), 25, 7),
       "ipv4.recv=1 icmp.recv=1 icmp.drop=1 icmp.chkerr=1"},
  };
  NetContext& app = rig.bound(9);
  ASSERT_TRUE(app.recv([](NetContext&, PacketPtr, Status) {}, Timeout::no_wait()).ok());
  for (const Row& row : rows) {
    NetStatsSink fresh;
    fresh.watch(rig.node);
    rig.tracer.add_sink(fresh, NetStatsSink::mask());
    rig.receive(eth0, row.bytes);
    EXPECT_EQ(line_of(fresh.of(eth0)), row.counted) << row.what;
    EXPECT_EQ(fresh.of(eth0).bytes_recv, row.bytes.size()) << row.what;
    EXPECT_EQ(fresh.of(eth0).frames_recv, 1u) << row.what;
    EXPECT_EQ(line_of(fresh.of(eth1)), "") << row.what;
    rig.tracer.remove_sink(fresh);
  }
}

TEST_F(Stats, AFragmentWhoseRestNeverCame) {
  StackConfig config;
  config.ipv4_fragment.enabled = true;
  NodeRig rest(config);
  NetIf& iface = rest.add({.name = "eth0"}, "192.0.2.1/24");
  NetStatsSink counts;
  counts.watch(rest.node);
  rest.tracer.add_sink(counts, NetStatsSink::mask());
  Bytes first = test::udp_bytes({ip("192.0.2.2"), 5}, {ip("192.0.2.1"), 9}, "a multiple of 8!");
  rest.receive(iface, changed(first, 6, 0x20, true));
  EXPECT_EQ(counts.of(iface).ip_fragerr, 1u) << "when its time is over";
  EXPECT_EQ(counts.of(iface).ipv4_drop, 1u);
}

TEST_F(Stats, WhatIsSentAndOnWhichIface) {
  NetContext& app = rig.context();
  for (const char* peer : {"192.0.2.2", "10.0.0.2", "10.0.0.3"}) {
    EXPECT_TRUE(app.sendto(text_bytes("four"), {ip(peer), 9}, {}, Timeout::no_wait()).ok());
  }
  rig.scheduler.run();
  EXPECT_EQ(counted(), "ipv4.sent=1 udp.sent=1");
  EXPECT_EQ(sink.of(eth0).bytes_sent, 32u);
  EXPECT_EQ(line_of(sink.of(eth1)), "ipv4.sent=2 udp.sent=2");
  EXPECT_EQ(sink.of(eth1).frames_sent, 2u);
  EXPECT_EQ(line_of(sink.total(rig.node)), "ipv4.sent=3 udp.sent=3");
}

TEST_F(Stats, EveryReceiverOfAGroupCounts) {
  for (int i = 0; i < 2; ++i) {
    NetContext& app = rig.context();
    ASSERT_TRUE(app.set_option(ContextOption::ReusePort, 1).ok());
    ASSERT_TRUE(app.bind({{}, 9}).ok());
    ASSERT_TRUE(app.recv([](NetContext&, PacketPtr, Status) {}, Timeout::no_wait()).ok());
  }
  NetContext& raw = *rig.node.contexts.get(Family::Inet, SocketType::Raw, Protocol::Udp).value();
  ASSERT_TRUE(raw.recv([](NetContext&, PacketPtr, Status) {}, Timeout::no_wait()).ok());
  rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("239.1.2.3"), 9}, "x"));
  EXPECT_EQ(counted(), "ipv4.recv=1 udp.recv=2") << "raw copies are not UDP's";
}

TEST_F(Stats, MessagesOfIpv6ByTheirType) {
  test::Ipv6Rig six;
  NetStatsSink counts;
  counts.watch(six.node);
  six.tracer.add_sink(counts, NetStatsSink::mask());
  six.start();
  const NetStats& stats = counts.of(six.eth0);
  EXPECT_EQ(stats.nd_sent, 4u) << "duplicate address detection, three router solicitations";
  EXPECT_GT(stats.mld_sent, 0u);
  EXPECT_EQ(stats.icmp_sent, 0u);
  EXPECT_EQ(stats.ipv6_sent, stats.nd_sent + stats.mld_sent);
  six.hear(test::ipv6_bytes(ip6("fe80::9"), ip6("fe80::77"), IpProtocol::NoNext, {}));
  EXPECT_EQ(stats.ipv6_recv, 1u);
  EXPECT_EQ(stats.ipv6_drop, 1u);
}

TEST_F(Stats, AForwardedPacketIsNotSent) {
  StackConfig config;
  config.router = true;
  NodeRig router(config);
  NetIf& in = router.add({.name = "eth0"}, "192.0.2.1/24");
  NetIf& out = router.add({.name = "eth1"}, "10.0.0.1/8");
  NetStatsSink counts;
  counts.watch(router.node);
  router.tracer.add_sink(counts, NetStatsSink::mask());
  router.receive(in, test::udp_bytes({ip("192.0.2.2"), 5}, {ip("10.0.0.9"), 9}, "x"));
  EXPECT_EQ(line_of(counts.of(in)), "ipv4.recv=1");
  EXPECT_EQ(line_of(counts.of(out)), "ipv4.forwarded=1");
}

TEST_F(Stats, TimesOfTheTrafficClasses) {
  StackConfig config;
  config.tx_classes = config.rx_classes = 2;
  NodeRig two(config);
  NetIf& iface = two.add({.name = "eth0"}, "192.0.2.1/24");
  NetStatsSink counts;
  counts.watch(two.node);
  two.tracer.add_sink(counts, NetStatsSink::mask());
  NetContext& app = two.bound(9);
  ASSERT_TRUE(app.recv([](NetContext&, PacketPtr, Status) {}, Timeout::no_wait()).ok());
  app.set_priority(6);
  EXPECT_TRUE(app.sendto(text_bytes("four"), {ip("192.0.2.2"), 9}, {}, Timeout::no_wait()).ok());
  two.node.tx_queue.stall(true);
  two.scheduler.run();
  two.scheduler.run_until(two.scheduler.now() + milliseconds(3));
  two.node.tx_queue.stall(false);
  two.receive(iface, udp());
  const NetStats& stats = counts.of(iface);
  EXPECT_EQ(stats.tx_class[1].packets, 1u);
  EXPECT_EQ(stats.tx_class[1].bytes, 32u);
  EXPECT_EQ(stats.tx_class[1].timed, 1u);
  EXPECT_EQ(stats.tx_class[1].time, milliseconds(3));
  EXPECT_EQ(stats.tx_class[0].packets, 0u);
  EXPECT_EQ(stats.rx_class[0].packets, 1u);
  EXPECT_EQ(stats.rx_class[0].timed, 1u);
  EXPECT_EQ(stats.rx_class[0].time, Duration{});
}

// An app of a scenario is a subject of its own.
TEST_F(Stats, TheTimeOfAPacketIsItsIfacesWhateverItsReceiverIsCalled) {
  NetStatsSink counts;
  counts.watch(rig.node);
  rig.tracer.add_sink(counts, NetStatsSink::mask());
  NetContext& app = rig.bound(9);
  app.set_subject(rig.tracer.subject("n.app"));
  ASSERT_TRUE(app.recv([](NetContext&, PacketPtr, Status) {}, Timeout::no_wait()).ok());
  rig.node.rx_queue.stall(true);
  rig.receive(eth0, udp());
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(2));
  rig.node.rx_queue.stall(false);
  rig.scheduler.run();
  EXPECT_EQ(counts.of(eth0).rx_class[0].timed, 1u);
  EXPECT_EQ(counts.of(eth0).rx_class[0].time, milliseconds(2));
}

TEST_F(Stats, OfNodesThatAreNotWatchedNothingIsCounted) {
  NodeRig other;
  NetStatsSink counts;
  counts.watch(rig.node);
  rig.receive(eth0, udp());
  EXPECT_EQ(line_of(counts.total(rig.node)), "") << "not installed";
}

}  // namespace
}  // namespace flapjack
