// SPDX-License-Identifier: Apache-2.0
// ICMP errors that a node sends: about what, what they quote, how often.
#include <gtest/gtest.h>

#include "stack/wire/icmp_quote.h"
#include "stack/wire/ipv4_option.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;
using test::NodeRig;

const Ipv4Address kUs = ip("192.0.2.1"), kPeer = ip("192.0.2.2");

/// The ICMP message that was sent last; nothing when none was.
std::optional<IcmpHeader> last_error(NodeRig& rig, const NetIf& iface) {
  const auto& sent = rig.driver(iface).sent;
  if (sent.empty()) return {};
  return IcmpHeader::parse(std::span(sent.back()).subspan(20));
}

Bytes datagram(const char* from, const char* to, std::uint8_t protocol) {
  Ipv4Header header;
  header.source = ip(from);
  header.destination = ip(to);
  header.protocol = protocol;
  return test::ipv4_bytes(header, Bytes(16, 0x11));
}

struct Row {
  const char* what;
  Bytes bytes;
  bool told;
};

constexpr std::uint8_t kNobody = 253;

TEST(IcmpError, AboutWhatOneIsSent) {
  const Bytes later_fragment = [] {
    Bytes bytes = datagram("192.0.2.2", "192.0.2.1", kNobody);
    bytes[7] = 1;
    test::fix_ipv4_checksum(bytes);
    return bytes;
  }();
  const Row rows[] = {
      {"plain", datagram("192.0.2.2", "192.0.2.1", kNobody), true},
      {"from another network", datagram("10.9.8.7", "192.0.2.1", kNobody), true},
      {"to a broadcast", datagram("192.0.2.2", "192.0.2.255", kNobody), false},
      {"to everybody", datagram("192.0.2.2", "255.255.255.255", kNobody), false},
      {"to a group", datagram("192.0.2.2", "224.0.0.9", kNobody), false},
      {"from loopback", datagram("127.0.0.1", "192.0.2.1", kNobody), false},
      {"from this network", datagram("0.1.2.3", "192.0.2.1", kNobody), false},
      {"from class E", datagram("240.0.0.1", "192.0.2.1", kNobody), false},
      {"a later fragment", later_fragment, false},
  };
  for (const Row& row : rows) {
    NodeRig rig;
    NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
    eth0.set_gateway(kPeer);
    rig.receive(eth0, row.bytes);
    const auto error = last_error(rig, eth0);
    EXPECT_EQ(error.has_value(), row.told) << row.what;
    if (!error) continue;
    EXPECT_EQ(error->type, kIcmpUnreachable);
    EXPECT_EQ(error->code, kIcmpCodeProtocolUnreachable);
  }
}

TEST(IcmpError, NeverAboutAnError) {
  for (const std::uint8_t type : {3, 4, 5, 11, 12, 8, 0}) {
    NodeRig rig;
    NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
    Bytes bytes = test::icmp_bytes(kPeer, kUs, {type, 0, 0, 0}, "12345678");
    bytes.insert(bytes.begin() + 20, {7, 3, 2, 0});  // a malformed record route
    bytes[0] = 0x46;
    bytes[3] = static_cast<std::uint8_t>(bytes.size());
    test::fix_ipv4_checksum(bytes);
    rig.receive(eth0, bytes);
    EXPECT_EQ(last_error(rig, eth0).has_value(), type == 8 || type == 0) << int{type};
  }
}

TEST(IcmpError, QuotesTheHeaderAndEightBytes) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  const Bytes udp = test::udp_bytes({kPeer, 4242}, {kUs, 9}, "nobody listens");
  rig.receive(eth0, udp);
  ASSERT_EQ(rig.driver(eth0).sent.size(), 1u);
  const Bytes& sent = rig.driver(eth0).sent[0];
  ASSERT_EQ(sent.size(), 20u + 8 + 28);
  EXPECT_TRUE(std::equal(udp.begin(), udp.begin() + 28, sent.begin() + 28));
  const auto quote = IcmpQuote::parse(std::span(sent).subspan(28));
  ASSERT_TRUE(quote.has_value());
  EXPECT_EQ(to_text(*quote), "192.0.2.2:4242 > 192.0.2.1:9 proto 17 length 42");
}

TEST(IcmpError, QuotesOptionsToo) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  Bytes bytes(24 + 16);
  Ipv4Header header;
  header.source = kPeer;
  header.destination = kUs;
  header.protocol = kNobody;
  header.total_length = 40;
  Bytes options(4);
  emit_ipv4_router_alert(options.data());
  header.emit(bytes.data(), options);
  rig.receive(eth0, bytes);
  ASSERT_EQ(rig.driver(eth0).sent.size(), 1u);
  EXPECT_EQ(rig.driver(eth0).sent[0].size(), 20u + 8 + 32);
}

