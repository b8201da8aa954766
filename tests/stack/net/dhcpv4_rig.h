// SPDX-License-Identifier: Apache-2.0
// DhcpRig: a node "n" whose iface "eth0" asks for an address, and a server that says what the test
// wants. The story is what the client did and when.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "stack/wire/dhcpv4.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack::test {

inline constexpr std::uint32_t kLeaseSeconds = 1000;

class DhcpRig {
 public:
  explicit DhcpRig(const StackConfig& config = {}, std::uint64_t seed = 1)
      : rig(config, seed), delays(stream("delay")), jitters(stream("jitter")),
        iface(rig.add({.name = "eth0"})) {}

  RandomStream stream(const std::string& what) const {
    return rig.rng.stream("n.dhcp.eth0." + what);
  }
  /// What the client draws: whole seconds before the first DISCOVER; the pause after message
  /// number `n` (from 1) of a state.
  Duration next_delay() { return seconds(delays.between(1, 10)); }
  Duration next_pause(unsigned n) {
    return seconds(std::min<std::int64_t>(64, std::int64_t{4} << (n - 1)) + jitters.between(-1, 1));
  }

  Dhcpv4& dhcp() { return *rig.node.dhcpv4(); }
  Dhcpv4State state() { return dhcp().state(iface); }
  SimTime now() const { return rig.scheduler.now(); }
  void run_to(SimTime when) { rig.scheduler.run_until(when); }
  void run_for(Duration span) { run_to(now() + span); }
  /// Everything that is due now.
  void settle() { run_to(now()); }

  ScriptedDriver& driver() { return rig.driver(iface); }
  /// The client's latest message, and the headers it went with.
  Dhcpv4Message last() {
    Dhcpv4Message m;
    const Bytes& frame = driver().sent.back();
    const auto payload = std::span(frame).subspan(kIpv4HeaderBytes + kUdpHeaderBytes);
    EXPECT_EQ(Dhcpv4Message::parse(payload, m), Dhcpv4Message::Error::None);
    return m;
  }
  Ipv4Header last_ip() {
    Ipv4Header header;
    EXPECT_EQ(Ipv4Header::parse(driver().sent.back(), {}, header), Ipv4Header::Error::None);
    return header;
  }

  /// An answer to the latest message, as a server with the address 192.0.2.1 would give.
  Dhcpv4Message reply(Dhcpv4Type type) {
    const Dhcpv4Message asked = last();
    Dhcpv4Message m;
    m.reply = m.broadcast = true;
    m.xid = asked.xid;
    m.chaddr = asked.chaddr;
    m.type = type;
    m.server_id = ip("192.0.2.1");
    if (type == Dhcpv4Type::Nak) return m;
    m.yiaddr = ip("192.0.2.10");
    m.subnet_mask = ip("255.255.255.0");
    m.routers = {ip("192.0.2.1")};
    m.lease_s = kLeaseSeconds;
    return m;
  }
  /// Delivers it now.
  void receive(const Dhcpv4Message& m) {
    Bytes bytes(kDhcpv4MessageBytes);
    bytes.resize(m.emit(bytes));
    receive(bytes);
  }
  void receive(const Bytes& message) {
    const Endpoint server{ip("192.0.2.1"), kDhcpv4ServerPort};
    const Endpoint client{ip("255.255.255.255"), kDhcpv4ClientPort};
    iface.on_frame(rig.frame(udp_bytes(server, client, text_of(message))));
    settle();
  }
  void answer(Dhcpv4Type type) { receive(reply(type)); }

  /// Runs until the client is bound, the server answering at once. The story begins anew.
  void become_bound() {
    EXPECT_TRUE(dhcp().start(iface).ok());
    run_for(next_delay());
    answer(Dhcpv4Type::Offer);
    static_cast<void>(next_pause(1));  // after the DISCOVER
    answer(Dhcpv4Type::Ack);
    static_cast<void>(next_pause(1));  // after the REQUEST
    EXPECT_EQ(state(), Dhcpv4State::Bound);
    rig.sink.records.clear();
  }

  /// Events and drops since the story began: "3.000s dhcp_sent DISCOVER 1".
  Lines story() const {
    Lines lines;
    for (const KeptRecord& r : rig.sink.records) {
      if (r.kind != TraceKind::Event && r.kind != TraceKind::Drop) continue;
      std::string line = to_text(r.at) + " " + r.name;
      for (const auto& [key, value] : r.attrs) {
        if (key != "len" && key != "packet") line += " " + value;
      }
      lines.push_back(line);
    }
    return lines;
  }
  NodeRig rig;
  RandomStream delays, jitters;
  NetIf& iface;
};

}  // namespace flapjack::test
