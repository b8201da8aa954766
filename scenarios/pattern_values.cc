// SPDX-License-Identifier: Apache-2.0
#include "scenarios/pattern_values.h"

#include <algorithm>

#include "scenarios/quantity.h"
#include "scenarios/suggest.h"
#include "stack/wire/address.h"

namespace flapjack {
namespace {

constexpr std::string_view kMonitorLock = "monitor";

template <std::size_t N>
bool has_unit(const ScaledUnit (&units)[N], std::string_view text) {
  const auto number = split_decimal(text);
  if (!number || number->negative) return false;
  const ScaledUnit* const unit = find_unit(units, number->unit);
  return unit != nullptr && scale(*number, unit->factor).error == ScaleError::None;
}

bool is_number(std::string_view text) {
  const auto number = split_decimal(text);
  return number && number->whole == text && scale(*number, 1).error == ScaleError::None;
}

bool is_lock_cycle(std::string_view text) {
  const std::vector<std::string_view> locks = locks_of(text);
  const auto is_lock = [](std::string_view lock) {
    return lock == kMonitorLock || !iface_of_lock(lock).empty();
  };
  return locks.size() > 2 && locks.front() == locks.back() &&
         std::all_of(locks.begin(), locks.end(), is_lock);
}

template <class Address>
std::optional<std::string> address_text(std::string_view text) {
  const auto address = Address::parse(text);
  if (!address) return std::nullopt;
  return to_text(*address);
}

}  // namespace

std::vector<std::string_view> locks_of(std::string_view cycle) {
  constexpr std::string_view kThen = "->";
  std::vector<std::string_view> locks;
  for (;;) {
    const std::size_t end = cycle.find(kThen);
    locks.push_back(cycle.substr(0, end));
    if (end == std::string_view::npos) return locks;
    cycle.remove_prefix(end + kThen.size());
  }
}

std::string_view iface_of_lock(std::string_view lock) {
  for (const std::string_view kind : {"iface:", "binding:"}) {
    if (lock.starts_with(kind)) return lock.substr(kind.size());
  }
  return {};
}

std::optional<std::string> value_text(ValueKind kind, std::string_view text) {
  const auto kept = [text](bool fits) {
    return fits ? std::optional(std::string(text)) : std::nullopt;
  };
  switch (kind) {
    case ValueKind::Text:
      break;
    case ValueKind::Number:
      return kept(is_number(text));
    case ValueKind::Integer:
      return kept(is_number(text.starts_with('-') ? text.substr(1) : text));
    case ValueKind::Bytes:
      return kept(is_number(text) || has_unit(kSizeUnits, text));
    case ValueKind::Time:
      return kept(has_unit(kTimeUnits, text));
    case ValueKind::Ipv4:
      return address_text<Ipv4Address>(text);
    case ValueKind::Ipv6:
      return address_text<Ipv6Address>(text);
    case ValueKind::Address:
      return address_text<IpAddress>(text);
    case ValueKind::Locks:
      return kept(is_lock_cycle(text));
  }
  return std::string(text);
}

std::string value_help(ValueKind kind, std::string_view text) {
  switch (kind) {
    case ValueKind::Text:
      break;
    case ValueKind::Number:
    case ValueKind::Integer:
      return "write a whole number, as \"3\"";
    case ValueKind::Bytes:
      return "write bytes, as \"64\" or \"64B\"";
    case ValueKind::Time:
      if (!is_number(text)) return "write a duration like \"100ms\"";
      return "write " + in_quotes(std::string(text) + "ms") + " or " +
             in_quotes(std::string(text) + "s");
    case ValueKind::Ipv4:
      return "write an IPv4 address like \"192.0.2.1\"";
    case ValueKind::Ipv6:
      return "write an IPv6 address like \"2001:db8::1\"";
    case ValueKind::Address:
      return "write an address like \"192.0.2.1\" or \"2001:db8::1\"";
    case ValueKind::Locks:
      return "write a cycle like \"iface:dev.wifi0->monitor->iface:dev.wifi0\"";
  }
  return {};
}

}  // namespace flapjack
