// SPDX-License-Identifier: Apache-2.0
#include "tools/views/ndjson_view.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace flapjack {

using Json = nlohmann::ordered_json;

void NdjsonView::record(const Tracer& tracer, const TraceRecord& record) {
  Json line;
  line["seq"] = record.seq.value;
  line["cause"] = record.cause.valid() ? Json(record.cause.value) : Json();
  line["at_ns"] = record.at.ns;
  line["kind"] = trace_kind_name(record.kind);
  line["subject"] = tracer.path(record.subject);
  line["name"] = record.name;
  if (record.packet.valid()) line["packet"] = record.packet.value;
  if (record.parent.valid()) line["parent"] = record.parent.value;
  Json attrs = Json::object();
  for (const Attr& attr : record.attrs) {
    if (attr.key == "src") {
      line["src"] = attr.text;
    } else if (attr.type == Attr::Type::Number || attr.type == Attr::Type::Time) {
      attrs[attr.key] = attr.number;  // times in ns, as patterns compare them
    } else {
      std::string value;
      append_value(value, attr);
      attrs[attr.key] = value;
    }
  }
  line["attrs"] = std::move(attrs);
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// The records are the trace and nothing else; what is said about the run goes beside them.
bool NdjsonView::end(const RunInfo& info, const RunReport& report) {
  for (const RunWarning& warning : warnings_of(report)) {
    const std::string place = to_text(info.file, warning.place);
    std::fprintf(stderr, "flapjack: warning: %s: %s\n", place.c_str(), warning.text.c_str());
  }
  std::fflush(stdout);
  return true;
}

}  // namespace flapjack
