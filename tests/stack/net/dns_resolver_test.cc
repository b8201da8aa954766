// SPDX-License-Identifier: Apache-2.0
// The resolver: codes in the order of the checks, which server is asked, how queries end.
#include "stack/net/dns_resolver.h"

#include "stack/wire/bytes.h"
#include "tests/stack/net/dns_rig.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::code_of;
using test::dns_config;
using test::DnsResolverTest;
using test::ip;
using test::Lines;
using test::NodeRig;

// ---- codes

TEST_F(DnsResolverTest, ANumericNameIsAnsweredAtOnce) {
  EXPECT_EQ(ask("192.0.2.9").value(), 0);
  EXPECT_EQ(ask("2001:db8::9", DnsType::Aaaa).value(), 0);
  EXPECT_EQ(got, (Lines{"INPROGRESS 192.0.2.9", "ALLDONE", "INPROGRESS 2001:db8::9", "ALLDONE"}));
}

TEST_F(DnsResolverTest, CodesInTheOrderOfTheChecks) {
  const auto code = [&](std::string_view name, DnsType type, Timeout timeout) {
    return code_of(dns.resolve(name, type, note(), timeout).status());
  };
  const Timeout t = Timeout::after(seconds(1));
  EXPECT_EQ(code("192.0.2.9", DnsType::A, Timeout::no_wait()), "EINVAL");
  EXPECT_EQ(code("192.0.2.9", DnsType::Cname, t), "EINVAL");
  EXPECT_EQ(code("192.0.2.9", DnsType::Aaaa, t), "EPFNOSUPPORT");
  EXPECT_EQ(code("::1", DnsType::A, t), "EPFNOSUPPORT");
  EXPECT_EQ(code("printer.local", DnsType::A, t), "EOPNOTSUPP");
  EXPECT_EQ(code("host.example", DnsType::A, t), "EINVAL") << "no servers";
  know("192.0.2.53");
  EXPECT_EQ(code("printer.local", DnsType::A, t), "EOPNOTSUPP");
  EXPECT_EQ(code(std::string(255, 'x'), DnsType::A, t), "ENOMEM");
  for (const char* bad : {"", "a..b", ".a"}) EXPECT_EQ(code(bad, DnsType::A, t), "EINVAL") << bad;
  EXPECT_EQ(code("a.example", DnsType::A, t), "OK");
  EXPECT_EQ(code("b.example", DnsType::A, t), "OK");
  EXPECT_EQ(code("c.example", DnsType::A, t), "EAGAIN");
  EXPECT_EQ(code("a..b", DnsType::A, t), "EAGAIN");
  EXPECT_EQ(code("192.0.2.9", DnsType::A, t), "OK") << "needs no slot";
}

TEST_F(DnsResolverTest, NoServerAcceptsThePacket) {
  know("192.0.2.53");
  know("192.0.2.54");
  ASSERT_TRUE(eth0.down().ok());
  rig.sink.records.clear();
  EXPECT_EQ(code_of(ask("host.example").status()), "ENOENT");
  EXPECT_EQ(rig.events(),
            (Lines{"n dns_query", "n dns_server_failed", "n dns_query", "n dns_server_failed"}));
  EXPECT_EQ(rig.sink.records[1].attr("errno"), "ENETDOWN");
  EXPECT_EQ(rig.sink.records[1].cause, rig.sink.records[0].seq);
  EXPECT_EQ(dns.open_queries(), 0u);
  rig.scheduler.run();
  EXPECT_EQ(got, Lines{});
}

TEST_F(DnsResolverTest, WithoutAContextAServerAcceptsNothing) {
  know("192.0.2.53");
  for (std::size_t i = 0; i < rig.node.config().max_contexts; ++i) rig.context();
  EXPECT_EQ(code_of(ask("host.example").status()), "ENOENT");
}

// ---- which server

TEST_F(DnsResolverTest, TheQueryGoesToTheFirstServer) {
  know("192.0.2.53");
  know("192.0.2.54");
  const auto id = ask("Host.example");
  const Sent query = sent(0);
  EXPECT_EQ(query.to, (Endpoint{ip("192.0.2.53"), 53}));
  DnsReader reader(query.message);
  EXPECT_EQ(reader.header()->id, id.value());
  EXPECT_TRUE(reader.header()->recursion_desired);
  EXPECT_EQ(to_text(reader.question()->name), "Host.example");
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth0).sent.size(), 1u) << "neither again nor to the second server";
  EXPECT_EQ(got, Lines{"CANCELED"});
  EXPECT_EQ(rig.scheduler.now().ns, seconds(2).ns);
  EXPECT_EQ(dns.open_queries(), 0u);
}

