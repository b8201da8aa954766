// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_names.h"

namespace flapjack {

std::string_view NodeNames::find(const IpAddress& address) const {
  const auto found = names_.find(address);
  return found != names_.end() ? std::string_view(found->second) : std::string_view();
}

std::string_view NodeNames::find(const MacAddress& address) const {
  const auto found = by_link_.find(address);
  return found != by_link_.end() ? std::string_view(found->second) : std::string_view();
}

void NodeNames::learn(const Tracer& tracer, const TraceRecord& record) {
  if (record.kind != TraceKind::Event || !record.name.ends_with("_ADDR_ADD")) return;
  const std::string_view iface = tracer.path(record.subject);
  for (const Attr& attr : record.attrs) {
    if (attr.key != "address") continue;
    std::string text;
    append_value(text, attr);
    if (const auto address = IpAddress::parse(text)) {
      add(*address, std::string(iface.substr(0, iface.find('.'))));
    }
  }
}

}  // namespace flapjack
