// SPDX-License-Identifier: Apache-2.0
#include "scenarios/pattern.h"

#include "scenarios/units.h"

namespace flapjack {
namespace {

bool has_value(const PatternAttr& attr, std::string_view text) {
  for (const PatternAttr::Value& v : attr.values) {
    if (v.text == text) return true;
    if (v.number && normalised_quantity(text) == v.number) return true;
  }
  return false;
}

bool attr_matches(const PatternAttr& attr, const AttrLookup& attrs) {
  std::string_view text;
  const bool found = attrs(attr.key, &text);
  if (!found) return attr.negated;
  return has_value(attr, text) != attr.negated;
}

bool length_matches(const PatternAttr& attr, std::int64_t len) {
  bool any = false;
  for (const PatternAttr::Value& v : attr.values) any = any || (v.number && *v.number == len);
  return any != attr.negated;
}

bool node_matches(std::string_view wanted, std::string_view node) {
  return wanted == "*" || wanted == node;
}

}  // namespace

bool subject_matches(std::string_view subject, std::string_view path) {
  for (;;) {
    const std::size_t wanted_end = subject.find('.');
    const std::size_t path_end = path.find('.');
    const std::string_view wanted = subject.substr(0, wanted_end);
    const std::string_view part = path.substr(0, path_end);
    if (wanted != "*" && wanted != part) return false;
    const bool last = wanted_end == std::string_view::npos;
    if (last != (path_end == std::string_view::npos)) return false;
    if (last) return true;
    subject.remove_prefix(wanted_end + 1);
    path.remove_prefix(path_end + 1);
  }
}

bool Pattern::matches(const EventView& event) const {
  if (kind != PatternKind::Event || event.name != name) return false;
  if (!subject_matches(subject, event.subject)) return false;
  for (const PatternAttr& a : attrs) {
    if (!attr_matches(a, event.attrs)) return false;
  }
  return true;
}

bool Pattern::matches(const PacketView& packet) const {
  if (kind != PatternKind::Packet) return false;
  if (packet.proto != name && packet.kind != name) return false;
  if (!node_matches(subject, packet.from) || !node_matches(to, packet.to)) return false;
  if (tcp_flags && (packet.tcp_flags & tcp_flags_mask) != *tcp_flags) return false;
  for (const PatternAttr& a : attrs) {
    if (a.key == "len" ? !length_matches(a, packet.len) : !attr_matches(a, packet.attrs)) {
      return false;
    }
  }
  return true;
}

}  // namespace flapjack
