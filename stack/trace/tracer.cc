// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/tracer.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace flapjack {

void Tracer::add_sink(TraceSink& sink, TraceMask mask) {
  sinks_.push_back({&sink, mask});
  update_mask();
}

void Tracer::remove_sink(TraceSink& sink) {
  std::erase_if(sinks_, [&](const Installed& i) { return i.sink == &sink; });
  update_mask();
}

void Tracer::update_mask() {
  mask_ = {};
  for (const Installed& i : sinks_) mask_ = mask_ | i.mask;
}

RecordId Tracer::deliver(TraceRecord& record) {
  record.seq.value = ++seq_;
  record.at = scheduler_.now();
  for (const Installed& i : sinks_) {
    if (i.mask.has(record.kind)) i.sink->record(*this, record);
  }
  return record.seq;
}

RecordId Tracer::record(TraceKind kind, SubjectId subject, std::string_view name,
                        std::span<const Attr> attrs) {
  TraceRecord record;
  record.cause = scheduler_.cause();
  record.kind = kind;
  record.subject = subject;
  record.name = name;
  record.attrs = attrs;
  return deliver(record);
}

RecordId Tracer::record_packet(TraceKind kind, SubjectId subject, std::string_view name,
                               Packet& packet, std::span<const Attr> attrs) {
  TraceRecord record;
  record.cause = packet.meta.cause.valid() ? packet.meta.cause : scheduler_.cause();
  record.kind = kind;
  record.subject = subject;
  record.name = name;
  record.packet = packet.meta.id;
  record.parent = packet.meta.parent;
  record.attrs = attrs;
  record.frame = &packet;
  return packet.meta.cause = deliver(record);
}

void Tracer::record_hop(Hop hop, SubjectId subject, Packet& packet) {
  const std::array attrs = {Attr::of("len", static_cast<std::int64_t>(packet.size()))};
  scheduler_.set_cause(record_packet(TraceKind::Hop, subject, hop_name(hop), packet, attrs));
}

RecordId Tracer::record_packet_event(SubjectId subject, std::string_view name, Packet& packet,
                                     std::span<const Attr> attrs) {
  return record_packet(TraceKind::Event, subject, name, packet, attrs);
}

void Tracer::record_drop(DropReason reason, SubjectId subject, Packet& packet,
                         std::span<const Attr> more) {
  assert(more.size() <= kDropAttrsMax);
  std::array<Attr, 2 + kDropAttrsMax> attrs = {
      Attr::of("reason", drop_reason_name(reason)),
      Attr::of("len", static_cast<std::int64_t>(packet.size()))};
  std::copy(more.begin(), more.end(), attrs.begin() + 2);
  record_packet(TraceKind::Drop, subject, "dropped", packet,
                std::span(attrs).first(2 + more.size()));
}

}  // namespace flapjack
