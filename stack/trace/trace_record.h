// SPDX-License-Identifier: Apache-2.0
// TraceRecord: one thing that happened. The canonical trace of a run is the sequence of its
// records; every view, expectation and digest reads nothing else.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "stack/base/ids.h"
#include "stack/base/status.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

class Packet;

enum class TraceKind : std::uint8_t {
  Event,   ///< something with a name: IF_UP, L4_CONNECTED, sent
  Hop,     ///< a packet reached a stop
  Drop,    ///< a packet was given up, with a reason
  Step,    ///< a scripted step was carried out
  Expect,  ///< an expectation was decided
  End,     ///< the run is over
};
inline constexpr std::size_t kTraceKinds = 6;
std::string_view trace_kind_name(TraceKind kind);

/// A named fact of a record. Keys and texts must outlive the call that records them, no more.
struct Attr {
  enum class Type : std::uint8_t { Number, Text, Address, Error, Time, Address6 };
  std::string_view key;
  Type type = Type::Number;
  std::int64_t number = 0;
  std::string_view text;
  std::int64_t high = 0;  ///< Address6: the upper half; `number` is the lower one

  static Attr of(std::string_view key, std::int64_t v) { return {key, Type::Number, v, {}}; }
  static Attr of(std::string_view key, std::string_view v) { return {key, Type::Text, 0, v}; }
  static Attr of(std::string_view key, const IpAddress& v) {
    if (v.is_v4()) return {key, Type::Address, static_cast<std::int64_t>(v.v4().value), {}};
    return {key, Type::Address6, static_cast<std::int64_t>(v.v6().low), {},
            static_cast<std::int64_t>(v.v6().high)};
  }
  /// Written as the code's name.
  static Attr of(std::string_view key, Errc v) {
    return {key, Type::Error, static_cast<std::int64_t>(v), {}};
  }
  static Attr of(std::string_view key, Duration v) { return {key, Type::Time, v.ns, {}}; }
};
/// The value as patterns and views show it; appended to `out`.
void append_value(std::string& out, const Attr& attr);

struct TraceRecord {
  RecordId seq;    ///< its number, from 1
  RecordId cause;  ///< the record that led here; none at a root
  SimTime at;
  TraceKind kind = TraceKind::Event;
  SubjectId subject;
  std::string_view name;  ///< event or hop name; static or as long-lived as the World
  PacketId packet, parent;
  std::span<const Attr> attrs;
  const Packet* frame = nullptr;  ///< the packet itself, only during TraceSink::record()
};

}  // namespace flapjack
