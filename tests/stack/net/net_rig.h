// SPDX-License-Identifier: Apache-2.0
// NodeRig: one node "n" whose ifaces have an L2 without a header and a device that only notes what
// it is given, so that a test sees bare IP packets and scripts every refusal. Also bytes of
// datagrams, made with the codecs.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stack/net/stack.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {

using Bytes = std::vector<std::uint8_t>;
using Lines = std::vector<std::string>;

inline Ipv4Address ip(std::string_view text) {
  return Ipv4Address::parse(text).value();
}
inline Ipv4Prefix net(std::string_view text) {
  return Ipv4Prefix::parse(text).value();
}
inline Bytes text_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}
inline std::string text_of(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}
inline std::string code_of(Status status) {
  return std::string(errc_name(status.code()));
}

/// An entry of the connection table that does what it is told with each packet.
class ConnEntry final : public NetConn {
 public:
  explicit ConnEntry(std::function<bool(PacketPtr&)> takes) : takes_(std::move(takes)) {}

 private:
  bool on_packet(PacketPtr& packet) override { return takes_(packet); }
  std::function<bool(PacketPtr&)> takes_;
};

class ScriptedDriver : public Driver {
 public:
  DriverCaps caps() const override { return {mac, promiscuous_answer.ok(), checksum}; }
  void attach(DriverUser& user) override { user.on_carrier(carrier); }
  Status set_running(bool running) override {
    calls.push_back(running ? "run" : "stop");
    return running ? run_answer : stop_answer;
  }
  Status set_promiscuous(bool on) override {
    calls.push_back(on ? "promiscuous" : "normal");
    return promiscuous_answer;
  }
  Status transmit(PacketPtr frame) override {
    sent.emplace_back(frame->data(), frame->data() + frame->size());
    return transmit_answer;
  }

  MacAddress mac{{0x02, 0, 0, 0, 0, 0x11}};
  ChecksumPolicy checksum;
  bool carrier = true;
  Status run_answer, stop_answer, transmit_answer, promiscuous_answer;
  Lines calls;
  std::vector<Bytes> sent;
};

class ScriptedL2 : public L2 {
 public:
  L2Traits traits() const override { return l2_traits; }
  std::unique_ptr<L2Context> attach(NetIf&) override { return nullptr; }
  Status enable(NetIf& iface, bool up) override {
    calls.push_back(up ? "enable" : "disable");
    if (meanwhile) meanwhile(iface);
    return up ? up_answer : down_answer;
  }
  Status send(NetIf& iface, PacketPtr packet) override {
    if (send_answer.ok()) return iface.output_frame(std::move(packet));
    return iface.drop_tx(std::move(packet), DropReason::L2Refused, send_answer.code());
  }
  Verdict recv(NetIf&, PacketPtr&) override { return Verdict::Continue; }

  L2Traits l2_traits{.name = "scripted"};
  Status up_answer, down_answer, send_answer;
  std::function<void(NetIf&)> meanwhile;  ///< what happens while it is enabled or disabled
  Lines calls;
};

class NodeRig {
 public:
  explicit NodeRig(const StackConfig& config = {}, std::uint64_t seed = 1)
      : rng(seed), node({scheduler, tracer, fibers, slab, rng}, "n", NodeId{1}, config) {
    tracer.add_sink(sink);
  }
  ~NodeRig() { fibers.cancel_all(); }
  NodeRig(const NodeRig&) = delete;
  NodeRig& operator=(const NodeRig&) = delete;

  /// An iface that is up; with an empty `prefix` it has no address.
  NetIf& add(NetIfConfig config, std::string_view prefix = {}) {
    NetIf& iface = add_down(std::move(config), prefix);
    EXPECT_TRUE(iface.up().ok());
    scheduler.run();
    sink.records.clear();
    return iface;
  }
  NetIf& add_down(NetIfConfig config, std::string_view prefix = {}) {
    return add_on(l2, std::move(config), prefix);
  }
  /// Down, with an L2 of its own kind, such as `other_l2`.
  NetIf& add_on(ScriptedL2& its_l2, NetIfConfig config, std::string_view prefix = {}) {
    drivers.push_back(std::make_unique<ScriptedDriver>());
    NetIf& iface = node.add_iface(std::move(config));
    iface.bind_l2(its_l2);
    iface.bind_driver(*drivers.back());
    if (!prefix.empty()) {
      EXPECT_NE(iface.ipv4_addr_add(net(prefix)), nullptr);
    }
    return iface;
  }
  /// The device of an iface that is up: from now on it leaves so much to the stack.
  void set_checksum(NetIf& iface, ChecksumPolicy policy) {
    EXPECT_TRUE(iface.down().ok());
    driver(iface).checksum = policy;
    EXPECT_TRUE(iface.up().ok());
    scheduler.run();
    sink.records.clear();
  }
  ScriptedDriver& driver(const NetIf& iface) { return *drivers.at(iface.index().value - 1); }

