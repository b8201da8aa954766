// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/trace_record.h"

#include <array>

namespace flapjack {

std::string_view trace_kind_name(TraceKind kind) {
  constexpr std::array<std::string_view, kTraceKinds> kNames = {"event", "hop",    "drop",
                                                                "step",  "expect", "end"};
  return kNames.at(static_cast<std::size_t>(kind));
}

void append_value(std::string& out, const Attr& attr) {
  switch (attr.type) {
    case Attr::Type::Number:
      out += std::to_string(attr.number);
      return;
    case Attr::Type::Text:
      out += attr.text;
      return;
    case Attr::Type::Address:
      out += to_text(Ipv4Address{static_cast<std::uint32_t>(attr.number)});
      return;
    case Attr::Type::Address6:
      out += to_text(Ipv6Address{static_cast<std::uint64_t>(attr.high),
                                 static_cast<std::uint64_t>(attr.number)});
      return;
    case Attr::Type::Error:
      out += errc_name(static_cast<Errc>(attr.number));
      return;
    case Attr::Type::Time:
      out += to_text(Duration{attr.number});
      return;
  }
}

}  // namespace flapjack
