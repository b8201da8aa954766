// SPDX-License-Identifier: Apache-2.0
// Tracer: turns what happens into one ordered, caused record. Without a sink every call returns
// after one test of a byte.
//
// Cause: the scheduler carries the number of the record because of which code runs (event to
// event); a packet carries the number of its latest hop (hop to hop). CauseScope sets the former
// for a block.
#pragma once
#include <initializer_list>
#include <vector>

#include "stack/packet/packet.h"
#include "stack/sim/scheduler.h"
#include "stack/trace/hop.h"
#include "stack/trace/subject_table.h"
#include "stack/trace/trace_sink.h"

namespace flapjack {

class Tracer {
 public:
  explicit Tracer(Scheduler& scheduler) : scheduler_(scheduler) {}
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  /// The number of `path`; the same path gets the same number.
  SubjectId subject(std::string_view path) { return subjects_.add(path); }
  /// None when nobody has asked for the number of `path`.
  SubjectId find_subject(std::string_view path) const { return subjects_.find(path); }
  std::string_view path(SubjectId subject) const { return subjects_.path(subject); }

  /// Sinks are not owned and must outlive their use; `mask` says which kinds they want.
  void add_sink(TraceSink& sink, TraceMask mask = TraceMask::all());
  void remove_sink(TraceSink& sink);
  bool wants(TraceKind kind) const { return mask_.has(kind); }

  /// Records an event of `subject`; none when nobody wants it.
  RecordId event(SubjectId subject, std::string_view name, std::initializer_list<Attr> attrs = {}) {
    if (!wants(TraceKind::Event)) [[likely]] return {};
    return record(TraceKind::Event, subject, name, attrs);
  }
  /// Records a hop of `packet`, which becomes the cause of what follows in this turn.
  void hop(Hop hop, SubjectId subject, Packet& packet) {
    if (wants(TraceKind::Hop)) [[unlikely]] record_hop(hop, subject, packet);
  }
  /// Records an event that befalls `packet` and is the cause of what it meets next.
  RecordId packet_event(SubjectId subject, std::string_view name, Packet& packet,
                        std::initializer_list<Attr> attrs = {}) {
    if (!wants(TraceKind::Event)) [[likely]] return {};
    return record_packet_event(subject, name, packet, std::span(attrs.begin(), attrs.size()));
  }
  /// Records that `packet` is given up; the caller then destroys it. `more`, at most
  /// kDropAttrsMax, says more of the reason.
  [[gnu::cold]] void drop(DropReason reason, SubjectId subject, Packet& packet,
                          std::span<const Attr> more = {}) {
    if (wants(TraceKind::Drop)) record_drop(reason, subject, packet, more);
  }
  static constexpr std::size_t kDropAttrsMax = 4;
  /// Records anything else, unconditionally.
  RecordId record(TraceKind kind, SubjectId subject, std::string_view name,
                  std::span<const Attr> attrs);
  RecordId record(TraceKind kind, SubjectId subject, std::string_view name,
                  std::initializer_list<Attr> attrs) {
    return record(kind, subject, name, std::span(attrs.begin(), attrs.size()));
  }

  RecordId cause() const { return scheduler_.cause(); }
  Scheduler& scheduler() const { return scheduler_; }

 private:
  struct Installed {
    TraceSink* sink;
    TraceMask mask;
  };
  void record_hop(Hop hop, SubjectId subject, Packet& packet);
  RecordId record_packet_event(SubjectId subject, std::string_view name, Packet& packet,
                               std::span<const Attr> attrs);
  void record_drop(DropReason reason, SubjectId subject, Packet& packet,
                   std::span<const Attr> more);
  RecordId record_packet(TraceKind kind, SubjectId subject, std::string_view name, Packet& packet,
                         std::span<const Attr> attrs);
  RecordId deliver(TraceRecord& record);
  void update_mask();

  Scheduler& scheduler_;
  std::vector<Installed> sinks_;
  TraceMask mask_;
  std::uint64_t seq_ = 0;
  SubjectTable subjects_;
};

/// Makes `cause` the cause of everything recorded or scheduled in a block, and puts back at its end
/// what was the cause before. A cause of none leaves the present one: for a block that passes a
/// packet on, whose hops are the causes of what follows there and not of what its caller does next.
class CauseScope {
 public:
  explicit CauseScope(Scheduler& scheduler) : CauseScope(scheduler, RecordId{}) {}
  CauseScope(Scheduler& scheduler, RecordId cause)
      : scheduler_(scheduler), before_(scheduler.cause()) {
    if (cause.valid()) scheduler.set_cause(cause);
  }
  ~CauseScope() { scheduler_.set_cause(before_); }
  CauseScope(const CauseScope&) = delete;
  CauseScope& operator=(const CauseScope&) = delete;

 private:
  Scheduler& scheduler_;
  RecordId before_;
};

}  // namespace flapjack
