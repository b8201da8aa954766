// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv4_option.h"

#include <algorithm>
#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kLengthAt = 1, kPointerAt = 2, kFlagsAt = 3;  // within an option
constexpr std::size_t kRouteBytes = 3, kTimestampBytes = 4;         // in front of the entries
constexpr std::uint8_t kOverflowMax = 15;

bool is_source_route(Ipv4OptionType type) {
  return type == Ipv4OptionType::LooseRoute || type == Ipv4OptionType::StrictRoute;
}

bool is_route(Ipv4OptionType type) {
  return type == Ipv4OptionType::RecordRoute || is_source_route(type);
}

// Bytes of one entry of a timestamp; nothing for a flag that RFC 791 does not have.
std::optional<std::size_t> entry_bytes(std::uint8_t flag) {
  switch (static_cast<Ipv4TimestampKind>(flag)) {
    case Ipv4TimestampKind::Times:
      return 4;
    case Ipv4TimestampKind::TimesAndAddresses:
    case Ipv4TimestampKind::Prespecified:
      return 8;
  }
  return {};
}

// The pointer is past the end, or behind `fixed` bytes and some whole entries.
bool pointer_fits(Bytes option, std::size_t fixed, std::size_t entry) {
  const std::size_t pointer = option[kPointerAt];
  return pointer > option.size() || (pointer > fixed && (pointer - fixed - 1) % entry == 0);
}

// Where the wrong byte of a route or timestamp is, counted from its type; 0: nothing is wrong.
std::size_t wrong_in_route(Bytes option) {
  if (option.size() < kRouteBytes || (option.size() - kRouteBytes) % 4 != 0) return kLengthAt;
  return pointer_fits(option, kRouteBytes, 4) ? 0 : kPointerAt;
}

std::size_t wrong_in_timestamp(Bytes option) {
  if (option.size() < kTimestampBytes) return kLengthAt;
  const auto entry = entry_bytes(option[kFlagsAt] & 15);
  if (!entry) return kFlagsAt;
  if ((option.size() - kTimestampBytes) % *entry != 0) return kLengthAt;
  return pointer_fits(option, kTimestampBytes, *entry) ? 0 : kPointerAt;
}

std::size_t wrong_in(Ipv4OptionType type, Bytes option) {
  if (is_route(type)) return wrong_in_route(option);
  if (type == Ipv4OptionType::Timestamp) return wrong_in_timestamp(option);
  const bool alert = type == Ipv4OptionType::RouterAlert;
  return alert && option.size() != kIpv4RouterAlertBytes ? kLengthAt : 0;
}

}  // namespace

Ipv4Options::Ipv4Options(Bytes header) : header_(header) {
  assert(header.size() >= kIpv4HeaderBytes &&
         header.size() <= kIpv4HeaderBytes + kIpv4OptionBytesMax);
  Ipv4Options rest = *this;
  bool routed = false;
  for (Ipv4Option option; rest.next(option);) {
    const std::size_t wrong = wrong_in(option.type, option.bytes);
    const bool again = routed && is_source_route(option.type);
    if (wrong != 0 || again) {
      bad_at_ = static_cast<std::uint8_t>(option.at + wrong);
      return;
    }
    routed = routed || is_source_route(option.type);
  }
  bad_at_ = rest.bad_at_;
}

bool Ipv4Options::next(Ipv4Option& out) {
  while (at_ < header_.size() &&
         header_[at_] == static_cast<std::uint8_t>(Ipv4OptionType::NoOperation)) {
    ++at_;
  }
  if (at_ == header_.size()) return false;
  const auto type = static_cast<Ipv4OptionType>(header_[at_]);
  if (type == Ipv4OptionType::End) return false;
  const std::size_t left = header_.size() - at_;
  const std::size_t length = left < 2 ? 0 : header_[at_ + kLengthAt];
  if (length < 2 || length > left) {
    bad_at_ = static_cast<std::uint8_t>(left < 2 ? at_ : at_ + kLengthAt);
    return false;
  }
  out = {type, static_cast<std::uint8_t>(at_), header_.subspan(at_, length)};
  at_ += length;
  return true;
}

std::optional<Ipv4Option> Ipv4Options::find(Ipv4OptionType type) const {
  Ipv4Options rest = *this;
  for (Ipv4Option option; rest.next(option);) {
    if (option.type == type) return option;
  }
  return {};
}

bool Ipv4Options::router_alert() const {
  const auto option = find(Ipv4OptionType::RouterAlert);
  return option && option->bytes.size() == kIpv4RouterAlertBytes &&
         wire::load16(&option->bytes[2]) == 0;
}

std::optional<Ipv4RouteOption> Ipv4RouteOption::parse(const Ipv4Option& option) {
  if (!is_route(option.type) || wrong_in_route(option.bytes) != 0) return {};
  return Ipv4RouteOption{option.type, option.bytes[kPointerAt],
                         AddressList<Ipv4Address>(option.bytes.subspan(kRouteBytes))};
}

