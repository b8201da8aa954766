// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/dns_name.h"

#include <algorithm>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::uint8_t kPointerBits = 0xc0;  // RFC 1035 section 4.1.4

constexpr std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c - 'A' + 'a') : c;
}
bool same_letters(std::uint8_t a, std::uint8_t b) { return lower(a) == lower(b); }

}  // namespace

// In front of the root's zero, which is always the last byte.
bool DnsName::add_label(std::span<const std::uint8_t> label) {
  if (label.empty() || label.size() > kDnsLabelBytesMax) return false;
  if (size_ + 1 + label.size() > kDnsNameBytesMax) return false;
  bytes_[size_ - 1u] = static_cast<std::uint8_t>(label.size());
  std::copy(label.begin(), label.end(), bytes_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + 1 + label.size());
  bytes_[size_ - 1u] = 0;
  return true;
}

std::optional<DnsName> DnsName::parse(std::string_view text) {
  DnsName name;
  if (text == ".") return name;
  if (text.ends_with('.')) text.remove_suffix(1);
  for (bool more = true; more;) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!name.add_label({reinterpret_cast<const std::uint8_t*>(label.data()), label.size()})) {
      return {};
    }
    more = dot != std::string_view::npos;
    if (more) text.remove_prefix(dot + 1);
  }
  return name;
}

std::optional<DnsName> DnsName::read(std::span<const std::uint8_t> message, std::size_t& offset) {
  DnsName name;
  std::size_t at = offset, begin = offset;  // `begin`: of the part that is being read
  bool jumped = false;
  while (at < message.size()) {
    const std::uint8_t length = message[at];
    if (length >= kPointerBits) {
      if (at + 2 > message.size()) return {};
      const std::size_t target = wire::load16(&message[at]) & 0x3fffu;
      if (target >= begin) return {};
      if (!jumped) offset = at + 2;
      jumped = true;
      at = begin = target;
      continue;
    }
    ++at;
    if (length == 0) {
      if (!jumped) offset = at;
      return name;
    }
    if (length > message.size() - at || !name.add_label(message.subspan(at, length))) return {};
    at += length;
  }
  return {};
}

bool DnsName::operator==(const DnsName& other) const {
  // Lengths are below 64 and so never letters: label boundaries must agree as well.
  return size_ == other.size_ &&
         std::equal(bytes_.begin(), bytes_.begin() + size_, other.bytes_.begin(), same_letters);
}

bool DnsName::ends_in(std::string_view label) const {
  std::size_t last = 0, at = 0;
  while (bytes_[at] != 0) {
    last = at;
    at += bytes_[at] + 1u;
  }
  return bytes_[last] == label.size() &&
         std::equal(label.begin(), label.end(), bytes_.begin() + static_cast<long>(last) + 1,
                    [](char a, std::uint8_t b) {
                      return same_letters(static_cast<std::uint8_t>(a), b);
                    });
}

std::string to_text(const DnsName& name) {
  if (name.is_root()) return ".";
  std::string text;
  const std::span<const std::uint8_t> bytes = name.bytes();
  for (std::size_t at = 0; bytes[at] != 0; at += bytes[at] + 1u) {
    if (at != 0) text += '.';
    for (const std::uint8_t c : bytes.subspan(at + 1, bytes[at])) {
      if (c == '.' || c == '\\') {
        text += '\\';
        text += static_cast<char>(c);
      } else if (c > ' ' && c < 0x7f) {
        text += static_cast<char>(c);
      } else {
        text += '\\';
        for (const int unit : {100, 10, 1}) text += static_cast<char>('0' + c / unit % 10);
      }
    }
  }
  return text;
}

}  // namespace flapjack
