// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/address.h"

#include <bit>
#include <charconv>

namespace flapjack {
namespace {

// A decimal number without leading zeros, at most `most`, from the front of `text`.
std::optional<unsigned> take_number(std::string_view& text, unsigned most) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const auto digits = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc{} || value > most || (digits > 1 && text[0] == '0')) return {};
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Ipv4Address> take_ipv4(std::string_view& text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !take(text, '.')) return {};
    const auto number = take_number(text, 255);
    if (!number) return {};
    value = value << 8 | *number;
  }
  return Ipv4Address{value};
}

int hex_digit(char c);

// One group of at most four hex digits from the front of `text`.
std::optional<unsigned> take_group(std::string_view& text) {
  unsigned value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 5 && hex_digit(text[digits]) >= 0) {
    value = value << 4 | static_cast<unsigned>(hex_digit(text[digits++]));
  }
  if (digits == 0 || digits > 4) return {};
  text.remove_prefix(digits);
  return value;
}

// The groups of an IPv6 address as they are written: "::" stands before group `gap`.
struct Groups {
  std::array<unsigned, 8> values{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;
};

// One group, or a dotted quad as the last two.
bool take_groups(std::string_view& text, Groups& groups) {
  std::string_view quad = text;
  if (groups.count <= 6) {
    if (const auto v4 = take_ipv4(quad); v4 && (quad.empty() || quad[0] == '/')) {
      groups.values[groups.count++] = v4->value >> 16;
      groups.values[groups.count++] = v4->value & 0xffff;
      text = quad;
      return true;
    }
  }
  const auto group = groups.count < 8 ? take_group(text) : std::nullopt;
  if (group) groups.values[groups.count++] = *group;
  return group.has_value();
}

bool take_all_groups(std::string_view& text, Groups& groups) {
  if (text.starts_with("::")) {
    text.remove_prefix(2);
    groups.gap = 0;
  } else if (!take_groups(text, groups)) {
    return false;
  }
  while (!text.empty() && text[0] != '/') {
    if (text.starts_with("::")) {
      if (groups.gap) return false;
      text.remove_prefix(2);
      groups.gap = groups.count;
      continue;
    }
    if (groups.gap != groups.count && !take(text, ':')) return false;
    if (!take_groups(text, groups)) return false;
  }
  return groups.gap ? groups.count <= 7 : groups.count == 8;
}

std::optional<Ipv6Address> take_ipv6(std::string_view& text) {
  Groups groups;
  if (!take_all_groups(text, groups)) return {};
  const std::size_t gap = groups.gap.value_or(groups.count), missing = 8 - groups.count;
  std::array<std::uint64_t, 2> halves{};
  for (std::size_t i = 0; i < groups.count; ++i) {
    const std::size_t place = i < gap ? i : i + missing;
    halves[place / 4] |= std::uint64_t{groups.values[i]} << (48 - place % 4 * 16);
  }
  return Ipv6Address{halves[0], halves[1]};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  if (text.size() != 17) return {};
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i) {
    const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':')) return {};
    mac.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return mac;
}

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
  const auto address = take_ipv4(text);
  return text.empty() ? address : std::nullopt;
}

std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text) {
  const auto address = take_ipv4(text);
  if (!address || !take(text, '/')) return {};
  const auto length = take_number(text, 32);
  if (!length || !text.empty()) return {};
  return Ipv4Prefix{*address, static_cast<std::uint8_t>(*length)};
}

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text) {
  const auto address = take_ipv6(text);
  return text.empty() ? address : std::nullopt;
}

std::optional<Ipv6Prefix> Ipv6Prefix::parse(std::string_view text) {
  const auto address = take_ipv6(text);
  if (!address || !take(text, '/')) return {};
  const auto length = take_number(text, 128);
  if (!length || !text.empty()) return {};
  return Ipv6Prefix{*address, static_cast<std::uint8_t>(*length)};
}

Ipv6Address Ipv6Prefix::network() const {
  const auto mask = [](unsigned bits) {
    return bits == 0 ? std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
  };
  const unsigned high_bits = length < 64 ? length : 64;
  return {address.high & mask(high_bits), address.low & mask(length - high_bits)};
}

unsigned common_bits(const Ipv6Address& a, const Ipv6Address& b) {
  if (a.high != b.high) return static_cast<unsigned>(std::countl_zero(a.high ^ b.high));
  return 64 + static_cast<unsigned>(std::countl_zero(a.low ^ b.low));
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (const auto v4 = Ipv4Address::parse(text)) return IpAddress(*v4);
  if (const auto v6 = Ipv6Address::parse(text)) return IpAddress(*v6);
  return {};
}

std::string to_text(const MacAddress& a) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : a.bytes) {
    if (!text.empty()) text += ':';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string to_text(Ipv4Address a) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(a.value >> shift & 255);
    if (shift > 0) text += '.';
  }
  return text;
}

std::string to_text(const Ipv4Prefix& p) {
  return to_text(p.address) + "/" + std::to_string(p.length);
}

std::string to_text(const Ipv6Address& a) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = (i < 4 ? a.high : a.low) >> (48 - i % 4 * 16) & 0xffff;
  }
  // the longest run of at least two zero groups, the first of equals
  std::size_t gap = 8, length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > length) {
      gap = i;
      length = end - i;
    }
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    int shift = 12;
    while (shift > 0 && groups[i] >> shift == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) text += kHex[groups[i] >> shift & 15];
  }
  return text;
}

std::string to_text(const Ipv6Prefix& p) {
  return to_text(p.address) + "/" + std::to_string(p.length);
}

std::string to_text(const IpAddress& a) { return a.is_v4() ? to_text(a.v4()) : to_text(a.v6()); }

std::string to_text(const Endpoint& e) {
  const std::string port = ":" + std::to_string(e.port);
  return e.address.is_v4() ? to_text(e.address) + port : "[" + to_text(e.address) + "]" + port;
}

}  // namespace flapjack
