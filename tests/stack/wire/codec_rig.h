// SPDX-License-Identifier: Apache-2.0
// For tests of codecs: random field values, inputs cut at every length, bytes written as hex.
#pragma once
#include <algorithm>
#include <cctype>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "stack/sim/rng.h"
#include "stack/wire/address.h"

namespace flapjack::test {

using Bytes = std::vector<std::uint8_t>;

class Draw {
 public:
  explicit Draw(const char* name) : stream_(Rng(1).stream(name)) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(stream_.next()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(stream_.next()); }
  std::size_t below(std::size_t n) { return stream_.below(n); }
  bool flag() { return stream_.below(2) == 1; }
  std::uint32_t u32() { return static_cast<std::uint32_t>(stream_.next()); }
  Ipv4Address ip() { return {static_cast<std::uint32_t>(stream_.next())}; }
  Ipv6Address ip6() { return {stream_.next(), stream_.next()}; }
  MacAddress mac() {
    MacAddress m;
    for (std::uint8_t& byte : m.bytes) byte = u8();
    return m;
  }
  Bytes bytes(std::size_t n) {
    Bytes b(n);
    for (std::uint8_t& byte : b) byte = u8();
    return b;
  }

 private:
  RandomStream stream_;
};

// Calls `parse` with the first n of `bytes`, for every n, each in a buffer of exactly n bytes.
template <class Parse>
void at_every_length(const Bytes& bytes, Parse parse) {
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    const auto exact = std::make_unique<std::uint8_t[]>(n);
    std::copy_n(bytes.begin(), n, exact.get());
    parse(std::span<const std::uint8_t>(exact.get(), n));
  }
}

// "60 00 0000": hex digits, spaces where they help.
inline Bytes hex(std::string_view text) {
  Bytes bytes;
  int half = -1;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (half >= 0) bytes.push_back(static_cast<std::uint8_t>(half << 4 | digit));
    half = half >= 0 ? -1 : digit;
  }
  return bytes;
}

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes whole;
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

inline Ipv6Address ip6(std::string_view text) {
  return *Ipv6Address::parse(text);
}
inline Ipv4Address ip4(std::string_view text) {
  return *Ipv4Address::parse(text);
}

}  // namespace flapjack::test
