// SPDX-License-Identifier: Apache-2.0
// Event and packet patterns: `dev.wifi0 IF_UP`, `dev L4_DISCONNECTED iface=wifi0|lte0`,
// `dev > ap UDP len=64`, `air dropped reason=queue_full`. Parsed and checked against the scenario
// once, matched often: matching never allocates. Knows nothing of the trace: callers fill a view.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/source.h"
#include "scenarios/vocabulary.h"

namespace flapjack {

/// Looks up one attribute of what is being matched: true and the text when it has the key.
/// Numbers are plain integers in the smallest unit (ns, bytes, bit/s) or carry their unit.
struct AttrLookup {
  const void* context = nullptr;
  bool (*get)(const void* context, std::string_view key, std::string_view* value) = nullptr;
  bool operator()(std::string_view key, std::string_view* value) const {
    return get != nullptr && get(context, key, value);
  }
};

/// An event as a pattern sees it. A link's drop is the event `dropped` of the link.
struct EventView {
  std::string_view subject;  ///< dev, dev.wifi0, dev.telemetry, air
  std::string_view name;     ///< IF_UP, dropped, acked
  AttrLookup attrs;
};

/// TCP flags as bits, for PacketView.
namespace tcp_flag {
inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                              kUrg = 0x20, kEce = 0x40, kCwr = 0x80;
}

/// What packets can be called. NS, NA, RS, RA, REDIRECT and MLD are ICMPv6, too; fragments of IP
/// datagrams are FRAGMENT and nothing else.
inline constexpr std::string_view kPacketProtocols[] = {
    "UDP", "TCP", "ICMP", "ARP", "IGMP", "ICMPv6", "NS", "NA", "RS", "RA", "REDIRECT", "MLD",
    "FRAGMENT"};

/// A packet as a pattern sees it: between which nodes, of which protocol.
struct PacketView {
  std::string_view from;       ///< the name of the node that sent it
  std::string_view to;         ///< the name of the node it is for; empty: broadcast
  std::string_view proto;      ///< one of kPacketProtocols
  std::uint8_t tcp_flags = 0;  ///< bits of tcp_flag; 0 unless TCP
  std::int64_t len = 0;        ///< payload bytes above the protocol's header
  AttrLookup attrs;            ///< further keys: sport, dport, type, link, part, ...
  std::string_view kind = {};  ///< a closer one of kPacketProtocols, such as NS of an ICMPv6
};

enum class PatternKind { Event, Packet };

/// One `key=a|b` or `key!=a`.
struct PatternAttr {
  struct Value {
    std::string text;
    std::optional<std::int64_t> number;  ///< when the text is a quantity
  };
  std::string key;
  bool negated = false;
  std::vector<Value> values;
};

/// A checked pattern. A negated attribute also matches what does not have the key at all.
class Pattern {
 public:
  PatternKind kind = PatternKind::Event;
  /// Event: the path, `*` for any one component. Packet: the sending node, or `*`.
  std::string subject;
  /// Packet: the receiving node, or `*`. Event: empty.
  std::string to;
  /// Event: its name. Packet: the protocol.
  std::string name;
  /// Packet of TCP: exactly these of SYN, ACK, FIN and RST; PSH, URG, ECE and CWR are not looked at
  /// unless named.
  std::optional<std::uint8_t> tcp_flags;
  std::uint8_t tcp_flags_mask = 0;
  std::vector<PatternAttr> attrs;
  /// As written, and where.
  std::string text;
  SourcePlace place;

  /// False for a packet pattern.
  bool matches(const EventView& event) const;
  /// False for an event pattern.
  bool matches(const PacketView& packet) const;
};

/// True when `path` is `subject`, where `*` in `subject` stands for one whole component.
bool subject_matches(std::string_view subject, std::string_view path);

}  // namespace flapjack
