// SPDX-License-Identifier: Apache-2.0
// For tests that predict a run from what is known of Zephyr and of the RFCs: it keeps what every
// driver sent, so that times are those of frames and not of what the program says about itself.
#pragma once
#include "stack/packet/packet.h"
#include "stack/wire/arp.h"
#include "stack/wire/dhcpv4.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/icmp.h"
#include "stack/wire/icmpv6.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/nd.h"
#include "stack/wire/udp.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {

/// A frame that a driver was given, and what it is.
struct SentFrame {
  SimTime at;
  std::string iface;  ///< "dev.eth0"
  std::string kind;   ///< "arp_probe", "dhcp DISCOVER", "neighbor solicitation", "icmp 11", "udp"
  IpAddress from, to;  ///< of the IP header; of ARP sender and target
  IpAddress target;    ///< of a neighbour solicitation or advertisement
  Dhcpv4Message dhcp;
  int ttl = 0, tos = 0;  ///< of the IP header: hop limit and traffic class
};

class FrameSink : public TraceSink {
 public:
  void record(const Tracer& tracer, const TraceRecord& record) override {
    if (record.kind != TraceKind::Hop || record.name != hop_name(Hop::DriverTx)) return;
    SentFrame frame;
    frame.at = record.at;
    frame.iface = tracer.path(record.subject);
    const std::span<const std::uint8_t> bytes = record.frame->bytes();
    const auto link = EthernetHeader::parse(bytes);
    if (!link) return;
    const auto payload = bytes.subspan(kEthernetHeaderBytes);
    if (link->type == kEtherTypeArp) see_arp(frame, payload);
    if (link->type == kEtherTypeIpv4) see_ipv4(frame, payload);
    if (link->type == kEtherTypeIpv6) see_ipv6(frame, payload);
    frames.push_back(std::move(frame));
  }
  std::vector<SentFrame> frames;

 private:
  static void see_arp(SentFrame& frame, std::span<const std::uint8_t> bytes) {
    const auto arp = ArpHeader::parse(bytes);
    if (!arp) return;
    frame.from = arp->sender_ip;
    frame.to = arp->target_ip;
    frame.kind = "arp_request";
    if (arp->operation == ArpOperation::Reply) frame.kind = "arp_reply";
    else if (arp->sender_ip.is_any()) frame.kind = "arp_probe";
    else if (arp->sender_ip == arp->target_ip) frame.kind = "arp_announcement";
  }
  static void see_ipv4(SentFrame& frame, std::span<const std::uint8_t> bytes) {
    Ipv4Header ip;
    if (Ipv4Header::parse(bytes, {}, ip) != Ipv4Header::Error::None) return;
    frame.from = ip.source;
    frame.to = ip.destination;
    frame.ttl = ip.ttl;
    frame.tos = ip.tos;
    const auto payload = bytes.subspan(ip.header_bytes, ip.payload_bytes());
    if (ip.is_fragment()) {
      frame.kind = "fragment";
    } else if (ip.protocol == 1) {
      frame.kind = "icmp " + std::to_string(payload[0]) + "/" + std::to_string(payload[1]);
    } else if (ip.protocol == 17) {
      frame.kind = "udp";
      const auto message = payload.subspan(kUdpHeaderBytes);
      if (Dhcpv4Message::parse(message, frame.dhcp) == Dhcpv4Message::Error::None) {
        frame.kind = "dhcp " + std::string(dhcpv4_type_name(frame.dhcp.type));
      }
    }
  }
  static void see_ipv6(SentFrame& frame, std::span<const std::uint8_t> bytes) {
    Ipv6Header ip;
    if (Ipv6Header::parse(bytes, ip) != Ipv6Header::Error::None) return;
    frame.from = ip.source;
    frame.to = ip.destination;
    frame.ttl = ip.hop_limit;
    frame.tos = ip.traffic_class;
    frame.kind = "ipv6 " + std::to_string(ip.next_header);
    const auto payload = bytes.subspan(kIpv6HeaderBytes, ip.payload_length);
    if (ip.next_header == 17) frame.kind = "udp";
    if (ip.next_header != 58) return;
    const auto icmp = Icmpv6Header::parse(payload, ip.source, ip.destination);
    if (!icmp) return;
    frame.kind = to_text(icmp->type);
    if (const auto ns = NeighborSolicitation::parse(payload);
        ns && icmp->type == Icmpv6Type::NeighborSolicitation) {
      frame.target = ns->target;
    }
    if (const auto na = NeighborAdvertisement::parse(payload);
        na && icmp->type == Icmpv6Type::NeighborAdvertisement) {
      frame.target = na->target;
    }
  }
};

/// A run with its frames.
struct FactsRun {
  Registry registry = builtin_registry();
  SourceFile file;
  DiagnosticSink sink;
  std::optional<ScenarioSpec> spec;
  MemorySink trace;
  FrameSink frames;
  std::optional<RunReport> report;