TEST(IcmpError, TheParentIsTheDatagram) {
  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  rig.receive(eth0, datagram("192.0.2.2", "192.0.2.1", kNobody));
  const KeptRecord &first = rig.sink.records.front(), &last = rig.sink.records.back();
  EXPECT_EQ(last.name, "driver_tx");
  EXPECT_EQ(last.parent, first.packet);
}

TEST(IcmpError, SwitchedOffForUnreachables) {
  StackConfig config;
  config.icmp.send_unreachable = false;
  NodeRig rig(config);
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  rig.receive(eth0, datagram("192.0.2.2", "192.0.2.1", kNobody));
  rig.receive(eth0, test::udp_bytes({kPeer, 1}, {kUs, 9}, "x"));
  EXPECT_FALSE(last_error(rig, eth0).has_value());
  EXPECT_EQ(rig.drops(), (Lines{"unknown_protocol", "no_listener"}));
}

TEST(IcmpError, ALimitKeepsSomeBack) {
  StackConfig config;
  config.icmp.error_limit = {.per_second = 1, .burst = 2};
  NodeRig rig(config);
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  for (int i = 0; i < 5; ++i) rig.receive(eth0, datagram("192.0.2.2", "192.0.2.1", kNobody));
  EXPECT_EQ(rig.driver(eth0).sent.size(), 2u);
  EXPECT_EQ(rig.node.icmp()->errors_limited(), 3u);
  const Lines events = rig.events();
  EXPECT_EQ(events, Lines(3, "n.eth0 icmp_error_limited"));
  rig.scheduler.run_until(SimTime{} + seconds(1));
  rig.receive(eth0, datagram("192.0.2.2", "192.0.2.1", kNobody));
  EXPECT_EQ(rig.driver(eth0).sent.size(), 3u);
  rig.receive(eth0, test::icmp_bytes(kPeer, kUs, {kIcmpEchoRequest, 0, 1, 1}, "ping"));
  EXPECT_EQ(rig.driver(eth0).sent.size(), 4u) << "answers are not limited";
}

TEST(IcmpError, EchoToEverybodyIsIgnoredUnlessAllowed) {
  for (const bool accept : {false, true}) {
    StackConfig config;
    config.icmp.accept_broadcast = accept;
    NodeRig rig(config);
    NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
    for (const char* to : {"192.0.2.255", "255.255.255.255"}) {
      rig.receive(eth0, test::icmp_bytes(kPeer, ip(to), {kIcmpEchoRequest, 0, 1, 1}, "ping"));
    }
    EXPECT_EQ(rig.driver(eth0).sent.size(), accept ? 2u : 0u);
    EXPECT_EQ(rig.drops(), accept ? Lines{} : (Lines{"no_listener", "no_listener"}));
  }
}

// ---- options

Bytes with_options(const Bytes& options) {
  Ipv4Header header;
  header.source = kPeer;
  header.destination = kUs;
  header.protocol = kNobody;
  Bytes bytes(20 + (options.size() + 3) / 4 * 4 + 8);
  header.total_length = static_cast<std::uint16_t>(bytes.size());
  header.emit(bytes.data(), options);
  return bytes;
}

struct OptionRow {
  const char* what;
  Bytes options;
  const char* drop;
  std::uint8_t type, code, pointer;
};
const OptionRow kOptions[] = {
    {"none of interest", {1, 1, 0}, "unknown_protocol", 3, 2, 0},
    {"unknown", {30, 4, 1, 2}, "unknown_protocol", 3, 2, 0},
    {"router alert", {148, 4, 0, 0}, "unknown_protocol", 3, 2, 0},
    {"cut short", {1, 30, 9, 0}, "bad_header", 12, 0, 21},
    {"loose route, not done", {131, 7, 4, 10, 0, 0, 1}, "source_route", 3, 5, 0},
    {"strict route, not done", {137, 7, 4, 10, 0, 0, 1}, "source_route", 3, 5, 0},
    {"loose route, done", {131, 7, 8, 10, 0, 0, 1}, "unknown_protocol", 3, 2, 0},
};

TEST(IcmpError, Options) {
  for (const OptionRow& row : kOptions) {
    NodeRig rig;
    NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
    rig.receive(eth0, with_options(row.options));
    EXPECT_EQ(rig.drops(), Lines{row.drop}) << row.what;
    const auto error = last_error(rig, eth0);
    ASSERT_TRUE(error.has_value()) << row.what;
    EXPECT_EQ(error->type, row.type) << row.what;
    EXPECT_EQ(error->code, row.code) << row.what;
    if (row.type == kIcmpParameterProblem) {
      EXPECT_GE(error->pointer(), row.pointer) << row.what;
      EXPECT_LE(error->pointer(), row.pointer + 1) << row.what;
    }
  }
}

}  // namespace
}  // namespace flapjack
