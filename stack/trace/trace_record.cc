// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/trace_record.h"

#include <array>

namespace flapjack {
namespace {

// A connectivity implementation may return any number; one without a name as it returned it.
void append_error(std::string& out, std::int64_t number) {
  const std::string_view name = errc_name(static_cast<Errc>(number));
  if (errc_from_name(name) == static_cast<Errc>(number)) {
    out += name;
  } else {
    out += std::to_string(-number);
  }
}

}  // namespace

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
      return append_error(out, attr.number);
    case Attr::Type::Time:
      out += to_text(Duration{attr.number});
      return;
  }
}

}  // namespace flapjack
