// SPDX-License-Identifier: Apache-2.0
// RecordMatcher: holds trace records against patterns. It turns a record into the view that the
// pattern needs: an event (events, hops and drops) or a packet, as it enters a medium.
#pragma once
#include <map>
#include <string>

#include "scenarios/pattern.h"
#include "stack/trace/tracer.h"

namespace flapjack {

/// Which node an address belongs to, for packet patterns.
class NodeNames {
 public:
  void add(const IpAddress& address, std::string node) { names_[address] = std::move(node); }
  /// Takes note when the record says that an iface has got an address; it stays the node's until
  /// somebody else gets it, as packets may still be on their way.
  void learn(const Tracer& tracer, const TraceRecord& record);
  /// Empty when nobody has it.
  std::string_view find(const IpAddress& address) const;

 private:
  std::map<IpAddress, std::string> names_;
};

/// True for records that an event pattern may match.
bool is_event_like(TraceKind kind);
/// True for the record that stands for a packet in packet patterns: the hop link_in.
bool is_packet_record(const TraceRecord& record);

/// The patterns' view of one record; valid as long as the record is.
class RecordView {
 public:
  RecordView(const Tracer& tracer, const TraceRecord& record, const NodeNames& nodes);
  bool matches(const Pattern& pattern) const;
  /// "dev > ap UDP len=64"; empty when it is no packet.
  std::string packet_text() const;

 private:
  static bool attr(const void* self, std::string_view key, std::string_view* value);
  void look_into(const Packet& frame, const NodeNames& nodes);
  bool look_into_ppp(std::span<const std::uint8_t> frame, const NodeNames& nodes);
  void look_into_ip(std::span<const std::uint8_t> datagram, const NodeNames& nodes);

  const Tracer& tracer_;
  const TraceRecord& record_;
  EventView event_;
  PacketView packet_;
  bool has_packet_ = false;
  std::uint16_t source_port_ = 0, destination_port_ = 0;
  int icmp_type_ = -1;
  mutable std::string text_;  // the attribute asked for last
};

}  // namespace flapjack
