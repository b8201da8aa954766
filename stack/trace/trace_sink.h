// SPDX-License-Identifier: Apache-2.0
// TraceSink: the contract of whoever wants to see the trace. A sink may wrap another one.
#pragma once
#include "stack/trace/trace_record.h"

namespace flapjack {

class Tracer;

/// A set of TraceKinds.
struct TraceMask {
  std::uint8_t bits = 0;
  static constexpr TraceMask all() { return {0xff}; }
  static constexpr TraceMask of(TraceKind kind) {
    return {static_cast<std::uint8_t>(1u << static_cast<unsigned>(kind))};
  }
  constexpr TraceMask operator|(TraceMask o) const {
    return {static_cast<std::uint8_t>(bits | o.bits)};
  }
  constexpr bool has(TraceKind kind) const {
    return (bits >> static_cast<unsigned>(kind) & 1) != 0;
  }
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// Called once a record, in order, sinks in the order they were added. Must not change the World
  /// in this call; it may schedule an event that does. `tracer` gives the subject's path.
  virtual void record(const Tracer& tracer, const TraceRecord& record) = 0;
};

}  // namespace flapjack
