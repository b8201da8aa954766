// SPDX-License-Identifier: Apache-2.0
// A node with a resolver for two servers and two queries, whose packets are seen as they leave, and
// answers to them.
#pragma once
#include <gtest/gtest.h>

#include "stack/net/dns_resolver.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack::test {

/// Room for so many servers and queries.
inline StackConfig dns_config(std::size_t servers, std::size_t queries) {
  StackConfig c;
  c.dns = {servers, queries};
  return c;
}

class DnsResolverTest : public testing::Test {
 protected:
  DnsCallback note(std::string who = "") {
    return [this, who](DnsStatus status, const IpAddress* address) {
      std::string line = who + std::string(dns_status_name(status));
      if (address != nullptr) line += " " + to_text(*address);
      got.push_back(line);
    };
  }
  Result<std::uint16_t> ask(std::string_view name, DnsType type = DnsType::A) {
    return dns.resolve(name, type, note(), Timeout::after(seconds(2)));
  }
  void know(std::string_view server) {
    ASSERT_TRUE(dns.add_server(ip(server), nullptr, DnsServerSource::Manual).ok());
  }
  struct Sent {
    Endpoint from, to;
    Bytes message;
  };
  Sent sent(std::size_t i) {
    rig.scheduler.run_until(rig.scheduler.now() + milliseconds(1));
    const Bytes& bytes = rig.driver(eth0).sent.at(i);
    Ipv4Header header;
    EXPECT_EQ(Ipv4Header::parse(bytes, {}, header), Ipv4Header::Error::None);
    const std::span<const std::uint8_t> segment = std::span(bytes).subspan(20);
    UdpHeader udp;
    EXPECT_EQ(UdpHeader::parse(segment, header.source, header.destination, {}, udp),
              UdpHeader::Error::None);
    return {{header.source, udp.source_port},
            {header.destination, udp.destination_port},
            Bytes(segment.begin() + 8, segment.end())};
  }
  /// An answer to the first query: the id and question are its own unless `change` makes others.
  void reply(const std::function<void(DnsHeader&, DnsQuestion&)>& change,
             const std::function<void(DnsWriter&)>& records) {
    const Sent query = sent(0);
    DnsReader reader(query.message);
    DnsHeader header = *reader.header();
    DnsQuestion question = *reader.question();
    header.response = true;
    if (change) change(header, question);
    Bytes out(kDnsMessageBytesMax);
    DnsWriter writer(out, header);
    ASSERT_TRUE(writer.question(question));
    records(writer);
    out.resize(writer.finish());
    deliver(query, out);
  }
  void deliver(const Sent& query, const Bytes& message) {
    const std::string text(message.begin(), message.end());
    eth0.on_frame(rig.frame(udp_bytes(query.to, query.from, text)));
    rig.scheduler.run_until(rig.scheduler.now() + milliseconds(1));  // not until the timeout
  }

  NodeRig rig{dns_config(2, 2)};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  DnsResolver& dns = *rig.node.dns();
  const DnsName host = *DnsName::parse("host.example");
  Lines got;
};

}  // namespace flapjack::test
