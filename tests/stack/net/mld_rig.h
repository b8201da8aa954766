// SPDX-License-Identifier: Apache-2.0
// MldTest: a node that does MLD on "eth0", the queries and reports that a link might send it, and
// what it says itself.
#pragma once
#include "stack/wire/mld.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack::test {

struct MldTest : testing::Test {
  MldTest() {
    StackConfig config;
    config.ipv6.multicast_limit = 4;
    rig = std::make_unique<Ipv6Rig>(config);
    rig->start();
  }
  struct Query {
    int version = 2;
    Ipv6Address about = {};
    std::uint16_t code = 1000;
    std::vector<Ipv6Address> sources = {};
    std::uint8_t hop_limit = 1;
    Ipv6Address from = ip6("fe80::1");
    std::optional<std::uint16_t> alert = kRouterAlertMld;
    Ipv6Address to = Ipv6Address::all_nodes();
  };
  void query(const Query& q) {
    MldQuery message;
    message.version = static_cast<std::uint8_t>(q.version);
    message.group = q.about;
    message.max_response_code = q.code;
    Bytes bytes(q.version == 1 ? MldQuery::kBytes1 : MldQuery::kBytes2 + 16 * q.sources.size());
    if (!q.sources.empty()) {
      AddressList<Ipv6Address>::emit(bytes.data() + MldQuery::kBytes2, q.sources);
    }
    message.emit(bytes, q.from, q.to);
    hear(q.from, q.to, bytes, q.hop_limit, q.alert);
  }
  void hear(Ipv6Address from, Ipv6Address to, Bytes message, std::uint8_t hop_limit,
            std::optional<std::uint16_t> alert = kRouterAlertMld) {
    IpProtocol next = IpProtocol::Icmpv6;
    if (alert) {
      message.insert(message.begin(), kIpv6RouterAlertBytes, 0);
      emit_ipv6_router_alert(message.data(), static_cast<std::uint8_t>(next), *alert);
      next = IpProtocol::HopByHop;
    }
    rig->hear(ipv6_bytes(from, to, next, message, hop_limit));
  }
  void report_of_another(Ipv6Address about, std::uint8_t hop_limit = 1,
                         Ipv6Address from = ip6("fe80::7")) {
    Bytes bytes(MldMessage::kBytes);
    MldMessage{Icmpv6Type::MldReport, about}.emit(bytes, from, about);
    hear(from, about, bytes, hop_limit);
  }
  /// "ff02::16 report ..." of everything sent since the last call; each with a router alert.
  Lines said() {
    Lines lines;
    for (const Bytes& bytes : rig->driver(rig->eth0).sent) {
      Ipv6Header header;
      EXPECT_EQ(Ipv6Header::parse(bytes, header), Ipv6Header::Error::None);
      EXPECT_EQ(header.hop_limit, 1);
      const Ipv6Extensions above = Ipv6Extensions::walk(bytes);
      EXPECT_EQ(above.router_alert, kRouterAlertMld);
      const auto body = std::span(bytes).subspan(above.offset);
      EXPECT_TRUE(Icmpv6Header::parse(body, header.source, header.destination));
      const auto old = MldMessage::parse(body);
      const auto report = MldReport2::parse(body);
      lines.push_back(to_text(header.destination) + " " +
                      (old      ? to_text(*old)
                       : report ? to_text(*report)
                                : "?"));
    }
    rig->driver(rig->eth0).sent.clear();
    return lines;
  }
  void settled(std::initializer_list<Ipv6Address> joined) {
    for (const Ipv6Address& each : joined) ASSERT_TRUE(rig->eth0.ipv6()->join(each).ok());
    rig->run_for(seconds(20));
    rig->forget();
  }
  /// The records of the latest version 2 report.
  std::string records() {
    const Bytes& bytes = rig->driver(rig->eth0).sent.back();
    const Ipv6Extensions above = Ipv6Extensions::walk(bytes);
    EXPECT_EQ(above.router_alert, kRouterAlertMld);
    const auto report = MldReport2::parse(std::span(bytes).subspan(above.offset));
    return report ? to_text(report->records) : "no report";
  }
  std::unique_ptr<Ipv6Rig> rig;
  const Ipv6Address group = ip6("ff05::1:3");
};

}  // namespace flapjack::test
