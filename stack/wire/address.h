// SPDX-License-Identifier: Apache-2.0
// Addresses as values: MAC, IPv4, prefix, endpoint. Text forms are the usual ones.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flapjack {

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};
  constexpr auto operator<=>(const MacAddress&) const = default;
  static constexpr MacAddress broadcast() { return {{255, 255, 255, 255, 255, 255}}; }
  constexpr bool is_broadcast() const { return *this == broadcast(); }
  /// Group bit of the first octet (IEEE 802): broadcast and multicast.
  constexpr bool is_group() const { return (bytes[0] & 1) != 0; }
  constexpr bool is_zero() const { return *this == MacAddress{}; }
  /// "02:00:00:00:00:01"; nothing else is accepted.
  static std::optional<MacAddress> parse(std::string_view text);
};

struct Ipv4Address {
  std::uint32_t value = 0;  ///< host byte order: 192.0.2.1 is 0xc0000201
  constexpr auto operator<=>(const Ipv4Address&) const = default;
  constexpr bool is_any() const { return value == 0; }
  constexpr bool is_limited_broadcast() const { return value == 0xffffffffu; }
  constexpr bool is_multicast() const { return value >> 28 == 0xe; }
  constexpr bool is_loopback() const { return value >> 24 == 127; }
  /// 169.254/16 (RFC 3927).
  constexpr bool is_link_local() const { return value >> 16 == 0xa9fe; }
  /// Dotted quad, each part 0..255 without leading zeros.
  static std::optional<Ipv4Address> parse(std::string_view text);
};

/// Netmask of a prefix length 0..32.
constexpr Ipv4Address ipv4_mask(unsigned length) {
  return {length == 0 ? 0u : ~std::uint32_t{0} << (32 - length)};
}

/// An address with the length of its network part: "192.0.2.2/24".
struct Ipv4Prefix {
  Ipv4Address address;
  std::uint8_t length = 32;
  constexpr auto operator<=>(const Ipv4Prefix&) const = default;
  constexpr bool contains(Ipv4Address a) const {
    return ((a.value ^ address.value) & ipv4_mask(length).value) == 0;
  }
  /// All host bits one; none for /31 and /32 (RFC 3021).
  constexpr bool is_directed_broadcast(Ipv4Address a) const {
    return length < 31 && contains(a) && (a.value | ipv4_mask(length).value) == 0xffffffffu;
  }
  static std::optional<Ipv4Prefix> parse(std::string_view text);
};

struct Endpoint {
  Ipv4Address address;
  std::uint16_t port = 0;
  constexpr auto operator<=>(const Endpoint&) const = default;
};

std::string to_text(const MacAddress& a);
std::string to_text(Ipv4Address a);
std::string to_text(const Ipv4Prefix& p);
/// "192.0.2.1:4242".
std::string to_text(const Endpoint& e);

}  // namespace flapjack