  explicit FactsRun(std::string text) : file("t.json", std::move(text)) {
    spec = load_scenario(file, registry.vocabulary(), sink);
    if (spec) {
      RunOptions options;
      options.sinks = {{&trace, TraceMask::all()}, {&frames, TraceMask::all()}};
      report = run_scenario(*spec, registry, options, sink);
    }
    if (!report || report->verdict == RunVerdict::Error) {
      ADD_FAILURE() << render(file, sink) << (report ? report->error : "");
      return;
    }
    EXPECT_EQ(report->violations, std::vector<std::string>());
    EXPECT_TRUE(report->leaks.empty());
  }

  /// When `subject name` happened, with `key=value` pairs all of which it must have.
  std::vector<SimTime> times(const std::string& subject, const std::string& name,
                             const std::string& pairs = {}) const {
    std::vector<SimTime> found;
    for (const KeptRecord& r : trace.records) {
      if (r.subject == subject && r.name == name && has(r, pairs)) found.push_back(r.at);
    }
    return found;
  }
  std::int64_t counter(const std::string& path) const {
    for (const CounterValue& c : report->counters) {
      if (c.path == path) return c.value;
    }
    ADD_FAILURE() << "no counter " << path;
    return -1;
  }
  /// Drops at `subject` for `reason`.
  std::vector<SimTime> drops(const std::string& subject, const std::string& reason) const {
    std::vector<SimTime> found;
    for (const KeptRecord& r : trace.records) {
      if (r.kind == TraceKind::Drop && r.subject == subject && r.attr("reason") == reason) {
        found.push_back(r.at);
      }
    }
    return found;
  }
  /// Frames that `iface` sent whose kind begins so.
  std::vector<SentFrame> sent(const std::string& iface, const std::string& kind) const {
    std::vector<SentFrame> found;
    for (const SentFrame& f : frames.frames) {
      if (f.iface == iface && f.kind.rfind(kind, 0) == 0) found.push_back(f);
    }
    return found;
  }
  /// "name" of the events of `subject` at exactly `at`, in order.
  std::vector<std::string> events_at(const std::string& subject, SimTime at) const {
    std::vector<std::string> found;
    for (const KeptRecord& r : trace.records) {
      if (r.kind == TraceKind::Event && r.subject == subject && r.at == at) {
        found.push_back(r.name);
      }
    }
    return found;
  }

 private:
  static bool has(const KeptRecord& record, const std::string& pairs) {
    std::size_t from = 0;
    while (from < pairs.size()) {
      const std::size_t end = std::min(pairs.find(' ', from), pairs.size());
      const std::string pair = pairs.substr(from, end - from);
      const std::size_t equal = pair.find('=');
      if (record.attr(pair.substr(0, equal)) != pair.substr(equal + 1)) return false;
      from = end + 1;
    }
    return true;
  }
};

inline SimTime at_ms(std::int64_t ms) { return SimTime{} + milliseconds(ms); }
inline std::vector<SimTime> all_at_ms(std::initializer_list<std::int64_t> ms) {
  std::vector<SimTime> times;
  for (const std::int64_t each : ms) times.push_back(at_ms(each));
  return times;
}
inline std::vector<SimTime> times_of(const std::vector<SentFrame>& frames) {
  std::vector<SimTime> times;
  for (const SentFrame& frame : frames) times.push_back(frame.at);
  return times;
}
inline void expect_between(Duration value, Duration least, Duration most, const std::string& what) {
  EXPECT_GE(value, least) << what << " " << to_text(value);
  EXPECT_LE(value, most) << what << " " << to_text(value);
}

/// What a scenario of `dev` and `gw` on one wire of 1 ms is made of; texts are JSON members.
struct Lan {
  std::string dev_iface = R"("ipv4": "10.0.0.2/24")";
  std::string gw_iface = R"("ipv4": "10.0.0.1/24")";
  std::string dev_more = {};   ///< further members of dev, e.g. `"kconfig": {...}`
  std::string gw_more = {};    ///< e.g. `"services": ["dhcp"]`
  std::string third = {};      ///< a whole further node, e.g. `"b": { "ifaces": { "eth0": {} } }`
  std::string third_end = {};  ///< its iface on the wire, e.g. "b.eth0"
  std::string timeline = {};
  std::string until = "60s";
  std::string profile = "zephyr-4";
  int seed = 1;

  std::string text() const {
    std::string out = R"({ "seed": )" + std::to_string(seed) + R"(, "until": ")" + until +
                      R"(", "profile": ")" + profile + "\",\n \"nodes\": {\n  \"dev\": {" +
                      R"( "ifaces": { "eth0": { )" + dev_iface + " } }" + comma(dev_more) +
                      R"( },
  "gw": { "ifaces": { "eth0": { )" + gw_iface + " } }" + comma(gw_more) + " }";
    if (!third.empty()) out += ",\n  " + third;
    out += "\n },\n \"links\": { \"wire\": { \"between\": [\"dev.eth0\", \"gw.eth0\"";
    if (!third_end.empty()) out += ", \"" + third_end + "\"";
    return out + R"(], "delay": "1ms" } },
 "timeline": [ )" + timeline + " ] }\n";
  }
  FactsRun run() const { return FactsRun(text()); }

 private:
  static std::string comma(const std::string& more) { return more.empty() ? "" : ", " + more; }
};

}  // namespace flapjack
