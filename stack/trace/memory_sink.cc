// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/memory_sink.h"

namespace flapjack {

std::string_view KeptRecord::attr(std::string_view key) const {
  for (const auto& [name, value] : attrs) {
    if (name == key) return value;
  }
  return {};
}

std::string KeptRecord::text() const {
  std::string line = to_text(at) + " " + subject + " " + name;
  for (const auto& [key, value] : attrs) line += " " + key + "=" + value;
  if (packet.valid()) line += " packet=" + std::to_string(packet.value);
  return line;
}

KeptRecord keep(const Tracer& tracer, const TraceRecord& record) {
  KeptRecord kept{record.seq,       record.cause, record.at,
                  record.kind,      std::string(tracer.path(record.subject)),
                  std::string(record.name), record.packet, record.parent, {}};
  for (const Attr& attr : record.attrs) {
    std::string value;
    append_value(value, attr);
    kept.attrs.emplace_back(std::string(attr.key), std::move(value));
  }
  return kept;
}

std::vector<std::string> MemorySink::event_names() const {
  std::vector<std::string> names;
  for (const KeptRecord& r : records) {
    if (r.kind == TraceKind::Event) names.push_back(r.subject + " " + r.name);
  }
  return names;
}

}  // namespace flapjack
