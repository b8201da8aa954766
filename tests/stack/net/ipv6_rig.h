// SPDX-License-Identifier: Apache-2.0
// Ipv6Rig: a node with one IPv6 iface "eth0" whose driver keeps what is sent, and makers of the
// messages that a link might send it. No link headers: the scripted L2 has none.
#pragma once
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"
#include "stack/wire/nd.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack::test {

inline Ipv6Address ip6(std::string_view text) {
  return Ipv6Address::parse(text).value();
}
inline Ipv6Prefix net6(std::string_view text) {
  return Ipv6Prefix::parse(text).value();
}

/// An IPv6 datagram around `payload`.
inline Bytes ipv6_bytes(Ipv6Address from, Ipv6Address to, IpProtocol next, const Bytes& payload,
                        std::uint8_t hop_limit = 64) {
  Bytes bytes(kIpv6HeaderBytes);
  Ipv6Header header;
  header.next_header = static_cast<std::uint8_t>(next);
  header.payload_length = static_cast<std::uint16_t>(payload.size());
  header.hop_limit = hop_limit;
  header.source = from;
  header.destination = to;
  header.emit(bytes.data());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

/// A neighbour discovery message with `options` behind it, in a datagram with hop limit 255.
template <class Message>
Bytes nd_bytes(Ipv6Address from, Ipv6Address to, const Message& message, const Bytes& options = {},
               std::uint8_t hop_limit = kNdHopLimit) {
  Bytes bytes(Message::kBytes);
  bytes.insert(bytes.end(), options.begin(), options.end());
  message.emit(bytes, from, to);
  return ipv6_bytes(from, to, IpProtocol::Icmpv6, bytes, hop_limit);
}
inline Bytes link_option(NdOptionType type, const MacAddress& mac) {
  Bytes bytes(NdLinkAddress::kBytes);
  NdLinkAddress{type, mac}.emit(bytes.data());
  return bytes;
}

/// What a sent datagram is, in one line: "fe80::1 > ff02::1 neighbor solicitation".
inline std::string line_of(const Bytes& bytes) {
  Ipv6Header header;
  EXPECT_EQ(Ipv6Header::parse(bytes, header), Ipv6Header::Error::None);
  const Ipv6Extensions above = Ipv6Extensions::walk(bytes);
  EXPECT_TRUE(above.ok());
  std::string line = to_text(header.source) + " > " + to_text(header.destination) + " ";
  if (above.protocol != static_cast<std::uint8_t>(IpProtocol::Icmpv6)) {
    return line + "proto " + std::to_string(above.protocol);
  }
  const std::span<const std::uint8_t> message = std::span(bytes).subspan(above.offset);
  const auto icmp = Icmpv6Header::parse(message, header.source, header.destination);
  EXPECT_TRUE(icmp) << "bad checksum";
  return line + (icmp ? to_text(icmp->type) : "?");
}

struct Ipv6Rig : NodeRig {
  explicit Ipv6Rig(const StackConfig& config = {}, std::string_view address = {})
      : NodeRig(config), eth0(add_down({.name = "eth0", .ipv6 = true})) {
    if (!address.empty()) {
      EXPECT_NE(eth0.ipv6()->addr_add(net6(address)), nullptr);
      EXPECT_TRUE(eth0.ipv6()->prefix_add(net6(address)));
    }
  }
  /// Up, with everything settled that happens by itself, and nothing of it remembered.
  void start() {
    EXPECT_TRUE(eth0.up().ok());
    scheduler.run();
    forget();
  }
  void forget() {
    sink.records.clear();
    driver(eth0).sent.clear();
  }
  void run_for(Duration span) { scheduler.run_until(scheduler.now() + span); }
  /// One frame arrives; only what follows at this instant happens.
  void hear(const Bytes& bytes) {
    eth0.on_frame(frame(bytes));
    scheduler.run_until(scheduler.now());
  }
  /// Names of the events, without their subjects.
  Lines events() const {
    Lines names;
    for (const KeptRecord& r : sink.records) {
      if (r.kind == TraceKind::Event) names.push_back(r.name);
    }
    return names;
  }
  Lines sent() {
    Lines lines;
    for (const Bytes& bytes : driver(eth0).sent) lines.push_back(line_of(bytes));
    return lines;
  }

  NetIf& eth0;
  const Ipv6Address own = Ipv6Address::link_local_of({{0x02, 0, 0, 0, 0, 0x11}});
};

}  // namespace flapjack::test