TEST_F(DnsResolverTest, AServerThatCannotBeAskedIsSkipped) {
  NetIf& eth1 = rig.add({.name = "eth1"}, "198.51.100.1/24");
  ASSERT_TRUE(dns.add_server(ip("198.51.100.53"), &eth1, DnsServerSource::Dhcpv4).ok());
  know("192.0.2.53");
  ASSERT_TRUE(eth1.down().ok());
  EXPECT_TRUE(ask("host.example").ok());
  EXPECT_EQ(sent(0).to, (Endpoint{ip("192.0.2.53"), 53}));
}

TEST_F(DnsResolverTest, AServerOfAnIfaceIsReachedByIt) {
  NetIf& eth1 = rig.add({.name = "eth1"}, "198.51.100.1/24");
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth1, DnsServerSource::Dhcpv4).ok());
  EXPECT_TRUE(ask("host.example").ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth0).sent.size(), 0u);
  EXPECT_EQ(rig.driver(eth1).sent.size(), 1u);
}

// ---- ends

TEST_F(DnsResolverTest, CancelEndsAQuery) {
  know("192.0.2.53");
  const auto id = ask("host.example");
  EXPECT_TRUE(dns.cancel(id.value()).ok());
  EXPECT_EQ(got, Lines{"CANCELED"});
  EXPECT_EQ(code_of(dns.cancel(id.value())), "ENOENT");
  rig.scheduler.run();
  EXPECT_EQ(got, Lines{"CANCELED"}) << "the timeout is gone, too";
}

TEST_F(DnsResolverTest, ATimeoutForEverIsNone) {
  know("192.0.2.53");
  ASSERT_TRUE(dns.resolve("host.example", DnsType::A, note(), Timeout::forever()).ok());
  rig.scheduler.run();
  EXPECT_EQ(got, Lines{});
  EXPECT_EQ(dns.open_queries(), 1u);
}

TEST_F(DnsResolverTest, TheSlotIsFreeOnlyAfterTheLastCall) {
  know("192.0.2.53");
  Lines codes;
  ASSERT_TRUE(ask("other.example").ok());  // of two slots, one is left
  const auto id = dns.resolve(
      "host.example", DnsType::A,
      [&](DnsStatus, const IpAddress*) {
        codes.push_back(code_of(ask("next.example").status()));
      },
      Timeout::after(seconds(1)));
  ASSERT_TRUE(dns.cancel(id.value()).ok());
  EXPECT_EQ(codes, Lines{"EAGAIN"});
  EXPECT_TRUE(ask("next.example").ok());
}

TEST_F(DnsResolverTest, ACallbackMayCancelItsQuery) {
  know("192.0.2.53");
  std::uint16_t id = 0;
  const auto asked = dns.resolve(
      "host.example", DnsType::A,
      [&](DnsStatus status, const IpAddress*) {
        got.emplace_back(dns_status_name(status));
        if (status == DnsStatus::InProgress) {
          EXPECT_TRUE(dns.cancel(id).ok());
        }
        EXPECT_EQ(code_of(dns.cancel(id)), "ENOENT") << "it has ended, or is about to";
      },
      Timeout::after(seconds(1)));
  id = asked.value();
  reply({}, [&](DnsWriter& w) {
    w.answer(host, ip("192.0.2.9"), 60);
    w.answer(host, ip("192.0.2.10"), 60);
  });
  EXPECT_EQ(got, (Lines{"INPROGRESS", "CANCELED"}));
}

// ---- servers

TEST_F(DnsResolverTest, ServersAreAddedAndRemovedBySourceAndIface) {
  NetIf& eth1 = rig.add({.name = "eth1"}, "198.51.100.1/24");
  EXPECT_EQ(code_of(dns.add_server(Ipv4Address{}, nullptr, DnsServerSource::Manual)), "EINVAL");
  EXPECT_EQ(code_of(dns.add_server(ip("224.0.0.251"), nullptr, DnsServerSource::Manual)), "EINVAL");
  EXPECT_EQ(code_of(dns.add_server(Endpoint{ip("192.0.2.53"), 0}, nullptr,
                                   DnsServerSource::Manual)),
            "EINVAL");
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth0, DnsServerSource::Dhcpv4).ok());
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth0, DnsServerSource::Dhcpv4).ok()) << "known";
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth1, DnsServerSource::Dhcpv4).ok());
  EXPECT_EQ(code_of(dns.add_server(ip("192.0.2.54"), &eth1, DnsServerSource::Dhcpv4)), "ENOSPC");
  EXPECT_EQ(rig.events(), (Lines{"n DNS_SERVER_ADD", "n DNS_SERVER_ADD", "n dns_server_refused"}));
  EXPECT_EQ(rig.sink.records[1].attr("iface"), "eth1");
  EXPECT_EQ(rig.sink.records[1].attr("server"), "192.0.2.53");
  rig.sink.records.clear();
  EXPECT_EQ(dns.remove_servers(eth0, DnsServerSource::RouterAdvert), 0u);
  EXPECT_EQ(rig.events(), Lines{});
  EXPECT_EQ(dns.remove_servers(eth0, DnsServerSource::Dhcpv4), 1u);
  EXPECT_EQ(rig.events(), Lines{"n DNS_SERVER_DEL"});
  ASSERT_EQ(dns.servers().size(), 1u);
  EXPECT_EQ(dns.servers()[0].iface, &eth1);
}

