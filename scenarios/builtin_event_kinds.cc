// SPDX-License-Identifier: Apache-2.0
// What the values of the events' keys are: numbers, bytes, times or addresses. A test compares it
// with what the library's runs record.
#include <algorithm>

#include "scenarios/builtin_parts.h"

namespace flapjack {
namespace {

struct KeyKind {
  std::string_view key;
  ValueKind kind;
};
constexpr KeyKind kKeyKinds[] = {
    {"address", ValueKind::Address},   {"addresses", ValueKind::Number},
    {"answers", ValueKind::Number},    {"attempt", ValueKind::Number},
    {"bit", ValueKind::Number},        {"bytes", ValueKind::Bytes},
    {"code", ValueKind::Number},       {"copy", ValueKind::Number},
    {"fragments", ValueKind::Number},  {"frames", ValueKind::Number},
    {"from", ValueKind::Address},      {"gateway", ValueKind::Address},
    {"id", ValueKind::Number},         {"idx", ValueKind::Number},
    {"ifaces", ValueKind::Number},     {"index", ValueKind::Integer},
    {"lease", ValueKind::Time},        {"len", ValueKind::Bytes},
    {"length", ValueKind::Bytes},      {"lifetime", ValueKind::Time},
    {"limit", ValueKind::Number},      {"locks", ValueKind::Locks},
    {"missed", ValueKind::Number},
    {"mtu", ValueKind::Bytes},         {"next_hop", ValueKind::Address},
    {"number", ValueKind::Number},     {"on", ValueKind::Number},
    {"option", ValueKind::Number},     {"packet", ValueKind::Number},
    {"port", ValueKind::Number},       {"rtt", ValueKind::Time},
    {"seconds", ValueKind::Number},    {"seq", ValueKind::Number},
    {"server", ValueKind::Address},    {"type", ValueKind::Number},
    {"val", ValueKind::Number},
};

ValueKind kind_of(std::string_view event, std::string_view key) {
  // of other events a word
  if (event == "CONN_IF_FATAL_ERROR" && key == "reason") return ValueKind::Integer;
  for (const KeyKind& row : kKeyKinds) {
    if (row.key != key) continue;
    if (row.kind != ValueKind::Address) return row.kind;
    if (event.starts_with("IPV4_")) return ValueKind::Ipv4;
    return event.starts_with("IPV6_") ? ValueKind::Ipv6 : ValueKind::Address;
  }
  return ValueKind::Text;
}

}  // namespace

void add_value_kinds(std::vector<EventWord>& events) {
  for (EventWord& event : events) {
    for (const std::string& key : event.keys) {
      const auto listed = [&key](const auto& values) { return values.first == key; };
      if (std::any_of(event.values.begin(), event.values.end(), listed)) continue;
      const ValueKind kind = kind_of(event.name, key);
      if (kind != ValueKind::Text) event.kinds.emplace_back(key, kind);
    }
  }
}

}  // namespace flapjack
