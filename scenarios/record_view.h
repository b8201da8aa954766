// SPDX-License-Identifier: Apache-2.0
// RecordMatcher: holds trace records against patterns. It turns a record into the view that the
// pattern needs: an event (events, hops and drops) or a packet, as it enters a medium.
#pragma once
#include <optional>
#include <string>

#include "scenarios/frame_reader.h"
#include "scenarios/node_names.h"
#include "scenarios/pattern.h"
#include "stack/trace/tracer.h"

namespace flapjack {

/// True for records that an event pattern may match.
bool is_event_like(TraceKind kind);
/// True for the record that stands for a packet in packet patterns: the hop link_in.
bool is_packet_record(const TraceRecord& record);

/// The kinds of records among which all matches of `pattern` are.
TraceMask kinds_of(const Pattern& pattern);

/// The patterns' view of one record; valid as long as the record is.
class RecordView {
 public:
  RecordView(const Tracer& tracer, const TraceRecord& record, const NodeNames& nodes);
  bool matches(const Pattern& pattern) const;
  /// "dev > ap UDP len=64"; empty when it is no packet.
  std::string packet_text() const;

 private:
  static bool attr(const void* self, std::string_view key, std::string_view* value);

  const Tracer& tracer_;
  const TraceRecord& record_;
  EventView event_;
  PacketView packet_;
  std::optional<FrameReader> frame_;  // when a word says what it is
  mutable std::string text_;  // the attribute asked for last
};

}  // namespace flapjack