TEST_F(DnsResolverTest, OtherServersCancelEveryOpenQuery) {
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth0, DnsServerSource::Dhcpv4).ok());
  ASSERT_TRUE(dns.resolve("a.example", DnsType::A, note("a "), Timeout::forever()).ok());
  ASSERT_TRUE(dns.resolve("b.example", DnsType::A, note("b "), Timeout::forever()).ok());
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth0, DnsServerSource::Dhcpv4).ok());
  EXPECT_EQ(got, Lines{}) << "the same servers change nothing";
  know("192.0.2.54");
  EXPECT_EQ(got, (Lines{"a CANCELED", "b CANCELED"}));
  got.clear();
  ASSERT_TRUE(dns.resolve("c.example", DnsType::A, note("c "), Timeout::forever()).ok());
  EXPECT_EQ(dns.remove_servers(eth0, DnsServerSource::Dhcpv4), 1u);
  EXPECT_EQ(got, Lines{"c CANCELED"});
}

TEST_F(DnsResolverTest, AServerHoldsAContextFromItsFirstQueryOn) {
  ASSERT_TRUE(dns.add_server(ip("192.0.2.53"), &eth0, DnsServerSource::Dhcpv4).ok());
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
  const auto id = ask("host.example");
  EXPECT_EQ(rig.node.contexts.in_use(), 1u);
  ASSERT_TRUE(dns.cancel(id.value()).ok());
  ASSERT_TRUE(ask("host.example").ok());
  EXPECT_EQ(rig.node.contexts.in_use(), 1u);
  dns.remove_servers(eth0, DnsServerSource::Dhcpv4);
  EXPECT_EQ(rig.node.contexts.in_use(), 0u);
}

TEST_F(DnsResolverTest, IdsComeFromAStreamOfTheirOwn) {
  NodeRig same{dns_config(1, 1)}, other{dns_config(1, 1), 2};
  std::vector<std::uint16_t> ids;
  for (NodeRig* each : {&rig, &same, &other}) {
    if (each != &rig) each->add({.name = "eth0"}, "192.0.2.1/24");
    ASSERT_TRUE(
        each->node.dns()->add_server(ip("192.0.2.53"), nullptr, DnsServerSource::Manual).ok());
    ids.push_back(
        each->node.dns()->resolve("a", DnsType::A, note(), Timeout::forever()).value());
  }
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
}

TEST(DnsOverIpv6, AServerIsAskedOverItsOwnFamily) {
  test::Ipv6Rig rig(dns_config(1, 1), "2001:db8::22/64");
  rig.start();
  const Ipv6Address server = test::ip6("2001:db8::53");
  ASSERT_TRUE(rig.node.v6()->nd.add_static(rig.eth0, server, MacAddress{{2, 0, 0, 0, 0, 0x53}}));
  ASSERT_TRUE(rig.node.dns()->add_server(server, nullptr, DnsServerSource::RouterAdvert).ok());
  Lines got;
  const auto id = rig.node.dns()->resolve(
      "host.example", DnsType::Aaaa,
      [&](DnsStatus status, const IpAddress* address) {
        got.push_back(std::string(dns_status_name(status)) +
                      (address != nullptr ? " " + to_text(*address) : ""));
      },
      Timeout::after(seconds(1)));
  rig.run_for(milliseconds(1));
  EXPECT_EQ(rig.sent(), Lines{"2001:db8::22 > 2001:db8::53 proto 17"});
  Bytes segment(kUdpHeaderBytes + kDnsMessageBytesMax);
  DnsHeader header;
  header.id = id.value();
  header.response = true;
  DnsWriter writer(std::span<std::uint8_t>(segment).subspan(kUdpHeaderBytes), header);
  const DnsName host = *DnsName::parse("host.example");
  writer.question({host, DnsType::Aaaa, kDnsClassIn});
  writer.answer(host, test::ip6("2001:db8::9"), 60);
  segment.resize(kUdpHeaderBytes + writer.finish());
  const Bytes query = rig.driver(rig.eth0).sent.at(0);
  const std::uint16_t port = wire::load16(&query[kIpv6HeaderBytes]);
  UdpHeader udp{kDnsPort, port, static_cast<std::uint16_t>(segment.size())};
  const Ipv6Address own = test::ip6("2001:db8::22");
  udp.emit(segment, server, own);
  rig.hear(test::ipv6_bytes(server, own, IpProtocol::Udp, segment));
  EXPECT_EQ(got, (Lines{"INPROGRESS 2001:db8::9", "ALLDONE"}));
}

}  // namespace
}  // namespace flapjack
