// SPDX-License-Identifier: Apache-2.0
#include "tests/judges/probe_fields.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace flapjack::probe {

void die(const std::string& why) {
  std::fprintf(stderr, "probe: %s\n", why.c_str());
  std::exit(2);
}

std::string to_hex(Bytes bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

Buffer from_hex(std::string_view text) {
  if (text.size() % 2 != 0) die("half a byte: " + std::string(text));
  Buffer bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* at = text.data() + 2 * i;
    if (std::from_chars(at, at + 2, bytes[i], 16).ptr != at + 2) die("no hex digits");
  }
  return bytes;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::uint64_t to_number(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value > most) {
    die("no number, or too large: " + std::string(text));
  }
  return value;
}

IpAddress to_ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address) die("no address: " + std::string(text));
  return *address;
}

Fields Fields::parse(std::string_view line) {
  Fields fields;
  if (line.empty()) return fields;
  for (const std::string_view word : split(line, ' ')) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) die("no field: " + std::string(word));
    fields.set(word.substr(0, equals), std::string(word.substr(equals + 1)));
  }
  return fields;
}

std::string Fields::text() const {
  std::string text;
  for (const auto& [name, value] : fields_) {
    if (!text.empty()) text += ' ';
    text.append(name).append("=").append(value);
  }
  return text;
}

void Fields::set(std::string_view name, std::string value) {
  if (has(name)) die("twice: " + std::string(name));
  fields_.emplace_back(name, std::move(value));
}

bool Fields::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& each) { return each.first == name; });
}

const std::string& Fields::get(std::string_view name) const {
  for (const auto& each : fields_) {
    if (each.first == name) return each.second;
  }
  die("missing: " + std::string(name));
}

IpAddress Fields::ip(std::string_view name) const { return to_ip(get(name)); }

MacAddress Fields::mac(std::string_view name) const {
  const auto address = MacAddress::parse(get(name));
  if (!address) die("no MAC address: " + get(name));
  return *address;
}

std::vector<std::string_view> Fields::items(std::string_view name) const {
  auto parts = split(get(name), ';');
  if (!parts.back().empty()) die("an item without its ';': " + get(name));
  parts.pop_back();
  return parts;
}

}  // namespace flapjack::probe