  /// What a driver would deliver: `bytes` as one frame, then everything that follows from it.
  void receive(NetIf& iface, const Bytes& bytes) {
    iface.on_frame(frame(bytes));
    scheduler.run();
  }
  PacketPtr frame(const Bytes& bytes) {
    PacketPtr packet = slab.allocate();
    packet->append(bytes);
    return packet;
  }
  NetContext& context(SocketType type = SocketType::Datagram) {
    return *node.contexts.get(Family::Inet, type, Protocol::Default).value();
  }
  NetContext& bound(std::uint16_t port) {
    NetContext& context = this->context();
    EXPECT_TRUE(context.bind({{}, port}).ok());
    return context;
  }

  /// Reasons of the drops, in order.
  Lines drops() const {
    Lines reasons;
    for (const KeptRecord& r : sink.records) {
      if (r.kind == TraceKind::Drop) reasons.emplace_back(r.attr("reason"));
    }
    return reasons;
  }
  Lines events() const { return sink.event_names(); }
  Lines hops() const {
    Lines names;
    for (const KeptRecord& r : sink.records) {
      if (r.kind == TraceKind::Hop) names.push_back(r.name);
    }
    return names;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  FiberHost fibers{scheduler};
  PacketSlab slab;
  Rng rng;
  ScriptedL2 l2, other_l2;
  std::vector<std::unique_ptr<ScriptedDriver>> drivers;
  Stack node;
};

/// An IPv4 datagram; total length and checksum are filled in here.
inline Bytes ipv4_bytes(Ipv4Header header, const Bytes& payload) {
  Bytes bytes(kIpv4HeaderBytes + payload.size());
  header.total_length = static_cast<std::uint16_t>(bytes.size());
  header.emit(bytes.data());
  std::copy(payload.begin(), payload.end(), bytes.begin() + kIpv4HeaderBytes);
  return bytes;
}

inline Bytes udp_bytes(const Endpoint& from, const Endpoint& to, std::string_view payload) {
  Bytes segment(kUdpHeaderBytes);
  segment.insert(segment.end(), payload.begin(), payload.end());
  UdpHeader udp{from.port, to.port, static_cast<std::uint16_t>(segment.size())};
  udp.emit(segment, from.address, to.address);
  Ipv4Header header;
  header.protocol = static_cast<std::uint8_t>(IpProtocol::Udp);
  header.source = from.address.v4();
  header.destination = to.address.v4();
  return ipv4_bytes(header, segment);
}

inline Bytes icmp_bytes(Ipv4Address from, Ipv4Address to, const IcmpHeader& icmp,
                        std::string_view data = {}) {
  Bytes message(kIcmpHeaderBytes);
  message.insert(message.end(), data.begin(), data.end());
  icmp.emit(message);
  Ipv4Header header;
  header.protocol = static_cast<std::uint8_t>(IpProtocol::Icmp);
  header.source = from;
  header.destination = to;
  return ipv4_bytes(header, message);
}

/// Makes the IPv4 header's checksum right again after bytes of it were changed.
inline void fix_ipv4_checksum(Bytes& bytes) {
  bytes[10] = bytes[11] = 0;
  const std::size_t length = std::min<std::size_t>((bytes[0] & 15u) * 4u, bytes.size());
  const std::uint16_t sum = checksum({bytes.data(), length});
  bytes[10] = static_cast<std::uint8_t>(sum >> 8);
  bytes[11] = static_cast<std::uint8_t>(sum);
}

}  // namespace flapjack::test
