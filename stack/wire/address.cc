// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/address.h"

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

std::string to_text(const Endpoint& e) { return to_text(e.address) + ":" + std::to_string(e.port); }

}  // namespace flapjack