std::optional<Ipv4TimestampOption> Ipv4TimestampOption::parse(const Ipv4Option& option) {
  const bool timestamp = option.type == Ipv4OptionType::Timestamp;
  if (!timestamp || wrong_in_timestamp(option.bytes) != 0) return {};
  const std::uint8_t flags = option.bytes[kFlagsAt];
  return Ipv4TimestampOption{option.bytes[kPointerAt], static_cast<std::uint8_t>(flags >> 4),
                             static_cast<Ipv4TimestampKind>(flags & 15)};
}

bool record_route(std::span<std::uint8_t> option, Ipv4Address own) {
  assert(wrong_in_route(option) == 0);
  const std::size_t pointer = option[kPointerAt];
  if (pointer > option.size()) return false;
  wire::store_address(&option[pointer - 1], own);
  option[kPointerAt] = static_cast<std::uint8_t>(pointer + 4);
  return true;
}

bool record_timestamp(std::span<std::uint8_t> option, Ipv4Address own, std::uint32_t time_ms) {
  assert(wrong_in_timestamp(option) == 0);
  const std::size_t pointer = option[kPointerAt];
  const auto kind = static_cast<Ipv4TimestampKind>(option[kFlagsAt] & 15);
  if (pointer > option.size()) {
    if (kind == Ipv4TimestampKind::Prespecified) return true;  // all of them have been visited
    if (option[kFlagsAt] >> 4 == kOverflowMax) return false;
    option[kFlagsAt] = static_cast<std::uint8_t>(option[kFlagsAt] + 16);
    return true;
  }
  std::uint8_t* entry = &option[pointer - 1];
  if (kind == Ipv4TimestampKind::Prespecified && wire::load_ipv4(entry) != own) return true;
  const bool with_address = kind != Ipv4TimestampKind::Times;
  if (with_address) wire::store_address(entry, own);
  wire::store32(with_address ? entry + 4 : entry, time_ms);
  option[kPointerAt] = static_cast<std::uint8_t>(pointer + (with_address ? 8 : 4));
  return true;
}

void emit_ipv4_router_alert(std::uint8_t* out) {
  out[0] = static_cast<std::uint8_t>(Ipv4OptionType::RouterAlert);
  out[kLengthAt] = kIpv4RouterAlertBytes;
  wire::store16(out + 2, 0);
}

std::size_t emit_ipv4_record_route(std::uint8_t* out, std::size_t slots) {
  const std::size_t length = kRouteBytes + slots * 4;
  assert(slots >= 1 && length <= kIpv4OptionBytesMax);
  std::fill_n(out, length, std::uint8_t{0});
  out[0] = static_cast<std::uint8_t>(Ipv4OptionType::RecordRoute);
  out[kLengthAt] = static_cast<std::uint8_t>(length);
  out[kPointerAt] = kRouteBytes + 1;
  return length;
}

std::size_t emit_ipv4_timestamp(std::uint8_t* out, Ipv4TimestampKind kind, std::size_t slots) {
  const auto flag = static_cast<std::uint8_t>(kind);
  const std::size_t length = kTimestampBytes + slots * *entry_bytes(flag);
  assert(slots >= 1 && length <= kIpv4OptionBytesMax);
  std::fill_n(out, length, std::uint8_t{0});
  out[0] = static_cast<std::uint8_t>(Ipv4OptionType::Timestamp);
  out[kLengthAt] = static_cast<std::uint8_t>(length);
  out[kPointerAt] = kTimestampBytes + 1;
  out[kFlagsAt] = flag;
  return length;
}

std::string to_text(const Ipv4Option& option) {
  if (const auto route = Ipv4RouteOption::parse(option)) {
    const bool strict = route->type == Ipv4OptionType::StrictRoute;
    const std::string name = !is_source_route(route->type) ? "record_route "
                             : strict                      ? "strict_route "
                                                           : "loose_route ";
    return name + std::to_string(route->done()) + " of " + std::to_string(route->addresses.size()) +
           " " + to_text(route->addresses);
  }
  if (const auto times = Ipv4TimestampOption::parse(option)) {
    return "timestamp at " + std::to_string(times->pointer) + " overflow " +
           std::to_string(times->overflow);
  }
  if (option.type == Ipv4OptionType::RouterAlert) return "router_alert";
  return "option " + std::to_string(static_cast<unsigned>(option.type));
}

std::string to_text(const Ipv4Options& options) {
  std::string text;
  Ipv4Options rest = options;
  for (Ipv4Option option; rest.next(option);) {
    text += (text.empty() ? "" : ", ") + to_text(option);
  }
  if (!options.ok())
    text += (text.empty() ? "" : ", ") + std::string("bad option at ") +
            std::to_string(options.bad_at());
  return text;
}

}  // namespace flapjack
