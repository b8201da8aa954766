// SPDX-License-Identifier: Apache-2.0
// Addresses as values: MAC, IPv4, IPv6, either of them, prefix, endpoint. Text forms are the usual
// ones; IPv6 is written as RFC 5952 wants it.
#pragma once
#include <array>
#include <cassert>
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

/// The prefix length of a netmask; none when its ones are not all in front.
constexpr std::optional<std::uint8_t> ipv4_mask_length(Ipv4Address mask) {
  for (unsigned length = 0; length <= 32; ++length) {
    if (ipv4_mask(length) == mask) return static_cast<std::uint8_t>(length);
  }
  return {};
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
  /// All host bits zero; none for /31 and /32.
  constexpr bool is_network(Ipv4Address a) const {
    return length < 31 && contains(a) && (a.value & ~ipv4_mask(length).value) == 0;
  }
  static std::optional<Ipv4Prefix> parse(std::string_view text);
};

/// Host byte order: 2001:db8::1 is high 0x20010db800000000, low 1 (RFC 4291).
struct Ipv6Address {
  std::uint64_t high = 0, low = 0;
  constexpr auto operator<=>(const Ipv6Address&) const = default;
  constexpr bool is_any() const { return (high | low) == 0; }
  constexpr bool is_loopback() const { return high == 0 && low == 1; }
  constexpr bool is_multicast() const { return high >> 56 == 0xff; }
  /// fe80::/10.
  constexpr bool is_link_local() const { return high >> 54 == 0xfe80 >> 6; }
  /// fc00::/7 (RFC 4193).
  constexpr bool is_unique_local() const { return high >> 57 == 0xfc >> 1; }
  /// ::ffff:0:0/96.
  constexpr bool is_v4_mapped() const { return high == 0 && low >> 32 == 0xffff; }
  /// Scope of a group: 1 interface, 2 link, 5 site, 8 organisation, 14 global.
  constexpr unsigned multicast_scope() const { return high >> 48 & 0xf; }
  /// A group that stays on its link (or within the node).
  constexpr bool is_link_scope_multicast() const {
    return is_multicast() && multicast_scope() <= 2;
  }
  /// ff02::1:ffXX:XXXX of a unicast address (RFC 4291 section 2.7.1).
  constexpr Ipv6Address solicited_node() const {
    return {0xff02ull << 48, 0x1ff000000ull | (low & 0xffffff)};
  }
  static constexpr Ipv6Address loopback() { return {0, 1}; }
  /// ff02::1 and ff02::2.
  static constexpr Ipv6Address all_nodes() { return {0xff02ull << 48, 1}; }
  static constexpr Ipv6Address all_routers() { return {0xff02ull << 48, 2}; }
  static constexpr Ipv6Address v4_mapped(Ipv4Address a) { return {0, 0xffff00000000ull | a.value}; }
  /// The link-local address with the modified EUI-64 of `mac` (RFC 4291 appendix A).
  static constexpr Ipv6Address link_local_of(const MacAddress& mac) {
    return {0xfe80ull << 48, interface_id_of(mac)};
  }
  static constexpr std::uint64_t interface_id_of(const MacAddress& mac) {
    std::uint64_t id = mac.bytes[0] ^ 2u;
    for (const int i : {1, 2}) id = id << 8 | mac.bytes[static_cast<std::size_t>(i)];
    id = id << 16 | 0xfffe;
    for (const int i : {3, 4, 5}) id = id << 8 | mac.bytes[static_cast<std::size_t>(i)];
    return id;
  }
  /// Every form of RFC 4291 section 2.2, a dotted quad at the end included; no zone.
  static std::optional<Ipv6Address> parse(std::string_view text);
};

/// Leading bits two addresses have in common, 0..128.
unsigned common_bits(const Ipv6Address& a, const Ipv6Address& b);

/// An IPv6 address with the length of its prefix: "2001:db8::2/64".
struct Ipv6Prefix {
  Ipv6Address address;
  std::uint8_t length = 128;
  constexpr auto operator<=>(const Ipv6Prefix&) const = default;
  bool contains(const Ipv6Address& a) const { return common_bits(address, a) >= length; }
  /// The address with its bits behind the prefix cleared.
  Ipv6Address network() const;
  static std::optional<Ipv6Prefix> parse(std::string_view text);
};

/// Address family (Zephyr: AF_INET, ...).
enum class Family : std::uint8_t { Inet, Inet6, Packet, Can };

/// An IPv4 or an IPv6 address; default 0.0.0.0. Both convert to it by themselves. Two addresses of
/// different families are never equal.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  constexpr IpAddress(Ipv4Address a) : low_(a.value) {}
  constexpr IpAddress(const Ipv6Address& a) : high_(a.high), low_(a.low), family_(Family::Inet6) {}
  constexpr bool operator==(const IpAddress&) const = default;
  /// IPv4 before IPv6.
  constexpr std::strong_ordering operator<=>(const IpAddress& other) const {
    if (const auto order = family_ <=> other.family_; order != 0) return order;
    if (const auto order = high_ <=> other.high_; order != 0) return order;
    return low_ <=> other.low_;
  }

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::Inet; }
  constexpr bool is_v6() const { return family_ == Family::Inet6; }
  /// Only of its own family.
  constexpr Ipv4Address v4() const {
    assert(is_v4());
    return {static_cast<std::uint32_t>(low_)};
  }
  constexpr Ipv6Address v6() const {
    assert(is_v6());
    return {high_, low_};
  }
  /// The unspecified address of `family`.
  static constexpr IpAddress any(Family family) {
    return family == Family::Inet6 ? IpAddress(Ipv6Address{}) : IpAddress();
  }
  constexpr bool is_any() const { return (high_ | low_) == 0; }
  constexpr bool is_multicast() const {
    return is_v4() ? v4().is_multicast() : v6().is_multicast();
  }
  constexpr bool is_loopback() const { return is_v4() ? v4().is_loopback() : v6().is_loopback(); }
  constexpr bool is_link_local() const {
    return is_v4() ? v4().is_link_local() : v6().is_link_local();
  }
  /// 255.255.255.255; IPv6 has none.
  constexpr bool is_limited_broadcast() const { return is_v4() && v4().is_limited_broadcast(); }
  /// Of either family.
  static std::optional<IpAddress> parse(std::string_view text);

 private:
  std::uint64_t high_ = 0, low_ = 0;  // IPv4: low_ alone
  Family family_ = Family::Inet;
};

struct Endpoint {
  // The port stands in its padding: assign it, but do not copy bytes (std::copy) onto it.
  [[no_unique_address]] IpAddress address;
  std::uint16_t port = 0;
  constexpr auto operator<=>(const Endpoint&) const = default;
};
static_assert(sizeof(Endpoint) == sizeof(IpAddress));

std::string to_text(const MacAddress& a);
std::string to_text(Ipv4Address a);
std::string to_text(const Ipv4Prefix& p);
std::string to_text(const Ipv6Address& a);
std::string to_text(const Ipv6Prefix& p);
std::string to_text(const IpAddress& a);
/// "192.0.2.1:4242", "[2001:db8::1]:4242".
std::string to_text(const Endpoint& e);

}  // namespace flapjack
