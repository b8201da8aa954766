// SPDX-License-Identifier: Apache-2.0
// MemorySink: keeps records with everything they point to, for tests and small runs.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "stack/trace/tracer.h"

namespace flapjack {

/// A record that owns its texts.
struct KeptRecord {
  RecordId seq, cause;
  SimTime at;
  TraceKind kind = TraceKind::Event;
  std::string subject, name;
  PacketId packet, parent;
  std::vector<std::pair<std::string, std::string>> attrs;

  /// Value of an attribute; empty when it is not there.
  std::string_view attr(std::string_view key) const;
  /// "18.214s dev.wifi0 IF_UP iface=wifi0", as the text view shows it.
  std::string text() const;
};
KeptRecord keep(const Tracer& tracer, const TraceRecord& record);

class MemorySink : public TraceSink {
 public:
  void record(const Tracer& tracer, const TraceRecord& record) override {
    records.push_back(keep(tracer, record));
  }
  /// "subject name" of every event, in order: what most tests compare.
  std::vector<std::string> event_names() const;

  std::vector<KeptRecord> records;
};

}  // namespace flapjack
